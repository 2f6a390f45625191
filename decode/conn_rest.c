/* conn_rest.c - see conn_rest.h. */
#include "decode/conn_rest.h"

#include <stdlib.h>

#include "decode/conn_state.h"

bool conn_may_rest(const struct conn *c)
{
    return c->decoder && c->decoder->at_rest;
}

static bool half_may_rest(const struct half *h, uint64_t latest_ns)
{
    return h->latest_ns && h->latest_ns == latest_ns && h->passed_ns == latest_ns && !h->unread &&
           !h->misses && !h->passing && !h->resync && !h->deaf && !h->ended &&
           !h->ends_with_close && h->understood;
}

static bool has_troubles(const struct pairing *p)
{
    for (size_t i = 0; i < TROUBLES; i++)
        if (p->troubles[i])
            return true;
    return false;
}

/* Nothing is open, order is to be trusted, and all that has come since has been told. */
static bool pairing_may_rest(const struct pairing *p)
{
    return !p->first && p->settled && p->ended && !p->stray && !p->stray_ns && !p->unread_asks &&
           !p->era && !p->bucket && !p->on_trial && !p->contradicted && !p->held &&
           !has_troubles(p);
}

static bool is_at_rest(const struct conn *c)
{
    return !c->inner && !c->spoken && !c->name && !c->left_open && !c->becoming &&
           !c->wants_classify && !c->changed && !c->client_ended_first && !c->one_way &&
           !c->is_inner && !c->disproved && c->ends.notes <= UINT16_MAX &&
           memcmp(c->state, c->decoder->at_rest, c->decoder->state_size) == 0;
}

/* That of the list's end, if it is not in the list. */
static uint8_t index_of(const struct decoder *decoder)
{
    uint8_t i = 0;
    while (decoders[i] && decoders[i] != decoder)
        i++;
    return i;
}

static void free_one(struct conn *c)
{
    if (c)
        free(c->state);
    free(c);
}

/* One is kept: where many connections take turns, one rests for each that goes on. */
static void give_back(struct conn_shared *shared, struct conn *c)
{
    free_one(shared->spare_conn);
    shared->spare_conn = c;
}

/* With its state as it is at rest, and nothing else; NULL when memory is short. */
static struct conn *take(struct conn_shared *shared, const struct decoder *decoder)
{
    struct conn *c = shared->spare_conn;
    void *state = c && c->decoder == decoder ? c->state : malloc(decoder->state_size);
    if (c && c->decoder == decoder)
        shared->spare_conn = NULL;
    else
        c = malloc(sizeof *c);
    if (!c || !state) {
        free(state);
        free(c);
        return NULL;
    }
    *c = (struct conn){.decoder = decoder, .state = state, .shared = shared};
    memcpy(state, decoder->at_rest, decoder->state_size);
    return c;
}

bool conn_rest(struct conn *c, const uint64_t latest_ns[2], struct conn_rest *ret_rest)
{
    if (!conn_may_rest(c) || !pairing_may_rest(&c->pairing) ||
        !half_may_rest(&c->half[TO_SERVER], latest_ns[TO_SERVER]) ||
        !half_may_rest(&c->half[TO_CLIENT], latest_ns[TO_CLIENT]) || !is_at_rest(c))
        return false;
    uint8_t decoder = index_of(c->decoder);
    if (!decoders[decoder])
        return false;
    *ret_rest = (struct conn_rest){
        .host = c->pairing.host,
        .ended = c->pairing.ended,
        .notes = (uint16_t)c->ends.notes,
        .asks_ahead = c->pairing.asks_ahead,
        .decoder = decoder,
    };
    give_back(c->shared, c);
    return true;
}

struct conn *conn_wake(struct conn_shared *shared, struct conn_rest *rest, struct conn_ends *ends,
                       const uint64_t latest_ns[2])
{
    struct conn *c = take(shared, decoders[rest->decoder]);
    if (!c) {
        conn_rest_drop(shared, rest);
        return NULL;
    }
    ends->notes = rest->notes;
    c->ends = *ends;
    c->pairing = (struct pairing){
        .shared = shared,
        .ends = &c->ends,
        .settled = true,
        .asks_ahead = rest->asks_ahead,
        .ended = rest->ended,
        .host = rest->host,
    };
    for (int dir = 0; dir < 2; dir++)
        c->half[dir] = (struct half){
            .understood = true, .latest_ns = latest_ns[dir], .passed_ns = latest_ns[dir]};
    *rest = (struct conn_rest){0};
    return c;
}

void conn_rest_drop(struct conn_shared *shared, struct conn_rest *rest)
{
    if (!rest->ended)
        return;
    free(rest->host);
    *rest = (struct conn_rest){0};
    pairing_leave(shared);
    conn_free_spare(shared);
}

void conn_free_spare(struct conn_shared *shared)
{
    if (shared->conns)
        return;
    free_one(shared->spare_conn);
    shared->spare_conn = NULL;
}
