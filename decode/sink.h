/* sink.h - BOUNDARY: where exchanges and flow reports go.
 *
 * All are borrowed for the call, which comes on the worker's thread. The receiver may fill in
 * `operation` of the exchange. */
#pragma once

#include "decode/exchange.h"
#include "decode/flow_report.h"

/* A name that somebody asked for, and an address that the answer gave it. */
struct name_answer {
    struct address address;
    uint32_t tenant;
    uint64_t time_ns;  /* of the answer */
    uint64_t until_ns; /* whoever asked may use it so long */
    const char *name;  /* in lower case, without a dot at its end; shorter than NAME_TEXT_MAX */
};

struct sink {
    void (*exchange)(void *ctx, struct exchange *x);
    void (*flow)(void *ctx, const struct flow_report *r);

    void (*answer)(void *ctx, const struct name_answer *a); /* may be NULL */

    /* Either may be NULL. Of exchanges that have not ended, whose times and outcome are therefore
     * as yet: */

    /* A further message of a streaming call has begun, `gap_ns` after the one before it of the same
     * side. */
    void (*message)(void *ctx, struct exchange *x, uint64_t gap_ns);
    /* A window ends, and it is open. A call whose beginning was not seen has no request_ns, and is
     * never handed out as an exchange. */
    void (*open_call)(void *ctx, struct exchange *x);

    /* Both may be NULL. A certificate was shown, with that of its issuer behind it (or none): true
     * if the receiver knows this, so that it need not be read and told of. */
    bool (*knows_certificate)(void *ctx, const struct fingerprint *f,
                              const struct fingerprint *issued_by);
    void (*certificate)(void *ctx, const struct certificate *c);
    void *ctx;
};
