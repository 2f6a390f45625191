/* fuzz_engine.c - bytes to packets to the whole engine: flows, streams, connections, decoders.
 *
 * Input: records of a head of 8 bytes and a payload. The head says which of a few flows, which
 * side, flags, time, how far from the expected sequence number, and whether a tick comes first.
 * Caps are small, so that they are reached. Whatever comes, no flow is closed that
 * was not opened, and no packet is counted twice. */
#include <stdlib.h>

#include <netinet/in.h>

#include "decode/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct engine *engine;
    struct packet packet;
    uint32_t next[8][2]; /* by flow and side: the sequence number an honest sender would use */
    uint64_t fed;
    uint64_t opened, closed, packets;
    uint64_t exchanges;
};

static void on_exchange(void *ctx, struct exchange *x)
{
    struct world *w = ctx;
    if (!x->protocol || x->outcome >= OUTCOMES)
        abort();
    w->exchanges++;
}

static void on_flow(void *ctx, const struct flow_report *r)
{
    struct world *w = ctx;
    if (!r->protocol || r->opened > 1 || r->closed > 1 || r->failed > 1)
        abort();
    w->opened += r->opened;
    w->closed += r->closed;
    w->packets += r->packets[0] + r->packets[1];
}

static void address_ends(struct packet *p, unsigned flow, unsigned side)
{
    static const uint8_t host[2][4] = {{10, 0, 0, 1}, {10, 0, 0, 2}};
    uint16_t port[2] = {(uint16_t)(40000 + flow / 2), 80};
    p->source = address_v4(host[side]);
    p->destination = address_v4(host[side ^ 1]);
    p->source_port = port[side];
    p->destination_port = port[side ^ 1];
    p->protocol = flow == 6 ? IPPROTO_UDP : IPPROTO_TCP;
    p->tenant = flow & 1;
}

/* Mostly what an honest sender would say; `skew` moves it a little, or a world away. */
static void number_bytes(struct world *w, unsigned flow, unsigned side, uint8_t skew)
{
    struct packet *p = &w->packet;
    uint32_t *next = w->next[flow];
    p->sequence = next[side];
    p->acknowledged = next[side ^ 1];
    if (skew < 64) {
        if (!(skew & 1))
            next[side] += (uint32_t)p->payload.len + p->cut;
    } else if (skew < 192) {
        p->sequence += (uint32_t)(int32_t)(int8_t)(skew * 2);
        p->acknowledged += skew & 15;
    } else {
        p->sequence += (uint32_t)(skew & 63) << 26;
        p->acknowledged -= (uint32_t)(skew & 63) << 26;
    }
    if (p->tcp_flags & (TCP_SYN | TCP_FIN) && skew < 64)
        next[side]++;
}

static bool play_record(struct world *w, struct cursor *c)
{
    struct packet *p = &w->packet;
    uint8_t who = cursor_u8(c);
    uint8_t flags = cursor_u8(c);
    uint16_t time = cursor_be16(c);
    uint8_t skew = cursor_u8(c);
    uint8_t tick = cursor_u8(c);
    uint8_t cut = cursor_u8(c);
    uint8_t len = cursor_u8(c);
    if (c->starved)
        return false;
    unsigned flow = who >> 1 & 7, side = who & 1;
    p->time_ns += (uint64_t)time << (who >> 3 & 24); /* 65 µs to 18 minutes */
    if (tick > 250)
        p->time_ns -= (uint64_t)time << 24;
    if (tick & 1)
        engine_tick(w->engine, p->time_ns, p->number + 1, tick & 2);
    p->number++;
    p->tcp_flags = flags & 0x1f;
    p->window = flags >> 5;
    p->payload = cursor_take(c, len < cursor_left(c) ? len : cursor_left(c));
    p->cut = cut > 200 ? cut : 0;
    p->wire_bytes = len + 54U;
    address_ends(p, flow, side);
    number_bytes(w, flow, side, skew);
    w->fed++;
    engine_packet(w->engine, p);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {.packet.time_ns = UINT64_C(1700000000000000000)};
    struct engine_options options = {
        .key = {{1, 2}},
        .flows_max = 5,
        .held_bytes_max = 8192,
        .unread_bytes_max = 4096,
        .open_max = 6,
        .idle_timeout_s = 300,
        .rest_at_once = size & 1,
    };
    struct err err;
    w.engine = engine_new(&options,
                          (struct sink){.exchange = on_exchange, .flow = on_flow, .ctx = &w}, &err);
    if (!w.engine)
        abort();
    struct cursor c = cursor_over(bytes_of(data, size));
    while (play_record(&w, &c))
        continue;
    engine_finish(w.engine, w.packet.time_ns, w.packet.number + 1);
    /* What is open as the capture ends stays so. */
    if (w.opened < w.closed || w.packets > w.fed || engine_counters(w.engine)->flows)
        abort();
    engine_free(w.engine);
    return 0;
}
