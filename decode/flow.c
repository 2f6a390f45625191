/* flow.c - see flow.h. */
#include "decode/flow.h"

#include <stdlib.h>

enum {
    SLAB_BITS = 8,
    SLAB_FLOWS = 1 << SLAB_BITS,
};

static const uint64_t second = 1000000000;

struct flow_table {
    struct hash_key key;
    uint32_t flows_max, count;
    uint32_t made; /* flows ever taken from the slabs; indices 1 to `made` exist */
    uint32_t free; /* first of the free ones among them */
    uint32_t bucket_mask;
    uint32_t *bucket; /* flow index or 0; pages untouched cost nothing */
    struct flow **slab;
    struct link list[FLOW_LISTS]; /* .next is the first, .previous the last */
};

struct flow *flow_at(const struct flow_table *t, uint32_t index)
{
    if (!index)
        return NULL;
    return &t->slab[(index - 1) >> SLAB_BITS][(index - 1) & (SLAB_FLOWS - 1)];
}

/* IPv4 addresses are hashed without what they all share, which halves the work. That the same ends
 * over TCP and UDP may get the same number is harmless. */
static uint32_t *bucket_of(const struct flow_table *t, const struct flow_key *key)
{
    uint64_t word[5], rest = key->tenant ^ key->protocol << 24;
    size_t words;
    word[0] = rest << 32 | (uint32_t)key->port[0] << 16 | key->port[1];
    if (address_is_v4(&key->address[0]) && address_is_v4(&key->address[1])) {
        uint32_t low[2];
        memcpy(&low[0], key->address[0].byte + 12, 4);
        memcpy(&low[1], key->address[1].byte + 12, 4);
        word[1] = (uint64_t)low[0] << 32 | low[1];
        words = 2;
    } else {
        memcpy(word + 1, key->address, sizeof key->address);
        words = 5;
    }
    return &t->bucket[hash_bytes(&t->key, word, words * sizeof *word) & t->bucket_mask];
}

/* By fields, for a processor waits when it reads wider than was just written. */
static bool keys_equal(const struct flow_key *a, const struct flow_key *b)
{
    return a->port[0] == b->port[0] && a->port[1] == b->port[1] && a->tenant == b->tenant &&
           a->protocol == b->protocol && address_equal(&a->address[0], &b->address[0]) &&
           address_equal(&a->address[1], &b->address[1]);
}

static unsigned link_of(unsigned list)
{
    return list < FLOW_STATES ? LINK_AGE : list - FLOW_STATES + 1;
}

/* A flow that is on a list and alone there has no neighbours, so the list's ends are asked too. */
static bool is_on(const struct flow_table *t, const struct flow *f, unsigned list)
{
    const struct link *link = &f->link[link_of(list)];
    return link->previous || link->next || t->list[list].next == f->index;
}

static void append(struct flow_table *t, struct flow *f, unsigned list)
{
    unsigned kind = link_of(list);
    struct link *ends = &t->list[list];
    f->link[kind] = (struct link){.previous = ends->previous};
    if (ends->previous)
        flow_at(t, ends->previous)->link[kind].next = f->index;
    else
        ends->next = f->index;
    ends->previous = f->index;
}

static void unlink_from(struct flow_table *t, struct flow *f, unsigned list)
{
    unsigned kind = link_of(list);
    struct link *ends = &t->list[list];
    struct link at = f->link[kind];
    if (at.previous)
        flow_at(t, at.previous)->link[kind].next = at.next;
    else
        ends->next = at.next;
    if (at.next)
        flow_at(t, at.next)->link[kind].previous = at.previous;
    else
        ends->previous = at.previous;
    f->link[kind] = (struct link){0};
}

/* An index that was used before, or the next one of the slabs; NULL when memory is short. */
static struct flow *take_free(struct flow_table *t)
{
    if (t->free) {
        struct flow *f = flow_at(t, t->free);
        t->free = f->chain;
        return f;
    }
    struct flow **slab = &t->slab[t->made >> SLAB_BITS];
    if (!*slab)
        *slab = aligned_alloc(64, SLAB_FLOWS * sizeof **slab);
    if (!*slab)
        return NULL;
    struct flow *f = &(*slab)[t->made & (SLAB_FLOWS - 1)];
    t->made++;
    f->index = t->made;
    return f;
}

/* The common header of SCTP (RFC 9260, 3.1) begins like those of TCP and UDP. */
static void read_sctp_ports(struct bytes sctp, uint16_t *source, uint16_t *destination)
{
    struct cursor in = cursor_over(sctp);
    uint16_t from = cursor_be16(&in), to = cursor_be16(&in);
    if (in.starved)
        return;
    *source = from;
    *destination = to;
}

unsigned flow_key_of(const struct packet *p, struct flow_key *ret_key)
{
    uint16_t source = p->source_port, destination = p->destination_port;
    if (p->protocol == IPPROTO_SCTP)
        read_sctp_ports(p->payload, &source, &destination);
    int order = address_compare(&p->source, &p->destination);
    unsigned side = order ? order > 0 : source > destination;
    ret_key->address[side] = p->source;
    ret_key->address[side ^ 1U] = p->destination;
    ret_key->port[side] = source;
    ret_key->port[side ^ 1U] = destination;
    ret_key->tenant = p->tenant;
    ret_key->protocol = p->protocol;
    return side;
}

struct flow_table *flow_table_new(const struct hash_key *key, uint32_t flows_max)
{
    struct flow_table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    uint32_t buckets = SLAB_FLOWS;
    while (buckets / 2 < flows_max && buckets < 1U << 30)
        buckets <<= 1;
    t->key = *key;
    t->flows_max = flows_max;
    t->bucket_mask = buckets - 1;
    t->bucket = calloc(buckets, sizeof *t->bucket);
    t->slab = calloc(((size_t)flows_max >> SLAB_BITS) + 1, sizeof *t->slab);
    if (t->bucket && t->slab)
        return t;
    flow_table_free(t);
    return NULL;
}

void flow_table_free(struct flow_table *t)
{
    if (!t)
        return;
    if (t->slab)
        for (size_t i = 0; i <= t->flows_max >> SLAB_BITS; i++)
            free(t->slab[i]);
    free(t->slab);
    free(t->bucket);
    free(t);
}

uint32_t flow_table_count(const struct flow_table *t)
{
    return t->count;
}

struct flow *flow_find(struct flow_table *t, const struct flow_key *key)
{
    struct flow *f = flow_at(t, *bucket_of(t, key));
    while (f && !keys_equal(&f->key, key))
        f = flow_at(t, f->chain);
    return f;
}

struct flow *flow_add(struct flow_table *t, const struct flow_key *key, enum flow_state state)
{
    if (t->count >= t->flows_max)
        return NULL;
    struct flow *f = take_free(t);
    if (!f)
        return NULL;
    uint32_t *bucket = bucket_of(t, key);
    *f = (struct flow){.key = *key, .index = f->index, .chain = *bucket, .used = true};
    *bucket = f->index;
    f->state = state & 0x7fU;
    append(t, f, state);
    t->count++;
    return f;
}

void flow_remove(struct flow_table *t, struct flow *f)
{
    uint32_t *at = bucket_of(t, &f->key);
    while (*at != f->index)
        at = &flow_at(t, *at)->chain;
    *at = f->chain;
    unlink_from(t, f, f->state);
    for (unsigned list = FLOW_STATES; list < FLOW_LISTS; list++)
        flow_take(t, f, list);
    f->used = false;
    f->chain = t->free;
    t->free = f->index;
    t->count--;
}

struct flow *flow_oldest(struct flow_table *t)
{
    struct flow *oldest = flow_first(t, FLOW_CLOSED);
    if (!oldest)
        oldest = flow_first(t, FLOW_HALF_OPEN);
    if (oldest)
        return oldest;
    for (unsigned state = FLOW_HALF_CLOSED; state < FLOW_STATES; state++) {
        struct flow *f = flow_first(t, state);
        if (f && (!oldest || flow_seen_ns(f) < flow_seen_ns(oldest)))
            oldest = f;
    }
    return oldest;
}

void flow_set_state(struct flow_table *t, struct flow *f, enum flow_state state)
{
    unlink_from(t, f, f->state);
    f->state = state & 0x7fU;
    append(t, f, state);
}

/* Before it is full, so that who talks is among the youngest by then. */
static bool is_nearly_full(const struct flow_table *t)
{
    return t->count >= t->flows_max - t->flows_max / 8;
}

void flow_touch(struct flow_table *t, struct flow *f, uint64_t now_ns, uint64_t clock_ns)
{
    uint64_t before_s = flow_seen_ns(f) / second;
    f->last_ns = now_ns;
    f->lag_ns = clock_ns > now_ns ? clock_ns - now_ns : 0;
    bool stays = flow_seen_ns(f) / second == before_s && !is_nearly_full(t);
    if (f->state != FLOW_CLOSED && !stays)
        flow_set_state(t, f, f->state);
}

bool flow_is_on(const struct flow_table *t, const struct flow *f, enum flow_list list)
{
    return is_on(t, f, list);
}

void flow_put(struct flow_table *t, struct flow *f, enum flow_list list)
{
    if (!is_on(t, f, list))
        append(t, f, list);
}

void flow_take(struct flow_table *t, struct flow *f, enum flow_list list)
{
    if (is_on(t, f, list))
        unlink_from(t, f, list);
}

struct flow *flow_first(struct flow_table *t, unsigned list)
{
    return flow_at(t, t->list[list].next);
}

struct flow *flow_next(struct flow_table *t, const struct flow *f, unsigned list)
{
    return flow_at(t, f->link[link_of(list)].next);
}

static int by_first_number(const void *a, const void *b)
{
    const struct flow *left = *(struct flow *const *)a, *right = *(struct flow *const *)b;
    if (left->first_number != right->first_number)
        return left->first_number < right->first_number ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

void flow_table_in_order(struct flow_table *t, struct flow **ret_flows)
{
    uint32_t count = 0;
    for (uint32_t index = 1; index <= t->made; index++)
        if (flow_at(t, index)->used)
            ret_flows[count++] = flow_at(t, index);
    qsort(ret_flows, count, sizeof(struct flow *), by_first_number);
}
