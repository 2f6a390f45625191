/* test_worker.c - what a worker hands over at a window's end, of calls that go on. */
#include "daemon/worker.h"

#include <netinet/in.h>
#include <string.h>

#include "tests/check.h"

enum { MS = 1000000, WINDOW_MS = 5000, WINDOWS_HELD = 64 };

static struct daemon_options options;
static struct worker *workers[2];
static uint64_t number;
static uint32_t sent[2]; /* bytes, of client and server */

static int begin(void **state)
{
    (void)state;
    options = (struct daemon_options){.window_ns = WINDOW_MS * (uint64_t)MS};
    networks_init(&options.networks);
    number = sent[0] = sent[1] = 0;
    for (size_t i = 0; i < 2; i++)
        workers[i] = worker_new(&options, NULL);
    return workers[1] ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++)
        worker_free(workers[i]);
    return 0;
}

/* A packet of 10.0.0.1:40000, the client, or 10.0.0.2:50051, to the first worker. */
static void say(uint64_t ms, bool server, uint8_t flags, struct bytes payload)
{
    static const uint8_t address[2][4] = {{10, 0, 0, 1}, {10, 0, 0, 2}};
    static const uint16_t port[2] = {40000, 50051};
    struct packet p = {
        .time_ns = ms * MS,
        .number = ++number,
        .source = address_v4(address[server]),
        .destination = address_v4(address[!server]),
        .source_port = port[server],
        .destination_port = port[!server],
        .protocol = IPPROTO_TCP,
        .tcp_flags = flags,
        .sequence = sent[server],
        .acknowledged = sent[!server],
        .window = 65535,
        .payload = payload,
        .wire_bytes = (uint32_t)payload.len + 54,
    };
    sent[server] += (uint32_t)payload.len + ((flags & TCP_SYN) != 0);
    worker_packet(workers[0], &p);
}

#define SAYS(ms, server, text) say(ms, server, TCP_ACK, bytes_of(text, sizeof text - 1))

/* A message of two bytes on stream 1. */
#define MESSAGE "\0\0\7\0\0\0\0\0\1\0\0\0\0\2hi"
#define SETTINGS "\0\0\0\4\0\0\0\0\0"

/* From 100 ms on, shop.Cart/Watch: asked once, answered twice so far, at 200 and 300 ms. */
static void open_a_call(void)
{
    say(98, false, TCP_SYN, (struct bytes){0});
    say(99, true, TCP_SYN | TCP_ACK, (struct bytes){0});
    say(99, false, TCP_ACK, (struct bytes){0});
    SAYS(100, false,
         "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" SETTINGS "\0\0\x2d\1\4\0\0\0\1\x83\x86\x04\x10"
         "/shop.Cart/Watch\x01\x04"
         "cart\x0f\x10\x10"
         "application/grpc" MESSAGE);
    SAYS(150, true,
         SETTINGS "\0\0\x14\1\4\0\0\0\1\x88\x0f\x10\x10"
                  "application/grpc");
    SAYS(200, true, MESSAGE);
    SAYS(300, true, MESSAGE);
}

static void end_window_of(size_t worker, uint64_t nth)
{
    const uint64_t window_ns = WINDOW_MS * (uint64_t)MS;
    struct tick tick = {
        .at_ns = nth * window_ns,
        .window_ends = true,
        .start_ns = (nth - 1) * window_ns,
        .end_ns = nth * window_ns,
    };
    worker_tick(workers[worker], &tick, number + 1);
}

static void end_window(uint64_t nth)
{
    for (size_t i = 0; i < 2; i++)
        end_window_of(i, nth);
}

/* The oldest window that all have ended. */
static struct delta merged(void)
{
    struct writer log = {0};
    struct delta d = {0};
    assert_true(workers_merge(workers, 2, &log, &d));
    writer_free(&log);
    return d;
}

static void assert_call_is_open(const struct delta *d)
{
    assert_int_equal(d->open_call_len, 1);
    assert_int_equal(d->open_calls_dropped, 0);
    const struct open_call_delta *call = &d->open_call[0];
    assert_string_equal(d->edge[call->edge].key.protocol, "grpc");
    assert_string_equal(call->operation, "shop.Cart/Watch");
    assert_int_equal(call->client_port, 40000);
    assert_int_equal(call->stream_id, 1);
    assert_int_equal(call->call, CALL_SERVER_STREAMING);
    assert_int_equal(call->request_ns, 100 * MS);
    assert_int_equal(call->last_message_ns, 300 * MS);
    assert_int_equal(call->response_messages, 2);
}

/* While a call goes on, its messages count in the window in which they come, it is told of at the
 * end of each, and it is no exchange. */
static void a_call_that_goes_on(void **state)
{
    (void)state;
    open_a_call();
    end_window(1);
    struct delta d = merged();
    assert_call_is_open(&d);
    assert_int_equal(d.connection_len, 1);
    assert_int_equal(d.connection[0].client_port, 40000);
    assert_int_equal(d.connection[0].began_ns, 98 * MS);
    assert_int_equal(d.connection[0].last_ns, 300 * MS);
    assert_int_equal(d.connection[0].open_calls, 1);
    assert_int_equal(d.operation_len, 1);
    assert_int_equal(d.operation[0].exchanges.message_gap.count, 1);
    assert_int_equal(d.operation[0].exchanges.message_gap.sum_ns, 100 * MS);
    for (size_t i = 0; i < OUTCOMES; i++)
        assert_int_equal(d.operation[0].exchanges.outcomes[i], 0);
    delta_free(&d);
    end_window(2);
    d = merged();
    assert_call_is_open(&d); /* though nothing came */
    assert_int_equal(d.connection_len, 0);
    assert_int_equal(d.operation[0].exchanges.message_gap.count, 0);
    delta_free(&d);
}

/* Windows that could not be handed over in time become one: of what was open it tells once, and as
 * it stands in the end. */
static void windows_that_became_one(void **state)
{
    (void)state;
    open_a_call();
    uint64_t nth = 0;
    while (nth < WINDOWS_HELD + 3)
        end_window(++nth);
    for (unsigned i = 0; i < WINDOWS_HELD; i++) {
        struct delta d = merged();
        assert_call_is_open(&d);
        delta_free(&d);
    }
    end_window(++nth);
    struct delta d = merged();
    assert_call_is_open(&d);
    delta_free(&d);
}

#define NAMED "\4cart\4shop\0\0\1\0\1"
#define IS_AT(last) "\xc0\x0c\0\1\0\1\0\0\0\1\0\4\12\0\0" last

/* A datagram between 10.0.0.1:40000 and a server of the DNS. One worker handles it; the others
 * learn from it. */
static void datagram(uint64_t ms, bool server, size_t whose, struct bytes payload)
{
    static const uint8_t address[2][4] = {{10, 0, 0, 1}, {10, 0, 0, 53}};
    static const uint16_t port[2] = {40000, 53};
    struct packet p = {
        .time_ns = ms * MS,
        .number = ++number,
        .source = address_v4(address[server]),
        .destination = address_v4(address[!server]),
        .source_port = port[server],
        .destination_port = port[!server],
        .protocol = IPPROTO_UDP,
        .payload = payload,
        .wire_bytes = (uint32_t)payload.len + 42,
    };
    assert_true(worker_learns(&p));
    for (size_t i = 0; i < 2; i++)
        if (i == whose)
            worker_packet(workers[i], &p);
        else
            worker_learn(workers[i], &p);
}

#define ASKS(ms, whose, text) datagram(ms, false, whose, bytes_of(text, sizeof text - 1))
#define HEARS(ms, whose, text) datagram(ms, true, whose, bytes_of(text, sizeof text - 1))

/* What a client asked for is the name of the connections that it begins then and as long as they
 * last, whichever workers handle the two. What an address is called is told once. */
static void names_that_were_asked_for(void **state)
{
    (void)state;
    for (size_t whose = 0; whose < 2; whose++) {
        end(NULL);
        begin(NULL);
        ASKS(90, whose, "\0\1\1\0\0\1\0\0\0\0\0\0" NAMED);
        HEARS(91, whose, "\0\1\x81\x80\0\1\0\1\0\0\0\0" NAMED IS_AT("\2"));
        say(98, false, TCP_SYN, (struct bytes){0});
        ASKS(98, whose, "\0\2\1\0\0\1\0\0\0\0\0\0\2db" NAMED);
        HEARS(98, whose, "\0\2\x81\x80\0\1\0\1\0\0\0\0\2db" NAMED IS_AT("\2"));
        say(99, true, TCP_SYN | TCP_ACK, (struct bytes){0});
        say(99, false, TCP_ACK, (struct bytes){0});
        SAYS(100, false, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        SAYS(101, true, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        end_window(1);
        struct delta d = merged();
        assert_int_equal(d.edge_len, 2);
        assert_string_equal(d.edge[0].key.protocol, "http");
        assert_string_equal(d.edge[0].key.asked, "cart.shop");
        assert_int_equal(d.edge[0].exchanges.outcomes[OUTCOME_OK], 1);
        assert_int_equal(d.edge[0].opened, 1);
        assert_string_equal(d.edge[1].key.protocol, "dns");
        assert_string_equal(d.edge[1].key.asked, "");
        assert_int_equal(d.edge[1].exchanges.outcomes[OUTCOME_OK], 2);
        assert_int_equal(d.name_len, 3);
        assert_string_equal(d.name[0].name, "cart.shop");
        assert_int_equal(d.name[0].source, NAME_DNS);
        assert_int_equal(d.name[0].port, 0);
        assert_int_equal(d.name[0].count, 1);
        assert_int_equal(d.name[0].first_ns, 91 * MS);
        assert_int_equal(d.name[0].until_ns, 360 * 1000 * (uint64_t)MS + 91 * MS);
        assert_string_equal(d.name[1].name, "db.cart.shop");
        assert_int_equal(d.name[2].source, NAME_HOST);
        delta_free(&d);
    }
}

/* The oldest window that can be handed over: its place in time; 0: none can. */
static uint64_t handed_over(void)
{
    struct writer log = {0};
    struct delta d = {0};
    uint64_t nth = 0;
    if (workers_merge(workers, 2, &log, &d)) {
        nth = d.end_ns / (WINDOW_MS * (uint64_t)MS);
        assert_int_equal(d.end_ns - d.start_ns, WINDOW_MS * (uint64_t)MS);
        assert_int_equal(d.decode.flows_opened, 1); /* a total, of all workers, in every window */
    }
    delta_free(&d);
    writer_free(&log);
    return nth;
}

/* A window waits for the worker that is behind. One that a worker skipped, as after a silence, is
 * that of the others. */
static void windows_that_not_all_have(void **state)
{
    (void)state;
    say(98, false, TCP_SYN, (struct bytes){0});
    end_window_of(0, 1);
    end_window_of(0, 2);
    assert_int_equal(handed_over(), 0); /* the second may still be in the first window */
    end_window_of(1, 1);
    assert_int_equal(handed_over(), 1);
    assert_int_equal(handed_over(), 0);
    end_window_of(1, 4);
    assert_int_equal(handed_over(), 2);
    assert_int_equal(handed_over(), 0); /* the first has not come to the fourth */
    end_window_of(0, 6);
    assert_int_equal(handed_over(), 4);
    assert_int_equal(handed_over(), 0);
    end_window_of(1, 6);
    assert_int_equal(handed_over(), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_that_goes_on, begin, end),
        cmocka_unit_test_setup_teardown(windows_that_became_one, begin, end),
        cmocka_unit_test_setup_teardown(names_that_were_asked_for, begin, end),
        cmocka_unit_test_setup_teardown(windows_that_not_all_have, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
