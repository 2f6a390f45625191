/* test_frame.c - frames of every link type, whole, cut and contradictory. */
#include "capture/frame.h"

#include <netinet/in.h>
#include <pcap/dlt.h>
#include <stdio.h>

#include "tests/capture/frames.h"
#include "tests/capture/hex.h"
#include "tests/check.h"

enum { FRAME_MAX = 1024, STORY_MAX = 256 };

/* What headers are made of. The payload of all of them is "abc", that of IP is 23 bytes of TCP or
 * 11 of UDP. */
#define MACS "02000000000b 02000000000a "
#define IPV4(length, protocol) "4500 " length " 1234 4000 40 " protocol " 0000 0a000001 0a000002 "
#define HOSTS_V6 "20010db8000000000000000000000001 20010db8000000000000000000000002 "
#define IPV6(length, next) "60000000 " length " " next " 40 " HOSTS_V6
#define TCP "9c40 0050 01020304 05060708 5018 2000 0000 0000 "
#define UDP "9c40 0035 000b 0000 "
#define ABC "616263"
#define ETHERNET_TCP MACS "0800 " IPV4("002b", "06") TCP ABC

#define TCP_V4 "tcp 10.0.0.1:40000 10.0.0.2:80 18 16909060 84281096 8192 [abc]"
#define TCP_V6 "tcp 2001:db8::1:40000 2001:db8::2:80 18 16909060 84281096 8192 [abc]"
#define UDP_V4 "udp 10.0.0.1:40000 10.0.0.2:53 0 0 0 0 [abc]"
#define UDP_V6 "udp 2001:db8::1:40000 2001:db8::2:53 0 0 0 0 [abc]"

static const struct frame_options automatic;

struct sample {
    const char *claim;
    int link_type;
    const char *hex, *story;
};

static void write_story(const struct frame *f, char *text)
{
    static const char *const verdicts[] = {"packet",   "not ip",      "other ip",
                                           "fragment", "headers cut", "malformed"};
    struct packet p;
    char source[ADDRESS_TEXT_MAX], destination[ADDRESS_TEXT_MAX];
    enum frame_verdict verdict = frame_parse(f, &automatic, &p);
    snprintf(text, STORY_MAX, "%s", verdicts[verdict]);
    if (verdict != FRAME_PACKET)
        return;
    address_to_text(&p.source, source, sizeof source);
    address_to_text(&p.destination, destination, sizeof destination);
    int len = snprintf(text, STORY_MAX, "%s %s:%u %s:%u %x %u %u %u [%.*s]",
                       p.protocol == IPPROTO_TCP ? "tcp" : "udp", source, p.source_port,
                       destination, p.destination_port, p.tcp_flags, p.sequence, p.acknowledged,
                       p.window, (int)p.payload.len, (const char *)p.payload.at);
    if (p.cut)
        snprintf(text + len, STORY_MAX - (size_t)len, " cut %u", p.cut);
    assert_int_equal(p.time_ns, f->time_ns);
    assert_int_equal(p.interface, f->interface);
    assert_int_equal(p.wire_bytes, f->length);
    assert_int_equal(p.tenant, 0);
}

/* A snapshot may end anywhere: the packet is the same with less payload, or its ports are missing.
 * It is never taken for malformed. */
static void reads_every_snapshot(const struct sample *s, const uint8_t *bytes, size_t length)
{
    struct packet whole, part;
    struct frame f = frame_of(s->link_type, bytes, length, length);
    if (frame_parse(&f, &automatic, &whole) != FRAME_PACKET)
        return;
    bool had_ports = false;
    for (size_t captured = 0; captured < length; captured++) {
        f = frame_of(s->link_type, bytes, captured, length);
        enum frame_verdict verdict = frame_parse(&f, &automatic, &part);
        assert_true(verdict == FRAME_PACKET || (verdict == FRAME_HEADERS_CUT && !had_ports));
        if (verdict != FRAME_PACKET)
            continue;
        had_ports = true;
        assert_int_equal(part.payload.len + part.cut, whole.payload.len + whole.cut);
        assert_int_equal(part.source_port, whole.source_port);
        assert_memory_equal(part.payload.at, bytes + (part.payload.at - f.data), part.payload.len);
    }
    assert_true(had_ports || !whole.payload.len);
}

static void reads(const struct sample *samples, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const struct sample *s = &samples[i];
        uint8_t bytes[FRAME_MAX];
        char story[STORY_MAX];
        size_t length = hex_read(s->hex, bytes, sizeof bytes);
        struct frame f = frame_of(s->link_type, bytes, length, length);
        write_story(&f, story);
        if (strcmp(story, s->story) != 0)
            fail_msg("%s\nexpected: %s\ngot:      %s", s->claim, s->story, story);
        reads_every_snapshot(s, bytes, length);
    }
}

#define READS(...)                                                                                 \
    do {                                                                                           \
        static const struct sample samples[] = {__VA_ARGS__};                                      \
        reads(samples, sizeof samples / sizeof *samples);                                          \
    } while (0)

static void test_link_types(void **state)
{
    (void)state;
    READS({"Ethernet", DLT_EN10MB, ETHERNET_TCP, TCP_V4},
          {"Ethernet, UDP", DLT_EN10MB, MACS "0800 " IPV4("001f", "11") UDP ABC, UDP_V4},
          {"Ethernet, IPv6", DLT_EN10MB, MACS "86dd " IPV6("0017", "06") TCP ABC, TCP_V6},
          {"Ethernet, IPv6, UDP", DLT_EN10MB, MACS "86dd " IPV6("000b", "11") UDP ABC, UDP_V6},
          {"raw IP is told apart by its version", DLT_RAW, IPV4("002b", "06") TCP ABC, TCP_V4},
          {"raw IP, IPv6", DLT_RAW, IPV6("0017", "06") TCP ABC, TCP_V6},
          {"raw IP of no version", DLT_RAW, "5500 002b", "malformed"},
          {"IPv4 only", DLT_IPV4, IPV4("002b", "06") TCP ABC, TCP_V4},
          {"IPv6 only", DLT_IPV6, IPV6("0017", "06") TCP ABC, TCP_V6},
          {"IPv4 only, with IPv6 in it", DLT_IPV4, IPV6("0017", "06") TCP ABC, "malformed"},
          {"IPv6 only, with IPv4 in it", DLT_IPV6, IPV4("0030", "06") TCP ABC "00000000",
           "malformed"},
          {"Linux cooked", DLT_LINUX_SLL,
           "0000 0001 0006 02000000000a0000 0800 " IPV4("002b", "06") TCP ABC, TCP_V4},
          {"Linux cooked v2", DLT_LINUX_SLL2,
           "86dd 0000 00000002 0001 00 06 02000000000a0000 " IPV6("0017", "06") TCP ABC, TCP_V6},
          {"an unknown link type", DLT_IEEE802_11, ETHERNET_TCP, "not ip"});
}

/* DLT_NULL has the family in the order of the machine that captured, which may not be ours. */
static void test_families(void **state)
{
    (void)state;
    READS({"null, little-endian", DLT_NULL, "02000000 " IPV4("002b", "06") TCP ABC, TCP_V4},
          {"null, big-endian", DLT_NULL, "00000002 " IPV4("002b", "06") TCP ABC, TCP_V4},
          {"loop", DLT_LOOP, "00000002 " IPV4("002b", "06") TCP ABC, TCP_V4},
          {"loop, the wrong way round", DLT_LOOP, "02000000 " IPV4("002b", "06") TCP ABC, TCP_V4},
          {"null, macOS", DLT_NULL, "1e000000 " IPV6("0017", "06") TCP ABC, TCP_V6},
          {"null, FreeBSD", DLT_NULL, "1c000000 " IPV6("0017", "06") TCP ABC, TCP_V6},
          {"null, Linux", DLT_NULL, "0a000000 " IPV6("0017", "06") TCP ABC, TCP_V6},
          {"loop, OpenBSD", DLT_LOOP, "00000018 " IPV6("0017", "06") TCP ABC, TCP_V6},
          {"AppleTalk", DLT_NULL, "10000000 00000000", "not ip"});
}

static void test_vlan_tags(void **state)
{
    (void)state;
    READS({"a tag", DLT_EN10MB, MACS "8100 0064 0800 " IPV4("002b", "06") TCP ABC, TCP_V4},
          {"a service tag outside", DLT_EN10MB,
           MACS "88a8 0001 8100 0064 86dd " IPV6("0017", "06") TCP ABC, TCP_V6},
          {"the old tag types", DLT_EN10MB,
           MACS "9300 0004 9100 0001 9200 0002 8100 0003 0800 " IPV4("002b", "06") TCP ABC, TCP_V4},
          {"a tag in a cooked frame", DLT_LINUX_SLL,
           "0000 0001 0006 02000000000a0000 8100 0064 0800 " IPV4("002b", "06") TCP ABC, TCP_V4},
          {"eight tags, the limit", DLT_EN10MB,
           MACS "8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 "
                "0800 " IPV4("002b", "06") TCP ABC,
           TCP_V4},
          {"nine tags", DLT_EN10MB,
           MACS "8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 "
                "8100 0001 0800 " IPV4("002b", "06") TCP ABC,
           "not ip"},
          {"a frame that ends in a tag", DLT_EN10MB, MACS "8100 00", "malformed"});
}

static void test_no_ip_and_no_transport(void **state)
{
    (void)state;
    READS({"ARP", DLT_EN10MB, MACS "0806 0001 0800 0604 0001", "not ip"},
          {"IEEE 802.3 with a length", DLT_EN10MB, MACS "0026 424203000000", "not ip"},
          {"ICMP", DLT_EN10MB, MACS "0800 " IPV4("001c", "01") "0800 0000 00010001", "other ip"},
          {"ICMPv6", DLT_EN10MB, MACS "86dd " IPV6("0008", "3a") "8000 0000 00010001", "other ip"},
          {"IPv6 with no next header", DLT_EN10MB, MACS "86dd " IPV6("0000", "3b"), "other ip"},
          {"ESP", DLT_EN10MB, MACS "86dd " IPV6("0008", "32") "00000001 00000001", "other ip"},
          {"nothing at all", DLT_EN10MB, "", "malformed"},
          {"raw nothing", DLT_RAW, "", "malformed"});
}

static void test_ipv4_options_and_tcp_options(void **state)
{
    (void)state;
    READS({"IP options", DLT_RAW,
           "4600 002f 1234 4000 40 06 0000 0a000001 0a000002 94040000 " TCP ABC, TCP_V4},
          {"TCP options", DLT_RAW,
           IPV4("0037", "06") "9c40 0050 01020304 05060708 8018 2000 0000 0000 "
                              "0101080a 00000001 00000002 " ABC,
           TCP_V4},
          {"no payload", DLT_RAW,
           IPV4("0028", "06") "9c40 0050 01020304 00000000 5002 ffff 0000 0000",
           "tcp 10.0.0.1:40000 10.0.0.2:80 2 16909060 0 65535 []"},
          {"an IP header of less than 20 bytes", DLT_RAW,
           "4400 002b 1234 4000 40 06 0000 0a000001 0a000002 " TCP ABC, "malformed"},
          {"a TCP header of less than 20 bytes", DLT_RAW,
           IPV4("002b", "06") "9c40 0050 01020304 05060708 4018 2000 0000 0000 " ABC, "malformed"},
          {"TCP options past the end of the packet", DLT_RAW,
           IPV4("002b", "06") "9c40 0050 01020304 05060708 6018 2000 0000 0000 " ABC "00",
           "malformed"},
          {"no room for a TCP header", DLT_RAW, IPV4("0027", "06") TCP ABC, "malformed"},
          {"a total length within the header", DLT_RAW, IPV4("0013", "06") TCP ABC, "malformed"},
          {"IPv6 behind IPv4's EtherType", DLT_EN10MB, MACS "0800 " IPV6("0017", "06") TCP ABC,
           "malformed"},
          {"IPv4 behind IPv6's EtherType", DLT_EN10MB, MACS "86dd " IPV4("002b", "06") TCP ABC,
           "malformed"});
}

static void test_ipv6_extension_headers(void **state)
{
    (void)state;
    READS(
        {"hop-by-hop options", DLT_IPV6, IPV6("001f", "00") "06 00 0104 00000000 " TCP ABC, TCP_V6},
        {"a routing header of 24 bytes", DLT_IPV6,
         IPV6("002f", "2b") "06 02 0400 00000000 20010db8000000000000000000000003 " TCP ABC,
         TCP_V6},
        {"destination options", DLT_IPV6, IPV6("0013", "3c") "11 00 0104 00000000 " UDP ABC,
         UDP_V6},
        {"an authentication header of 24 bytes, in words of 4", DLT_IPV6,
         IPV6("002f", "33") "06 04 0000 00000001 00000001 000000000000000000000000 " TCP ABC,
         TCP_V6},
        {"all of them", DLT_IPV6,
         IPV6("0043", "00") "3c 00 0104 00000000 2b 00 0104 00000000 33 00 0400 00000000 "
                            "2c 01 0000 00000001 00000001 06 00 0000 00000001 " TCP ABC,
         TCP_V6},
        {"ten, the limit", DLT_IPV6,
         IPV6("005b", "3c") "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000 "
                            "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000 "
                            "3c00010400000000 1100010400000000 " UDP ABC,
         UDP_V6},
        {"eleven", DLT_IPV6,
         IPV6("0063", "3c") "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000 "
                            "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000 "
                            "3c00010400000000 3c00010400000000 1100010400000000 " UDP ABC,
         "other ip"},
        {"a header longer than the packet", DLT_IPV6,
         IPV6("001f", "00") "06 ff 0104 00000000 " TCP ABC, "malformed"},
        {"a header that the packet has no room for", DLT_IPV6, IPV6("0004", "00") "06 00 0104",
         "malformed"});
}

static void test_fragments(void **state)
{
    (void)state;
    READS(
        {"the first", DLT_RAW, "4500 002b 1234 2000 40 06 0000 0a000001 0a000002 " TCP ABC,
         "fragment"},
        {"the last", DLT_RAW, "4500 002b 1234 0003 40 06 0000 0a000001 0a000002 " TCP ABC,
         "fragment"},
        {"of ICMP", DLT_RAW, "4500 001c 1234 2000 40 01 0000 0a000001 0a000002 0800000000010001",
         "fragment"},
        {"the first, IPv6", DLT_IPV6, IPV6("001f", "2c") "06 00 0001 00000001 " TCP ABC,
         "fragment"},
        {"the last, IPv6", DLT_IPV6, IPV6("001f", "2c") "06 00 0008 00000001 " TCP ABC, "fragment"},
        {"an atomic one is a whole packet", DLT_IPV6,
         IPV6("001f", "2c") "06 00 0000 00000001 " TCP ABC, TCP_V6},
        {"its reserved bits say nothing", DLT_IPV6,
         IPV6("001f", "2c") "06 ff 0006 00000001 " TCP ABC, TCP_V6});
}

static void test_lengths(void **state)
{
    (void)state;
    READS(
        {"padding is no payload", DLT_EN10MB, ETHERNET_TCP "00 0000", TCP_V4},
        {"nor of a frame without any", DLT_EN10MB,
         MACS "0800 " IPV4("0028", "06") TCP "0000 0000 0000",
         "tcp 10.0.0.1:40000 10.0.0.2:80 18 16909060 84281096 8192 []"},
        {"padding behind IPv6", DLT_EN10MB, MACS "86dd " IPV6("0017", "06") TCP ABC "0000", TCP_V6},
        {"an IPv4 total length of 0: the rest of the frame", DLT_EN10MB,
         MACS "0800 " IPV4("0000", "06") TCP ABC, TCP_V4},
        {"an IPv6 payload length of 0 likewise", DLT_EN10MB,
         MACS "86dd " IPV6("0000", "06") TCP ABC, TCP_V6},
        {"with the jumbo payload option", DLT_EN10MB,
         MACS "86dd " IPV6("0000", "00") "06 00 c204 00010017 " TCP ABC, TCP_V6},
        {"a UDP length of 0 in a jumbogram", DLT_IPV6,
         IPV6("0000", "11") "9c40 0035 0000 0000 " ABC, UDP_V6},
        {"a UDP length of 0 elsewhere", DLT_RAW, IPV4("001f", "11") "9c40 0035 0000 0000 " ABC,
         "malformed"},
        {"a datagram shorter than its IP packet", DLT_RAW, IPV4("0021", "11") UDP ABC "0102",
         UDP_V4},
        {"a datagram longer than its IP packet", DLT_RAW,
         IPV4("001f", "11") "9c40 0035 000c 0000 " ABC "00", "malformed"},
        {"a UDP length within the header", DLT_RAW, IPV4("001f", "11") "9c40 0035 0007 0000 " ABC,
         "malformed"},
        {"an empty datagram", DLT_RAW, IPV4("001c", "11") "9c40 0035 0008 0000",
         "udp 10.0.0.1:40000 10.0.0.2:53 0 0 0 0 []"},
        {"a switch sliced the packet: it is longer than the frame", DLT_RAW,
         IPV4("0400", "06") TCP ABC,
         "tcp 10.0.0.1:40000 10.0.0.2:80 18 16909060 84281096 8192 [abc] cut 981"},
        {"a slice without ports", DLT_RAW, IPV4("0400", "06") "9c40", "headers cut"});
}

/* A snapshot of 64 bytes often ends in the TCP options; all that is counted was read by then. */
static void test_cut_tcp_options_cost_nothing(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_MAX];
    char story[STORY_MAX];
    size_t length = hex_read(IPV4("0037", "06") "9c40 0050 01020304 05060708 8018 2000 0000 0000 "
                                                "0101080a 00000001 00000002 " ABC,
                             bytes, sizeof bytes);
    struct frame f = frame_of(DLT_RAW, bytes, 36, length);
    write_story(&f, story);
    assert_string_equal(story, "tcp 10.0.0.1:40000 10.0.0.2:80 18 16909060 84281096 8192 [] cut 3");
    f = frame_of(DLT_RAW, bytes, 35, length);
    write_story(&f, story);
    assert_string_equal(story, "headers cut");
}

/* Whatever one byte of a frame becomes, and wherever the frame ends, payload stays within it. */
static void test_any_byte_may_be_anything(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"", DLT_EN10MB, MACS "8100 0064 0800 " IPV4("001f", "11") UDP ABC, ""},
        {"", DLT_NULL, "1e000000 " IPV6("001f", "2b") "06 00 0104 00000000 " TCP ABC, ""},
        {"", DLT_LINUX_SLL, "0000 0001 0006 02000000000a0000 86dd " IPV6("000b", "11") UDP ABC, ""},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        uint8_t bytes[FRAME_MAX];
        size_t length = hex_read(samples[i].hex, bytes, sizeof bytes);
        for (size_t at = 0; at < length; at++)
            for (unsigned flip = 1; flip < 256; flip += 2) {
                bytes[at] ^= (uint8_t)flip;
                size_t captured = flip % 8 == 1 ? length : (at * 131 + flip) % length;
                struct frame f = frame_of(samples[i].link_type, bytes, captured, captured);
                struct packet p;
                if (frame_parse(&f, &automatic, &p) == FRAME_PACKET)
                    assert_true(p.payload.at >= f.data &&
                                p.payload.at + p.payload.len <= f.data + captured);
                bytes[at] ^= (uint8_t)flip;
            }
    }
}

static void test_counts_what_came_in_tunnels_and_what_was_joined(void **state)
{
    (void)state;
    static const uint8_t none[1];
    static const struct {
        uint32_t length; /* of the frame */
        size_t ip;       /* length of the IP packet */
        uint32_t cut;
        uint8_t protocol, tunnels;
        uint64_t tunnelled, oversized;
    } cases[] = {
        {1514, 1500, 0, IPPROTO_TCP, 0, 0, 0},   {1564, 1500, 0, IPPROTO_TCP, 1, 1, 0},
        {9230, 9216, 0, IPPROTO_TCP, 0, 0, 0},   {9231, 9217, 0, IPPROTO_TCP, 0, 0, 1},
        {9231, 217, 9000, IPPROTO_TCP, 0, 0, 1}, {9231, 9217, 0, IPPROTO_UDP, 0, 0, 0},
        {9300, 9200, 0, IPPROTO_UDP, 2, 1, 1},   {128, 114, 9110, IPPROTO_TCP, 0, 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct capture_counters c = {0};
        struct frame f = {.length = cases[i].length};
        struct packet p = {.ip = bytes_of(none, cases[i].ip),
                           .cut = cases[i].cut,
                           .protocol = cases[i].protocol,
                           .tunnels = cases[i].tunnels};
        frame_count(&c, &f, FRAME_PACKET, &p);
        if (c.tunnelled != cases[i].tunnelled || c.oversized != cases[i].oversized)
            fail_msg("case %zu: tunnelled %lu, oversized %lu", i, (unsigned long)c.tunnelled,
                     (unsigned long)c.oversized);
    }
}

static void test_counts_each_frame_once(void **state)
{
    (void)state;
    struct capture_counters c = {0};
    struct frame f = {.captured = 60, .length = 100};
    struct packet whole = {0}, cut = {.cut = 40};
    frame_count(&c, &f, FRAME_PACKET, &whole);
    frame_count(&c, &f, FRAME_PACKET, &cut);
    for (int verdict = FRAME_NOT_IP; verdict <= FRAME_MALFORMED; verdict++)
        frame_count(&c, &f, (enum frame_verdict)verdict, NULL);
    assert_int_equal(c.frames, 7);
    assert_int_equal(c.bytes, 700);
    assert_int_equal(c.packets, 2);
    assert_int_equal(c.truncated, 1);
    assert_int_equal(c.not_ip + c.other_ip * 10 + c.fragments * 100 + c.headers_cut * 1000 +
                         c.malformed * 10000,
                     11111);
}

static void test_leaves_the_packet_alone_unless_there_is_one(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_MAX];
    size_t length = hex_read(IPV4("001f", "11") "9c40 0035 0007 0000 " ABC, bytes, sizeof bytes);
    struct frame f = frame_of(DLT_RAW, bytes, length, length);
    struct packet packet, before;
    memset(&packet, 0x5a, sizeof packet);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(frame_parse(&f, &automatic, &packet), FRAME_MALFORMED);
    assert_memory_equal(&packet, &before, sizeof packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link_types),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_vlan_tags),
        cmocka_unit_test(test_no_ip_and_no_transport),
        cmocka_unit_test(test_ipv4_options_and_tcp_options),
        cmocka_unit_test(test_ipv6_extension_headers),
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_cut_tcp_options_cost_nothing),
        cmocka_unit_test(test_any_byte_may_be_anything),
        cmocka_unit_test(test_counts_what_came_in_tunnels_and_what_was_joined),
        cmocka_unit_test(test_counts_each_frame_once),
        cmocka_unit_test(test_leaves_the_packet_alone_unless_there_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
