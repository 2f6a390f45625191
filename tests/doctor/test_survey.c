/* test_survey.c - what frames add to the facts. */
#include "doctor/survey.h"

#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

#include "tests/capture/hex.h"
#include "tests/check.h"

#define OURS "02000000000a "
#define OTHER "02000000000b "
#define ANOTHER "02000000000c "
#define IPV4(length, protocol) "4500 " length " 1234 4000 40 " protocol " 0000 0a000001 0a000002 "
#define TCP "9c40 0050 01020304 05060708 5018 2000 0000 0000 "
#define TCP_ABC IPV4("002b", "06") TCP "616263"
#define ERSPAN IPV4("005d", "2f") "1000 88be 00000001 10050007 00000000 "
#define MS UINT64_C(1000000)

static struct facts *facts;
static struct survey *survey;
static struct daemon_options options;

static int set_up(void **state)
{
    (void)state;
    facts = calloc(1, sizeof *facts);
    facts->port_len = 2;
    facts->port[0].state = (struct interface){.mtu = 1500, .mac = {2, 0, 0, 0, 0, 10}};
    survey = survey_new(facts, &options, NULL);
    return survey ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    survey_free(survey);
    free(facts);
    return 0;
}

static struct frame frame_of(const char *hex)
{
    static uint8_t bytes[256];
    uint32_t len = (uint32_t)hex_read(hex, bytes, sizeof bytes);
    return (struct frame){.time_ns = 1000 * MS,
                          .captured = len,
                          .length = len,
                          .data = bytes,
                          .link_type = DLT_EN10MB};
}

static void take(const char *hex)
{
    struct frame f = frame_of(hex);
    survey_frame(survey, &f);
}

/* Between others is what a mirror brings; or to us, in a tunnel. What we send never is. */
static void test_whose_frames(void **state)
{
    (void)state;
    take(OTHER ANOTHER "0800 " TCP_ABC);
    take(OURS OTHER "0800 " ERSPAN ANOTHER OTHER "0800 " TCP_ABC);
    take(OURS OTHER "0800 " TCP_ABC);
    take(OTHER OURS "0800 " ERSPAN ANOTHER OTHER "0800 " TCP_ABC);
    take("ffffffffffff " OTHER "0806");
    const struct port *port = &facts->port[0];
    assert_int_equal(port->frames, 5);
    assert_int_equal(port->foreign, 2);
    assert_int_equal(port->own, 2);
    assert_int_equal(port->to_many, 1);
}

/* An interface takes its MTU, and the tags of two VLANs on top; a file whatever Ethernet takes. */
static void test_joined_segments(void **state)
{
    static const struct {
        uint32_t length;
        uint16_t port;
        uint64_t joined;
    } cases[] = {{1514, 0, 0}, {1522, 0, 0}, {1523, 0, 1}, {9238, 1, 0}, {9239, 1, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f = frame_of(OTHER ANOTHER "0800 " TCP_ABC);
        struct port *port = &facts->port[cases[i].port];
        f.length = cases[i].length;
        f.interface = cases[i].port;
        port->joined = 0;
        survey_frame(survey, &f);
        assert_int_equal(port->joined, cases[i].joined);
        assert_int_equal(port->longest, cases[i].length);
    }
}

/* A step is counted once, however many frames come after it; a little disorder is none. */
static void test_clock(void **state)
{
    static const uint64_t times_ms[] = {5000, 5010, 4990, 5020, 3000, 3010, 3020, 2990, 3030};
    (void)state;
    for (size_t i = 0; i < sizeof times_ms / sizeof *times_ms; i++) {
        struct frame f = frame_of(OTHER ANOTHER "0800 " TCP_ABC);
        f.time_ns = times_ms[i] * MS;
        survey_frame(survey, &f);
    }
    assert_int_equal(facts->port[0].steps, 1);
    assert_int_equal(facts->port[0].step_ns, 2020 * MS);
    assert_int_equal(facts->port[1].steps, 0);
}

/* What the capture cut is longer on the wire; what came short is not. */
static void test_cuts(void **state)
{
    (void)state;
    struct frame f = frame_of(OTHER ANOTHER "0800 " TCP_ABC);
    f.captured -= 2;
    survey_frame(survey, &f);
    f.captured = 30; /* in the middle of the IP header */
    survey_frame(survey, &f);
    take(OTHER ANOTHER "0800 " IPV4("01f4", "06") TCP "616263");
    take(OTHER ANOTHER "0800 " IPV4("01f4", "06") TCP "616263");
    take(OTHER ANOTHER "0800 " ERSPAN ANOTHER OTHER "0800 " IPV4("01f4", "06") TCP "616263");
    survey_finish(survey);
    assert_int_equal(facts->cuts.by_snapshot, 2);
    assert_int_equal(facts->cuts.on_the_way, 3);
    assert_int_equal(facts->cuts.in_tunnel, 1);
    assert_int_equal(facts->cuts.length, 57);
    assert_int_equal(facts->cuts.at_length, 2);
}

/* The kinds that are not looked into, the most frequent first; not what every network has. */
static void test_unread(void **state)
{
    (void)state;
    take(OTHER ANOTHER "8847 00000100 4500");
    take(OTHER ANOTHER "8100 0014 0806");
    take(OTHER ANOTHER "0800 " IPV4("0014", "01"));
    take(OTHER ANOTHER "0800 " IPV4("0014", "32"));
    take(OTHER ANOTHER "0800 " IPV4("0014", "32"));
    survey_finish(survey);
    assert_int_equal(facts->unread_len, 2);
    assert_int_equal(facts->unread[0].what, UNREAD_IP);
    assert_int_equal(facts->unread[0].number, 50);
    assert_int_equal(facts->unread[0].frames, 2);
    assert_int_equal(facts->unread[1].number, 0x8847);
}

static void test_tunnels(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        take(OURS OTHER "0800 " ERSPAN ANOTHER OTHER "0800 " TCP_ABC);
    take(OURS OTHER "0800 4500 0044 1234 2000 40 2f 0000 0a000001 0a000002 1000 88be 00000001");
    /* Its other half has come, and this is what was in it. */
    struct packet rebuilt = {.protocol = 17, .tunnels = 1, .tunnel_id = 9};
    survey_packet(survey, &rebuilt);
    survey_finish(survey);
    assert_int_equal(facts->tunnel_len, 2);
    assert_string_equal(facts->tunnel[0].kind, "ERSPAN II");
    assert_int_equal(facts->tunnel[0].packets, 2);
    assert_int_equal(facts->tunnel[1].id, 9);
    assert_int_equal(facts->tunnel[1].packets, 1);
    assert_int_equal(facts->tunnel_fragments, 1);
}

/* The port with most of what looks like a tunnel is named. */
static void test_suspects(void **state)
{
#define VXLAN(port, vni)                                                                           \
    OTHER ANOTHER "0800 " IPV4(                                                                    \
        "0059", "11") "9c40 " port " 0045 0000 08000000 " vni "00 " OTHER ANOTHER                  \
                      "0800 " IPV4("0028",                                                         \
                                   "06") "9c40 0050 01020304 05060708 5018 2000 0000 0000 000000"
    (void)state;
    take(VXLAN("1111", "000001"));
    for (int i = 0; i < 3; i++)
        take(VXLAN("2222", "00002a"));
    survey_finish(survey);
    assert_string_equal(facts->suspected.kind, "VXLAN");
    assert_int_equal(facts->suspected.port, 0x2222);
    assert_int_equal(facts->suspected.id, 42);
    assert_int_equal(facts->suspected.packets, 3);
}

/* Kinds, tunnels and ports past what there is room for are passed over. */
static void test_room(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        struct frame f = frame_of(OTHER ANOTHER "aa00 0000");
        uint8_t bytes[32];
        memcpy(bytes, f.data, f.captured);
        bytes[13] = (uint8_t)i;
        f.data = bytes;
        survey_frame(survey, &f);
    }
    survey_finish(survey);
    assert_int_equal(facts->unread_len, UNREAD_MAX);
    assert_int_equal(facts->port[0].frames, 300);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whose_frames), TEST(test_joined_segments), TEST(test_clock),    TEST(test_cuts),
        TEST(test_unread),       TEST(test_tunnels),         TEST(test_suspects), TEST(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
