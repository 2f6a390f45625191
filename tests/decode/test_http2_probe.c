/* test_http2_probe.c - specifies what is taken for HTTP/2 where the place is not known, and what is
 * not: other protocols that frame their messages, and bytes full of zeroes or of chance. */
#include "frames.h"

#include <stdio.h>

#include "tests/check.h"

extern const struct decoder http2_decoder;

enum {
    WIRE_LEN = 64 * 1024,
    MORE = 16 * 1024, /* bytes looked at from one place, at most */
};

static uint64_t seed;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (uint32_t)(seed >> 33) % sides;
}

/* A stream of one side, made of messages until it is full. */
struct wire {
    uint8_t bytes[WIRE_LEN];
    size_t len;
};

static void put(struct wire *w, const void *at, size_t len)
{
    size_t room = sizeof w->bytes - w->len;
    len = len < room ? len : room;
    memcpy(w->bytes + w->len, at, len);
    w->len += len;
}

static void put_number(struct wire *w, unsigned bytes, uint64_t number)
{
    for (unsigned i = bytes; i-- > 0;) {
        uint8_t byte = (uint8_t)(number >> 8 * i);
        put(w, &byte, 1);
    }
}

static void put_little(struct wire *w, unsigned bytes, uint64_t number)
{
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(number >> 8 * i);
        put(w, &byte, 1);
    }
}

static void put_random(struct wire *w, size_t len)
{
    for (size_t i = 0; i < len; i++)
        put_number(w, 1, dice(256));
}

/* Of small numbers in wide fields: what most protocols consist of. */
static void put_fields(struct wire *w, size_t len)
{
    while (len >= 4) {
        put_number(w, 4, dice(dice(2) ? 4 : 300));
        len -= 4;
    }
    put_random(w, len);
}

/* Stream multiplexer: version, type, flags, stream, length (hashicorp/yamux, spec.md). */
static void yamux(struct wire *w, enum dir dir, uint32_t n)
{
    uint32_t type = n % 5 == 4 ? 2 : n % 2, len = 4 + dice(200);
    put_number(w, 1, 0);
    put_number(w, 1, type);
    put_number(w, 2, n < 4 ? 1U + (dir == TO_CLIENT) : 0);
    put_number(w, 4, type == 2 ? 0 : 1 + 2 * (n / 8));
    put_number(w, 4, type == 2 ? n / 5 : type == 1 ? 256 * 1024 : len);
    if (!type)
        put_random(w, len);
}

static void yamux_idle(struct wire *w, enum dir dir, uint32_t n)
{
    put_number(w, 2, 2); /* a ping */
    put_number(w, 2, 1U + (dir == TO_CLIENT));
    put_number(w, 4, 0);
    put_number(w, 4, n);
}

static void tls(struct wire *w, enum dir dir, uint32_t n)
{
    uint32_t len = 20 + dice(n % 7 ? 1400 : 16000);
    (void)dir;
    put_number(w, 3, 0x170303);
    put_number(w, 2, len);
    put_random(w, len);
}

static void kafka(struct wire *w, enum dir dir, uint32_t n)
{
    uint32_t len = 40 + dice(300);
    put_number(w, 4, len + (dir == TO_SERVER ? 18 : 4));
    if (dir == TO_SERVER) {
        put_number(w, 2, n % 3); /* Produce, Fetch, ListOffsets */
        put_number(w, 2, 11);
    }
    put_number(w, 4, n);
    if (dir == TO_SERVER) {
        put_number(w, 2, 8);
        put(w, "consumer", 8);
    }
    put_fields(w, len);
}

static void mongodb(struct wire *w, enum dir dir, uint32_t n)
{
    uint32_t len = 20 + dice(200);
    put_little(w, 4, 16 + 5 + len);
    put_little(w, 4, n);
    put_little(w, 4, dir == TO_CLIENT ? n : 0);
    put_little(w, 4, 2013);
    put_little(w, 5, 0);
    put_fields(w, len);
}

static void postgresql(struct wire *w, enum dir dir, uint32_t n)
{
    if (dir == TO_SERVER) {
        put(w,
            "P\0\0\0\x10\0SELECT 1\0\0\0B\0\0\0\x0c\0\0\0\0\0\0\0\0E\0\0\0\x09\0\0\0\0\0S"
            "\0\0\0\4",
            45);
        return;
    }
    put(w, "D", 1); /* a row of four numbers in binary */
    put_number(w, 4, 4 + 2 + 4 * 8);
    put_number(w, 2, 4);
    for (uint32_t i = 0; i < 4; i++) {
        put_number(w, 4, 4);
        put_number(w, 4, dice(2) ? i : n);
    }
}

static void mysql(struct wire *w, enum dir dir, uint32_t n)
{
    uint32_t len = 1 + dice(30);
    put_little(w, 3, len);
    put_number(w, 1, dir == TO_CLIENT ? n % 256 : 0);
    put_fields(w, len);
}

static void redis(struct wire *w, enum dir dir, uint32_t n)
{
    char text[64];
    int len = dir == TO_SERVER ? snprintf(text, sizeof text, "*2\r\n$3\r\nGET\r\n$5\r\nk%04u\r\n",
                                          (unsigned)n % 10000)
                               : snprintf(text, sizeof text, "$8\r\n");
    put(w, text, (size_t)len);
    if (dir == TO_CLIENT)
        put_number(w, 8, n);
    put(w, "\r\n", dir == TO_CLIENT ? 2 : 0);
}

static void amqp(struct wire *w, enum dir dir, uint32_t n)
{
    uint32_t len = 10 + dice(100);
    (void)dir;
    put_number(w, 1, 1 + n % 3);
    put_number(w, 2, 1);
    put_number(w, 4, len);
    put_fields(w, len);
    put_number(w, 1, 0xce);
}

static void thrift(struct wire *w, enum dir dir, uint32_t n)
{
    uint32_t len = 5 + dice(100);
    put_number(w, 4, 4 + 4 + 4 + 4 + len);
    put_number(w, 4, dir == TO_SERVER ? 0x80010001 : 0x80010002);
    put_number(w, 4, 4);
    put(w, "call", 4);
    put_number(w, 4, n);
    put_fields(w, len);
}

static void dns(struct wire *w, enum dir dir, uint32_t n)
{
    put_number(w, 2, 12 + 7 + 4);
    put_number(w, 2, n);
    put_number(w, 2, dir == TO_SERVER ? 0x0100 : 0x8180);
    put_number(w, 8, UINT64_C(1) << 48);
    put(w, "\1a\3svc\0\0\1\0\1", 11);
}

static void zeroes(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    (void)n;
    put_number(w, 8, 0);
}

static void ones(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    (void)n;
    put_number(w, 8, UINT64_MAX);
}

static void counting_bytes(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    put_number(w, 1, n % 256);
}

static void counting_words(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    put_number(w, 4, n);
}

static void counting_little(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    put_little(w, 4, n);
}

static void counting_longs(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    put_number(w, 8, n);
}

static void chance(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    (void)n;
    put_random(w, 16);
}

static void half_zeroes(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    (void)n;
    put_number(w, 1, dice(2) ? 0 : dice(256));
}

static void mostly_zeroes(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    (void)n;
    put_number(w, 1, dice(10) ? 0 : dice(256));
}

static void small_numbers(struct wire *w, enum dir dir, uint32_t n)
{
    (void)dir;
    (void)n;
    put_number(w, 4, dice(4));
}

static void text(struct wire *w, enum dir dir, uint32_t n)
{
    char line[64];
    int len =
        snprintf(line, sizeof line, "%s %u: a line of text\n", dir ? "got" : "sent", (unsigned)n);
    put(w, line, (size_t)len);
}

/* Protocols and patterns that are not HTTP/2. */
struct other {
    const char *name;
    void (*write)(struct wire *w, enum dir dir, uint32_t n);
};

#define OTHER(name)                                                                                \
    {                                                                                              \
#name, name                                                                                \
    }

static const struct other others[] = {
    OTHER(yamux),
    OTHER(yamux_idle),
    OTHER(tls),
    OTHER(kafka),
    OTHER(mongodb),
    OTHER(postgresql),
    OTHER(mysql),
    OTHER(redis),
    OTHER(amqp),
    OTHER(thrift),
    OTHER(dns),
    OTHER(zeroes),
    OTHER(ones),
    OTHER(counting_bytes),
    OTHER(counting_words),
    OTHER(counting_little),
    OTHER(counting_longs),
    OTHER(chance),
    OTHER(half_zeroes),
    OTHER(mostly_zeroes),
    OTHER(small_numbers),
    OTHER(text),
};

enum { OTHERS = sizeof others / sizeof *others };

static struct wire wires[2];

static void fill(const struct other *f)
{
    seed = 1;
    for (int dir = 0; dir < 2; dir++) {
        wires[dir].len = 0;
        for (uint32_t n = 0; wires[dir].len < sizeof wires[dir].bytes; n++)
            f->write(&wires[dir], (enum dir)dir, n);
    }
}

static struct bytes part(enum dir dir, size_t at, size_t len)
{
    return bytes_first(bytes_after(bytes_of(wires[dir].bytes, wires[dir].len), at), len);
}

/* At no place in them is there a chain with the head of a request or of an answer; and three
 * frames in a row at one place in some hundred thousand at most. */
static void no_chains_in_others(void **state)
{
    (void)state;
    unsigned proven = 0;
    for (size_t i = 0; i < OTHERS; i++) {
        fill(&others[i]);
        for (int dir = 0; dir < 2; dir++) {
            for (size_t at = 0; at < wires[dir].len; at++) {
                enum http2_chain chain = http2_follow(part((enum dir)dir, at, MORE), (enum dir)dir);
                if (chain == CHAIN_HEAD)
                    fail_msg("%s has a head at %zu", others[i].name, at);
                proven += chain == CHAIN_PROVEN;
            }
        }
    }
    assert_true(proven <= 2 * OTHERS * WIRE_LEN / 500000);
}

/* Nowhere in their middle are they HTTP/2, whatever is seen of either side. */
static void others_are_not_claimed(void **state)
{
    (void)state;
    for (size_t i = 0; i < OTHERS; i++) {
        fill(&others[i]);
        for (size_t at = 0; at + 4000 < WIRE_LEN; at += 499) {
            struct bytes asked = part(TO_SERVER, at, 1400), answered = part(TO_CLIENT, at, 4000);
            const struct opening seen[] = {
                {.to_server = asked, .to_client = answered, .midstream = true},
                {.to_server = asked, .midstream = true},
                {.to_client = answered, .midstream = true}};
            for (int k = 0; k < 3; k++)
                if (http2_decoder.probe(&seen[k]) == GUESS_YES)
                    fail_msg("%s is claimed at %zu", others[i].name, at);
        }
    }
}

/* Bytes of chance are no frames: not in four million places. */
static void no_chains_in_chance(void **state)
{
    (void)state;
    static uint8_t bytes[4 << 20];
    seed = 7;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)dice(256);
    for (size_t at = 0; at < sizeof bytes; at++) {
        enum http2_chain chain = http2_follow(bytes_of(bytes + at, sizeof bytes - at), TO_CLIENT);
        assert_true(chain == CHAIN_BROKEN || (chain == CHAIN_OPEN && at > sizeof bytes - 20000));
    }
}

static enum guess probe(struct bytes to_server, struct bytes to_client, bool midstream)
{
    struct opening o = {.to_server = to_server, .to_client = to_client, .midstream = midstream};
    return http2_decoder.probe(&o);
}

/* A connection that is seen from its start is HTTP/2 by the client's preface, to its last byte. */
static void the_preface(void **state)
{
    (void)state;
    struct bytes all = http2_preface(), none = {0};
    assert_int_equal(all.len, 24);
    for (size_t len = 1; len <= all.len; len++) {
        uint8_t odd[24];
        memcpy(odd, all.at, len);
        enum guess expected = len < all.len ? GUESS_MORE : GUESS_YES;
        for (int midstream = 0; midstream < 2; midstream++)
            assert_int_equal(probe(bytes_of(odd, len), none, midstream), expected);
        odd[len - 1] ^= 1;
        assert_int_equal(probe(bytes_of(odd, len), none, false), GUESS_NO);
    }
    assert_int_equal(probe(bytes_of_step(preface()), none, false), GUESS_YES);
    assert_int_equal(probe(TEXT("GET / HT"), none, false), GUESS_NO);
}

/* A server may speak first, but only settings; that alone does not prove anything. */
static void the_server_first(void **state)
{
    (void)state;
    struct bytes none = {0};
    const struct {
        struct bytes in;
        enum guess guess;
    } cases[] = {
        {bytes_of_step(SERVER(HTTP2_SETTINGS, 0, 0, "\0\3\0\0\0\x64")), GUESS_MORE},
        {bytes_of_step(SERVER(HTTP2_SETTINGS, 0, 0, "")), GUESS_MORE},
        {TEXT("\0\0\6\4\0\0\0\0"), GUESS_MORE},
        {none, GUESS_MORE},
        {bytes_of_step(SERVER(HTTP2_SETTINGS, HTTP2_ACK, 0, "")), GUESS_NO},
        {bytes_of_step(SERVER(HTTP2_SETTINGS, 0, 0, "\0\3\0\0\0")), GUESS_NO},
        {bytes_of_step(SERVER(HTTP2_SETTINGS, 0, 1, "")), GUESS_NO},
        {bytes_of_step(SERVER(HTTP2_PING, 0, 0, "12345678")), GUESS_NO},
        {TEXT("\x16\3\3\0\x7a\2\0\0\x76"), GUESS_NO},
        {TEXT("220 mail ESMTP\r\n"), GUESS_NO},
        {TEXT("J\0\0\0\x0a"
              "8.0.36\0"),
         GUESS_NO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(probe(none, cases[i].in, false), cases[i].guess);
}

/* In the middle a head speaks for itself, wherever in a frame one joins; without one, frames on
 * both sides do; on one side they may be chance. */
static void the_middle(void **state)
{
    (void)state;
    struct bytes none = {0};
    struct step asks = CLIENT(HTTP2_DATA, LAST, 5, "the end of a request");
    size_t len = asks.len;
    for (unsigned stream = 7; stream < 21; stream += 2)
        asks = join(asks, calls(stream, "/a.B/C"));
    for (size_t at = 0; at <= len; at++)
        assert_int_equal(probe(bytes_after(bytes_of_step(asks), at), none, true), GUESS_YES);
    assert_int_equal(probe(none, bytes_of_step(answers(7)), true), GUESS_YES);

    struct step ping = CLIENT(HTTP2_PING, 0, 0, "12345678"), three = join(ping, join(ping, ping));
    assert_int_equal(probe(bytes_of_step(ping), none, true), GUESS_MORE);
    assert_int_equal(probe(bytes_of_step(three), none, true), GUESS_MORE);
    assert_int_equal(probe(none, bytes_of_step(three), true), GUESS_MORE);
    assert_int_equal(probe(bytes_of_step(three), bytes_of_step(three), true), GUESS_YES);
    assert_int_equal(probe(bytes_of_step(three), bytes_of_step(ping), true), GUESS_MORE);
    struct opening unsided = {.to_server = bytes_of_step(three),
                              .to_client = bytes_of_step(three),
                              .midstream = true,
                              .unsided = true};
    assert_int_equal(http2_decoder.probe(&unsided), GUESS_MORE); /* they may come from either */
    unsided.to_server = bytes_of_step(calls(7, "/a.B/C"));
    assert_int_equal(http2_decoder.probe(&unsided), GUESS_YES);
    struct step room = join(CLIENT(HTTP2_WINDOW_UPDATE, 0, 2, "\0\0\xff\xff"), three);
    unsided.to_server = bytes_of_step(room);
    assert_int_equal(http2_decoder.probe(&unsided), GUESS_YES); /* only clients get pushes */
    unsided.to_server = bytes_of_step(three);
    unsided.to_client = bytes_of_step(room);
    assert_int_equal(http2_decoder.probe(&unsided), GUESS_MORE);
    assert_int_equal(probe(TEXT("no frames at all, not even a part"), none, true), GUESS_NO);
}

/* What carries other connections in frames of its own is not HTTP/2, though it may hold frames of
 * it. A chain that begins with frames that are empty looks like that at first, and is not. */
static void inside_yamux(void **state)
{
    (void)state;
    struct bytes none = {0};
    struct step inner = calls(7, "/a.B/C");
    const char outer[12] = {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, (char)inner.len};
    struct step both = join(frames_of(TO_SERVER, bytes_of(outer, sizeof outer)), inner);
    assert_int_equal(probe(bytes_of_step(inner), none, true), GUESS_YES);
    assert_int_equal(probe(bytes_of_step(both), none, true), GUESS_NO);
    assert_int_equal(probe(bytes_of_step(inner), bytes_of_step(both), true), GUESS_NO);

    const struct step empty[] = {
        CLIENT(HTTP2_DATA, LAST, 5, ""),
        CLIENT(HTTP2_SETTINGS, HTTP2_ACK, 0, ""),
        join(CLIENT(HTTP2_SETTINGS, HTTP2_ACK, 0, ""),
             CLIENT(HTTP2_WINDOW_UPDATE, 0, 0, "\0\0\xff\xff")),
    };
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct bytes alone = bytes_of_step(empty[i]);
        assert_int_not_equal(probe(alone, none, true), GUESS_NO);
        assert_int_equal(probe(bytes_of_step(join(empty[i], inner)), none, true), GUESS_YES);
        assert_int_equal(probe(alone, bytes_of_step(answers(5)), true), GUESS_YES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_chains_in_others),
        cmocka_unit_test(others_are_not_claimed),
        cmocka_unit_test(no_chains_in_chance),
        cmocka_unit_test_setup(the_preface, frames_setup),
        cmocka_unit_test_setup(the_server_first, frames_setup),
        cmocka_unit_test_setup(the_middle, frames_setup),
        cmocka_unit_test_setup(inside_yamux, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
