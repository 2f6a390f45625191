/* counters.c - see counters.h. */
#include "decode/counters.h"

#include <assert.h>
#include <stddef.h>

static_assert(offsetof(struct decode_counters, exchanges_evicted) ==
                  offsetof(struct decode_counters, troubles[TROUBLE_EXCHANGES_EVICTED]),
              "the fields are in the order of the enum");

const char *trouble_name(enum trouble trouble)
{
    static const char *const names[TROUBLES] = {
        [TROUBLE_LOST] = "lost",
        [TROUBLE_GIVEN_UP] = "given_up",
        [TROUBLE_SHED] = "shed",
        [TROUBLE_SHORTENED] = "shortened",
        [TROUBLE_STRAY_ANSWERS] = "stray_answers",
        [TROUBLE_UNDECRYPTED] = "undecrypted",
        [TROUBLE_EXCHANGES_EVICTED] = "exchanges_evicted",
    };
    assert(trouble < TROUBLES);
    return names[trouble];
}
