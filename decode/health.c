/* health.c - see health.h. */
#include "decode/health.h"

#include <stdlib.h>

#include "decode/decoder.h"

static uint64_t since(uint64_t now_ns, uint64_t then_ns)
{
    return then_ns && now_ns > then_ns ? now_ns - then_ns : 0;
}

/* NULL when memory is short: then it is not counted. */
static struct ills *ills_of(struct health *h)
{
    if (!h->ills)
        h->ills = calloc(1, sizeof *h->ills);
    return h->ills;
}

void health_missing(struct health *h, unsigned side, uint64_t len)
{
    if (len && ills_of(h))
        h->ills->missing_bytes[side] += len;
}

void health_out_of_order(struct health *h, unsigned side)
{
    if (ills_of(h))
        h->ills->out_of_order[side]++;
}

void health_again(struct health *h, unsigned side)
{
    if (ills_of(h))
        h->ills->retransmits[side]++;
}

void health_fini(struct health *h)
{
    free(h->ills);
    h->ills = NULL;
}

static void see_window(struct health *h, unsigned side, const struct packet *p)
{
    uint16_t closed = (uint16_t)(HEALTH_WINDOW_CLOSED << side);
    if (!p->window == !!(h->events & closed))
        return;
    h->events ^= closed;
    if (!ills_of(h))
        return;
    if (p->window) {
        h->ills->zero_window_ns[side] += since(p->time_ns, h->ills->closed_ns[side]);
        h->ills->closed_ns[side] = 0;
    } else {
        h->ills->zero_windows[side]++;
        h->ills->closed_ns[side] = p->time_ns;
    }
}

void health_packet(struct health *h, unsigned side, const struct packet *p)
{
    h->packets[side]++;
    h->bytes[side] += p->wire_bytes;
    if (p->cut && ills_of(h))
        h->ills->truncated[side]++;
    h->events |= (uint16_t)(HEALTH_SEEN << side);
    if ((p->payload.len || p->cut) && !health_is_seen(h, side ^ 1U) && h->lone < UINT8_MAX)
        h->lone++;
    if (p->tcp_flags & TCP_ACK && !(p->tcp_flags & (TCP_SYN | TCP_RST)))
        see_window(h, side, p);
}

bool health_is_one_way(const struct health *h)
{
    return h->lone >= HEALTH_LONE_LEAST && !(health_is_seen(h, 0) && health_is_seen(h, 1));
}

void health_answered(struct health *h)
{
    h->events |= HEALTH_ANSWERED;
}

static void be_sure(struct health *h)
{
    if (h->lone < HEALTH_LONE_LEAST)
        h->lone = HEALTH_LONE_LEAST;
}

void health_settled(struct health *h)
{
    if (h->events & HEALTH_ANSWERED)
        be_sure(h);
}

/* Whoever gets no acknowledgment sends again: that is a dead host and not a blind tap. */
void health_waited(struct health *h)
{
    health_settled(h);
    if (h->lone && !(h->events & HEALTH_AGAIN))
        be_sure(h);
}

void health_data(struct health *h, unsigned side, uint32_t end, uint64_t now_ns, bool first)
{
    if (!first) {
        h->events |= HEALTH_AGAIN;
        h->probe_ns[side] = 0;
    } else if (!h->probe_ns[side]) {
        h->probe_ns[side] = now_ns;
        h->probe_end[side] = end;
    }
}

static void note_rtt(struct health *h, unsigned side, uint64_t rtt_ns)
{
    if (rtt_ns && (!h->rtt_least_ns[side] || rtt_ns < h->rtt_least_ns[side]))
        h->rtt_least_ns[side] = rtt_ns;
}

void health_acked(struct health *h, unsigned side, uint32_t acknowledged, uint64_t now_ns)
{
    uint64_t *sent_ns = &h->probe_ns[side ^ 1U];
    if (!*sent_ns || (int32_t)(acknowledged - h->probe_end[side ^ 1U]) < 0)
        return;
    note_rtt(h, side, since(now_ns, *sent_ns));
    *sent_ns = 0;
}

/* A SYN that was sent again: the answer belongs to the last one, or the time would be that of the
 * sender's patience and not of the network. */
void health_syn(struct health *h, uint64_t now_ns)
{
    h->handshake_ns = now_ns;
}

void health_syn_ack(struct health *h, uint64_t now_ns)
{
    h->rtt_server_ns = since(now_ns, h->handshake_ns);
    h->handshake_ns = now_ns;
}

void health_established(struct health *h, uint64_t now_ns)
{
    h->rtt_client_ns = since(now_ns, h->handshake_ns);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a && (!b || a < b) ? a : b;
}

static void report_side(const struct health *h, unsigned side, enum dir dir, struct flow_report *r)
{
    r->packets[dir] = h->packets[side];
    r->bytes[dir] = h->bytes[side];
    r->duplicates[dir] = h->duplicates[side];
    if (!h->ills)
        return;
    r->missing_bytes[dir] = h->ills->missing_bytes[side];
    r->truncated[dir] = h->ills->truncated[side];
    r->retransmits[dir] = h->ills->retransmits[side];
    r->out_of_order[dir] = h->ills->out_of_order[side];
    /* The window that closed is that of the other direction's receiver. */
    r->zero_windows[dir] = h->ills->zero_windows[side ^ 1U];
    r->zero_window_ns[dir] = h->ills->zero_window_ns[side ^ 1U];
}

/* What a report does not end. */
static void start_anew(struct health *h)
{
    *h = (struct health){
        .events =
            h->events & (HEALTH_WINDOW_CLOSED | HEALTH_WINDOW_CLOSED << 1 | HEALTH_SEEN |
                         HEALTH_SEEN << 1 | HEALTH_ONE_WAY_TOLD | HEALTH_ANSWERED | HEALTH_AGAIN),
        .handshake_ns = h->handshake_ns,
        .lone = h->lone,
        .probe_ns = {h->probe_ns[0], h->probe_ns[1]},
        .probe_end = {h->probe_end[0], h->probe_end[1]},
        .ills = h->ills,
    };
    if (h->ills)
        *h->ills = (struct ills){.closed_ns = {h->ills->closed_ns[0], h->ills->closed_ns[1]}};
}

void health_report(struct health *h, unsigned client, struct flow_report *ret_report)
{
    report_side(h, client, TO_SERVER, ret_report);
    report_side(h, client ^ 1U, TO_CLIENT, ret_report);
    ret_report->rtt_server_ns = h->rtt_server_ns;
    ret_report->rtt_client_ns = h->rtt_client_ns;
    ret_report->rtt_least_server_ns = least(h->rtt_least_ns[client ^ 1U], h->rtt_server_ns);
    ret_report->rtt_least_client_ns = least(h->rtt_least_ns[client], h->rtt_client_ns);
    ret_report->opened = (h->events & HEALTH_OPENED) != 0;
    ret_report->failed = (h->events & HEALTH_FAILED) != 0;
    ret_report->refused = (h->events & HEALTH_REFUSED) != 0;
    ret_report->closed = (h->events & HEALTH_CLOSED) != 0;
    ret_report->reset_by_client = (h->events & HEALTH_RESET << client) != 0;
    ret_report->reset_by_server = (h->events & HEALTH_RESET << (client ^ 1U)) != 0;
    ret_report->one_way = health_is_one_way(h) && !(h->events & HEALTH_ONE_WAY_TOLD);
    if (ret_report->truncated[0] || ret_report->truncated[1])
        ret_report->notes |= NOTE_TRUNCATED;
    if (ret_report->one_way)
        h->events |= HEALTH_ONE_WAY_TOLD;
    start_anew(h);
}
