/* stream.c - see stream.h. */
#include "decode/stream.h"

#include <stdlib.h>

struct held {
    struct held *next;
    struct segment span; /* payload points to `data` */
    uint32_t charged;    /* bytes */
    uint8_t data[];
};

static uint32_t length_of(const struct segment *span)
{
    return (uint32_t)span->payload.len + span->cut;
}

static uint32_t end_of(const struct segment *span)
{
    return span->sequence + length_of(span);
}

/* The span without its first `len` bytes; it has at least so many. */
static struct segment span_after(struct segment span, uint32_t len)
{
    uint32_t captured = len < span.payload.len ? len : (uint32_t)span.payload.len;
    span.payload = bytes_after(span.payload, captured);
    span.cut -= len - captured;
    span.sequence += len;
    return span;
}

/* Its first `len` bytes; it has at least so many. */
static struct segment span_first(struct segment span, uint32_t len)
{
    span.payload = bytes_first(span.payload, len);
    span.cut = len - (uint32_t)span.payload.len;
    return span;
}

/* How far the receiver is known to have got, the FIN not counted. */
static uint32_t proven_end(const struct stream *s)
{
    return s->fin && sequence_after(s->acked, s->end) ? s->end : s->acked;
}

static bool has_hole(const struct stream *s)
{
    if (s->ended)
        return false;
    return s->first || sequence_after(proven_end(s), s->next) ||
           (s->fin && sequence_after(s->end, s->next));
}

/* To be called whenever `next` has moved. The wait for a hole starts anew, so that a mirror which
 * always shows acknowledgments first does not look like one long hole. */
static void settle(struct stream *s, uint64_t now_ns, const struct stream_out *out)
{
    if (sequence_after(s->next, s->acked))
        s->acked = s->next;
    if (s->fin && !s->ended && s->next == s->end) {
        s->ended = true;
        out->end(out->ctx);
    }
    s->hole = has_hole(s);
    if (s->hole)
        s->hole_ns = s->first ? s->first->span.arrived_ns : now_ns;
}

static void lose(const struct stream_out *out, uint64_t len)
{
    out->shared->counters->gaps++;
    out->shared->counters->gap_bytes += len;
    out->gap(out->ctx, len);
}

/* Hands out the part of the span at and after `next`. Returns false if there is none. */
static bool hand_out(struct stream *s, struct segment span, const struct stream_out *out)
{
    uint32_t seen = s->next - span.sequence;
    if (seen >= length_of(&span))
        return false;
    span = span_after(span, seen);
    s->next = end_of(&span);
    if (span.unread)
        return true;
    if (span.payload.len)
        out->bytes(out->ctx, span.arrived_ns, span.payload);
    if (span.cut)
        lose(out, span.cut);
    return true;
}

static void drop_first(struct stream *s, struct stream_shared *shared)
{
    struct held *h = s->first;
    s->first = h->next;
    if (!s->first)
        s->last = NULL;
    s->held_bytes -= h->charged;
    s->held_count--;
    shared->held_bytes -= h->charged;
    free(h);
}

static void hand_out_held(struct stream *s, const struct stream_out *out)
{
    while (s->first && !sequence_after(s->first->span.sequence, s->next)) {
        hand_out(s, s->first->span, out);
        drop_first(s, out->shared);
    }
}

static void skip_to(struct stream *s, uint32_t sequence, uint64_t now_ns,
                    const struct stream_out *out)
{
    uint32_t len = sequence - s->next;
    s->next = sequence;
    if (len)
        lose(out, len);
    hand_out_held(s, out);
    settle(s, now_ns, out);
}

/* Where the span overlaps what is kept, the kept bytes came first and win. */
static enum segment_fate read_in_order(struct stream *s, struct segment span,
                                       const struct stream_out *out)
{
    uint32_t end = end_of(&span);
    bool fresh = false;
    while (sequence_after(end, s->next)) {
        uint32_t upto = end;
        if (s->first && sequence_after(end, s->first->span.sequence))
            upto = s->first->span.sequence;
        fresh |= hand_out(s, span_first(span, upto - span.sequence), out);
        hand_out_held(s, out);
    }
    if (!fresh)
        return SEGMENT_OLD;
    hand_out_held(s, out);
    settle(s, span.arrived_ns, out);
    return SEGMENT_NEW;
}

static uint32_t charge_for(const struct stream *s, const struct segment *span)
{
    return (uint32_t)(sizeof(struct held) + (s->blind ? 0 : span->payload.len));
}

static struct held *held_new(struct stream *s, const struct segment *span,
                             struct stream_shared *shared)
{
    uint32_t charge = charge_for(s, span);
    struct held *h = malloc(charge);
    if (!h)
        return NULL;
    h->span = *span;
    h->charged = charge;
    if (s->blind) {
        h->span.unread = true;
        h->span.cut = length_of(span);
        h->span.payload = (struct bytes){0};
    } else if (span->payload.len) {
        memcpy(h->data, span->payload.at, span->payload.len);
        h->span.payload.at = h->data;
    }
    s->held_bytes += charge;
    s->held_count++;
    shared->held_bytes += charge;
    return h;
}

/* Keeps the parts of the span that are not kept already. */
static enum segment_fate hold(struct stream *s, struct segment span, struct stream_shared *shared)
{
    enum segment_fate fate = SEGMENT_OLD;
    bool at_end = s->last && !sequence_after(end_of(&s->last->span), span.sequence);
    struct held **link = at_end ? &s->last->next : &s->first;
    while (length_of(&span)) {
        struct held *h = *link;
        if (h && !sequence_after(h->span.sequence, span.sequence)) {
            uint32_t covered = end_of(&h->span) - span.sequence;
            if ((int32_t)covered > 0)
                span = span_after(span, covered < length_of(&span) ? covered : length_of(&span));
            link = &h->next;
            continue;
        }
        uint32_t len = length_of(&span);
        if (h && sequence_after(end_of(&span), h->span.sequence))
            len = h->span.sequence - span.sequence;
        struct segment part = span_first(span, len);
        struct held *kept = held_new(s, &part, shared);
        if (!kept)
            return SEGMENT_DROPPED;
        kept->next = h;
        *link = kept;
        if (!h)
            s->last = kept;
        link = &kept->next;
        span = span_after(span, len);
        fate = SEGMENT_HELD;
    }
    return fate;
}

static bool has_room(const struct stream *s, uint32_t charge, const struct stream_shared *shared)
{
    return s->held_bytes + charge <= STREAM_HELD_MAX && s->held_count < STREAM_HELD_SEGMENTS_MAX &&
           shared->held_bytes + charge <= shared->held_bytes_max;
}

/* `span` starts above `next`. Without room, the holes of this stream are given up first. */
static enum segment_fate place_above_hole(struct stream *s, struct segment span,
                                          const struct stream_out *out)
{
    uint32_t charge = charge_for(s, &span);
    while (s->first && !has_room(s, charge, out->shared))
        skip_to(s, s->first->span.sequence, span.arrived_ns, out);
    if (!sequence_after(span.sequence, s->next))
        return read_in_order(s, span, out);
    enum segment_fate fate = SEGMENT_DROPPED;
    if (has_room(s, charge, out->shared))
        fate = hold(s, span, out->shared);
    if (fate == SEGMENT_HELD)
        out->shared->counters->segments_held++;
    if (fate == SEGMENT_DROPPED)
        out->shared->counters->segments_dropped++;
    if (!s->hole && has_hole(s)) {
        s->hole = true;
        s->hole_ns = span.arrived_ns;
    }
    return fate;
}

/* Data past the FIN is nobody's. */
static void clip_to_end(const struct stream *s, struct segment *span)
{
    if (!s->fin || !sequence_after(end_of(span), s->end))
        return;
    int32_t left = (int32_t)(s->end - span->sequence);
    *span = span_first(*span, left > 0 ? (uint32_t)left : 0);
}

static bool is_keep_alive(const struct stream *s, const struct segment *span)
{
    return length_of(span) == 1 && span->sequence == s->next - 1;
}

/* A FIN that contradicts bytes seen before it is not believed. */
static void note_fin(struct stream *s, const struct segment *span, const struct stream_out *out)
{
    uint32_t end = end_of(span);
    if (s->fin || sequence_after(s->next, end))
        return;
    if (s->last && sequence_after(end_of(&s->last->span), end))
        return;
    s->fin = true;
    s->end = end;
    settle(s, span->arrived_ns, out);
}

bool stream_expects(const struct stream *s, uint32_t sequence)
{
    int32_t ahead = (int32_t)(sequence - s->next);
    return !s->started || (ahead <= STREAM_AHEAD_MAX && ahead >= -STREAM_BEHIND_MAX);
}

void stream_start(struct stream *s, uint32_t sequence)
{
    s->placed = true;
    s->started = true;
    s->hole = false;
    s->next = s->acked = sequence;
}

enum segment_fate stream_segment(struct stream *s, const struct segment *segment,
                                 const struct stream_out *out)
{
    struct segment span = *segment;
    if (span.syn) {
        s->isn = span.sequence++;
        s->isn_known = true;
        if (!s->started)
            stream_start(s, span.sequence);
    }
    if (!span.payload.len && !span.cut && !span.fin)
        return SEGMENT_EMPTY;
    if (!s->started)
        stream_start(s, span.sequence);
    if (span.payload.len + (uint64_t)span.cut > STREAM_SPAN_MAX ||
        !stream_expects(s, span.sequence)) {
        if (s->strays < UINT8_MAX)
            s->strays++;
        out->shared->counters->segments_dropped++;
        return SEGMENT_STRAY;
    }
    s->strays = 0;
    if (span.fin)
        note_fin(s, &span, out);
    clip_to_end(s, &span);
    if (!length_of(&span) || is_keep_alive(s, &span))
        return SEGMENT_EMPTY;
    if (sequence_after(span.sequence, s->next))
        return place_above_hole(s, span, out);
    return read_in_order(s, span, out);
}

void stream_acked(struct stream *s, uint32_t acknowledged, uint64_t now_ns)
{
    if (!s->placed) {
        s->placed = true;
        s->next = s->acked = acknowledged;
        return;
    }
    if (!sequence_after(acknowledged, s->acked) ||
        (int32_t)(acknowledged - s->next) > STREAM_AHEAD_MAX)
        return;
    s->acked = acknowledged;
    if (!s->hole && has_hole(s)) {
        s->hole = true;
        s->hole_ns = now_ns;
    }
}

void stream_check(struct stream *s, uint64_t now_ns, const struct stream_out *out)
{
    while (s->hole) {
        uint64_t waited_ns = elapsed_ns(now_ns, s->hole_ns);
        bool known_above = s->first || s->fin;
        uint32_t above = s->first ? s->first->span.sequence : s->end;
        uint32_t proven = proven_end(s);
        bool passed_by = s->first && !sequence_after(above, proven);
        if ((passed_by || waited_ns >= STREAM_ACKED_WAIT_NS) && sequence_after(proven, s->next))
            skip_to(s, known_above && sequence_after(proven, above) ? above : proven, now_ns, out);
        else if (waited_ns >= STREAM_SILENT_WAIT_NS && known_above)
            skip_to(s, above, now_ns, out);
        else
            return;
    }
}

void stream_flush(struct stream *s, uint64_t now_ns, const struct stream_out *out)
{
    while (s->first)
        skip_to(s, s->first->span.sequence, now_ns, out);
    if (s->placed && sequence_after(proven_end(s), s->next))
        skip_to(s, proven_end(s), now_ns, out);
    if (s->fin && !s->ended)
        skip_to(s, s->end, now_ns, out);
}

void stream_fini(struct stream *s, struct stream_shared *shared)
{
    while (s->first)
        drop_first(s, shared);
}
