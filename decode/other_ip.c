/* other_ip.c - see other_ip.h. */
#include "decode/other_ip.h"

/* Protocol numbers of IP (IANA), those that are seen. */
static const struct {
    uint8_t protocol;
    const char *name;
} names[] = {
    {1, "icmp"},  {2, "igmp"},   {4, "ipip"},    {41, "ipv6"},  {46, "rsvp"},
    {47, "gre"},  {50, "esp"},   {51, "ah"},     {88, "eigrp"}, {89, "ospf"},
    {103, "pim"}, {112, "vrrp"}, {58, "icmpv6"}, {115, "l2tp"}, {132, "sctp"},
};

#define TEN(tens)                                                                                  \
    "ip-" #tens "0", "ip-" #tens "1", "ip-" #tens "2", "ip-" #tens "3", "ip-" #tens "4",           \
        "ip-" #tens "5", "ip-" #tens "6", "ip-" #tens "7", "ip-" #tens "8", "ip-" #tens "9"

static const char *const numbered[260] = {
    TEN(),   TEN(1),  TEN(2),  TEN(3),  TEN(4),  TEN(5),  TEN(6),  TEN(7),  TEN(8),
    TEN(9),  TEN(10), TEN(11), TEN(12), TEN(13), TEN(14), TEN(15), TEN(16), TEN(17),
    TEN(18), TEN(19), TEN(20), TEN(21), TEN(22), TEN(23), TEN(24), TEN(25),
};

static const char *name_of(uint8_t protocol)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].protocol == protocol)
            return names[i].name;
    return numbered[protocol];
}

/* 224.0.0.0/4, 255.255.255.255 and ff00::/8: nobody sends from there. */
static bool is_for_many(const struct address *a)
{
    return address_is_v4(a) ? a->byte[12] >= 224 : a->byte[0] == 0xff;
}

/* Messages of ICMP that ask, each answered by the other (RFC 792, RFC 950, RFC 4443, RFC 4861). */
static const struct {
    uint8_t protocol, asks, answers;
} pairs[] = {
    {IPPROTO_ICMP, 8, 0},       {IPPROTO_ICMP, 13, 14},     {IPPROTO_ICMP, 17, 18},
    {IPPROTO_ICMPV6, 128, 129}, {IPPROTO_ICMPV6, 133, 134}, {IPPROTO_ICMPV6, 135, 136},
};

/* Does its type say that the sender answers? */
static bool is_answer(const struct packet *p)
{
    for (size_t i = 0; p->payload.len && i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].protocol == p->protocol && pairs[i].answers == p->payload.at[0])
            return true;
    return false;
}

static unsigned client_of(const struct lifecycle *l, const struct flow_key *key, unsigned side,
                          const struct packet *p)
{
    if (is_for_many(&p->destination))
        return side;
    if (is_answer(p))
        return side ^ 1U;
    struct endpoint ends[2] = {flow_endpoint(key, 0), flow_endpoint(key, 1)};
    return direction_guess(l->reader.direction, ends, side);
}

static struct flow *begin(struct lifecycle *l, const struct flow_key *key, unsigned side,
                          const struct packet *p)
{
    struct flow *f = lifecycle_begin(l, key, p, FLOW_DATAGRAMS);
    if (!f)
        return NULL;
    f->client = client_of(l, key, side, p) & 1U;
    f->protocol = name_of(p->protocol);
    f->reading = READING_NOTHING;
    f->opened = true;
    f->health.events |= HEALTH_OPENED;
    return f;
}

void other_ip_packet(struct lifecycle *l, const struct packet *p)
{
    struct flow_key key;
    unsigned side = flow_key_of(p, &key);
    struct flow *f = flow_find(l->flows, &key);
    if (!f)
        f = begin(l, &key, side, p);
    if (f)
        lifecycle_packet(l, f, side, p);
}
