/* verdict.c - see verdict.h. */
#include "graph/verdict.h"

#include <assert.h>
#include <stdbool.h>

enum { FEW_REQUESTS = 5 }; /* too few to call anything bad */

const char *health_name(enum health h)
{
    static const char *const names[HEALTHS] = {
        [HEALTH_IDLE] = "idle",
        [HEALTH_GOOD] = "good",
        [HEALTH_WARN] = "warn",
        [HEALTH_BAD] = "bad",
    };
    assert(h < HEALTHS);
    return names[h];
}

/* Is `part` at least one `share`-th of `whole`, and not nothing? */
static bool is_share(uint64_t part, uint64_t whole, uint64_t share)
{
    return part && part >= whole / share + (whole % share != 0);
}

enum health verdict_of_requests(uint64_t requests, uint64_t server_errors, uint64_t client_errors)
{
    if (!requests)
        return HEALTH_IDLE;
    if (requests >= FEW_REQUESTS && is_share(server_errors, requests, 20))
        return HEALTH_BAD;
    if (is_share(server_errors, requests, 100) || is_share(client_errors, requests, 5))
        return HEALTH_WARN;
    return HEALTH_GOOD;
}

enum health verdict_worse(enum health a, enum health b)
{
    return a > b ? a : b;
}
