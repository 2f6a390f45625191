/* health.c - see health.h. */
#include "decode/health.h"

#include "decode/decoder.h"

void health_packet(struct health *h, unsigned side, const struct packet *p)
{
    h->packets[side]++;
    h->bytes[side] += p->wire_bytes;
    if (!(p->tcp_flags & TCP_ACK) || p->tcp_flags & (TCP_SYN | TCP_RST))
        return;
    uint8_t closed = (uint8_t)(HEALTH_WINDOW_CLOSED << side);
    if (p->window) {
        h->events &= (uint8_t)~closed;
        return;
    }
    if (!(h->events & closed))
        h->zero_windows[side]++;
    h->events |= closed;
}

static uint64_t since(uint64_t now_ns, uint64_t then_ns)
{
    return then_ns && now_ns > then_ns ? now_ns - then_ns : 0;
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

void health_report(struct health *h, unsigned client, struct flow_report *ret_report)
{
    for (unsigned side = 0; side < 2; side++) {
        enum dir dir = side == client ? TO_SERVER : TO_CLIENT;
        ret_report->packets[dir] = h->packets[side];
        ret_report->bytes[dir] = h->bytes[side];
        ret_report->missing_bytes[dir] = h->missing_bytes[side];
        ret_report->retransmits[dir] = h->retransmits[side];
        /* The window that closed is that of the other direction's receiver. */
        ret_report->zero_windows[dir] = h->zero_windows[side ^ 1U];
    }
    ret_report->rtt_server_ns = h->rtt_server_ns;
    ret_report->rtt_client_ns = h->rtt_client_ns;
    ret_report->opened = (h->events & HEALTH_OPENED) != 0;
    ret_report->failed = (h->events & HEALTH_FAILED) != 0;
    ret_report->closed = (h->events & HEALTH_CLOSED) != 0;
    ret_report->reset_by_client = (h->events & HEALTH_RESET << client) != 0;
    ret_report->reset_by_server = (h->events & HEALTH_RESET << (client ^ 1U)) != 0;
    *h = (struct health){
        .events = h->events & (HEALTH_WINDOW_CLOSED | HEALTH_WINDOW_CLOSED << 1),
        .handshake_ns = h->handshake_ns,
    };
}
