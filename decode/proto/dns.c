/* dns.c - the DNS in datagrams (RFC 1035, 4.2.1), and its likes among neighbours: mDNS (RFC 6762)
 * and LLMNR (RFC 4795). */
#include "decode/dns_exchange.h"

static int64_t dns_feed(struct conn *c, enum dir dir, struct bytes in)
{
    size_t len = in.len + conn_cut(c);
    switch (dns_take(c, dir, OVER_UDP, in, len)) {
    case DNS_TAKEN:
        return (int64_t)len;
    case DNS_EARLY:
        return DECODE_MORE;
    default:
        return DECODE_LOST;
    }
}

static bool has_question(struct bytes in)
{
    struct dns_reader r;
    struct dns_question q;
    return dns_read_header(&r, in) && dns_read_question(&r, &q);
}

/* Of a datagram that was cut off, what is left must be in order. */
static enum guess check(struct bytes in, uint32_t cut, bool response)
{
    enum guess guess = dns_check(in, in.len + (size_t)cut, response);
    if (guess == GUESS_MORE && cut && has_question(in))
        return GUESS_YES;
    return guess;
}

/* What a host says to its group, unasked (RFC 6762, 6). */
static enum guess check_announcement(struct bytes in)
{
    struct dns_reader r;
    if (!dns_read_header(&r, in) || r.header.questions || !(r.header.flags & DNS_AUTHORITATIVE))
        return GUESS_NO;
    return dns_check(in, in.len, true);
}

static enum guess dns_probe(const struct opening *opening)
{
    if (!opening->to_server.len)
        return check(opening->to_client, opening->cut, true);
    enum guess guess = check(opening->to_server, opening->cut, false);
    return guess == GUESS_YES ? guess : check_announcement(opening->to_server);
}

const struct decoder dns_decoder = {
    .name = "dns",
    .transport = OVER_UDP,
    .ports = {53, 5353, 5355},
    .probe = dns_probe,
    .feed = dns_feed,
};
