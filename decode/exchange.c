/* exchange.c - see exchange.h. */
#include "decode/exchange.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "decode/decoder.h"

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[OUTCOMES] = {
        [OUTCOME_UNKNOWN] = "unknown",           [OUTCOME_OK] = "ok",
        [OUTCOME_CLIENT_ERROR] = "client_error", [OUTCOME_SERVER_ERROR] = "server_error",
        [OUTCOME_TIMEOUT] = "timeout",           [OUTCOME_RESET] = "reset",
        [OUTCOME_CANCELLED] = "cancelled",       [OUTCOME_UNANSWERED] = "unanswered",
    };
    assert(outcome < OUTCOMES);
    return names[outcome];
}

bool outcome_is_error(enum outcome outcome)
{
    return outcome == OUTCOME_CLIENT_ERROR || outcome == OUTCOME_SERVER_ERROR ||
           outcome == OUTCOME_TIMEOUT || outcome == OUTCOME_RESET;
}

const char *note_name(int bit)
{
    static const char *const names[NOTES] = {
        "midstream", "gap",          "truncated",        "retransmitted", "inferred-direction",
        "pipelined", "early-answer", "ambiguous-length", "upgraded",      "unknown-fields",
        "pushed",    "refused",      "deadline",         "compressed",    "one-way",
        "skew",      "decrypted",
    };
    assert(bit >= 0 && bit < NOTES);
    return names[bit];
}

const char *call_kind_name(enum call_kind kind)
{
    static const char *const names[CALL_KINDS] = {
        "", "unary", "client-streaming", "server-streaming", "bidi-streaming",
    };
    assert(kind < CALL_KINDS);
    return names[kind];
}

bool call_is_streaming(enum call_kind kind)
{
    return kind > CALL_UNARY;
}

bool protocol_has_host(const char *protocol)
{
    static const char *const named[] = {"http", "http2", "grpc", "websocket", "tls", "quic"};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (text_equal(protocol, named[i]))
            return true;
    return false;
}

bool exchange_calls_server(const struct exchange *x)
{
    return x->host[0] && !x->elsewhere && !text_equal(x->method, "CONNECT") &&
           protocol_has_host(x->protocol);
}

const char *error_code_name(int64_t code)
{
    static const char *const names[] = {
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    };
    return code >= 0 && code < (int64_t)(sizeof names / sizeof *names) ? names[code] : NULL;
}

bool exchange_is_past_deadline(const struct exchange *x, uint64_t now_ns)
{
    enum { LEAST_NS = 5000000, MOST_NS = 50000000 };
    uint64_t slack_ns = x->deadline_ns / 10;
    slack_ns = slack_ns < LEAST_NS ? LEAST_NS : slack_ns > MOST_NS ? MOST_NS : slack_ns;
    return x->deadline_ns && x->request_ns && now_ns + slack_ns >= x->request_ns + x->deadline_ns;
}

void exchange_text(struct exchange *x, char *field, size_t size, struct bytes raw)
{
    if (raw.len < size && text_is_plain(raw)) /* nearly always; canonical as it is */
        bytes_to_text(field, size, raw);
    else if (!text_clean(field, size, raw))
        x->notes |= NOTE_TRUNCATED;
}
