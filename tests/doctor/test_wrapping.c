/* test_wrapping.c - tunnels by what is outside, and what looks like one. */
#include "doctor/wrapping.h"

#include <pcap/dlt.h>
#include <string.h>

#include "tests/capture/hex.h"
#include "tests/check.h"

/* Headers up to where the tunnel begins; the lengths say "the rest of the frame". */
#define MACS "02000000000b 02000000000a "
#define IPV4(protocol) "4500 0000 1234 4000 40 " protocol " 0000 0a000001 0a000002 "
#define UDP(port) MACS "0800 " IPV4("11") "9c40 " port " 0000 0000 "
#define GRE(flags, type) MACS "0800 " IPV4("2f") flags " " type " "
#define INNER MACS "0800 " IPV4("06") "9c40 0050 01020304 05060708 5018 2000 0000 0000 "
#define PADDING "00000000 00000000"

static const struct frame_options outside = {
    .left_on = ~0U, .vxlan = {{0x1111}, 1}, .geneve = {{0x2222}, 1}};

static struct frame frame_of(const char *hex)
{
    static uint8_t bytes[256];
    uint32_t len = (uint32_t)hex_read(hex, bytes, sizeof bytes);
    return (struct frame){.captured = len, .length = len, .data = bytes, .link_type = DLT_EN10MB};
}

static void test_kinds(void **state)
{
    static const struct {
        const char *hex, *kind;
    } cases[] = {
        {GRE("0000", "88be") INNER, "ERSPAN I"},
        {GRE("1000", "88be") "00000001" PADDING INNER, "ERSPAN II"},
        {GRE("1000", "22eb") "00000001" PADDING INNER, "ERSPAN III"},
        {GRE("0000", "6558") INNER, "GRE (Ethernet)"},
        {GRE("0000", "0800") INNER, "GRE"},
        {GRE("0000", "1234") INNER, "tunnel"},
        {UDP("12b5") INNER, "VXLAN"},
        {UDP("2118") INNER, "VXLAN"},
        {UDP("17c1") INNER, "GENEVE"},
        {UDP("0868") INNER, "GTP-U"},
        {UDP("1111") INNER, "VXLAN"},
        {UDP("2222") INNER, "GENEVE"},
        {UDP("0869") INNER, "tunnel"},
        {MACS "8847 00010140 4500", "MPLS"},
        {MACS "8100 0014 8864 1100 0001 0002 0021", "PPPoE"},
        {MACS "0800 " IPV4("04") INNER, "IP in IP"},
        {MACS "0806", "tunnel"},
        {"", "tunnel"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f = frame_of(cases[i].hex);
        const char *kind = wrapping_of(&f, &outside);
        if (strcmp(kind, cases[i].kind) != 0)
            fail_msg("%s: %s, not %s", cases[i].hex, kind, cases[i].kind);
    }
}

static struct packet datagram(const char *hex, uint8_t protocol)
{
    static uint8_t bytes[256];
    size_t len = hex_read(hex, bytes, sizeof bytes);
    return (struct packet){
        .protocol = protocol, .destination_port = 4444, .payload = bytes_of(bytes, len)};
}

static void test_what_looks_like_one(void **state)
{
    static const struct {
        const char *hex, *kind;
        uint32_t id;
    } cases[] = {
        {"08000000 00002a00" INNER, "VXLAN", 42},
        {"08000000 00002a00" MACS "0806 0001 0800 0604 0001 " PADDING PADDING, "VXLAN", 42},
        {"08000000 00002a00" MACS "86dd 60000000 0000 3a40 " PADDING PADDING, "VXLAN", 42},
        {"08000000 00002a01" INNER, NULL, 0}, /* reserved bits are set */
        {"0c000000 00002a00" INNER, NULL, 0}, /* other flags */
        {"08000000 00002a00" MACS "0800 6500 0000 " PADDING PADDING, NULL, 0}, /* no IPv4 there */
        {"08000000 00002a00" MACS "1234 4500 0000 " PADDING PADDING, NULL, 0},
        {"08000000 00002a00 " MACS "0800", NULL, 0}, /* too short */
        {"00006558 00000700" INNER, "GENEVE", 7},
        {"01006558 00000700 deadbeef" INNER, "GENEVE", 7}, /* with an option */
        {"01006558 00000700" INNER, NULL, 0},
        {"40006558 00000700" INNER, NULL, 0}, /* version 1 */
        {"", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct packet p = datagram(cases[i].hex, 17);
        struct tunnel_suspected s = wrapping_suspect(&p);
        bool right = !s.kind == !cases[i].kind && (!s.kind || strcmp(s.kind, cases[i].kind) == 0);
        if (!right || s.id != cases[i].id || s.port != 4444)
            fail_msg("%s: %s %u on %u", cases[i].hex, s.kind ? s.kind : "nothing", s.id, s.port);
    }
    struct packet tcp = datagram("08000000 00002a00" INNER, 6);
    assert_null(wrapping_suspect(&tcp).kind);
}

static void test_pieces_of_tunnels(void **state)
{
    static const struct {
        const char *hex;
        uint8_t protocol;
        bool is;
    } cases[] = {
        {"", 47, true},                     /* GRE, whichever piece */
        {"9c40 12b5 0046 0000", 17, true},  /* the first of VXLAN */
        {"9c40 0035 0046 0000", 17, false}, /* of DNS */
        {"9c40 12b5", 17, false},           /* a later one of whatever */
        {"9c40 12b5 0046 0000", 6, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct packet p = datagram(cases[i].hex, cases[i].protocol);
        assert_int_equal(wrapping_is_carrier(&p), cases[i].is);
    }
}

static void test_what_every_network_has(void **state)
{
    static const struct {
        enum unread_what what;
        uint16_t number;
        bool common;
        const char *name;
    } cases[] = {
        {UNREAD_ETHERTYPE, 0x0806, true, NULL},
        {UNREAD_ETHERTYPE, 0x88cc, true, NULL},
        {UNREAD_ETHERTYPE, 0x0026, true, NULL}, /* a length */
        {UNREAD_ETHERTYPE, 0x8847, false, "MPLS"},
        {UNREAD_ETHERTYPE, 0xabcd, false, NULL},
        {UNREAD_IP, 1, true, NULL},
        {UNREAD_IP, 58, true, NULL},
        {UNREAD_IP, 50, false, "IPsec ESP, encrypted"},
        {UNREAD_IP, 250, false, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct unread u = {.what = cases[i].what, .number = cases[i].number};
        const char *name = wrapping_unread_name(&u);
        assert_int_equal(wrapping_is_common(u.what, u.number), cases[i].common);
        assert_true(!name == !cases[i].name && (!name || strcmp(name, cases[i].name) == 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_what_looks_like_one),
        cmocka_unit_test(test_pieces_of_tunnels),
        cmocka_unit_test(test_what_every_network_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
