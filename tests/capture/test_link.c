/* test_link.c - whom a frame is for, and what it says it carries. */
#include "capture/link.h"

#include <pcap/dlt.h>

#include "tests/capture/hex.h"
#include "tests/check.h"

#define OURS "02000000000a "
#define OTHER "02000000000b "
#define ANOTHER "02000000000c "

static struct frame frame_of(int link_type, const char *hex)
{
    static uint8_t bytes[64];
    uint32_t len = (uint32_t)hex_read(hex, bytes, sizeof bytes);
    return (struct frame){.captured = len, .length = len, .data = bytes, .link_type = link_type};
}

static void test_addressee(void **state)
{
    static const struct {
        const char *hex;
        int link_type;
        enum addressee is, is_without_mac;
    } cases[] = {
        {OURS OTHER "0800", DLT_EN10MB, LINK_TO_US, LINK_TO_OTHERS},
        {OTHER OURS "0800", DLT_EN10MB, LINK_FROM_US, LINK_TO_OTHERS},
        {OTHER ANOTHER "0800", DLT_EN10MB, LINK_TO_OTHERS, LINK_TO_OTHERS},
        {"ffffffffffff " OTHER "0806", DLT_EN10MB, LINK_TO_MANY, LINK_TO_MANY},
        {"01005e000001 " OTHER "0800", DLT_EN10MB, LINK_TO_MANY, LINK_TO_MANY},
        {"ffffffffffff " OURS "0806", DLT_EN10MB, LINK_FROM_US, LINK_TO_MANY},
        {OURS "0200000000", DLT_EN10MB, LINK_TO_OTHERS, LINK_TO_OTHERS}, /* cut */
        {"0000 0001 0006", DLT_LINUX_SLL, LINK_TO_US, LINK_TO_US},
        {"0001 0001 0006", DLT_LINUX_SLL, LINK_TO_MANY, LINK_TO_MANY},
        {"0002 0001 0006", DLT_LINUX_SLL, LINK_TO_MANY, LINK_TO_MANY},
        {"0003 0001 0006", DLT_LINUX_SLL, LINK_TO_OTHERS, LINK_TO_OTHERS},
        {"0004 0001 0006", DLT_LINUX_SLL, LINK_FROM_US, LINK_FROM_US},
        {"0005 0001 0006", DLT_LINUX_SLL, LINK_TO_OTHERS, LINK_TO_OTHERS},
        {"0800 0000 00000003 0001 04 06", DLT_LINUX_SLL2, LINK_FROM_US, LINK_FROM_US},
        {"0800 0000 00000003 0001", DLT_LINUX_SLL2, LINK_TO_OTHERS, LINK_TO_OTHERS}, /* cut */
        {"4500", DLT_RAW, LINK_TO_OTHERS, LINK_TO_OTHERS},
    };
    static const uint8_t ours[MAC_BYTES] = {2, 0, 0, 0, 0, 10}, unknown[MAC_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f = frame_of(cases[i].link_type, cases[i].hex);
        if (link_addressee(&f, ours) != cases[i].is ||
            link_addressee(&f, unknown) != cases[i].is_without_mac)
            fail_msg("%s: %d and %d", cases[i].hex, link_addressee(&f, ours),
                     link_addressee(&f, unknown));
    }
}

static void test_ethertype(void **state)
{
    static const struct {
        const char *hex;
        int link_type;
        uint16_t ethertype;
    } cases[] = {
        {OURS OTHER "0806", DLT_EN10MB, 0x0806},
        {OURS OTHER "8100 0014 8847", DLT_EN10MB, 0x8847},
        {OURS OTHER "88a8 0001 8100 0014 0800", DLT_EN10MB, 0x0800},
        {OURS OTHER "8100 00", DLT_EN10MB, 0}, /* cut */
        {OURS, DLT_EN10MB, 0},
        {OURS OTHER "0806", DLT_RAW, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f = frame_of(cases[i].link_type, cases[i].hex);
        if (link_ethertype(&f) != cases[i].ethertype)
            fail_msg("%s: %04x", cases[i].hex, link_ethertype(&f));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addressee),
        cmocka_unit_test(test_ethertype),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
