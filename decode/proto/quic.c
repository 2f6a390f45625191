/* quic.c - QUIC, versions 1 and 2 (RFC 9000, RFC 9001, RFC 9369), as far as to tell its handshakes
 * (decode/quic_handshake.h). It is recognised by a client's Initial packet that opens with keys
 * made of the connection id in it; whatever else passes between the same ends belongs to it, and
 * is not looked into. */
#include "decode/decoder.h"
#include "decode/quic_handshake.h"
#include "decode/quic_initial.h"

enum { SHORT_MIN = 1 + 4 + 16, COALESCED_MAX = 16 };

struct id {
    uint8_t len, byte[QUIC_ID_MAX];
};

struct quic {
    struct quic_handshake handshake;
    struct quic_keys keys; /* made of */
    struct id id;          /* this; of length 0: there are none yet */
    struct id former;      /* what `id` was before the client started anew */
};

static struct bytes id_bytes(const struct id *id)
{
    return bytes_of(id->byte, id->len);
}

/* With the keys of the connection, as its version wants them. */
static bool open_known(struct quic *q, enum dir dir, const struct quic_packet *p, uint8_t *room,
                       struct bytes *ret)
{
    struct quic_keys keys;
    if (!q->id.len)
        return false;
    if (p->version == q->keys.version)
        return quic_open(&q->keys, dir, p, room, ret);
    if (!quic_derive(p->version, id_bytes(&q->id), &keys) || !quic_open(&keys, dir, p, room, ret))
        return false;
    q->keys = keys;
    return true;
}

/* With keys that the client has begun anew with. */
static bool open_anew(struct conn *c, const struct quic_packet *p, uint8_t *room, struct bytes *ret)
{
    struct quic *q = conn_state(c);
    struct quic_keys keys;
    bool is_old =
        bytes_equal(p->dcid, id_bytes(&q->id)) || bytes_equal(p->dcid, id_bytes(&q->former));
    if (!p->dcid.len || is_old || !quic_derive(p->version, p->dcid, &keys) ||
        !quic_open(&keys, TO_SERVER, p, room, ret))
        return false;
    q->keys = keys;
    q->former = q->id;
    q->id.len = (uint8_t)p->dcid.len;
    memcpy(q->id.byte, p->dcid.at, p->dcid.len);
    quic_handshake_anew(&q->handshake, c);
    return true;
}

static void on_initial(struct conn *c, enum dir dir, const struct quic_packet *p)
{
    struct quic *q = conn_state(c);
    uint8_t room[QUIC_PAYLOAD_MAX];
    struct bytes payload;
    struct quic_frame f;
    if (dir == TO_CLIENT && q->handshake.over)
        return;
    if (!open_known(q, dir, p, room, &payload) &&
        (dir == TO_CLIENT || !open_anew(c, p, room, &payload)))
        return;
    for (struct cursor in = cursor_over(payload); quic_next_frame(&in, &f);) {
        if (f.kind == QUIC_CRYPTO)
            quic_handshake_crypto(&q->handshake, c, dir, &f);
        else
            quic_handshake_close(&q->handshake, c, dir, f.error);
    }
}

/* Its fixed bit need not be set (RFC 9287). What is zero fills a datagram up. */
static bool is_one_rtt(const struct quic_packet *p)
{
    return p->type == QUIC_ONE_RTT && p->all.len >= SHORT_MIN && p->all.at[0];
}

static int64_t quic_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct quic *q = conn_state(c);
    int64_t len = (int64_t)in.len + conn_cut(c);
    struct quic_packet p;
    for (int i = 0; i < COALESCED_MAX && quic_next_packet(&in, &p); i++) {
        if (p.type == QUIC_INITIAL)
            on_initial(c, dir, &p);
        else if (p.type == QUIC_HANDSHAKE)
            quic_handshake_sealed(&q->handshake, c, dir);
        else if (is_one_rtt(&p) && dir == TO_SERVER)
            quic_handshake_done(&q->handshake, c);
    }
    return len;
}

static enum guess quic_probe(const struct opening *o)
{
    struct bytes rest = o->to_server, payload;
    struct quic_packet p;
    struct quic_keys keys;
    uint8_t room[QUIC_PAYLOAD_MAX];
    if (!quic_next_packet(&rest, &p) || p.type != QUIC_INITIAL || !p.dcid.len ||
        !quic_derive(p.version, p.dcid, &keys))
        return GUESS_NO;
    return quic_open(&keys, TO_SERVER, &p, room, &payload) ? GUESS_YES : GUESS_NO;
}

static void quic_free(void *state)
{
    struct quic *q = state;
    quic_handshake_free(&q->handshake);
}

const struct decoder quic_decoder = {
    .name = "quic",
    .transport = OVER_UDP,
    .ports = {443, 853, 8443},
    .state_size = sizeof(struct quic),
    .probe = quic_probe,
    .feed = quic_feed,
    .free = quic_free,
};
