/* conn_inner.c - a connection inside a connection: what a decoder has opened, as if it had come on
 * a connection of its own. See decoder.h.
 *
 * What it speaks is found out as for a flow (decode/reader.h): the first bytes of both directions
 * together are shown to all decoders. */
#include <stdlib.h>

#include "decode/classify.h"
#include "decode/conn_state.h"

enum {
    EARLY_BYTES = 2048, /* kept of each direction until it is clear what they are */
    TRIES_MAX = 64,     /* of one whose beginning was lost */
};

static struct inner *inner_of(struct conn *c)
{
    if (!c->inner)
        c->inner = calloc(1, sizeof *c->inner);
    return c->inner;
}

static void drop_early(struct conn *c)
{
    for (int dir = 0; dir < 2; dir++)
        conn_drop(c->shared, &c->inner->early[dir]);
}

void conn_inner_free(struct conn *c)
{
    if (!c->inner)
        return;
    drop_early(c);
    conn_drop(c->shared, &c->inner->held);
    conn_free(c->inner->conn);
    free(c->inner);
    c->inner = NULL;
}

static bool is_clear(const struct inner *i)
{
    return i->conn && !conn_wants_classify(i->conn);
}

static bool claim(struct conn *c, const struct decoder *decoder)
{
    struct inner *i = c->inner;
    if (i->conn) {
        conn_set_decoder(i->conn, decoder);
        return true;
    }
    struct conn_ends ends = c->ends;
    ends.notes |= NOTE_DECRYPTED | (i->joined && c->gap_note ? c->gap_note : 0);
    i->conn = conn_new(c->shared, decoder, &ends, i->joined);
    if (!i->conn)
        return false;
    i->conn->is_inner = true;
    i->conn->one_way = c->one_way;
    return true;
}

/* What was kept, in the order in which it came. */
static void replay(struct conn *c, struct unread *const early[2])
{
    size_t told[2] = {0, 0};
    for (;;) {
        uint64_t ns[2] = {UINT64_MAX, UINT64_MAX};
        size_t run[2] = {0, 0};
        for (int dir = 0; dir < 2; dir++)
            if (told[dir] < unread_len(early[dir]))
                run[dir] = unread_run(early[dir], told[dir], &ns[dir]);
        if (!run[0] && !run[1])
            return;
        enum dir dir = !run[TO_SERVER] || ns[TO_CLIENT] < ns[TO_SERVER] ? TO_CLIENT : TO_SERVER;
        conn_inner_bytes(c, dir, ns[dir], bytes_of(early[dir]->bytes + told[dir], run[dir]));
        told[dir] += run[dir];
    }
}

static void begin(struct conn *c, const struct decoder *decoder)
{
    struct unread *early[2] = {c->inner->early[0], c->inner->early[1]};
    c->inner->early[0] = c->inner->early[1] = NULL;
    if (claim(c, decoder))
        replay(c, early);
    else
        c->inner->nothing = true;
    for (int dir = 0; dir < 2; dir++)
        conn_drop(c->shared, &early[dir]);
}

static struct classified ask(const struct conn *c)
{
    const struct inner *i = c->inner;
    struct opening opening = {
        .to_server = unread_bytes(i->early[TO_SERVER]),
        .to_client = unread_bytes(i->early[TO_CLIENT]),
        .midstream = i->joined,
    };
    return classify(OVER_TCP, c->ends.server_port, &opening, false);
}

/* Nobody claims the bytes; where the beginning was lost later ones may be the start of something.
 */
static void try_again(struct conn *c)
{
    struct inner *i = c->inner;
    drop_early(c);
    if (i->joined && ++i->tries < TRIES_MAX)
        return;
    i->nothing = true;
    if (i->conn)
        conn_set_decoder(i->conn, NULL);
}

static void identify(struct conn *c, enum dir dir, uint64_t arrived_ns, struct bytes in)
{
    struct inner *i = c->inner;
    struct bytes kept = bytes_first(in, EARLY_BYTES - unread_len(i->early[dir]));
    if (kept.len && !conn_keep(c->shared, &i->early[dir], kept, arrived_ns)) {
        try_again(c);
        return;
    }
    struct classified is = ask(c);
    if (is.guess == GUESS_YES) {
        begin(c, is.decoder);
        conn_inner_bytes(c, dir, arrived_ns, bytes_after(in, kept.len));
    } else if (is.guess == GUESS_NO || kept.len < in.len) {
        try_again(c);
    }
}

void conn_inner_bytes(struct conn *c, enum dir dir, uint64_t arrived_ns, struct bytes in)
{
    struct inner *i = inner_of(c);
    if (!i || i->nothing || !in.len)
        return;
    if (is_clear(i))
        conn_bytes(i->conn, dir, c->moment, arrived_ns, in);
    else
        identify(c, dir, arrived_ns, in);
}

void conn_inner_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct inner *i = inner_of(c);
    if (!i || i->nothing || !len)
        return;
    if (is_clear(i)) {
        conn_gap(i->conn, dir, c->moment, len, c->gap_note ? c->gap_note : NOTE_GAP);
        return;
    }
    drop_early(c);
    i->joined = true;
}

bool conn_hold(struct conn *c, struct bytes in)
{
    struct inner *i = inner_of(c);
    return i && in.len <= CONN_HELD_MAX - unread_len(i->held) &&
           conn_keep(c->shared, &i->held, in, c->front_ns);
}

void conn_release(struct conn *c, size_t (*each)(void *ctx, struct conn *c, struct bytes in),
                  void *ctx)
{
    struct unread *held = c->inner ? c->inner->held : NULL;
    struct bytes rest = unread_bytes(held);
    if (!held)
        return;
    c->inner->held = NULL;
    for (size_t took = 1; rest.len && took; rest = bytes_after(rest, took))
        took = each ? each(ctx, c, rest) : 0;
    conn_drop(c->shared, &held);
}

void conn_inner_caught_up(struct conn *c)
{
    for (int dir = 0; dir < 2 && conn_inner(c); dir++)
        if (c->half[dir].ended)
            conn_eof(conn_inner(c), (enum dir)dir, c->moment);
}
