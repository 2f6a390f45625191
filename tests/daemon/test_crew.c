/* test_crew.c - threads that read an interface of a network namespace of our own, so root only;
 * skipped otherwise. */
#include "daemon/crew.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "graph/wire.h"
#include "tests/check.h"

enum { TALKS = 60, STEPS = 4, WORKERS_AT_MOST = 4, WAIT_MS = 15000 };
enum { ETHERNET = 14, IP = 20, GRE = 4, TCP = 20 };

static bool has_namespace;
static int wire; /* frames written here pass the interface */

/* --- frames --- */

static uint8_t *put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    return put16(put16(at, value >> 16), value & 0xffff);
}

static uint8_t *put_ethernet(uint8_t *at)
{
    memcpy(at, "\2\0\0\0\0\1\2\0\0\0\0\2\10\0", ETHERNET);
    return at + ETHERNET;
}

static uint8_t *put_ip(uint8_t *at, size_t payload, uint8_t protocol, const uint32_t ends[2])
{
    at = put16(at, 0x4500);
    at = put16(at, (unsigned)(IP + payload));
    at = put32(at, 0);
    *at++ = 64;
    *at++ = protocol;
    return put32(put32(put16(at, 0), ends[0]), ends[1]);
}

struct talk {
    unsigned number;
    bool in_tunnels; /* each direction in a tunnel of its own, whose ends are others each time */
};

/* SYN, SYN-ACK, request, response. */
static size_t make_frame(uint8_t *frame, struct talk t, unsigned step)
{
    bool back = step % 2;
    char text[64] = "";
    if (step == 2)
        snprintf(text, sizeof text, "GET /%u HTTP/1.1\r\nHost: a\r\n\r\n", t.number);
    if (step == 3)
        snprintf(text, sizeof text, "HTTP/1.1 204 No Content\r\n\r\n");
    const uint32_t ends[2] = {0x0a090000 + t.number, 0x0a080001};
    const uint32_t outer[2] = {0x0a010000 + t.number * 7 + step * 1000, 0x0a020001 + step};
    size_t segment = TCP + strlen(text);
    uint8_t *at = put_ethernet(frame);
    if (t.in_tunnels) {
        at = put_ip(at, GRE + ETHERNET + IP + segment, IPPROTO_GRE, outer);
        at = put_ethernet(put32(at, 0x6558)); /* Ethernet in GRE */
    }
    at = put_ip(at, segment, IPPROTO_TCP, (uint32_t[]){ends[back], ends[!back]});
    at = put16(at, back ? 80 : 30000 + t.number);
    at = put16(at, back ? 30000 + t.number : 80);
    at = put32(at, step < 2 ? 100 : 101);
    at = put32(at, step ? 101 : 0);
    static const uint8_t flags[STEPS] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK, TCP_ACK};
    *at++ = TCP / 4 << 4;
    *at++ = flags[step];
    at = put32(put16(at, 64000), 0);
    memcpy(at, text, strlen(text));
    return (size_t)(at - frame) + strlen(text);
}

/* All at the same time, step by step; from the `first`-th on. */
static void send_talks(unsigned first, bool in_tunnels)
{
    uint8_t frame[256];
    for (unsigned step = 0; step < STEPS; step++)
        for (unsigned i = 0; i < TALKS; i++) {
            size_t len = make_frame(frame, (struct talk){first + i, in_tunnels}, step);
            assert_int_equal(write(wire, frame, len), len);
        }
}

/* --- the crew --- */

static struct fixture {
    struct daemon_options options;
    struct live *live[WORKERS_AT_MOST];
    struct crew *crew;
    struct sensing whole;
    unsigned answered;
    uint64_t last_number; /* of what one collection told */
    uint64_t window_end_ns;
    struct capture_counters capture;
} f;

static void open_crew(unsigned workers)
{
    struct err err = {0};
    memset(&f, 0, sizeof f);
    f.options = (struct daemon_options){
        .window_ns = 1000000000, .workers = workers, .log = "-", .engine.key = {{5, 6}}};
    networks_init(&f.options.networks);
    bool opened = live_open_shared(&(struct live_options){.interface = "lo", .filter = "not icmp"},
                                   &f.options.engine.key, workers, f.live, &err) &&
                  (f.crew = crew_new(&f.options, f.live, 1, &err)) != NULL &&
                  sensing_open(&f.whole, &f.options, 0, -1, &err);
    if (!opened)
        fail_msg("%s", err.text);
    crew_join(f.crew, &f.whole);
    assert_true(crew_start(f.crew, &err));
}

static void look_at_exchanges(void)
{
    struct cursor c = cursor_over(writer_view(&f.whole.log));
    struct exchange x;
    f.last_number = 0;
    while (cursor_left(&c)) {
        assert_true(wire_get_exchange(&c, &x));
        assert_string_equal(x.status, "204");
        assert_int_equal(x.notes, 0);
        assert_true(x.number > f.last_number);
        f.last_number = x.number;
        f.answered++;
    }
}

/* Windows follow each other, and what they say of the capture only grows. */
static void collect(void)
{
    for (bool window = true; window;) {
        crew_pause(f.crew);
        window = sensing_collect(&f.whole);
        crew_resume(f.crew);
        look_at_exchanges();
        if (!window)
            break;
        const struct delta *d = &f.whole.window;
        assert_true(d->start_ns >= f.window_end_ns);
        assert_true(d->capture.frames >= f.capture.frames);
        f.window_end_ns = d->end_ns;
        f.capture = d->capture;
        delta_free(&f.whole.window);
    }
}

static void collect_until(unsigned answered)
{
    for (int ms = 0; f.answered < answered && ms < WAIT_MS; ms += 10) {
        poll(NULL, 0, 10);
        collect();
    }
    assert_int_equal(f.answered, answered);
}

static void close_crew(void)
{
    crew_stop(f.crew);
    collect();
    f.whole.worker_len = 0;
    sensing_close(&f.whole);
    crew_free(f.crew);
    for (unsigned i = 0; i < f.options.workers; i++)
        live_close(f.live[i]);
}

static void need_namespace(void)
{
    if (!has_namespace)
        skip();
}

/* However many read, and whatever is around the packets: each request meets its answer. */
static void every_request_meets_its_answer(void **state)
{
    (void)state;
    need_namespace();
    for (unsigned workers = 1; workers <= WORKERS_AT_MOST; workers += workers) {
        open_crew(workers);
        send_talks(0, false);
        collect_until(TALKS);
        send_talks(TALKS, true);
        collect_until(2 * TALKS);
        send_talks(2 * TALKS, false);
        collect_until(3 * TALKS);
        close_crew();
        assert_int_equal(f.answered, 3 * TALKS);
        assert_int_equal(f.capture.frames, 3 * TALKS * STEPS);
        assert_int_equal(f.capture.packets, 3 * TALKS * STEPS);
        assert_int_equal(f.capture.kernel_drops, 0);
    }
}

/* Is what comes now decoded at once? */
static bool is_at_once(unsigned *rounds)
{
    uint64_t sent_ns = clock_monotonic_ns();
    send_talks(*rounds * TALKS, false);
    *rounds += 1;
    collect_until(*rounds * TALKS);
    return clock_monotonic_ns() - sent_ns < LIVE_DELAY_NS;
}

/* Everything goes through the mailboxes until for a while nothing needed it. */
static void mailboxes_only_when_needed(void **state)
{
    (void)state;
    need_namespace();
    open_crew(3);
    unsigned rounds = 0;
    uint64_t start_ns = clock_monotonic_ns(), end_ns = start_ns + 3 * CREW_PLAIN_NS;
    bool at_once = is_at_once(&rounds);
    assert_false(at_once);
    while (!at_once && clock_monotonic_ns() < end_ns)
        at_once = is_at_once(&rounds);
    assert_true(at_once);
    assert_true(clock_monotonic_ns() - start_ns > CREW_PLAIN_NS / 10 * 9);
    send_talks(rounds * TALKS, true);
    collect_until(++rounds * TALKS);
    assert_false(is_at_once(&rounds));
    close_crew();
    assert_int_equal(f.answered, rounds * TALKS);
    assert_int_equal(f.capture.frames, rounds * TALKS * STEPS);
}

/* A crew is asked to stop while frames are on their way: they are read. */
static void stops_after_the_last_frame(void **state)
{
    (void)state;
    need_namespace();
    open_crew(3);
    send_talks(0, true);
    close_crew();
    assert_int_equal(f.answered, TALKS);
    assert_int_equal(f.capture.frames, TALKS * STEPS);
}

/* Nothing comes, and still windows end, in all threads. */
static void windows_end_in_silence(void **state)
{
    (void)state;
    need_namespace();
    open_crew(3);
    uint64_t start_ns = clock_wall_ns();
    for (int ms = 0; f.window_end_ns < start_ns + 2000000000 && ms < WAIT_MS; ms += 10) {
        poll(NULL, 0, 10);
        collect();
    }
    uint64_t now_ns = clock_wall_ns();
    assert_true(f.window_end_ns >= start_ns + 2000000000);
    assert_true(now_ns - f.window_end_ns < 2000000000);
    assert_true(crew_read_until(f.crew) + 2000000000 > now_ns);
    close_crew();
    assert_int_equal(f.capture.frames, 0);
}

static int enter_namespace(void **state)
{
    struct ifreq request = {.ifr_name = "lo"};
    (void)state;
    has_namespace = geteuid() == 0 && unshare(CLONE_NEWNET) == 0;
    if (!has_namespace)
        return 0;
    wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    assert_int_equal(ioctl(wire, SIOCGIFFLAGS, &request), 0);
    request.ifr_flags |= IFF_UP;
    assert_int_equal(ioctl(wire, SIOCSIFFLAGS, &request), 0);
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex("lo")};
    assert_int_equal(bind(wire, (struct sockaddr *)&to, sizeof to), 0);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_meets_its_answer),
        cmocka_unit_test(mailboxes_only_when_needed),
        cmocka_unit_test(stops_after_the_last_frame),
        cmocka_unit_test(windows_end_in_silence),
    };
    return cmocka_run_group_tests(tests, enter_namespace, NULL);
}
