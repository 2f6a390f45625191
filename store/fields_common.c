/* fields_common.c - see fields_common.h. */
#include "store/fields_common.h"

#include <stdio.h>
#include <string.h>

void field_name_and_port(const char *name, unsigned port, char *ret)
{
    snprintf(ret, FIELD_TEXT_MAX, "%s,%s:%u", name, name, port);
}

void field_marks(const void *marks, char *ret)
{
    const struct marks *m = marks;
    size_t used = 0;
    ret[0] = '\0';
    for (int i = 0; i < MARKS && used < FIELD_TEXT_MAX; i++)
        if (m->of[i])
            used += (size_t)snprintf(ret + used, FIELD_TEXT_MAX - used, "%s%s", used ? "," : "",
                                     mark_name((enum mark)i));
}

void field_severity(const void *marks, char *ret)
{
    snprintf(ret, FIELD_TEXT_MAX, "%s", severity_name(marks_worst(marks)));
}

void figures_health_name(const void *figures, char *ret)
{
    const struct figures *f = figures;
    snprintf(ret, FIELD_TEXT_MAX, "%s", health_name(f->health));
}

static double share(uint64_t part, const struct figures *f)
{
    return f->requests ? (double)part / (double)f->requests : -1;
}

static double timed(const struct percentiles *p, uint64_t ns)
{
    return p->count ? (double)ns : -1;
}

/* The body of each figure, given `f`. */
#define NUMBER(name, expression)                                                                   \
    double figure_##name(const void *figures)                                                      \
    {                                                                                              \
        const struct figures *f = figures;                                                         \
        return (expression);                                                                       \
    }
#define OUTCOME(name, which)                                                                       \
    NUMBER(name, (double)f->outcomes[which])                                                       \
    NUMBER(name##_share, share(f->outcomes[which], f))

NUMBER(requests, (double)f->requests)
NUMBER(errors, (double)f->errors)
NUMBER(error_share, f->requests ? f->error_rate : -1)
NUMBER(rate, f->rate_per_s)
OUTCOME(ok, OUTCOME_OK)
OUTCOME(client_error, OUTCOME_CLIENT_ERROR)
OUTCOME(server_error, OUTCOME_SERVER_ERROR)
OUTCOME(timeout, OUTCOME_TIMEOUT)
OUTCOME(reset, OUTCOME_RESET)
OUTCOME(cancelled, OUTCOME_CANCELLED)
OUTCOME(unanswered, OUTCOME_UNANSWERED)
OUTCOME(unknown, OUTCOME_UNKNOWN)
NUMBER(p50, timed(&f->duration, f->duration.p50_ns))
NUMBER(p90, timed(&f->duration, f->duration.p90_ns))
NUMBER(p95, timed(&f->duration, f->duration.p95_ns))
NUMBER(p99, timed(&f->duration, f->duration.p99_ns))
NUMBER(max, timed(&f->duration, f->duration.max_ns))
NUMBER(mean, timed(&f->duration, f->duration.mean_ns))
NUMBER(ttfb_p50, timed(&f->ttfb, f->ttfb.p50_ns))
NUMBER(ttfb_p90, timed(&f->ttfb, f->ttfb.p90_ns))
NUMBER(ttfb_p95, timed(&f->ttfb, f->ttfb.p95_ns))
NUMBER(ttfb_p99, timed(&f->ttfb, f->ttfb.p99_ns))
NUMBER(ttfb_max, timed(&f->ttfb, f->ttfb.max_ns))
NUMBER(request_bytes, (double)f->request_bytes)
NUMBER(response_bytes, (double)f->response_bytes)
NUMBER(bytes, (double)f->request_bytes + (double)f->response_bytes)
NUMBER(request_messages, (double)f->request_messages)
NUMBER(response_messages, (double)f->response_messages)
NUMBER(streams, (double)f->streams)
NUMBER(first_message, timed(&f->first_message, f->first_message.p50_ns))
NUMBER(message_gap, timed(&f->message_gap, f->message_gap.p50_ns))
NUMBER(age, timed(&f->age, f->age.p50_ns))
