/* flow.h - the flow table: what is known of each transport conversation, found by its two ends.
 *
 * Keyed hash, chains by index, flows in slabs that are allocated as they are needed. Which flow
 * goes at the cap is told by flow_oldest(); lists by state give time-outs without a scan. Within a
 * flow things are indexed by side (0 has the lower address and port); the direction that a side
 * sends in follows from which side is the client, so changing one's mind about that moves nothing.
 */
#pragma once

#include <netinet/in.h>

#include "base/hash.h"
#include "capture/packet.h"
#include "decode/conn_rest.h"
#include "decode/direction.h"
#include "decode/health.h"
#include "decode/lookups.h"
#include "decode/stream.h"

struct flow_key {
    struct address address[2]; /* by side: the lower end first */
    uint16_t port[2];
    uint32_t tenant;
    uint32_t protocol; /* of IP: IPPROTO_TCP, IPPROTO_UDP... */
};

/* What a flow waits for. Each has its time-out and its list by age. */
enum flow_state {
    FLOW_CLOSED, /* over; lingers to absorb late packets */
    FLOW_HALF_OPEN,
    FLOW_HALF_CLOSED, /* one side has sent its FIN */
    FLOW_OPEN,
    FLOW_DATAGRAMS, /* UDP, and all that is not TCP */
    FLOW_STATES,
};

enum flow_list {
    LIST_CHANGED = FLOW_STATES, /* since the last report */
    LIST_HOLE,                  /* a stream of it may have a hole */
    LIST_WAITING,               /* its connection may have open exchanges */
    LIST_MULTIPLEXED,           /* its connection carries many at once */
    FLOW_LISTS,
};

enum flow_link { LINK_AGE, LINK_CHANGED, LINK_HOLE, LINK_WAITING, LINK_MULTIPLEXED, FLOW_LINKS };

struct link {
    uint32_t previous, next; /* flow.index; 0 = none */
};

/* What becomes of the bytes. */
enum reading {
    READING_OPENING, /* which protocol they are is not known yet */
    READING_LABEL,   /* no decoder wants them; they may still tell what to call the flow */
    READING_CONN,    /* they go to `conn` */
    READING_REST,    /* likewise, but it is put away until there are more */
    READING_NOTHING, /* nobody wants them: only counted */
};

struct early; /* opening bytes kept until they tell the protocol */

struct flow {
    struct flow_key key;
    uint32_t index; /* of this flow, from 1 */
    uint32_t chain; /* the next flow in its bucket, or in the list of free ones */
    struct link link[FLOW_LINKS];
    uint32_t label;        /* the labeller's, while and after it looks; 0: it has not yet */
    uint64_t first_number; /* packet.number of its first packet */
    uint64_t first_ns;     /* packet time of its first packet */
    uint64_t last_ns;      /* packet time of its latest packet */
    uint64_t lag_ns;       /* how far that was behind the clock; 0 but where stamps go back */
    struct conn *conn;     /* owned; NULL until a decoder claims the bytes, and while it rests */
    struct conn_rest rest; /* owned: what is remembered of `conn` while it rests, and after that */
    struct early *early;   /* owned; NULL unless READING_OPENING needs it */
    const char *protocol;  /* to be reported as; NULL while it is not known */
    const char *reported;  /* likewise, by the latest report; NULL: none has been made */
    uint64_t reset_ns;     /* packet time of a reset that waits for what it has overtaken; or 0 */
    struct asked_name *asked; /* held: what its client had asked for as it began; or NULL */
    struct stream stream[2];  /* by side: what it sends */
    struct health health;
    uint32_t waiting_s; /* packet time: when open exchanges are looked at; when it was closed */
    uint8_t reading;    /* enum reading */
    uint8_t state : 7;  /* enum flow_state */
    bool used : 1;
    uint8_t tries : 7;      /* how often classify() was asked in vain */
    bool awake : 1;         /* its connection has a place among those that need not rest yet */
    uint8_t client : 1;     /* side */
    uint8_t reset_side : 1; /* who sent it; valid if `reset_ns` */
    bool syn_seen : 1;      /* from the client */
    bool syn_ack_seen : 1;  /* from the server */
    bool opened : 1;
    bool joined : 1; /* the next bytes need not be the first: midstream, or after a gap */
    bool reported_multiplexed : 1;
    bool nameless : 1; /* nobody had called its server by name when it was first reported */
};
_Static_assert(sizeof(struct flow) <= 424, "an idle flow costs little");

static inline enum dir flow_dir(const struct flow *f, unsigned side)
{
    return side == f->client ? TO_SERVER : TO_CLIENT;
}

static inline unsigned flow_server(const struct flow *f)
{
    return f->client ^ 1U;
}

/* What a flow is called that nothing better is known of. */
static inline const char *flow_transport(const struct flow *f)
{
    return f->key.protocol == IPPROTO_UDP ? "udp" : "tcp";
}

/* Was part of the handshake seen, so that who is client is certain? */
static inline bool flow_handshake_seen(const struct flow *f)
{
    return f->syn_seen || f->syn_ack_seen;
}

/* What the clock said when its latest packet came. */
static inline uint64_t flow_seen_ns(const struct flow *f)
{
    return f->last_ns + f->lag_ns;
}

/* The same moment by the flow's own stamps, which may be behind. */
static inline struct moment flow_moment(const struct flow *f, struct moment m)
{
    m.now_ns -= f->lag_ns < m.now_ns ? f->lag_ns : m.now_ns;
    return m;
}

/* What is to be said of everything that is seen on the flow. */
static inline uint32_t flow_notes(const struct flow *f)
{
    if (f->key.protocol != IPPROTO_TCP || flow_handshake_seen(f))
        return 0;
    return NOTE_MIDSTREAM | NOTE_INFERRED_DIRECTION;
}

static inline struct endpoint flow_endpoint(const struct flow_key *key, unsigned side)
{
    return (struct endpoint){.address = key->address[side],
                             .tenant = key->tenant,
                             .port = key->port[side],
                             .protocol = (uint16_t)key->protocol};
}

/* The key of a packet's flow, with the ports of SCTP; returns the side that sent it. */
unsigned flow_key_of(const struct packet *p, struct flow_key *ret_key);

struct flow_table;

/* A table of at most `flows_max` flows, at least 1. NULL when memory is short. `key` is copied. */
struct flow_table *flow_table_new(const struct hash_key *key, uint32_t flows_max);

/* Does not free what the flows own. NULL is fine. */
void flow_table_free(struct flow_table *t);

uint32_t flow_table_count(const struct flow_table *t);

struct flow *flow_find(struct flow_table *t, const struct flow_key *key);

/* The flow with this index, which may be none by now (`used`). NULL: of 0. */
struct flow *flow_at(const struct flow_table *t, uint32_t index);

/* A new zeroed flow with this key and state, on that state's list. NULL when the table is full or
 * memory is short. The key must not be in the table. */
struct flow *flow_add(struct flow_table *t, const struct flow_key *key, enum flow_state state);

/* Forgets the flow and takes it off all lists. What it owns must be released before. */
void flow_remove(struct flow_table *t, struct flow *f);

/* Which flow to lose first: closed ones, then half open ones, then the one that has been silent the
 * longest. NULL if the table is empty. */
struct flow *flow_oldest(struct flow_table *t);

/* Puts the flow in a state, as the youngest there. */
void flow_set_state(struct flow_table *t, struct flow *f, enum flow_state state);

/* A packet of the flow was seen, stamped `now_ns`, when the clock said `clock_ns` or, if that is
 * earlier, `now_ns` too. Order by age is that of the clock, and kept to the second, so that most
 * packets touch no neighbour, but exactly while the table is nearly full: what talks is not the one
 * to make room then. A closed flow stays where it is. */
void flow_touch(struct flow_table *t, struct flow *f, uint64_t now_ns, uint64_t clock_ns);

/* The lists other than those by age. Putting and taking twice does no harm. */
bool flow_is_on(const struct flow_table *t, const struct flow *f, enum flow_list list);
void flow_put(struct flow_table *t, struct flow *f, enum flow_list list); /* at the end */
void flow_take(struct flow_table *t, struct flow *f, enum flow_list list);

/* The first of a list (an enum flow_state names the list by age), and the one after. */
struct flow *flow_first(struct flow_table *t, unsigned list);
struct flow *flow_next(struct flow_table *t, const struct flow *f, unsigned list);

/* All flows, in the order of their first packets. `ret_flows` has room for flow_table_count(). */
void flow_table_in_order(struct flow_table *t, struct flow **ret_flows);
