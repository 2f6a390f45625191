/* starttls.c - what comes before TLS in PostgreSQL: SSLRequest, and before it perhaps a request for
 * encryption by GSS that is refused.
 *
 * A connection is claimed when both have agreed on TLS, and not before, so it is never reported as
 * this: what the two said is passed over, and TLS goes on. One that goes on without is
 * postgresql.c's, which stands before this one in the list. Other protocols change to TLS in their
 * own decoders. */
#include "decode/decoder.h"

enum {
    POSTGRESQL_REQUEST_BYTES = 8,
    POSTGRESQL_SSL_CODE = 80877103,
    POSTGRESQL_GSS_CODE = 80877104,
};

/* The code of a request of PostgreSQL; 0 if it is none that asks for encryption. */
static uint32_t postgresql_request(struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint32_t len = cursor_be32(&c), code = cursor_be32(&c);
    bool asks = code == POSTGRESQL_SSL_CODE || code == POSTGRESQL_GSS_CODE;
    return !c.starved && len == POSTGRESQL_REQUEST_BYTES && asks ? code : 0;
}

static enum guess starttls_probe(const struct opening *opening)
{
    struct bytes asked = opening->to_server, answered = opening->to_client;
    static const uint8_t prefix[] = {0, 0, 0, 8, 4, 0xd2, 0x16};
    if (opening->midstream || (!asked.len && answered.len))
        return GUESS_NO;
    if (!bytes_equal(bytes_first(asked, sizeof prefix),
                     bytes_first(bytes_of(prefix, sizeof prefix), asked.len)))
        return GUESS_NO;
    for (;; asked = bytes_after(asked, POSTGRESQL_REQUEST_BYTES),
            answered = bytes_after(answered, 1)) {
        uint32_t code = postgresql_request(asked);
        if (asked.len >= POSTGRESQL_REQUEST_BYTES && !code)
            return GUESS_NO;
        if (!code || !answered.len)
            return GUESS_MORE;
        if (code == POSTGRESQL_SSL_CODE)
            return answered.at[0] == 'S' ? GUESS_YES : GUESS_NO;
        if (answered.at[0] != 'N')
            return GUESS_NO;
    }
}

static int64_t starttls_feed(struct conn *c, enum dir dir, struct bytes in)
{
    if (dir == TO_SERVER && in.len < POSTGRESQL_REQUEST_BYTES)
        return DECODE_MORE;
    if (dir == TO_SERVER)
        return postgresql_request(in) ? POSTGRESQL_REQUEST_BYTES : DECODE_LOST;
    if (in.at[0] == 'N') /* to a request for GSS, and at last */
        return 1;
    if (in.at[0] != 'S')
        return DECODE_LOST;
    conn_speaks(c, "postgresql");
    conn_become(c, decoder_named("tls"));
    return 1;
}

const struct decoder starttls_decoder = {
    .name = "starttls",
    .transport = OVER_TCP,
    .ports = {5432},
    .probe = starttls_probe,
    .feed = starttls_feed,
};
