/* lookups.c - see lookups.h. */
#include "decode/lookups.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "decode/dns_answer.h"
#include "decode/stream.h"

enum {
    WAYS = 4,
    SETS = 8192,
    WAIT_S = 60,    /* for an answer */
    EARLY_MAX = 16, /* answers that wait for their questions */
    BUCKETS = 1 << 16,
    RECORDS_LEAST = 256,
    QUESTION_BYTES = DNS_HEADER + 5, /* no question is shorter */
};

/* A question that waits for its answer. */
struct question {
    uint64_t hash; /* of everything that the answer must repeat; 0: none */
    uint64_t time_ns;
};

struct asked_name {
    struct asked_name *next; /* in its bucket */
    uint32_t bucket;
    uint32_t holders;
    char text[]; /* owned */
};

struct record {
    struct address client, address;
    uint32_t tenant;
    uint32_t chain;        /* the next in its bucket; 0: none. Numbers count from 1 */
    uint32_t older, newer; /* by when they were learned */
    uint32_t bucket;
    uint64_t since_ns, until_ns;
    struct asked_name *name; /* held */
};

/* An answer that a mirror shows a moment before its question. */
struct early_answer {
    uint64_t hash; /* of its question; 0: none */
    uint64_t time_ns;
    uint32_t tenant;
    struct address client;
    struct dns_answer answer;
};

struct lookups {
    struct hash_key key;
    struct early_answer *early;        /* EARLY_MAX; owned, NULL until there is one */
    unsigned early_next;               /* where the next goes */
    struct question (*question)[WAYS]; /* SETS; owned, NULL until the first is asked */
    struct record *record;             /* owned */
    uint32_t *record_bucket;           /* BUCKETS; owned, NULL until there is one */
    struct asked_name **name_bucket;   /* likewise */
    uint32_t len, room;
    uint32_t oldest, newest;
};

struct lookups *lookups_new(const struct hash_key *key)
{
    struct lookups *l = calloc(1, sizeof *l);
    if (l)
        l->key = *key;
    return l;
}

void lookups_free(struct lookups *l)
{
    if (!l)
        return;
    for (uint32_t i = 1; i <= l->len; i++)
        lookups_release(l, l->record[i - 1].name);
    free(l->early);
    free(l->question);
    free(l->record);
    free(l->record_bucket);
    free(l->name_bucket);
    free(l);
}

const char *asked_name_text(const struct asked_name *name)
{
    return name ? name->text : "";
}

void lookups_release(struct lookups *l, struct asked_name *name)
{
    if (!name || --name->holders)
        return;
    struct asked_name **at = &l->name_bucket[name->bucket];
    while (*at != name)
        at = &(*at)->next;
    *at = name->next;
    free(name);
}

/* The name, held for the caller; NULL when memory is short. */
static struct asked_name *hold(struct lookups *l, const char *text)
{
    size_t len = strlen(text);
    uint32_t bucket = hash_bytes(&l->key, text, len) % BUCKETS;
    struct asked_name *name = l->name_bucket[bucket];
    while (name && strcmp(name->text, text) != 0)
        name = name->next;
    if (!name) {
        name = malloc(sizeof *name + len + 1);
        if (!name)
            return NULL;
        *name = (struct asked_name){.next = l->name_bucket[bucket], .bucket = bucket};
        memcpy(name->text, text, len + 1);
        l->name_bucket[bucket] = name;
    }
    name->holders++;
    return name;
}

static struct record *record_at(const struct lookups *l, uint32_t number)
{
    return number ? &l->record[number - 1] : NULL;
}

static uint32_t bucket_of(const struct lookups *l, uint32_t tenant, const struct address *client,
                          const struct address *address)
{
    const struct {
        struct address client, address;
        uint64_t tenant;
    } pair = {*client, *address, tenant};
    return hash_bytes(&l->key, &pair, sizeof pair) % BUCKETS;
}

static uint32_t find(const struct lookups *l, uint32_t bucket, uint32_t tenant,
                     const struct address *client, const struct address *address)
{
    uint32_t number = l->record_bucket ? l->record_bucket[bucket] : 0;
    for (; number; number = l->record[number - 1].chain) {
        const struct record *r = &l->record[number - 1];
        if (r->tenant == tenant && address_equal(&r->client, client) &&
            address_equal(&r->address, address))
            break;
    }
    return number;
}

static void unlink_age(struct lookups *l, const struct record *r)
{
    *(r->older ? &record_at(l, r->older)->newer : &l->oldest) = r->newer;
    *(r->newer ? &record_at(l, r->newer)->older : &l->newest) = r->older;
}

static void append_age(struct lookups *l, uint32_t number)
{
    struct record *r = record_at(l, number);
    r->older = l->newest;
    r->newer = 0;
    *(l->newest ? &record_at(l, l->newest)->newer : &l->oldest) = number;
    l->newest = number;
}

static void unlink_bucket(struct lookups *l, uint32_t number)
{
    struct record *r = record_at(l, number);
    uint32_t *at = &l->record_bucket[r->bucket];
    while (*at != number)
        at = &l->record[*at - 1].chain;
    *at = r->chain;
}

static bool make_room(struct lookups *l)
{
    if (!l->record_bucket)
        l->record_bucket = calloc(BUCKETS, sizeof *l->record_bucket);
    if (!l->name_bucket)
        l->name_bucket = calloc(BUCKETS, sizeof(struct asked_name *));
    if (!l->record_bucket || !l->name_bucket)
        return false;
    if (l->len < l->room)
        return true;
    uint32_t room = l->room ? 2 * l->room : RECORDS_LEAST;
    room = room < LOOKUPS_MAX ? room : LOOKUPS_MAX;
    struct record *grown = realloc(l->record, room * sizeof *grown);
    if (!grown)
        return false;
    l->record = grown;
    l->room = room;
    return true;
}

/* A number for a new record: its own or, at the cap, that of the oldest; 0 when memory is short. */
static uint32_t take_number(struct lookups *l, uint64_t now_ns, unsigned *evicted)
{
    if (l->len < LOOKUPS_MAX)
        return make_room(l) ? ++l->len : 0;
    uint32_t number = l->oldest;
    struct record *r = record_at(l, number);
    *evicted += r->until_ns >= now_ns;
    unlink_age(l, r);
    unlink_bucket(l, number);
    lookups_release(l, r->name);
    r->name = NULL;
    return number;
}

/* `fresh` has everything but its place. Its name is taken. */
static unsigned remember(struct lookups *l, const struct record *fresh, uint64_t now_ns)
{
    unsigned evicted = 0;
    uint32_t bucket = bucket_of(l, fresh->tenant, &fresh->client, &fresh->address);
    uint32_t number = find(l, bucket, fresh->tenant, &fresh->client, &fresh->address);
    struct record *r = record_at(l, number);
    if (r) {
        unlink_age(l, r);
        lookups_release(l, r->name);
        r->name = fresh->name;
        r->since_ns = fresh->since_ns;
        r->until_ns = fresh->until_ns;
    } else if ((number = take_number(l, now_ns, &evicted))) {
        r = record_at(l, number);
        *r = *fresh;
        r->bucket = bucket;
        r->chain = l->record_bucket[bucket];
        l->record_bucket[bucket] = number;
    } else {
        lookups_release(l, fresh->name);
        return evicted;
    }
    append_age(l, number);
    return evicted;
}

bool lookups_may_learn(const struct packet *p)
{
    if (p->protocol != IPPROTO_UDP || p->copy || p->payload.len < QUESTION_BYTES)
        return false;
    const uint8_t *at = p->payload.at;
    bool one_question = at[4] == 0 && at[5] == 1;
    bool response = at[2] & DNS_RESPONSE >> 8;
    bool answered = !(at[3] & DNS_RCODE) && (at[6] || at[7]);
    return one_question && !(at[2] & DNS_OPCODE >> 8) && (response ? answered : !at[6] && !at[7]);
}

/* Everything by which an answer shows that it is one to this question. */
static uint64_t hash_of(const struct lookups *l, const struct packet *p, bool response, uint16_t id,
                        const struct dns_question *q)
{
    struct {
        struct address ends[2];
        uint64_t name;
        uint32_t tenant;
        uint16_t ports[2], id, type, class, none;
    } all = {
        .name = q->name.hash,
        .tenant = p->tenant,
        .id = id,
        .type = q->type,
        .class = q->class,
    };
    all.ends[response] = p->source;
    all.ends[!response] = p->destination;
    all.ports[response] = p->source_port;
    all.ports[!response] = p->destination_port;
    uint64_t hash = hash_bytes(&l->key, &all, sizeof all);
    return hash ? hash : 1;
}

static void await(struct lookups *l, uint64_t hash, uint64_t now_ns)
{
    if (!l->question)
        l->question = calloc(SETS, sizeof *l->question);
    if (!l->question)
        return;
    struct question *set = l->question[hash % SETS], *to = set;
    for (unsigned i = 0; i < WAYS && to->hash != hash; i++)
        if (set[i].hash == hash || set[i].time_ns < to->time_ns)
            to = &set[i];
    *to = (struct question){hash, now_ns};
}

/* Was it asked, lately? It is answered with this. */
static bool was_asked(struct lookups *l, uint64_t hash, uint64_t now_ns)
{
    for (unsigned i = 0; l->question && i < WAYS; i++) {
        struct question *q = &l->question[hash % SETS][i];
        if (q->hash != hash)
            continue;
        bool lately = now_ns <= q->time_ns + WAIT_S * UINT64_C(1000000000);
        *q = (struct question){0};
        return lately;
    }
    return false;
}

static unsigned learn_answer(struct lookups *l, const struct early_answer *a)
{
    unsigned evicted = 0;
    if (!make_room(l))
        return 0;
    for (size_t i = 0; i < a->answer.len; i++) {
        struct record fresh = {
            .client = a->client,
            .address = a->answer.at[i].address,
            .tenant = a->tenant,
            .since_ns = a->time_ns,
            .until_ns = dns_until_ns(a->time_ns, a->answer.at[i].ttl),
            .name = hold(l, a->answer.name),
        };
        if (fresh.name)
            evicted += remember(l, &fresh, a->time_ns);
    }
    return evicted;
}

/* What is there to wait has the place of what has waited longest. */
static void keep_early(struct lookups *l, const struct early_answer *a)
{
    if (!l->early)
        l->early = calloc(EARLY_MAX, sizeof *l->early);
    if (!l->early)
        return;
    l->early[l->early_next] = *a;
    l->early_next = (l->early_next + 1) % EARLY_MAX;
}

/* Has it been answered already? */
static struct early_answer *find_early(struct lookups *l, uint64_t hash, uint64_t now_ns)
{
    for (unsigned i = 0; l->early && i < EARLY_MAX; i++) {
        struct early_answer *a = &l->early[i];
        if (a->hash == hash && now_ns <= a->time_ns + STREAM_EARLY_WAIT_NS)
            return a;
    }
    return NULL;
}

static unsigned learn_question(struct lookups *l, const struct packet *p, uint64_t hash)
{
    struct early_answer *early = find_early(l, hash, p->time_ns);
    if (!early) {
        await(l, hash, p->time_ns);
        return 0;
    }
    early->hash = 0;
    return learn_answer(l, early);
}

unsigned lookups_learn(struct lookups *l, const struct packet *p)
{
    struct dns_reader r;
    struct dns_question q;
    if (!lookups_may_learn(p) || !dns_read_header(&r, p->payload) || !dns_read_question(&r, &q))
        return 0;
    bool response = r.header.flags & DNS_RESPONSE;
    uint64_t hash = hash_of(l, p, response, r.header.id, &q);
    if (!response)
        return learn_question(l, p, hash);
    bool asked = was_asked(l, hash, p->time_ns);
    struct early_answer a = {
        .hash = hash, .time_ns = p->time_ns, .tenant = p->tenant, .client = p->destination};
    if (!dns_read_answer(p->payload, &a.answer))
        return 0;
    if (asked)
        return learn_answer(l, &a);
    keep_early(l, &a);
    return 0;
}

struct asked_name *lookups_hold(struct lookups *l, uint32_t tenant, const struct address *client,
                                const struct address *server, uint64_t now_ns)
{
    if (!l->len)
        return NULL;
    uint32_t number = find(l, bucket_of(l, tenant, client, server), tenant, client, server);
    const struct record *r = record_at(l, number);
    if (!r || r->until_ns < now_ns || r->since_ns > now_ns)
        return NULL;
    r->name->holders++;
    return r->name;
}
