/* fields_common.h - rows of fields that many tables have. What is said of figures is of a struct
 * figures at the offset `at`. */
#pragma once

#include "store/fields.h"
#include "store/query.h"

#define AT(row, member) offsetof(struct row, member)
#define TEXT_FIELD(row, member, name, others, what)                                                \
    {                                                                                              \
        name, others, what, FIELD_TEXT, AT(row, member), field_text_there, NULL, NULL              \
    }
#define NUMBER_FIELD(kind, row, member, number, name, others, what)                                \
    {                                                                                              \
        name, others, what, kind, AT(row, member), NULL, number, NULL                              \
    }
#define COUNT_FIELD(row, member, name, others, what)                                               \
    NUMBER_FIELD(FIELD_COUNT, row, member, field_count_there, name, others, what)
#define ID_FIELD(row, member, name, what) COUNT_FIELD(row, member, name, "", what)
#define PORT_FIELD(row, member)                                                                    \
    NUMBER_FIELD(FIELD_COUNT, row, member, field_port_there, "port", "", "the server's port")
#define TIME_FIELD(row, member, name, others, what)                                                \
    NUMBER_FIELD(FIELD_TIME, row, member, field_time_there, name, others, what)
#define MOMENT_FIELD(row, member, name, others, what)                                              \
    NUMBER_FIELD(FIELD_MOMENT, row, member, field_time_there, name, others, what)
#define MARKS_FIELDS(row)                                                                          \
    {"marks",                                                                                      \
     "",                                                                                           \
     "what spoils the figures, by name: one-way, missing, ...",                                    \
     FIELD_LIST,                                                                                   \
     AT(row, marks),                                                                               \
     field_marks,                                                                                  \
     NULL,                                                                                         \
     NULL},                                                                                        \
    {                                                                                              \
        "severity", "quality", "how badly: none, note, warn, bad", FIELD_TEXT, AT(row, marks),     \
            field_severity, NULL, NULL                                                             \
    }

/* More than 0 if there is a name of the server to which the port belongs: "cart,cart:8080". */
void field_name_and_port(const char *name, unsigned port, char *ret);
void field_marks(const void *marks, char *ret);
void field_severity(const void *marks, char *ret);

void figures_health_name(const void *figures, char *ret);

/* Numbers of figures: declares figure_NAME(). */
#define FIGURE_NUMBERS(X)                                                                          \
    X(requests)                                                                                    \
    X(errors)                                                                                      \
    X(error_share)                                                                                 \
    X(rate)                                                                                        \
    X(ok)                                                                                          \
    X(client_error)                                                                                \
    X(server_error)                                                                                \
    X(timeout)                                                                                     \
    X(reset)                                                                                       \
    X(cancelled)                                                                                   \
    X(unanswered)                                                                                  \
    X(unknown)                                                                                     \
    X(ok_share)                                                                                    \
    X(client_error_share)                                                                          \
    X(server_error_share)                                                                          \
    X(timeout_share)                                                                               \
    X(reset_share)                                                                                 \
    X(cancelled_share)                                                                             \
    X(unanswered_share)                                                                            \
    X(unknown_share)                                                                               \
    X(p50)                                                                                         \
    X(p90)                                                                                         \
    X(p95)                                                                                         \
    X(p99)                                                                                         \
    X(max)                                                                                         \
    X(mean)                                                                                        \
    X(ttfb_p50)                                                                                    \
    X(ttfb_p90)                                                                                    \
    X(ttfb_p95)                                                                                    \
    X(ttfb_p99)                                                                                    \
    X(ttfb_max)                                                                                    \
    X(request_bytes)                                                                               \
    X(response_bytes)                                                                              \
    X(bytes)                                                                                       \
    X(request_messages)                                                                            \
    X(response_messages)                                                                           \
    X(streams)                                                                                     \
    X(first_message)                                                                               \
    X(message_gap)                                                                                 \
    X(age)
#define DECLARE_FIGURE(name) double figure_##name(const void *figures);
FIGURE_NUMBERS(DECLARE_FIGURE)
#undef DECLARE_FIGURE

#define FIGURE(kind, at, name, others, what)                                                       \
    {                                                                                              \
#name, others, what, kind, at, NULL, figure_##name, NULL                                   \
    }
#define SHARED_FIGURE(at, name, others, what)                                                      \
    {                                                                                              \
#name, others, what, FIELD_COUNT, at, NULL, figure_##name, figure_##name##_share           \
    }

#define FIGURES_FIELDS(at)                                                                         \
    FIGURE(FIELD_COUNT, at, requests, "", "how many exchanges"),                                   \
        {"errors",                                                                                 \
         "",                                                                                       \
         "how many of them failed; in %, of the requests",                                         \
         FIELD_COUNT,                                                                              \
         at,                                                                                       \
         NULL,                                                                                     \
         figure_errors,                                                                            \
         figure_error_share},                                                                      \
        {"error_rate", "",   "the share that failed", FIELD_SHARE,                                 \
         at,           NULL, figure_error_share,      NULL},                                       \
        FIGURE(FIELD_RATE, at, rate, "rate_per_s", "requests a second"),                           \
        SHARED_FIGURE(at, ok, "", "by outcome"),                                                   \
        SHARED_FIGURE(at, client_error, "client_errors", "by outcome"),                            \
        SHARED_FIGURE(at, server_error, "server_errors", "by outcome"),                            \
        SHARED_FIGURE(at, timeout, "timeouts", "by outcome"),                                      \
        SHARED_FIGURE(at, reset, "", "by outcome"),                                                \
        SHARED_FIGURE(at, cancelled, "", "by outcome"),                                            \
        SHARED_FIGURE(at, unanswered, "", "by outcome"),                                           \
        SHARED_FIGURE(at, unknown, "", "by outcome"),                                              \
        FIGURE(FIELD_TIME, at, p50, "p50_ms latency_ms.p50", "latency, from first to last byte"),  \
        FIGURE(FIELD_TIME, at, p90, "p90_ms latency_ms.p90", "likewise"),                          \
        FIGURE(FIELD_TIME, at, p95, "p95_ms latency_ms.p95", "likewise"),                          \
        FIGURE(FIELD_TIME, at, p99, "p99_ms latency_ms.p99", "likewise"),                          \
        FIGURE(FIELD_TIME, at, max, "max_ms latency_ms.max", "likewise, the longest"),             \
        FIGURE(FIELD_TIME, at, mean, "mean_ms latency_ms.mean", "likewise, the mean"),             \
        FIGURE(FIELD_TIME, at, ttfb_p50, "ttfb ttfb_p50_ms ttfb_ms.p50",                           \
               "time to the first byte"),                                                          \
        FIGURE(FIELD_TIME, at, ttfb_p90, "ttfb_ms.p90", "likewise"),                               \
        FIGURE(FIELD_TIME, at, ttfb_p95, "ttfb_p95_ms ttfb_ms.p95", "likewise"),                   \
        FIGURE(FIELD_TIME, at, ttfb_p99, "ttfb_ms.p99", "likewise"),                               \
        FIGURE(FIELD_TIME, at, ttfb_max, "ttfb_ms.max", "likewise, the longest"),                  \
        FIGURE(FIELD_BYTES, at, request_bytes, "", "of requests"),                                 \
        FIGURE(FIELD_BYTES, at, response_bytes, "", "of answers"),                                 \
        FIGURE(FIELD_COUNT, at, request_messages, "", "of streaming calls, to the server"),        \
        FIGURE(FIELD_COUNT, at, response_messages, "", "likewise, to the client"),                 \
        FIGURE(FIELD_COUNT, at, streams, "", "streaming calls that ended"),                        \
        FIGURE(FIELD_TIME, at, first_message, "first", "of streaming calls, median"),              \
        FIGURE(FIELD_TIME, at, message_gap, "gap", "likewise, between messages"),                  \
        FIGURE(FIELD_TIME, at, age, "", "likewise, of those that ended"),                          \
    {                                                                                              \
        "health", "", "idle, good, warn, bad", FIELD_TEXT, at, figures_health_name, NULL, NULL     \
    }
