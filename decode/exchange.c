/* exchange.c - see exchange.h. */
#include "decode/exchange.h"

#include <assert.h>

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
        "pipelined", "early-answer", "ambiguous-length", "upgraded",
    };
    assert(bit >= 0 && bit < NOTES);
    return names[bit];
}

void exchange_text(struct exchange *x, char *field, size_t size, struct bytes raw)
{
    if (!text_clean(field, size, raw))
        x->notes |= NOTE_TRUNCATED;
}
