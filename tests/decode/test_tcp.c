/* test_tcp.c - specifies decode/tcp.c: handshakes, ends, resets, and what is a new flow. */
#include "talk.h"

/* A whole life: handshake, one question, one answer, both FINs. */
static void orderly_connection(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "");
    t.now_ns += 3 * MS;
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    t.now_ns += 2 * MS;
    client(&t, TCP_ACK, 101, 501, "");
    client_says(&t, 101, "ask");
    server(&t, TCP_ACK, 501, 104, "answer");
    client(&t, TCP_ACK | TCP_FIN, 104, 507, "");
    server(&t, TCP_ACK | TCP_FIN, 507, 105, "");
    client(&t, TCP_ACK, 105, 508, "");
    told(&t, "echo:>ask<answer>$<${orderly}");
    assert_string_equal(t.sum.protocol, "echo");
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.closed, 1);
    assert_int_equal(t.sum.failed + t.sum.reset_by_client + t.sum.reset_by_server, 0);
    assert_int_equal(t.sum.packets[TO_SERVER], 5);
    assert_int_equal(t.sum.packets[TO_CLIENT], 3);
    assert_int_equal(t.sum.bytes[TO_SERVER], 5 * 54 + 3);
    assert_int_equal(t.sum.bytes[TO_CLIENT], 3 * 54 + 6);
    assert_int_equal(t.sum.rtt_server_ns, 3 * MS);
    assert_int_equal(t.sum.rtt_client_ns, 2 * MS);
    assert_int_equal(t.sum.missing_bytes[0] + t.sum.missing_bytes[1], 0);
    assert_int_equal(t.sum.notes, 0);
    assert_int_equal(t.sum.client_port, 40000);
    assert_int_equal(t.sum.server_port, 9999);
}

/* A SYN that was sent twice is one connection; its round trip is that of the last SYN. */
static void repeated_syn_is_the_same_connection(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "");
    pass(&t, 1000);
    client(&t, TCP_SYN, 100, 0, "");
    t.now_ns += 4 * MS;
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    client_says(&t, 101, "ask");
    client(&t, TCP_SYN, 100, 0, "");
    server_says(&t, 501, "answer");
    told(&t, "echo:>ask<answer{capture ended}");
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.rtt_server_ns, 4 * MS);
}

/* Half-close: one side has finished, the other goes on. */
static void half_close(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client(&t, TCP_ACK | TCP_FIN, 101, 501, "ask");
    server(&t, TCP_ACK, 501, 105, "ans");
    pass(&t, 60000);
    server(&t, TCP_ACK, 504, 105, "wer");
    server(&t, TCP_ACK | TCP_FIN, 507, 105, "");
    told(&t, "echo:>ask>$<ans<wer<${orderly}");
}

/* Half closed, and then nothing: the other FIN was not captured. */
static void half_closed_is_not_kept_for_long(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client(&t, TCP_ACK | TCP_FIN, 101, 501, "ask");
    pass(&t, 119000);
    assert_int_equal(engine_counters(t.engine)->flows, 1);
    pass(&t, 1000);
    assert_int_equal(engine_counters(t.engine)->flows, 0);
    told(&t, "echo:>ask>${idle}");
    assert_int_equal(t.sum.closed, 1);
}

/* Who resets is who is said to have reset; what was held is told first. */
static void reset_by_either_side(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 501, "ans");
    server_says(&t, 506, "er");
    server(&t, TCP_RST, 508, 0, "");
    client(&t, TCP_RST, 104, 0, "");
    told(&t, "echo:>ask<ans<[2]<er{reset by server}");
    assert_int_equal(t.sum.reset_by_server, 1);
    assert_int_equal(t.sum.reset_by_client, 0);
    assert_int_equal(t.sum.closed, 1);
    assert_int_equal(t.sum.missing_bytes[TO_CLIENT], 2);

    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    client(&t, TCP_RST | TCP_ACK, 104, 501, "");
    told(&t, "echo:>ask{reset by client}");
    assert_int_equal(t.sum.reset_by_client, 1);
    assert_int_equal(t.sum.reset_by_server, 0);
}

/* A mirror may show a reset before what was sent before it: for a little while that is waited for.
 * Whoever resets then, the first one has ended the connection, when it came. */
static void reset_may_be_early(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t); /* before its sender's own bytes */
    client_says(&t, 101, "ask");
    server(&t, TCP_RST | TCP_ACK, 504, 104, "");
    server_says(&t, 501, "ans");
    told(&t, "echo:>ask<ans{reset by server}");
    assert_int_equal(t.sum.reset_by_server, 1);
    assert_int_equal(t.sum.missing_bytes[TO_CLIENT], 0);

    begin(&t, NULL);
    handshake(&t); /* before the bytes that made it */
    server(&t, TCP_RST | TCP_ACK, 501, 104, "");
    client_says(&t, 101, "ask");
    client(&t, TCP_RST, 104, 0, "");
    told(&t, "echo:>ask{reset by server}");

    begin(&t, NULL);
    handshake(&t); /* too late */
    client_says(&t, 101, "ask");
    server(&t, TCP_RST, 504, 0, "");
    t.now_ns += 5 * MS;
    server_says(&t, 501, "ans");
    told(&t, "echo:>ask{reset by server}");

    begin(&t, NULL);
    handshake(&t); /* nothing comes any more, and nobody is left open */
    client_says(&t, 101, "ask");
    server(&t, TCP_RST, 504, 0, "");
    assert_int_equal(t.sum.closed, 0);
    pass(&t, 1000);
    assert_int_equal(t.sum.closed, 1);
    told(&t, "echo:>ask{reset by server}");

    begin(&t, NULL);
    handshake(&t); /* the same ends begin anew */
    client_says(&t, 101, "ask");
    server(&t, TCP_RST, 504, 0, "");
    client(&t, TCP_SYN, 90000, 0, "");
    told(&t, "echo:>ask{reset by server}");
}

/* A reset whose sequence number is far off is a blind shot (RFC 5961) and ends nothing. */
static void blind_reset_is_ignored(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    server(&t, TCP_RST, 0x80000000, 0, "");
    server_says(&t, 501, "answer");
    told(&t, "echo:>ask<answer{capture ended}");
    assert_int_equal(t.sum.reset_by_server, 0);
}

/* Refused: SYN, then RST. Never answered: SYN, then silence, or the client gives up. Answered and
 * then reset by the client (a port scan) is neither open nor failed. */
static void attempts_that_fail(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "");
    server(&t, TCP_RST | TCP_ACK, 0, 101, "");
    assert_int_equal(t.reports, 1);
    told(&t, "");
    assert_int_equal(t.sum.failed, 1);
    assert_int_equal(t.sum.refused, 1);
    assert_int_equal(t.sum.opened + t.sum.closed + t.sum.reset_by_server, 0);
    assert_string_equal(t.protocols, " ");

    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "");
    pass(&t, 9999);
    assert_int_equal(t.reports, 0);
    pass(&t, 1);
    assert_int_equal(t.reports, 1);
    told(&t, "");
    assert_int_equal(t.sum.failed, 1);
    assert_int_equal(t.sum.refused, 0);

    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "");
    client(&t, TCP_RST, 101, 0, "");
    told(&t, "");
    assert_int_equal(t.sum.failed, 1);
    assert_int_equal(t.sum.refused, 0);
    assert_int_equal(t.sum.reset_by_client, 0);

    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "");
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    client(&t, TCP_RST, 101, 0, "");
    told(&t, "");
    assert_int_equal(t.sum.failed + t.sum.opened + t.sum.closed, 0);
    assert_int_equal(t.sum.reset_by_client, 1);
}

/* A server that still has the old connection answers a SYN with numbers of that one (RFC 5961, 4):
 * no bytes are missing. */
static void challenge_of_a_syn(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "");
    server(&t, TCP_ACK, 70000, 800000000, "");
    client(&t, TCP_RST, 800000000, 0, "");
    client(&t, TCP_SYN, 100, 0, "");
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    client_says(&t, 101, "ask");
    told(&t, "echo:>ask{capture ended}");
    assert_int_equal(t.sum.missing_bytes[TO_SERVER], 0);
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.failed, 0);
}

/* A failed attempt said nothing, so it is of no protocol, whatever others spoke with that server.
 */
static void failure_is_of_no_protocol(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    t.client_port++;
    client(&t, TCP_SYN, 100, 0, "");
    server(&t, TCP_RST | TCP_ACK, 0, 101, "");
    assert_string_equal(t.last.protocol, "");
    assert_int_equal(t.last.failed, 1);
    told(&t, "echo:>ask{capture ended}");
}

/* The same ports with another initial sequence number are another connection, whatever became of
 * the old one. */
static void port_reuse_starts_a_new_flow(void **state)
{
    (void)state;
    static const struct {
        uint8_t end; /* how the old one ends; 0 = it does not */
        const char *story;
    } table[] = {
        {0, "echo:>ask{unseen}echo:>asked{capture ended}"},
        {TCP_RST, "echo:>ask{reset by server}echo:>asked{capture ended}"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct talk t;
        begin(&t, NULL);
        handshake(&t);
        client_says(&t, 101, "ask");
        if (table[i].end)
            server(&t, table[i].end, 501, 0, "");
        client(&t, TCP_SYN, 9000, 0, "");
        server(&t, TCP_SYN | TCP_ACK, 77, 9001, "");
        client(&t, TCP_ACK, 9001, 78, "asked");
        told(&t, table[i].story);
        assert_int_equal(t.sum.opened, 2);
        assert_int_equal(t.sum.closed, 1); /* the old one */
    }
}

/* After the end late packets are absorbed, for two seconds. */
static void closed_flow_lingers(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    client(&t, TCP_ACK | TCP_FIN, 104, 501, "");
    server(&t, TCP_ACK | TCP_FIN, 501, 105, "");
    t.now_ns += 500 * MS;
    server(&t, TCP_ACK | TCP_FIN, 501, 105, "");
    client(&t, TCP_ACK, 105, 502, "");
    assert_int_equal(engine_counters(t.engine)->flows_opened, 1);
    pass(&t, 500);
    assert_int_equal(engine_counters(t.engine)->flows, 1);
    pass(&t, 1500);
    assert_int_equal(engine_counters(t.engine)->flows, 0);
    client(&t, TCP_ACK | TCP_FIN, 104, 501, "");
    server(&t, TCP_RST, 502, 0, "");
    assert_int_equal(engine_counters(t.engine)->flows, 0);
    told(&t, "echo:>ask>$<${orderly}");
    assert_int_equal(t.sum.packets[TO_SERVER], 5);
    assert_int_equal(t.sum.packets[TO_CLIENT], 3);
    assert_int_equal(t.sum.closed, 1);
}

/* One direction of the handshake captured is enough to know who is client. */
static void one_sided_handshakes(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    t.server_port = 50000; /* by port, the other would be the server */
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    server(&t, TCP_ACK, 501, 104, "answer");
    pass(&t, 100);
    told(&t, "echo:<answer{capture ended}");
    assert_int_equal(t.sum.server_port, 50000);
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.missing_bytes[TO_SERVER], 3);
    assert_int_equal(t.sum.notes, 0);

    begin(&t, NULL);
    t.server_port = 50000;
    client(&t, TCP_SYN, 100, 0, "");
    client(&t, TCP_ACK, 101, 501, "");
    client(&t, TCP_ACK, 101, 501, "ask");
    client(&t, TCP_ACK, 104, 507, "asked");
    pass(&t, 100);
    told(&t, "echo:>ask<[6 unseen]>asked{capture ended}");
    assert_int_equal(t.sum.server_port, 50000);
    assert_int_equal(t.sum.missing_bytes[TO_CLIENT], 6);
}

/* A mirror may show a SYN after what follows it. */
static void handshake_out_of_order(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    t.server_port = 50000;
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    client(&t, TCP_SYN, 100, 0, "");
    client(&t, TCP_ACK, 101, 501, "ask");
    assert_int_equal(engine_counters(t.engine)->flows_opened, 1);
    told(&t, "echo:>ask{capture ended}");
    assert_int_equal(t.sum.opened, 1);

    begin(&t, NULL);
    t.server_port = 50000;
    client(&t, TCP_ACK, 101, 501, "bytes");
    client(&t, TCP_SYN, 100, 0, "");
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    assert_int_equal(engine_counters(t.engine)->flows_opened, 1);
    told(&t, "");
    assert_int_equal(t.sum.server_port, 50000);
    assert_int_equal(t.sum.notes, 0);
}

/* Data in the SYN is data (RFC 7413), but opens nothing by itself. */
static void data_in_the_syn(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    client(&t, TCP_SYN, 100, 0, "ask");
    assert_int_equal(t.sum.opened, 0);
    server(&t, TCP_SYN | TCP_ACK, 500, 104, "");
    server(&t, TCP_ACK, 501, 104, "answer");
    told(&t, "echo:>ask<answer{capture ended}");
    assert_int_equal(t.sum.opened, 1);
}

/* Retransmissions, closed windows and cut packets are counted by direction. */
static void health_is_counted(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    client_says(&t, 101, "ask");
    client_says(&t, 103, "k"); /* a keep-alive probe */
    t.window = 0;
    server(&t, TCP_ACK, 501, 104, "");
    server(&t, TCP_ACK, 501, 104, "");
    t.window = 100;
    server(&t, TCP_ACK, 501, 104, "");
    t.window = 0;
    server(&t, TCP_ACK, 501, 104, "");
    t.window = 100;
    t.cut = 12;
    server(&t, TCP_ACK, 501, 104, "ans");
    server(&t, TCP_ACK, 516, 104, "wer");
    told(&t, "echo:>ask>R<ans<[12 cut]<wer{capture ended}");
    assert_int_equal(t.sum.retransmits[TO_SERVER], 1);
    assert_int_equal(t.sum.retransmits[TO_CLIENT], 0);
    assert_int_equal(t.sum.zero_windows[TO_SERVER], 2);
    assert_int_equal(t.sum.zero_windows[TO_CLIENT], 0);
    assert_int_equal(t.sum.missing_bytes[TO_CLIENT], 12);
    assert_int_equal(t.sum.truncated[TO_CLIENT], 1);
    assert_int_equal(t.sum.truncated[TO_SERVER], 0);
    assert_int_equal(t.sum.notes, NOTE_TRUNCATED);
}

/* A mirror that shows answers before their requests, by up to 5 ms: they are told after them, and a
 * handshake has no negative halves. */
static void answers_may_overtake(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    t.now_ns += 2 * MS;
    server(&t, TCP_SYN | TCP_ACK, 500, 101, "");
    t.now_ns -= MS;
    client(&t, TCP_SYN, 100, 0, "");
    client(&t, TCP_ACK, 101, 501, "");
    server(&t, TCP_ACK, 501, 104, "answer");
    t.now_ns += MS;
    server(&t, TCP_ACK | TCP_FIN, 507, 104, "s");
    assert_string_equal(story, "");
    client(&t, TCP_ACK, 101, 501, "ask");
    client(&t, TCP_ACK | TCP_FIN, 104, 509, "");
    server(&t, TCP_ACK, 509, 105, "");
    told(&t, "echo:>ask<answer<s<$>${orderly}");
    assert_int_equal(t.sum.rtt_server_ns + t.sum.rtt_client_ns, 0);
    assert_int_equal(t.sum.missing_bytes[TO_SERVER] + t.sum.missing_bytes[TO_CLIENT], 0);
    assert_int_equal(t.sum.out_of_order[TO_CLIENT], 0);

    begin(&t, NULL); /* joined, and the first thing seen is an answer to what comes next */
    server(&t, TCP_ACK, 9001, 7003, "answer");
    client(&t, TCP_ACK, 7000, 9001, "ask");
    told(&t, "echo:>ask<answer{capture ended}");

    begin(&t, NULL); /* joined, and a question has overtaken the first answer */
    client(&t, TCP_ACK, 7000, 9001, "ask");
    client(&t, TCP_ACK, 7003, 9007, "asked");
    assert_string_equal(story, "echo:>ask");
    server(&t, TCP_ACK, 9001, 7003, "answer");
    told(&t, "echo:>ask<answer>asked{capture ended}");

    begin(&t, NULL); /* one that waits is told at a tick */
    handshake(&t);
    client_says(&t, 101, "ask");
    server(&t, TCP_ACK, 501, 107, "answer");
    pass(&t, 5);
    told(&t, "echo:>ask<answer>[3]{capture ended}");
}

/* A FIN that was lost is no byte that is missing, and the end all the same. */
static void lost_fin_is_no_byte(void **state)
{
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        struct talk t;
        begin(&t, NULL);
        handshake(&t);
        client_says(&t, 101, "ask");
        server(&t, TCP_ACK, 501, 104, "answer");
        if (lost != 0)
            client(&t, TCP_ACK | TCP_FIN, 104, 507, "");
        if (lost != 1)
            server(&t, TCP_ACK | TCP_FIN, 507, 105, "");
        client(&t, TCP_ACK, 105, 508, "");
        server(&t, TCP_ACK, 508, 105, "");
        pass(&t, 120000);
        told(&t, lost ? "echo:>ask<answer>$<${idle}" : "echo:>ask<answer<$>${idle}");
        assert_int_equal(t.sum.missing_bytes[TO_SERVER] + t.sum.missing_bytes[TO_CLIENT], 0);
    }
}

/* A hole on the wire is waited for at ticks too, when no packet comes any more. */
static void holes_are_given_up_at_ticks(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 504, "wer");
    pass(&t, 4999);
    assert_string_equal(story, "echo:>ask");
    pass(&t, 1);
    assert_string_equal(story, "echo:>ask<[3]<wer");
    assert_int_equal(t.sum.missing_bytes[TO_CLIENT], 3);
    told(&t, "echo:>ask<[3]<wer{capture ended}");
}

/* The acknowledgment that gives up the last hole ends the flow, once, whatever comes with it. */
static void acknowledgment_may_end_it(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    client(&t, TCP_FIN | TCP_ACK, 104, 501, "");
    server(&t, TCP_FIN | TCP_ACK, 504, 105, "wer");
    client(&t, TCP_FIN | TCP_ACK, 101, 508, "ask");
    told(&t, "echo:>ask>$<[3]<wer<${orderly}");
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.closed, 1);
}

/* Ports that were reused unseen: after eight segments from another world, it is a new flow. */
static void strays_that_persist_are_a_new_flow(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    for (uint32_t i = 0; i < 8; i++)
        client(&t, TCP_ACK, 0x90000000 + 3 * i, 7777, "ask");
    told(&t, "echo:>ask{unseen}echo:>ask{capture ended}");
    assert_int_equal(t.sum.opened, 2);
    assert_int_equal(t.sum.notes, NOTE_MIDSTREAM | NOTE_INFERRED_DIRECTION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orderly_connection),
        cmocka_unit_test(repeated_syn_is_the_same_connection),
        cmocka_unit_test(half_close),
        cmocka_unit_test(half_closed_is_not_kept_for_long),
        cmocka_unit_test(reset_by_either_side),
        cmocka_unit_test(reset_may_be_early),
        cmocka_unit_test(blind_reset_is_ignored),
        cmocka_unit_test(attempts_that_fail),
        cmocka_unit_test(challenge_of_a_syn),
        cmocka_unit_test(failure_is_of_no_protocol),
        cmocka_unit_test(port_reuse_starts_a_new_flow),
        cmocka_unit_test(closed_flow_lingers),
        cmocka_unit_test(one_sided_handshakes),
        cmocka_unit_test(handshake_out_of_order),
        cmocka_unit_test(data_in_the_syn),
        cmocka_unit_test(health_is_counted),
        cmocka_unit_test(answers_may_overtake),
        cmocka_unit_test(lost_fin_is_no_byte),
        cmocka_unit_test(holes_are_given_up_at_ticks),
        cmocka_unit_test(acknowledgment_may_end_it),
        cmocka_unit_test(strays_that_persist_are_a_new_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
