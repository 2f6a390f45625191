/* test_other_ip.c - specifies decode/other_ip.c: flows of what is neither TCP nor UDP. */
#include "talk.h"

#include "decode/other_ip.h"

static struct address address(const char *text)
{
    struct address a;
    if (!address_from_text(text, &a))
        fail_msg("%s is no address", text);
    return a;
}

static void sends(struct talk *t, uint8_t protocol, const char *from, const char *to,
                  struct bytes payload)
{
    struct packet p = {.time_ns = t->now_ns,
                       .number = ++t->number,
                       .source = address(from),
                       .destination = address(to),
                       .protocol = protocol,
                       .payload = payload,
                       .wire_bytes = 34 + (uint32_t)payload.len};
    engine_packet(t->engine, &p);
}

#define INIT(text) (const uint8_t *)(text), sizeof(text) - 1
#define BYTES(text) bytes_of(text, sizeof(text) - 1)

/* Each row: the first packet seen between 10.0.0.1 and 10.0.0.2, or fe80::1 and ff02::1; who is the
 * server, and what it is called. Who sends first asks, unless the type says that it answers. */
static void who_asks_whom(void **state)
{
    (void)state;
    static const struct {
        uint8_t protocol;
        const char *from, *to;
        struct bytes payload;
        const char *name, *server;
    } table[] = {
        {IPPROTO_ICMP, "10.0.0.1", "10.0.0.2", {INIT("\x08\0")}, "icmp", "10.0.0.2"},
        {IPPROTO_ICMP, "10.0.0.2", "10.0.0.1", {INIT("\0\0")}, "icmp", "10.0.0.2"},
        {IPPROTO_ICMP, "10.0.0.2", "10.0.0.1", {INIT("\x03\x01")}, "icmp", "10.0.0.1"},
        {IPPROTO_ICMP, "10.0.0.1", "10.0.0.2", {INIT("")}, "icmp", "10.0.0.2"},
        {IPPROTO_ICMPV6, "fe80::2", "fe80::1", {INIT("\x81\0")}, "icmpv6", "fe80::2"},
        {IPPROTO_ICMPV6, "fe80::2", "fe80::1", {INIT("\x88\0")}, "icmpv6", "fe80::2"},
        {IPPROTO_ICMPV6, "fe80::2", "ff02::1", {INIT("\x88\0")}, "icmpv6", "ff02::1"},
        {IPPROTO_IGMP, "10.0.0.1", "224.0.0.22", {INIT("\x22\0")}, "igmp", "224.0.0.22"},
        {89, "10.0.0.9", "224.0.0.5", {INIT("x")}, "ospf", "224.0.0.5"},
        {112, "10.0.0.9", "255.255.255.255", {INIT("x")}, "vrrp", "255.255.255.255"},
        {IPPROTO_ESP, "10.0.0.2", "10.0.0.1", {INIT("x")}, "esp", "10.0.0.1"},
        {IPPROTO_GRE, "10.0.0.1", "10.0.0.2", {INIT("x")}, "gre", "10.0.0.2"},
        {IPPROTO_SCTP, "10.0.0.1", "10.0.0.2", {INIT("\x0b")}, "sctp", "10.0.0.2"},
        {253, "10.0.0.1", "10.0.0.2", {INIT("x")}, "ip-253", "10.0.0.2"},
        {0, "10.0.0.1", "10.0.0.2", {INIT("x")}, "ip-0", "10.0.0.2"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct talk t;
        begin(&t, NULL);
        sends(&t, table[i].protocol, table[i].from, table[i].to, table[i].payload);
        told(&t, "");
        struct address server = address(table[i].server);
        assert_string_equal(t.sum.protocol, table[i].name);
        assert_true(address_equal(&t.sum.server_address, &server));
        assert_int_equal(t.sum.server_port, 0);
        assert_int_equal(t.sum.opened, 1);
        assert_int_equal(t.sum.notes, 0);
        assert_int_equal(t.sum.packets[TO_SERVER] + t.sum.packets[TO_CLIENT], 1);
    }
}

/* Both ways are one flow, which ends when it is silent for a minute. */
static void counted_both_ways(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    for (int i = 0; i < 3; i++) {
        sends(&t, IPPROTO_ICMP, "10.0.0.1", "10.0.0.2", BYTES("\x08\0......"));
        if (i)
            sends(&t, IPPROTO_ICMP, "10.0.0.2", "10.0.0.1", BYTES("\0\0......"));
        pass(&t, 1000);
    }
    sends(&t, IPPROTO_ESP, "10.0.0.1", "10.0.0.2", BYTES("..."));
    assert_int_equal(engine_counters(t.engine)->flows, 2);
    pass(&t, 59000);
    assert_int_equal(engine_counters(t.engine)->flows, 1);
    assert_string_equal(t.protocols, "icmp icmp icmp icmp esp ");
    pass(&t, 1000);
    assert_int_equal(engine_counters(t.engine)->flows, 0);
    told(&t, "");
    assert_int_equal(t.sum.packets[TO_SERVER], 4);
    assert_int_equal(t.sum.packets[TO_CLIENT], 2);
    assert_int_equal(t.sum.bytes[TO_SERVER], 4 * 34 + 3 * 8 + 3);
    assert_int_equal(t.sum.bytes[TO_CLIENT], 2 * 34 + 2 * 8);
    assert_int_equal(t.sum.opened, 2);
    assert_int_equal(t.sum.closed, 2);
    assert_int_equal(t.sum.one_way, 0);
}

/* SCTP has ports, where TCP has them; the lower end is found in both directions. */
static void ports_of_sctp(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    sends(&t, IPPROTO_SCTP, "10.0.0.1", "10.0.0.2",
          BYTES("\x9c\x40\x0b\x59....")); /* 40000, 2905 */
    sends(&t, IPPROTO_SCTP, "10.0.0.2", "10.0.0.1", BYTES("\x0b\x59\x9c\x40...."));
    sends(&t, IPPROTO_SCTP, "10.0.0.2", "10.0.0.1", BYTES("\x0b\x59\x9c\x41...."));
    assert_int_equal(engine_counters(t.engine)->flows, 2);
    told(&t, "");
    assert_int_equal(t.sum.packets[TO_SERVER], 2); /* who spoke first in the second is its client */
    assert_int_equal(t.sum.opened, 2);
}

/* A sweep over many addresses does not grow without bound. */
static void sweeps_are_capped(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.flows_max = 10});
    for (int i = 0; i < 1000; i++) {
        char to[32];
        snprintf(to, sizeof to, "10.1.%d.%d", i / 250, i % 250);
        sends(&t, IPPROTO_ICMP, "10.0.0.1", to, BYTES("\x08\0"));
        assert_true(engine_counters(t.engine)->flows <= 10);
    }
    assert_int_equal(engine_counters(t.engine)->flows_evicted, 990);
    told(&t, "");
    assert_int_equal(t.sum.packets[TO_SERVER], 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_asks_whom),
        cmocka_unit_test(counted_both_ways),
        cmocka_unit_test(ports_of_sctp),
        cmocka_unit_test(sweeps_are_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
