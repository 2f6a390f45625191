/* fuzz_dns.c - bytes to a message of the DNS: read, judged, taken for an answer to its own
 * question, and learned from.
 *
 * A beginning is never judged otherwise than the whole. Names can be walked again, in bounds, and
 * are themselves. What the decoder says of addresses to the graph is what lookups give to the
 * client that asked. */
#include <netinet/in.h>
#include <stdlib.h>

#include "base/text.h"
#include "decode/conn.h"
#include "decode/dns_answer.h"
#include "decode/lookups.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct decoder dns_decoder;

static const uint8_t client[4] = {10, 0, 0, 1}, server[4] = {10, 0, 0, 53};

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* Of exactly the size, so that a read past the end is seen. */
static struct bytes copy_of(struct bytes b)
{
    uint8_t *copy = malloc(b.len ? b.len : 1);
    check(copy);
    if (b.len)
        memcpy(copy, b.at, b.len);
    return bytes_of(copy, b.len);
}

static void free_copy(struct bytes b)
{
    free((void *)(uintptr_t)b.at);
}

static void judge(struct bytes in, bool response)
{
    enum guess whole = dns_check(in, in.len, response);
    check(whole != GUESS_MORE);
    for (size_t len = 0; len < in.len; len += 1 + len / 8) {
        struct bytes beginning = copy_of(bytes_first(in, len));
        enum guess guess = dns_check(beginning, in.len, response);
        check(guess == GUESS_MORE || (guess == GUESS_NO && whole == GUESS_NO));
        free_copy(beginning);
    }
}

static void check_name(const struct dns_name *name)
{
    char text[DNS_NAME_TEXT_MAX];
    dns_name_text(name, text, sizeof text);
    check(strlen(text) < sizeof text && text[0] && text_is_clean(bytes_of_text(text)));
    check(dns_name_equal(name, name) && dns_name_len(name) <= DNS_NAME_MAX);
}

static void read_all(struct bytes in)
{
    struct dns_reader r;
    struct dns_question q;
    struct dns_record record;
    if (!dns_read_header(&r, in))
        return;
    for (unsigned i = 0; i < r.header.questions && dns_read_question(&r, &q); i++)
        check_name(&q.name);
    for (unsigned i = 0; i < 3 * UINT16_MAX && dns_read_record(&r, &record); i++) {
        struct dns_name target;
        check_name(&record.owner);
        if (dns_name_in(&record, record.ttl % 8, &target))
            check_name(&target);
    }
    check(r.c.starved); /* it ends where the bytes do */
}

struct told {
    struct lookups *lookups;
    unsigned exchanges;
};

static void on_exchange(void *ctx, struct exchange *x)
{
    struct told *told = ctx;
    told->exchanges++;
    check(x->outcome < OUTCOMES && text_is_clean(bytes_of_text(x->host)));
}

static void on_answer(void *ctx, const struct name_answer *a)
{
    const struct told *told = ctx;
    struct address from = address_v4(client);
    struct asked_name *name = lookups_hold(told->lookups, 0, &from, &a->address, a->time_ns);
    check(name && strcmp(asked_name_text(name), a->name) == 0 && a->until_ns > a->time_ns);
    lookups_release(told->lookups, name);
}

static void learn(struct lookups *l, struct bytes in, bool response)
{
    struct packet p = {.time_ns = 1000, .protocol = IPPROTO_UDP, .payload = in};
    p.source = address_v4(response ? server : client);
    p.destination = address_v4(response ? client : server);
    p.source_port = response ? 53 : 40000;
    p.destination_port = response ? 40000 : 53;
    lookups_learn(l, &p);
}

/* Its own question: the same message, up to there. */
static struct bytes question_of(struct bytes in)
{
    struct dns_reader r;
    struct dns_question q;
    struct bytes copy = copy_of(in);
    uint8_t *at = (uint8_t *)(uintptr_t)copy.at;
    if (in.len < DNS_HEADER)
        return copy;
    at[2] &= 0x7f;
    at[3] &= 0x30;
    memset(at + 6, 0, 6);
    if (dns_read_header(&r, copy) && dns_read_question(&r, &q))
        copy.len -= cursor_left(&r.c);
    return copy;
}

static void converse(struct bytes in)
{
    static struct lookups *lookups; /* its tables are too large to be made for each input */
    if (!lookups)
        lookups = lookups_new(&(struct hash_key){{1, 2}});
    struct told told = {.lookups = lookups};
    struct decode_counters counters = {0};
    struct conn_shared shared = {
        .sink = {.exchange = on_exchange, .answer = on_answer, .ctx = &told},
        .counters = &counters,
        .open_max = 50,
    };
    struct conn_ends ends = {.client_address = address_v4(client),
                             .server_address = address_v4(server),
                             .client_port = 40000,
                             .server_port = 53};
    struct conn *c = conn_new(&shared, &dns_decoder, &ends, false);
    check(told.lookups && c);
    struct moment m = {.now_ns = 1000, .number = 1};
    struct bytes question = question_of(in);
    learn(told.lookups, question, false);
    learn(told.lookups, in, true);
    conn_datagram(c, TO_SERVER, m, question, 0);
    conn_datagram(c, TO_CLIENT, m, in, 0);
    conn_datagram(c, TO_SERVER, m, in, 0);
    conn_close(c, m, CLOSE_IDLE);
    check(told.exchanges == counters.exchanges && told.exchanges <= 2 && !shared.open);
    free_copy(question);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = copy_of(bytes_of(data, size));
    judge(in, false);
    judge(in, true);
    read_all(in);
    converse(in);
    free_copy(in);
    return 0;
}
