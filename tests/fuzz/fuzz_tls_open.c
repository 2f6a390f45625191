/* fuzz_tls_open.c - what is inside TLS, opened with a key log.
 *
 * Input: a byte of options, then steps: a byte that says what happens, two of length, bytes. The
 * hellos are always the same; what a side says is sealed here with its key, so that any bytes get
 * to the decoders inside, or is sent as it is. Every conversation is played whole and with each
 * record cut in three, which must tell the same story unless a place was lost or a record did not
 * open. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/text.h"
#include "decode/conn.h"
#include "decode/tls_facts.h"
#include "decode/tls_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum what {
    BY_SERVER = 1,
    GAP = 2,
    RAW = 4,
    TIME_OUT = 8,
    SKIPS = 16,
    UPDATES = 32,
    HANDSHAKE = 64
};
enum option { LATE = 1, INCOMPLETE = 2 };
enum { SEALED_MAX = TLS_RECORD_MAX + TLS_RECORD_HEADER, PLAIN_MAX = 16000 };

static const uint8_t client_hello[] = {
    22, 3, 1, 0, 54, 1, 0, 0, 50, 3, 3, 1, 1, 1, 1, 1, 1,    1, 1, 1, 1, 1, 1, 1,  1, 1, 1, 1, 1, 1,
    1,  1, 1, 1, 1,  1, 1, 1, 1,  1, 1, 1, 1, 0, 0, 2, 0x13, 1, 1, 0, 0, 7, 0, 43, 0, 3, 2, 3, 4};
static const uint8_t server_hello[] = {
    22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3, 2, 2, 2, 2, 2, 2,    2, 2, 2, 2, 2, 2,  2, 2, 2, 2, 2,
    2,  2, 2, 2, 2,  2, 2, 2, 2,  2, 2, 2, 2, 2, 2, 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4};

struct story {
    uint64_t exchanges, sum;
    bool has_keys;
};

struct side {
    struct tls_key key;
    uint8_t secret[TLS_SECRET_MAX];
    uint64_t number;
    bool is_data;
};

struct talk {
    struct conn *conn;
    struct moment moment;
    struct side side[2];
    struct tls_suite suite;
    bool cut;
};

static void fill_secrets(struct tls_secrets *s)
{
    *s = (struct tls_secrets){0};
    for (int kind = SECRET_CLIENT_HANDSHAKE; kind < SECRET_KINDS; kind++) {
        s->len[kind] = 32;
        memset(s->secret[kind], kind, 32);
    }
}

static bool find(void *ctx, const uint8_t random[TLS_RANDOM_BYTES], struct tls_secrets *ret)
{
    const struct story *story = ctx;
    fill_secrets(ret);
    return story->has_keys && random[0] == 1;
}

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

static void on_exchange(void *ctx, struct exchange *x)
{
    struct story *story = ctx;
    if (x->outcome >= OUTCOMES || x->notes >> NOTES || !(x->tls.told || x->notes & NOTE_DECRYPTED))
        abort();
    story->exchanges++;
    mix_text(story, x->protocol, 16);
    mix_text(story, x->method, sizeof x->method);
    mix_text(story, x->host, sizeof x->host);
    mix_text(story, x->path, sizeof x->path);
    mix_text(story, x->status, sizeof x->status);
    mix_text(story, x->tls.alpn, sizeof x->tls.alpn);
    const uint64_t numbers[] = {x->request_ns,      x->request_end_ns, x->response_ns,
                                x->response_end_ns, x->request_bytes,  x->response_bytes,
                                x->notes,           x->outcome};
    mix(story, numbers, sizeof numbers);
}

static void on_flow(void *ctx, const struct flow_report *r)
{
    (void)ctx;
    (void)r;
}

/* A copy of exactly the size, so that a read past the end is seen. */
static void tell_part(struct talk *t, enum dir dir, struct bytes in)
{
    uint8_t *copy = in.len ? malloc(in.len) : NULL;
    if (!in.len)
        return;
    if (!copy)
        abort();
    memcpy(copy, in.at, in.len);
    conn_bytes(t->conn, dir, t->moment, t->moment.now_ns, bytes_of(copy, in.len));
    free(copy);
}

static void tell(struct talk *t, enum dir dir, struct bytes in)
{
    size_t first = t->cut ? in.len / 3 : 0, second = t->cut ? in.len / 2 + 1 : 0;
    tell_part(t, dir, bytes_first(in, first));
    tell_part(t, dir, bytes_first(bytes_after(in, first), second));
    tell_part(t, dir, bytes_after(in, first + second));
}

static void use(struct talk *t, enum dir dir, bool is_data)
{
    struct side *s = &t->side[dir];
    if (is_data && !s->is_data)
        memset(s->secret, SECRET_CLIENT_TRAFFIC + (int)dir, 32);
    else if (is_data)
        tls_next_traffic(&t->suite, s->secret, s->secret);
    else
        memset(s->secret, SECRET_CLIENT_HANDSHAKE + (int)dir, 32);
    tls_key_of_traffic(&t->suite, s->secret, &s->key);
    s->is_data = is_data;
    s->number = 0;
}

/* Of TLS 1.3: with the type behind it. Returns the record's length. */
static size_t seal(struct talk *t, enum dir dir, uint8_t type, struct bytes plain, uint8_t *to)
{
    struct side *s = &t->side[dir];
    size_t len = plain.len + 17;
    const uint8_t header[] = {23, 3, 3, (uint8_t)(len >> 8), (uint8_t)len};
    uint8_t nonce[TLS_NONCE_BYTES];
    int n;
    memcpy(nonce, s->key.iv, sizeof nonce);
    for (size_t i = 0; i < 8; i++)
        nonce[4 + i] ^= (uint8_t)(s->number >> (56 - 8 * i));
    memcpy(to, header, sizeof header);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, s->key.key, nonce);
    EVP_EncryptUpdate(c, NULL, &n, header, sizeof header);
    EVP_EncryptUpdate(c, to + 5, &n, plain.at, (int)plain.len);
    EVP_EncryptUpdate(c, to + 5 + plain.len, &n, &type, 1);
    EVP_EncryptFinal_ex(c, to + 6 + plain.len, &n);
    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, to + 6 + plain.len);
    EVP_CIPHER_CTX_free(c);
    s->number++;
    return len + sizeof header;
}

static void say(struct talk *t, enum dir dir, uint8_t what, struct bytes in)
{
    static uint8_t record[SEALED_MAX], nothing;
    if (what & UPDATES)
        use(t, dir, true);
    if (what & SKIPS)
        t->side[dir].number += in.len % 7;
    if (what & RAW) {
        tell(t, dir, in);
        return;
    }
    if (!in.len)
        in.at = &nothing;
    size_t len = seal(t, dir, what & HANDSHAKE ? 22 : 23, in, record);
    tell(t, dir, bytes_of(record, len));
}

static void step(struct talk *t, struct cursor *in)
{
    uint8_t what = cursor_u8(in);
    uint16_t len = cursor_be16(in);
    enum dir dir = what & BY_SERVER ? TO_CLIENT : TO_SERVER;
    if (what & GAP) {
        conn_gap(t->conn, dir, t->moment, len, NOTE_GAP);
        return;
    }
    if (what & TIME_OUT) {
        conn_time_out(t->conn, t->moment, len);
        return;
    }
    size_t most = cursor_left(in) < PLAIN_MAX ? cursor_left(in) : PLAIN_MAX;
    say(t, dir, what, cursor_take(in, len < most ? len : most));
}

/* Returns false if a place was lost, or a record did not open. */
static bool play(struct cursor in, bool cut, struct story *story)
{
    uint8_t options = cursor_u8(&in);
    struct decode_counters counters = {0};
    static struct conn_shared shared;
    struct key_source keys = {.find = find, .ctx = story, .complete = !(options & INCOMPLETE)};
    shared = (struct conn_shared){
        .sink = {.exchange = on_exchange, .flow = on_flow, .ctx = story},
        .counters = &counters,
        .keys = &keys,
        .unread_bytes_max = 1000000,
        .open_max = 50,
    };
    struct conn_ends ends = {.server_port = 443};
    struct talk t = {.cut = cut, .moment = {.now_ns = 1}};
    t.conn = conn_new(&shared, decoder_named("tls"), &ends, false);
    if (!t.conn || !tls_suite_of(TLS_1_3, 0x1301, &t.suite))
        abort();
    tell(&t, TO_SERVER, bytes_of(client_hello, sizeof client_hello));
    tell(&t, TO_CLIENT, bytes_of(server_hello, sizeof server_hello));
    use(&t, TO_SERVER, false);
    use(&t, TO_CLIENT, false);
    unsigned steps = 0;
    for (; cursor_left(&in); t.moment.now_ns += 11000000, t.moment.number++) {
        story->has_keys = !(options & LATE) || steps++ >= options / 32U;
        step(&t, &in);
    }
    if (conn_memory(t.conn) > 4000000)
        abort();
    conn_close(t.conn, t.moment, (enum conn_close)(options / 4 % 5));
    if (shared.open || shared.conns || shared.unread_bytes ||
        counters.exchanges != story->exchanges)
        abort();
    return !counters.lost && !counters.given_up && !counters.undecrypted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct story whole = {0}, cut = {0};
    struct cursor in = cursor_over(bytes_of(data, size));
    bool kept = play(in, false, &whole), kept_cut = play(in, true, &cut);
    if (kept && kept_cut && (whole.sum != cut.sum || whole.exchanges != cut.exchanges))
        abort();
    return 0;
}
