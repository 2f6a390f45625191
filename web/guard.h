/* guard.h - which requests are refused before anything looks at their path.
 *
 * Every page in the user's browser can send requests to a loopback address. A page of another site
 * cannot forge the Host header (which stops DNS rebinding: its name is not ours) nor Origin and
 * Sec-Fetch-Site (Fetch Metadata, W3C), so those decide. Pure functions. */
#pragma once

#include <stdbool.h>

/* What a request says of itself; NULL where the header is absent. */
struct claim {
    const char *method;
    const char *host;
    const char *origin;
    const char *fetch_site; /* Sec-Fetch-Site */
    const char *fetch_mode; /* Sec-Fetch-Mode */
};

struct refusal {
    unsigned status;      /* 0: not refused */
    const char *sentence; /* static; NULL when not refused */
};

/* What is guarded. */
struct guarded {
    const char *host; /* of the address listened on, without brackets */
    bool encrypted;
    bool locked; /* by a password: then any host name is fine, since a browser does not give the
                    password for one name to a page of another */
};

struct refusal guard_check(const struct claim *claim, const struct guarded *guarded);
