/* fuzz_frame.c - any bytes as a frame of any link type, whole or cut by a snapshot.
 *
 * Input: a byte that picks the link type, one for how much longer the frame was on the wire, then
 * the frame. Payload lies within the frame, and each frame is counted once. The frame is copied,
 * so that a read past its end is seen. */
#include <stdlib.h>

#include <netinet/in.h>
#include <pcap/dlt.h>

#include "capture/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct frame_options automatic;

static void check_packet(const struct frame *f, const struct packet *p)
{
    bool is_known = p->protocol == IPPROTO_TCP || p->protocol == IPPROTO_UDP;
    size_t before = (size_t)(p->payload.at - f->data);
    if (!is_known || before > f->captured || p->payload.len > f->captured - before)
        abort();
    if (p->cut && p->payload.len + p->cut > UINT16_MAX + (size_t)f->length)
        abort();
    if (p->wire_bytes != f->length || p->time_ns != f->time_ns)
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
    struct packet p;
    struct capture_counters counters = {0};
    enum frame_verdict verdict = frame_parse(&f, &automatic, &p);
    if (verdict == FRAME_PACKET)
        check_packet(&f, &p);
    frame_count(&counters, &f, verdict, verdict == FRAME_PACKET ? &p : NULL);
    check_counters(&counters);
    free(copy);
    return 0;
}
