/* fuzz_intake.c - any frames, one after the other: every frame is counted in one place, what is
 * handed on lies where it may, in the order of its numbers, and copies are as many as are counted.
 * All of that likewise in two steps, which count the same.
 *
 * Input: a byte of options, then records: a byte of how (bits 0 to 1: the frame before again, in a
 * VLAN, behind a router; bit 2: time passes; bit 3: of another interface), one of length in units
 * of 8 bytes, and the frame. */
#include <pcap/dlt.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "capture/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAME_MAX = 2048, FRAMES_MAX = 4096 };

enum how { ANEW, AGAIN, TAGGED, ROUTED };

struct feed {
    struct intake *intake;
    struct frame_options options;
    struct capture_counters counters;
    struct rebuilt out;
    bool in_two_steps;
    uint64_t number, time_ns, last_number, copies, wire_bytes;
    uint8_t bytes[FRAME_MAX + 4];
    size_t len;
};

static bool lies_in(struct bytes b, const uint8_t *at, size_t len)
{
    return b.at >= at && b.at + b.len <= at + len;
}

static void check_packets(struct feed *f, const struct packet *packet, size_t len,
                          const struct frame *frame)
{
    if (len > INTAKE_PACKETS_MAX || f->out.len > f->out.room)
        abort();
    for (const struct packet *p = packet; p < packet + len; p++) {
        bool in_frame = frame && lies_in(p->payload, frame->data, frame->captured);
        if (!in_frame && !lies_in(p->payload, f->out.bytes, f->out.len))
            abort();
        if (p->number <= f->last_number || p->number >= f->number)
            abort();
        f->last_number = p->number;
        f->copies += p->copy;
    }
}

static void check_counters(const struct feed *f)
{
    const struct capture_counters *c = &f->counters;
    if (c->packets + c->not_ip + c->other_ip + c->fragments + c->headers_cut + c->malformed +
            c->duplicates !=
        c->frames)
        abort();
    if (c->bytes != f->wire_bytes || c->duplicate_bytes > c->bytes || f->copies > c->duplicates ||
        c->uncertain > c->packets || c->truncated > c->packets || c->overlapped > c->frames ||
        c->rebuilt + c->unfinished > c->frames)
        abort();
}

static void check_vantages(struct feed *f)
{
    static struct vantage row[VANTAGES_MAX];
    uint64_t dropped, packets = 0, duplicates = 0;
    size_t len = vantages_take(intake_vantages(f->intake), row, &dropped);
    for (size_t i = 0; i < len; i++) {
        packets += row[i].packets;
        duplicates += row[i].duplicates;
        if (row[i].duplicates > row[i].packets)
            abort();
    }
    if (packets + dropped > f->counters.frames || duplicates > f->counters.duplicates ||
        (!dropped && duplicates != f->counters.duplicates))
        abort();
}

static size_t take_fragment(struct feed *f, const struct frame *frame, struct packet *packet)
{
    static const struct brought given_up;
    struct brought by;
    size_t len = intake_fragment(f->intake, frame, &f->out, packet, &by);
    for (size_t i = 0; i < len; i++) {
        intake_packet(f->intake, &packet[i], i + 1 < len ? &given_up : &by);
        packet[i].number = f->number++;
    }
    return len;
}

static size_t take_frame(struct feed *f, const struct frame *frame, struct packet *packet)
{
    if (f->in_two_steps && frame_parse(frame, &f->options, packet) == FRAME_FRAGMENT)
        return take_fragment(f, frame, packet);
    return intake_frame(f->intake, frame, &f->number, &f->out, packet);
}

static void take(struct feed *f, uint16_t interface)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    uint8_t *copy = malloc(f->len ? f->len : 1); /* so that a read past the end is seen */
    if (!copy)
        return;
    memcpy(copy, f->bytes, f->len);
    struct frame frame = {
        .time_ns = f->time_ns,
        .captured = (uint32_t)f->len,
        .length = (uint32_t)f->len + (f->len % 16 == 0 ? 40 : 0),
        .data = copy,
        .link_type = DLT_EN10MB,
        .interface = interface,
    };
    f->wire_bytes += frame.length;
    f->out.len = 0;
    size_t len = take_frame(f, &frame, packet);
    check_packets(f, packet, len, &frame);
    free(copy);
}

/* Makes the next frame out of the one before, or of the input. */
static void make_frame(struct feed *f, enum how how, struct cursor *in)
{
    switch (how) {
    case AGAIN:
        break;
    case TAGGED:
        if (f->len < 12 || f->len > FRAME_MAX - 4)
            break;
        memmove(f->bytes + 16, f->bytes + 12, f->len - 12);
        memcpy(f->bytes + 12, "\x81\0\0\x14", 4);
        f->len += 4;
        break;
    case ROUTED:
        if (f->len > 34) {
            f->bytes[0] ^= 1;
            f->bytes[22]--;
        }
        break;
    case ANEW: {
        size_t want = (size_t)cursor_u8(in) * 8, left = cursor_left(in);
        struct bytes b = cursor_take(in, want < left ? want : left);
        f->len = b.len;
        if (b.len)
            memcpy(f->bytes, b.at, b.len);
        break;
    }
    }
}

static void finish(struct feed *f)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    size_t len;
    do {
        f->out.len = 0;
        len = intake_finish(f->intake, &f->number, &f->out, packet);
        check_packets(f, packet, len, NULL);
    } while (len);
}

static struct capture_counters play(const uint8_t *data, size_t size, bool in_two_steps)
{
    struct cursor in = cursor_over(bytes_of(data, size));
    struct intake_options options = {.key = {{1, 2}}, .cells_max = 2 * DEFRAG_CELLS_FREE};
    uint8_t flags = cursor_u8(&in);
    struct err err;
    options.no_dedup = flags & 1;
    options.frame.left_on = flags & 2 ? UINT32_MAX : 0;
    static struct rebuilt out;
    if (!out.bytes)
        out = rebuilt_new();
    struct feed f = {.number = 1,
                     .time_ns = 1000000000,
                     .out = out,
                     .options = options.frame,
                     .in_two_steps = in_two_steps};
    f.intake = intake_new(&options, &f.counters, &err);
    if (!f.intake || !f.out.bytes)
        abort();
    for (int i = 0; i < FRAMES_MAX && cursor_left(&in); i++) {
        uint8_t how = cursor_u8(&in);
        f.time_ns += how & 4 ? (uint64_t)how * 4000000 : 1000;
        make_frame(&f, how & 3, &in);
        take(&f, how >> 3 & 1);
    }
    finish(&f);
    check_counters(&f);
    check_vantages(&f);
    intake_free(f.intake);
    return f.counters;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct capture_counters one = play(data, size, false), two = play(data, size, true);
    if (memcmp(&one, &two, sizeof one) != 0)
        abort();
    return 0;
}
