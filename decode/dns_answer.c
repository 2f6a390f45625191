/* dns_answer.c - see dns_answer.h. */
#include "decode/dns_answer.h"

enum { IPV4_HINT = 4, IPV6_HINT = 6 };

/* The names that an address may have, each with the least time to live on the way to it; and the
 * records, each read once, and held against a name until it is found to be of one. */
struct chain {
    struct link {
        struct dns_name name;
        uint32_t ttl;
    } link[DNS_NAMES_MAX];
    size_t links;
    struct dns_record record[DNS_RECORDS_MAX];
    uint8_t of[DNS_RECORDS_MAX]; /* which of the names, from 1; 0: none so far */
    size_t records;
    size_t answers; /* of these, in the first section */
};

static const struct link *find(struct chain *chain, size_t record)
{
    const struct dns_name *owner = &chain->record[record].owner;
    for (size_t i = 0; !chain->of[record] && i < chain->links; i++)
        if (dns_name_equal(&chain->link[i].name, owner))
            chain->of[record] = (uint8_t)(i + 1);
    return chain->of[record] ? &chain->link[chain->of[record] - 1] : NULL;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Returns true if it was not there before. */
static bool add(struct chain *chain, const struct dns_name *name, uint32_t ttl)
{
    for (size_t i = 0; i < chain->links; i++)
        if (dns_name_equal(&chain->link[i].name, name))
            return false;
    if (chain->links == DNS_NAMES_MAX)
        return false;
    chain->link[chain->links++] = (struct link){*name, ttl};
    return true;
}

/* The name that a record leads on to. */
static bool leads_to(const struct dns_record *record, struct dns_name *ret)
{
    static const struct {
        uint16_t type, skip;
    } ways[] = {{DNS_CNAME, 0}, {DNS_SRV, 6}, {DNS_SVCB, 2}, {DNS_HTTPS, 2}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (record->type == ways[i].type && record->class == DNS_IN)
            return dns_name_in(record, ways[i].skip, ret);
    return false;
}

/* Aliases may come in any order: as long as one is added, all are asked again. */
static void follow(struct chain *chain)
{
    for (bool grows = true; grows;) {
        grows = false;
        for (size_t i = 0; i < chain->answers; i++) {
            struct dns_name target;
            const struct link *from = chain->of[i] ? NULL : find(chain, i);
            const struct dns_record *record = &chain->record[i];
            if (from && leads_to(record, &target))
                grows = add(chain, &target, least(from->ttl, record->ttl)) || grows;
        }
    }
}

static void add_address(struct dns_answer *a, struct address address, uint32_t ttl)
{
    for (size_t i = 0; i < a->len; i++)
        if (address_equal(&a->at[i].address, &address))
            return;
    if (a->len < DNS_ADDRESSES_MAX && !address_is_none(&address))
        a->at[a->len++] = (struct dns_address){address, ttl};
}

static void add_hints(struct dns_answer *a, const struct dns_record *record, uint32_t ttl)
{
    struct dns_reader r = {.whole = record->owner.whole};
    struct dns_name target;
    if (!dns_name_in(record, 2, &target))
        return;
    r.c = cursor_over(bytes_after(record->data, 2 + dns_name_len(&target)));
    while (cursor_left(&r.c)) {
        uint16_t key = cursor_be16(&r.c);
        size_t len = cursor_be16(&r.c);
        struct cursor value = cursor_over(cursor_take(&r.c, len));
        size_t size = key == IPV4_HINT ? 4 : 16;
        while ((key == IPV4_HINT || key == IPV6_HINT) && cursor_left(&value) >= size) {
            const uint8_t *at = cursor_take(&value, size).at;
            add_address(a, size == 4 ? address_v4(at) : address_v6(at), ttl);
        }
    }
}

static void collect(struct chain *chain, struct dns_answer *a)
{
    for (size_t i = 0; i < chain->records; i++) {
        const struct dns_record *record = &chain->record[i];
        const struct link *link = record->class == DNS_IN ? find(chain, i) : NULL;
        if (!link)
            continue;
        uint32_t ttl = least(link->ttl, record->ttl);
        if (record->type == DNS_A && record->data.len == 4)
            add_address(a, address_v4(record->data.at), ttl);
        else if (record->type == DNS_AAAA && record->data.len == 16)
            add_address(a, address_v6(record->data.at), ttl);
        else if (record->type == DNS_SVCB || record->type == DNS_HTTPS)
            add_hints(a, record, ttl);
    }
}

static void read_records(struct chain *chain, struct dns_reader *r)
{
    uint32_t all = (uint32_t)r->header.answers + r->header.authorities + r->header.additionals;
    chain->links = chain->records = 0;
    while (chain->records < least(all, DNS_RECORDS_MAX) &&
           dns_read_record(r, &chain->record[chain->records]))
        chain->of[chain->records++] = 0;
    chain->answers = r->header.answers < chain->records ? r->header.answers : chain->records;
}

static bool is_of_host(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* An address as a name would only pass for that address. */
static bool is_host(const char *name)
{
    struct address ignored;
    for (const char *c = name; *c; c++)
        if (!is_of_host(*c))
            return false;
    return name[0] && name[0] != '.' && name[0] != '_' && !address_from_text(name, &ignored);
}

static void put_name(struct dns_answer *a, const struct dns_name *asked)
{
    char text[DNS_NAME_TEXT_MAX];
    dns_name_text(asked, text, sizeof text);
    const char *host = text;
    while (host[0] == '_' && strchr(host, '.'))
        host = strchr(host, '.') + 1;
    a->name[0] = '\0';
    if (is_host(host) && strlen(host) < sizeof a->name)
        strcpy(a->name, host);
}

bool dns_read_answer(struct bytes whole, struct dns_answer *ret)
{
    struct chain chain;
    struct dns_reader r;
    struct dns_question q;
    ret->len = 0;
    if (!dns_read_header(&r, whole))
        return false;
    const struct dns_header *h = &r.header;
    if (!(h->flags & DNS_RESPONSE) || h->flags & (DNS_RCODE | DNS_OPCODE) || h->questions != 1 ||
        !h->answers)
        return false;
    if (!dns_read_question(&r, &q) || q.class != DNS_IN)
        return false;
    put_name(ret, &q.name);
    if (!ret->name[0])
        return false;
    read_records(&chain, &r);
    add(&chain, &q.name, DNS_MOST_S);
    follow(&chain);
    collect(&chain, ret);
    return ret->len > 0;
}

uint64_t dns_until_ns(uint64_t time_ns, uint32_t ttl)
{
    uint64_t seconds = ttl > INT32_MAX ? 0 : ttl; /* RFC 2181, 8 */
    if (seconds < DNS_LEAST_S)
        seconds = DNS_LEAST_S;
    if (seconds > DNS_MOST_S)
        seconds = DNS_MOST_S;
    return time_ns + (seconds + DNS_GRACE_S) * UINT64_C(1000000000);
}
