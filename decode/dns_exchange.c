/* dns_exchange.c - see dns_exchange.h. */
#include "decode/dns_exchange.h"

#include "decode/dns_answer.h"

enum {
    MDNS_PORT = 5353,
    LLMNR_PORT = 5355,
    WITHOUT_QUESTION_MAX = 64, /* open exchanges looked at for an answer that tells its id only */
};

/* Beside an exchange: what was asked, and how far the transfer of a zone has come (RFC 5936, RFC
 * 1995). */
struct asked {
    uint64_t key, records;
    uint32_t serial; /* of the SOA that it began with, which is to be its last */
    uint16_t type;
    uint16_t id;
};

static uint64_t key_of(uint16_t id, const struct dns_question *q)
{
    uint64_t of_kind = ((uint64_t)q->type << 16 | q->class) * UINT64_C(0x9e3779b97f4a7c15);
    return (q->name.hash ^ of_kind) << 17 >> 1 | id;
}

static bool is_group(const struct address *a)
{
    return address_is_v4(a) ? (a->byte[12] & 0xf0) == 0xe0 : a->byte[0] == 0xff;
}

/* Over which protocol a group, or a member of it, is asked; NULL: it is an ordinary server. */
static const char *group_protocol(const struct conn *c)
{
    uint16_t port;
    const struct address *server = conn_server(c, &port);
    if (port == LLMNR_PORT)
        return "llmnr";
    return port == MDNS_PORT || is_group(server) ? "mdns" : NULL;
}

static void note_question(struct exchange *x, const struct dns_header *h,
                          const struct dns_question *q)
{
    char text[DNS_NAME_TEXT_MAX];
    unsigned opcode = dns_opcode(h->flags);
    if (opcode == DNS_QUERY)
        dns_type_text(q->type, text);
    else
        dns_opcode_text(opcode, text);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(text));
    dns_name_text(&q->name, text, sizeof text);
    exchange_text(x, x->host, sizeof x->host, bytes_of_text(text));
}

static struct exchange *begin(struct conn *c, uint64_t key, const struct dns_header *h,
                              const struct dns_question *q)
{
    struct exchange *x = conn_begin(c, TO_SERVER, key);
    note_question(x, h, q);
    *(struct asked *)exchange_state(x) = (struct asked){.key = key, .type = q->type, .id = h->id};
    conn_end(c, TO_SERVER, key);
    return x;
}

/* An exchange that was told, since it timed out, is not asked again but anew. */
static void ask(struct conn *c, const struct dns_header *h, const struct dns_question *q)
{
    uint64_t key = key_of(h->id, q);
    struct exchange *x = conn_peek(c, key);
    if (x && !x->end_ns) {
        x->notes |= NOTE_RETRANSMITTED;
        return;
    }
    if (x)
        conn_withdraw(c, key);
    begin(c, key, h, q);
}

/* To a group: its members' announcements and answers are in nobody's interest but theirs. */
static void ask_group(struct conn *c, const char *protocol, const struct dns_header *h,
                      const struct dns_question *q)
{
    uint64_t key = key_of(h->id, q);
    if (h->flags & DNS_RESPONSE)
        return;
    begin(c, key, h, q)->protocol = protocol;
    conn_expect_no_answer(c, key);
}

static uint32_t serial_of(const struct dns_record *soa)
{
    struct cursor c = cursor_over(soa->data);
    if (cursor_left(&c) >= 20)
        cursor_skip(&c, cursor_left(&c) - 20);
    return cursor_be32(&c);
}

/* Is this the last message of an answer? Reads the answers of `r`. An IXFR of one record says that
 * nothing has changed. */
static bool is_last(struct asked *asked, struct dns_reader *r, unsigned rcode)
{
    struct dns_record record = {0};
    bool ends = false;
    if ((asked->type != DNS_AXFR && asked->type != DNS_IXFR) || rcode || !r->header.answers)
        return true;
    for (uint32_t i = 0; i < r->header.answers && dns_read_record(r, &record); i++) {
        bool soa = record.type == DNS_SOA;
        if (!asked->records)
            asked->serial = soa ? serial_of(&record) : 0;
        ends = soa && asked->records && serial_of(&record) == asked->serial;
        asked->records++;
    }
    return ends || r->c.starved || (asked->type == DNS_IXFR && asked->records == 1);
}

/* With the eight bits of it that are in the OPT record (RFC 6891, 6.1.3). */
static unsigned rcode_of(struct dns_reader r)
{
    unsigned rcode = r.header.flags & DNS_RCODE;
    uint32_t records = (uint32_t)r.header.answers + r.header.authorities + r.header.additionals;
    struct dns_record record;
    if (records > DNS_RECORDS_MAX)
        records = DNS_RECORDS_MAX;
    for (uint32_t i = 0; i < records && dns_read_record(&r, &record); i++)
        if (record.type == DNS_OPT)
            return rcode | record.ttl >> 24 << 4;
    return rcode;
}

static void learn(struct conn *c, struct bytes in)
{
    struct dns_answer answer;
    if (!dns_read_answer(in, &answer))
        return;
    for (size_t i = 0; i < answer.len; i++) {
        struct name_answer a = {
            .address = answer.at[i].address,
            .time_ns = conn_now_ns(c),
            .until_ns = dns_until_ns(conn_now_ns(c), answer.at[i].ttl),
            .name = answer.name,
        };
        conn_learned(c, &a);
    }
}

/* The question of an answer that does not repeat it. */
static uint64_t key_by_id(struct conn *c, uint16_t id)
{
    struct exchange *x = conn_next(c, NULL);
    for (unsigned i = 0; x && i < WITHOUT_QUESTION_MAX; i++, x = conn_next(c, x)) {
        const struct asked *asked = exchange_state(x);
        if (asked->id == id)
            return asked->key;
    }
    return id;
}

static enum dns_taken answer(struct conn *c, enum transport over, struct dns_reader *r,
                             uint64_t key)
{
    char text[DNS_WORD_MAX];
    bool expected = conn_peek(c, key);
    if (!expected && over == OVER_UDP)
        return DNS_EARLY;
    struct exchange *x = conn_begin(c, TO_CLIENT, key);
    unsigned rcode = rcode_of(*r);
    dns_rcode_text(rcode, text);
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(text));
    x->outcome = dns_rcode_outcome(rcode);
    if (r->header.flags & DNS_TRUNCATED)
        x->notes |= NOTE_TRUNCATED;
    if (expected)
        learn(c, r->whole);
    if (over == OVER_UDP || is_last(exchange_state(x), r, rcode))
        conn_end(c, TO_CLIENT, key);
    return DNS_TAKEN;
}

enum dns_taken dns_take(struct conn *c, enum dir dir, enum transport over, struct bytes in,
                        size_t len)
{
    struct dns_reader r;
    struct dns_question q;
    if (!dns_read_header(&r, in))
        return DNS_SENSELESS;
    bool response = r.header.flags & DNS_RESPONSE;
    const char *group = over == OVER_UDP ? group_protocol(c) : NULL;
    if (!group && response != (dir == TO_CLIENT))
        return DNS_SENSELESS;
    if (conn_is_lost(c, dir) && dns_check(in, len, response) != GUESS_YES)
        return DNS_SENSELESS;
    bool asked = r.header.questions && dns_read_question(&r, &q);
    if (!asked && !response)
        return DNS_SENSELESS;
    for (unsigned i = 1; asked && i < r.header.questions; i++) {
        struct dns_question another;
        dns_read_question(&r, &another);
    }
    if (group)
        conn_name(c, group);
    if (group && asked)
        ask_group(c, group, &r.header, &q);
    else if (!response)
        ask(c, &r.header, &q);
    else if (!group)
        return answer(c, over, &r, asked ? key_of(r.header.id, &q) : key_by_id(c, r.header.id));
    return DNS_TAKEN;
}
