/* test_spread.c - the kernel's program and our arithmetic agree. Root only; skipped otherwise. */
#include "capture/spread.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "capture/live.h"
#include "tests/capture/hex.h"
#include "tests/capture/tap.h"
#include "tests/check.h"

enum { READERS = 5, WAIT_MS = 2000, FLOWS = 40 };

static const struct hash_key key = {{0x0123456789abcdef, 0xfedcba9876543210}};
static int tap;
static struct live *reader[READERS];

static struct {
    const char *what; /* is being tested */
    unsigned by;      /* who reads now */
    unsigned received[READERS];
    unsigned frames;
} seen;

static void see(void *ctx, const struct frame *frame)
{
    static const struct frame_options options;
    struct packet p;
    (void)ctx;
    enum frame_verdict verdict = frame_parse(frame, &options, &p);
    if (verdict != FRAME_PACKET && verdict != FRAME_FRAGMENT)
        fail_msg("%s: the verdict is %d", seen.what, verdict);
    unsigned meant = verdict == FRAME_PACKET ? spread_packet(&key, &p, READERS)
                                             : spread_fragment(&key, &p, READERS);
    if (meant != seen.by)
        fail_msg("%s: reader %u got it, not %u", seen.what, seen.by, meant);
    seen.received[seen.by]++;
    seen.frames++;
}

static void read_until(unsigned frames)
{
    struct pollfd wait[READERS];
    struct err err;
    for (unsigned i = 0; i < READERS; i++)
        wait[i] = (struct pollfd){.fd = live_fd(reader[i]), .events = POLLIN};
    while (seen.frames < frames) {
        if (poll(wait, READERS, WAIT_MS) <= 0)
            fail_msg("%s: only %u of %u frames", seen.what, seen.frames, frames);
        for (seen.by = 0; seen.by < READERS; seen.by++)
            live_read(reader[seen.by], 64, see, NULL, &err);
    }
    assert_int_equal(seen.frames, frames);
}

#define MACS "02 00 00 00 00 0b  02 00 00 00 00 0a "
#define PORTS "9c40 0050 "
#define TCP_REST "00000001 00000000 5002 ffff 0000 0000"
#define V4_REST "0001 0000 40 06 0000  0a 00 00 01  0a 00 00 02 "
#define V6_ENDS "2001 0db8 0000 0001 0000 0000 0000 0005  fd00 0001 0002 0003 0004 0005 0006 0007 "

static const struct {
    const char *what, *hex;
    size_t port_at, address_at; /* a byte of the client's port, of its address; 0: none is there */
} cases[] = {
    {"TCP in IPv4", MACS "0800 4500 0028 " V4_REST PORTS TCP_REST, 35, 29},
    {"TCP in IPv4 with options", MACS "0800 4600 002c " V4_REST "01010100 " PORTS TCP_REST, 39, 29},
    {"UDP in IPv4",
     MACS "0800 4500 001e 0001 0000 40 11 0000 0a000001 0a000002 " PORTS "000a 0000 6869", 35, 29},
    {"behind a VLAN tag", MACS "8100 0064 0800 4500 0028 " V4_REST PORTS TCP_REST, 39, 33},
    {"behind two VLAN tags", MACS "88a8 0064 8100 0065 0800 4500 0028 " V4_REST PORTS TCP_REST, 43,
     37},
    {"TCP in IPv6", MACS "86dd 6000 0000 0014 06 40 " V6_ENDS PORTS TCP_REST, 55, 37},
    {"TCP in IPv6 behind two tags",
     MACS "8100 0064 8100 0065 86dd 6000 0000 0014 06 40 " V6_ENDS PORTS TCP_REST, 63, 45},
    {"the first fragment",
     MACS "0800 4500 002c 0001 2000 40 06 0000 0a000001 0a000002 " PORTS TCP_REST "00000000", 0,
     29},
    {"a later fragment",
     MACS "0800 4500 0028 0001 0010 40 06 0000 0a000001 0a000002 " PORTS TCP_REST, 0, 29},
    {"a fragment in IPv6",
     MACS "86dd 6000 0000 001c 2c 40 " V6_ENDS "0600 0001 0000 0007 " PORTS TCP_REST, 0, 37},
};

static void kernel_and_we_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t frame[256];
        size_t len = hex_read(cases[i].hex, frame, sizeof frame);
        memset(&seen, 0, sizeof seen);
        seen.what = cases[i].what;
        for (unsigned flow = 0; flow < FLOWS; flow++) {
            frame[cases[i].port_at && flow % 2 ? cases[i].port_at : cases[i].address_at]++;
            assert_int_equal(write(tap, frame, len), len);
        }
        read_until(FLOWS);
        for (unsigned r = 0; r < READERS; r++)
            if (!seen.received[r])
                fail_msg("%s: reader %u gets nothing", seen.what, r);
    }
}

/* Both directions of a flow go to one reader, and copies of it whatever is around them. */
static void directions_meet(void **state)
{
    struct packet there = {.source_port = 40000, .destination_port = 80, .protocol = IPPROTO_TCP};
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        there.source = address_v4((uint8_t[]){10, 0, (uint8_t)(i >> 3), (uint8_t)i});
        there.destination = address_v4((uint8_t[]){10, 9, 0, (uint8_t)(i * 7)});
        struct packet back = there;
        back.source = there.destination;
        back.destination = there.source;
        back.source_port = there.destination_port;
        back.destination_port = there.source_port;
        back.tunnels = 1;
        back.vlan = 5;
        assert_int_equal(spread_packet(&key, &there, 8), spread_packet(&key, &back, 8));
        assert_int_equal(spread_fragment(&key, &there, 8), spread_fragment(&key, &back, 8));
    }
}

/* Many connections between two hosts are spread evenly, also with a key of zero. */
static void readers_get_equal_shares(void **state)
{
    (void)state;
    struct packet p = {.source = address_v4((uint8_t[]){10, 0, 0, 1}),
                       .destination = address_v4((uint8_t[]){10, 0, 0, 2}),
                       .destination_port = 80};
    const struct hash_key keys[] = {key, {{0, 0}}};
    for (size_t k = 0; k < 2; k++) {
        unsigned share[8] = {0};
        for (unsigned port = 32768; port < 32768 + 8000; port++) {
            p.source_port = (uint16_t)port;
            share[spread_packet(&keys[k], &p, 8)]++;
        }
        for (unsigned i = 0; i < 8; i++)
            if (share[i] < 500 || share[i] > 1500)
                fail_msg("reader %u gets %u of 8000, with key %zu", i, share[i], k);
    }
}

static int open_readers(void **state)
{
    struct err err;
    (void)state;
    tap_need_namespace();
    tap = tap_new("tap0");
    tap_set_up("tap0", true);
    bool opened = live_open_shared(
        &(struct live_options){.interface = "tap0", .filter = "ether dst 02:00:00:00:00:0b"}, &key,
        READERS, reader, &err);
    if (!opened)
        fail_msg("%s", err.text);
    return 0;
}

static int close_readers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < READERS; i++)
        live_close(reader[i]);
    close(tap);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kernel_and_we_agree, open_readers, close_readers),
        cmocka_unit_test(directions_meet),
        cmocka_unit_test(readers_get_equal_shares),
    };
    return cmocka_run_group_tests(tests, tap_enter_namespace, NULL);
}
