/* udp.c - see udp.h. */
#include "decode/udp.h"

static struct flow *begin(struct lifecycle *l, const struct flow_key *key, unsigned side,
                          const struct packet *p)
{
    struct flow *f = lifecycle_begin(l, key, p, FLOW_DATAGRAMS);
    if (!f)
        return NULL;
    struct endpoint ends[2] = {flow_endpoint(key, 0), flow_endpoint(key, 1)};
    f->client = direction_guess(l->reader.direction, ends, side) & 1U;
    reader_name(&l->reader, f);
    f->joined = true;
    f->opened = true;
    f->health.events |= HEALTH_OPENED;
    return f;
}

void udp_packet(struct lifecycle *l, const struct packet *p)
{
    struct flow_key key;
    unsigned side = flow_key_of(p, &key);
    struct flow *f = flow_find(l->flows, &key);
    if (!f)
        f = begin(l, &key, side, p);
    if (!f)
        return;
    lifecycle_packet(l, f, side, p);
    struct place at = {.reader = &l->reader,
                       .flow = f,
                       .side = side,
                       .moment = {.now_ns = p->time_ns, .number = p->number}};
    reader_datagram(&at, p->payload, p->cut);
    lifecycle_read(l, f);
}
