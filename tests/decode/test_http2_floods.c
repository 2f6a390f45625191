/* test_http2_floods.c - specifies what floods of frames cost: nothing that grows with them, and
 * nothing is told that did not happen. */
#include <stdio.h>
#include <time.h>

#include "decode/hpack.h"
#include "decode/http2_block.h"
#include "decode/pairing.h"
#include "frames.h"
#include "tests/check.h"

extern const struct decoder http2_decoder;

enum {
    FLOOD = 100000,
    CALM = 16 * 1024, /* bytes that a connection holds with nothing open, at most */
};

struct flooded {
    struct conn_shared shared;
    struct decode_counters counters;
    struct conn *conn;
    uint64_t now_ns;
    unsigned told[OUTCOMES];
    char operation[64]; /* of the latest told */
    clock_t began;
};

static void on_exchange(void *ctx, struct exchange *x)
{
    struct flooded *f = ctx;
    f->told[x->outcome]++;
    bytes_to_text(f->operation, sizeof f->operation, bytes_of_text(x->operation));
}

static void send(struct flooded *f, struct step s)
{
    struct moment m = {.now_ns = ++f->now_ns};
    conn_bytes(f->conn, s.dir, m, m.now_ns, bytes_of_step(s));
}

static void begin(struct flooded *f, bool joined)
{
    struct conn_ends ends = {.client_port = 40000, .server_port = 80};
    *f = (struct flooded){.began = clock()};
    f->shared = (struct conn_shared){.sink = {.exchange = on_exchange, .ctx = f},
                                     .counters = &f->counters,
                                     .unread_bytes_max = 1 << 20,
                                     .open_max = 1 << 16};
    f->conn = conn_new(&f->shared, &http2_decoder, &ends, joined);
    assert_non_null(f->conn);
    if (!joined)
        send(f, preface());
}

/* Nothing is left, and it took no longer than a few seconds, on a slow machine with sanitizers. */
static void end(struct flooded *f)
{
    conn_close(f->conn, (struct moment){.now_ns = f->now_ns}, CLOSE_CAPTURE_ENDED);
    assert_int_equal(f->shared.open, 0);
    assert_int_equal(f->shared.unread_bytes, 0);
    assert_true(clock() - f->began < 20 * CLOCKS_PER_SEC);
}

/* Writes the stream into frames that were made before, so that a flood needs no room. */
static struct step on_stream(struct step s, size_t at, uint32_t stream)
{
    uint8_t *to = (uint8_t *)s.bytes + at + 5;
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(stream >> (24 - 8 * i));
    return s;
}

/* Rapid reset: each request that is reset at once has been cancelled, and is gone. */
static void rapid_reset(void **state)
{
    (void)state;
    struct flooded f;
    begin(&f, false);
    struct step ask = CLIENT(HTTP2_HEADERS, ALL, 1, "\x82\x86\x84" API);
    struct step reset = CLIENT(HTTP2_RST_STREAM, 0, 1, "\0\0\0\x8");
    struct step both = join(ask, reset);
    for (uint32_t i = 0; i < FLOOD; i++) {
        on_stream(both, 0, 2 * i + 1);
        send(&f, on_stream(both, ask.len, 2 * i + 1));
        assert_true(f.shared.open == 0);
    }
    assert_int_equal(f.told[OUTCOME_CANCELLED], FLOOD);
    assert_int_equal(f.counters.exchanges, FLOOD);
    assert_true(conn_memory(f.conn) < CALM);
    struct flow_report r = {0};
    conn_report(f.conn, &r);
    assert_int_equal(r.resets[TO_SERVER], FLOOD);
    assert_int_equal(r.calls, FLOOD);
    assert_int_equal(r.open_calls, 0);
    end(&f);
}

/* Resets by the server, of streams that nobody has begun, are nobody's. */
static void resets_of_nobody(void **state)
{
    (void)state;
    struct flooded f;
    begin(&f, false);
    struct step reset = SERVER(HTTP2_RST_STREAM, 0, 1, "\0\0\0\x8");
    for (uint32_t i = 0; i < FLOOD; i++)
        send(&f, on_stream(reset, 0, i + 1));
    assert_int_equal(f.counters.exchanges, 0);
    assert_true(conn_memory(f.conn) < CALM);
    end(&f);
}

/* At most OPEN_KEYED_MAX streams are open on a connection: for each beyond, the oldest ends as
 * unknown, counted, and its late answer is nobody's. */
static void streams_past_the_cap(void **state)
{
    (void)state;
    enum { BEYOND = 10 };
    struct flooded f;
    begin(&f, false);
    struct step ask = CLIENT(HTTP2_HEADERS, ALL, 1, "\x82\x86\x84" API);
    struct step answer = SERVER(HTTP2_HEADERS, ALL, 1, "\x88");
    for (uint32_t i = 0; i < OPEN_KEYED_MAX + BEYOND; i++)
        send(&f, on_stream(ask, 0, 2 * i + 1));
    assert_int_equal(f.told[OUTCOME_UNKNOWN], BEYOND);
    assert_int_equal(f.counters.exchanges_evicted, BEYOND);
    assert_int_equal(f.shared.open, OPEN_KEYED_MAX);
    for (uint32_t i = 0; i < OPEN_KEYED_MAX + BEYOND; i++)
        send(&f, on_stream(answer, 0, 2 * i + 1));
    assert_int_equal(f.told[OUTCOME_OK], OPEN_KEYED_MAX);
    assert_int_equal(f.told[OUTCOME_UNKNOWN], BEYOND);
    assert_int_equal(f.counters.stray_answers, 0);
    end(&f);
}

/* A promise beyond the cap, or a stream taken up in the middle, is bounded likewise. */
static void pushes_past_the_cap(void **state)
{
    (void)state;
    struct flooded f;
    begin(&f, false);
    send(&f, CLIENT(HTTP2_HEADERS, ALL, 1, "\x82\x86\x84" API));
    struct step promise = SERVER(HTTP2_PUSH_PROMISE, WHOLE, 1, "\0\0\0\2\x82\x86\x84");
    for (uint32_t i = 1; i <= 2 * OPEN_KEYED_MAX; i++)
        send(&f, on_stream(promise, 4, 2 * i)); /* the promised stream lies behind the header */
    assert_int_equal(f.shared.open, OPEN_KEYED_MAX);
    assert_int_equal(f.counters.exchanges_evicted, OPEN_KEYED_MAX + 1);
    end(&f);

    begin(&f, true);
    struct step head = CLIENT(HTTP2_HEADERS, ALL, 9, "\x82\x86\x84" API);
    send(&f, join(head, CLIENT(HTTP2_PING, 0, 0, "12345678")));
    send(&f, join(SERVER(HTTP2_HEADERS, ALL, 9, "\x88"), SERVER(HTTP2_PING, 0, 0, "12345678")));
    struct step data = SERVER(HTTP2_DATA, 0, 1, "x");
    for (uint32_t i = 0; i < 100; i++)
        send(&f, on_stream(data, 0, 2 * i + 1));
    assert_int_equal(f.shared.open, 4); /* 1 to 7: the others have not begun */
    end(&f);
}

/* A block of thousands of references to one long entry costs no more than its own length, and what
 * it says is still read. */
static void hpack_bomb(void **state)
{
    (void)state;
    enum { ENTRY = 3900, REFERENCES = 16000 };
    static char block[REFERENCES + 100];
    struct flooded f;
    begin(&f, false);
    size_t len = (size_t)snprintf(block, sizeof block, "%s", "\x82\x86\x84" API "\x40\1x\x7f");
    struct bytes front = frames_keep(bytes_of(block, len));
    static char text[2 + ENTRY];
    memset(text, 'a', sizeof text);
    memcpy(text, "\xbd\x1d", 2); /* 127 + 61 + 29 * 128: how long the value is */
    struct step ask = CLIENT(HTTP2_HEADERS, 0, 1, "");
    ask = frame(TO_SERVER, HTTP2_HEADERS, LAST, 1, front);
    send(&f, join(ask, frame(TO_SERVER, HTTP2_CONTINUATION, WHOLE, 1, bytes_of(text, 3902))));
    assert_int_equal(f.shared.open, 1);
    memset(block, 0xbe, REFERENCES);
    memcpy(block, "\x82\x86\x84", 3);
    struct step bomb = frame(TO_SERVER, HTTP2_HEADERS, ALL, 3, bytes_of(block, REFERENCES));
    struct step answer = SERVER(HTTP2_HEADERS, ALL, 3, "\x88");
    for (uint32_t i = 1; i <= 300; i++) {
        send(&f, on_stream(bomb, 0, 2 * i + 1));
        send(&f, on_stream(answer, 0, 2 * i + 1));
    }
    assert_int_equal(f.told[OUTCOME_OK], 300);
    assert_true(conn_memory(f.conn) < CALM);
    end(&f);
}

/* A block that does not end is let go at its limit, once, and what is held of it stays under that;
 * then what follows is read. */
static void endless_block(void **state)
{
    (void)state;
    static char text[16384];
    struct flooded f;
    begin(&f, false);
    send(&f, CLIENT(HTTP2_HEADERS, LAST, 1, "\x82"));
    struct step more = frame(TO_SERVER, HTTP2_CONTINUATION, 0, 1, bytes_of(text, sizeof text));
    for (int i = 0; i < 1000; i++) {
        send(&f, more);
        assert_true(conn_memory(f.conn) < BLOCK_BYTES_MAX + CALM);
    }
    send(&f, CLIENT(HTTP2_CONTINUATION, WHOLE, 1, "\x86"));
    assert_int_equal(f.counters.shed, 1);
    assert_int_equal(f.counters.lost, 0);
    send(&f, SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
    assert_int_equal(f.told[OUTCOME_OK] + f.told[OUTCOME_UNKNOWN], 1);
    send(&f, CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/a")));
    send(&f, SERVER(HTTP2_HEADERS, ALL, 3, "\x88"));
    assert_int_equal(f.counters.exchanges, 2);
    end(&f);
}

/* Fields past the limit of a block are left out, and counted: for all, and in the next report. */
static void many_fields(void **state)
{
    (void)state;
    enum { BEYOND = 76 };
    static char text[HPACK_FIELDS_MAX + BEYOND];
    struct flooded f;
    begin(&f, false);
    memset(text, '\x82', sizeof text);
    send(&f, frame(TO_SERVER, HTTP2_HEADERS, ALL, 1, bytes_of(text, sizeof text)));
    assert_int_equal(f.counters.shortened, BEYOND);
    for (uint32_t reports = 0; reports < 2; reports++) {
        struct flow_report r = {0};
        conn_report(f.conn, &r);
        assert_int_equal(r.troubles[TROUBLE_SHORTENED], reports ? 0 : BEYOND);
    }
    end(&f);
}

/* Frames that say nothing, in any number, open nothing. */
static void idle_frames(void **state)
{
    (void)state;
    struct flooded f;
    begin(&f, false);
    const struct step frames[] = {
        CLIENT(HTTP2_PING, 0, 0, "12345678"),
        SERVER(HTTP2_PING, HTTP2_ACK, 0, "12345678"),
        CLIENT(HTTP2_SETTINGS, 0, 0, "\0\4\0\0\0\0"),
        CLIENT(HTTP2_WINDOW_UPDATE, 0, 0, "\x7f\xff\xff\xff"),
        CLIENT(HTTP2_DATA, 0, 7, ""),
        SERVER(HTTP2_DATA, LAST, 7, "nobody's"),
        CLIENT(HTTP2_PRIORITY, 0, 9, "\0\0\0\0\0"),
        SERVER(HTTP2_GOAWAY, 0, 0, "\x7f\xff\xff\xff\0\0\0\0"),
        CLIENT(HTTP2_TYPES, 0xff, 5, "of a type that nobody knows"),
    };
    for (uint32_t i = 0; i < FLOOD; i++)
        send(&f, frames[i % (sizeof frames / sizeof *frames)]);
    assert_int_equal(f.counters.exchanges, 0);
    assert_int_equal(f.counters.lost, 0);
    assert_true(conn_memory(f.conn) < CALM);
    end(&f);
}

/* Of paths from before the capture, 255 are told apart on a connection, and the rest is one. */
static void unknown_paths(void **state)
{
    (void)state;
    struct flooded f;
    begin(&f, true);
    struct step answer = SERVER(HTTP2_HEADERS, ALL, 1, "\x88");
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t index = 62 + i, rest = index - 127; /* RFC 7541, 5.1: seven bits, and then more */
        char block[64] = "\x83\x86\x01\3"
                         "api";
        size_t len = 7;
        block[len++] = (char)(index < 127 ? 0x80 | index : 0xff);
        for (; index >= 127 && rest > 127; rest >>= 7)
            block[len++] = (char)(rest | 0x80);
        if (index >= 127)
            block[len++] = (char)rest;
        struct step ask = frame(TO_SERVER, HTTP2_HEADERS, ALL, 2 * i + 1, bytes_of(block, len));
        send(&f, ask);
        send(&f, on_stream(answer, 0, 2 * i + 1));
        char operation[32];
        unsigned number = i < 255 ? i + 1 : 256;
        snprintf(operation, sizeof operation, "{unknown #%u}", 40000 * 1000U + number);
        assert_string_equal(f.operation, operation);
    }
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rapid_reset, frames_setup),
        cmocka_unit_test_setup(resets_of_nobody, frames_setup),
        cmocka_unit_test_setup(streams_past_the_cap, frames_setup),
        cmocka_unit_test_setup(pushes_past_the_cap, frames_setup),
        cmocka_unit_test_setup(hpack_bomb, frames_setup),
        cmocka_unit_test_setup(endless_block, frames_setup),
        cmocka_unit_test_setup(many_fields, frames_setup),
        cmocka_unit_test_setup(idle_frames, frames_setup),
        cmocka_unit_test_setup(unknown_paths, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
