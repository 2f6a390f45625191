/* test_engine.c - specifies decode/engine.c: time-outs in packet time, caps, and when reports are
 * made. */
#include "talk.h"

#include "decode/lifecycle.h"

/* Nothing is reported before the protocol is known; then at once, at each window's end in which
 * something changed, and at the end. */
static void reports_are_made_when_something_changed(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    pass(&t, 5000);
    assert_int_equal(t.reports, 0);
    client_says(&t, 101, "ask");
    assert_int_equal(t.reports, 1);
    assert_int_equal(t.last.packets[TO_SERVER], 3);
    assert_int_equal(t.last.packets[TO_CLIENT], 1);
    assert_int_equal(t.last.opened, 1);
    pass(&t, 5000);
    assert_int_equal(t.reports, 1);
    server_says(&t, 501, "answer");
    server_says(&t, 507, "answer");
    uint64_t latest_ns = t.now_ns;
    t.now_ns += 1000 * MS;
    engine_tick(t.engine, t.now_ns, t.number + 1, false);
    assert_int_equal(t.reports, 1);
    pass(&t, 4000);
    assert_int_equal(t.reports, 2);
    assert_int_equal(t.last.packets[TO_CLIENT], 2);
    assert_int_equal(t.last.packets[TO_SERVER], 0);
    assert_int_equal(t.last.opened, 0);
    assert_int_equal(t.last.end_ns, latest_ns);
    pass(&t, 5000);
    assert_int_equal(t.reports, 2);
    told(&t, "echo:>ask<answer<answer{capture ended}");
    assert_int_equal(t.reports, 3);
    assert_int_equal(t.last.closed, 0); /* it goes on, for all we know */
}

/* A copy is counted on its flow and nowhere else: it makes the flow no younger, its bytes are not
 * told again, and where there is no flow it makes none. */
static void copies_are_only_counted(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    struct packet copy = {.copy = true, .tcp_flags = TCP_ACK, .sequence = 101, .acknowledged = 501};
    copy.payload = bytes_of_text("ask");
    play(&t, true, copy);
    assert_int_equal(engine_counters(t.engine)->flows_opened, 0);
    handshake(&t);
    client_says(&t, 101, "ask");
    play(&t, true, copy);
    play(&t, true, copy);
    copy.payload = bytes_of_text("answer");
    copy.sequence = 501;
    server_says(&t, 501, "answer");
    uint64_t latest_ns = t.now_ns;
    t.now_ns += 1000 * MS;
    play(&t, false, copy);
    told(&t, "echo:>ask<answer{capture ended}");
    assert_int_equal(t.sum.duplicates[TO_SERVER], 2);
    assert_int_equal(t.sum.duplicates[TO_CLIENT], 1);
    assert_int_equal(t.sum.packets[TO_SERVER], 3);
    assert_int_equal(t.sum.packets[TO_CLIENT], 2);
    assert_int_equal(t.sum.retransmits[TO_SERVER], 0);
    assert_int_equal(t.last.end_ns, latest_ns);
}

/* A connection on which nothing was said is of no protocol; that is told at its end. */
static void silent_connection_is_of_no_protocol(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    pass(&t, 3599000);
    assert_int_equal(t.reports, 0);
    pass(&t, 1000);
    assert_int_equal(t.reports, 1);
    told(&t, "");
    assert_string_equal(t.protocols, " ");
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.closed, 1);
}

/* The time-outs are options, in seconds of packet time. */
static void time_outs_are_options(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){
                  .idle_timeout_s = 30, .handshake_timeout_s = 3, .udp_timeout_s = 5});
    handshake(&t);
    client_says(&t, 101, "ask");
    t.client_port++;
    client(&t, TCP_SYN, 100, 0, "");
    t.protocol = IPPROTO_UDP;
    client(&t, 0, 0, 0, "query");
    static const struct {
        uint64_t ms, flows;
    } table[] = {{2999, 3}, {1, 2}, {1999, 2}, {1, 1}, {24999, 1}, {1, 0}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        pass(&t, table[i].ms);
        assert_int_equal(engine_counters(t.engine)->flows, table[i].flows);
    }
    told(&t, "echo:>askdatagram:>query{idle}{idle}");
    assert_int_equal(t.sum.failed, 1);
}

/* Packets keep a flow alive. */
static void a_packet_makes_a_flow_young(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.idle_timeout_s = 10});
    handshake(&t);
    for (uint32_t i = 0; i < 5; i++) {
        pass(&t, 9000);
        client_says(&t, 101 + 3 * i, "ask");
    }
    assert_int_equal(engine_counters(t.engine)->flows_opened, 1);
    told(&t, "echo:>ask>ask>ask>ask>ask{capture ended}");
}

/* Connections are asked for overdue requests while they may have some, and then left alone. */
static void requests_time_out(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.request_timeout_s = 4});
    times = true;
    t.now_ns = 2000 * SECOND;
    pass(&t, 0);
    handshake(&t);
    client_says(&t, 101, "ask");
    for (unsigned i = 0; i < 20; i++)
        pass(&t, 1000);
    client_says(&t, 104, "ask");
    pass(&t, 1000);
    told(&t, "echo:@2000000>ask?2001000?2002000?2003000?2004000?2005000?2006000"
             "@2020000>ask?2021000{capture ended}");
}

/* At the cap of flows room is made: half open ones first, then the most silent. */
static void full_table_evicts(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.flows_max = 3});
    for (unsigned i = 0; i < 2; i++) { /* 40000 and 40001 are open */
        handshake(&t);
        client_says(&t, 101, "ask");
        t.now_ns += 2 * SECOND;
        t.client_port++;
    }
    for (unsigned i = 0; i < 5; i++) { /* a flood of SYNs */
        client(&t, TCP_SYN, 100, 0, "");
        t.client_port++;
    }
    assert_string_equal(story, "echo:>askecho:>ask");
    assert_int_equal(engine_counters(t.engine)->flows, 3);
    assert_int_equal(engine_counters(t.engine)->flows_evicted, 4);
    t.client_port = 40000;
    client_says(&t, 104, "again");
    t.client_port = 50000;
    handshake(&t);
    client_says(&t, 101, "ask");
    t.client_port = 50001;
    handshake(&t);
    assert_string_equal(story, "echo:>askecho:>ask>againecho:>ask{unseen}");
    assert_int_equal(t.last.client_port, 40001);
    told(&t, "echo:>askecho:>ask>againecho:>ask{unseen}{capture ended}{capture ended}");
}

/* A closed flow makes room before any that lives, and that is no loss. */
static void closed_flows_make_room(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.flows_max = 2});
    handshake(&t);
    client_says(&t, 101, "ask");
    t.client_port++;
    handshake(&t);
    client(&t, TCP_RST, 101, 0, "");
    t.client_port++;
    handshake(&t);
    assert_int_equal(engine_counters(t.engine)->flows_evicted, 0);
    told(&t, "echo:>ask{capture ended}");
}

/* At the cap of held bytes segments are dropped and become gaps; both are counted. */
static void held_bytes_are_capped(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.held_bytes_max = 100});
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 504, "a segment that is longer than what there is room for");
    assert_int_equal(engine_counters(t.engine)->segments_dropped, 1);
    client(&t, TCP_ACK, 104, 556, "");
    pass(&t, 20);
    assert_int_equal(engine_counters(t.engine)->gaps, 1);
    assert_int_equal(engine_counters(t.engine)->gap_bytes, 54); /* or a FIN */
    told(&t, "echo:>ask<[55]{capture ended}");
}

/* Packet time that jumps back neither ends flows nor keeps them for ever. */
static void time_may_jump_back(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.request_timeout_s = 16, .idle_timeout_s = 100});
    times = true;
    t.now_ns = 100000 * SECOND;
    pass(&t, 0);
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 504, "wer");
    t.client_port = 40001; /* this one is silent from now on */
    handshake(&t);
    t.now_ns = 50 * SECOND; /* ticks and packets go on from there */
    times = false;
    pass(&t, 0);
    t.client_port = 40000;
    client_says(&t, 104, "again");
    server_says(&t, 501, "ans");
    t.client_port = 40002;
    handshake(&t);
    pass(&t, 99000);
    assert_int_equal(engine_counters(t.engine)->flows, 3);
    pass(&t, 1000);
    assert_int_equal(engine_counters(t.engine)->flows, 0);
    told(&t, "echo:@100000000>ask>again<ans<wer{idle}");
    assert_int_equal(t.sum.rtt_server_ns, 0);
}

/* Handshake times over a jump back are not seen, rather than enormous. */
static void jump_back_in_a_handshake(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "");
    t.now_ns -= 5 * SECOND;
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    t.now_ns -= 5 * SECOND;
    client_says(&t, 101, "ask");
    told(&t, "echo:>ask{capture ended}");
    assert_int_equal(t.sum.rtt_server_ns + t.sum.rtt_client_ns, 0);
}

/* At the end of the capture flows end in the order in which they began, whatever their hashes; that
 * closes none of them. */
static void capture_ends_in_order(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    static const char *const asks[] = {"ask0", "ask1", "ask2", "ask3", "ask4", "ask5"};
    static const uint16_t order[] = {5, 2, 4, 0, 3, 1};
    for (size_t i = 0; i < 6; i++) {
        t.client_port = (uint16_t)(40000 + order[i]);
        handshake(&t);
    }
    for (size_t i = 0; i < 6; i++) {
        t.client_port = (uint16_t)(40000 + i);
        client_says(&t, 101, asks[i]);
    }
    t.reports = 0;
    story[0] = '\0';
    t.protocols[0] = '\0';
    t.sum = (struct flow_report){0};
    told(&t, "{capture ended}{capture ended}{capture ended}{capture ended}{capture ended}"
             "{capture ended}");
    assert_int_equal(t.last.client_port, 40001);
    assert_int_equal(t.sum.closed, 0);
}

/* An engine that is freed emits nothing, and leaves nothing. */
static void free_is_silent(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    server_says(&t, 501, "hello");
    t.client_port++;
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 510, "held");
    unsigned reports = t.reports;
    engine_free(t.engine);
    assert_int_equal(t.reports, reports);
    assert_int_equal(conns, 0);
    engine_free(NULL);
}

/* Two captures in one file, the stamps of which are hours apart: those that are behind the clock
 * time out, wait and expire by their own. */
static void stamps_may_lag_behind(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.request_timeout_s = 16, .idle_timeout_s = 100});
    times = true;
    t.now_ns = 20000 * SECOND;
    pass(&t, 0);
    t.now_ns = 10000 * SECOND;
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 504, "wer"); /* above a hole */
    t.now_ns = 20000 * SECOND;
    pass(&t, 2000);
    assert_string_equal(story, "echo:@10000000>ask?10002000");
    pass(&t, 3000);
    assert_string_equal(story, "echo:@10000000>ask?10002000<[3]@10000000<wer?10005000");
    times = false;
    pass(&t, 94000);
    assert_int_equal(engine_counters(t.engine)->flows, 1);
    pass(&t, 1000);
    assert_int_equal(engine_counters(t.engine)->flows, 0);
    told(&t, "echo:@10000000>ask?10002000<[3]@10000000<wer?10005000{idle}");
}

/* So many connections are left as they are; of more, those that went on longest ago rest. */
static void many_connections_rest(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    rests = true;
    for (uint16_t i = 0; i < AWAKE_MAX + 3; i++) {
        t.client_port = (uint16_t)(20000 + i);
        handshake(&t);
        client_says(&t, 101, "ask");
        server_says(&t, 501, "answer");
    }
    assert_int_equal(conns, AWAKE_MAX);
    t.client_port = 20000 + AWAKE_MAX; /* has not rested */
    client_says(&t, 104, "ask");
    assert_int_equal(conns, AWAKE_MAX);
    t.client_port = 20000; /* has */
    story[0] = '\0';
    client_says(&t, 104, "ask");
    assert_string_equal(story, "!>ask~");
    assert_int_equal(conns, AWAKE_MAX);
    engine_free(t.engine);
    assert_int_equal(conns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_made_when_something_changed),
        cmocka_unit_test(copies_are_only_counted),
        cmocka_unit_test(silent_connection_is_of_no_protocol),
        cmocka_unit_test(time_outs_are_options),
        cmocka_unit_test(a_packet_makes_a_flow_young),
        cmocka_unit_test(requests_time_out),
        cmocka_unit_test(full_table_evicts),
        cmocka_unit_test(closed_flows_make_room),
        cmocka_unit_test(held_bytes_are_capped),
        cmocka_unit_test(time_may_jump_back),
        cmocka_unit_test(jump_back_in_a_handshake),
        cmocka_unit_test(capture_ends_in_order),
        cmocka_unit_test(free_is_silent),
        cmocka_unit_test(stamps_may_lag_behind),
        cmocka_unit_test(many_connections_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
