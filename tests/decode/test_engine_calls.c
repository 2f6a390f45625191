/* test_engine_calls.c - specifies what decode/engine.c says, window by window, of connections that
 * carry many calls at once: reports, and the calls that are open. */
#include <netinet/in.h>
#include <stdio.h>

#include "decode/engine.h"
#include "frames.h"
#include "tests/check.h"

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)

/* Two hosts that talk HTTP/2, and what was heard of it. */
struct talk {
    struct engine *engine;
    uint64_t now_ns, number;
    uint16_t client_port, server_port;
    uint32_t sent[2]; /* bytes, by enum dir */
    unsigned reports, open_calls, exchanges;
    struct exchange ended; /* the latest */
    struct flow_report last;
    char open[256]; /* paths of the open calls of the latest asking, each with its client's port */
};

static void on_exchange(void *ctx, struct exchange *x)
{
    struct talk *t = ctx;
    t->ended = *x;
    t->exchanges++;
}

static void on_flow(void *ctx, const struct flow_report *r)
{
    struct talk *t = ctx;
    t->reports++;
    t->last = *r;
}

static void on_open_call(void *ctx, struct exchange *x)
{
    struct talk *t = ctx;
    size_t len = strlen(t->open);
    assert_true(len + sizeof "40000/ " + strlen(x->path) <= sizeof t->open);
    snprintf(t->open + len, sizeof t->open - len, "%u%s ", x->client_port, x->path);
    t->open_calls++;
}

static void begin(struct talk *t)
{
    *t = (struct talk){.now_ns = 1000 * SECOND, .client_port = 40000, .server_port = 50051};
    struct engine_options o = {.key = {{1, 2}}};
    struct sink sink = {
        .exchange = on_exchange, .flow = on_flow, .open_call = on_open_call, .ctx = t};
    struct err err;
    t->engine = engine_new(&o, sink, &err);
    assert_non_null(t->engine);
}

static void packet(struct talk *t, enum dir dir, uint8_t flags, struct bytes payload)
{
    static const uint8_t client[4] = {10, 0, 0, 1}, server[4] = {10, 0, 0, 2};
    bool asks = dir == TO_SERVER;
    struct packet p = {
        .time_ns = t->now_ns,
        .number = ++t->number,
        .protocol = IPPROTO_TCP,
        .source = address_v4(asks ? client : server),
        .destination = address_v4(asks ? server : client),
        .source_port = asks ? t->client_port : t->server_port,
        .destination_port = asks ? t->server_port : t->client_port,
        .tcp_flags = flags,
        .sequence = 1000 + t->sent[dir],
        .acknowledged = 1000 + t->sent[!dir],
        .window = 1000,
        .wire_bytes = (uint32_t)payload.len + 54,
        .payload = payload,
    };
    t->sent[dir] += (uint32_t)payload.len + (flags & TCP_SYN ? 1 : 0);
    engine_packet(t->engine, &p);
}

static void handshake(struct talk *t)
{
    t->sent[0] = t->sent[1] = 0;
    packet(t, TO_SERVER, TCP_SYN, (struct bytes){0});
    packet(t, TO_CLIENT, TCP_SYN | TCP_ACK, (struct bytes){0});
    packet(t, TO_SERVER, TCP_ACK, (struct bytes){0});
}

static void say(struct talk *t, struct step s)
{
    t->now_ns += MS;
    packet(t, s.dir, TCP_ACK, bytes_of_step(s));
}

static void tick(struct talk *t, uint64_t ms, bool window_ends)
{
    t->now_ns += ms * MS;
    t->open[0] = '\0';
    engine_tick(t->engine, t->now_ns, t->number + 1, window_ends);
}

static void end(struct talk *t)
{
    t->open[0] = '\0';
    engine_finish(t->engine, t->now_ns, t->number + 1);
}

/* A call that is open is told of at the end of each window, however silent its connection is, and
 * at the end of the capture; not in between, and not once it has ended. */
static void open_calls(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    handshake(&t);
    say(&t, preface());
    say(&t, calls(1, "/a.B/C"));
    say(&t, calls(3, "/a.B/D"));
    tick(&t, 1000, false);
    assert_string_equal(t.open, "");
    for (int window = 0; window < 20; window++) {
        tick(&t, 5000, true);
        assert_string_equal(t.open, "40000/a.B/C 40000/a.B/D ");
    }
    say(&t, answers(1));
    tick(&t, 5000, true);
    assert_string_equal(t.open, "40000/a.B/D ");
    assert_int_equal(t.exchanges, 1);
    end(&t);
    assert_string_equal(t.open, "40000/a.B/D ");
    assert_int_equal(t.exchanges, 2);
    engine_free(t.engine);
}

/* Those of all connections are, until theirs has ended. */
static void open_calls_of_several(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    for (uint16_t i = 0; i < 2; i++) {
        t.client_port = (uint16_t)(40000 + i);
        handshake(&t);
        say(&t, preface());
        say(&t, calls(1, i ? "/b" : "/a"));
    }
    tick(&t, 5000, true);
    assert_int_equal(t.open_calls, 2);
    assert_non_null(strstr(t.open, "40000/a "));
    assert_non_null(strstr(t.open, "40001/b "));
    packet(&t, TO_CLIENT, TCP_RST, (struct bytes){0});
    assert_int_equal(t.exchanges, 1);
    tick(&t, 5000, true);
    assert_string_equal(t.open, "40000/a ");
    end(&t);
    engine_free(t.engine);
}

/* A call whose beginning was not seen is open too. */
static void open_calls_from_before(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    say(&t, calls(7, "/a.B/C"));
    say(&t, answers(7));
    say(&t, SERVER(HTTP2_DATA, 0, 3, M1));
    tick(&t, 5000, true);
    assert_string_equal(t.open, "40000 ");
    end(&t);
    assert_int_equal(t.exchanges, 1);
    engine_free(t.engine);
}

/* Reports count the calls that ended in them, and say how many are open; all of one connection
 * have the time of its first packet, which tells it from others between the same ends. */
static void reports(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    uint64_t began_ns = t.now_ns;
    handshake(&t);
    say(&t, preface());
    say(&t, calls(1, "/a.B/C"));
    say(&t, calls(3, "/a.B/C"));
    say(&t, answers(1));
    tick(&t, 5000, true);
    assert_string_equal(t.last.protocol, "grpc");
    assert_true(t.last.multiplexed);
    assert_int_equal(t.last.calls, 1);
    assert_int_equal(t.last.open_calls, 1);
    assert_int_equal(t.last.began_ns, began_ns);
    unsigned before = t.reports;
    tick(&t, 5000, true); /* nothing has changed */
    assert_int_equal(t.reports, before);

    say(&t, CLIENT(HTTP2_RST_STREAM, 0, 3, "\0\0\0\x8"));
    say(&t, calls(5, "/a.B/C"));
    say(&t, SERVER(HTTP2_GOAWAY, 0, 0, "\0\0\0\5\0\0\0\0"));
    say(&t, CLIENT(HTTP2_PING, 0, 0, "pingpong"));
    say(&t, SERVER(HTTP2_PING, HTTP2_ACK, 0, "pingpong"));
    tick(&t, 5000, true);
    assert_int_equal(t.reports, before + 1);
    assert_int_equal(t.last.began_ns, began_ns);
    assert_int_equal(t.last.opened, 0);
    assert_int_equal(t.last.calls, 1);
    assert_int_equal(t.last.open_calls, 1);
    assert_int_equal(t.last.resets[TO_SERVER], 1);
    assert_int_equal(t.last.resets[TO_CLIENT], 0);
    assert_int_equal(t.last.goaways, 1);
    assert_int_equal(t.last.ping_rtt_ns, MS);
    end(&t);
    assert_int_equal(t.reports, before + 2);
    assert_int_equal(t.last.began_ns, began_ns);
    assert_int_equal(t.last.open_calls, 1); /* so many were as the capture ended */
    assert_int_equal(t.last.goaways, 0);
    engine_free(t.engine);
}

/* What a connection says of its certainty: all fields of one that was seen from its start are
 * known, and not those of one that was joined. */
static void certainty(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    handshake(&t);
    say(&t, preface());
    say(&t, calls(1, "/a.B/C")); /* five fields */
    say(&t, answers(1));         /* three */
    tick(&t, 5000, true);
    assert_int_equal(t.last.certainty.fields, 8);
    assert_int_equal(t.last.certainty.known, 8);
    t.client_port++;
    say(&t, calls(7, "/a.B/C"));
    say(&t, answers(7));
    say(&t, CLIENT(HTTP2_HEADERS, ALL, 9, "\x83\x86\xc1\xc2\xc3")); /* three from before */
    tick(&t, 5000, true);
    assert_int_equal(t.last.client_port, 40001);
    assert_int_equal(t.last.certainty.fields, 13);
    assert_int_equal(t.last.certainty.known, 10);
    end(&t);
    engine_free(t.engine);
}

/* A window's stalls are those of a sender that had used up what it was given. */
static void stalls(void **state)
{
    (void)state;
    static char data[13107]; /* a fifth of the window */
    struct talk t;
    begin(&t);
    handshake(&t);
    say(&t, preface());
    say(&t, CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")));
    say(&t, SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"));
    for (int i = 0; i < 5; i++) {
        tick(&t, 5000, true);
        assert_int_equal(t.last.stalls[TO_CLIENT], 0);
        say(&t, frame(TO_CLIENT, HTTP2_DATA, 0, 1, bytes_of(data, sizeof data)));
    }
    tick(&t, 5000, true);
    assert_int_equal(t.last.stalls[TO_CLIENT], 2); /* of the stream, and of the connection */
    say(&t, CLIENT(HTTP2_WINDOW_UPDATE, 0, 0, "\0\1\0\0"));
    tick(&t, 5000, true);
    assert_int_equal(t.last.stalls[TO_CLIENT], 0);
    assert_int_equal(t.last.stalls[TO_SERVER], 0);
    end(&t);
    engine_free(t.engine);
}

/* A connection that carries one exchange at a time has none of this. */
static void one_at_a_time(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    handshake(&t);
    say(&t, SAYS("GET /a HTTP/1.1\r\nHost: api\r\n\r\n"));
    tick(&t, 5000, true);
    assert_string_equal(t.last.protocol, "http");
    assert_false(t.last.multiplexed);
    assert_int_equal(t.last.calls, 0);
    assert_string_equal(t.open, "");
    end(&t);
    assert_int_equal(t.exchanges, 1);
    engine_free(t.engine);
}

/* Frames that either side may send, each in a segment. */
static void say_neutral(struct talk *t, int times)
{
    for (int i = 0; i < times; i++) {
        for (int dir = 0; dir < 2; dir++) {
            say(t, frame((enum dir) !dir, HTTP2_PING, 0, 0, TEXT("12345678")));
            say(t, frame((enum dir)dir, HTTP2_PING, HTTP2_ACK, 0, TEXT("12345678")));
            say(t, frame((enum dir)dir, HTTP2_DATA, 0, 1, TEXT(M1)));
            say(t, frame((enum dir) !dir, HTTP2_WINDOW_UPDATE, 0, 1, TEXT("\0\0\0\6")));
        }
    }
}

/* Joined in the middle of a stream of messages. Where the ports tell who is client, that is the
 * client, whoever speaks first; else the lower port is no more than a guess, which waits until a
 * head has confirmed it, or for so long that none may come, or the end. */
static void joined_without_heads(void **state)
{
    (void)state;
    static const struct {
        uint16_t client_port, server_port;
        bool at_once;
        int times;      /* before a call */
        uint16_t asked; /* of the one taken for the server */
    } cases[] = {
        {40000, 50051, true, 3, 50051},  {60000, 50051, true, 3, 50051},
        {60000, 443, true, 3, 443},      {40000, 45000, false, 3, 45000},
        {45000, 40000, false, 3, 40000}, {45000, 40000, false, 60, 40000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct talk t;
        begin(&t);
        t.client_port = cases[i].client_port;
        t.server_port = cases[i].server_port;
        say_neutral(&t, cases[i].times);
        assert_int_equal(t.reports > 0, cases[i].at_once || cases[i].times > 50);
        if (cases[i].times < 50 || cases[i].client_port > cases[i].server_port) {
            say(&t, calls(7, "/a.B/C"));
            say(&t, answers(7));
            assert_int_equal(t.exchanges, 1);
            assert_int_equal(t.ended.client_port, cases[i].client_port);
            assert_int_equal(t.ended.outcome, OUTCOME_OK);
        }
        tick(&t, 5000, true);
        assert_string_equal(t.last.protocol, "grpc");
        assert_int_equal(t.last.server_port, cases[i].asked);
        end(&t);
        engine_free(t.engine);
    }
    struct talk t;
    begin(&t); /* too short to tell, but HTTP/2 */
    t.server_port = 45000;
    say_neutral(&t, 3);
    assert_int_equal(t.reports, 0);
    end(&t);
    assert_string_equal(t.last.protocol, "grpc");
    engine_free(t.engine);
}

/* A call that is waited for 500 ms. */
static struct step calls_in_time(unsigned stream)
{
    return join(CLIENT(HTTP2_HEADERS, WHOLE, stream,
                       "\x83\x86\x44\6/a.B/C" API "\x5f\x10" GRPC "\x40\x0cgrpc-timeout\x04"
                       "500m"),
                CLIENT(HTTP2_DATA, LAST, stream, M1));
}

/* A call ends when its deadline has passed in silence, on a connection that goes on. What comes of
 * it later is passed over; others wait for as long as it takes. */
static void deadlines(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    handshake(&t);
    say(&t, preface());
    say(&t, calls(1, "/a.B/D"));
    say(&t, calls_in_time(3));
    tick(&t, 1497, false);
    assert_int_equal(t.exchanges, 0);
    tick(&t, 3, false);
    assert_int_equal(t.exchanges, 1);
    assert_int_equal(t.ended.stream_id, 3);
    assert_int_equal(t.ended.outcome, OUTCOME_TIMEOUT);
    assert_int_equal(t.ended.notes, NOTE_DEADLINE);
    assert_int_equal(t.ended.end_ns, t.now_ns);
    tick(&t, 0, true);
    assert_string_equal(t.open, "40000/a.B/D ");
    assert_int_equal(t.last.calls, 1);
    assert_int_equal(t.last.open_calls, 1);

    say(&t, SERVER(HTTP2_HEADERS, ALL, 3, "\x88\x5f\x10" GRPC STATUS("4")));
    say(&t, CLIENT(HTTP2_RST_STREAM, 0, 3, "\0\0\0\x8"));
    say(&t, answers(1));
    assert_int_equal(t.exchanges, 2);
    assert_int_equal(t.ended.stream_id, 1);
    assert_int_equal(t.ended.outcome, OUTCOME_OK);
    end(&t);
    assert_int_equal(t.exchanges, 2);
    engine_free(t.engine);
}

/* One that goes on past its deadline has not ended, nor has one whose status comes a little late;
 * the next one's deadline is not forgotten for either. */
static void deadlines_of_calls_that_go_on(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    handshake(&t);
    say(&t, preface());
    say(&t, calls_in_time(1));
    say(&t, calls_in_time(3));
    say(&t, SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD));
    tick(&t, 1000, false);
    say(&t, answers(3));
    assert_int_equal(t.exchanges, 1);
    assert_int_equal(t.ended.outcome, OUTCOME_OK);
    assert_int_equal(t.ended.notes, NOTE_DEADLINE);
    for (int i = 0; i < 5; i++) {
        say(&t, SERVER(HTTP2_DATA, 0, 1, M1));
        tick(&t, 900, false);
    }
    say(&t, calls_in_time(5));
    assert_int_equal(t.exchanges, 1);
    tick(&t, 1000, false);
    assert_int_equal(t.exchanges, 2);
    assert_int_equal(t.ended.stream_id, 1);
    assert_int_equal(t.ended.response_messages, 5);
    assert_int_equal(t.ended.outcome, OUTCOME_TIMEOUT);
    tick(&t, 1000, false);
    assert_int_equal(t.exchanges, 3);
    assert_int_equal(t.ended.stream_id, 5);
    end(&t);
    engine_free(t.engine);
}

/* Where the server's packets do not reach the tap, nobody knows. */
static void deadlines_without_answers(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    packet(&t, TO_SERVER, TCP_SYN, (struct bytes){0});
    t.sent[TO_CLIENT] = 1;
    packet(&t, TO_SERVER, TCP_ACK, (struct bytes){0});
    say(&t, preface());
    say(&t, calls_in_time(1));
    tick(&t, 3000, false);
    assert_int_equal(t.exchanges, 1);
    assert_int_equal(t.ended.outcome, OUTCOME_UNKNOWN);
    assert_true(t.ended.notes & NOTE_ONE_WAY);
    assert_false(t.ended.notes & NOTE_DEADLINE);
    end(&t);
    engine_free(t.engine);
}

/* Over HTTP/1 too, looked at less often; the late answer is not taken for that of the next call. */
static void deadlines_in_order(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    handshake(&t);
    say(&t, SAYS("POST /a.B/C HTTP/1.1\r\nHost: api\r\nContent-Type: application/grpc-web\r\n"
                 "Grpc-Timeout: 500m\r\nContent-Length: 6\r\n\r\n" M1));
    for (int i = 0; i < 5; i++)
        tick(&t, 1000, false);
    assert_int_equal(t.exchanges, 1);
    assert_int_equal(t.ended.outcome, OUTCOME_TIMEOUT);
    say(&t, SAYS("GET /b HTTP/1.1\r\nHost: api\r\n\r\n"));
    say(&t, HEARS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    say(&t, HEARS("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"));
    assert_int_equal(t.exchanges, 2);
    assert_string_equal(t.ended.path, "/b");
    assert_string_equal(t.ended.status, "404");
    end(&t);
    engine_free(t.engine);
}

static void add_troubles(uint32_t *sum, const struct flow_report *r)
{
    for (size_t i = 0; i < TROUBLES; i++)
        sum[i] += r->troubles[i];
}

/* By protocol. */
struct troubled {
    uint32_t http[TROUBLES], others[TROUBLES];
};

static void on_troubled_flow(void *ctx, const struct flow_report *r)
{
    struct troubled *t = ctx;
    add_troubles(strcmp(r->protocol, "http") == 0 ? t->http : t->others, r);
}

static void on_no_exchange(void *ctx, struct exchange *x)
{
    (void)ctx;
    (void)x;
}

/* What could not be decoded is told of the connection that it was on, once, under the protocol that
 * it was when it went wrong; the sum is what the counters say. */
static void troubles(void **state)
{
    (void)state;
    struct troubled told = {0};
    struct engine_options o = {.key = {{1, 2}}};
    struct sink sink = {.exchange = on_no_exchange, .flow = on_troubled_flow, .ctx = &told};
    struct err err;
    struct talk t = {.now_ns = 1000 * SECOND, .client_port = 40000, .server_port = 50051};
    t.engine = engine_new(&o, sink, &err);
    assert_non_null(t.engine);
    handshake(&t);
    say(&t, SAYS("GET /a HTTP/1.1\r\nHost: api\r\n\r\n"));
    tick(&t, 5000, true);
    for (int i = 0; i < 64; i++) {
        say(&t, SAYS("\x16\x03\x01"));
        say(&t, HEARS("\x16\x03\x01"));
        if (i % 8 == 0)
            tick(&t, 5000, true);
    }
    end(&t);
    const struct decode_counters *counters = engine_counters(t.engine);
    assert_int_equal(counters->given_up, 1);
    assert_int_equal(counters->lost, 2);
    for (int i = 0; i < TROUBLES; i++) {
        assert_int_equal(told.http[i], counters->troubles[i]);
        assert_int_equal(told.others[i], 0);
    }
    engine_free(t.engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(open_calls, frames_setup),
        cmocka_unit_test_setup(open_calls_of_several, frames_setup),
        cmocka_unit_test_setup(open_calls_from_before, frames_setup),
        cmocka_unit_test_setup(reports, frames_setup),
        cmocka_unit_test_setup(certainty, frames_setup),
        cmocka_unit_test_setup(stalls, frames_setup),
        cmocka_unit_test_setup(one_at_a_time, frames_setup),
        cmocka_unit_test_setup(joined_without_heads, frames_setup),
        cmocka_unit_test_setup(deadlines, frames_setup),
        cmocka_unit_test_setup(deadlines_of_calls_that_go_on, frames_setup),
        cmocka_unit_test_setup(deadlines_without_answers, frames_setup),
        cmocka_unit_test_setup(deadlines_in_order, frames_setup),
        cmocka_unit_test_setup(troubles, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
