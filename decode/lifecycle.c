/* lifecycle.c - see lifecycle.h. */
#include "decode/lifecycle.h"

#include <string.h>

#include "decode/duplex.h"

#define SETTLED_NS UINT64_C(1000000000) /* nothing is reordered by so much */

/* A closed flow that makes room is no loss, and not counted. */
static void make_room(struct lifecycle *l, struct moment m)
{
    struct flow *oldest = flow_oldest(l->flows);
    if (!oldest)
        return;
    if (oldest->state != FLOW_CLOSED)
        l->counters.flows_evicted++;
    lifecycle_forget(l, oldest, m);
}

struct flow *lifecycle_begin(struct lifecycle *l, const struct flow_key *key,
                             const struct packet *p, enum flow_state state)
{
    struct flow *f = flow_add(l->flows, key, state);
    if (!f) {
        make_room(l, (struct moment){.now_ns = p->time_ns, .number = p->number});
        f = flow_add(l->flows, key, state);
    }
    if (!f)
        return NULL;
    f->first_number = p->number;
    f->first_ns = f->last_ns = p->time_ns;
    f->lag_ns = elapsed_ns(l->clock_ns, p->time_ns);
    flow_put(l->flows, f, LIST_CHANGED);
    l->counters.flows_opened++;
    l->counters.flows = flow_table_count(l->flows);
    return f;
}

void lifecycle_packet(struct lifecycle *l, struct flow *f, unsigned side, const struct packet *p)
{
    health_packet(&f->health, side, p);
    flow_touch(l->flows, f, p->time_ns, l->clock_ns);
    flow_put(l->flows, f, LIST_CHANGED);
}

void lifecycle_copy(struct lifecycle *l, const struct packet *p)
{
    struct flow_key key;
    unsigned side = flow_key_of(p, &key);
    struct flow *f = flow_find(l->flows, &key);
    if (!f)
        return;
    f->health.duplicates[side]++;
    flow_put(l->flows, f, LIST_CHANGED);
}

void lifecycle_wait(struct lifecycle *l, struct flow *f)
{
    if (flow_is_on(l->flows, f, LIST_WAITING))
        return;
    f->waiting_s = l->wait_until_s;
    flow_put(l->flows, f, LIST_WAITING);
}

/* A connection is counted under what its client calls the server. The first exchange says that, and
 * is worth to wait for, until the window ends. */
static bool is_called(const struct flow *f)
{
    return !f->conn || !protocol_has_host(f->protocol) || conn_has_begun(f->conn);
}

/* The connection may go on soon: it waits for others to do so before it is put away. */
static void let_rest(struct lifecycle *l, struct flow *f)
{
    uint32_t *place = &l->awake[l->awake_next++ % AWAKE_MAX];
    struct flow *before = flow_at(l->flows, *place);
    if (before && before->used && before->awake) {
        before->awake = false;
        reader_rest(before);
    }
    *place = f->index;
    f->awake = true;
}

void lifecycle_read(struct lifecycle *l, struct flow *f)
{
    if (f->conn && !f->awake && conn_may_rest(f->conn))
        let_rest(l, f);
    if (f->conn)
        lifecycle_wait(l, f);
    if (conn_is_multiplexed(f->conn))
        flow_put(l->flows, f, LIST_MULTIPLEXED);
    /* While decoders go on trying, a label is no more than what it may have been. */
    bool open = f->reading == READING_OPENING && f->key.protocol == IPPROTO_TCP;
    if (f->protocol && !f->reported && !open && is_called(f))
        lifecycle_report(l, f);
    if (l->rest_at_once)
        reader_rest(f);
}

static void flush(struct lifecycle *l, struct flow *f, struct moment m)
{
    struct both both;
    reader_both(&l->reader, f, m, &both);
    duplex_flush(f->stream, both.out, f->client, m.now_ns);
    for (unsigned side = 0; side < 2; side++)
        stream_fini(&f->stream[side], &l->reader.stream);
}

static bool is_one_way(const struct flow *f)
{
    return f->key.protocol == IPPROTO_TCP && health_is_one_way(&f->health);
}

void lifecycle_end_overdue(struct lifecycle *l, struct flow *f, struct moment m)
{
    if (elapsed_ns(m.now_ns, f->first_ns) >= SETTLED_NS)
        health_settled(&f->health);
    conn_set_one_way(f->conn, is_one_way(f));
    if (conn_end_overdue(f->conn, m))
        flow_put(l->flows, f, LIST_CHANGED);
}

void lifecycle_time_out(struct flow *f, struct moment m, uint64_t limit_ns)
{
    if (elapsed_ns(m.now_ns, f->first_ns) >= SETTLED_NS)
        health_settled(&f->health);
    if (elapsed_ns(m.now_ns, f->last_ns) >= limit_ns)
        health_waited(&f->health);
    conn_set_one_way(f->conn, is_one_way(f));
    conn_time_out(f->conn, m, limit_ns);
}

/* The end was seen before, and only put off. */
static enum conn_close take_up_reset(struct flow *f, struct moment *m, enum conn_close why)
{
    if (!f->reset_ns)
        return why;
    m->now_ns = f->reset_ns;
    f->reset_ns = 0;
    f->health.events |= (uint16_t)(HEALTH_RESET << f->reset_side);
    return f->reset_side == f->client ? CLOSE_RESET_BY_CLIENT : CLOSE_RESET_BY_SERVER;
}

void lifecycle_end(struct lifecycle *l, struct flow *f, struct moment m, enum conn_close why)
{
    uint32_t ended_s = (uint32_t)((m.now_ns + f->lag_ns) / 1000000000);
    why = take_up_reset(f, &m, why);
    health_settled(&f->health);
    if (why != CLOSE_CAPTURE_ENDED && why != CLOSE_UNSEEN)
        health_waited(&f->health);
    conn_set_one_way(f->conn, is_one_way(f)); /* it is asked for at a FIN */
    flush(l, f, m);
    reader_guess(&l->reader, f, m);
    conn_set_one_way(f->conn, is_one_way(f));
    reader_finish(&l->reader, f, m, why);
    if (f->opened && why != CLOSE_CAPTURE_ENDED)
        f->health.events |= HEALTH_CLOSED;
    if (!f->protocol)
        f->protocol = f->key.protocol == IPPROTO_UDP ? "udp" : "";
    flow_take(l->flows, f, LIST_HOLE);
    flow_take(l->flows, f, LIST_WAITING);
    flow_take(l->flows, f, LIST_MULTIPLEXED);
    flow_set_state(l->flows, f, FLOW_CLOSED);
    f->waiting_s = ended_s;
    lifecycle_report(l, f);
    reader_close(&l->reader, f);
}

/* Its connection and what its streams keep are gone. */
static void drop_flow(struct lifecycle *l, struct flow *f)
{
    lookups_release(l->reader.lookups, f->asked);
    health_fini(&f->health);
    flow_remove(l->flows, f);
    l->counters.flows = flow_table_count(l->flows);
}

void lifecycle_forget(struct lifecycle *l, struct flow *f, struct moment m)
{
    if (f->state != FLOW_CLOSED)
        lifecycle_end(l, f, m, CLOSE_UNSEEN);
    if (flow_is_on(l->flows, f, LIST_CHANGED))
        lifecycle_report(l, f);
    drop_flow(l, f);
}

void lifecycle_abandon(struct lifecycle *l, struct flow *f)
{
    reader_close(&l->reader, f);
    stream_fini(&f->stream[0], &l->reader.stream);
    stream_fini(&f->stream[1], &l->reader.stream);
    drop_flow(l, f);
}

static struct flow_report report_of(const struct flow *f, const char *protocol)
{
    unsigned server = flow_server(f);
    return (struct flow_report){
        .protocol = protocol,
        .began_ns = f->first_ns,
        .end_ns = f->last_ns,
        .client_address = f->key.address[f->client],
        .server_address = f->key.address[server],
        .client_port = f->key.port[f->client],
        .server_port = f->key.port[server],
        .tenant = f->key.tenant,
        .notes = flow_notes(f),
        .asked = asked_name_text(f->asked),
        .host = f->nameless ? "" : reader_host(f),
    };
}

/* It goes on as another: of what it was before, a connection has ended, and of what it is now one
 * has begun. */
static void report_change(struct lifecycle *l, struct flow *f)
{
    struct flow_report report = report_of(f, f->reported);
    report.closed = f->opened && !(f->health.events & HEALTH_OPENED);
    report.multiplexed = f->reported_multiplexed;
    conn_report_troubles(f->conn, &report);
    l->sink.flow(l->sink.ctx, &report);
    if (report.closed)
        f->health.events |= HEALTH_OPENED;
}

void lifecycle_report(struct lifecycle *l, struct flow *f)
{
    flow_take(l->flows, f, LIST_CHANGED);
    if (!f->protocol && f->reading == READING_LABEL)
        f->protocol = flow_transport(f);
    if (!f->protocol)
        return;
    if (!f->reported)
        f->nameless = !reader_host(f)[0];
    if (f->reported && strcmp(f->reported, f->protocol) != 0)
        report_change(l, f);
    struct flow_report report = report_of(f, f->protocol);
    health_report(&f->health, f->client, &report);
    report.one_way = report.one_way && f->key.protocol == IPPROTO_TCP;
    conn_report(f->conn, &report);
    f->reported = f->protocol;
    f->reported_multiplexed = report.multiplexed;
    l->sink.flow(l->sink.ctx, &report);
}
