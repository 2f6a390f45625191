/* test_intake.c - what becomes of frames: packets, copies, fragments, and where each is counted.
 *
 * A feed is told as words: a digit for a datagram, and a letter for the way it is seen: p plainly,
 * v in a VLAN, t in a tunnel; a b c are its three fragments, A B C those in a VLAN. What is handed
 * on is told as the digit, with "=" for a copy and "-" for one whose rest is cut off. "~" lets a
 * second pass. */
#include "capture/intake.h"

#include <stdio.h>

#include "tests/capture/packets.h"
#include "tests/check.h"

enum { PAYLOAD = 300, PIECE = 128 };

struct desk {
    struct intake *intake;
    struct capture_counters counters;
    struct rebuilt out;
    uint64_t number, now_ns, last_number;
    char story[256];
    struct desk *whole; /* in two steps: who takes what is no fragment, and what comes of those */
};

static void open_desk(struct desk *d, bool no_dedup)
{
    struct intake_options options = {.key = {{1, 2}}, .no_dedup = no_dedup};
    struct err err;
    *d = (struct desk){.number = 1, .now_ns = 1000000000, .out = rebuilt_new()};
    d->intake = intake_new(&options, &d->counters, &err);
    assert_non_null(d->intake);
    assert_non_null(d->out.bytes);
}

static void close_desk(struct desk *d)
{
    intake_free(d->intake);
    rebuilt_free(&d->out);
}

static void tell(struct desk *d, const struct packet *packet, size_t len)
{
    for (const struct packet *p = packet; p < packet + len; p++) {
        char *end = d->story + strlen(d->story);
        assert_true(p->number > d->last_number);
        d->last_number = p->number;
        assert_int_equal(p->payload.len + p->cut, PAYLOAD);
        snprintf(end, 4, "%c%s%s", p->payload.at[0], p->copy ? "=" : "", p->cut ? "-" : "");
    }
}

static void take(struct desk *d, const struct frame *f);

/* The second step, for what the first one made. */
static void take_packets(struct desk *d, struct packet *packet, size_t len, struct brought by)
{
    static const struct brought given_up;
    for (size_t i = 0; i < len; i++) {
        intake_packet(d->intake, &packet[i], i + 1 < len ? &given_up : &by);
        packet[i].number = d->number++;
    }
    tell(d, packet, len);
}

static void take_in_two_steps(struct desk *d, const struct frame *f)
{
    static const struct frame_options options;
    struct packet packet[INTAKE_PACKETS_MAX];
    struct brought by = {0};
    bool is_fragment = frame_parse(f, &options, packet) == FRAME_FRAGMENT;
    d->out.len = 0;
    take_packets(d->whole, packet, intake_give_up(d->intake, f->time_ns, &d->out, packet), by);
    if (!is_fragment) {
        take(d->whole, f);
        return;
    }
    size_t len = intake_fragment(d->intake, f, &d->out, packet, &by);
    take_packets(d->whole, packet, len, by);
}

static void take(struct desk *d, const struct frame *f)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    if (d->whole) {
        take_in_two_steps(d, f);
        return;
    }
    d->out.len = 0;
    tell(d, packet, intake_frame(d->intake, f, &d->number, &d->out, packet));
}

static void see(struct desk *d, bool v6, char what, char how)
{
    static const struct place places[128] = {['v'] = {.vlan = 20}, ['t'] = {.gre_key = 9}};
    uint8_t ip[1024], fragment[1024], bytes[2048], payload[PAYLOAD];
    char place = strchr("ABC", how) ? 'v' : how;
    memset(payload, what, sizeof payload);
    struct made m = {
        .v6 = v6, .udp = true, .id = (uint16_t)what, .payload = payload, .payload_len = PAYLOAD};
    const uint8_t *packet = ip;
    size_t len = packets_ip(&m, ip);
    if (strchr("abcABC", how)) {
        size_t nth = (size_t)((how | 0x20) - 'a');
        len = packets_fragment(ip, len, nth * PIECE, PIECE, (uint32_t)what, fragment);
        packet = fragment;
    }
    d->now_ns += 1000;
    struct frame f = packets_frame(packet, len, &places[(int)place], d->now_ns, bytes);
    take(d, &f);
}

static void play(struct desk *d, bool v6, const char *words)
{
    for (; *words; words++) {
        if (*words == ' ')
            continue;
        if (*words == '~') {
            d->now_ns += 1000000000;
            continue;
        }
        see(d, v6, words[0], words[1]);
        words++;
    }
    struct packet packet[INTAKE_PACKETS_MAX];
    struct desk *last = d->whole ? d->whole : d;
    d->out.len = 0;
    for (size_t len; (len = intake_finish(d->intake, &last->number, &d->out, packet));)
        tell(last, packet, len);
}

/* Every frame ends in exactly one of these. */
static uint64_t accounted(const struct capture_counters *c)
{
    return c->packets + c->not_ip + c->other_ip + c->fragments + c->headers_cut + c->malformed +
           c->duplicates;
}

static const struct sample {
    const char *claim, *words, *story;
    unsigned packets, fragments, duplicates, rebuilt, unfinished;
    enum { BOTH = 0, NO_DEDUP = 1, ONLY_V4 = 2 } how;
} samples[] = {
    {"packets", "1p2p3p", "123", 3, 0, 0, 0, 0, BOTH},
    {"copies", "1p1v2v2p", "11=22=", 2, 0, 2, 0, 0, BOTH},
    {"in a tunnel and outside", "1t1p2p2t", "11=22=", 2, 0, 2, 0, 0, BOTH},
    {"copies that count as packets", "1p1v2v2p", "1122", 4, 0, 0, 0, 0, NO_DEDUP},
    {"fragments", "1a1b1c2c2b2a", "12", 2, 4, 0, 2, 0, BOTH},
    {"copies of fragments", "1a1A1b1B1c1C", "1", 1, 2, 3, 1, 0, BOTH},
    {"each fragment twice", "1a1a1b1b1c1c", "1", 1, 2, 3, 1, 0, BOTH},
    {"all of them, then again", "1a1b1c1A1B1C", "1", 1, 2, 3, 1, 0, BOTH},
    {"some seen only in another VLAN", "1a1A1B1c", "1", 1, 2, 1, 1, 0, BOTH},
    {"fragments in each VLAN that count as packets", "1a1A1b1B1c1C", "11", 2, 4, 0, 2, 0, NO_DEDUP},
    {"cut by a router, and before it", "1a1b1c1v2v2a2b2c", "11=22=", 2, 4, 2, 2, 0, ONLY_V4},
    {"a fragment is missing", "1a1c2p~3p", "21-3", 2, 2, 0, 0, 1, BOTH},
    {"the last is missing as the capture ends", "2p1a1b", "21-", 1, 2, 0, 0, 1, BOTH},
    {"the first is missing", "1b1c2p", "2", 1, 2, 0, 0, 1, BOTH},
};

static bool is_as_expected(const struct sample *s, const char *how, const char *story,
                           const struct capture_counters *c)
{
    if (strcmp(story, s->story) == 0 && c->packets == s->packets && c->fragments == s->fragments &&
        c->duplicates == s->duplicates && c->rebuilt == s->rebuilt &&
        c->unfinished == s->unfinished && accounted(c) == c->frames)
        return true;
    print_error("%s, %s: %s, not %s; packets %d, fragments %d, duplicates %d, rebuilt %d, "
                "unfinished %d\n",
                s->claim, how, story, s->story, (int)c->packets, (int)c->fragments,
                (int)c->duplicates, (int)c->rebuilt, (int)c->unfinished);
    return false;
}

static void test_feeds(void **state)
{
    (void)state;
    bool failed = false;
    for (size_t i = 0; i < 2 * sizeof samples / sizeof *samples; i++) {
        const struct sample *s = &samples[i / 2];
        struct desk d;
        if (i % 2 && s->how & ONLY_V4) /* IPv6 is cut by nobody but its sender */
            continue;
        open_desk(&d, s->how & NO_DEDUP);
        play(&d, i % 2, s->words);
        if (!is_as_expected(s, i % 2 ? "IPv6" : "IPv4", d.story, &d.counters))
            failed = true;
        close_desk(&d);
    }
    assert_false(failed);
}

static void add(uint64_t *sum, const uint64_t *more, size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof *sum; i++)
        sum[i] += more[i];
}

/* Two who share the work see, count and tell what one does. */
static void test_in_two_steps(void **state)
{
    (void)state;
    bool failed = false;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const struct sample *s = &samples[i];
        struct desk one, whole, first;
        struct vantage row[2][VANTAGES_MAX];
        uint64_t dropped[2];
        open_desk(&one, s->how & NO_DEDUP);
        open_desk(&whole, s->how & NO_DEDUP);
        open_desk(&first, s->how & NO_DEDUP);
        first.whole = &whole;
        play(&one, false, s->words);
        play(&first, false, s->words);
        add((uint64_t *)&whole.counters, (uint64_t *)&first.counters, sizeof first.counters);
        vantages_move(intake_vantages(whole.intake), intake_vantages(first.intake));
        size_t rows = vantages_take(intake_vantages(one.intake), row[0], &dropped[0]);
        if (!is_as_expected(s, "in two steps", whole.story, &whole.counters) ||
            memcmp(&whole.counters, &one.counters, sizeof one.counters) != 0 ||
            vantages_take(intake_vantages(whole.intake), row[1], &dropped[1]) != rows ||
            memcmp(row[0], row[1], rows * sizeof **row) != 0) {
            print_error("%s: two count otherwise than one\n", s->claim);
            failed = true;
        }
        close_desk(&one);
        close_desk(&whole);
        close_desk(&first);
    }
    assert_false(failed);
}

/* A tunnel whose outer packets are cut into fragments is looked into all the same. */
static void test_a_tunnel_in_fragments(void **state)
{
    static const struct place tunnel = {.gre_key = 9}, here;
    (void)state;
    struct desk d;
    uint8_t payload[PAYLOAD], ip[1024], bytes[2048], fragment[1024], again[2048];
    open_desk(&d, false);
    memset(payload, '1', sizeof payload);
    struct made m = {.udp = true, .id = 1, .payload = payload, .payload_len = PAYLOAD};
    size_t len = packets_ip(&m, ip);
    struct frame outer = packets_frame(ip, len, &tunnel, 1, bytes);
    size_t outer_len = outer.captured - 14;
    for (size_t at = 0; at < outer_len - 20; at += PIECE) {
        size_t part = packets_fragment(bytes + 14, outer_len, at, PIECE, 7, fragment);
        struct frame f = packets_frame(fragment, part, &here, 1000000000 + at, again);
        take(&d, &f);
    }
    assert_string_equal(d.story, "1");
    assert_int_equal(d.counters.packets, 1);
    assert_int_equal(d.counters.rebuilt, 1);
    assert_int_equal(accounted(&d.counters), d.counters.frames);
    close_desk(&d);
}

/* Each vantage has its packets and how many of them were copies. */
static void test_vantages(void **state)
{
    (void)state;
    struct desk d;
    struct vantage row[VANTAGES_MAX];
    uint64_t dropped;
    open_desk(&d, false);
    play(&d, false, "1p1v2v2p3p3t4a4A4b4c");
    assert_int_equal(vantages_take(intake_vantages(d.intake), row, &dropped), 3);
    static const struct {
        uint16_t vlan;
        uint8_t tunnels;
        uint64_t packets, duplicates;
    } expected[] = {{0, 0, 6, 1}, {0, 1, 1, 1}, {20, 0, 3, 2}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(row[i].vlan, expected[i].vlan);
        assert_int_equal(row[i].tunnels, expected[i].tunnels);
        assert_int_equal(row[i].packets, expected[i].packets);
        assert_int_equal(row[i].duplicates, expected[i].duplicates);
    }
    assert_int_equal(dropped, 0);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feeds),
        cmocka_unit_test(test_in_two_steps),
        cmocka_unit_test(test_a_tunnel_in_fragments),
        cmocka_unit_test(test_vantages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
