/* fuzz_frame.c - any bytes as a frame of any link type, whole or cut by a snapshot.
 *
 * Input: a byte that picks the link type (low half) and what is asked for (high half: tenants, all
 * tunnels left on, ports of their own), one for how much longer the frame was on the wire, then the
 * frame. Payload and packet lie within the frame, each frame is counted once, a fragment that is
 * taken for a whole packet is read as well, and with a snapshot less may be told but nothing else.
 * The frame is copied, so that a read past its end is seen. */
#include <stdlib.h>

#include <netinet/in.h>
#include <pcap/dlt.h>

#include "capture/frame.h"
#include "capture/mirror.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_within(struct bytes part, struct bytes whole)
{
    return part.at >= whole.at && part.at + part.len <= whole.at + whole.len;
}

static void check_packet(const struct frame *f, const struct frame_options *options,
                         enum frame_verdict verdict, const struct packet *p)
{
    struct bytes frame = bytes_of(f->data, f->captured);
    bool is_known = p->protocol == IPPROTO_TCP || p->protocol == IPPROTO_UDP;
    if ((verdict == FRAME_PACKET && !is_known) || !is_within(p->payload, frame) ||
        !is_within(p->ip, frame) || p->tunnels > TUNNEL_DEPTH_MAX)
        abort();
    if (p->cut && p->payload.len + p->cut > UINT16_MAX + (size_t)f->length)
        abort();
    if (p->wire_bytes != f->length || p->time_ns != f->time_ns)
        abort();
    if ((!options->tenants && p->tenant) || (options->left_on == UINT32_MAX && p->tunnels))
        abort();
}

/* As defragmentation does: what is around it goes on to what was rebuilt. */
static void check_rebuilt(const struct packet *fragment, const struct frame_options *options)
{
    struct packet p;
    enum frame_verdict verdict = frame_parse_rebuilt(fragment, fragment->payload, options, &p);
    if (verdict != FRAME_PACKET)
        return;
    if (!is_within(p.payload, fragment->payload) || p.tunnels < fragment->tunnels)
        abort();
}

/* The same frame with half of it captured. */
static void check_snapshot(const struct frame *f, const struct frame_options *options,
                           enum frame_verdict verdict, const struct packet *whole)
{
    struct frame half = *f;
    struct packet p;
    half.captured /= 2;
    if (frame_parse(&half, options, &p) != FRAME_PACKET)
        return;
    if (verdict != FRAME_PACKET || p.tunnels != whole->tunnels || p.protocol != whole->protocol ||
        p.source_port != whole->source_port || p.destination_port != whole->destination_port)
        abort();
}

static void check_counters(const struct capture_counters *c)
{
    if (c->frames != 1 || c->truncated > c->packets ||
        c->packets + c->not_ip + c->other_ip + c->fragments + c->headers_cut + c->malformed != 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mirror mirror;
    static const int link_types[] = {DLT_EN10MB, DLT_RAW,  DLT_LINUX_SLL, DLT_LINUX_SLL2,
                                     DLT_NULL,   DLT_LOOP, DLT_IPV4,      DLT_IPV6};
    if (size < 2)
        return 0;
    size_t captured = size - 2;
    uint8_t *copy = malloc(captured ? captured : 1);
    if (!copy)
        return 0;
    memcpy(copy, data + 2, captured);
    struct frame f = {
        .time_ns = 1,
        .captured = (uint32_t)captured,
        .length = (uint32_t)captured + data[1],
        .data = copy,
        .link_type = link_types[data[0] % (sizeof link_types / sizeof *link_types)],
    };
    struct frame_options options = {
        .tenants = data[0] & 0x10,
        .left_on = data[0] & 0x20 ? UINT32_MAX : 0,
        .mirror = &mirror,
    };
    if (data[0] & 0x40) {
        options.vxlan = (struct tunnel_ports){.port = {80}, .len = 1};
        options.geneve = (struct tunnel_ports){.port = {53}, .len = 1};
    }
    struct packet p;
    struct capture_counters counters = {0};
    enum frame_verdict verdict = frame_parse(&f, &options, &p);
    if (verdict == FRAME_PACKET || verdict == FRAME_OTHER_IP || verdict == FRAME_FRAGMENT)
        check_packet(&f, &options, verdict, &p);
    if (verdict == FRAME_FRAGMENT)
        check_rebuilt(&p, &options);
    check_snapshot(&f, &options, verdict, &p);
    frame_count(&counters, &f, verdict, verdict == FRAME_PACKET ? &p : NULL);
    check_counters(&counters);
    free(copy);
    return 0;
}
