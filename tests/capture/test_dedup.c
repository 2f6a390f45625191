/* test_dedup.c - which packets are copies.
 *
 * What is seen is told as words: a digit for what the packet says, an apostrophe for each time it
 * was sent again (on IPv4 with another id), a letter for where it was seen: p plainly, v in a VLAN,
 * r behind a router, t in a tunnel, i at another interface, d marked with another DSCP. A word "~"
 * is a pause that is too long for copies. The verdicts are letters too: F first, C copy, ?
 * uncertain. */
#include "capture/dedup.h"

#include <stdio.h>

#include "tests/capture/packets.h"
#include "tests/check.h"

enum kind { V4, V4_NO_ID, V6, UDP_V6, KINDS };

static const struct place places[128] = {
    ['p'] = {0},
    ['v'] = {.vlan = 20},
    ['r'] = {.hops = 1},
    ['t'] = {.gre_key = 7},
    ['i'] = {.interface = 1},
    ['d'] = {.tos = 0x28},
};

struct eyes {
    struct dedup *dedup;
    uint64_t now_ns;
};

static struct eyes open_eyes(void)
{
    static const struct hash_key key = {{1, 2}};
    struct eyes e = {dedup_new(&key), 1000000000};
    assert_non_null(e.dedup);
    return e;
}

static char see(struct eyes *e, enum kind kind, uint32_t what, unsigned resent, char where)
{
    static const struct frame_options automatic;
    static const char verdicts[] = "FC?";
    uint8_t ip[256], bytes[512];
    char text[16];
    struct made m = {
        .v6 = kind == V6 || kind == UDP_V6,
        .udp = kind == UDP_V6,
        .id = (uint16_t)(kind == V4 ? 1 + what * 4 + resent : 0),
        .sequence = what * 1000,
        .payload = text,
        .payload_len = (size_t)snprintf(text, sizeof text, "<%010u>", what),
    };
    size_t len = packets_ip(&m, ip);
    e->now_ns += 1000;
    struct frame f = packets_frame(ip, len, &places[(int)where], e->now_ns, bytes);
    struct packet p;
    assert_int_equal(frame_parse(&f, &automatic, &p), FRAME_PACKET);
    return verdicts[dedup_packet(e->dedup, &p, false)];
}

static void tell(enum kind kind, const char *seen, char *verdicts)
{
    struct eyes e = open_eyes();
    for (const char *at = seen; *at;) {
        if (*at == ' ') {
            at++;
            continue;
        }
        if (*at == '~') {
            e.now_ns += DEDUP_WINDOW_NS + 1000;
            at++;
            continue;
        }
        unsigned what = (unsigned)(*at++ - '0'), resent = 0;
        for (; *at == '\''; at++)
            resent++;
        *verdicts++ = see(&e, kind, what, resent, *at++);
    }
    *verdicts = '\0';
    dedup_free(e.dedup);
}

static const struct sample {
    const char *claim;
    const char *seen;
    const char *verdicts[KINDS]; /* NULL: as of the one before */
} samples[] = {
    {"different packets are no copies", "1p 2p 3p", {"FFF"}},
    {"each frame twice: known by its id, else not to be told at first",
     "1p 1p 2p 2p",
     {"FCFC", "F?F?"}},
    {"with and without a VLAN tag", "1p 1v 2p 2v", {"FCFC"}},
    {"before and behind a router", "1p 1r 2p 2r", {"FCFC"}},
    {"in a tunnel and outside", "1t 1p 2t 2p", {"FCFC"}},
    {"at two interfaces", "1p 1i 2i 2p", {"FCFC"}},
    {"three copies, in three places", "1p 1v 1r 2r 2p 2v", {"FCCFCC"}},
    {"six copies, in more places than are told apart", "1p 1v 1r 1t 1i", {"FCCCC"}},
    {"marked on the way", "1p 1d", {"FC", "F?"}},
    {"copies that interleave", "1p 2p 3p 1v 2v 3v", {"FFFCCC"}},
    {"sent again is no copy", "1p 1'p", {"FF", "F?"}},
    {"sent again, each seen in two places", "1p 1v 1'p 1'v", {"FCFC", "FC?C"}},
    {"sent again before the copy of the first comes", "1p 1'p 1v 1'v", {"FFCC", "F?CC"}},
    {"sent thrice, each seen in two places", "1p 1v 1'v 1'p 1''p 1''v", {"FCFCFC", "FC?C?C"}},
    {"a copy that comes too late is another packet", "1p ~ 1v", {"FF"}},
    {"of a packet that is sent again later nothing is left", "1p 1v ~ 1'p 1'v", {"FCFC"}},
};

static void test_copies_and_what_was_sent_again(void **state)
{
    (void)state;
    bool failed = false;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const char *expected = NULL;
        for (enum kind kind = V4; kind < KINDS; kind++) {
            char verdicts[64];
            expected = samples[i].verdicts[kind] ? samples[i].verdicts[kind] : expected;
            tell(kind, samples[i].seen, verdicts);
            if (strcmp(verdicts, expected) == 0)
                continue;
            print_error("%s, kind %d: %s, not %s\n", samples[i].claim, (int)kind, verdicts,
                        expected);
            failed = true;
        }
    }
    assert_false(failed);
}

/* Every packet `times` times at one place, one in `resent_each` sent again. Returns of how many
 * what was sent was not handed on exactly as often, and how many sightings were uncertain. */
static void see_many(struct eyes *e, enum kind kind, uint32_t from, uint32_t count, unsigned times,
                     uint32_t resent_each, uint32_t *ret_wrong, uint32_t *ret_uncertain)
{
    *ret_wrong = *ret_uncertain = 0;
    for (uint32_t what = from; what < from + count; what++) {
        unsigned sent = resent_each && what % resent_each == 0 ? 2 : 1, passed = 0;
        for (unsigned i = 0; i < sent * times; i++) {
            char verdict = see(e, kind, what, i / times, 'p');
            passed += verdict != 'C';
            *ret_uncertain += verdict == '?';
        }
        *ret_wrong += passed != sent;
    }
}

/* On a mirror that delivers everything twice or more, packets without an id are told from those
 * that were sent again once 200 have been seen; until then all pass. */
static void test_learns_that_everything_comes_twice(void **state)
{
    (void)state;
    for (enum kind kind = V4_NO_ID; kind < KINDS; kind++) {
        for (unsigned times = 2; times <= 4; times++) {
            struct eyes e = open_eyes();
            uint32_t wrong, uncertain;
            see_many(&e, kind, 0, DEDUP_LEARN - 1, times, 0, &wrong, &uncertain);
            assert_int_equal(wrong, DEDUP_LEARN - 1);
            assert_int_equal(uncertain, (DEDUP_LEARN - 1) * (times - 1));
            see_many(&e, kind, DEDUP_LEARN, 10000, times, 20, &wrong, &uncertain);
            assert_int_equal(wrong, 0);
            assert_int_equal(uncertain, 0);
            dedup_free(e.dedup);
        }
    }
}

/* Nothing is ever eaten where packets are sent again, be it many. */
static void test_what_is_sent_again_often_passes(void **state)
{
    (void)state;
    for (enum kind kind = V4; kind < KINDS; kind++) {
        struct eyes e = open_eyes();
        uint32_t wrong, uncertain;
        see_many(&e, kind, 0, 10000, 1, 3, &wrong, &uncertain);
        assert_int_equal(wrong, 0);
        assert_int_equal(uncertain, kind == V4 ? 0 : 3334);
        dedup_free(e.dedup);
    }
}

/* Pairs of datagrams that are all alike, as senders of metrics have them, are no evidence of
 * copies: all pass. */
static void test_equal_datagrams_are_no_lesson(void **state)
{
    (void)state;
    struct eyes e = open_eyes();
    for (uint32_t i = 0; i < 4000; i++) {
        assert_int_equal(see(&e, UDP_V6, i / 1000, 0, 'p'), 'F');
        assert_int_equal(see(&e, UDP_V6, i / 1000, 0, 'p'), '?');
        e.now_ns += DEDUP_WINDOW_NS;
    }
    dedup_free(e.dedup);
}

/* What was learned is forgotten when the mirror stops doing it. */
static void test_unlearns(void **state)
{
    (void)state;
    struct eyes e = open_eyes();
    uint32_t wrong, uncertain;
    see_many(&e, V6, 0, 2000, 2, 0, &wrong, &uncertain);
    see_many(&e, V6, 2000, 1000, 1, 0, &wrong, &uncertain);
    assert_int_equal(wrong, 0);
    see_many(&e, V6, 3000, 2000, 1, 5, &wrong, &uncertain);
    assert_int_equal(wrong, 0);
    dedup_free(e.dedup);
}

/* Without copies it steps aside; when copies begin, a few dozen pass before it wakes. */
static void test_sleeps_and_wakes(void **state)
{
    (void)state;
    struct eyes e = open_eyes();
    uint32_t wrong, uncertain, what = 0;
    see_many(&e, V4, what, DEDUP_SLEEP - 1, 1, 100, &wrong, &uncertain);
    what += DEDUP_SLEEP - 1;
    assert_false(dedup_is_awake(e.dedup));
    see_many(&e, V6, what, 100000, 1, 100, &wrong, &uncertain);
    assert_int_equal(wrong, 0);
    assert_false(dedup_is_awake(e.dedup)); /* for all that was sent again */
    see_many(&e, V4, what, 1000, 2, 0, &wrong, &uncertain);
    assert_true(dedup_is_awake(e.dedup));
    assert_true(wrong < 300);
    see_many(&e, V4, what + 1000, 1000, 2, 10, &wrong, &uncertain);
    assert_int_equal(wrong, 0);
    dedup_free(e.dedup);
}

/* A SYN is sent again after a second at the earliest: the same in the window is a copy. */
static void test_handshakes(void **state)
{
    (void)state;
    for (unsigned flags = TCP_SYN; flags <= (TCP_SYN | TCP_ACK); flags += TCP_ACK) {
        struct eyes e = open_eyes();
        uint8_t ip[64] = {0x60, [6] = 6};
        struct packet p = {.protocol = 6, .tcp_flags = (uint8_t)flags, .ip = bytes_of(ip, 60)};
        p.time_ns = e.now_ns;
        assert_int_equal(dedup_packet(e.dedup, &p, false), DEDUP_FIRST);
        assert_int_equal(dedup_packet(e.dedup, &p, false), DEDUP_COPY);
        p.time_ns += 1000000000;
        assert_int_equal(dedup_packet(e.dedup, &p, false), DEDUP_FIRST);
        dedup_free(e.dedup);
    }
}

/* Networks that are told apart may have the same packets. */
static void test_tenants(void **state)
{
    (void)state;
    struct eyes e = open_eyes();
    uint8_t ip[64] = {0x45, [3] = 60, [5] = 9, [9] = 17};
    struct packet p = {.time_ns = e.now_ns, .ip_id = 9, .protocol = 17, .ip = bytes_of(ip, 60)};
    for (p.tenant = 0; p.tenant < 3; p.tenant++)
        assert_int_equal(dedup_packet(e.dedup, &p, false), DEDUP_FIRST);
    p.tenant = 1;
    assert_int_equal(dedup_packet(e.dedup, &p, false), DEDUP_COPY);
    dedup_free(e.dedup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_and_what_was_sent_again),
        cmocka_unit_test(test_learns_that_everything_comes_twice),
        cmocka_unit_test(test_what_is_sent_again_often_passes),
        cmocka_unit_test(test_equal_datagrams_are_no_lesson),
        cmocka_unit_test(test_unlearns),
        cmocka_unit_test(test_sleeps_and_wakes),
        cmocka_unit_test(test_handshakes),
        cmocka_unit_test(test_tenants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
