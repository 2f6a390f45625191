/* test_health.c - specifies decode/health.c: what a report says of a flow's packets. */
#include "decode/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode/decoder.h"

/* Whoever is client, its packets are those to the server; a report starts all counters anew. */
static void counters_follow_the_client(void **state)
{
    (void)state;
    for (unsigned client = 0; client < 2; client++) {
        struct health h = {0};
        struct packet p = {.wire_bytes = 60, .tcp_flags = TCP_ACK, .window = 1};
        health_packet(&h, client, &p);
        health_packet(&h, client, &p);
        health_packet(&h, client ^ 1, &p);
        health_missing(&h, client, 7);
        health_again(&h, client ^ 1);
        health_again(&h, client ^ 1);
        h.events = (uint8_t)(HEALTH_OPENED | HEALTH_RESET << client);
        struct flow_report r = {0};
        health_report(&h, client, &r);
        assert_int_equal(r.packets[TO_SERVER], 2);
        assert_int_equal(r.packets[TO_CLIENT], 1);
        assert_int_equal(r.bytes[TO_SERVER], 120);
        assert_int_equal(r.missing_bytes[TO_SERVER], 7);
        assert_int_equal(r.retransmits[TO_CLIENT], 2);
        assert_int_equal(r.reset_by_client, 1);
        assert_int_equal(r.reset_by_server, 0);
        assert_int_equal(r.opened, 1);
        struct flow_report again = {0}, nothing = {0};
        health_report(&h, client, &again);
        assert_memory_equal(&again, &nothing, sizeof nothing);
        health_fini(&h);
    }
}

/* The handshake's halves; without its beginning there is nothing to measure. */
static void halves_of_the_handshake(void **state)
{
    (void)state;
    struct health h = {0};
    struct flow_report r = {0};
    health_syn(&h, 100);
    health_syn_ack(&h, 130);
    health_established(&h, 190);
    health_report(&h, 0, &r);
    assert_int_equal(r.rtt_server_ns, 30);
    assert_int_equal(r.rtt_client_ns, 60);

    h = (struct health){0};
    health_syn_ack(&h, 130);
    health_established(&h, 120);
    health_report(&h, 0, &r);
    assert_int_equal(r.rtt_server_ns, 0);
    assert_int_equal(r.rtt_client_ns, 0);
}

/* A window that stays closed is one closing, over reports too; SYN and RST announce none. The
 * direction is the one whose receiver has no room. */
static void closed_windows(void **state)
{
    (void)state;
    struct health h = {0};
    struct flow_report r = {0};
    struct packet closed = {.tcp_flags = TCP_ACK}, open = {.tcp_flags = TCP_ACK, .window = 9};
    struct packet syn = {.tcp_flags = TCP_SYN | TCP_ACK}, rst = {.tcp_flags = TCP_RST | TCP_ACK};
    const struct packet *sent_by_server[] = {&syn, &closed, &closed, &open, &rst, &closed};
    for (size_t i = 0; i < 6; i++)
        health_packet(&h, 1, sent_by_server[i]);
    health_report(&h, 0, &r);
    assert_int_equal(r.zero_windows[TO_SERVER], 2);
    assert_int_equal(r.zero_windows[TO_CLIENT], 0);
    health_packet(&h, 1, &closed);
    health_report(&h, 0, &r);
    assert_int_equal(r.zero_windows[TO_SERVER], 0);
    health_fini(&h);
}

/* How long the window was closed is told when it opens, in whatever report that falls. */
static void closed_for_how_long(void **state)
{
    (void)state;
    struct health h = {0};
    struct flow_report r = {0};
    health_packet(&h, 1, &(struct packet){.tcp_flags = TCP_ACK, .time_ns = 100});
    health_packet(&h, 1, &(struct packet){.tcp_flags = TCP_ACK, .time_ns = 150});
    health_report(&h, 0, &r);
    assert_int_equal(r.zero_window_ns[TO_SERVER], 0);
    health_packet(&h, 1, &(struct packet){.tcp_flags = TCP_ACK, .time_ns = 400, .window = 9});
    health_report(&h, 0, &r);
    assert_int_equal(r.zero_window_ns[TO_SERVER], 300);
    assert_int_equal(r.zero_window_ns[TO_CLIENT], 0);
    health_fini(&h);
}

/* Data and what acknowledges it tell how far the receiver is, the nearest counts; data that was
 * sent again tells nothing. Side 1 is the server. */
static void round_trips(void **state)
{
    (void)state;
    struct health h = {0};
    struct flow_report r = {0};
    health_data(&h, 0, 1100, 100, true);
    health_data(&h, 0, 1200, 110, true); /* one is measured at a time */
    health_acked(&h, 1, 1050, 120);      /* not yet */
    health_acked(&h, 1, 1200, 150);
    health_data(&h, 0, 1300, 200, true);
    health_acked(&h, 1, 1300, 230);
    health_data(&h, 1, 500, 300, true);
    health_data(&h, 1, 500, 700, false);
    health_acked(&h, 0, 500, 720);
    health_report(&h, 0, &r);
    assert_int_equal(r.rtt_least_server_ns, 30);
    assert_int_equal(r.rtt_least_client_ns, 0);

    health_syn(&h, 100);
    health_syn_ack(&h, 104);
    health_established(&h, 109);
    health_report(&h, 0, &r);
    assert_int_equal(r.rtt_least_server_ns, 4);
    assert_int_equal(r.rtt_least_client_ns, 5);
}

/* Data of one side alone for long enough, and nothing of the other: told once, unless the other
 * appears before. */
static void one_way(void **state)
{
    static const struct {
        unsigned sent; /* packets with data of side 0 */
        void (*when)(struct health *h);
        bool answered, again, other, told;
    } cases[] = {
        {.sent = HEALTH_LONE_LEAST - 1},
        {.sent = HEALTH_LONE_LEAST, .told = true},
        {.sent = 300, .told = true},
        {.sent = 1, .when = health_waited, .told = true},
        {.sent = 0, .when = health_waited},
        {.sent = HEALTH_LONE_LEAST, .other = true},
        /* who sends again has got no acknowledgment */
        {.sent = 2, .when = health_waited, .again = true},
        {.sent = 2, .when = health_waited, .again = true, .answered = true, .told = true},
        /* what is acknowledged was sent, but may still come */
        {.sent = 1, .answered = true},
        {.sent = 1, .when = health_settled},
        {.sent = 1, .when = health_settled, .answered = true, .told = true},
        {.sent = 0, .when = health_settled, .answered = true, .told = true},
        {.sent = 1, .when = health_settled, .answered = true, .other = true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct health h = {0};
        struct flow_report r = {0}, again = {0};
        struct packet data = {.tcp_flags = TCP_ACK, .window = 1, .payload = bytes_of_text("x")};
        for (unsigned n = 0; n < cases[i].sent; n++)
            health_packet(&h, 0, &data);
        if (cases[i].again)
            health_data(&h, 0, 1, 1, false);
        if (cases[i].answered)
            health_answered(&h);
        if (cases[i].when)
            cases[i].when(&h);
        if (cases[i].other)
            health_packet(&h, 1, &(struct packet){.tcp_flags = TCP_ACK, .window = 1});
        health_report(&h, 0, &r);
        health_report(&h, 0, &again);
        assert_int_equal(r.one_way, cases[i].told);
        assert_int_equal(again.one_way, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_follow_the_client),
        cmocka_unit_test(halves_of_the_handshake),
        cmocka_unit_test(closed_windows),
        cmocka_unit_test(closed_for_how_long),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(one_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
