/* intake.c - see intake.h. */
#include "capture/intake.h"

#include <stdlib.h>

#include "capture/dedup.h"

enum { NESTED_MAX = 4 }; /* rebuilt packets, one in a tunnel in the other */

struct intake {
    struct intake_options options;
    struct capture_counters *counters;
    struct defrag *defrag;
    struct dedup *dedup; /* NULL: copies are not looked for */
    struct vantages vantages;
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

/* Packets of which only the beginning came. Their frames have been counted. */
static size_t take_lost(struct intake *in, const struct frame *frame, uint64_t *number,
                        struct rebuilt *out, struct packet *ret_packets)
{
    struct defragged lost;
    size_t len = 0;
    while (len < INTAKE_PACKETS_MAX - 1 &&
           (frame ? defrag_give_up(in->defrag, frame->time_ns, out, &lost)
                  : defrag_finish(in->defrag, out, &lost))) {
        struct packet *p = &ret_packets[len];
        if (!is_whole(frame_parse_rebuilt(&lost.fragment, lost.ip, &in->options.frame, p)))
            continue;
        p->wire_bytes = lost.wire_bytes;
        p->number = (*number)++;
        len++;
    }
    return len;
}

/* A fragment that is no copy. What it completes is judged once more: another vantage may have shown
 * it in one piece. */
static enum frame_verdict put_together(struct intake *in, struct rebuilt *out, struct packet *p,
                                       enum dedup_verdict *seen)
{
    enum frame_verdict verdict = FRAME_FRAGMENT;
    for (int i = 0; i < NESTED_MAX && verdict == FRAME_FRAGMENT && *seen != DEDUP_COPY; i++) {
        uint64_t rebuilt = in->counters->rebuilt;
        verdict = take_fragment(in, out, p);
        if (in->counters->rebuilt == rebuilt)
            break;
        if (is_ip(verdict))
            *seen = judge(in, p, verdict);
    }
    return verdict;
}

size_t intake_frame(struct intake *in, const struct frame *frame, uint64_t *number,
                    struct rebuilt *out, struct packet ret_packets[INTAKE_PACKETS_MAX])
{
    size_t len = 0;
    if (!defrag_is_idle(in->defrag))
        len = take_lost(in, frame, number, out, ret_packets);
    struct packet *p = &ret_packets[len];
    enum dedup_verdict seen = DEDUP_FIRST;
    enum frame_verdict verdict = frame_parse(frame, &in->options.frame, p);
    if (is_ip(verdict)) {
        struct vantage *vantage = vantages_of(&in->vantages, p);
        seen = judge(in, p, verdict);
        if (verdict == FRAME_FRAGMENT)
            verdict = put_together(in, out, p, &seen);
        count_vantage(vantage, frame, seen);
    }
    p->number = (*number)++;
    if (seen == DEDUP_COPY) {
        count_copy(in->counters, frame, p);
        p->copy = true;
    } else {
        in->counters->uncertain += seen == DEDUP_UNCERTAIN && verdict == FRAME_PACKET;
        frame_count(in->counters, frame, verdict, p);
    }
    return len + is_whole(verdict);
}

size_t intake_finish(struct intake *in, uint64_t *number, struct rebuilt *out,
                     struct packet ret_packets[INTAKE_PACKETS_MAX])
{
    return take_lost(in, NULL, number, out, ret_packets);
}
