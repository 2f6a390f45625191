/* fuzz_capture.c - whole captures through the whole sensor: frames, packets, streams, decoders,
 * edges, windows, and what is sent to the keeper.
 *
 * Input: a pcap file of Ethernet, so that what breaks something can be given to tapgraph replay,
 * and to tshark. A mutator of its own knows frames, segments and their numbers (capture_mutator.h).
 * Whatever comes: every frame is counted in one place, a window reads back as it was written, its
 * edges have the requests that were told one by one, what is open stays under its cap; the
 * same capture gives the same bytes again, and with two workers the same as with one. */
#include <pcap/dlt.h>
#include <stdlib.h>

#include "capture/spread.h"
#include "daemon/sensing.h"
#include "graph/wire.h"
#include "tests/fuzz/capture_mutator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max, unsigned seed);

enum { FILE_HEAD = 24, RECORD_HEAD = 16, FRAMES_MAX = 4096, FLOWS_FEW = 6 };

struct run {
    struct daemon_options options;
    struct sensing sensing;
    struct writer sent;        /* what the keeper would get */
    uint64_t told;             /* exchanges, one by one */
    uint64_t counted, dropped; /* in edges; not counted there */
    bool has_window;
};

static void check(bool held)
{
    if (!held)
        abort();
}

/* --- what is sent --- */

static void check_capture(const struct capture_counters *c)
{
    check(c->packets + c->not_ip + c->other_ip + c->fragments + c->headers_cut + c->malformed +
              c->duplicates ==
          c->frames);
}

static void check_window(struct run *r)
{
    const struct delta *d = &r->sensing.window;
    struct writer once = {0}, twice = {0};
    struct delta back;
    wire_put_delta(&once, d);
    check(wire_get_delta(writer_view(&once), &back));
    wire_put_delta(&twice, &back);
    check(bytes_equal(writer_view(&once), writer_view(&twice)));
    for (uint32_t i = 0; i < d->edge_len; i++)
        for (size_t o = 0; o < OUTCOMES; o++)
            r->counted += d->edge[i].exchanges.outcomes[o];
    r->dropped += d->edges_dropped;
    check_capture(&d->capture);
    check(d->decode.flows <= (uint64_t)r->options.engine.flows_max * r->sensing.worker_len);
    writer_bytes(&r->sent, once.at, once.len);
    delta_free(&back);
    writer_free(&once);
    writer_free(&twice);
}

static void collect(struct run *r)
{
    while (sensing_collect(&r->sensing) || r->sensing.log.len) {
        struct cursor c = cursor_over(writer_view(&r->sensing.log));
        struct exchange x;
        for (; cursor_left(&c); r->told++)
            check(wire_get_exchange(&c, &x));
        writer_bytes(&r->sent, r->sensing.log.at, r->sensing.log.len);
        if (r->sensing.has_window)
            check_window(r);
        delta_free(&r->sensing.window);
        if (!r->sensing.has_window)
            break;
    }
}

/* --- one capture, by one worker or more --- */

static void advance(struct run *r, uint64_t time_ns)
{
    struct sensing *s = &r->sensing;
    struct tick tick;
    while (clock_advance(&s->clock, time_ns, &tick)) {
        for (unsigned i = 0; i < s->worker_len; i++)
            worker_tick(s->worker[i], &tick, s->number);
        if (!tick.window_ends)
            continue;
        sensing_note_closed(s, &tick);
        collect(r);
    }
}

static void take_packet(struct sensing *s, const struct packet *p)
{
    unsigned own = spread_packet(&s->options->engine.key, p, s->worker_len);
    for (unsigned i = 0; i < s->worker_len && worker_learns(p); i++)
        if (i != own)
            worker_learn(s->worker[i], p);
    worker_packet(s->worker[own], p);
}

static void take_frame(struct run *r, const struct frame *frame)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    advance(r, frame->time_ns);
    size_t len = sensing_take(&r->sensing, frame, packet);
    for (size_t i = 0; i < len; i++)
        take_packet(&r->sensing, &packet[i]);
}

/* Each frame in memory of its own, so that a read past its end is seen. */
static void take_record(struct run *r, struct cursor *c)
{
    uint32_t seconds = cursor_le32(c), fraction = cursor_le32(c), captured = cursor_le32(c);
    uint32_t length = cursor_le32(c);
    struct bytes bytes = cursor_take(c, captured < cursor_left(c) ? captured : cursor_left(c));
    uint8_t *copy = malloc(bytes.len ? bytes.len : 1);
    check(copy);
    if (bytes.len)
        memcpy(copy, bytes.at, bytes.len);
    struct frame frame = {
        .time_ns = seconds * UINT64_C(1000000000) + fraction % 1000000 * UINT64_C(1000),
        .captured = (uint32_t)bytes.len,
        .length = length > bytes.len ? length : (uint32_t)bytes.len,
        .data = copy,
        .link_type = DLT_EN10MB,
    };
    take_frame(r, &frame);
    free(copy);
}

static void play(struct run *r, struct bytes file, unsigned workers, uint32_t flows_max)
{
    struct err err;
    *r = (struct run){.options = {
                          .window_ns = UINT64_C(5000000000),
                          .requests_kept = 10,
                          .log = "-",
                          .engine = {.key = {{1, 2}}, .flows_max = flows_max},
                      }};
    if (flows_max == FLOWS_FEW) {
        r->options.engine.held_bytes_max = 8192;
        r->options.engine.unread_bytes_max = 4096;
        r->options.engine.open_max = 8;
    }
    networks_init(&r->options.networks);
    check(sensing_open(&r->sensing, &r->options, workers, -1, &err));
    struct cursor c = cursor_over(bytes_after(file, FILE_HEAD));
    for (int i = 0; i < FRAMES_MAX && cursor_left(&c) > RECORD_HEAD; i++)
        take_record(r, &c);
    sensing_finish(&r->sensing);
    collect(r);
    sensing_close(&r->sensing);
    check(r->told == r->counted + r->dropped || r->dropped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run one, other;
    struct bytes file = bytes_of(data, size);
    bool few = size > FILE_HEAD && data[size - 1] & 1;
    play(&one, file, 1, few ? FLOWS_FEW : 1024);
    play(&other, file, few ? 1 : 2, few ? FLOWS_FEW : 1024);
    check(bytes_equal(writer_view(&one.sent), writer_view(&other.sent)));
    writer_free(&one.sent);
    writer_free(&other.sent);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return capture_mutate(data, size, max, seed, LLVMFuzzerMutate);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max, unsigned seed)
{
    return capture_cross(a, a_size, b, b_size, out, max, seed);
}
