/* test_findings.c - what is measured, and what is to be concluded from it. */
#include "doctor/findings.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/doctor/healthy.h"

/* "serious down, note tunnels" */
static void write_list(const struct finding *finding, size_t len, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < len; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s %s", i ? ", " : "",
                                 gravity_name(finding[i].gravity), finding[i].id);
}

static const struct finding *find(const struct finding *finding, size_t len, const char *id)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(finding[i].id, id) == 0)
            return &finding[i];
    fail_msg("there is no finding '%s'", id);
    return NULL;
}

static struct finding findings[FINDINGS_MAX];

static const struct {
    const char *claim, *changes, *found;
} cases[] = {
    {"nothing is wrong", "", ""},

    {"what is down brings nothing, and that is all to be said",
     "up=0 promiscuous=0 port_frames=0 foreign=0 to_many=0 frames=0 counted=0", "serious down"},
    {"nobody is at the other end", "carrier=0 port_frames=0 foreign=0 to_many=0 frames=0 counted=0",
     "serious no-link"},
    {"some drivers do not tell of a carrier", "carrier=0", ""},
    {"nothing arrives", "port_frames=0 foreign=0 to_many=0 frames=0 counted=0", "serious silent"},
    {"an empty file", "live=0 port_live=0 port_frames=0 foreign=0 to_many=0 frames=0",
     "serious silent"},
    {"only broadcast", "foreign=0 to_many=10000", "serious not-mirrored"},
    {"only our own", "foreign=0 to_many=50 own=9950", "serious not-mirrored"},
    {"a switch floods a few frames to every port", "foreign=19 to_many=9981",
     "serious not-mirrored"},
    {"few, but a good share of what there is", "foreign=19 to_many=50 port_frames=69 frames=69",
     ""},
    {"a file does not tell of flooding", "live=0 port_live=0 foreign=19 to_many=9981", ""},
    {"loopback is no mirror", "loopback=1 foreign=0 own=10000 promiscuous=0", "note loopback"},
    {"we use the mirror port ourselves", "own=600 foreign=9400", "note own-traffic"},
    {"a little of our own is no matter", "own=400 foreign=9600", ""},
    {"as asked for", "not_promiscuous=1", "warning not-promiscuous"},
    {"the driver refused", "promiscuous=0", "warning not-promiscuous"},
    {"'any' is never promiscuous", "any=1 exists=0 up=0 carrier=0 promiscuous=0",
     "warning not-promiscuous"},

    {"no answers", "lack_answers=50", "serious answers-missing"},
    {"no requests", "lack_requests=50", "serious requests-missing"},
    {"a fifth is serious", "lack_answers=10", "serious answers-missing"},
    {"less is not", "lack_answers=9", "warning answers-missing"},
    {"one of fifty is a warning yet", "lack_answers=1", "warning answers-missing"},
    {"one of five hundred is not", "judged=500 lack_answers=1", "note answers-missing"},
    {"the directions take different ways", "lack_answers=12 lack_requests=11", "serious one-way"},
    {"one of three may be an accident", "seen=3 judged=3 lack_answers=1",
     "warning answers-missing"},
    {"but one of one is all there is", "seen=1 judged=1 lack_answers=1",
     "serious answers-missing, note little-to-judge"},
    {"too little to judge", "seen=9 judged=2", "note little-to-judge"},
    {"nothing to judge", "seen=9 judged=0", "warning little-to-judge"},
    {"two VLANs, one a direction", "split=3", "note split-vlans"},

    {"we were too slow", "kernel_drops=1", "warning kernel-drops"},
    {"far too slow", "kernel_drops=102", "serious kernel-drops"},
    {"the card was", "no_room=1", "warning card-drops"},
    {"the card was by far", "no_room=102", "serious card-drops"},
    {"drivers drop a frame now and then", "dropped=9", ""},
    {"but not that many", "dropped=11", "note driver-drops"},
    {"and that is much", "dropped=500", "warning driver-drops"},
    {"a bad cable", "damaged=1", "warning damaged-frames"},
    {"a byte or two is nothing", "missing=300", ""},
    {"a little is missing", "missing=3000", "note missing"},
    {"something is missing", "missing=5000", "warning missing"},
    {"much is missing", "missing=200000", "serious missing"},
    {"much of one connection may be its own fault", "payload=900 missing=99999 missing_of=2",
     "warning missing"},
    {"of several it is not", "payload=900 missing=99999 missing_of=3", "serious missing"},
    {"what this machine lost is told once", "missing=200000 no_room=300",
     "serious card-drops, note missing"},
    {"but few drops do not explain much loss", "missing=900000 no_room=300",
     "serious card-drops, serious missing"},
    {"what the mirror lost is missing", "missing=200000 mirror_lost=400 mirror_seen=9600",
     "serious mirror-lost, note missing"},
    {"what cannot be read is missing too", "missing=200000 malformed=300",
     "warning malformed, note missing"},
    {"the mirror counts", "mirror_lost=1 mirror_seen=9999", "warning mirror-lost"},
    {"and misses much", "mirror_lost=400 mirror_seen=9600", "serious mirror-lost"},

    {"joined here", "joined=100 gro=1 longest=9000", "warning joined"},
    {"joined elsewhere", "joined=100 longest=9000", "note joined"},
    {"could be joined", "lro=1", "note joining-on"},
    {"joined in a file", "live=0 port_live=0 joined=100 longest=65000", "note joined"},
    {"time goes back", "steps=1 step_ns=2000000000", "warning time-goes-back"},
    {"the clock was set", "clock_set=1", "warning clock-set"},
    {"a few were cut", "by_snapshot=50", "note cut-by-snapshot"},
    {"many were", "by_snapshot=5000 cut_length=512 at_length=5000", "warning cut-by-snapshot"},
    {"so that only headers are left", "by_snapshot=5000 cut_length=96 at_length=5000",
     "serious cut-by-snapshot"},
    {"not even they", "headers_cut=100 by_snapshot=100 cut_length=48 at_length=100",
     "serious cut-by-snapshot"},
    {"the switch slices", "on_the_way=5000 cut_length=256 at_length=5000",
     "warning cut-on-the-way"},
    {"the tunnel is too narrow", "on_the_way=5000 in_tunnel=5000 cut_length=1486 at_length=2000",
     "warning cut-on-the-way"},
    {"pieces of a tunnel", "tunnel_fragments=1", "warning tunnel-fragments"},
    {"fragments, all of them found", "fragments=200 rebuilt=100", "note fragments"},
    {"fragments, some of them not", "fragments=200 rebuilt=80 unfinished=20", "warning fragments"},
    {"few fragments", "fragments=20 rebuilt=10", ""},
    {"nonsense", "malformed=10", "warning malformed"},
    {"hardly any nonsense", "malformed=9", ""},
    {"nothing but nonsense", "malformed=9000", "serious malformed"},

    {"a few copies", "all_packets=9900 copies=90 copies_same=90", ""},
    {"some copies", "all_packets=9900 copies=990 copies_same=990", "note copies"},
    {"everything twice", "all_packets=9900 copies=4950 copies_routed=4950", "warning copies"},
    {"who knows", "uncertain=100", "note uncertain-copies"},
    {"tunnels", "tunnels=1 tunnelled=900", "note tunnels"},
    {"a tunnel where none is expected", "suspected=3", "warning tunnel-port"},
    {"twice may be chance", "suspected=2", ""},
    {"all there is", "suspected=9000", "serious tunnel-port"},
    {"what cannot be read", "unread=1 unread_frames=100", "note not-looked-into"},
    {"much cannot be read", "unread=1 unread_frames=2000", "warning not-looked-into"},
    {"nothing can be read", "unread=1 unread_frames=8000", "serious not-looked-into"},
    {"most of it is TLS", "encrypted=30", "note encrypted"},
    {"less than half is", "encrypted=29", ""},

    {"the most serious comes first, else what is nearer to the cable",
     "tunnels=1 own=600 foreign=9400 lack_answers=50 damaged=3 kernel_drops=500",
     "serious kernel-drops, serious answers-missing, warning damaged-frames, note own-traffic, "
     "note tunnels"},
};

static void test_what_is_concluded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        struct facts *facts = healthy();
        change(facts, cases[i].changes);
        size_t len = findings_make(facts, findings);
        write_list(findings, len, text, sizeof text);
        if (strcmp(text, cases[i].found) != 0)
            fail_msg("%s (%s):\n  found '%s'\n  not   '%s'", cases[i].claim, cases[i].changes, text,
                     cases[i].found);
        for (size_t j = 0; j < len; j++)
            if (!findings[j].what[0] || (findings[j].gravity == SERIOUS && !findings[j].remedy[0]))
                fail_msg("%s: says nothing, or not what to do", findings[j].id);
    }
}

/* The figure, the place and the remedy are in the text. */
static void test_what_is_said(void **state)
{
    static const struct {
        const char *changes, *id, *says;
    } said[] = {
        {"lack_answers=50", "answers-missing", "of 50 TCP connections 50 (100 %) show only"},
        {"lack_answers=50", "answers-missing",
         "For example 10.0.0.1:40000 > 10.0.0.2:80 (VLAN 20)"},
        {"lack_answers=50", "answers-missing", "both directions"},
        {"lack_answers=12 lack_requests=11", "one-way", "12 lack the answers, 11 the requests"},
        {"lack_answers=12 lack_requests=11", "one-way", "port channel"},
        {"foreign=0 to_many=9000 own=1000", "not-mirrored",
         "Of 10000 frames 9000 went to many, 1000 came from or went to this machine"},
        {"port_frames=0 foreign=0 to_many=0 counted=12", "silent", "the interface counted 12"},
        {"port_frames=0 foreign=0 to_many=0 counted=12", "silent", "XDP"},
        {"port_frames=0 foreign=0 to_many=0 counted=12 filtered=1", "silent", "without -f"},
        {"no_room=500 ring=256 ring_max=4096", "card-drops", "ethtool -G eth1 rx 4096 (now 256)"},
        {"no_room=500 ring=4096 ring_max=4096", "card-drops", "Spread its queues"},
        {"missing=1000000", "missing", "20 % of what TCP carried"},
        {"missing=1000000 all_kernel_drops=1500", "missing", "drops on this machine first"},
        {"missing=1000000 malformed=1500", "missing", "frames that cannot be read first"},
        {"missing=1000000 speed_mbit=1000 port_bytes=1125000000", "missing",
         "eth1 carries 900 of its 1000 Mbit/s"},
        {"joined=100 gro=1 lro=1 longest=9000", "joined", "sudo ethtool -K eth1 gro off lro off"},
        {"joined=100 gro_hw=1 longest=9000", "joined", "rx-gro-hw off"},
        {"by_snapshot=5000 cut_length=96 at_length=5000", "cut-by-snapshot",
         "100 % of them to 96 bytes"},
        {"on_the_way=5000 in_tunnel=5000", "cut-on-the-way", "Raise the MTU"},
        {"all_packets=9900 copies=4950 copies_routed=4950", "copies", "before and after a router"},
        {"all_packets=9900 copies=4950 copies_same=4950", "copies", "only what enters"},
        {"tunnels=1 tunnelled=900", "tunnels", "ERSPAN II 7: 900 packets."},
        {"suspected=99", "tunnel-port", "--vxlan-port 4444"},
        {"unread=1 unread_frames=2000 unread_number=34887", "not-looked-into",
         "EtherType 0x8847 (MPLS)"},
        {"steps=1 step_ns=2500000000", "time-goes-back", "up to 2.5 s"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct facts *facts = healthy();
        change(facts, said[i].changes);
        const struct finding *f = find(findings, findings_make(facts, findings), said[i].id);
        if (!strstr(f->what, said[i].says) && !strstr(f->example, said[i].says) &&
            !strstr(f->remedy, said[i].says))
            fail_msg("%s does not say '%s':\n%s\n%s\n%s", f->id, said[i].says, f->what, f->example,
                     f->remedy);
    }
}

/* Where one VLAN is bad and another good, the one that is bad is named. */
static void test_tells_networks_apart(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    change(facts, "judged=62 lack_answers=12");
    facts->census.network_len = 3;
    facts->census.network[0] = (struct network_seen){20, 0, 12, {0, 12}};
    facts->census.network[1] = (struct network_seen){0, 0, 40, {0, 0}};
    facts->census.network[2] = (struct network_seen){30, 5, 10, {0, 0}};
    const struct finding *f = find(findings, findings_make(facts, findings), "answers-missing");
    assert_non_null(strstr(f->example, "VLAN 20: 12 of 12. No VLAN: 0 of 40. VLAN 30 in tunnel 5: "
                                       "0 of 10."));
}

/* Sentences of capture/ become findings: what is wrong before the semicolon, what to do behind it.
 */
static void test_sources_that_cannot_be_opened(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    change(facts, "port_frames=0 foreign=0 to_many=0 frames=0 promiscuous=0");
    snprintf(facts->port[0].refused, WHY_MAX, "eth1: not permitted to capture; run as root");
    size_t len = findings_make(facts, findings);
    assert_int_equal(len, 1);
    assert_string_equal(findings[0].id, "cannot-open");
    assert_string_equal(findings[0].what, "It cannot be captured: not permitted to capture.");
    assert_string_equal(findings[0].remedy, "run as root");
    change(facts, "exists=0 up=0 carrier=0");
    findings_make(facts, findings);
    assert_string_equal(findings[0].id, "no-such-interface");
}

static void test_an_interface_that_goes_away(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    snprintf(facts->port[0].ended, WHY_MAX, "eth1: the interface was deleted");
    assert_int_equal(findings_make(facts, findings), 1);
    assert_string_equal(findings[0].id, "went-away");
    assert_string_equal(findings[0].port, "eth1");
}

static void test_a_damaged_file(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    change(facts, "live=0 port_live=0");
    snprintf(facts->damage, WHY_MAX, "x.pcap: ends in the middle of a frame");
    assert_int_equal(findings_make(facts, findings), 1);
    assert_string_equal(findings[0].id, "file-damaged");
}

/* However much is wrong everywhere, there is room for it, and the worst is told first. */
static void test_room(void **state)
{
    struct facts *facts = healthy();
    (void)state;
    change(facts,
           "own=9000 foreign=900 kernel_drops=500 no_room=500 dropped=500 damaged=5 joined=9 "
           "gro=1 steps=1 promiscuous=0 lack_answers=50");
    facts->port_len = SOURCES_MAX;
    for (size_t i = 1; i < SOURCES_MAX; i++)
        facts->port[i] = facts->port[0];
    size_t len = findings_make(facts, findings);
    assert_int_equal(len, 8 * SOURCES_MAX + 1);
    assert_int_equal(findings_worst(findings, len), SERIOUS);
    assert_int_equal(findings_worst(findings, 0), GRAVITIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_concluded),
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test(test_tells_networks_apart),
        cmocka_unit_test(test_sources_that_cannot_be_opened),
        cmocka_unit_test(test_an_interface_that_goes_away),
        cmocka_unit_test(test_a_damaged_file),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
