/* dns_answer.h - which addresses an answer gives to the name that was asked for.
 *
 * Those at the end of its chain of aliases (CNAME), those of the hosts that offer its service (SRV,
 * and SVCB and HTTPS, which may give addresses as hints: RFC 2782, RFC 9460), and no others: what
 * an answer says of names that nobody asked for is not believed. */
#pragma once

#include "decode/dns_message.h"
#include "decode/sink.h"

enum {
    DNS_ADDRESSES_MAX = 64, /* of one answer; what is past a limit is not read */
    DNS_NAMES_MAX = 24,     /* the name asked for, its aliases, the hosts of its service */
    DNS_RECORDS_MAX = 256,  /* looked at */
    DNS_LEAST_S = 60,       /* a name is used for longer than its time to live: */
    DNS_GRACE_S = 300,      /* by programs that resolve once, and connections that begin late */
    DNS_MOST_S = 7 * 24 * 3600,
};

struct dns_answer {
    /* Who was asked for: in lower case, without the labels in front that name a service
     * (_http._tcp); "" if it is no name of a host, or longer than others may be. */
    char name[128];
    struct dns_address {
        struct address address;
        uint32_t ttl;
    } at[DNS_ADDRESSES_MAX];
    size_t len;
};

/* Of a whole response, or of the part of it that was captured. False: it tells of no address. */
bool dns_read_answer(struct bytes whole, struct dns_answer *ret);

/* Until when an address given at `time_ns` may be used. */
uint64_t dns_until_ns(uint64_t time_ns, uint32_t ttl);
