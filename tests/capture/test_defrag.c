/* test_defrag.c - packets out of fragments, in any order, twice, contradictory and incomplete.
 *
 * The packet is a UDP datagram of 4 fragments of 80 bytes and its 8 bytes of header in the first. A
 * conversation is told as digits, the fragments in the order in which they come; "+" lets 99 ms
 * pass,
 * "~" 31 s. An x before a digit is that fragment with another byte in it, a c the same cut short by
 * a snapshot, an o with 8 bytes of the fragment before it again. What comes of it: "whole", and
 * "cut N" if N bytes of its payload are missing, or "wrong" if a byte is not what it was. */
#include "capture/defrag.h"

#include <stdio.h>

#include "tests/capture/packets.h"
#include "tests/check.h"

enum { PIECE = 80, PIECES = 4, PAYLOAD = PIECE * PIECES - 8 };

static const struct frame_options automatic;

struct desk {
    struct defrag *defrag;
    struct capture_counters counters;
    struct rebuilt out;
    uint8_t payload[PAYLOAD], ip[MADE_MAX];
    size_t ip_len;
    uint64_t now_ns;
    char story[256];
};

static void open_desk(struct desk *d, bool v6, bool by_vantage, uint32_t cells_max)
{
    struct defrag_options options = {
        .key = {{1, 2}}, .by_vantage = by_vantage, .cells_max = cells_max};
    *d = (struct desk){.now_ns = 1000000000};
    d->defrag = defrag_new(&options, &d->counters);
    d->out = (struct rebuilt){.bytes = malloc(1 << 20), .room = 1 << 20};
    assert_non_null(d->defrag);
    assert_non_null(d->out.bytes);
    for (size_t i = 0; i < PAYLOAD; i++)
        d->payload[i] = (uint8_t)(i * 7);
    struct made m = {.v6 = v6, .udp = true, .payload = d->payload, .payload_len = PAYLOAD};
    d->ip_len = packets_ip(&m, d->ip);
}

static void close_desk(struct desk *d)
{
    defrag_free(d->defrag);
    free(d->out.bytes);
}

static void tell(struct desk *d, const struct defragged *whole)
{
    struct packet p;
    char text[64] = "";
    size_t len = strlen(d->story);
    enum frame_verdict verdict = frame_parse_rebuilt(&whole->fragment, whole->ip, &automatic, &p);
    if (verdict != FRAME_PACKET)
        snprintf(text, sizeof text, "verdict %d", (int)verdict);
    else if (p.payload.len + p.cut != PAYLOAD || p.source_port != 4000 ||
             memcmp(p.payload.at, d->payload, p.payload.len) != 0)
        snprintf(text, sizeof text, "wrong");
    else if (p.cut)
        snprintf(text, sizeof text, "cut %u", p.cut);
    else
        snprintf(text, sizeof text, "whole");
    snprintf(d->story + len, sizeof d->story - len, "%s%s", len ? ", " : "", text);
}

static void give_up(struct desk *d)
{
    struct defragged lost;
    while (defrag_give_up(d->defrag, d->now_ns, &d->out, &lost))
        tell(d, &lost);
}

static enum defrag_fate take(struct desk *d, const uint8_t *ip, size_t len, size_t captured,
                             const struct place *at)
{
    static uint8_t bytes[MADE_MAX];
    struct packet p;
    struct defragged whole;
    struct frame f = packets_frame(ip, len, at, d->now_ns, bytes);
    f.captured -= (uint32_t)(len - captured);
    assert_int_equal(frame_parse(&f, &automatic, &p), FRAME_FRAGMENT);
    enum defrag_fate fate = defrag_take(d->defrag, &p, &d->out, &whole);
    if (fate == DEFRAG_WHOLE)
        tell(d, &whole);
    return fate;
}

static void take_word(struct desk *d, char how, unsigned nth, const struct place *at)
{
    uint8_t fragment[1024];
    size_t from = nth * PIECE, len = PIECE;
    if (how == 'o') {
        from -= 8;
        len += 8;
    }
    len = packets_fragment(d->ip, d->ip_len, from, len, 7, fragment);
    if (how == 'x')
        fragment[len - 9] ^= 1;
    take(d, fragment, len, how == 'c' ? len - 30 : len, at);
}

static void play(struct desk *d, const char *words)
{
    static const struct place here, vlan = {.vlan = 20};
    char how = 0;
    for (; *words; words++) {
        if (*words == '+')
            d->now_ns += DEFRAG_SILENT_NS - 1000000;
        else if (*words == '~')
            d->now_ns += DEFRAG_WAIT_NS + 1000000000;
        else if (*words < '0' || *words > '9') {
            how = *words;
            continue;
        } else {
            give_up(d);
            take_word(d, how, (unsigned)(*words - '0'), how == 'v' ? &vlan : &here);
        }
        how = 0;
        give_up(d);
    }
}

static const struct sample {
    const char *claim, *words, *story, *story_v6; /* NULL: the same */
    unsigned rebuilt, unfinished, overlapped;
} samples[] = {
    {"in order", "0123", "whole", NULL, 1, 0, 0},
    {"reversed", "3210", "whole", NULL, 1, 0, 0},
    {"mixed", "2031", "whole", NULL, 1, 0, 0},
    {"each twice", "00112233", "whole", NULL, 1, 0, 3}, /* the last 3 is of another packet */
    {"overlapping, the same bytes", "0o1o2o3", "whole", NULL, 1, 0, 3},
    {"overlapping, from the end", "o3o2o10", "whole", NULL, 1, 0, 3},
    {"the end first, then again", "3o3012", "whole", NULL, 1, 0, 2},
    {"a contradiction: what came first stays", "01x123", "whole", "", 1, 0, 1},
    {"a contradiction that came first", "0x1123", "wrong", "", 1, 0, 1},
    {"slowly", "0+1+2+3", "whole", NULL, 1, 0, 0},
    {"without the first, for half a minute", "12~3~", "", NULL, 0, 2, 0},
    {"the first alone", "0++", "cut 240", NULL, 0, 1, 0},
    {"the first two, and the last", "013++", "cut 160", NULL, 0, 1, 0},
    {"given up, then the rest: ignored", "01++23", "cut 160", NULL, 0, 1, 0},
    {"the same id again, much later", "01~0123", "cut 160, whole", NULL, 1, 1, 0},
    {"the first comes late", "123++++0", "whole", NULL, 1, 0, 0},
    {"one cut short by a snapshot", "01c23", "cut 110", NULL, 1, 0, 0},
    {"all cut short", "c0c1c2c3", "cut 270", NULL, 1, 0, 0},
    {"cut short, then again whole: what came first stays", "0c1123", "cut 190", NULL, 1, 0, 1},
    {"a VLAN apart", "01v2v3", "whole", NULL, 1, 0, 0},
};

static void test_fragments(void **state)
{
    (void)state;
    bool failed = false;
    for (size_t i = 0; i < 2 * sizeof samples / sizeof *samples; i++) {
        const struct sample *s = &samples[i / 2];
        bool v6 = i % 2;
        struct desk d;
        open_desk(&d, v6, false, 0);
        play(&d, s->words);
        bool given_up = v6 && s->story_v6;
        const char *story = given_up ? s->story_v6 : s->story;
        const struct capture_counters *c = &d.counters;
        if (strcmp(d.story, story) != 0 || c->rebuilt != (given_up ? 0 : s->rebuilt) ||
            c->unfinished != (given_up ? 1 : s->unfinished) || c->overlapped != s->overlapped) {
            print_error("%s, IPv%d: \"%s\", not \"%s\"; rebuilt %d, unfinished %d, overlapped %d\n",
                        s->claim, v6 ? 6 : 4, d.story, story, (int)c->rebuilt, (int)c->unfinished,
                        (int)c->overlapped);
            failed = true;
        }
        close_desk(&d);
    }
    assert_false(failed);
}

/* Kept apart by where they were seen, if asked: two copies make two packets. */
static void test_by_vantage(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d, false, true, 0);
    play(&d, "0v01v12v23v3");
    assert_string_equal(d.story, "whole, whole");
    close_desk(&d);
}

/* The same end of the capture: what has a beginning is handed on. */
static void test_end_of_the_capture(void **state)
{
    (void)state;
    struct desk d;
    struct defragged lost;
    open_desk(&d, false, false, 0);
    play(&d, "01");
    while (defrag_finish(d.defrag, &d.out, &lost))
        tell(&d, &lost);
    assert_string_equal(d.story, "cut 160");
    assert_true(defrag_is_idle(d.defrag));
    close_desk(&d);
}

/* What can be in no packet: an end beyond 65,535 bytes, a middle that is no multiple of 8. */
static void test_impossible_fragments(void **state)
{
    static const struct place here;
    (void)state;
    for (int v6 = 0; v6 < 2; v6++) {
        uint8_t fragment[1024];
        struct desk d;
        open_desk(&d, v6, false, 0);
        size_t len = packets_fragment(d.ip, d.ip_len, 0, PIECE, 7, fragment);
        uint8_t *offset = v6 ? fragment + 42 : fragment + 6;
        offset[0] = v6 ? 0xff : 0x3f;
        offset[1] = v6 ? 0xf9 : 0xff;
        assert_int_equal(take(&d, fragment, len, len, &here), DEFRAG_MALFORMED);
        len = packets_fragment(d.ip, d.ip_len, 0, PIECE + 3, 7, fragment);
        assert_int_equal(take(&d, fragment, len, len, &here), DEFRAG_MALFORMED);
        assert_true(defrag_is_idle(d.defrag));
        close_desk(&d);
    }
}

/* 300,000 fragments of packets that never end: memory stays what it is, however little, and a
 * packet that is whole comes through in between. */
static void flood(uint32_t cells_max)
{
    static const struct place here;
    struct desk d;
    uint8_t fragment[1024];
    open_desk(&d, false, false, cells_max);
    for (uint32_t i = 0; i < 300000; i++) {
        d.now_ns += 1000;
        size_t nth = i % 3, len;
        len = packets_fragment(d.ip, d.ip_len, nth * PIECE, PIECE, 1000 + i / 2 % 50000, fragment);
        fragment[13] = (uint8_t)(i / 100000); /* of another sender */
        give_up(&d);
        d.out.len = 0;
        d.story[0] = '\0';
        assert_int_equal(take(&d, fragment, len, len, &here), DEFRAG_TAKEN);
    }
    d.story[0] = '\0';
    play(&d, "3210");
    assert_non_null(strstr(d.story, "whole"));
    assert_int_equal(d.counters.rebuilt, 1);
    assert_true(d.counters.unfinished > 120000);
    close_desk(&d);
}

static void test_flood(void **state)
{
    (void)state;
    flood(0);
    flood(2 * DEFRAG_CELLS_FREE);
}

/* The longest datagram there is, in the smallest of fragments that are kept. */
static void test_long_datagrams(void **state)
{
    static const struct place here;
    static const size_t sizes[] = {65512, 9000, 1480, 200, 64};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct desk d;
        static uint8_t payload[65507], fragment[MADE_MAX];
        size_t step = sizes[i] & ~(size_t)7, behind;
        open_desk(&d, false, false, 0);
        struct made m = {.udp = true, .payload = payload, .payload_len = sizeof payload};
        d.ip_len = packets_ip(&m, d.ip);
        behind = d.ip_len - 20;
        for (size_t at = 0; at < behind; at += step) {
            size_t len = packets_fragment(d.ip, d.ip_len, at, step, 7, fragment);
            enum defrag_fate fate = take(&d, fragment, len, len, &here);
            assert_int_equal(fate, at + step < behind ? DEFRAG_TAKEN : DEFRAG_WHOLE);
        }
        close_desk(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_by_vantage),
        cmocka_unit_test(test_end_of_the_capture),
        cmocka_unit_test(test_impossible_fragments),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_long_datagrams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
