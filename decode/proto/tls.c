/* tls.c - TLS 1.0 to 1.3, and SSL 2 and 3 as far as to say that they are spoken (RFC 8446, RFC
 * 5246).
 *
 * The handshake is one exchange (decode/tls_handshake.h). Records are messages here: those of the
 * handshake that are in the clear are read whole, all others pass by unseen, whatever they hold,
 * unless there is a key log: then they are opened (decode/tls_open.h).
 * After a loss a record is looked for where segments begin; once a ServerHello was seen, or the
 * connection was joined in its middle, it stays TLS however long none is found. */
#include "decode/decoder.h"
#include "decode/tls_open.h"

enum {
    CHAIN_PROOF = 3,  /* headers in a row, or ends that meet an end of what is seen */
    HELLO_PREFIX = 6, /* type, length, version */
    SSL2_SERVER_HELLO = 4,
};

struct side {
    uint32_t waits;           /* length of the record that is not all here yet; 0: not known */
    struct tls_record sealed; /* that one, if it is; else its length is 0 */
    uint64_t place;           /* where it begins */
    bool searching;           /* for the header of a record */
};

struct tls {
    struct tls_handshake handshake;
    struct side side[2];
    struct tls_open *open; /* owned */
    bool joined;           /* in the middle */
};

static int64_t not_a_record(struct conn *c, enum dir dir, struct bytes in)
{
    struct tls *t = conn_state(c);
    struct side *side = &t->side[dir];
    if (!t->joined && !t->handshake.answered)
        return DECODE_LOST;
    if (side->searching)
        return (int64_t)in.len;
    side->searching = true;
    return DECODE_LOST;
}

/* The record's content is not looked at, unless it can be opened. */
static int64_t pass_sealed(struct conn *c, enum dir dir, struct bytes in,
                           const struct tls_record *r)
{
    struct tls *t = conn_state(c);
    size_t len = TLS_RECORD_HEADER + (size_t)r->len;
    bool may_open = tls_open_wants(t->open, &t->handshake, c);
    if (may_open && in.len < len) {
        t->side[dir].waits = (uint32_t)len;
        t->side[dir].sealed = *r;
        t->side[dir].place = conn_place(c);
        return DECODE_MORE;
    }
    tls_handshake_sealed(&t->handshake, c, dir, r);
    if (may_open)
        tls_open_record(&t->open, &t->handshake, c, dir, bytes_first(in, len));
    return (int64_t)len;
}

static bool is_in_the_clear(const struct tls_handshake *h, enum dir dir, const struct tls_record *r)
{
    if (h->over || h->settled || h->sealed[dir])
        return false;
    return r->type == TLS_HANDSHAKE || (r->type == TLS_ALERT && r->len == 2);
}

static int64_t feed_record(struct conn *c, enum dir dir, struct bytes in,
                           const struct tls_record *r)
{
    struct tls *t = conn_state(c);
    struct tls_handshake *h = &t->handshake;
    size_t len = TLS_RECORD_HEADER + (size_t)r->len;
    if (r->type == TLS_CHANGE_CIPHER_SPEC) {
        tls_handshake_change(h, dir);
        if (dir == TO_CLIENT && h->answering)
            conn_find(c, dir, TLS_HANDSHAKE_KEY);
        return (int64_t)len;
    }
    if (!is_in_the_clear(h, dir, r))
        return pass_sealed(c, dir, in, r);
    if (in.len < len) {
        t->side[dir].waits = (uint32_t)len;
        t->side[dir].sealed.len = 0;
        return DECODE_MORE;
    }
    struct bytes content = bytes_of(in.at + TLS_RECORD_HEADER, r->len);
    if (r->type == TLS_HANDSHAKE)
        tls_handshake_messages(h, c, dir, content);
    else
        tls_handshake_alert(h, c, dir, content);
    return (int64_t)len;
}

static int64_t feed_ssl2_hello(struct conn *c, struct bytes in)
{
    struct tls *t = conn_state(c);
    size_t len = tls_ssl2_hello_len(in);
    if (!len)
        return in.len < TLS_RECORD_HEADER ? DECODE_MORE : not_a_record(c, TO_SERVER, in);
    if (in.len < len)
        return DECODE_MORE;
    tls_handshake_ssl2_hello(&t->handshake, c, bytes_first(in, len));
    return (int64_t)len;
}

/* What follows in SSL 2 is nobody's business any more. */
static int64_t feed_ssl2_answer(struct conn *c, struct bytes in)
{
    struct tls *t = conn_state(c);
    struct cursor cursor = cursor_over(in);
    size_t len = (cursor_be16(&cursor) & 0x7fff) + 2U;
    uint8_t type = cursor_u8(&cursor);
    if (cursor.starved)
        return DECODE_MORE;
    if (type != SSL2_SERVER_HELLO)
        return not_a_record(c, TO_CLIENT, in);
    tls_handshake_ssl2_answer(&t->handshake, c);
    return (int64_t)len;
}

static bool is_found(struct bytes in, const struct side *side)
{
    bool exact;
    return !side->searching || tls_count_records(in, CHAIN_PROOF, &exact);
}

static int64_t tls_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct tls *t = conn_state(c);
    struct tls_handshake *h = &t->handshake;
    struct side *side = &t->side[dir];
    struct tls_record r;
    side->waits = 0;
    if (conn_is_lost(c, dir) && !h->begun && !h->answering)
        t->joined = side->searching = true;
    if (in.at[0] & 0x80 && h->ssl2 && h->over)
        return DECODE_REST;
    if (in.at[0] & 0x80 && dir == TO_SERVER && !h->begun && !side->searching)
        return feed_ssl2_hello(c, in);
    if (in.at[0] & 0x80 && dir == TO_CLIENT && h->ssl2 && !h->answering)
        return feed_ssl2_answer(c, in);
    enum tls_found found = tls_read_record(in, &r);
    if (found == TLS_PART)
        return DECODE_MORE;
    if (found == TLS_NONE || !is_found(in, side))
        return not_a_record(c, dir, in);
    if (side->searching)
        tls_messages_lose(&h->messages[dir]);
    side->searching = false;
    return feed_record(c, dir, in, &r);
}

static int64_t tls_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct tls *t = conn_state(c);
    struct side *side = &t->side[dir];
    uint32_t waits = side->waits;
    side->waits = 0;
    if (tls_open_wants(t->open, &t->handshake, c))
        tls_open_hole(&t->open, &t->handshake, dir);
    if (len && waits && side->sealed.len) {
        tls_handshake_sealed(&t->handshake, c, dir, &side->sealed);
        tls_open_part(t->open, c, dir, side->place, waits);
        return waits;
    }
    if (len && waits) {
        tls_handshake_hole(&t->handshake, c, dir);
        return waits;
    }
    tls_messages_lose(&t->handshake.messages[dir]);
    side->searching = true;
    return DECODE_LOST;
}

static void tls_poll(struct conn *c, bool last)
{
    struct tls *t = conn_state(c);
    tls_open_poll(t->open, &t->handshake, c, last);
}

static void tls_free(void *state)
{
    struct tls *t = state;
    tls_handshake_free(&t->handshake);
    tls_open_free(t->open);
}

static enum guess guess_ssl2(struct bytes in)
{
    struct tls_client_hello hello;
    size_t len = tls_ssl2_hello_len(in);
    if (!len)
        return in.len < TLS_RECORD_HEADER ? GUESS_MORE : GUESS_NO;
    if (in.len < len)
        return GUESS_MORE;
    return tls_read_ssl2_hello(bytes_first(in, len), &hello) ? GUESS_YES : GUESS_NO;
}

/* Does a record of the handshake begin here, with the beginning of such a message? */
static enum guess guess_hello(struct bytes in, uint8_t type)
{
    struct tls_record r;
    enum tls_found found = tls_read_record(in, &r);
    if (found == TLS_NONE || in.at[0] != TLS_HANDSHAKE)
        return GUESS_NO;
    if (found == TLS_PART)
        return GUESS_MORE;
    size_t wanted = r.len < HELLO_PREFIX ? r.len : HELLO_PREFIX;
    struct bytes front = bytes_first(bytes_after(in, TLS_RECORD_HEADER), wanted);
    bool fits =
        (front.len < 1 || front.at[0] == type) && (front.len < 2 || !front.at[1]) &&
        (front.len < 5 || front.at[4] == 3 || (type == TLS_SERVER_HELLO && front.at[4] == 0x7f));
    if (!fits)
        return GUESS_NO;
    return front.len == wanted ? GUESS_YES : GUESS_MORE;
}

static enum guess guess_client(struct bytes in)
{
    if (!in.len)
        return GUESS_MORE;
    return in.at[0] & 0x80 ? guess_ssl2(in) : guess_hello(in, TLS_CLIENT_HELLO);
}

static enum guess guess_server(struct bytes in)
{
    return in.len ? guess_hello(in, TLS_SERVER_HELLO) : GUESS_MORE;
}

static unsigned evidence_in(struct bytes in)
{
    bool exact;
    unsigned records = tls_count_records(in, CHAIN_PROOF, &exact);
    return records + (records && exact);
}

static bool may_begin(struct bytes in)
{
    struct tls_record r;
    return in.len && tls_read_record(in, &r) == TLS_PART;
}

static enum guess guess_midstream(const struct opening *o)
{
    if (guess_client(o->to_server) == GUESS_YES || guess_server(o->to_client) == GUESS_YES)
        return GUESS_YES;
    unsigned evidence = evidence_in(o->to_server) + evidence_in(o->to_client);
    if (evidence >= CHAIN_PROOF)
        return GUESS_YES;
    return evidence || may_begin(o->to_server) || may_begin(o->to_client) ? GUESS_MORE : GUESS_NO;
}

static enum guess tls_probe(const struct opening *o)
{
    if (o->midstream)
        return guess_midstream(o);
    enum guess client = guess_client(o->to_server);
    return client == GUESS_MORE ? guess_server(o->to_client) : client;
}

const struct decoder tls_decoder = {
    .name = "tls",
    .transport = OVER_TCP,
    .ports = {443, 8443, 6443, 9443},
    .state_size = sizeof(struct tls),
    .probe = tls_probe,
    .feed = tls_feed,
    .gap = tls_gap,
    .poll = tls_poll,
    .free = tls_free,
};
