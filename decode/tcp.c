/* tcp.c - see tcp.h. */
#include "decode/tcp.h"

#include "decode/duplex.h"

/* A SYN that is captured after the bytes that follow it is at most this far behind them. */
enum { LATE_SYN_MAX = 65536 };

static bool is_syn(const struct packet *p)
{
    return p->tcp_flags & TCP_SYN;
}

static bool is_bare_syn(const struct packet *p)
{
    return (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static bool has_data(const struct packet *p)
{
    return p->payload.len || p->cut;
}

static bool starts_anew(const struct flow *f, unsigned side, const struct packet *p)
{
    if (!is_syn(p))
        return false;
    const struct stream *s = &f->stream[side];
    if (s->isn_known)
        return s->isn != p->sequence;
    if (s->started)
        return s->next - (p->sequence + 1) >= LATE_SYN_MAX;
    return f->state == FLOW_CLOSED || (is_bare_syn(p) && f->state != FLOW_HALF_OPEN);
}

/* A reset, or a FIN without data, on a flow that is not known is the end of something that was
 * counted before, or never seen. */
static struct flow *begin(struct lifecycle *l, const struct flow_key *key, unsigned side,
                          const struct packet *p)
{
    if (p->tcp_flags & TCP_RST || (p->tcp_flags & TCP_FIN && !has_data(p)))
        return NULL;
    struct flow *f = lifecycle_begin(l, key, p, is_syn(p) ? FLOW_HALF_OPEN : FLOW_OPEN);
    if (!f)
        return NULL;
    struct endpoint ends[2] = {flow_endpoint(key, 0), flow_endpoint(key, 1)};
    if (is_syn(p))
        f->client = (is_bare_syn(p) ? side : side ^ 1U) & 1U;
    else
        f->client = direction_guess(l->reader.direction, ends, side) & 1U;
    f->joined = !is_syn(p);
    reader_name(&l->reader, f);
    return f;
}

/* Once the bytes have decided who is client, a handshake that comes late changes nothing. */
static void settle_client(struct lifecycle *l, struct flow *f, unsigned client)
{
    if (flow_handshake_seen(f) || f->reading != READING_OPENING || f->client == client)
        return;
    reader_turn(&l->reader, f);
}

static void see_syn(struct lifecycle *l, struct flow *f, unsigned side, const struct packet *p)
{
    settle_client(l, f, side);
    if (side != f->client)
        return;
    f->syn_seen = true;
    if (!f->syn_ack_seen)
        health_syn(&f->health, p->time_ns);
}

static void see_syn_ack(struct lifecycle *l, struct flow *f, unsigned side, const struct packet *p)
{
    settle_client(l, f, side ^ 1U);
    if (side == f->client)
        return;
    struct stream *asking = &f->stream[f->client];
    if (!asking->started)
        stream_start(asking, p->acknowledged);
    if (f->opened)
        return;
    if (!f->syn_ack_seen)
        health_syn_ack(&f->health, p->time_ns);
    f->syn_ack_seen = true;
    f->health.handshake_ns = p->time_ns;
}

static void see_established(struct lifecycle *l, struct flow *f, unsigned side,
                            const struct packet *p)
{
    bool answers_handshake = f->state == FLOW_HALF_OPEN && side == f->client;
    if (!answers_handshake && !has_data(p))
        return;
    f->opened = true;
    f->health.events |= HEALTH_OPENED;
    if (answers_handshake && f->syn_ack_seen)
        health_established(&f->health, p->time_ns);
    if (f->state == FLOW_HALF_OPEN)
        flow_set_state(l->flows, f, FLOW_OPEN);
}

static void see_handshake(struct lifecycle *l, struct flow *f, unsigned side,
                          const struct packet *p)
{
    if (is_bare_syn(p))
        see_syn(l, f, side, p);
    else if (is_syn(p))
        see_syn_ack(l, f, side, p);
    else if (!f->opened)
        see_established(l, f, side, p);
}

/* A reset that its receiver would not believe either (RFC 5961, 3). While a SYN waits for its
 * answer the client resets what is not an answer, and goes on waiting. */
static bool is_blind_reset(const struct flow *f, unsigned side, uint32_t sequence)
{
    const struct stream *s = &f->stream[side];
    if (f->state == FLOW_HALF_OPEN && side == f->client && s->started)
        return sequence != s->next;
    return !stream_expects(s, sequence);
}

/* Is something that was sent before it, by either side, yet to come? */
static bool is_early_reset(const struct flow *f, unsigned side, const struct packet *p)
{
    const struct stream *own = &f->stream[side], *other = &f->stream[side ^ 1U];
    if (f->state == FLOW_HALF_OPEN || f->reading == READING_NOTHING)
        return false;
    if (own->heard && !stream_has_passed(own, p->sequence))
        return true;
    return p->tcp_flags & TCP_ACK && other->heard && !stream_has_passed(other, p->acknowledged);
}

/* Without a SYN-ACK the attempt has failed: refused by the server, or given up by the client. A
 * reset that a mirror shows before what it follows waits for that (STREAM_EARLY_WAIT_NS). */
static void see_reset(struct lifecycle *l, struct flow *f, unsigned side, const struct packet *p)
{
    struct moment m = {.now_ns = p->time_ns, .number = p->number};
    bool failed = f->state == FLOW_HALF_OPEN && !f->syn_ack_seen, by_client = side == f->client;
    if (f->reset_ns)
        return;
    if (failed) {
        f->health.events |= by_client ? HEALTH_FAILED : HEALTH_FAILED | HEALTH_REFUSED;
        lifecycle_end(l, f, m, by_client ? CLOSE_RESET_BY_CLIENT : CLOSE_RESET_BY_SERVER);
        return;
    }
    f->reset_ns = p->time_ns;
    f->reset_side = side & 1U;
    if (is_early_reset(f, side, p))
        flow_put(l->flows, f, LIST_HOLE);
    else
        lifecycle_end(l, f, m, CLOSE_UNSEEN);
}

/* May it say that bytes of the other side came before it which we have not seen, but will? When
 * nothing at all was seen of the other side, this may be an answer that has overtaken the first
 * request, or a request that has overtaken the answer to the first; but later on, it is not
 * captured. */
static bool may_be_early(const struct flow *f, unsigned side, const struct packet *p)
{
    const struct stream *other = &f->stream[side ^ 1U];
    if (!(p->tcp_flags & TCP_ACK) || f->reading == READING_NOTHING)
        return false;
    if (other->heard)
        return true;
    bool answers = side != f->client || sequence_after(p->acknowledged, other->next);
    return answers && elapsed_ns(p->time_ns, f->first_ns) < STREAM_EARLY_WAIT_NS;
}

static enum segment_fate see_segment(struct place *at, const struct packet *p)
{
    struct flow *f = at->flow;
    struct segment segment = {
        .arrived_ns = p->time_ns,
        .sequence = p->sequence,
        .cut = p->cut,
        .acknowledged = p->acknowledged,
        .payload = p->payload,
        .syn = is_syn(p),
        .fin = p->tcp_flags & TCP_FIN,
        .answers = p->tcp_flags & TCP_ACK,
        .waits = may_be_early(f, at->side, p),
    };
    struct stream_out out = reader_out(at);
    enum segment_fate fate = stream_segment(&f->stream[at->side], &segment, &out);
    if (fate == SEGMENT_NEW || fate == SEGMENT_EARLY || fate == SEGMENT_OLD)
        health_data(&f->health, at->side, p->sequence + (uint32_t)p->payload.len + p->cut,
                    p->time_ns, fate != SEGMENT_OLD);
    if (fate == SEGMENT_HELD)
        health_out_of_order(&f->health, at->side);
    if (fate == SEGMENT_OLD) {
        at->reader->stream.counters->retransmits++;
        health_again(&f->health, at->side);
        reader_retransmitted(at);
    }
    return fate;
}

static void see_end(struct lifecycle *l, struct flow *f, struct moment m)
{
    bool ended[2] = {f->stream[0].ended, f->stream[1].ended};
    if (ended[0] && ended[1])
        lifecycle_end(l, f, m, CLOSE_ORDERLY);
    else if ((ended[0] || ended[1]) && f->state != FLOW_HALF_CLOSED)
        flow_set_state(l->flows, f, FLOW_HALF_CLOSED);
}

void tcp_check_holes(struct lifecycle *l, struct flow *f, struct moment m)
{
    uint64_t gaps = l->counters.gaps;
    struct both both;
    reader_both(&l->reader, f, m, &both);
    duplex_check(f->stream, both.out, m.now_ns);
    if (f->reset_ns && elapsed_ns(m.now_ns, f->reset_ns) >= STREAM_EARLY_WAIT_NS) {
        lifecycle_end(l, f, m, CLOSE_UNSEEN);
        return;
    }
    if (f->stream[0].hole || f->stream[1].hole || f->reset_ns)
        flow_put(l->flows, f, LIST_HOLE);
    else
        flow_take(l->flows, f, LIST_HOLE);
    if (l->counters.gaps != gaps)
        flow_put(l->flows, f, LIST_CHANGED);
    see_end(l, f, m);
}

/* What was waited for is better late than given up. */
static bool fills_hole(const struct flow *f, unsigned side, const struct packet *p)
{
    const struct stream *s = &f->stream[side];
    return has_data(p) && s->hole && !sequence_after(p->sequence, s->next);
}

/* Does it acknowledge a SYN or bytes that the other side sent in the time of the flow? */
static bool proves_other(const struct flow *f, unsigned side, const struct packet *p)
{
    const struct stream *other = &f->stream[side ^ 1U];
    return is_syn(p) || f->stream[side].isn_known ||
           (other->placed && sequence_after(p->acknowledged, other->acked));
}

/* Returns false when the packet shows that the flow is not the one it was taken for. */
static bool see_packet(struct lifecycle *l, struct flow *f, unsigned side, const struct packet *p)
{
    struct moment m = {.now_ns = p->time_ns, .number = p->number};
    if (f->reset_ns)
        tcp_check_holes(l, f, m);
    if (f->state == FLOW_CLOSED)
        return true;
    if (p->tcp_flags & TCP_RST) {
        if (!is_blind_reset(f, side, p->sequence))
            see_reset(l, f, side, p);
        return true;
    }
    see_handshake(l, f, side, p);
    /* What is acknowledged came before what is said now: a hole in it that can be given up is, so
     * that a loss in one direction does not swallow what the other says next. An answer to a SYN
     * that is no SYN-ACK speaks of another connection (RFC 5961, 4). */
    bool believed = f->state != FLOW_HALF_OPEN && stream_expects(&f->stream[side], p->sequence);
    if (p->tcp_flags & TCP_ACK && proves_other(f, side, p))
        health_answered(&f->health);
    if (p->tcp_flags & TCP_ACK && believed) {
        stream_acked(&f->stream[side ^ 1U], p->acknowledged, p->time_ns);
        health_acked(&f->health, side, p->acknowledged, p->time_ns);
        if (f->stream[side ^ 1U].hole && !fills_hole(f, side, p))
            tcp_check_holes(l, f, m);
        if (f->state == FLOW_CLOSED) /* the hole was all that kept it */
            return true;
    }
    struct place at = {.reader = &l->reader, .flow = f, .side = side, .moment = m};
    if (see_segment(&at, p) == SEGMENT_STRAY)
        return f->stream[side].strays < STRAYS_MAX;
    bool hole = f->stream[0].hole || f->stream[1].hole;
    if (hole || f->stream[0].fin || f->stream[1].fin)
        tcp_check_holes(l, f, m);
    if (has_data(p))
        lifecycle_read(l, f);
    return true;
}

void tcp_packet(struct lifecycle *l, const struct packet *p)
{
    struct flow_key key;
    unsigned side = flow_key_of(p, &key);
    struct moment m = {.now_ns = p->time_ns, .number = p->number};
    struct flow *f = flow_find(l->flows, &key);
    if (f && starts_anew(f, side, p)) {
        lifecycle_forget(l, f, m);
        f = NULL;
    }
    if (!f)
        f = begin(l, &key, side, p);
    if (!f)
        return;
    lifecycle_packet(l, f, side, p);
    if (see_packet(l, f, side, p))
        return;
    lifecycle_forget(l, f, m);
    f = begin(l, &key, side, p);
    if (f)
        see_packet(l, f, side, p);
}
