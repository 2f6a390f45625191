/* sampler.c - see sampler.h. */
#include "graph/sampler.h"

#include <stdlib.h>

#include "graph/index.h"
#include "graph/wire.h"

enum { ROOM_MIN = 64, SLACK_BYTES = 64 * 1024 };

/* A place in the order of a reason. */
struct key {
    uint64_t rank, tie;
};

struct sampler_edge {
    struct sampler_list {
        uint32_t last, len; /* the last in rank, or NO_ROW; how many */
        struct key before;  /* what is not before this is not kept */
    } list[KEPTS];
};

static bool is_before(struct key a, struct key b)
{
    return a.rank < b.rank || (a.rank == b.rank && a.tie < b.tie);
}

static struct key key_of(const struct sample_delta *row)
{
    return (struct key){row->rank, row->tie};
}

static uint32_t grown(uint32_t room, uint32_t wanted)
{
    uint32_t more = room ? room : ROOM_MIN;
    while (more < wanted)
        more *= 2;
    return more;
}

static bool make_edge_room(struct sampler *s, uint32_t edge)
{
    if (edge >= s->edge_room) {
        uint32_t room = grown(s->edge_room, edge + 1);
        struct sampler_edge *more = realloc(s->edge, room * sizeof *more);
        if (!more)
            return false;
        s->edge = more;
        s->edge_room = room;
    }
    for (; s->edge_len <= edge; s->edge_len++)
        for (int kept = 0; kept < KEPTS; kept++)
            s->edge[s->edge_len].list[kept] =
                (struct sampler_list){.last = NO_ROW, .before = {SAMPLE_NO_RANK - 1, UINT64_MAX}};
    return true;
}

static bool make_row_room(struct sampler *s, struct delta *d)
{
    if (d->sample_len < s->room)
        return true;
    uint32_t room = grown(s->room, s->room + 1);
    struct sample_delta *row = realloc(d->sample, room * sizeof *row);
    if (row)
        d->sample = row;
    uint32_t *next = row ? realloc(s->next, room * sizeof *next) : NULL;
    if (!next)
        return false;
    s->next = next;
    s->room = room;
    return true;
}

/* Puts a row in its place in its list. */
static void put_in_list(struct sampler *s, const struct delta *d, enum kept_for kept, uint32_t row)
{
    struct sampler_list *list = &s->edge[d->sample[row].edge].list[kept];
    struct key key = key_of(&d->sample[row]);
    uint32_t *at = &list->last;
    while (*at != NO_ROW && is_before(key, key_of(&d->sample[*at])))
        at = &s->next[*at];
    s->next[row] = *at;
    *at = row;
    list->len++;
    if (list->len == sample_edge_max(kept))
        list->before = key_of(&d->sample[list->last]);
}

static enum kept_for reason_of(const struct sample_delta *row)
{
    return row->kept & 1U << KEPT_ERROR  ? KEPT_ERROR
           : row->kept & 1U << KEPT_SLOW ? KEPT_SLOW
                                         : KEPT_FAIR;
}

static void note_dropped(void *ctx, const struct sample_delta *row)
{
    struct sampler *s = ctx;
    struct sampler_list *list = &s->edge[row->edge].list[reason_of(row)];
    if (is_before(key_of(row), list->before))
        list->before = key_of(row);
}

/* Cuts the sample to what is kept of a window. */
static void cut(struct sampler *s, struct delta *d)
{
    samples_settle(d, &(struct sample_listener){note_dropped, s});
    for (uint32_t edge = 0; edge < s->edge_len; edge++)
        for (int kept = 0; kept < KEPTS; kept++) {
            s->edge[edge].list[kept].last = NO_ROW;
            s->edge[edge].list[kept].len = 0;
        }
    memset(s->len, 0, sizeof s->len);
    s->live = 0;
    for (uint32_t row = 0; row < d->sample_len; row++) {
        put_in_list(s, d, reason_of(&d->sample[row]), row);
        s->len[reason_of(&d->sample[row])]++;
        s->live += d->sample[row].len;
    }
}

/* The row for one more of a list: that of the last in rank, if the list is full. NO_ROW: there is
 * no room. */
static uint32_t take_row(struct sampler *s, struct delta *d, struct sampler_list *list,
                         enum kept_for kept)
{
    if (list->len < sample_edge_max(kept)) {
        if (!make_row_room(s, d))
            return NO_ROW;
        s->len[kept]++;
        return d->sample_len++;
    }
    uint32_t row = list->last;
    list->last = s->next[row];
    list->len--;
    s->live -= d->sample[row].len;
    return row;
}

static void keep(struct sampler *s, struct delta *d, enum kept_for kept,
                 const struct sample_delta *wanted)
{
    struct sampler_list *list = &s->edge[wanted->edge].list[kept];
    if (!is_before(key_of(wanted), list->before))
        return;
    if (s->len[kept] >= 2 * sample_window_max(kept)) {
        cut(s, d);
        if (!is_before(key_of(wanted), list->before))
            return;
    }
    uint32_t row = take_row(s, d, list, kept);
    if (row == NO_ROW)
        return;
    d->sample[row] = *wanted;
    d->sample[row].kept = 1U << kept;
    s->live += wanted->len;
    put_in_list(s, d, kept, row);
}

/* Moves the bytes of the rows together. */
static void pack(struct sampler *s, struct delta *d)
{
    writer_clear(&s->spare);
    for (uint32_t i = 0; i < d->sample_len; i++) {
        struct bytes b = sample_bytes(d, &d->sample[i]);
        writer_bytes(&s->spare, b.at, b.len);
    }
    if (s->spare.failed)
        return;
    size_t at = 0;
    for (uint32_t i = 0; i < d->sample_len; i++) {
        d->sample[i].at = at;
        at += d->sample[i].len;
    }
    struct writer old = d->sample_bytes;
    d->sample_bytes = s->spare;
    s->spare = old;
}

/* Writes the exchange behind the bytes of all others. */
static bool write_row(struct delta *d, const struct sampled *as, const struct exchange *x,
                      struct sample_delta *ret)
{
    static const struct hash_key key = {{0x7461706772617068, 0x73616d706c65}};
    struct writer *w = &d->sample_bytes;
    size_t at = w->len;
    wire_put_bare_exchange(w, x);
    if (w->failed) {
        w->len = at;
        w->failed = false;
        return false;
    }
    *ret = (struct sample_delta){
        .edge = as->edge,
        .time_ns = x->request_ns ? x->request_ns : x->end_ns,
        .at = at,
        .len = (uint32_t)(w->len - at),
        .tie = hash_bytes(&key, w->at + at, w->len - at),
        .templated = as->templated,
    };
    bytes_to_text(ret->operation, sizeof ret->operation, bytes_of_text(as->operation));
    return true;
}

void sampler_offer(struct sampler *s, struct delta *d, const struct sampled *as,
                   const struct exchange *x)
{
    uint64_t rank[KEPTS];
    struct sample_delta row;
    bool wanted = false;
    if (as->edge >= s->edge_len && !make_edge_room(s, as->edge))
        return;
    sample_ranks(x, as->id, rank);
    for (int kept = 0; kept < KEPTS; kept++)
        wanted = wanted || rank[kept] <= s->edge[as->edge].list[kept].before.rank;
    if (!wanted)
        return;
    if (d->sample_bytes.len > 2 * s->live + SLACK_BYTES)
        pack(s, d);
    if (!write_row(d, as, x, &row))
        return;
    for (int kept = 0; kept < KEPTS; kept++) {
        row.rank = rank[kept];
        keep(s, d, (enum kept_for)kept, &row);
    }
}

void sampler_clear(struct sampler *s)
{
    s->edge_len = 0;
    s->live = 0;
    memset(s->len, 0, sizeof s->len);
}

void sampler_free(struct sampler *s)
{
    free(s->edge);
    free(s->next);
    writer_free(&s->spare);
    *s = (struct sampler){0};
}
