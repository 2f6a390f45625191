/* fuzz_tls.c - conversations in TLS, by way of a connection, and what hellos and certificates are
 * made of.
 *
 * Input: a byte of options, then records: a byte that says what happens, two of length, bytes.
 * Every conversation is played whole and with each record cut in three, which must tell the same
 * story, certificates included, unless a place was lost: then only that no memory is. Bytes that
 * come first are read as a certificate too, for a chain is seldom whole in noise. */
#include <stdlib.h>

#include "base/text.h"
#include "decode/conn.h"
#include "decode/tls_certificate.h"
#include "decode/tls_ja4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum what { BY_SERVER = 1, GAP = 2, END = 4, TIME_OUT = 8 };
enum option { JOINED = 1, UPGRADES = 2 };

struct story {
    uint64_t exchanges, certificates, sum;
};

static void mix(struct story *story, const void *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        story->sum = (story->sum ^ ((const uint8_t *)at)[i]) * 0x100000001b3;
}

static void mix_text(struct story *story, const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    if (len == size || !text_is_clean(bytes_of(text, len)))
        abort();
    mix(story, text, len + 1);
}

static void mix_certificate(struct story *story, const struct certificate *c)
{
    mix_text(story, c->subject, sizeof c->subject);
    mix_text(story, c->issuer, sizeof c->issuer);
    mix_text(story, c->names, sizeof c->names);
    mix_text(story, c->serial, sizeof c->serial);
    mix_text(story, c->key, sizeof c->key);
    mix_text(story, c->signature, sizeof c->signature);
    mix(story, c->fingerprint.byte, sizeof c->fingerprint.byte);
    mix(story, c->issued_by.byte, sizeof c->issued_by.byte);
}

static void on_certificate(void *ctx, const struct certificate *c)
{
    struct story *story = ctx;
    if (fingerprint_is_none(&c->fingerprint))
        abort();
    story->certificates++;
    mix_certificate(story, c);
}

static void on_exchange(void *ctx, struct exchange *x)
{
    struct story *story = ctx;
    const struct tls_facts *t = &x->tls;
    if (x->outcome >= OUTCOMES || x->notes >> NOTES || !t->told || t->mutual >= MUTUALS)
        abort();
    if (t->answered ? !tls_version_name(t->version)[0] : t->version || t->cipher)
        abort();
    if (x->request_end_ns && x->request_end_ns < x->request_ns)
        abort();
    story->exchanges++;
    mix_text(story, x->method, sizeof x->method);
    mix_text(story, x->operation, sizeof x->operation);
    mix_text(story, x->host, sizeof x->host);
    mix_text(story, x->status, sizeof x->status);
    mix_text(story, t->alpn, sizeof t->alpn);
    mix_text(story, t->alpn_offered, sizeof t->alpn_offered);
    mix_text(story, t->ja4, sizeof t->ja4);
    mix(story, t->certificate.byte, sizeof t->certificate.byte);
    mix(story, t->client_certificate.byte, sizeof t->client_certificate.byte);
    const uint64_t numbers[] = {
        x->request_ns,    x->request_end_ns, x->response_ns, x->response_end_ns,
        x->request_bytes, x->response_bytes, x->notes,       x->outcome,
        t->offered,       t->version,        t->cipher,      t->mutual,
        t->resumed,       t->retried,        t->ech,         t->unreadable};
    mix(story, numbers, sizeof numbers);
}

static void on_flow(void *ctx, const struct flow_report *r)
{
    (void)ctx;
    (void)r;
}

/* A copy of exactly the size, so that a read past the end is seen. */
static void tell(struct conn *c, enum dir dir, struct moment m, struct bytes in)
{
    if (!in.len)
        return;
    uint8_t *copy = malloc(in.len);
    if (!copy)
        abort();
    memcpy(copy, in.at, in.len);
    conn_bytes(c, dir, m, m.now_ns, bytes_of(copy, in.len));
    free(copy);
}

static void do_record(struct conn *c, struct cursor *in, struct moment m, bool cut)
{
    uint8_t what = cursor_u8(in);
    uint16_t len = cursor_be16(in);
    enum dir dir = what & BY_SERVER ? TO_CLIENT : TO_SERVER;
    if (what & GAP) {
        conn_gap(c, dir, m, len, NOTE_GAP);
    } else if (what & END) {
        conn_eof(c, dir, m);
    } else if (what & TIME_OUT) {
        conn_time_out(c, m, len);
    } else {
        struct bytes bytes = cursor_take(in, len < cursor_left(in) ? len : cursor_left(in));
        size_t first = cut ? bytes.len / 3 : 0, second = cut ? bytes.len / 2 + 1 : 0;
        tell(c, dir, m, bytes_first(bytes, first));
        tell(c, dir, m, bytes_first(bytes_after(bytes, first), second));
        tell(c, dir, m, bytes_after(bytes, first + second));
    }
}

/* Returns false if a place was lost. */
static bool play(struct cursor in, bool cut, struct story *story)
{
    struct decode_counters counters = {0};
    struct conn_shared shared = {
        .sink = {.exchange = on_exchange,
                 .flow = on_flow,
                 .certificate = on_certificate,
                 .ctx = story},
        .counters = &counters,
        .unread_bytes_max = 100000,
        .open_max = 50,
    };
    struct conn_ends ends = {.server_port = 443};
    uint8_t options = cursor_u8(&in);
    const struct decoder *decoder = decoder_named(options & UPGRADES ? "starttls" : "tls");
    struct conn *c = conn_new(&shared, decoder, &ends, options & JOINED);
    if (!c)
        abort();
    struct moment m = {.now_ns = 1};
    for (; cursor_left(&in); m.now_ns++, m.number++)
        do_record(c, &in, m, cut);
    if (conn_memory(c) > 1000000)
        abort();
    conn_close(c, m, (enum conn_close)(options / 4 % 5));
    if (shared.open || shared.conns || shared.unread_bytes ||
        counters.exchanges != story->exchanges)
        abort();
    return !counters.lost && !counters.given_up && !(options & JOINED);
}

static void read_parts(struct bytes in)
{
    struct story story = {0};
    struct certificate certificate;
    struct tls_client_hello hello;
    struct tls_server_hello answer;
    char ja4[JA4_TEXT_MAX];
    tls_read_certificate(in, &certificate);
    mix_certificate(&story, &certificate);
    if (tls_read_client_hello(in, &hello)) {
        tls_ja4(&hello, 't', ja4);
        mix_text(&story, ja4, sizeof ja4);
    }
    tls_read_server_hello(in, &answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct story whole = {0}, cut = {0};
    struct cursor in = cursor_over(bytes_of(data, size));
    read_parts(bytes_of(data, size));
    bool kept = play(in, false, &whole), kept_cut = play(in, true, &cut);
    if (kept != kept_cut)
        abort();
    if (kept && (whole.sum != cut.sum || whole.exchanges != cut.exchanges ||
                 whole.certificates != cut.certificates))
        abort();
    return 0;
}
