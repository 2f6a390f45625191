/* test_udp.c - specifies decode/udp.c: flows of datagrams. */
#include "talk.h"

/* Datagrams go to decoders of datagrams, one by one; a flow that nobody knows is udp. */
static void datagrams(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    t.protocol = IPPROTO_UDP;
    client(&t, 0, 0, 0, "query");
    server(&t, 0, 0, 0, "reply");
    told(&t, "datagram:>query<reply{capture ended}");
    assert_string_equal(t.sum.protocol, "datagram");
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.closed, 0);
    assert_int_equal(t.sum.notes, 0);

    begin(&t, NULL);
    t.protocol = IPPROTO_UDP;
    t.client_port = 53; /* an answer is what was captured first */
    client(&t, 0, 0, 0, "reply");
    for (int i = 0; i < 3; i++)
        server(&t, 0, 0, 0, "other");
    assert_string_equal(t.protocols, "udp ");
    server(&t, 0, 0, 0, "query");
    told(&t, "");
    assert_int_equal(t.sum.server_port, 53);
    assert_int_equal(t.sum.packets[TO_SERVER], 4);
}

/* Silence ends a flow of datagrams; the next one is another flow. */
static void silence_ends_it(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    t.protocol = IPPROTO_UDP;
    client(&t, 0, 0, 0, "query");
    pass(&t, 59000);
    assert_int_equal(engine_counters(t.engine)->flows, 1);
    pass(&t, 1000);
    assert_int_equal(engine_counters(t.engine)->flows, 0);
    server(&t, 0, 0, 0, "reply");
    told(&t, "datagram:>query{idle}");
    assert_int_equal(t.sum.opened, 2);
    assert_int_equal(t.sum.closed, 1);          /* the second is not silent yet */
    assert_int_equal(t.sum.server_port, 40000); /* nothing tells but who spoke first */
}

/* A datagram that was cut is told as far as it goes, and what is missing is said. */
static void cut_datagram(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    t.protocol = IPPROTO_UDP;
    t.cut = 7;
    client(&t, 0, 0, 0, "query");
    told(&t, "datagram:>query[7 cut]{capture ended}");
    assert_int_equal(t.sum.missing_bytes[TO_SERVER], 7);
}

/* TCP and UDP with the same ends are two flows. */
static void transports_do_not_mix(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    t.protocol = IPPROTO_UDP;
    client(&t, 0, 0, 0, "query");
    assert_int_equal(engine_counters(t.engine)->flows, 2);
    told(&t, "datagram:>query{capture ended}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagrams),
        cmocka_unit_test(silence_ends_it),
        cmocka_unit_test(cut_datagram),
        cmocka_unit_test(transports_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
