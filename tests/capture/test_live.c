/* test_live.c - interfaces of a network namespace of our own, so root only; skipped otherwise. */
#include "capture/live.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/capture/tap.h"
#include "tests/check.h"

enum { SMALL_RING = 2 * 1024 * 1024, PORT = 5353, WAIT_MS = 2000 };

static const struct frame_options automatic;

struct seen {
    unsigned packets;
    struct packet last;
    char payload[64];
};

static void see(void *ctx, const struct frame *frame)
{
    struct seen *seen = ctx;
    struct packet p;
    if (frame_parse(frame, &automatic, &p) != FRAME_PACKET || p.protocol != IPPROTO_UDP)
        return;
    seen->packets++;
    seen->last = p;
    bytes_to_text(seen->payload, sizeof seen->payload, p.payload);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void send_datagrams(unsigned count, const char *text)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (unsigned i = 0; i < count; i++) /* nobody listens: some report that, which is no matter */
        sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to);
    close(fd);
}

static struct live *open_live(const struct live_options *options)
{
    struct err err;
    tap_need_namespace();
    struct live *l = live_open(options, &err);
    if (!l)
        fail_msg("%s", err.text);
    return l;
}

/* Reads until `count` datagrams were seen or nothing comes any more. */
static void read_datagrams(struct live *l, unsigned count, struct seen *seen)
{
    struct err err;
    while (seen->packets < count) {
        struct pollfd wait = {.fd = live_fd(l), .events = POLLIN};
        assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
        enum live_status status = live_read(l, 64, see, seen, &err);
        assert_true(status == LIVE_READ || status == LIVE_SILENT);
    }
}

/* What is sent arrives once, with its place on the command line. */
static void test_sees_a_datagram(void **state)
{
    (void)state;
    struct live *l = open_live(&(struct live_options){.interface = "lo", .number = 3});
    struct seen seen = {0};
    uint64_t before_ns = now_ns();
    send_datagrams(1, "hello");
    read_datagrams(l, 1, &seen);
    assert_string_equal(seen.payload, "hello");
    assert_int_equal(seen.packets, 1);
    assert_int_equal(seen.last.destination_port, PORT);
    assert_int_equal(seen.last.interface, 3);
    assert_true(seen.last.time_ns >= before_ns && seen.last.time_ns <= now_ns());
    assert_string_equal(live_interface(l), "lo");
    live_close(l);
}

static void test_sees_all_interfaces_as_any(void **state)
{
    (void)state;
    struct live *l = open_live(&(struct live_options){.interface = "any"});
    struct seen seen = {0};
    send_datagrams(1, "cooked");
    read_datagrams(l, 1, &seen);
    assert_string_equal(seen.payload, "cooked");
    live_close(l);
}

/* Kernel and snapshot do their part: the filter drops, the snapshot cuts, and says how much. */
static void test_filters_and_cuts(void **state)
{
    (void)state;
    struct live *l = open_live(&(struct live_options){
        .interface = "lo", .filter = "udp and greater 80", .snap_bytes = 44});
    struct seen seen = {0};
    send_datagrams(1, "short");
    send_datagrams(1, "long enough to pass the filter, and then some more of it");
    read_datagrams(l, 1, &seen);
    assert_string_equal(seen.payload, "lo");
    assert_int_equal(seen.last.cut, 54);
    live_close(l);
}

/* libpcap's own time-out does not fire here; a caller has other things to do. */
static void test_returns_at_once_from_a_silent_interface(void **state)
{
    (void)state;
    struct live *l = open_live(&(struct live_options){.interface = "lo"});
    struct seen seen = {0};
    struct err err;
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (int i = 0; i < 100; i++)
        assert_int_equal(live_read(l, 64, see, &seen, &err), LIVE_SILENT);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec - before.tv_sec <= 1);
    live_close(l);
}

/* The counter in the kernel starts anew at each reading; ours goes on. */
static void test_counts_what_the_ring_had_no_room_for(void **state)
{
    (void)state;
    struct live *l = open_live(&(struct live_options){.interface = "lo", .ring_bytes = SMALL_RING});
    struct capture_counters first = {.frames = 5}, second;
    char text[1200];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    live_count_drops(l, &first);
    assert_int_equal(first.kernel_drops, 0);
    send_datagrams(6000, text);
    live_count_drops(l, &first);
    assert_true(first.kernel_drops > 1000);
    assert_int_equal(first.frames, 5);
    live_count_drops(l, &second);
    assert_true(second.kernel_drops >= first.kernel_drops);
    assert_true(second.kernel_drops < 2 * first.kernel_drops);
    assert_int_equal(second.interface_drops, 0);
    live_close(l);
}

static void write_frame(int tap)
{
    static const uint8_t frame[] = {
        0x02, 0,    0,    0,    0, 0x0b, 0x02, 0, 0,   0,   0, 0x0a, 0x08, 0x00, /* Ethernet */
        0x45, 0,    0,    30,   0, 1,    0x40, 0, 64,  17,  0, 0,    10,   0,
        0,    1,    10,   0,    0, 2,                       /* IPv4 */
        0x9c, 0x40, 0x14, 0xe9, 0, 10,   0,    0, 'h', 'i', /* UDP */
    };
    assert_int_equal(write(tap, frame, sizeof frame), sizeof frame);
}

/* An interface that goes down is only silent, and tells again when it is up. */
static void test_outlives_an_interface_that_is_down(void **state)
{
    (void)state;
    tap_need_namespace();
    int tap = tap_new("tap0");
    tap_set_up("tap0", true);
    struct live *l = open_live(&(struct live_options){.interface = "tap0"});
    struct seen seen = {0};
    struct err err;
    write_frame(tap);
    read_datagrams(l, 1, &seen);
    tap_set_up("tap0", false);
    for (int i = 0; i < 20; i++) {
        enum live_status status = live_read(l, 64, see, &seen, &err);
        if (status != LIVE_SILENT && status != LIVE_READ)
            fail_msg("%d: %s", status, err.text);
    }
    tap_set_up("tap0", true);
    write_frame(tap);
    read_datagrams(l, 2, &seen);
    assert_string_equal(seen.payload, "hi");
    live_close(l);
    close(tap);
}

/* However the caller waits, it learns that the interface was deleted; one of the same name that
 * comes later is another. */
static void test_tells_when_the_interface_is_deleted(void **state)
{
    (void)state;
    tap_need_namespace();
    for (int comes_again = 0; comes_again < 2; comes_again++) {
        int tap = tap_new("tap1"), other = -1;
        tap_set_up("tap1", true);
        struct live *l = open_live(&(struct live_options){.interface = "tap1"});
        struct seen seen = {0};
        struct err err;
        enum live_status status = LIVE_SILENT;
        close(tap);
        if (comes_again)
            other = tap_new("tap1");
        for (int i = 0; i < 20 && (status == LIVE_SILENT || status == LIVE_READ); i++) {
            struct pollfd wait = {.fd = live_fd(l), .events = POLLIN};
            poll(&wait, 1, 100);
            status = live_read(l, 64, see, &seen, &err);
        }
        assert_int_equal(status, LIVE_GONE);
        assert_string_equal(err.text, "tap1: the interface was deleted");
        live_close(l);
        if (other >= 0)
            close(other);
    }
}

/* The first tells of carrier and orders; what was deleted is told from what took its name. */
static void test_knows_how_the_interface_is(void **state)
{
    (void)state;
    tap_need_namespace();
    int tap = tap_new("tap2");
    tap_set_up("tap2", true);
    struct live *l = open_live(&(struct live_options){.interface = "tap2"});
    assert_int_equal(live_state(l), LIVE_STATE_UP);
    tap_set_up("tap2", false);
    assert_int_equal(live_state(l), LIVE_STATE_DOWN);
    tap_set_up("tap2", true);
    assert_int_equal(live_state(l), LIVE_STATE_UP);
    close(tap);
    assert_int_equal(live_state(l), LIVE_STATE_DELETED);
    tap = tap_new("tap2");
    tap_set_up("tap2", true);
    assert_int_equal(live_state(l), LIVE_STATE_DELETED);
    live_close(l);
    close(tap);
}

/* Readers that share an interface receive each frame once among them, and lose none meanwhile. */
static void test_is_shared_by_readers(void **state)
{
    (void)state;
    enum { READERS = 3, DATAGRAMS = 60 };
    struct live *l[READERS];
    struct seen seen = {0};
    struct err err;
    tap_need_namespace();
    send_datagrams(1, "before");
    if (!live_open_shared(&(struct live_options){.interface = "lo"}, &(struct hash_key){{1, 2}},
                          READERS, l, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < DATAGRAMS; i++)
        send_datagrams(1, "after"); /* each from another port */
    unsigned readers_with_some = 0, silent = 0;
    for (unsigned i = 0; i < READERS; i++, silent = 0) {
        unsigned before = seen.packets;
        while (silent < 3) {
            struct pollfd wait = {.fd = live_fd(l[i]), .events = POLLIN};
            poll(&wait, 1, 200);
            silent += live_read(l[i], 64, see, &seen, &err) == LIVE_SILENT;
        }
        readers_with_some += seen.packets > before;
    }
    assert_int_equal(seen.packets, DATAGRAMS);
    assert_int_equal(readers_with_some, READERS);
    for (unsigned i = 0; i < READERS; i++)
        live_close(l[i]);
}

static void refuses(const struct live_options *options, const char *text)
{
    struct err err;
    assert_null(live_open(options, &err));
    if (!strstr(err.text, text))
        fail_msg("expected: %s\ngot: %s", text, err.text);
}

static void test_says_what_is_wrong_and_what_to_do(void **state)
{
    (void)state;
    tap_need_namespace();
    refuses(&(struct live_options){.interface = "eth9"}, "eth9: no such interface; there are:");
    refuses(&(struct live_options){.interface = "eth9"}, " lo");
    refuses(&(struct live_options){.interface = "lo", .filter = "tcp prot 80"},
            "lo: the filter 'tcp prot 80' does not compile: ");
    refuses(&(struct live_options){.interface = "lo", .snap_bytes = 300000}, "262144 is the most");
    refuses(&(struct live_options){.interface = "lo", .ring_bytes = UINT32_MAX}, "is the most");
}

static void test_names_the_remedy_for_lacking_rights(void **state)
{
    (void)state;
    tap_need_namespace();
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        bool told = setgid(65534) == 0 && setuid(65534) == 0 &&
                    !live_open(&(struct live_options){.interface = "lo"}, &err) &&
                    strstr(err.text, "sudo setcap cap_net_raw+ep $(command -v tapgraph)");
        _exit(told ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sees_a_datagram),
        cmocka_unit_test(test_sees_all_interfaces_as_any),
        cmocka_unit_test(test_filters_and_cuts),
        cmocka_unit_test(test_returns_at_once_from_a_silent_interface),
        cmocka_unit_test(test_counts_what_the_ring_had_no_room_for),
        cmocka_unit_test(test_outlives_an_interface_that_is_down),
        cmocka_unit_test(test_tells_when_the_interface_is_deleted),
        cmocka_unit_test(test_knows_how_the_interface_is),
        cmocka_unit_test(test_is_shared_by_readers),
        cmocka_unit_test(test_says_what_is_wrong_and_what_to_do),
        cmocka_unit_test(test_names_the_remedy_for_lacking_rights),
    };
    return cmocka_run_group_tests(tests, tap_enter_namespace, NULL);
}
