/* test_report.c - a diagnosis as a person and as a program reads it. */
#include "doctor/report.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/doctor/healthy.h"

static struct finding findings[FINDINGS_MAX];
static char text[65536];

typedef bool writer(FILE *out, const struct facts *facts);

static bool plain(FILE *out, const struct facts *facts)
{
    return report_text(out, facts, findings, findings_make(facts, findings), false);
}

static bool coloured(FILE *out, const struct facts *facts)
{
    return report_text(out, facts, findings, findings_make(facts, findings), true);
}

static bool json(FILE *out, const struct facts *facts)
{
    return report_json(out, facts, findings, findings_make(facts, findings));
}

static const char *write_with(writer *write, const struct facts *facts)
{
    memset(text, 0, sizeof text);
    FILE *out = fmemopen(text, sizeof text - 1, "w");
    assert_true(write(out, facts));
    fclose(out);
    return text;
}

static void test_a_bad_mirror(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    change(facts, "lack_answers=50 own=600 foreign=9400");
    assert_string_equal(
        write_with(plain, facts),
        "eth1: bad (1 serious finding, 1 note)\n"
        "What is drawn from it would be wrong, or nothing at all.\n"
        "\n"
        "SERIOUS  Answers do not reach us: of 50 TCP connections 50 (100 %) show only\n"
        "         what the clients send.\n"
        "         For example 10.0.0.1:40000 > 10.0.0.2:80 (VLAN 20), 12 packets, none\n"
        "         back.\n"
        "      -> Mirror both directions of the source (both, not rx or tx only). Where\n"
        "         each direction has a port of its own, as at most taps, watch the two\n"
        "         together: -i A -i B. Where the way back is another link or router,\n"
        "         mirror that too.\n"
        "\n"
        "NOTE     6.0 % of the frames are this machine's own: it uses the mirror port\n"
        "         itself.\n"
        "      -> Give management another interface, or leave it out: -f 'not host\n"
        "         ADDRESS'.\n"
        "\n"
        "Seen in 10.0 s\n"
        "  frames         10000, 1.0k/s, 4.00 Mbit/s; 99 % of them TCP and UDP\n"
        "  connections    60 of TCP: 0 began before, 0 encrypted; both sides seen of 0 of\n"
        "                 50 that can be judged\n"
        "  interface      MTU 1500, longest frame 1514 bytes\n");
}

static void test_a_good_mirror(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    facts->traffic = (struct traffic){.edges = 3, .servers = 2, .requests = 70, .protocol_len = 2};
    facts->traffic.protocol[0] = (struct protocol_seen){.name = "http", .bytes = 750};
    facts->traffic.protocol[1] = (struct protocol_seen){.name = "tcp", .bytes = 250};
    facts->census.network_len = 2;
    facts->census.network[0] = (struct network_seen){.vlan = 20};
    facts->census.network[1] = (struct network_seen){.vlan = 30, .tunnel_id = 7};
    change(facts, "gro_hw=1 joined=0 speed_mbit=10000");
    const char *out = write_with(plain, facts);
    assert_non_null(strstr(out, "eth1: good (1 note)\nNothing stands in the way.\n"));
    assert_non_null(
        strstr(out, "  graph          requests 70; by address, without names: edges 3,"));
    assert_non_null(strstr(out, "  protocols      http 75 %, tcp 25 %\n"));
    assert_non_null(strstr(out, "  networks       VLAN 20, VLAN 30 in tunnel 7\n"));
    assert_non_null(strstr(out,
                           "  interface      MTU 1500, 10000 Mbit/s, longest frame 1514 bytes, "
                           "GRO by the\n                 card on\n"));
}

/* However long the text, no line is longer than a terminal, and every byte is plain. */
static void test_fits_a_terminal(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    change(facts,
           "lack_answers=20 lack_requests=20 foreign=9000 own=900 kernel_drops=500 no_room=9 "
           "dropped=500 damaged=5 joined=9 gro=1 steps=1 promiscuous=0 missing=999999 "
           "mirror_lost=5 copies=4950 copies_same=4950 tunnels=1 suspected=9 unread=1 "
           "unread_frames=2000 encrypted=60 by_snapshot=500 on_the_way=600 malformed=50 "
           "fragments=2000 unfinished=5 tunnel_fragments=5 split=4 uncertain=900 clock_set=3");
    size_t column = 0;
    for (const char *c = write_with(plain, facts); *c; c++) {
        assert_true((*c >= ' ' && *c <= '~') || *c == '\n');
        column = *c == '\n' ? 0 : column + 1;
        assert_true(column <= 80);
    }
}

/* With several sources each finding says which it is about. */
static void test_several_sources(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    facts->port_len = 2;
    facts->port[1] = facts->port[0];
    strcpy(facts->port[1].name, "eth2");
    facts->port[1].state.up = false;
    const char *out = write_with(plain, facts);
    assert_non_null(strstr(out, "eth1 and eth2: bad (1 serious finding)\n"));
    assert_non_null(strstr(out, "SERIOUS  eth2: The interface is down"));
    assert_non_null(strstr(out, "  interface      eth2: MTU 1500"));
}

static void test_colours(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    change(facts, "lack_answers=50");
    assert_non_null(strstr(write_with(coloured, facts), "\033[1;31mbad\033[0m"));
    assert_null(strchr(write_with(plain, facts), '\033'));
}

/* What could not be opened was not looked at: there is no table. */
static void test_nothing_to_look_at(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    strcpy(facts->port[0].refused, "eth1: not permitted; run as root");
    assert_null(strstr(write_with(plain, facts), "Seen in"));
}

static void test_json(void **state)
{
    static const char *const parts[] = {
        "{\"verdict\":\"bad\",\"seconds\":10,\"findings\":[{\"id\":\"answers-missing\",",
        "\"severity\":\"serious\",\"share\":1,\"what\":\"Answers do not",
        "\"sources\":[{\"name\":\"a\\\\x1b\\\"b\",\"frames\":10000,",
        "\"capture\":{\"frames\":10000,",
        "\"connections\":{\"seen\":60,",
        "\"networks\":[{\"vlan\":20,\"tunnel_id\":0,\"judged\":50,",
        "\"lacking_requests\":0,\"lacking_answers\":50}]}",
        "\"tunnels\":[]",
        "\"traffic\":{\"edges\":0,",
    };
    struct facts *facts = healthy();
    (void)state;
    change(facts, "lack_answers=50");
    strcpy(facts->port[0].name, "a\\x1b\"b"); /* as base/text.h leaves it */
    facts->census.network_len = 1;
    facts->census.network[0] = (struct network_seen){20, 0, 50, {0, 50}};
    const char *out = write_with(json, facts);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(out, parts[i]))
            fail_msg("no %s in\n%s", parts[i], out);
    assert_string_equal(strchr(out, '\n'), "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bad_mirror),
        cmocka_unit_test(test_a_good_mirror),
        cmocka_unit_test(test_fits_a_terminal),
        cmocka_unit_test(test_several_sources),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_nothing_to_look_at),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
