/* defrag.c - see defrag.h. */
#include "capture/defrag.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "capture/pieces.h"

enum {
    BUCKETS = 4096,
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    FRAGMENT_BYTES = 8, /* IPv6: the fragment header */
    UDP_BYTES = 8,
    STEP = 8, /* fragments begin at multiples of it */
};

/* One list each, the oldest first. */
enum state {
    HEADLESS, /* its first fragment has not come; since its first piece */
    BEGUN,    /* it has; since its latest piece */
    GIVEN_UP, /* further fragments are ignored; since then */
    STATES,
};

struct key {
    struct address source, destination;
    uint32_t id;
    uint32_t tenant;
    uint32_t vantage; /* hashed; 0 unless packets are kept apart by it */
    uint8_t protocol; /* IPv4 only: IPv6 has no other than its fragment header */
    bool v4;
};

/* A packet that is waited for. */
struct waiting {
    struct key key;
    uint32_t chain;          /* the next of its bucket, or of those unused; 0: none */
    uint32_t previous, next; /* in its list; 0: none */
    enum state state;
    uint64_t since_ns; /* see enum state */
    uint64_t first_ns; /* packet time of its first piece */
    struct pieces header, data;
    uint32_t total; /* bytes of data, once the last fragment has come; else 0 */
    uint32_t wire_bytes;
    struct packet beginning; /* its first fragment, from BEGUN on; its views are not valid */
};

struct list {
    uint32_t first, last;
};

struct defrag {
    struct defrag_options options;
    struct capture_counters *counters;
    struct piece_pool *pool;
    uint32_t bucket[BUCKETS]; /* index in `waiting`; 0: none */
    struct list list[STATES];
    uint32_t packets_max; /* waited for, or given up and ignored */
    uint32_t made, unused, count;
    struct waiting *waiting; /* by index, from 1 */
};

struct defrag *defrag_new(const struct defrag_options *options, struct capture_counters *counters)
{
    struct defrag *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->options = *options;
    d->counters = counters;
    uint32_t cells_max = options->cells_max ? options->cells_max : DEFRAG_CELLS_MAX;
    d->packets_max = cells_max / 2;
    d->pool = piece_pool_new(cells_max, DEFRAG_CELL);
    d->waiting = calloc(d->packets_max + 1U, sizeof *d->waiting);
    if (d->pool && d->waiting)
        return d;
    defrag_free(d);
    return NULL;
}

void defrag_free(struct defrag *d)
{
    if (!d)
        return;
    piece_pool_free(d->pool);
    free(d->waiting);
    free(d);
}

bool defrag_is_idle(const struct defrag *d)
{
    return d->count == 0;
}

static inline uint16_t be16_at(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline void put_be16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* What a fragment says of itself. */
struct piece_of {
    struct bytes header; /* of IP; IPv6: up to the end of the fragment header */
    uint32_t offset, end;
    bool last;
};

/* Returns false if there can be no such fragment. */
static bool read_fragment(const struct packet *p, struct key *ret_key, struct piece_of *ret)
{
    size_t header = (size_t)(p->payload.at - p->ip.at);
    *ret_key =
        (struct key){.source = p->source, .destination = p->destination, .tenant = p->tenant};
    ret_key->v4 = p->ip.at[0] >> 4 == 4;
    uint32_t flags;
    if (ret_key->v4) {
        flags = be16_at(p->ip.at + 6);
        ret->offset = (flags & 0x1fff) * STEP;
        ret->last = !(flags & 0x2000);
        ret_key->id = p->ip_id;
        ret_key->protocol = p->protocol;
    } else {
        const uint8_t *fragment = p->ip.at + header - FRAGMENT_BYTES;
        flags = be16_at(fragment + 2);
        ret->offset = flags & 0xfff8;
        ret->last = !(flags & 1);
        ret_key->id = (uint32_t)be16_at(fragment + 4) << 16 | be16_at(fragment + 6);
    }
    uint64_t len = (uint64_t)p->payload.len + p->cut;
    ret->header = bytes_of(p->ip.at, header);
    ret->end = (uint32_t)(ret->offset + len);
    return ret->offset + len + (ret_key->v4 ? header : 0) <= UINT16_MAX && header <= DEFRAG_CELL &&
           (ret->last ? ret->end > 0 : len && len % STEP == 0);
}

static uint32_t vantage_of(const struct packet *p)
{
    uint64_t word = (uint64_t)p->tunnel_id << 32 | (uint64_t)p->interface << 16 | p->vlan;
    return (uint32_t)(word * 0x9e3779b97f4a7c15U >> 32) ^ p->tunnels;
}

static bool keys_equal(const struct key *a, const struct key *b)
{
    return a->id == b->id && a->protocol == b->protocol && a->v4 == b->v4 &&
           a->tenant == b->tenant && a->vantage == b->vantage &&
           address_equal(&a->source, &b->source) && address_equal(&a->destination, &b->destination);
}

static uint32_t *bucket_of(struct defrag *d, const struct key *key)
{
    uint64_t word[6] = {(uint64_t)key->id << 32 | key->tenant,
                        (uint64_t)key->vantage << 32 | key->protocol};
    memcpy(word + 2, &key->source, sizeof key->source);
    memcpy(word + 4, &key->destination, sizeof key->destination);
    return &d->bucket[hash_bytes(&d->options.key, word, sizeof word) % BUCKETS];
}

static struct waiting *find(struct defrag *d, const struct key *key)
{
    uint32_t index = *bucket_of(d, key);
    while (index && !keys_equal(&d->waiting[index].key, key))
        index = d->waiting[index].chain;
    return index ? &d->waiting[index] : NULL;
}

static uint32_t index_of(const struct defrag *d, const struct waiting *w)
{
    return (uint32_t)(w - d->waiting);
}

static void append(struct defrag *d, struct waiting *w, enum state state, uint64_t now_ns)
{
    struct list *list = &d->list[state];
    uint32_t index = index_of(d, w);
    w->state = state;
    w->since_ns = now_ns;
    w->previous = list->last;
    w->next = 0;
    if (list->last)
        d->waiting[list->last].next = index;
    else
        list->first = index;
    list->last = index;
}

static void unlink_from_list(struct defrag *d, struct waiting *w)
{
    struct list *list = &d->list[w->state];
    if (w->previous)
        d->waiting[w->previous].next = w->next;
    else
        list->first = w->next;
    if (w->next)
        d->waiting[w->next].previous = w->previous;
    else
        list->last = w->previous;
}

/* There is room: defrag_give_up() has seen to it. */
static struct waiting *add(struct defrag *d, const struct key *key, uint64_t now_ns)
{
    uint32_t index = d->unused;
    if (index)
        d->unused = d->waiting[index].chain;
    else if (d->made < d->packets_max)
        index = ++d->made;
    else
        return NULL;
    struct waiting *w = &d->waiting[index];
    uint32_t *bucket = bucket_of(d, key);
    *w = (struct waiting){.key = *key, .chain = *bucket, .first_ns = now_ns};
    *bucket = index;
    append(d, w, HEADLESS, now_ns);
    d->count++;
    return w;
}

static void release(struct defrag *d, struct waiting *w)
{
    pieces_release(d->pool, &w->header);
    pieces_release(d->pool, &w->data);
}

static void forget(struct defrag *d, struct waiting *w)
{
    uint32_t *at = bucket_of(d, &w->key), index = index_of(d, w);
    while (*at != index)
        at = &d->waiting[*at].chain;
    *at = w->chain;
    unlink_from_list(d, w);
    release(d, w);
    w->chain = d->unused;
    d->unused = index;
    d->count--;
}

/* How long the data behind the header are, of which there are `len` here and `run` without a hole
 * on the wire. If the last fragment has not said so: as long as UDP says, or as much as there is;
 * TCP sees by itself that bytes are missing. */
static uint32_t total_of(const struct waiting *w, const uint8_t *data, size_t len, uint32_t run)
{
    if (w->total)
        return w->total;
    uint8_t protocol = w->key.v4 ? w->key.protocol : data[-FRAGMENT_BYTES];
    if (protocol == IPPROTO_UDP && len >= UDP_BYTES && be16_at(data + 4) > run)
        return be16_at(data + 4);
    return run;
}

/* Writes the packet, as far as it is there, to `out`. Returns false if that has no room. */
static bool put_together(struct defrag *d, struct waiting *w, struct rebuilt *out,
                         struct defragged *ret)
{
    size_t room = out->room - out->len;
    uint8_t *ip = out->bytes + out->len;
    if (room < DEFRAG_IP_MAX)
        return false;
    size_t header = pieces_copy(d->pool, &w->header, ip, room);
    size_t len = pieces_copy(d->pool, &w->data, ip + header, room - header);
    size_t total = total_of(w, ip + header, len, pieces_run(d->pool, &w->data));
    if (w->key.v4) {
        if (header + total > UINT16_MAX)
            return false;
        put_be16(ip + 2, header + total);
        put_be16(ip + 6, 0);
    } else {
        if (header - IPV6_BYTES + total > UINT16_MAX)
            return false;
        put_be16(ip + 4, header - IPV6_BYTES + total);
        put_be16(ip + header - FRAGMENT_BYTES + 2, 0);
    }
    ret->ip = bytes_of(ip, header + len);
    ret->wire_bytes = w->wire_bytes;
    ret->fragment = w->beginning;
    out->len += header + len;
    return true;
}

/* Its fragments are ignored from now on. Returns true if its beginning is to be handed on. */
static bool give_up(struct defrag *d, struct waiting *w, uint64_t now_ns, struct rebuilt *out,
                    struct defragged *ret)
{
    bool begun = w->state == BEGUN && put_together(d, w, out, ret);
    d->counters->unfinished++;
    release(d, w);
    unlink_from_list(d, w);
    append(d, w, GIVEN_UP, now_ns);
    return begun;
}

static struct waiting *oldest(struct defrag *d, enum state state)
{
    uint32_t index = d->list[state].first;
    return index ? &d->waiting[index] : NULL;
}

/* The oldest of a list if it has waited for longer than `limit_ns`. Time may go back: then it waits
 * anew, at most. */
static struct waiting *overdue(struct defrag *d, enum state state, uint64_t now_ns,
                               uint64_t limit_ns)
{
    struct waiting *w = oldest(d, state);
    if (w && w->since_ns > now_ns + DEFRAG_SILENT_NS)
        w->since_ns = now_ns;
    return w && now_ns > w->since_ns && now_ns - w->since_ns > limit_ns ? w : NULL;
}

/* Whom to give up now, or NULL. */
static struct waiting *next_lost(struct defrag *d, uint64_t now_ns)
{
    struct waiting *w = overdue(d, BEGUN, now_ns, DEFRAG_SILENT_NS);
    if (!w)
        w = overdue(d, HEADLESS, now_ns, DEFRAG_WAIT_NS);
    if (w || (piece_pool_left(d->pool) >= DEFRAG_CELLS_FREE && d->count < d->packets_max))
        return w;
    struct waiting *headless = oldest(d, HEADLESS), *begun = oldest(d, BEGUN);
    if (!headless || !begun)
        return headless ? headless : begun;
    return headless->since_ns <= begun->since_ns ? headless : begun;
}

bool defrag_give_up(struct defrag *d, uint64_t now_ns, struct rebuilt *out, struct defragged *ret)
{
    struct waiting *w;
    while ((w = overdue(d, GIVEN_UP, now_ns, DEFRAG_WAIT_NS)))
        forget(d, w);
    for (;;) {
        if (d->count == d->packets_max && (w = oldest(d, GIVEN_UP)))
            forget(d, w);
        w = next_lost(d, now_ns);
        if (!w)
            return false;
        if (give_up(d, w, now_ns, out, ret))
            return true;
    }
}

bool defrag_finish(struct defrag *d, struct rebuilt *out, struct defragged *ret)
{
    for (;;) {
        struct waiting *w = oldest(d, BEGUN);
        w = w ? w : oldest(d, HEADLESS);
        w = w ? w : oldest(d, GIVEN_UP);
        if (!w)
            return false;
        bool begun = w->state != GIVEN_UP && give_up(d, w, w->since_ns, out, ret);
        forget(d, w);
        if (begun)
            return true;
    }
}

/* The first fragment has come: it has the header of the packet. */
static bool begin(struct defrag *d, struct waiting *w, const struct packet *p,
                  const struct piece_of *piece)
{
    w->beginning = *p;
    return pieces_add(d->pool, &w->header, 0, (uint32_t)piece->header.len, piece->header,
                      DEFRAG_PIECES_MAX) == PIECES_NEW;
}

/* Notes where the data end. Returns false if that contradicts what came before. */
static bool note_end(struct waiting *w, const struct piece_of *piece)
{
    if (!piece->last)
        return !w->total || piece->end <= w->total;
    if (w->total ? w->total != piece->end : w->data.end > piece->end)
        return false;
    w->total = piece->end;
    return true;
}

/* Adds a piece. Returns false if the packet is to be given up. */
static bool take(struct defrag *d, struct waiting *w, const struct packet *p,
                 const struct piece_of *piece)
{
    bool had_total = w->total != 0;
    if (!note_end(w, piece)) {
        d->counters->overlapped++;
        return w->key.v4; /* ignored */
    }
    uint32_t covered = w->data.covered;
    enum pieces_fate fate = pieces_add(d->pool, &w->data, piece->offset, piece->end - piece->offset,
                                       p->payload, DEFRAG_PIECES_MAX);
    if (fate == PIECES_FULL)
        return false;
    d->counters->overlapped += fate != PIECES_NEW;
    if (fate == PIECES_CONTRADICT && !w->key.v4)
        return false;
    if (w->data.covered == covered && had_total == (w->total != 0))
        return true; /* all of it was there */
    w->wire_bytes += p->wire_bytes;
    if (piece->offset == 0 && w->state == HEADLESS && !begin(d, w, p, piece))
        return false;
    if (w->state == BEGUN || piece->offset == 0) {
        unlink_from_list(d, w);
        append(d, w, BEGUN, p->time_ns);
    }
    return true;
}

/* The packet that a fragment belongs to; one anew if its id has come round. */
static struct waiting *packet_of(struct defrag *d, const struct key *key, uint64_t now_ns)
{
    struct waiting *w = find(d, key);
    if (w && now_ns > w->first_ns && now_ns - w->first_ns > DEFRAG_WAIT_NS) {
        d->counters->unfinished += w->state != GIVEN_UP;
        forget(d, w);
        w = NULL;
    }
    return w ? w : add(d, key, now_ns);
}

enum defrag_fate defrag_take(struct defrag *d, const struct packet *fragment, struct rebuilt *out,
                             struct defragged *ret)
{
    struct key key;
    struct piece_of piece;
    if (!read_fragment(fragment, &key, &piece))
        return DEFRAG_MALFORMED;
    if (d->options.by_vantage)
        key.vantage = vantage_of(fragment);
    struct waiting *w = packet_of(d, &key, fragment->time_ns);
    if (!w || w->state == GIVEN_UP)
        return DEFRAG_TAKEN;
    if (!take(d, w, fragment, &piece)) {
        unlink_from_list(d, w);
        release(d, w);
        append(d, w, GIVEN_UP, fragment->time_ns);
        d->counters->unfinished++;
        return DEFRAG_TAKEN;
    }
    if (w->state != BEGUN || !w->total || w->data.covered != w->total)
        return DEFRAG_TAKEN;
    bool whole = put_together(d, w, out, ret);
    ret->fragment = *fragment;
    d->counters->rebuilt += whole;
    d->counters->unfinished += !whole;
    forget(d, w);
    return whole ? DEFRAG_WHOLE : DEFRAG_TAKEN;
}
