/* stream.c - see stream.h. */
#include "decode/stream.h"

#include <stdlib.h>

struct held {
    struct held *next, *last; /* `last` of all, valid in the first */
    struct segment span;      /* payload points to `data` */
    uint32_t charged;         /* bytes */
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

/* A FIN counts as one, but is no byte. */
static uint32_t without_fin(const struct stream *s, uint32_t sequence)
{
    return s->fin && sequence_after(sequence, s->end) ? s->end : sequence;
}

/* How far the receiver is known to have got. */
static uint32_t proven_end(const struct stream *s)
{
    return without_fin(s, s->acked);
}

/* How far the sender is known to have got, by what either of them said. */
static uint32_t known_end(const struct stream *s)
{
    uint32_t proven = proven_end(s), sent = without_fin(s, s->sent);
    return sequence_after(sent, proven) ? sent : proven;
}

/* Is the next byte perhaps a FIN? */
static bool is_in_doubt(const struct stream *s)
{
    return s->doubt && s->doubt_at == s->next;
}

/* Has what may have been a FIN been told as part of a gap? */
static bool is_told_in_doubt(const struct stream *s)
{
    return s->doubt && s->doubt_at + 1 == s->next;
}

static bool has_hole(const struct stream *s)
{
    if (s->ended)
        return false;
    if (s->first || (s->fin && sequence_after(s->end, s->next)))
        return true;
    return sequence_after(known_end(s), s->next + is_in_doubt(s));
}

bool stream_has_passed(const struct stream *s, uint32_t sequence)
{
    bool fin = s->ended || is_in_doubt(s);
    return s->heard && s->placed && !sequence_after(sequence, s->next + fin);
}

static bool is_early(const struct segment *span, const struct stream_out *out)
{
    return span->waits && out->other && !stream_has_passed(out->other, span->acknowledged);
}

/* Is something kept that only waits for the other stream? */
static bool holds_early(const struct stream *s)
{
    return s->first && !sequence_after(s->first->span.sequence, s->next);
}

/* To be called whenever `next` has moved. The wait for a hole starts anew, so that a mirror which
 * always shows acknowledgments first does not look like one long hole. */
static void settle(struct stream *s, uint64_t now_ns, const struct stream_out *out)
{
    if (sequence_after(s->next, s->acked))
        s->acked = s->next;
    if (sequence_after(s->next, s->sent))
        s->sent = s->next;
    if (s->fin && !s->ended && s->next == s->end) {
        s->ended = true;
        out->end(out->ctx);
    }
    s->hole = has_hole(s);
    if (s->hole)
        s->hole_ns = s->first ? s->first->span.arrived_ns : now_ns;
}

static void count_missing(const struct stream_out *out, uint64_t len)
{
    out->shared->counters->gap_bytes += len;
    out->missing(out->ctx, len);
}

static void lose(const struct stream_out *out, uint64_t len, bool cut)
{
    out->shared->counters->gaps++;
    out->gap(out->ctx, len, cut);
}

/* There is more behind it, so that what may have been a FIN was none. */
static void end_doubt(struct stream *s, const struct stream_out *out)
{
    if (is_told_in_doubt(s))
        count_missing(out, 1);
    s->doubt = false;
}

/* An answer cannot have come before what it answers, whatever its stamp says: there the clocks of
 * two ports differ, or two queues of one were read in another order. */
static uint64_t arrival_of(const struct segment *span, const struct stream_out *out)
{
    const struct stream *other = out->other;
    if (!span->answers || !other || span->acknowledged != other->next)
        return span->arrived_ns;
    uint64_t behind_ns = elapsed_ns(other->latest_ns, span->arrived_ns);
    if (!behind_ns || behind_ns > SKEW_MAX_NS)
        return span->arrived_ns;
    out->shared->counters->skewed++;
    if (out->skewed)
        out->skewed(out->ctx);
    return other->latest_ns;
}

/* Hands out the part of the span at and after `next`. Returns false if there is none. */
static bool hand_out(struct stream *s, struct segment span, const struct stream_out *out)
{
    uint32_t seen = s->next - span.sequence;
    if (seen >= length_of(&span))
        return false;
    span = span_after(span, seen);
    end_doubt(s, out);
    s->next = end_of(&span);
    if (span.unread)
        return true;
    uint64_t arrived_ns = arrival_of(&span, out);
    if (span.payload.len)
        out->bytes(out->ctx, arrived_ns, span.payload);
    s->latest_ns = arrived_ns;
    if (span.cut) {
        lose(out, span.cut, true);
        count_missing(out, span.cut);
    }
    return true;
}

static struct held *last_of(const struct stream *s)
{
    return s->first ? s->first->last : NULL;
}

static void drop_first(struct stream *s, struct stream_shared *shared)
{
    struct held *h = s->first;
    s->first = h->next;
    if (s->first)
        s->first->last = h->last;
    s->held_bytes -= h->charged;
    s->held_count--;
    shared->held_bytes -= h->charged;
    free(h);
}

static void hand_out_held(struct stream *s, const struct stream_out *out)
{
    while (holds_early(s) && !is_early(&s->first->span, out)) {
        hand_out(s, s->first->span, out);
        drop_first(s, out->shared);
    }
}

static void skip_to(struct stream *s, uint32_t sequence, uint64_t now_ns,
                    const struct stream_out *out)
{
    uint32_t len = sequence - s->next;
    if (len) {
        end_doubt(s, out);
        lose(out, len, false);
        count_missing(out, len);
    }
    s->next = sequence;
    hand_out_held(s, out);
    settle(s, now_ns, out);
}

/* Gives up what comes before `sequence`. With nothing above it, the last may be a FIN. */
static void give_up(struct stream *s, uint32_t sequence, uint64_t now_ns,
                    const struct stream_out *out)
{
    if (s->first || s->fin || sequence_after(known_end(s), sequence)) {
        skip_to(s, sequence, now_ns, out);
        return;
    }
    uint32_t len = sequence - s->next;
    if (len > 1 || is_told_in_doubt(s))
        end_doubt(s, out);
    if (len > 1) {
        lose(out, len, false);
        count_missing(out, len - 1);
        s->next = sequence;
    }
    s->doubt = true;
    s->doubt_at = sequence - 1;
    settle(s, now_ns, out);
}

static enum segment_fate keep(struct stream *s, struct segment span, const struct stream_out *out);

/* Where the span overlaps what is kept, the kept bytes came first and win. */
static enum segment_fate read_in_order(struct stream *s, struct segment span,
                                       const struct stream_out *out)
{
    uint32_t end = end_of(&span);
    bool fresh = false;
    if (!s->first && span.sequence == s->next && length_of(&span)) { /* nearly always */
        hand_out(s, span, out);
        settle(s, span.arrived_ns, out);
        return SEGMENT_NEW;
    }
    while (sequence_after(end, s->next)) {
        uint32_t upto = end;
        if (s->first && sequence_after(end, s->first->span.sequence))
            upto = s->first->span.sequence;
        fresh |= hand_out(s, span_first(span, upto - span.sequence), out);
        hand_out_held(s, out);
        if (holds_early(s)) {
            if (sequence_after(end, s->next))
                keep(s, span_after(span, s->next - span.sequence), out);
            break;
        }
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
    struct held *last = last_of(s);
    bool at_end = last && !sequence_after(end_of(&last->span), span.sequence);
    struct held **link = at_end ? &last->next : &s->first;
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
            last = kept;
        s->first->last = last;
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

static enum segment_fate keep(struct stream *s, struct segment span, const struct stream_out *out)
{
    enum segment_fate fate = SEGMENT_DROPPED;
    if (has_room(s, charge_for(s, &span), out->shared))
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

/* Without room, the holes of this stream are given up first. */
static void make_room(struct stream *s, const struct segment *span, const struct stream_out *out)
{
    uint32_t charge = charge_for(s, span);
    while (s->first && !has_room(s, charge, out->shared)) {
        s->first->span.waits = false;
        skip_to(s, s->first->span.sequence, span->arrived_ns, out);
    }
}

/* `span` starts above `next`, */
static enum segment_fate place_above_hole(struct stream *s, struct segment span,
                                          const struct stream_out *out)
{
    make_room(s, &span, out);
    if (!sequence_after(span.sequence, s->next))
        return read_in_order(s, span, out);
    bool goes_on = holds_early(s) && end_of(&last_of(s)->span) == span.sequence;
    enum segment_fate fate = keep(s, span, out);
    return fate == SEGMENT_HELD && goes_on ? SEGMENT_EARLY : fate;
}

/* or at `next` or before it. */
static enum segment_fate place_in_order(struct stream *s, struct segment span,
                                        const struct stream_out *out)
{
    uint32_t seen = s->next - span.sequence;
    if (seen >= length_of(&span))
        return SEGMENT_OLD;
    span = span_after(span, seen);
    if (!holds_early(s) && !is_early(&span, out))
        return read_in_order(s, span, out);
    make_room(s, &span, out);
    if (!has_room(s, charge_for(s, &span), out->shared))
        return read_in_order(s, span, out);
    enum segment_fate fate = keep(s, span, out);
    return fate == SEGMENT_HELD ? SEGMENT_EARLY : fate;
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
    if (s->fin)
        return;
    if (is_told_in_doubt(s) && end == s->doubt_at)
        s->next = s->acked = s->sent = end;
    if (sequence_after(s->next, end))
        return;
    if (s->first && sequence_after(end_of(&last_of(s)->span), end))
        return;
    if (s->doubt && end == s->doubt_at)
        s->doubt = false;
    end_doubt(s, out);
    s->fin = true;
    s->end = end;
    settle(s, span->arrived_ns, out);
}

/* A segment without data says how far its sender has got. */
static void note_sent(struct stream *s, const struct segment *span, bool first)
{
    if (first && !s->started) {
        s->placed = true;
        s->next = s->acked = s->sent = span->sequence;
    }
    if (!stream_expects(s, span->sequence) || !sequence_after(span->sequence, s->sent))
        return;
    s->sent = span->sequence;
    if (!s->hole && has_hole(s)) {
        s->hole = true;
        s->hole_ns = span->arrived_ns;
    }
}

/* The first data, or FIN. Where an empty segment has said how far its sender had got, what is in
 * between is a hole; but not one number, for that is how a keep-alive probe begins (RFC 9293,
 * 3.8.4). */
static void start_with_data(struct stream *s, uint32_t sequence, bool empty_seen)
{
    uint32_t ahead = sequence - s->next;
    if (empty_seen && ahead > 1 && ahead <= STREAM_AHEAD_MAX)
        s->started = true;
    else
        stream_start(s, sequence);
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
    s->next = s->acked = s->sent = sequence;
}

enum segment_fate stream_segment(struct stream *s, const struct segment *segment,
                                 const struct stream_out *out)
{
    struct segment span = *segment;
    bool first = !s->heard;
    s->heard = true;
    if (span.syn) {
        s->isn = span.sequence++;
        s->isn_known = true;
        if (!s->started)
            stream_start(s, span.sequence);
    }
    if (!span.payload.len && !span.cut && !span.fin) {
        note_sent(s, &span, first);
        return SEGMENT_EMPTY;
    }
    if (!s->started)
        start_with_data(s, span.sequence, !first);
    if (span.payload.len + (uint64_t)span.cut > STREAM_SPAN_MAX ||
        !stream_expects(s, span.sequence)) {
        if (s->strays < STREAM_STRAYS_MAX)
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
    return place_in_order(s, span, out);
}

void stream_acked(struct stream *s, uint32_t acknowledged, uint64_t now_ns)
{
    if (!s->placed) {
        s->placed = true;
        s->next = s->acked = s->sent = acknowledged;
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

/* How far the hole can be given up by now; `next` if not at all. */
static uint32_t due(const struct stream *s, uint64_t now_ns)
{
    uint64_t waited_ns = elapsed_ns(now_ns, s->hole_ns);
    bool known_above = s->first || s->fin;
    uint32_t above = s->first ? s->first->span.sequence : s->fin ? s->end : known_end(s);
    uint32_t proven = proven_end(s);
    bool passed_by = s->first && !sequence_after(above, proven);
    if ((passed_by || waited_ns >= STREAM_ACKED_WAIT_NS) && sequence_after(proven, s->next))
        return known_above && sequence_after(proven, above) ? above : proven;
    return waited_ns >= STREAM_SILENT_WAIT_NS ? above : s->next;
}

/* What the other side said without having seen more comes before that. */
static uint32_t not_beyond(const struct stream *s, const struct stream *other, uint32_t sequence)
{
    if (!other || !holds_early(other) || !other->first->span.waits)
        return sequence;
    uint32_t limit = other->first->span.acknowledged;
    if (sequence_after(s->next, limit))
        limit = s->next;
    return sequence_after(sequence, limit) ? limit : sequence;
}

void stream_check(struct stream *s, uint64_t now_ns, const struct stream_out *out)
{
    if (!s->hole && has_hole(s)) {
        s->hole = true;
        s->hole_ns = now_ns;
    }
    while (s->hole) {
        if (holds_early(s)) {
            if (is_early(&s->first->span, out))
                return;
            hand_out_held(s, out);
            settle(s, now_ns, out);
            continue;
        }
        uint32_t upto = not_beyond(s, out->other, due(s, now_ns));
        if (upto == s->next)
            return;
        give_up(s, upto, now_ns, out);
    }
}

bool stream_is_overdue(const struct stream *s, uint64_t now_ns, const struct stream_out *out,
                       uint32_t *ret_acknowledged)
{
    if (!holds_early(s) || !is_early(&s->first->span, out) ||
        elapsed_ns(now_ns, s->first->span.arrived_ns) < STREAM_EARLY_WAIT_NS)
        return false;
    *ret_acknowledged = s->first->span.acknowledged;
    return true;
}

void stream_release(struct stream *s, uint64_t now_ns, const struct stream_out *out)
{
    if (!holds_early(s))
        return;
    s->first->span.waits = false;
    hand_out_held(s, out);
    settle(s, now_ns, out);
}

void stream_advance(struct stream *s, uint32_t sequence, uint64_t now_ns,
                    const struct stream_out *out)
{
    while (sequence_after(without_fin(s, sequence), s->next + is_in_doubt(s))) {
        if (holds_early(s))
            stream_release(s, now_ns, out);
        else if (s->first && sequence_after(sequence, s->first->span.sequence))
            skip_to(s, s->first->span.sequence, now_ns, out);
        else
            give_up(s, without_fin(s, sequence), now_ns, out);
    }
}

/* Both sides have finished, then, and what is known to have been sent last is not a byte. */
static void conclude_fin(struct stream *s, const struct stream_out *out)
{
    uint32_t end = known_end(s) - 1;
    if (s->doubt && s->doubt_at == end)
        s->doubt = false;
    end_doubt(s, out);
    if (sequence_after(s->next, end))
        s->next = end;
    s->fin = true;
    s->end = end;
}

/* A single number at the end, that nothing else was said of, is a FIN rather than a byte. */
static bool ends_in_lone_number(const struct stream *s)
{
    return !s->fin && s->placed && known_end(s) == s->next + 1;
}

void stream_flush(struct stream *s, uint64_t now_ns, const struct stream_out *out)
{
    while (s->first) {
        s->first->span.waits = false;
        skip_to(s, s->first->span.sequence, now_ns, out);
    }
    bool more = s->placed && (s->doubt || sequence_after(known_end(s), s->next));
    if (more && !s->fin && out->other && out->other->fin) {
        conclude_fin(s, out);
    } else if (ends_in_lone_number(s)) {
        end_doubt(s, out);
        s->next = known_end(s);
    }
    if (s->placed)
        skip_to(s, known_end(s), now_ns, out);
    if (s->fin && !s->ended)
        skip_to(s, s->end, now_ns, out);
    end_doubt(s, out);
}

void stream_fini(struct stream *s, struct stream_shared *shared)
{
    while (s->first)
        drop_first(s, shared);
}
