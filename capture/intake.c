/* intake.c - see intake.h. */
#include "capture/intake.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "capture/dedup.h"
#include "capture/follow.h"

enum { NESTED_MAX = 4 }; /* rebuilt packets, one in a tunnel in the other */

struct intake {
    struct intake_options options;
    struct capture_counters *counters;
    struct defrag *defrag;
    struct dedup *dedup; /* NULL: copies are not looked for */
    struct vantages vantages;
    unsigned level; /* of capture/follow.h */
};

struct intake *intake_new(const struct intake_options *options, struct capture_counters *counters,
                          struct err *err)
{
    struct intake *in = calloc(1, sizeof *in);
    if (!in)
        goto fail;
    in->options = *options;
    in->counters = counters;
    vantages_init(&in->vantages, &options->key);
    struct defrag_options defrag = {
        .key = options->key, .cells_max = options->cells_max, .by_vantage = options->no_dedup};
    in->defrag = defrag_new(&defrag, counters);
    in->dedup = options->no_dedup ? NULL : dedup_new(&options->key);
    if (in->defrag && (in->dedup || options->no_dedup))
        return in;

fail:
    intake_free(in);
    err_set(err, "capture: out of memory for fragments and copies");
    return NULL;
}

void intake_free(struct intake *in)
{
    if (!in)
        return;
    defrag_free(in->defrag);
    dedup_free(in->dedup);
    free(in);
}

struct rebuilt rebuilt_new(void)
{
    return (struct rebuilt){.bytes = calloc(1, REBUILT_ROOM), .room = REBUILT_ROOM};
}

void rebuilt_free(struct rebuilt *r)
{
    free(r->bytes);
    *r = (struct rebuilt){0};
}

void intake_set_mirror(struct intake *in, struct mirror *mirror)
{
    in->options.frame.mirror = mirror;
}

void intake_follow(struct intake *in, unsigned level)
{
    in->level = level;
}

void count_unfollowed(struct capture_counters *c, uint32_t frame_bytes)
{
    c->frames++;
    c->bytes += frame_bytes;
    c->unfollowed++;
}

static bool is_followed(const struct intake *in, const struct packet *p)
{
    return !in->level || follow_packet(&in->options.key, in->level, p);
}

struct vantages *intake_vantages(struct intake *in)
{
    return &in->vantages;
}

static void count_copy(struct capture_counters *c, const struct frame *frame,
                       const struct packet *p)
{
    c->frames++;
    c->bytes += frame->length;
    c->duplicates++;
    c->duplicate_bytes += frame->length;
    c->tunnelled += p->tunnels != 0;
}

/* Counts an IP packet, whole or not, where it was seen. */
static void count_vantage(struct vantage *v, const struct frame *frame, enum dedup_verdict seen)
{
    if (!v)
        return;
    v->packets++;
    v->bytes += frame->length;
    if (seen == DEDUP_COPY) {
        v->duplicates++;
        v->duplicate_bytes += frame->length;
    }
    v->uncertain += seen == DEDUP_UNCERTAIN;
}

static enum dedup_verdict judge(struct intake *in, const struct packet *p,
                                enum frame_verdict verdict)
{
    return in->dedup ? dedup_packet(in->dedup, p, verdict == FRAME_FRAGMENT) : DEDUP_FIRST;
}

static inline bool is_ip(enum frame_verdict verdict)
{
    return verdict == FRAME_PACKET || verdict == FRAME_FRAGMENT || verdict == FRAME_OTHER_IP;
}

/* Is it for decode/? */
static inline bool is_whole(enum frame_verdict verdict)
{
    return verdict == FRAME_PACKET || verdict == FRAME_OTHER_IP;
}

/* What a fragment comes to: itself, or the packet that it completes, which may again be one. */
static enum frame_verdict take_fragment(struct intake *in, struct rebuilt *out, struct packet *p)
{
    struct defragged whole;
    switch (defrag_take(in->defrag, p, out, &whole)) {
    case DEFRAG_TAKEN:
        return FRAME_FRAGMENT;
    case DEFRAG_MALFORMED:
        return FRAME_MALFORMED;
    case DEFRAG_WHOLE:
        break;
    }
    enum frame_verdict verdict =
        frame_parse_rebuilt(&whole.fragment, whole.ip, &in->options.frame, p);
    if (is_ip(verdict))
        p->wire_bytes = whole.wire_bytes;
    return verdict;
}

/* Packets of which only the beginning came. Their frames have been counted. `time_ns`: NULL when
 * the capture is over. */
static size_t take_lost(struct intake *in, const uint64_t *time_ns, struct rebuilt *out,
                        struct packet *ret_packets)
{
    struct defragged lost;
    size_t len = 0;
    while (len < INTAKE_PACKETS_MAX - 1 &&
           (time_ns ? defrag_give_up(in->defrag, *time_ns, out, &lost)
                    : defrag_finish(in->defrag, out, &lost))) {
        struct packet *p = &ret_packets[len];
        if (!is_whole(frame_parse_rebuilt(&lost.fragment, lost.ip, &in->options.frame, p)))
            continue;
        p->wire_bytes = lost.wire_bytes;
        len++;
    }
    return len;
}

static void give_numbers(struct packet *packet, size_t len, uint64_t *number)
{
    for (size_t i = 0; i < len; i++)
        packet[i].number = (*number)++;
}

/* A fragment that is no copy. If what it completes is one again, that is judged too. */
static enum frame_verdict put_together(struct intake *in, struct rebuilt *out, struct packet *p,
                                       enum dedup_verdict *seen)
{
    enum frame_verdict verdict = FRAME_FRAGMENT;
    for (int i = 0; i < NESTED_MAX && verdict == FRAME_FRAGMENT && *seen != DEDUP_COPY; i++) {
        uint64_t rebuilt = in->counters->rebuilt;
        verdict = take_fragment(in, out, p);
        if (in->counters->rebuilt == rebuilt)
            break;
        if (verdict == FRAME_FRAGMENT)
            *seen = judge(in, p, verdict);
    }
    return verdict;
}

/* Counts a frame, and marks its packet if that is a copy. */
static void count(struct intake *in, const struct frame *frame, enum frame_verdict verdict,
                  enum dedup_verdict seen, struct packet *p)
{
    if (seen == DEDUP_COPY) {
        count_copy(in->counters, frame, p);
        p->copy = true;
    } else {
        in->counters->uncertain += seen == DEDUP_UNCERTAIN && verdict == FRAME_PACKET;
        frame_count(in->counters, frame, verdict, p);
    }
}

size_t intake_frame(struct intake *in, const struct frame *frame, uint64_t *number,
                    struct rebuilt *out, struct packet ret_packets[INTAKE_PACKETS_MAX])
{
    size_t len = 0;
    if (!defrag_is_idle(in->defrag)) {
        len = take_lost(in, &frame->time_ns, out, ret_packets);
        give_numbers(ret_packets, len, number);
    }
    struct packet *p = &ret_packets[len];
    enum dedup_verdict seen = DEDUP_FIRST;
    enum frame_verdict verdict = frame_parse(frame, &in->options.frame, p);
    if (is_whole(verdict) && !is_followed(in, p)) {
        count_unfollowed(in->counters, frame->length);
        p->unfollowed = true;
        p->number = (*number)++;
        return len + 1;
    }
    if (is_ip(verdict)) {
        struct vantage *vantage = vantages_of(&in->vantages, p);
        seen = judge(in, p, verdict);
        if (verdict == FRAME_FRAGMENT) {
            verdict = put_together(in, out, p, &seen);
            if (is_whole(verdict)) /* another vantage may have shown it in one piece */
                seen = judge(in, p, verdict);
        }
        count_vantage(vantage, frame, seen);
    }
    p->number = (*number)++;
    count(in, frame, verdict, seen, p);
    return len + is_whole(verdict);
}

size_t intake_finish(struct intake *in, uint64_t *number, struct rebuilt *out,
                     struct packet ret_packets[INTAKE_PACKETS_MAX])
{
    size_t len = take_lost(in, NULL, out, ret_packets);
    give_numbers(ret_packets, len, number);
    return len;
}

/* --- in two steps --- */

static struct vantage *vantage_of(struct intake *in, uint16_t interface, const struct brought *by)
{
    struct packet p = {.interface = interface,
                       .vlan = by->vlan,
                       .tunnels = by->tunnels,
                       .tunnel_id = by->tunnel_id};
    return vantages_of(&in->vantages, &p);
}

size_t intake_fragment(struct intake *in, const struct frame *frame, struct rebuilt *out,
                       struct packet ret_packets[INTAKE_PACKETS_MAX], struct brought *ret)
{
    size_t len = take_lost(in, &frame->time_ns, out, ret_packets);
    struct packet *p = &ret_packets[len];
    enum frame_verdict verdict = frame_parse(frame, &in->options.frame, p);
    *ret = (struct brought){0};
    assert(verdict == FRAME_FRAGMENT);
    struct brought by = {frame->length, p->vlan, p->tunnels, p->tunnel_id};
    enum dedup_verdict seen = judge(in, p, verdict);
    verdict = put_together(in, out, p, &seen);
    if (is_whole(verdict)) {
        *ret = by;
        return len + 1;
    }
    count_vantage(vantage_of(in, frame->interface, &by), frame, seen);
    count(in, frame, verdict, seen, p);
    return len;
}

size_t intake_give_up(struct intake *in, uint64_t time_ns, struct rebuilt *out,
                      struct packet ret_packets[INTAKE_PACKETS_MAX])
{
    return defrag_is_idle(in->defrag) ? 0 : take_lost(in, &time_ns, out, ret_packets);
}

void intake_packet(struct intake *in, struct packet *p, const struct brought *by)
{
    if (!by->frame_bytes)
        return; /* all its frames have been counted */
    bool has_ports = p->protocol == IPPROTO_TCP || p->protocol == IPPROTO_UDP;
    enum frame_verdict verdict = has_ports ? FRAME_PACKET : FRAME_OTHER_IP;
    if (!is_followed(in, p)) {
        count_unfollowed(in->counters, by->frame_bytes);
        p->unfollowed = true;
        return;
    }
    enum dedup_verdict seen = judge(in, p, verdict);
    struct frame last = {.length = by->frame_bytes};
    count_vantage(vantage_of(in, p->interface, by), &last, seen);
    count(in, &last, verdict, seen, p);
}
