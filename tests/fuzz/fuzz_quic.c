/* fuzz_quic.c - conversations in QUIC, by way of a connection.
 *
 * Input: steps. Each is a byte that says what happens, one of where, two of length, bytes. Of
 * Initial packets the input has the frames, for no fuzzer can guess a tag: they are sealed here,
 * with keys made of one of a few connection ids. What comes raw is a datagram as it is, or hangs
 * behind the packet. A conversation that is played again with every datagram twice tells of as many
 * exchanges. */
#include <stdlib.h>

#include "base/text.h"
#include "decode/conn.h"
#include "tests/quic_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum what { BY_SERVER = 1, RAW = 2, WAIT = 4, VERSION_2 = 8, BEHIND = 16 };
enum { IDS = 4, ID_LEN = 8, DATAGRAM_MAX = 20000, PAYLOAD_MAX = 9000, TAIL_MAX = 1000 };

struct story {
    uint64_t exchanges;
};

static void check_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    if (len == size || !text_is_clean(bytes_of(text, len)))
        abort();
}

static void on_exchange(void *ctx, struct exchange *x)
{
    struct story *story = ctx;
    const struct tls_facts *t = &x->tls;
    if (x->outcome >= OUTCOMES || x->notes >> NOTES || !t->told || t->mutual != MUTUAL_HIDDEN)
        abort();
    if (t->answered ? !tls_version_name(t->version)[0] : t->version || t->cipher)
        abort();
    if (!x->request_ns || (x->request_end_ns && x->request_end_ns < x->request_ns) ||
        (x->response_end_ns && x->response_end_ns < x->response_ns))
        abort();
    story->exchanges++;
    check_text(x->method, sizeof x->method);
    check_text(x->operation, sizeof x->operation);
    check_text(x->host, sizeof x->host);
    check_text(x->status, sizeof x->status);
    check_text(t->alpn, sizeof t->alpn);
    check_text(t->alpn_offered, sizeof t->alpn_offered);
    check_text(t->ja4, sizeof t->ja4);
}

static void on_flow(void *ctx, const struct flow_report *r)
{
    (void)ctx;
    (void)r;
}

/* Seals what is in front of `in`. `where`: of whose keys, and what follows it. */
static size_t make_packet(uint8_t what, uint8_t where, struct bytes frames, uint8_t *out)
{
    uint8_t id[ID_LEN] = {'c', 'l', 'i', 'e', 'n', 't', 0, (uint8_t)(where % IDS)};
    struct quic_header h = {.version = what & VERSION_2 ? QUIC_VERSION_2 : QUIC_VERSION_1,
                            .scid = bytes_of(id, ID_LEN),
                            .dcid = bytes_of(id, where & 0x80 ? 1 : ID_LEN),
                            .number = where,
                            .number_len = 1U + (where >> 4 & 3)};
    struct quic_keys keys;
    if (!quic_derive(h.version, bytes_of(id, ID_LEN), &keys))
        abort();
    return quic_seal(&keys, what & BY_SERVER ? TO_CLIENT : TO_SERVER, &h, frames, out);
}

static void tell(struct conn *c, enum dir dir, struct moment m, struct bytes in)
{
    uint8_t *copy = malloc(in.len ? in.len : 1);
    if (!copy)
        abort();
    if (in.len)
        memcpy(copy, in.at, in.len);
    conn_datagram(c, dir, m, bytes_of(copy, in.len), 0);
    free(copy);
}

static void do_step(struct conn *c, struct cursor *in, struct moment *m, bool twice)
{
    static uint8_t datagram[DATAGRAM_MAX];
    uint8_t what = cursor_u8(in), where = cursor_u8(in);
    uint16_t len = cursor_be16(in);
    enum dir dir = what & BY_SERVER ? TO_CLIENT : TO_SERVER;
    if (what & WAIT) {
        m->now_ns += (uint64_t)len * 1000000000;
        conn_time_out(c, *m, 60000000000);
        return;
    }
    struct bytes bytes = cursor_take(in, len < cursor_left(in) ? len : cursor_left(in));
    size_t made = 0;
    if (!(what & RAW)) {
        made = make_packet(what, where, bytes_first(bytes, PAYLOAD_MAX), datagram);
        bytes = what & BEHIND ? bytes_first(bytes, TAIL_MAX) : (struct bytes){0};
    }
    made = quic_put(datagram, made, bytes_first(bytes, DATAGRAM_MAX - made));
    for (int i = 0; i < 1 + twice; i++)
        tell(c, dir, *m, bytes_of(datagram, made));
}

static void play(struct cursor in, bool twice, struct story *story)
{
    struct decode_counters counters = {0};
    struct conn_shared shared = {
        .sink = {.exchange = on_exchange, .flow = on_flow, .ctx = story},
        .counters = &counters,
        .unread_bytes_max = 100000,
        .open_max = 50,
    };
    struct conn_ends ends = {.server_port = 443};
    struct conn *c = conn_new(&shared, decoder_named("quic"), &ends, false);
    if (!c)
        abort();
    struct moment m = {.now_ns = 1};
    for (; cursor_left(&in); m.now_ns++, m.number++)
        do_step(c, &in, &m, twice);
    if (conn_memory(c) > 1000000)
        abort();
    conn_close(c, m, CLOSE_ORDERLY);
    if (shared.open || shared.conns || shared.unread_bytes || counters.lost ||
        counters.exchanges != story->exchanges)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct story once = {0}, twice = {0};
    struct opening opening = {.to_server = bytes_of(data, size)};
    decoder_named("quic")->probe(&opening);
    play(cursor_over(bytes_of(data, size)), false, &once);
    play(cursor_over(bytes_of(data, size)), true, &twice);
    if (once.exchanges != twice.exchanges)
        abort();
    return 0;
}
