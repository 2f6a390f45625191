/* engine.c - see engine.h. */
#include "decode/engine.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>

#include "capture/follow.h"
#include "decode/hpack_memo.h"
#include "decode/inspector.h"
#include "decode/label.h"
#include "decode/lifecycle.h"
#include "decode/other_ip.h"
#include "decode/tcp.h"
#include "decode/udp.h"

#define SECOND_NS UINT64_C(1000000000)

enum {
    LINGER_S = 2,        /* a closed flow, to absorb what comes late */
    HALF_CLOSED_S = 120, /* one FIN seen and then silence: the other was not captured */
    WAITING_CHECKS = 16, /* looks at open exchanges in one request time-out */
};

struct engine {
    struct engine_options options;
    struct lifecycle life;
    uint64_t limit_ns[FLOW_STATES]; /* of silence */
    uint32_t tick_s;                /* packet time of the last tick */
    uint32_t check_s;               /* from one look at open exchanges to the next */
};

static void set_defaults(struct engine_options *o)
{
    o->flows_max = o->flows_max ? o->flows_max : 131072;
    o->held_bytes_max = o->held_bytes_max ? o->held_bytes_max : 64 << 20;
    o->unread_bytes_max = o->unread_bytes_max ? o->unread_bytes_max : 64 << 20;
    o->open_max = o->open_max ? o->open_max : 65536;
    o->request_timeout_s = o->request_timeout_s ? o->request_timeout_s : 60;
    o->idle_timeout_s = o->idle_timeout_s ? o->idle_timeout_s : 3600;
    o->handshake_timeout_s = o->handshake_timeout_s ? o->handshake_timeout_s : 10;
    o->udp_timeout_s = o->udp_timeout_s ? o->udp_timeout_s : 60;
}

static void set_limits(struct engine *e)
{
    const struct engine_options *o = &e->options;
    uint32_t half_closed_s = o->idle_timeout_s < HALF_CLOSED_S ? o->idle_timeout_s : HALF_CLOSED_S;
    e->limit_ns[FLOW_CLOSED] = LINGER_S * SECOND_NS;
    e->limit_ns[FLOW_HALF_OPEN] = o->handshake_timeout_s * SECOND_NS;
    e->limit_ns[FLOW_HALF_CLOSED] = half_closed_s * SECOND_NS;
    e->limit_ns[FLOW_OPEN] = o->idle_timeout_s * SECOND_NS;
    e->limit_ns[FLOW_DATAGRAMS] = o->udp_timeout_s * SECOND_NS;
    e->check_s = o->request_timeout_s / WAITING_CHECKS;
    e->check_s = e->check_s ? e->check_s : 1;
}

struct engine *engine_new(const struct engine_options *options, struct sink sink, struct err *err)
{
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        goto fail;
    e->options = *options;
    set_defaults(&e->options);
    set_limits(e);
    struct lifecycle *l = &e->life;
    l->sink = sink;
    l->rest_at_once = options->rest_at_once;
    l->reader.conn = (struct conn_shared){
        .sink = sink,
        .counters = &l->counters,
        .keys = e->options.keys,
        .memo = hpack_memo_new(&e->options.key),
        .unread_bytes_max = e->options.unread_bytes_max,
        .open_max = e->options.open_max,
    };
    l->reader.stream = (struct stream_shared){
        .counters = &l->counters,
        .held_bytes_max = e->options.held_bytes_max,
    };
    l->reader.direction = direction_new(&e->options.key);
    l->reader.lookups = lookups_new(&e->options.key);
    l->flows = flow_table_new(&e->options.key, e->options.flows_max);
    if (!l->reader.direction || !l->reader.lookups || !l->flows || !l->reader.conn.memo)
        goto fail;
    if (!options->labels || !inspector_exists())
        return e;
    l->reader.labeller = labeller_new(&options->watch, &l->counters, err);
    if (l->reader.labeller)
        return e;
    engine_free(e);
    return NULL;

fail:
    err_set(err, "decode: out of memory for a table of flows");
    engine_free(e);
    return NULL;
}

void engine_prepare(void)
{
    tzset();
}

static void free_flows(struct lifecycle *l)
{
    for (unsigned state = 0; state < FLOW_STATES; state++) {
        for (struct flow *f; (f = flow_first(l->flows, state));)
            lifecycle_abandon(l, f);
    }
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    if (e->life.flows)
        free_flows(&e->life);
    flow_table_free(e->life.flows);
    direction_free(e->life.reader.direction);
    lookups_free(e->life.reader.lookups);
    hpack_memo_free(e->life.reader.conn.memo);
    labeller_free(e->life.reader.labeller);
    free(e);
}

static bool accepts_connection(const struct packet *p)
{
    return p->protocol == IPPROTO_TCP && !p->copy &&
           (p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

bool engine_learns(const struct packet *p)
{
    return accepts_connection(p) || lookups_may_learn(p);
}

/* Returns how many lookups were forgotten. */
static unsigned learn(struct engine *e, const struct packet *p)
{
    if (!accepts_connection(p))
        return lookups_learn(e->life.reader.lookups, p);
    struct endpoint server = {
        .address = p->source,
        .tenant = p->tenant,
        .port = p->source_port,
        .protocol = p->protocol,
    };
    direction_learn(e->life.reader.direction, &server);
    return 0;
}

/* All workers forget the same; it is counted once. */
void engine_learn(struct engine *e, const struct packet *p)
{
    learn(e, p);
}

void engine_packet(struct engine *e, const struct packet *p)
{
    if (p->copy) {
        lifecycle_copy(&e->life, p);
        return;
    }
    e->life.counters.lookups_evicted += learn(e, p);
    if (p->protocol == IPPROTO_TCP)
        tcp_packet(&e->life, p);
    else if (p->protocol == IPPROTO_UDP)
        udp_packet(&e->life, p);
    else
        other_ip_packet(&e->life, p);
}

static void check_holes(struct lifecycle *l, struct moment m)
{
    for (struct flow *f = flow_first(l->flows, LIST_HOLE), *next; f; f = next) {
        next = flow_next(l->flows, f, LIST_HOLE);
        tcp_check_holes(l, f, flow_moment(f, m));
    }
}

/* The list is in the order of `waiting_s`, for all wait equally long; a flow that waits longer than
 * that is from before a jump backwards. A flow that has been silent for longer than the time-out
 * has nothing open any more. */
static void time_out_requests(struct engine *e, struct moment m)
{
    struct lifecycle *l = &e->life;
    uint64_t limit_ns = e->options.request_timeout_s * SECOND_NS;
    for (struct flow *f; (f = flow_first(l->flows, LIST_WAITING));) {
        if (f->waiting_s > e->tick_s && f->waiting_s - e->tick_s <= e->check_s)
            return;
        flow_take(l->flows, f, LIST_WAITING);
        lifecycle_end_overdue(l, f, flow_moment(f, m));
        lifecycle_time_out(f, flow_moment(f, m), limit_ns);
        if (elapsed_ns(m.now_ns, flow_seen_ns(f)) <= limit_ns + e->check_s * SECOND_NS)
            lifecycle_wait(l, f);
    }
}

/* On connections that carry one exchange after another, deadlines are rare, and it is enough to
 * look when time-outs are looked at. */
static void end_overdue(struct lifecycle *l, struct moment m)
{
    struct flow *f = flow_first(l->flows, LIST_MULTIPLEXED);
    for (; f; f = flow_next(l->flows, f, LIST_MULTIPLEXED))
        lifecycle_end_overdue(l, f, flow_moment(f, m));
}

static void expire(struct engine *e, enum flow_state state, struct moment m)
{
    struct lifecycle *l = &e->life;
    for (struct flow *f; (f = flow_first(l->flows, state));) {
        if (flow_seen_ns(f) > m.now_ns + SECOND_NS) { /* from before a jump backwards */
            f->last_ns = m.now_ns;
            f->lag_ns = 0;
            flow_set_state(l->flows, f, state);
            continue;
        }
        if (elapsed_ns(m.now_ns, flow_seen_ns(f)) < e->limit_ns[state])
            return;
        if (state == FLOW_HALF_OPEN && !f->syn_ack_seen)
            f->health.events |= HEALTH_FAILED;
        lifecycle_end(l, f, flow_moment(f, m), CLOSE_IDLE);
        lifecycle_forget(l, f, m);
    }
}

/* A closed flow lingers from its end, not from its latest packet: what goes on after that is
 * another connection, whose handshake was not captured. */
static void forget_closed(struct engine *e, struct moment m)
{
    struct lifecycle *l = &e->life;
    for (struct flow *f; (f = flow_first(l->flows, FLOW_CLOSED));) {
        if (f->waiting_s + LINGER_S > e->tick_s && f->waiting_s <= e->tick_s)
            return;
        lifecycle_forget(l, f, m);
    }
}

static void report_changes(struct lifecycle *l)
{
    for (struct flow *f; (f = flow_first(l->flows, LIST_CHANGED));)
        lifecycle_report(l, f);
}

/* In no order that matters: a window puts them in its own. */
static void report_open_calls(struct lifecycle *l)
{
    struct flow *f = flow_first(l->flows, LIST_MULTIPLEXED);
    for (; f; f = flow_next(l->flows, f, LIST_MULTIPLEXED))
        conn_open_calls(f->conn);
}

void engine_tick(struct engine *e, uint64_t now_ns, uint64_t number, bool window_ends)
{
    struct moment m = {.now_ns = now_ns, .number = number};
    e->tick_s = (uint32_t)(now_ns / SECOND_NS);
    e->life.clock_ns = now_ns;
    e->life.wait_until_s = e->tick_s + e->check_s;
    check_holes(&e->life, m);
    end_overdue(&e->life, m);
    time_out_requests(e, m);
    forget_closed(e, m);
    for (unsigned state = FLOW_HALF_OPEN; state < FLOW_STATES; state++)
        expire(e, state, m);
    if (!window_ends)
        return;
    report_changes(&e->life);
    report_open_calls(&e->life);
}

void engine_goes_on(struct engine *e, uint64_t to_ns)
{
    if (to_ns > e->life.clock_ns)
        e->life.clock_ns = to_ns;
}

/* What is open when the capture ends has not been closed by that. */
static void finish(struct lifecycle *l, struct flow *f, struct moment m)
{
    if (f->state != FLOW_CLOSED)
        lifecycle_end(l, f, flow_moment(f, m), CLOSE_CAPTURE_ENDED);
    lifecycle_forget(l, f, m);
}

void engine_finish(struct engine *e, uint64_t now_ns, uint64_t number)
{
    struct lifecycle *l = &e->life;
    struct moment m = {.now_ns = now_ns, .number = number};
    uint32_t count = flow_table_count(l->flows);
    struct flow **flows = calloc(count + 1U, sizeof(struct flow *));
    report_open_calls(l);
    if (flows) {
        flow_table_in_order(l->flows, flows);
        for (uint32_t i = 0; i < count; i++)
            finish(l, flows[i], m);
        free(flows);
    }
    /* Without memory for the order of arrival, that of age must do. */
    for (struct flow *f; (f = flow_oldest(l->flows));)
        finish(l, f, m);
}

static bool is_followed(const struct engine *e, const struct flow *f, unsigned level)
{
    const uint16_t none[2] = {0};
    bool has_ports = f->key.protocol == IPPROTO_TCP || f->key.protocol == IPPROTO_UDP;
    return follow_is_chosen(&e->options.key, level, f->key.address, has_ports ? f->key.port : none);
}

void engine_follow(struct engine *e, unsigned level)
{
    struct lifecycle *l = &e->life;
    report_changes(l);
    for (unsigned state = 0; state < FLOW_STATES; state++) {
        for (struct flow *f = flow_first(l->flows, state), *next; f; f = next) {
            next = flow_next(l->flows, f, state);
            if (!is_followed(e, f, level))
                lifecycle_abandon(l, f);
        }
    }
}

const struct decode_counters *engine_counters(const struct engine *e)
{
    return &e->life.counters;
}
