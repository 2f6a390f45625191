/* label.c - see label.h.
 *
 * A flow holds a ticket: its number among all flows that were looked at, of which LABELS_MAX in a
 * row have places of their own. A place whose flow is not done when another's turn has come is
 * passed over, a few times; then the older flow loses it, as its ticket shows. */
#include "decode/label.h"

#include <pthread.h>
#include <stdlib.h>

#include "decode/inspector.h"

enum {
    PASSED_OVER_MAX = 16,
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    TCP_HEADER = 20,
    UDP_HEADER = 8,
    HOPS = 64,
};

#define LABEL_OVER UINT32_MAX /* the ticket of a flow that is done */

struct labeller {
    struct inspector *inspector; /* NULL: none has been needed */
    struct label_watch watch;
    struct decode_counters *counters;
    uint32_t ticket; /* the latest */
    struct label {
        struct inspected *flow; /* owned; NULL: the place is free */
        uint32_t ticket;
        uint32_t sent[2]; /* bytes, by side */
        uint32_t packets;
    } place[LABELS_MAX];
    uint8_t packet[IPV6_HEADER + TCP_HEADER + LABEL_BYTES_MAX + INSPECTOR_SPARE];
};

static void enter(const struct labeller *l)
{
    if (l->watch.enter)
        l->watch.enter(l->watch.ctx);
}

static void leave(const struct labeller *l)
{
    if (l->watch.leave)
        l->watch.leave(l->watch.ctx);
}

static void vacate(struct labeller *l, struct label *label)
{
    enter(l);
    inspected_free(label->flow);
    leave(l);
    label->flow = NULL;
}

struct labeller *labeller_new(const struct label_watch *watch, struct decode_counters *counters,
                              struct err *err)
{
    struct labeller *l = calloc(1, sizeof *l);
    if (!l) {
        err_set(err, "decode: out of memory for labels");
        return NULL;
    }
    l->watch = *watch;
    l->counters = counters;
    return l;
}

/* Made for the first flow that needs it: it takes as long as a small capture does. */
static bool has_inspector(struct labeller *l)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    if (l->inspector)
        return true;
    pthread_mutex_lock(&making);
    enter(l);
    l->inspector = inspector_new(NULL);
    leave(l);
    pthread_mutex_unlock(&making);
    return l->inspector;
}

void labeller_free(struct labeller *l)
{
    if (!l)
        return;
    for (unsigned i = 0; i < LABELS_MAX; i++)
        if (l->place[i].flow)
            vacate(l, &l->place[i]);
    inspector_free(l->inspector);
    free(l);
}

/* NULL if it has none, or has lost it. */
static struct label *label_of(struct labeller *l, const struct flow *f)
{
    struct label *label = &l->place[f->label % LABELS_MAX];
    return f->label && label->flow && label->ticket == f->label ? label : NULL;
}

static struct label *next_place(struct labeller *l)
{
    struct label *label = NULL;
    for (unsigned i = 0; i <= PASSED_OVER_MAX && (!label || label->flow); i++) {
        l->ticket = l->ticket + 1 == LABEL_OVER ? 1 : l->ticket + 1;
        label = &l->place[l->ticket % LABELS_MAX];
    }
    if (label->flow) {
        l->counters->labels_evicted++;
        vacate(l, label);
    }
    *label = (struct label){.ticket = l->ticket};
    return label;
}

static struct label *begin(struct labeller *l, struct flow *f)
{
    struct label *label = has_inspector(l) ? next_place(l) : NULL;
    if (!label) {
        f->label = LABEL_OVER;
        return NULL;
    }
    label->flow = inspected_new();
    f->label = label->flow ? label->ticket : LABEL_OVER;
    return label->flow ? label : NULL;
}

bool label_wants(const struct labeller *l, const struct flow *f)
{
    return l && f->label != LABEL_OVER;
}

void label_end(struct labeller *l, struct flow *f)
{
    struct label *label = l ? label_of(l, f) : NULL;
    if (label)
        vacate(l, label);
    f->label = LABEL_OVER;
}

static uint8_t *put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    return put16(put16(at, value >> 16), value);
}

static uint8_t *put_ip(uint8_t *at, const struct flow_key *key, unsigned side, size_t payload)
{
    const struct address *from = &key->address[side], *to = &key->address[side ^ 1U];
    bool v4 = address_is_v4(from) && address_is_v4(to);
    memset(at, 0, v4 ? IPV4_HEADER : IPV6_HEADER);
    if (v4) {
        at[0] = 4 << 4 | IPV4_HEADER / 4;
        put16(at + 2, (uint32_t)(IPV4_HEADER + payload));
        at[8] = HOPS;
        at[9] = (uint8_t)key->protocol;
        memcpy(at + 12, from->byte + 12, 4);
        memcpy(at + 16, to->byte + 12, 4);
        return at + IPV4_HEADER;
    }
    at[0] = 6 << 4;
    put16(at + 4, (uint32_t)payload);
    at[6] = (uint8_t)key->protocol;
    at[7] = HOPS;
    memcpy(at + 8, from->byte, sizeof from->byte);
    memcpy(at + 24, to->byte, sizeof to->byte);
    return at + IPV6_HEADER;
}

/* The packet as it might have been on the wire, but for its checksums, which nobody looks at. */
static struct bytes make_packet(struct labeller *l, const struct flow_key *key, unsigned side,
                                const struct label *label, struct bytes in)
{
    bool tcp = key->protocol == IPPROTO_TCP;
    size_t header = tcp ? TCP_HEADER : UDP_HEADER;
    uint8_t *at = put_ip(l->packet, key, side, header + in.len);
    at = put16(put16(at, key->port[side]), key->port[side ^ 1U]);
    if (tcp) {
        at = put32(put32(at, 1 + label->sent[side]), 1 + label->sent[side ^ 1U]);
        at = put16(at, TCP_HEADER / 4 << 12 | TCP_PSH | TCP_ACK);
        at = put32(put16(at, UINT16_MAX), 0);
    } else {
        at = put16(put16(at, (uint32_t)(header + in.len)), 0);
    }
    memcpy(at, in.at, in.len);
    memset(at + in.len, 0, INSPECTOR_SPARE);
    return bytes_of(l->packet, (size_t)(at - l->packet) + in.len);
}

const char *label_bytes(struct labeller *l, struct flow *f, unsigned side, uint64_t arrived_ns,
                        struct bytes in)
{
    struct label *label = f->label ? label_of(l, f) : begin(l, f);
    if (!label) {
        f->label = LABEL_OVER;
        return NULL;
    }
    in = bytes_first(in, LABEL_BYTES_MAX);
    struct bytes packet = make_packet(l, &f->key, side, label, in);
    label->sent[side] += (uint32_t)in.len;
    enter(l);
    const char *word = inspector_packet(l->inspector, label->flow, arrived_ns, packet);
    leave(l);
    if (word)
        l->counters->labelled++;
    if (word || ++label->packets == LABEL_PACKETS_MAX)
        label_end(l, f);
    return word;
}
