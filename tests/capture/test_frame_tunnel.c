/* test_frame_tunnel.c - what tunnels carry, and what only looks like a tunnel. */
#include <netinet/in.h>
#include <pcap/dlt.h>
#include <stdio.h>

#include "capture/frame.h"
#include "capture/mirror.h"
#include "capture/tenant.h"
#include "tests/capture/frames.h"
#include "tests/capture/hex.h"
#include "tests/capture/packets.h"
#include "tests/check.h"

enum { FRAME_MAX = 2048, STORY_MAX = 256 };

/* What is carried: "abc" over TCP or UDP, from 10.0.0.1 to 10.0.0.2. */
#define TCP "9c40 0050 01020304 05060708 5018 2000 0000 0000 616263"
#define INNER_V4 "{4500 LLLL 1234 4000 3f 06 0000 0a000001 0a000002 " TCP "}"
#define INNER_HOSTS_V6 "20010db8000000000000000000000001 20010db8000000000000000000000002 "
#define INNER_V6 "60000000 NNNN 06 3f " INNER_HOSTS_V6 "{" TCP "}"
#define INNER_UDP "{4500 LLLL 1234 4000 3f 11 0000 0a000001 0a000002 {9c40 0035 LLLL 0000 616263}}"
#define INNER_MACS "02000000000b 02000000000a "
#define ETHERNET_V4 INNER_MACS "0800 " INNER_V4
#define ETHERNET_V6 INNER_MACS "86dd " INNER_V6
#define ETHERNET_VLAN INNER_MACS "8100 0064 0800 " INNER_V4
#define ETHERNET_ARP                                                                               \
    INNER_MACS "0806 0001 0800 0604 0001 000000000000 0a000001 000000000000 0a000002"

/* What it is carried by: from 172.16.0.1 to 172.16.0.2. */
#define MACS "020000000002 020000000001 "
#define V4(protocol, carried)                                                                      \
    "{4500 LLLL 0001 4000 40 " protocol " 0000 ac100001 ac100002 " carried "}"
#define V6(next, carried)                                                                          \
    "60000000 NNNN " next " 40 20010db8000100000000000000000001 "                                  \
    "20010db8000100000000000000000002 {" carried "}"
#define UDP(port, carried) "{c001 " port " LLLL 0000 " carried "}"
#define ON_UDP(port, carried) V4("11", UDP(port, carried))
#define GRE(header, carried) V4("2f", header " " carried)
#define VXLAN(vni, carried) ON_UDP("12b5", "08000000 " vni "00 " carried)
#define GENEVE(header, carried) ON_UDP("17c1", header " " carried)
#define GTP(header, carried) ON_UDP("0868", header " " carried)
#define MPLS(labels, carried) MACS "8847 " labels " " carried
#define PPPOE(protocol, carried) MACS "8864 11 00 0007 NNNN {" protocol " " carried "}"

#define TOLD_V4 "tcp 10.0.0.1:40000 10.0.0.2:80 [abc]"
#define TOLD_V6 "tcp 2001:db8::1:40000 2001:db8::2:80 [abc]"
#define TOLD_UDP "udp 10.0.0.1:40000 10.0.0.2:53 [abc]"
#define OUTER_GRE "other ip 47 172.16.0.1 172.16.0.2"

struct sample {
    const char *claim;
    int link_type;
    const char *hex, *story;
};

static struct mirror mirror;
static struct frame_options options;

static void begin(void)
{
    mirror = (struct mirror){0};
    options = (struct frame_options){.mirror = &mirror};
}

/* Tunnels, id and VLAN are told where there are any; the payload of an outer datagram is not, but
 * for its length. */
static void write_story(enum frame_verdict verdict, const struct packet *p, char *text)
{
    static const char *const verdicts[] = {"packet",   "not ip",      "other ip",
                                           "fragment", "headers cut", "malformed"};
    char source[ADDRESS_TEXT_MAX], destination[ADDRESS_TEXT_MAX];
    int len = snprintf(text, STORY_MAX, "%s", verdicts[verdict]);
    if (verdict != FRAME_PACKET && verdict != FRAME_OTHER_IP && verdict != FRAME_FRAGMENT)
        return;
    address_to_text(&p->source, source, sizeof source);
    address_to_text(&p->destination, destination, sizeof destination);
    if (verdict != FRAME_PACKET)
        len = snprintf(text, STORY_MAX, "%s %u %s %s", verdicts[verdict], p->protocol, source,
                       destination);
    else if (p->payload.len + p->cut == 3)
        len = snprintf(text, STORY_MAX, "%s %s:%u %s:%u [%.*s]",
                       p->protocol == IPPROTO_TCP ? "tcp" : "udp", source, p->source_port,
                       destination, p->destination_port, (int)p->payload.len,
                       (const char *)p->payload.at);
    else
        len = snprintf(text, STORY_MAX, "%s %s:%u %s:%u %zu bytes",
                       p->protocol == IPPROTO_TCP ? "tcp" : "udp", source, p->source_port,
                       destination, p->destination_port, p->payload.len + p->cut);
    if (p->tunnels)
        len += snprintf(text + len, STORY_MAX - (size_t)len, " tunnels %u", p->tunnels);
    if (p->tunnel_id)
        len += snprintf(text + len, STORY_MAX - (size_t)len, " id %x", p->tunnel_id);
    if (p->vlan)
        snprintf(text + len, STORY_MAX - (size_t)len, " vlan %u", p->vlan);
}

static enum frame_verdict parse(int link_type, const uint8_t *bytes, size_t captured, size_t length,
                                struct packet *packet)
{
    struct frame f = frame_of(link_type, bytes, captured, length);
    enum frame_verdict verdict = frame_parse(&f, &options, packet);
    if (verdict != FRAME_PACKET)
        return verdict;
    assert_true(packet->payload.at >= f.data &&
                packet->payload.at + packet->payload.len <= f.data + captured);
    assert_true(packet->ip.at >= f.data && packet->ip.at + packet->ip.len <= f.data + captured);
    return verdict;
}

/* The same as `whole`, but that payload may be missing? */
static bool is_same(const struct packet *part, const struct packet *whole)
{
    return address_equal(&part->source, &whole->source) &&
           address_equal(&part->destination, &whole->destination) &&
           part->source_port == whole->source_port &&
           part->destination_port == whole->destination_port && part->protocol == whole->protocol &&
           part->sequence == whole->sequence && part->tunnels == whole->tunnels &&
           part->tunnel_id == whole->tunnel_id && part->vlan == whole->vlan &&
           part->link == whole->link &&
           part->payload.len + part->cut == whole->payload.len + whole->cut;
}

/* A snapshot may end anywhere: what is told is the same, or nothing. So may a frame. */
static void reads_every_cut(const struct sample *s, const uint8_t *bytes, size_t length)
{
    struct packet whole, part;
    enum frame_verdict verdict = parse(s->link_type, bytes, length, length, &whole);
    for (size_t captured = 0; captured < length; captured++) {
        enum frame_verdict cut = parse(s->link_type, bytes, captured, length, &part);
        if (cut != FRAME_HEADERS_CUT &&
            (cut != verdict || (cut == FRAME_PACKET && !is_same(&part, &whole))))
            fail_msg("%s\nwith %zu bytes captured: another story", s->claim, captured);
        parse(s->link_type, bytes, captured, captured, &part);
    }
}

/* Whatever one byte becomes, all that is told lies within the frame; parse() looks. */
static void survives_any_byte(const struct sample *s, uint8_t *bytes, size_t length)
{
    static const uint8_t flips[] = {0x01, 0x80, 0xff, 0x40, 0x0f, 0x55};
    struct packet p;
    for (size_t at = 0; at < length; at++)
        for (size_t i = 0; i < sizeof flips; i++) {
            size_t captured = i % 2 ? length : (at * 131 + i * 17) % length;
            bytes[at] ^= flips[i];
            parse(s->link_type, bytes, captured, captured, &p);
            parse(s->link_type, bytes, captured, length, &p);
            bytes[at] ^= flips[i];
        }
}

static void reads(const struct sample *samples, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const struct sample *s = &samples[i];
        uint8_t bytes[FRAME_MAX];
        char story[STORY_MAX];
        struct packet packet;
        size_t length = hex_read(s->hex, bytes, sizeof bytes);
        write_story(parse(s->link_type, bytes, length, length, &packet), &packet, story);
        if (strcmp(story, s->story) != 0)
            fail_msg("%s\nexpected: %s\ngot:      %s", s->claim, s->story, story);
        reads_every_cut(s, bytes, length);
        survives_any_byte(s, bytes, length);
    }
}

#define READS(...)                                                                                 \
    do {                                                                                           \
        static const struct sample samples[] = {__VA_ARGS__};                                      \
        begin();                                                                                   \
        reads(samples, sizeof samples / sizeof *samples);                                          \
    } while (0)

static void test_labels(void **state)
{
    (void)state;
    READS({"IPv4 behind a label", DLT_EN10MB, MPLS("00010140", INNER_V4), TOLD_V4 " tunnels 1"},
          {"multicast", DLT_EN10MB, MACS "8848 00010140 " INNER_V4, TOLD_V4 " tunnels 1"},
          {"IPv6 behind three", DLT_EN10MB, MPLS("00010040 00020040 00030140", INNER_V6),
           TOLD_V6 " tunnels 1"},
          {"in a VLAN", DLT_EN10MB, MACS "8100 0005 8847 00010140 " INNER_V4,
           TOLD_V4 " tunnels 1 vlan 5"},
          {"a pseudowire", DLT_EN10MB, MPLS("00010140", ETHERNET_V4), TOLD_V4 " tunnels 1"},
          {"whose VLAN is its own", DLT_EN10MB, MACS "8100 0005 8847 00010140 " ETHERNET_VLAN,
           TOLD_V4 " tunnels 1 vlan 100"},
          {"with a control word", DLT_EN10MB, MPLS("00010140", "00000007 " ETHERNET_V6),
           TOLD_V6 " tunnels 1"},
          {"to a card whose address looks like IPv4", DLT_EN10MB,
           MPLS("00010140", "45000000000b 02000000000a 0800 " INNER_V4), TOLD_V4 " tunnels 1"},
          {"or like IPv4 with options", DLT_EN10MB,
           MPLS("00010140", "4c002000000b 02000000000a 0800 " INNER_V4), TOLD_V4 " tunnels 1"},
          {"IPv4 from an address that looks like an EtherType", DLT_EN10MB,
           MPLS("00010140", "{4500 LLLL 1234 4000 3f 06 d297 08004500 0a000002 " TCP "}"),
           "tcp 8.0.69.0:40000 10.0.0.2:80 [abc] tunnels 1"},
          {"IPv6 from such an address", DLT_EN10MB,
           MPLS("00010140", "60000000 NNNN 06 3f 20010db8 08004500 0000000000000001 "
                            "20010db8000000000000000000000002 {" TCP "}"),
           "tcp 2001:db8:800:4500::1:40000 2001:db8::2:80 [abc] tunnels 1"},
          {"or like IPv6", DLT_EN10MB, MPLS("00010140", "60000000000b 02000000000a 0800 " INNER_V4),
           TOLD_V4 " tunnels 1"},
          {"or like a control word", DLT_EN10MB,
           MPLS("00010140", "00000000000b 02000000000a 0800 " INNER_V4), TOLD_V4 " tunnels 1"},
          {"ARP in a pseudowire", DLT_EN10MB, MPLS("00010140", ETHERNET_ARP), "not ip"},
          {"a pseudowire in a pseudowire is not looked for", DLT_EN10MB,
           MPLS("00010140", INNER_MACS "8847 00010140 " ETHERNET_V4), "not ip"},
          {"but IP behind more labels is", DLT_EN10MB,
           MPLS("00010140", INNER_MACS "8847 00010140 " INNER_V4), TOLD_V4 " tunnels 2"},
          {"in cooked frames", DLT_LINUX_SLL,
           "0000 0001 0006 02000000000a0000 8847 00010140 " INNER_V4, TOLD_V4 " tunnels 1"},
          {"MPLS in IP", DLT_RAW, V4("89", "00010140 " INNER_V4), TOLD_V4 " tunnels 1"},
          {"nonsense as MPLS in IP", DLT_RAW, V4("89", "00010140 ffffffff"),
           "other ip 137 172.16.0.1 172.16.0.2"},
          {"a stack without a bottom", DLT_EN10MB, MPLS("00010040 00010040", ""), "malformed"},
          {"a stack of more than 16", DLT_EN10MB,
           MPLS("00010040 00010040 00010040 00010040 00010040 00010040 00010040 00010040 00010040 "
                "00010040 00010040 00010040 00010040 00010040 00010040 00010040 00010140",
                INNER_V4),
           "not ip"});
}

static void test_sessions(void **state)
{
    (void)state;
    READS({"PPPoE", DLT_EN10MB, PPPOE("0021", INNER_V4), TOLD_V4 " tunnels 1"},
          {"PPPoE, IPv6", DLT_EN10MB, PPPOE("0057", INNER_V6), TOLD_V6 " tunnels 1"},
          {"in two VLANs", DLT_EN10MB,
           MACS "88a8 0002 8100 0005 8864 11 00 0007 NNNN {0021 " INNER_V4 "}",
           TOLD_V4 " tunnels 1 vlan 5"},
          {"a compressed protocol field", DLT_EN10MB, PPPOE("21", INNER_V4), TOLD_V4 " tunnels 1"},
          {"labels", DLT_EN10MB, PPPOE("0281 00010140", INNER_V4), TOLD_V4 " tunnels 2"},
          {"padding is no payload", DLT_EN10MB, PPPOE("0021", INNER_V4) "00000000",
           TOLD_V4 " tunnels 1"},
          {"a length beyond the frame: a switch sliced it", DLT_EN10MB,
           MACS "8864 11 00 0007 0500 0021 " INNER_V4, TOLD_V4 " tunnels 1"},
          {"LCP", DLT_EN10MB, PPPOE("c021", "01010004"), "not ip"},
          {"discovery", DLT_EN10MB, MACS "8863 11 09 0000 0004 01010000", "not ip"},
          {"another version", DLT_EN10MB, MACS "8864 21 00 0007 NNNN {0021 " INNER_V4 "}",
           "malformed"},
          {"no session data", DLT_EN10MB, MACS "8864 11 a7 0007 NNNN {0021 " INNER_V4 "}",
           "malformed"});
}

static void test_gre(void **state)
{
    (void)state;
    READS(
        {"IPv4", DLT_RAW, GRE("0000 0800", INNER_V4), TOLD_V4 " tunnels 1"},
        {"IPv6 over IPv6", DLT_RAW, V6("2f", "0000 86dd " INNER_V6), TOLD_V6 " tunnels 1"},
        {"Ethernet", DLT_RAW, GRE("0000 6558", ETHERNET_V4), TOLD_V4 " tunnels 1"},
        {"checksum, key and number", DLT_RAW,
         GRE("b000 6558 12340000 00000001 00000002", ETHERNET_V4), TOLD_V4 " tunnels 1 id 1"},
        {"a key", DLT_RAW, GRE("2000 0800 89abcdef", INNER_V4), TOLD_V4 " tunnels 1 id 89abcdef"},
        {"a key below the networks of NVGRE", DLT_RAW, GRE("2000 6558 000fff34", ETHERNET_V4),
         TOLD_V4 " tunnels 1 id fff34"},
        {"NVGRE: without the hash of the flow", DLT_RAW, GRE("2000 6558 12345678", ETHERNET_V4),
         TOLD_V4 " tunnels 1 id 123456"},
        {"the VLAN around it is not that of the packet", DLT_EN10MB,
         MACS "8100 0005 0800 " GRE("0000 0800", INNER_V4), TOLD_V4 " tunnels 1"},
        {"a tag in it is", DLT_RAW, GRE("0000 6558", ETHERNET_VLAN), TOLD_V4 " tunnels 1 vlan 100"},
        {"labels", DLT_RAW, GRE("0000 8847", "00010140 " INNER_V4), TOLD_V4 " tunnels 2"},
        {"PPP", DLT_RAW, GRE("0000 880b", "ff03 0021 " INNER_V4), TOLD_V4 " tunnels 1"},
        {"NSH", DLT_RAW, GRE("0000 894f", "0fc20201 00000100 " INNER_V4), TOLD_V4 " tunnels 2"},
        {"ICMP in it", DLT_RAW,
         GRE("0000 0800", "{4500 LLLL 1234 4000 40 01 0000 0a000001 0a000002 0800000000010001}"),
         "other ip 1 10.0.0.1 10.0.0.2 tunnels 1"},
        {"ARP in Ethernet in it", DLT_RAW, GRE("0000 6558", ETHERNET_ARP), "not ip"},
        {"ARP in it", DLT_RAW, GRE("0000 0806", "0001 0800"), OUTER_GRE},
        {"PPTP", DLT_RAW, GRE("3001 880b", "0004 0001 00000000 c0210101"), OUTER_GRE},
        {"LCP", DLT_RAW, GRE("0000 880b", "c021 01010004"), OUTER_GRE},
        {"source routes", DLT_RAW, GRE("4000 0800 00000000", INNER_V4), OUTER_GRE},
        {"reserved bits", DLT_RAW, GRE("0010 0800", INNER_V4), OUTER_GRE},
        {"no IPv4 where it should be", DLT_RAW, GRE("0000 0800", "55000000"), OUTER_GRE},
        {"no room for the key", DLT_RAW, GRE("2000 6558", ""), OUTER_GRE},
        {"no room for anything", DLT_RAW, V4("2f", "00"), OUTER_GRE});
}

#define ERSPAN_2 "1000 88be 00000009 100a 0005 00000000"
#define ERSPAN_3 "1000 22eb 00000009 200a 0005 00000000 0000"

static void test_erspan(void **state)
{
    (void)state;
    READS(
        {"type I", DLT_RAW, GRE("0000 88be", ETHERNET_V4), TOLD_V4 " tunnels 1"},
        {"type II: its header has the VLAN of the frame", DLT_RAW, GRE(ERSPAN_2, ETHERNET_V4),
         TOLD_V4 " tunnels 1 id 5 vlan 10"},
        {"unless the frame has it", DLT_RAW, GRE(ERSPAN_2, ETHERNET_VLAN),
         TOLD_V4 " tunnels 1 id 5 vlan 100"},
        {"over IPv6", DLT_RAW, V6("2f", ERSPAN_2 ETHERNET_V4), TOLD_V4 " tunnels 1 id 5 vlan 10"},
        {"the session has ten bits", DLT_RAW,
         GRE("1000 88be 00000009 100a ffff 00000000", ETHERNET_V4),
         TOLD_V4 " tunnels 1 id 3ff vlan 10"},
        {"type III", DLT_RAW, GRE(ERSPAN_3 "0000", ETHERNET_V6), TOLD_V6 " tunnels 1 id 5 vlan 10"},
        {"type III with a subheader", DLT_RAW, GRE(ERSPAN_3 "0001 0000000000000000", ETHERNET_V4),
         TOLD_V4 " tunnels 1 id 5 vlan 10"},
        {"type III with an IP packet", DLT_RAW, GRE(ERSPAN_3 "0800", INNER_V4),
         TOLD_V4 " tunnels 1 id 5 vlan 10"},
        {"ARP was mirrored", DLT_RAW, GRE(ERSPAN_2, ETHERNET_ARP), "not ip"},
        {"type III with an unknown frame", DLT_RAW, GRE(ERSPAN_3 "0400", INNER_V4), OUTER_GRE},
        {"type II with the version of III", DLT_RAW,
         GRE("1000 88be 00000009 200a 0005 00000000", ETHERNET_V4), OUTER_GRE},
        {"no room for type II", DLT_RAW, GRE("1000 88be 00000009", "100a 0005"), OUTER_GRE},
        {"nor for a frame", DLT_RAW, GRE(ERSPAN_2, "0200"), OUTER_GRE});
}

/* How many numbers are told by an IPv4 packet that comes in two fragments: all by the first. */
static uint64_t numbers_of_fragments(const uint8_t *ip, size_t length)
{
    uint8_t piece[2][FRAME_MAX];
    struct packet fragment, p;
    size_t cut = (length - 20 - 1) / 8 * 8;
    size_t first = packets_fragment(ip, length, 0, cut, 7, piece[0]);
    size_t second = packets_fragment(ip, length, cut, cut, 7, piece[1]);
    begin();
    assert_int_equal(parse(DLT_RAW, piece[0], first, first, &fragment), FRAME_FRAGMENT);
    uint64_t told = mirror.seen;
    assert_int_equal(parse(DLT_RAW, piece[1], second, second, &fragment), FRAME_FRAGMENT);
    frame_parse_rebuilt(&fragment, bytes_of(ip, length), &options, &p);
    assert_int_equal(mirror.seen, told);
    return told;
}

static void test_numbers_of_mirrors(void **state)
{
    (void)state;
    static const struct {
        const char *claim, *hex;
        uint64_t seen;
    } cases[] = {
        {"type I has none", GRE("0000 88be", ETHERNET_V4), 0},
        {"type II", GRE(ERSPAN_2, ETHERNET_V4), 1},
        {"type III", GRE(ERSPAN_3 "0000", ETHERNET_V4), 1},
        {"type III without one", GRE("0000 22eb 200a 0005 00000000 0000 0000", ETHERNET_V4), 0},
        {"frames that hold no IP are counted too", GRE(ERSPAN_2, ETHERNET_ARP), 1},
        {"a mirror of a mirror", GRE(ERSPAN_2, INNER_MACS "0800 " GRE(ERSPAN_2, ETHERNET_V4)), 2},
        {"a mirror in VXLAN", VXLAN("000005", INNER_MACS "0800 " GRE(ERSPAN_2, ETHERNET_V4)), 1},
        {"what is no mirrored frame has no number", GRE(ERSPAN_2, "0200"), 0},
        {"nor has plain GRE", GRE("1000 6558 00000001", ETHERNET_V4), 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[FRAME_MAX];
        struct packet p;
        size_t length = hex_read(cases[i].hex, bytes, sizeof bytes);
        begin();
        parse(DLT_RAW, bytes, length, length, &p);
        if (mirror.seen != cases[i].seen)
            fail_msg("%s: %lu", cases[i].claim, (unsigned long)mirror.seen);
        if (cases[i].seen && numbers_of_fragments(bytes, length) != cases[i].seen)
            fail_msg("%s, in fragments: %lu", cases[i].claim, (unsigned long)mirror.seen);
    }
}

static void test_vxlan(void **state)
{
    (void)state;
    READS(
        {"IPv4", DLT_RAW, VXLAN("abcdef", ETHERNET_V4), TOLD_V4 " tunnels 1 id abcdef"},
        {"over IPv6", DLT_RAW, V6("11", UDP("12b5", "08000000 00000500 " ETHERNET_V6)),
         TOLD_V6 " tunnels 1 id 5"},
        {"on the port of Linux", DLT_RAW, ON_UDP("2118", "08000000 00000500 " ETHERNET_V4),
         TOLD_V4 " tunnels 1 id 5"},
        {"with a VLAN", DLT_EN10MB, MACS "8100 0005 0800 " VXLAN("000005", ETHERNET_VLAN),
         TOLD_V4 " tunnels 1 id 5 vlan 100"},
        {"in a group", DLT_RAW, ON_UDP("12b5", "8848ffff 00000500 " ETHERNET_V4),
         TOLD_V4 " tunnels 1 id 5"},
        {"GPE", DLT_RAW, ON_UDP("12b6", "0c000001 00000500 " INNER_V4), TOLD_V4 " tunnels 1 id 5"},
        {"GPE, IPv6", DLT_RAW, ON_UDP("12b6", "0c000002 00000500 " INNER_V6),
         TOLD_V6 " tunnels 1 id 5"},
        {"GPE, Ethernet, on the other port", DLT_RAW,
         ON_UDP("12b5", "0c000003 00000500 " ETHERNET_V4), TOLD_V4 " tunnels 1 id 5"},
        {"GPE, labels", DLT_RAW, ON_UDP("12b6", "0c000005 00000500 00010140 " INNER_V4),
         TOLD_V4 " tunnels 2 id 5"},
        {"GPE's port without its flag", DLT_RAW, ON_UDP("12b6", "08000000 00000500 " ETHERNET_V4),
         TOLD_V4 " tunnels 1 id 5"},
        {"a fragment in it", DLT_RAW,
         VXLAN("000005",
               INNER_MACS "0800 {4500 LLLL 1234 2000 40 06 0000 0a000001 0a000002 " TCP "}"),
         "fragment 6 10.0.0.1 10.0.0.2 tunnels 1 id 5"},
        {"a fragment of it", DLT_RAW,
         "{4500 LLLL 0001 2000 40 11 0000 ac100001 ac100002 " UDP(
             "12b5", "08000000 00000500 " ETHERNET_V4) "}",
         "fragment 17 172.16.0.1 172.16.0.2"},
        {"ARP", DLT_RAW, VXLAN("000005", ETHERNET_ARP), "not ip"},
        {"spanning tree", DLT_RAW, VXLAN("000005", INNER_MACS "0007 424203 00000000"), "not ip"});
}

#define OUTER_UDP(port, bytes) "udp 172.16.0.1:49153 172.16.0.2:" port " " bytes " bytes"

static void test_what_only_looks_like_vxlan(void **state)
{
    (void)state;
    READS(
        {"no network flag", DLT_RAW, ON_UDP("12b5", "00000000 00000500 " ETHERNET_V4),
         OUTER_UDP("4789", "65")},
        {"reserved bits", DLT_RAW, ON_UDP("12b5", "08000100 00000500 " ETHERNET_V4),
         OUTER_UDP("4789", "65")},
        {"reserved bits behind", DLT_RAW, ON_UDP("12b5", "08000000 00000501 " ETHERNET_V4),
         OUTER_UDP("4789", "65")},
        {"another version of GPE", DLT_RAW, ON_UDP("12b6", "1c000001 00000500 " INNER_V4),
         OUTER_UDP("4790", "51")},
        {"GPE that carries who knows what", DLT_RAW, ON_UDP("12b6", "0c000063 00000500 " INNER_V4),
         OUTER_UDP("4790", "51")},
        {"GPE that does not carry what it says", DLT_RAW,
         ON_UDP("12b6", "0c000002 00000500 " INNER_V4), OUTER_UDP("4790", "51")},
        {"an unknown EtherType", DLT_RAW,
         ON_UDP("12b5", "08000000 00000500 " INNER_MACS "1234 00000000"), OUTER_UDP("4789", "26")},
        {"no IPv4 in IPv4's EtherType", DLT_RAW,
         ON_UDP("12b5", "08000000 00000500 " INNER_MACS "0800 " INNER_V6), OUTER_UDP("4789", "85")},
        {"half an Ethernet header", DLT_RAW, ON_UDP("12b5", "08000000 00000500 02000000000b"),
         OUTER_UDP("4789", "14")},
        {"half a header", DLT_RAW, ON_UDP("12b5", "08000000"), OUTER_UDP("4789", "4")},
        {"a name server's answer to port 4789", DLT_RAW,
         V4("11", "{0035 12b5 LLLL 0000 0800 8180 0001 0000 0000 0000 03777777 00 0001 0001}"),
         "udp 172.16.0.1:53 172.16.0.2:4789 21 bytes"},
        {"the port as source", DLT_RAW,
         V4("11", "{12b5 c001 LLLL 0000 08000000 00000500 " ETHERNET_V4 "}"),
         "udp 172.16.0.1:4789 172.16.0.2:49153 65 bytes"},
        {"another port", DLT_RAW, ON_UDP("12b7", "08000000 00000500 " ETHERNET_V4),
         OUTER_UDP("4791", "65")},
        {"half an inner TCP header that is whole on the wire", DLT_RAW,
         VXLAN("000005", INNER_MACS
               "0800 {4500 LLLL 1234 4000 40 06 0000 0a000001 0a000002 9c40 0050 01020304}"),
         OUTER_UDP("4789", "50")});
}

static void test_nsh(void **state)
{
    (void)state;
#define NSH_1(next) "0fc6 01" next " 00000100 00000001 00000002 00000003 00000004 "
    READS(
        {"in VXLAN-GPE", DLT_RAW, ON_UDP("12b6", "0c000004 00000500 " NSH_1("01") INNER_V4),
         TOLD_V4 " tunnels 2 id 5"},
        {"behind Ethernet", DLT_EN10MB, MACS "894f " NSH_1("02") INNER_V6, TOLD_V6 " tunnels 1"},
        {"Ethernet in it", DLT_EN10MB, MACS "8100 0005 894f " NSH_1("03") ETHERNET_V4,
         TOLD_V4 " tunnels 1"},
        {"type 2, without metadata", DLT_EN10MB, MACS "894f 0fc2 0201 00000100 " INNER_V4,
         TOLD_V4 " tunnels 1"},
        {"type 2, 44 bytes of it", DLT_EN10MB,
         MACS "894f 0fcd 0201 00000100 00000000 00000000 00000000 00000000 00000000 00000000 "
              "00000000 00000000 00000000 00000000 00000000 " INNER_V4,
         TOLD_V4 " tunnels 1"},
        {"one in another", DLT_EN10MB, MACS "894f " NSH_1("04") NSH_1("01") INNER_V4,
         TOLD_V4 " tunnels 2"},
        {"labels", DLT_EN10MB, MACS "894f " NSH_1("05") "00010140 " INNER_V4, TOLD_V4 " tunnels 2"},
        {"something else", DLT_EN10MB, MACS "894f " NSH_1("fe") INNER_V4, "not ip"},
        {"type 1 of another length", DLT_EN10MB, MACS "894f 0fc2 0101 00000100 " INNER_V4,
         "malformed"},
        {"type 3", DLT_EN10MB, MACS "894f 0fc2 0301 00000100 " INNER_V4, "malformed"},
        {"a length within its header", DLT_EN10MB, MACS "894f 0fc1 0201 00000100 " INNER_V4,
         "malformed"},
        {"a length beyond the frame", DLT_EN10MB, MACS "894f 0fff 0201 00000100 " INNER_V4,
         "malformed"},
        {"another version, in a datagram", DLT_RAW,
         ON_UDP("12b6", "0c000004 00000500 4fc2 0201 00000100 " INNER_V4),
         OUTER_UDP("4790", "59")});
}

static void test_geneve(void **state)
{
    (void)state;
    READS(
        {"Ethernet", DLT_RAW, GENEVE("00006558 00000500", ETHERNET_V4), TOLD_V4 " tunnels 1 id 5"},
        {"IPv4, options of a load balancer", DLT_RAW,
         GENEVE("08000800 00000000 01080102 0000000000000001 01080202 0000000000000002 "
                "01080301 00000003",
                INNER_V4),
         TOLD_V4 " tunnels 1"},
        {"IPv6, a critical option", DLT_RAW,
         GENEVE("024086dd 00000500 0108 81 01 00000000", INNER_V6), TOLD_V6 " tunnels 1 id 5"},
        {"labels", DLT_RAW, GENEVE("00008847 00000500", "00010140 " INNER_V4),
         TOLD_V4 " tunnels 2 id 5"},
        {"ARP in Ethernet", DLT_RAW, GENEVE("00006558 00000500", ETHERNET_ARP), "not ip"},
        {"version 1", DLT_RAW, GENEVE("40006558 00000500", ETHERNET_V4), OUTER_UDP("6081", "65")},
        {"reserved bits", DLT_RAW, GENEVE("00016558 00000500", ETHERNET_V4),
         OUTER_UDP("6081", "65")},
        {"reserved bits behind", DLT_RAW, GENEVE("00006558 00000501", ETHERNET_V4),
         OUTER_UDP("6081", "65")},
        {"an unknown protocol", DLT_RAW, GENEVE("00001234 00000500", ETHERNET_V4),
         OUTER_UDP("6081", "65")},
        {"options beyond the datagram", DLT_RAW, GENEVE("3f006558 00000500", ETHERNET_V4),
         OUTER_UDP("6081", "65")},
        {"nothing in it", DLT_RAW, GENEVE("00000800 00000500", ""), OUTER_UDP("6081", "8")});
}

static void test_ip_in_ip(void **state)
{
    (void)state;
    READS({"IPv4 in IPv4", DLT_RAW, V4("04", INNER_V4), TOLD_V4 " tunnels 1"},
          {"IPv6 in IPv4", DLT_RAW, V4("29", INNER_V6), TOLD_V6 " tunnels 1"},
          {"IPv4 in IPv6", DLT_RAW, V6("04", INNER_V4), TOLD_V4 " tunnels 1"},
          {"IPv6 in IPv6", DLT_RAW, V6("29", INNER_V6), TOLD_V6 " tunnels 1"},
          {"behind extension headers", DLT_RAW, V6("3c", "29 00 0104 00000000 " INNER_V6),
           TOLD_V6 " tunnels 1"},
          {"a datagram", DLT_RAW, V4("04", INNER_UDP), TOLD_UDP " tunnels 1"},
          {"a VLAN around it is not the packet's", DLT_EN10MB,
           MACS "8100 0005 0800 " V4("04", INNER_V4), TOLD_V4 " tunnels 1"},
          {"the wrong version", DLT_RAW, V4("04", INNER_V6), "other ip 4 172.16.0.1 172.16.0.2"},
          {"the wrong version, the other way round", DLT_RAW, V4("29", INNER_V4),
           "other ip 41 172.16.0.1 172.16.0.2"},
          {"nothing in it", DLT_RAW, V4("04", ""), "other ip 4 172.16.0.1 172.16.0.2"},
          {"a packet longer than its tunnel: it was sliced", DLT_RAW,
           V4("04", "4500 0030 1234 4000 3f 06 0000 0a000001 0a000002 " TCP),
           "tcp 10.0.0.1:40000 10.0.0.2:80 8 bytes tunnels 1"});
}

static void test_gtp(void **state)
{
    (void)state;
    READS({"user data", DLT_RAW, GTP("30 ff NNNN 89abcdef", "{" INNER_V4 "}"),
           TOLD_V4 " tunnels 1 id 89abcdef"},
          {"IPv6 over IPv6", DLT_RAW, V6("11", UDP("0868", "30 ff NNNN 00000005 {" INNER_V6 "}")),
           TOLD_V6 " tunnels 1 id 5"},
          {"with a number", DLT_RAW, GTP("32 ff NNNN 00000005", "{0001 00 00 " INNER_V4 "}"),
           TOLD_V4 " tunnels 1 id 5"},
          {"an extension header that the flags do not announce is none", DLT_RAW,
           GTP("32 ff NNNN 00000005", "{0001 00 85 " INNER_V4 "}"), TOLD_V4 " tunnels 1 id 5"},
          {"an extension header", DLT_RAW,
           GTP("34 ff NNNN 00000005", "{0000 00 85 01 1001 00 " INNER_V4 "}"),
           TOLD_V4 " tunnels 1 id 5"},
          {"three", DLT_RAW,
           GTP("36 ff NNNN 00000005",
               "{0000 00 85 01 1001 c0 02 000000000000 85 01 1001 00 " INNER_V4 "}"),
           TOLD_V4 " tunnels 1 id 5"},
          {"one of no length", DLT_RAW,
           GTP("34 ff NNNN 00000005", "{0000 00 85 00 1001 00 " INNER_V4 "}"),
           OUTER_UDP("2152", "59")},
          {"one beyond the datagram", DLT_RAW,
           GTP("34 ff NNNN 00000005", "{0000 00 85 ff 1001 00 " INNER_V4 "}"),
           OUTER_UDP("2152", "59")},
          {"nine are too many", DLT_RAW,
           GTP("34 ff NNNN 00000005",
               "{0000 00 85 01000085 01000085 01000085 01000085 01000085 01000085 01000085 "
               "01000085 01000000 " INNER_V4 "}"),
           OUTER_UDP("2152", "91")},
          {"an echo request", DLT_RAW, GTP("32 01 NNNN 00000000", "{0001 0000}"),
           OUTER_UDP("2152", "12")},
          {"version 2", DLT_RAW, GTP("50 ff NNNN 00000005", "{" INNER_V4 "}"),
           OUTER_UDP("2152", "51")},
          {"GTP'", DLT_RAW, GTP("20 ff NNNN 00000005", "{" INNER_V4 "}"), OUTER_UDP("2152", "51")},
          {"a length that is not that of the datagram", DLT_RAW,
           GTP("30 ff 0020 00000005", INNER_V4), OUTER_UDP("2152", "51")},
          {"user data that is no IP packet", DLT_RAW,
           GTP("30 ff NNNN 00000005", "{" ETHERNET_V4 "}"), OUTER_UDP("2152", "65")});
}

#define GRE_4(carried)                                                                             \
    GRE("0000 0800", GRE("0000 0800", GRE("0000 0800", GRE("0000 0800", carried))))

static void test_tunnels_in_tunnels(void **state)
{
    (void)state;
    READS({"VXLAN in GENEVE in ERSPAN", DLT_EN10MB,
           MACS "0800 " GRE(ERSPAN_2, INNER_MACS
                            "0800 " GENEVE("00000800 00000600", VXLAN("000007", ETHERNET_VLAN))),
           TOLD_V4 " tunnels 3 id 7 vlan 100"},
          {"GTP in VXLAN: of the network, the endpoint's id is the nearer", DLT_RAW,
           VXLAN("000007", INNER_MACS "0800 " GTP("30 ff NNNN 00000005", "{" INNER_V6 "}")),
           TOLD_V6 " tunnels 2 id 5"},
          {"a tunnel without an id leaves the one around it", DLT_RAW,
           VXLAN("000007", INNER_MACS "0800 " V4("29", INNER_V6)), TOLD_V6 " tunnels 2 id 7"},
          {"PPPoE in labels in GRE", DLT_RAW,
           GRE("0000 8847", "00010140 " INNER_MACS "8864 11 00 0007 NNNN {0021 " INNER_V4 "}"),
           TOLD_V4 " tunnels 3"},
          {"eight", DLT_RAW, GRE_4(GRE_4(INNER_V4)), TOLD_V4 " tunnels 8"},
          {"of a ninth the outer packet stays", DLT_RAW, GRE_4(GRE_4(GRE("0000 0800", INNER_V4))),
           OUTER_GRE " tunnels 8"},
          {"also if it is a datagram", DLT_RAW, GRE_4(GRE_4(VXLAN("000005", ETHERNET_V4))),
           OUTER_UDP("4789", "65") " tunnels 8"},
          {"what is wrong within stays the packet around it", DLT_RAW,
           VXLAN("000007", INNER_MACS "0800 " VXLAN("000008", INNER_MACS "0800 5500")),
           OUTER_UDP("4789", "24") " tunnels 1 id 7"});
}

/* Each kind by itself, and all at once. */
static void test_left_on(void **state)
{
    (void)state;
    static const struct {
        enum tunnel kind;
        int link_type;
        const char *hex, *off, *on;
    } cases[] = {
        {TUNNEL_MPLS, DLT_EN10MB, MPLS("00010140", INNER_V4), "not ip", TOLD_V4 " tunnels 1"},
        {TUNNEL_MPLS, DLT_RAW, GRE("0000 8847", "00010140 " INNER_V4), OUTER_GRE,
         TOLD_V4 " tunnels 2"},
        {TUNNEL_PPPOE, DLT_EN10MB, PPPOE("0021", INNER_V4), "not ip", TOLD_V4 " tunnels 1"},
        {TUNNEL_GRE, DLT_RAW, GRE("0000 0800", INNER_V4), OUTER_GRE, TOLD_V4 " tunnels 1"},
        {TUNNEL_ERSPAN, DLT_RAW, GRE("0000 88be", ETHERNET_V4), OUTER_GRE, TOLD_V4 " tunnels 1"},
        {TUNNEL_VXLAN, DLT_RAW, VXLAN("000005", ETHERNET_V4), OUTER_UDP("4789", "65"),
         TOLD_V4 " tunnels 1 id 5"},
        {TUNNEL_GENEVE, DLT_RAW, GENEVE("00000800 00000500", INNER_V4), OUTER_UDP("6081", "51"),
         TOLD_V4 " tunnels 1 id 5"},
        {TUNNEL_IPIP, DLT_RAW, V4("29", INNER_V6), "other ip 41 172.16.0.1 172.16.0.2",
         TOLD_V6 " tunnels 1"},
        {TUNNEL_GTP, DLT_RAW, GTP("30 ff NNNN 00000005", "{" INNER_V4 "}"), OUTER_UDP("2152", "51"),
         TOLD_V4 " tunnels 1 id 5"},
        {TUNNEL_NSH, DLT_EN10MB, MACS "894f 0fc2 0201 00000100 " INNER_V4, "not ip",
         TOLD_V4 " tunnels 1"},
        {TUNNEL_NSH, DLT_RAW, ON_UDP("12b6", "0c000004 00000500 0fc2 0201 00000100 " INNER_V4),
         OUTER_UDP("4790", "59"), TOLD_V4 " tunnels 2 id 5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[FRAME_MAX];
        char story[STORY_MAX];
        struct packet p;
        uint32_t only = UINT32_C(1) << cases[i].kind;
        size_t length = hex_read(cases[i].hex, bytes, sizeof bytes);
        begin();
        for (int all = 0; all < 2; all++) {
            options.left_on = all ? UINT32_MAX : only;
            write_story(parse(cases[i].link_type, bytes, length, length, &p), &p, story);
            if (strcmp(story, cases[i].off) != 0)
                fail_msg("%s, left on\nexpected: %s\ngot:      %s",
                         frame_tunnel_names[cases[i].kind], cases[i].off, story);
        }
        options.left_on = ~only & ~(1U << TUNNEL_GRE | 1U << TUNNEL_VXLAN);
        write_story(parse(cases[i].link_type, bytes, length, length, &p), &p, story);
        if (strcmp(story, cases[i].on) != 0)
            fail_msg("%s, the others left on\nexpected: %s\ngot:      %s",
                     frame_tunnel_names[cases[i].kind], cases[i].on, story);
    }
}

static void test_other_ports(void **state)
{
    (void)state;
    uint8_t vxlan[FRAME_MAX], geneve[FRAME_MAX];
    struct packet p;
    size_t vxlan_len =
        hex_read(ON_UDP("1f90", "08000000 00000500 " ETHERNET_V4), vxlan, sizeof vxlan);
    size_t geneve_len =
        hex_read(ON_UDP("1f91", "00006558 00000500 " ETHERNET_V4), geneve, sizeof geneve);
    begin();
    assert_int_equal(parse(DLT_RAW, vxlan, vxlan_len, vxlan_len, &p), FRAME_PACKET);
    assert_int_equal(p.tunnels, 0);
    options.vxlan = (struct tunnel_ports){.port = {9999, 8080}, .len = 2};
    options.geneve = (struct tunnel_ports){.port = {8081}, .len = 1};
    assert_int_equal(parse(DLT_RAW, vxlan, vxlan_len, vxlan_len, &p), FRAME_PACKET);
    assert_int_equal(p.tunnels, 1);
    assert_int_equal(parse(DLT_RAW, geneve, geneve_len, geneve_len, &p), FRAME_PACKET);
    assert_int_equal(p.tunnels, 1);
    assert_int_equal(p.tunnel_id, 5);
}

/* As tenant.h says. */
static void test_tenants(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        int link_type;
        const char *hex;
        uint32_t tenant;
        const char *text;
    } cases[] = {
        {"none", DLT_EN10MB, MACS "0800 " INNER_V4, 0, ""},
        {"a VLAN", DLT_EN10MB, MACS "8100 0005 0800 " INNER_V4, 5, "vlan5"},
        {"VXLAN", DLT_RAW, VXLAN("000005", ETHERNET_V4), 0x10000005, "vni5"},
        {"GENEVE's is the same network", DLT_RAW, GENEVE("00006558 00000500", ETHERNET_V4),
         0x10000005, "vni5"},
        {"network 0 is one", DLT_RAW, VXLAN("000000", ETHERNET_V4), 0x10000000, "vni0"},
        {"a VLAN in it", DLT_RAW, VXLAN("000005", ETHERNET_VLAN), 0x10640005, "vni6553605"},
        {"a VLAN around it", DLT_EN10MB, MACS "8100 0009 0800 " VXLAN("000005", ETHERNET_V4),
         0x10000005, "vni5"},
        {"a key", DLT_RAW, GRE("2000 0800 00000005", INNER_V4), 0x20000005, "gre5"},
        {"a large key", DLT_RAW, GRE("2000 0800 f0000005", INNER_V4), 0x2000000a, "gre10"},
        {"a key of an Ethernet network", DLT_RAW, GRE("2000 6558 000fff34", ETHERNET_V4),
         0x200fff34, "gre1048372"},
        {"NVGRE", DLT_RAW, GRE("2000 6558 12345678", ETHERNET_V4), 0x10123456, "vni1193046"},
        {"a mirror: the VLAN", DLT_RAW, GRE(ERSPAN_2, ETHERNET_V4), 10, "vlan10"},
        {"or the session", DLT_RAW, GRE("1000 88be 00000009 1000 0005 00000000", ETHERNET_V4),
         0x30000005, "erspan5"},
        {"of GTP's endpoints each is one side's", DLT_RAW,
         GTP("30 ff NNNN 00000005", "{" INNER_V4 "}"), 0, ""},
        {"so the network around it stands", DLT_RAW,
         VXLAN("000007", INNER_MACS "0800 " GTP("30 ff NNNN 00000005", "{" INNER_V6 "}")),
         0x10000007, "vni7"},
        {"labels", DLT_EN10MB, MACS "8100 0005 8847 00010140 " INNER_V4, 5, "vlan5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[FRAME_MAX];
        char text[TENANT_TEXT_MAX];
        struct packet p;
        size_t length = hex_read(cases[i].hex, bytes, sizeof bytes);
        begin();
        assert_int_equal(parse(cases[i].link_type, bytes, length, length, &p), FRAME_PACKET);
        assert_int_equal(p.tenant, 0);
        options.tenants = true;
        assert_int_equal(parse(cases[i].link_type, bytes, length, length, &p), FRAME_PACKET);
        tenant_to_text(p.tenant, text, sizeof text);
        if (p.tenant != cases[i].tenant || strcmp(text, cases[i].text) != 0)
            fail_msg("%s: %x, %s", cases[i].claim, p.tenant, text);
    }
}

/* What was put together from fragments goes on where they lay. */
static void test_rebuilt(void **state)
{
    (void)state;
    static const struct {
        const char *claim, *around, *whole, *story;
        uint32_t tenant;
    } cases[] = {
        {"VXLAN", MACS "8100 0009 0800 ", VXLAN("000005", ETHERNET_V4), TOLD_V4 " tunnels 1 id 5",
         0x10000005},
        {"a packet in a VLAN", MACS "8100 0009 0800 ", INNER_V4, TOLD_V4 " vlan 9", 9},
        {"a packet within VXLAN",
         MACS "0800 4500 0800 0001 0000 40 11 0000 ac100001 ac100002 c001 12b5 07ec 0000 "
              "08000000 00000500 " INNER_MACS "8100 0064 0800 ",
         INNER_V4, TOLD_V4 " tunnels 1 id 5 vlan 100", 0x10640005},
        {"a tunnel within a tunnel",
         MACS "0800 4500 0800 0001 0000 40 2f 0000 ac100001 ac100002 2000 0800 00000006 ",
         VXLAN("000005", ETHERNET_V4), TOLD_V4 " tunnels 2 id 5", 0x10000005},
        {"one without a network", MACS "0800 ", V4("29", INNER_V6), TOLD_V6 " tunnels 1", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[FRAME_MAX], whole[FRAME_MAX];
        char hex[1024], story[STORY_MAX];
        struct packet fragment, p;
        snprintf(hex, sizeof hex, "%s{4500 LLLL 0007 2000 40 11 0000 ac100001 ac100002 00000000}",
                 cases[i].around);
        size_t length = hex_read(hex, bytes, sizeof bytes);
        begin();
        options.tenants = true;
        assert_int_equal(parse(DLT_EN10MB, bytes, length, length, &fragment), FRAME_FRAGMENT);
        length = hex_read(cases[i].whole, whole, sizeof whole);
        write_story(frame_parse_rebuilt(&fragment, bytes_of(whole, length), &options, &p), &p,
                    story);
        if (strcmp(story, cases[i].story) != 0)
            fail_msg("%s\nexpected: %s\ngot:      %s", cases[i].claim, cases[i].story, story);
        assert_int_equal(p.tenant, cases[i].tenant);
        assert_int_equal(p.wire_bytes, length);
        assert_int_equal(p.interface, 7);
        assert_int_equal(p.time_ns, fragment.time_ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_gre),
        cmocka_unit_test(test_erspan),
        cmocka_unit_test(test_numbers_of_mirrors),
        cmocka_unit_test(test_vxlan),
        cmocka_unit_test(test_what_only_looks_like_vxlan),
        cmocka_unit_test(test_nsh),
        cmocka_unit_test(test_geneve),
        cmocka_unit_test(test_ip_in_ip),
        cmocka_unit_test(test_gtp),
        cmocka_unit_test(test_tunnels_in_tunnels),
        cmocka_unit_test(test_left_on),
        cmocka_unit_test(test_other_ports),
        cmocka_unit_test(test_tenants),
        cmocka_unit_test(test_rebuilt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
