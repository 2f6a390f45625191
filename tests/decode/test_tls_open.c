/* test_tls_open.c - specifies decode/tls_open.c: what is told of connections whose secrets are in a
 * key log. The records are sealed here, by OpenSSL. */
#include "decode/tls_open.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "decode/tls_facts.h"
#include "decode/tls_seal.h"
#include "tests/check.h"
#include "tls_make.h"

enum { CCS = 20, HANDSHAKE = 22, DATA = 23, PIECES_MAX = 64, STORY_MAX = 8192 };

/* One side's key, and how many records it has sealed. */
struct sealer {
    struct tls_suite suite;
    struct tls_key key;
    uint8_t secret[TLS_SECRET_MAX];
    uint64_t number;
};

enum kind { BYTES, LOST, KEYS_COME, TIME_PASSES };

struct piece {
    enum kind kind;
    enum dir dir;
    struct bytes bytes;
};

/* A conversation, and what is known of its secrets. */
static struct talk {
    struct piece piece[PIECES_MAX];
    size_t pieces;
    struct tls_secrets secrets;
    uint8_t random[TLS_RANDOM_BYTES];
    struct sealer handshake[2], data[2];
    uint16_t version, cipher;
} talk;

static struct told {
    char story[STORY_MAX];
    struct decode_counters counters;
    bool has_keys;
    unsigned asked;
} told;

static bool find(void *ctx, const uint8_t random[TLS_RANDOM_BYTES], struct tls_secrets *ret)
{
    (void)ctx;
    told.asked++;
    *ret = talk.secrets;
    return told.has_keys && memcmp(random, talk.random, sizeof talk.random) == 0;
}

static void add(enum kind kind, enum dir dir, struct bytes b)
{
    assert_true(talk.pieces < PIECES_MAX);
    talk.piece[talk.pieces++] = (struct piece){kind, dir, b};
}

/* A record of what `s` seals next: of TLS 1.3 with its true type behind it, and `padding`. */
static struct bytes seal_padded(struct sealer *s, uint8_t type, struct bytes plain, size_t padding)
{
    static const uint8_t zeros[64];
    uint8_t nonce[TLS_NONCE_BYTES], aad[13], tag[16], sealed[20000];
    bool is_13 = s->suite.is_13;
    struct bytes inside = is_13 ? JOIN(plain, bytes_of(&type, 1), bytes_of(zeros, padding)) : plain;
    size_t sent = is_13 || !s->suite.is_counter ? 0 : 8, aad_len = is_13 ? 5 : 13;
    size_t len = sent + inside.len + s->suite.tag_len;
    memcpy(nonce, s->key.iv, sizeof nonce);
    for (size_t i = 0; i < 8; i++) {
        uint8_t counted = (uint8_t)(s->number >> (56 - 8 * i));
        nonce[4 + i] = sent ? (uint8_t)(0x40 + counted) : (uint8_t)(nonce[4 + i] ^ counted);
        aad[i] = counted;
    }
    const uint8_t header[] = {is_13 ? DATA : type, 3, 3, (uint8_t)(len >> 8), (uint8_t)len};
    memcpy(aad + (is_13 ? 0 : 8), header, is_13 ? 5 : 3);
    if (!is_13) {
        aad[11] = (uint8_t)(inside.len >> 8);
        aad[12] = (uint8_t)inside.len;
    }
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, s->suite.algorithm, NULL);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n;
    assert_int_equal(EVP_EncryptInit_ex2(c, cipher, s->key.key, nonce, NULL), 1);
    assert_int_equal(EVP_EncryptUpdate(c, NULL, &n, aad, (int)aad_len), 1);
    assert_int_equal(EVP_EncryptUpdate(c, sealed, &n, inside.at, (int)inside.len), 1);
    assert_int_equal(EVP_EncryptFinal_ex(c, sealed + n, &n), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tag), 1);
    EVP_CIPHER_CTX_free(c);
    EVP_CIPHER_free(cipher);
    s->number++;
    return JOIN(bytes_of(header, 5), bytes_of(nonce + 4, sent), bytes_of(sealed, inside.len),
                bytes_of(tag, 16));
}

static struct bytes seal(struct sealer *s, uint8_t type, struct bytes plain)
{
    return seal_padded(s, type, plain, 0);
}

static struct bytes text(const char *t)
{
    return bytes_of_text(t);
}

/* What a side says as data, in a record of its own. */
static struct bytes data(enum dir dir, const char *plain)
{
    return seal(&talk.data[dir], DATA, text(plain));
}

static void says(const char *plain)
{
    add(BYTES, TO_SERVER, data(TO_SERVER, plain));
}

static void hears(const char *plain)
{
    add(BYTES, TO_CLIENT, data(TO_CLIENT, plain));
}

static void make_secret(struct sealer *s, enum tls_secret_kind kind)
{
    size_t len = tls_suite_secret_len(&s->suite);
    for (size_t i = 0; i < len; i++)
        s->secret[i] = (uint8_t)(i * 3 + (unsigned)kind * 50);
    memcpy(talk.secrets.secret[kind], s->secret, len);
    talk.secrets.len[kind] = (uint8_t)len;
    assert_true(tls_key_of_traffic(&s->suite, s->secret, &s->key));
}

static void hellos(uint16_t version, uint16_t cipher)
{
    bool is_13 = version == TLS_1_3;
    struct bytes hello =
        is_13 ? HELLO(.name = "shop", .versions = {TLS_1_3}) : HELLO(.name = "shop");
    struct bytes answer = ANSWER(.version = is_13 ? TLS_1_3 : 0, .cipher = cipher);
    memcpy(talk.random, hello.at + 6, sizeof talk.random);
    talk.version = version;
    talk.cipher = cipher;
    for (int dir = 0; dir < 2; dir++) {
        assert_true(tls_suite_of(version, cipher, &talk.data[dir].suite));
        talk.handshake[dir].suite = talk.data[dir].suite;
    }
    add(BYTES, TO_SERVER, tls_record(HANDSHAKE, hello));
    add(BYTES, TO_CLIENT, tls_record(HANDSHAKE, answer));
    if (is_13) {
        make_secret(&talk.handshake[TO_SERVER], SECRET_CLIENT_HANDSHAKE);
        make_secret(&talk.handshake[TO_CLIENT], SECRET_SERVER_HANDSHAKE);
        make_secret(&talk.data[TO_SERVER], SECRET_CLIENT_TRAFFIC);
        make_secret(&talk.data[TO_CLIENT], SECRET_SERVER_TRAFFIC);
        return;
    }
    struct tls_key keys[2];
    memset(talk.secrets.secret[SECRET_MASTER], 0x5a, TLS_SECRET_MAX);
    talk.secrets.len[SECRET_MASTER] = TLS_SECRET_MAX;
    assert_true(tls_keys_of_master(&talk.data[0].suite, talk.secrets.secret[SECRET_MASTER],
                                   talk.random, answer.at + 6, keys));
    talk.data[0].key = keys[0];
    talk.data[1].key = keys[1];
}

static void finish_13(void)
{
    add(BYTES, TO_CLIENT,
        JOIN(seal(&talk.handshake[TO_CLIENT], HANDSHAKE, tls_noise(90)),
             seal(&talk.handshake[TO_CLIENT], HANDSHAKE, tls_noise(300))));
    add(BYTES, TO_SERVER, seal(&talk.handshake[TO_SERVER], HANDSHAKE, tls_noise(36)));
    add(BYTES, TO_CLIENT, seal(&talk.data[TO_CLIENT], HANDSHAKE, tls_noise(200)));
}

static void finish_12(void)
{
    struct bytes change = tls_record(CCS, tls_hex("01"));
    add(BYTES, TO_CLIENT, tls_record(HANDSHAKE, tls_message(14, tls_noise(4))));
    add(BYTES, TO_SERVER, JOIN(change, seal(&talk.data[TO_SERVER], HANDSHAKE, tls_noise(16))));
    add(BYTES, TO_CLIENT, JOIN(change, seal(&talk.data[TO_CLIENT], HANDSHAKE, tls_noise(16))));
}

static void begin(uint16_t version, uint16_t cipher)
{
    memset(&talk, 0, sizeof talk);
    tls_make_anew();
    hellos(version, cipher);
    if (version == TLS_1_3)
        finish_13();
    else
        finish_12();
}

static void tell(const char *what)
{
    size_t used = strlen(told.story);
    snprintf(told.story + used, sizeof told.story - used, "%s", what);
}

static void on_exchange(void *ctx, struct exchange *x)
{
    (void)ctx;
    char line[1024];
    if (strcmp(x->protocol, "tls") == 0)
        return;
    snprintf(line, sizeof line, "%s %s%s %s %s", x->method, x->host, x->path, x->status,
             outcome_name(x->outcome));
    tell(line);
    for (int bit = 0; bit < NOTES; bit++) {
        if (x->notes & 1U << bit && 1 << bit != NOTE_DECRYPTED) {
            tell(" ");
            tell(note_name(bit));
        }
    }
    tell(x->notes & NOTE_DECRYPTED ? "\n" : " NOT NOTED\n");
}

static void on_flow(void *ctx, const struct flow_report *r)
{
    (void)ctx;
    (void)r;
}

static void play_bytes(struct conn *c, const struct piece *p, struct moment *m, size_t step)
{
    for (struct bytes rest = p->bytes; rest.len; rest = bytes_after(rest, step)) {
        struct bytes part = bytes_first(rest, step);
        uint8_t *copy = malloc(part.len); /* so that a read past the end is seen */
        memcpy(copy, part.at, part.len);
        conn_bytes(c, p->dir, *m, m->now_ns, bytes_of(copy, part.len));
        m->now_ns++;
        free(copy);
    }
}

static void play_piece(struct conn *c, const struct piece *p, struct moment *m, size_t step)
{
    m->now_ns += 20000000;
    if (p->kind == KEYS_COME)
        told.has_keys = true;
    else if (p->kind == TIME_PASSES)
        conn_time_out(c, *m, UINT64_C(60000000000));
    else if (p->kind == LOST)
        conn_gap(c, p->dir, *m, p->bytes.len, NOTE_GAP);
    else
        play_bytes(c, p, m, step);
}

/* `complete`: the key log is whole from the beginning. */
static void play(size_t step, bool complete)
{
    struct key_source keys = {.find = find, .complete = complete};
    static struct conn_shared shared;
    shared = (struct conn_shared){
        .sink = {.exchange = on_exchange, .flow = on_flow},
        .counters = &told.counters,
        .keys = &keys,
        .unread_bytes_max = 1 << 20,
        .open_max = 100,
    };
    memset(&told, 0, sizeof told);
    told.has_keys = complete;
    struct conn_ends ends = {.server_port = 443};
    struct conn *c = conn_new(&shared, decoder_named("tls"), &ends, false);
    struct moment m = {.now_ns = 1};
    for (size_t i = 0; i < talk.pieces; i++)
        play_piece(c, &talk.piece[i], &m, step);
    conn_close(c, m, CLOSE_CAPTURE_ENDED);
    assert_int_equal(shared.unread_bytes, 0);
    assert_int_equal(shared.conns, 0);
}

/* However the bytes are cut. */
static void expect_of(bool complete, const char *story)
{
    static const size_t steps[] = {SIZE_MAX, 1, 2, 3, 5, 7, 16, 33, 100, 1000};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        play(steps[i], complete);
        assert_string_equal(told.story, story);
    }
}

/* Where a segment begins, records are looked for after a hole. */
static void expect_uncut(const char *story)
{
    play(SIZE_MAX, true);
    assert_string_equal(told.story, story);
}

static void expect(const char *story)
{
    expect_of(true, story);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: shop\r\n\r\n"
#define OK(len, body) "HTTP/1.1 200 OK\r\nContent-Length: " len "\r\n\r\n" body
#define STORY(path) "GET shop" path " 200 ok\n"

static const struct {
    uint16_t version, cipher;
} suites[] = {{TLS_1_3, 0x1301}, {TLS_1_3, 0x1302}, {TLS_1_3, 0x1303},
              {TLS_1_2, 0xc02f}, {TLS_1_2, 0xc030}, {TLS_1_2, 0xcca8}};
enum { SUITES = sizeof suites / sizeof *suites };

static void requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        begin(suites[i].version, suites[i].cipher);
        says(GET("/a"));
        hears(OK("5", "hello"));
        says("GET /b HTTP/1.1\r\nHo");
        says("st: shop\r\n\r\n");
        hears("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
        hears("llo");
        expect(STORY("/a") STORY("/b"));
        assert_int_equal(told.counters.undecrypted, 0);
    }
}

/* Secrets may be written behind the traffic: records wait for them. */
static void keys_come_late(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        begin(suites[i].version, suites[i].cipher);
        says(GET("/a"));
        hears(OK("5", "hello"));
        add(KEYS_COME, 0, (struct bytes){0});
        says(GET("/b"));
        hears(OK("5", "hello"));
        expect_of(false, STORY("/a") STORY("/b"));
    }
    begin(TLS_1_3, 0x1301);
    says(GET("/a"));
    hears(OK("5", "hello"));
    add(KEYS_COME, 0, (struct bytes){0});
    add(TIME_PASSES, 0, (struct bytes){0});
    expect_of(false, STORY("/a"));
    talk.pieces--; /* the end of the connection is soon enough */
    expect_of(false, STORY("/a"));
}

static void keys_never_come(void **state)
{
    (void)state;
    begin(TLS_1_3, 0x1301);
    says(GET("/a"));
    for (int i = 0; i < 30; i++)
        add(BYTES, TO_CLIENT, seal(&talk.data[TO_CLIENT], DATA, tls_noise(16000)));
    expect_of(false, "");
    assert_int_equal(told.counters.undecrypted, 0);
    talk.random[0] ^= 1; /* the log is of another session */
    play(SIZE_MAX, true);
    assert_string_equal(told.story, "");
    assert_int_equal(told.asked, 1);
}

static void wrong_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        begin(suites[i].version, suites[i].cipher);
        for (int n = 0; n < 20; n++) {
            says(GET("/a"));
            hears(OK("5", "hello"));
        }
        for (int kind = 0; kind < SECRET_KINDS; kind++)
            talk.secrets.secret[kind][7] ^= 1;
        expect("");
        assert_in_range(told.counters.undecrypted, 1, 16);
    }
}

/* Traffic secrets alone do. */
static void no_handshake_secrets(void **state)
{
    (void)state;
    begin(TLS_1_3, 0x1301);
    says(GET("/a"));
    hears(OK("5", "hello"));
    talk.secrets.len[SECRET_CLIENT_HANDSHAKE] = talk.secrets.len[SECRET_SERVER_HANDSHAKE] = 0;
    expect(STORY("/a"));
    assert_int_equal(told.counters.undecrypted, 0);
}

static void update(enum dir dir)
{
    struct sealer *s = &talk.data[dir];
    add(BYTES, dir, seal(s, HANDSHAKE, tls_message(24, tls_hex("00"))));
    assert_true(tls_next_traffic(&s->suite, s->secret, s->secret));
    assert_true(tls_key_of_traffic(&s->suite, s->secret, &s->key));
    s->number = 0;
}

static void key_updates(void **state)
{
    (void)state;
    begin(TLS_1_3, 0x1302);
    for (int i = 0; i < 3; i++) {
        says(GET("/a"));
        update(TO_SERVER);
        hears(OK("5", "hello"));
        update(TO_CLIENT);
        update(TO_CLIENT);
    }
    expect(STORY("/a") STORY("/a") STORY("/a"));
    assert_int_equal(told.counters.undecrypted, 0);
}

/* What is lost of a body does no harm, however many records that were. */
static void hole_in_body(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        begin(suites[i].version, suites[i].cipher);
        says(GET("/a"));
        hears("HTTP/1.1 200 OK\r\nContent-Length: 32000\r\n\r\n");
        add(BYTES, TO_CLIENT, seal(&talk.data[TO_CLIENT], DATA, tls_noise(8000)));
        struct bytes lost = JOIN(seal(&talk.data[TO_CLIENT], DATA, tls_noise(8000)),
                                 seal(&talk.data[TO_CLIENT], DATA, tls_noise(8000)));
        struct bytes seen = bytes_first(lost, 1000), rest = bytes_after(lost, 15000);
        add(BYTES, TO_CLIENT, seen);
        add(LOST, TO_CLIENT, bytes_of(lost.at, 14000));
        add(BYTES, TO_CLIENT, rest);
        add(BYTES, TO_CLIENT, seal(&talk.data[TO_CLIENT], DATA, tls_noise(8000)));
        says(GET("/b"));
        hears(OK("5", "hello"));
        expect_uncut("GET shop/a 200 ok gap\n" STORY("/b"));
        assert_int_equal(told.counters.undecrypted, 0);
    }
}

/* Of records that are gone to the byte, and of an answer that nobody will see. */
static void hole_in_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        begin(suites[i].version, suites[i].cipher);
        says(GET("/a"));
        hears(OK("5", "hello"));
        says(GET("/b"));
        add(LOST, TO_CLIENT, data(TO_CLIENT, OK("5", "hello")));
        hears("x");
        expect(STORY("/a") "GET shop/b  unknown gap\n");
        talk.pieces--; /* nothing comes behind it */
        expect(STORY("/a") "GET shop/b  unknown gap\n");
    }
}

/* The handshake's records are lost on both sides, and the first request with its answer; the first
 * record of the server that opens says so, when the second request has been sent already. */
static void hole_in_handshake(void **state)
{
    (void)state;
    memset(&talk, 0, sizeof talk);
    tls_make_anew();
    hellos(TLS_1_3, 0x1301);
    finish_13();
    for (size_t i = 2; i < talk.pieces; i++)
        talk.piece[i].kind = LOST;
    add(LOST, TO_SERVER, data(TO_SERVER, GET("/a")));
    add(LOST, TO_CLIENT, data(TO_CLIENT, OK("5", "hello")));
    says(GET("/b"));
    hears(OK("5", "hello"));
    says(GET("/c"));
    hears(OK("5", "hello"));
    expect_uncut("GET shop/b  unknown gap\nGET shop/c 200 ok gap\n");
}

/* Padding hides how much was lost, so that nothing is guessed. */
static void padded(void **state)
{
    (void)state;
    begin(TLS_1_3, 0x1301);
    says(GET("/a"));
    add(BYTES, TO_CLIENT, seal_padded(&talk.data[TO_CLIENT], DATA, text(OK("5", "hello")), 40));
    says(GET("/b"));
    hears("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n");
    add(LOST, TO_CLIENT, seal_padded(&talk.data[TO_CLIENT], DATA, tls_noise(3000), 50));
    hears(OK("5", "hello"));
    says(GET("/c"));
    hears(OK("5", "hello"));
    play(SIZE_MAX, true);
    assert_memory_equal(told.story, STORY("/a"), strlen(STORY("/a")));
    assert_non_null(strstr(told.story, "GET shop/c 200 ok"));
    assert_int_equal(told.counters.undecrypted, 0);
}

/* A byte that is not what was sent costs its record, counted, and no other. */
static void damaged(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        begin(suites[i].version, suites[i].cipher);
        says(GET("/a"));
        hears("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n");
        struct bytes record = seal(&talk.data[TO_CLIENT], DATA, tls_noise(3000));
        ((uint8_t *)(uintptr_t)record.at)[500] ^= 1;
        add(BYTES, TO_CLIENT, record);
        says(GET("/b"));
        hears(OK("5", "hello"));
        expect("GET shop/a 200 ok gap\n" STORY("/b"));
        assert_int_equal(told.counters.undecrypted, 1);
    }
}

/* The one inside is whatever its bytes are; nobody's is told as nothing. */
static void not_known(void **state)
{
    (void)state;
    begin(TLS_1_3, 0x1301);
    for (int i = 0; i < 5; i++) {
        add(BYTES, TO_SERVER, seal(&talk.data[TO_SERVER], DATA, tls_noise(500)));
        add(BYTES, TO_CLIENT, seal(&talk.data[TO_CLIENT], DATA, tls_noise(5000)));
    }
    expect("");
    assert_int_equal(told.counters.undecrypted, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(keys_come_late),
        cmocka_unit_test(keys_never_come),
        cmocka_unit_test(wrong_keys),
        cmocka_unit_test(no_handshake_secrets),
        cmocka_unit_test(key_updates),
        cmocka_unit_test(hole_in_body),
        cmocka_unit_test(hole_in_messages),
        cmocka_unit_test(hole_in_handshake),
        cmocka_unit_test(padded),
        cmocka_unit_test(damaged),
        cmocka_unit_test(not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
