/* census.c - see census.h.
 *
 * A connection is found by its two ends in order of address and port; "side 0" is the lower one. */
#include "doctor/census.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/human.h"

enum {
    SLOTS = 2 * CENSUS_MAX, /* a power of two */
    ENOUGH = 2,             /* signs that the other side is there */
    DATA_A_SIGN = 4,    /* segments of new data that make one: nobody sends on without answers */
    HOLE_MAX = 1 << 28, /* a larger step in sequence numbers is no hole, but something else */
};

/* Without padding, so that it can be hashed and compared as bytes. */
struct ends {
    struct address address[2];
    uint16_t port[2];
};

struct sighting { /* of one side */
    uint32_t packets;
    uint32_t next;         /* sequence number behind the latest data; valid if `has_next` */
    uint64_t missing;      /* bytes before it that were never seen */
    uint32_t acknowledged; /* the latest; valid if `has_acknowledged` */
    uint32_t tunnel_id;
    uint16_t vlan;
    uint8_t signs; /* that the other side is there, up to ENOUGH */
    uint8_t data;  /* segments of new data, up to DATA_A_SIGN, then anew */
    bool syn, syn_ack, has_acknowledged, has_next;
};

struct connection {
    struct ends ends;
    struct sighting side[2];
    bool encrypted;
};

struct census {
    struct hash_key key;
    uint64_t past_room, payload_bytes;
    uint32_t connection_len;
    uint32_t slot[SLOTS]; /* connection + 1; 0: free */
    struct connection connection[CENSUS_MAX];
};

struct census *census_new(const struct hash_key *key)
{
    struct census *c = calloc(1, sizeof *c);
    if (c)
        c->key = *key;
    return c;
}

void census_free(struct census *c)
{
    free(c);
}

/* The ends of a packet's connection, and in `ret_side` which of them sent it. */
static struct ends ends_of(const struct packet *p, unsigned *ret_side)
{
    int order = address_compare(&p->source, &p->destination);
    if (!order)
        order = p->source_port < p->destination_port ? -1 : 1;
    *ret_side = order > 0;
    if (order > 0)
        return (struct ends){{p->destination, p->source}, {p->destination_port, p->source_port}};
    return (struct ends){{p->source, p->destination}, {p->source_port, p->destination_port}};
}

/* The connection of these ends, made if it is new; NULL if there is no room. */
static struct connection *find(struct census *c, const struct ends *ends)
{
    size_t at = hash_bytes(&c->key, ends, sizeof *ends) & (SLOTS - 1);
    for (; c->slot[at]; at = (at + 1) & (SLOTS - 1)) {
        struct connection *known = &c->connection[c->slot[at] - 1];
        if (memcmp(&known->ends, ends, sizeof *ends) == 0)
            return known;
    }
    if (c->connection_len == CENSUS_MAX)
        return NULL;
    struct connection *new = &c->connection[c->connection_len++];
    new->ends = *ends;
    c->slot[at] = c->connection_len;
    return new;
}

static void add_signs(struct sighting *s, unsigned signs)
{
    s->signs = (uint8_t)(s->signs + signs < ENOUGH ? s->signs + signs : ENOUGH);
}

/* A handshake that its side goes on with was answered. One that it goes on with only to give up
 * (RST) was not. */
static void see_handshake(struct sighting *s, const struct packet *p)
{
    bool acknowledges = p->tcp_flags & TCP_ACK;
    if (p->tcp_flags & TCP_SYN) {
        s->has_next = s->has_acknowledged = false; /* the ends may have had a connection before */
        s->syn = s->syn || !acknowledges;
        s->syn_ack = s->syn_ack || acknowledges;
    } else if (s->syn && acknowledges && !(p->tcp_flags & TCP_RST)) {
        add_signs(s, ENOUGH);
    }
}

static void see_acknowledgment(struct sighting *s, const struct packet *p)
{
    if (!(p->tcp_flags & TCP_ACK) || p->tcp_flags & TCP_RST)
        return;
    bool goes_on = s->has_acknowledged && (int32_t)(p->acknowledged - s->acknowledged) > 0;
    if (goes_on)
        add_signs(s, s->syn_ack ? ENOUGH : 1);
    if (goes_on || !s->has_acknowledged)
        s->acknowledged = p->acknowledged;
    s->has_acknowledged = true;
}

/* What comes behind `next` leaves a hole; what comes before it fills one, if there is one, for who
 * sends again sends what was lost. Returns how many bytes are new. */
static uint32_t see_sequence(struct sighting *s, uint32_t start, uint32_t len)
{
    uint32_t end = start + len;
    int32_t ahead = (int32_t)(start - s->next), past = (int32_t)(end - s->next);
    if (!s->has_next || ahead >= HOLE_MAX || ahead <= -HOLE_MAX) {
        s->next = end;
        s->has_next = true;
        return len;
    }
    if (past <= 0) {
        uint32_t filled = len < s->missing ? len : (uint32_t)s->missing;
        s->missing -= filled;
        return filled;
    }
    s->missing += ahead > 0 ? (uint32_t)ahead : 0;
    s->next = end;
    return ahead > 0 ? len : (uint32_t)past;
}

/* Returns how many bytes of it are new. SYN and FIN count as a byte (RFC 9293, 3.4); the number of
 * a reset may be anything. */
static uint32_t see_data(struct sighting *s, const struct packet *p)
{
    uint32_t len = (uint32_t)p->payload.len + p->cut, before = s->next;
    uint32_t flags = (p->tcp_flags & TCP_SYN ? 1 : 0) + (p->tcp_flags & TCP_FIN ? 1 : 0);
    bool first = !s->has_next;
    if (p->tcp_flags & TCP_RST)
        return 0;
    uint32_t fresh = see_sequence(s, p->sequence, len + flags);
    if (len && (first || s->next != before) && ++s->data == DATA_A_SIGN) {
        s->data = 0;
        add_signs(s, 1);
    }
    return fresh < len ? fresh : len;
}

/* A record of TLS (RFC 8446, 5.1): a handshake or data, of version 3.x. */
static bool looks_encrypted(struct bytes payload)
{
    return payload.len >= 5 && (payload.at[0] == 22 || payload.at[0] == 23) && payload.at[1] == 3 &&
           payload.at[2] <= 4;
}

void census_packet(struct census *c, const struct packet *p)
{
    unsigned side;
    if (p->protocol != IPPROTO_TCP || p->copy)
        return;
    struct ends ends = ends_of(p, &side);
    struct connection *connection = find(c, &ends);
    if (!connection) {
        c->past_room++;
        return;
    }
    struct sighting *s = &connection->side[side];
    s->packets++;
    s->vlan = p->vlan;
    s->tunnel_id = p->tunnel_id;
    see_handshake(s, p);
    see_acknowledgment(s, p);
    c->payload_bytes += see_data(s, p);
    connection->encrypted = connection->encrypted || looks_encrypted(p->payload);
}

/* Which of its sides is the client? The lower port is the server's unless the handshake says. */
static unsigned client_of(const struct connection *c)
{
    for (unsigned side = 0; side < 2; side++)
        if (c->side[side].syn || c->side[side ^ 1U].syn_ack)
            return side;
    return c->ends.port[0] < c->ends.port[1];
}

static size_t put_place(char *text, size_t size, const struct sighting *s)
{
    if (!s->vlan && !s->tunnel_id)
        return 0;
    size_t len = (size_t)snprintf(text, size, " (");
    if (s->vlan)
        len += (size_t)snprintf(text + len, size - len, "VLAN %u", s->vlan);
    if (s->tunnel_id)
        len += (size_t)snprintf(text + len, size - len, "%stunnel %u", s->vlan ? ", " : "",
                                s->tunnel_id);
    return len + (size_t)snprintf(text + len, size - len, ")");
}

static size_t put_end(char *text, size_t size, const struct ends *ends, unsigned side)
{
    char address[ADDRESS_TEXT_MAX];
    address_to_text(&ends->address[side], address, sizeof address);
    bool v6 = !address_is_v4(&ends->address[side]);
    return (size_t)snprintf(text, size, "%s%s%s:%u", v6 ? "[" : "", address, v6 ? "]" : "",
                            ends->port[side]);
}

/* "10.0.0.1:40000 > 10.0.0.2:80 (VLAN 20)": from `side` to the other. All of it has room. */
static size_t describe(char text[EXAMPLE_MAX], const struct connection *c, unsigned side)
{
    size_t len = put_end(text, EXAMPLE_MAX, &c->ends, side);
    len += (size_t)snprintf(text + len, EXAMPLE_MAX - len, " > ");
    len += put_end(text + len, EXAMPLE_MAX - len, &c->ends, side ^ 1U);
    return len + put_place(text + len, EXAMPLE_MAX - len, &c->side[side]);
}

/* The row of the VLAN and tunnel of a side, or NULL if there is no room. */
static struct network_seen *network_of(struct census_result *r, const struct sighting *s)
{
    for (size_t i = 0; i < r->network_len; i++)
        if (r->network[i].vlan == s->vlan && r->network[i].tunnel_id == s->tunnel_id)
            return &r->network[i];
    if (r->network_len == NETWORKS_SEEN_MAX)
        return NULL;
    struct network_seen *new = &r->network[r->network_len++];
    *new = (struct network_seen){.vlan = s->vlan, .tunnel_id = s->tunnel_id};
    return new;
}

/* Only `side` was seen. The example is the connection with most packets. */
static void note_lacking(struct census_result *r, const struct connection *c, unsigned side,
                         uint32_t *most)
{
    enum side lacks = side == client_of(c) ? ANSWERS : REQUESTS;
    struct network_seen *network = network_of(r, &c->side[side]);
    r->lacking[lacks]++;
    if (network)
        network->lacking[lacks]++;
    if (c->side[side].packets <= most[lacks])
        return;
    most[lacks] = c->side[side].packets;
    size_t len = describe(r->example[lacks], c, side);
    snprintf(r->example[lacks] + len, EXAMPLE_MAX - len, ", %u packets", c->side[side].packets);
}

static void note_split(struct census_result *r, const struct connection *c)
{
    unsigned client = client_of(c);
    if (c->side[0].vlan == c->side[1].vlan)
        return;
    if (!r->split++) {
        size_t len = describe(r->split_example, c, client);
        snprintf(r->split_example + len, EXAMPLE_MAX - len, ", back in VLAN %u",
                 c->side[client ^ 1U].vlan);
    }
}

/* What `side` sent and nobody here saw: the holes in it, and what the other side has of it behind
 * the last packet. */
static uint64_t missing_of(const struct connection *c, unsigned side)
{
    const struct sighting *s = &c->side[side], *other = &c->side[side ^ 1U];
    int32_t behind = (int32_t)(other->acknowledged - s->next);
    bool has = s->has_next && other->has_acknowledged && behind > 0 && behind < HOLE_MAX;
    return s->missing + (has ? (uint32_t)behind : 0);
}

static void note_missing(struct census_result *r, const struct connection *c, uint64_t *most)
{
    r->missing_of += missing_of(c, 0) || missing_of(c, 1);
    for (unsigned side = 0; side < 2; side++) {
        uint64_t missing = missing_of(c, side);
        r->missing_bytes += missing;
        if (missing <= *most)
            continue;
        *most = missing;
        size_t len = describe(r->missing_example, c, side);
        snprintf(r->missing_example + len, EXAMPLE_MAX - len, ", %s",
                 human_bytes((double)missing).text);
    }
}

static void judge(struct census_result *r, const struct connection *c, uint32_t *most)
{
    const struct sighting *side = c->side;
    bool both = side[0].packets && side[1].packets;
    unsigned seen = side[0].packets ? 0 : 1;
    r->encrypted += c->encrypted;
    r->began_before += !(side[0].syn || side[0].syn_ack || side[1].syn || side[1].syn_ack);
    if (!both && side[seen].signs < ENOUGH)
        return;
    struct network_seen *network = network_of(r, &side[seen]);
    r->judged++;
    if (network)
        network->judged++;
    if (both)
        note_split(r, c);
    else
        note_lacking(r, c, seen, most);
}

/* Most that lack a side first; then by VLAN and tunnel. */
static int compare_networks(const void *left, const void *right)
{
    const struct network_seen *a = left, *b = right;
    uint64_t a_lacks = a->lacking[0] + a->lacking[1], b_lacks = b->lacking[0] + b->lacking[1];
    if (a_lacks != b_lacks)
        return a_lacks > b_lacks ? -1 : 1;
    if (a->vlan != b->vlan)
        return a->vlan < b->vlan ? -1 : 1;
    return (a->tunnel_id > b->tunnel_id) - (a->tunnel_id < b->tunnel_id);
}

void census_judge(const struct census *c, struct census_result *ret)
{
    uint32_t most[SIDES] = {0};
    uint64_t most_missing = 0;
    *ret = (struct census_result){
        .seen = c->connection_len,
        .past_room = c->past_room,
        .payload_bytes = c->payload_bytes,
    };
    for (uint32_t i = 0; i < c->connection_len; i++) {
        judge(ret, &c->connection[i], most);
        note_missing(ret, &c->connection[i], &most_missing);
    }
    qsort(ret->network, ret->network_len, sizeof *ret->network, compare_networks);
}
