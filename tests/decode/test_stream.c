/* test_stream.c - specifies decode/stream.c: what a reader is told, whatever the order of segments.
 *
 * The story that a stream tells is text: bytes as they are, [n] for a gap of n bytes, $ for the
 * end; with times, @ms before the bytes that arrived then. */
#include "decode/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

struct teller {
    struct stream stream;
    struct stream_shared shared;
    struct stream_out out;
    struct decode_counters counters;
    uint64_t now_ns, missing;
    bool times;
    char story[512];
};

static void tell(struct teller *t, const char *text, size_t len)
{
    size_t told = strlen(t->story);
    assert_true(told + len < sizeof t->story);
    memcpy(t->story + told, text, len);
    t->story[told + len] = '\0';
}

static void tell_bytes(void *ctx, uint64_t arrived_ns, struct bytes in)
{
    struct teller *t = ctx;
    char time[32];
    snprintf(time, sizeof time, "@%d ", (int)(arrived_ns / MS));
    if (t->times)
        tell(t, time, strlen(time));
    tell(t, (const char *)in.at, in.len);
}

static void tell_gap(void *ctx, uint64_t len, bool cut)
{
    char text[32];
    snprintf(text, sizeof text, cut ? "[%d cut]" : "[%d]", (int)len);
    tell(ctx, text, strlen(text));
}

static void count_missing(void *ctx, uint64_t len)
{
    struct teller *t = ctx;
    t->missing += len;
}

static void tell_end(void *ctx)
{
    tell(ctx, "$", 1);
}

static void begin(struct teller *t)
{
    *t = (struct teller){.shared.held_bytes_max = 1 << 20};
    t->shared.counters = &t->counters;
    t->out = (struct stream_out){&t->shared, tell_bytes, tell_gap, count_missing,
                                 tell_end,   t,          NULL,     NULL};
}

static enum segment_fate say(struct teller *t, uint32_t sequence, const char *text)
{
    struct segment s = {
        .arrived_ns = t->now_ns, .sequence = sequence, .payload = bytes_of_text(text)};
    return stream_segment(&t->stream, &s, &t->out);
}

static enum segment_fate finish(struct teller *t, uint32_t sequence, const char *text)
{
    struct segment s = {
        .arrived_ns = t->now_ns, .sequence = sequence, .payload = bytes_of_text(text), .fin = true};
    return stream_segment(&t->stream, &s, &t->out);
}

static void syn(struct teller *t, uint32_t sequence, const char *text)
{
    struct segment s = {
        .arrived_ns = t->now_ns, .sequence = sequence, .payload = bytes_of_text(text), .syn = true};
    stream_segment(&t->stream, &s, &t->out);
}

static void check_at(struct teller *t, uint64_t now_ns)
{
    t->now_ns = now_ns;
    stream_check(&t->stream, now_ns, &t->out);
}

/* Ends the stream and compares; nothing may be left behind. */
static void told(struct teller *t, const char *story)
{
    assert_string_equal(t->story, story);
    stream_fini(&t->stream, &t->shared);
    assert_int_equal(t->shared.held_bytes, 0);
    assert_int_equal(t->stream.held_bytes, 0);
    assert_int_equal(t->stream.held_count, 0);
}

/* Four segments in any of their 24 orders tell the same, and so they do across the wrap of sequence
 * numbers. */
static void any_order_gives_the_same_bytes(void **state)
{
    (void)state;
    static const char *const text[4] = {"ab", "c", "defg", "hi"};
    static const uint32_t offset[4] = {0, 2, 3, 7};
    static const uint32_t starts[] = {1000, 0, UINT32_MAX, UINT32_MAX - 2, 0x7ffffffe};
    for (unsigned order = 0; order < 256; order++) {
        unsigned seen = 0;
        for (unsigned i = 0; i < 4; i++)
            seen |= 1U << (order >> 2 * i & 3);
        for (unsigned s = 0; seen == 15 && s < 5; s++) {
            struct teller t;
            begin(&t);
            syn(&t, starts[s] - 1, "");
            for (unsigned i = 0; i < 4; i++) {
                unsigned which = order >> 2 * i & 3;
                say(&t, starts[s] + offset[which], text[which]);
            }
            finish(&t, starts[s] + 9, "");
            assert_int_equal(t.counters.gaps, 0);
            told(&t, "abcdefghi$");
        }
    }
}

/* Every row: SYN at 99, then up to four segments, and what is told in the end. Where two say
 * different things about a byte, the one captured first is right. */
static void overlaps_are_settled_by_who_came_first(void **state)
{
    (void)state;
    static const struct {
        struct {
            uint32_t sequence;
            const char *text;
        } segment[4];
        const char *story;
    } table[] = {
        {{{100, "abc"}, {100, "abc"}, {103, "d"}}, "abcd"},
        {{{100, "abc"}, {101, "XXd"}}, "abcd"},
        {{{100, "abcd"}, {101, "X"}, {104, "e"}}, "abcde"},
        {{{102, "cd"}, {100, "abXX"}}, "abcd"},
        {{{102, "cd"}, {100, "abXXe"}}, "abcde"},
        {{{102, "c"}, {104, "e"}, {100, "abXdXf"}}, "abcdef"},
        {{{102, "c"}, {104, "e"}, {101, "bXdXf"}, {100, "a"}}, "abcdef"},
        {{{103, "d"}, {101, "bcX"}, {100, "a"}}, "abcd"},
        {{{101, "bcd"}, {102, "X"}, {100, "aX"}}, "abcd"},
        {{{101, "b"}, {101, "Xc"}, {100, "a"}}, "abc"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct teller t;
        begin(&t);
        syn(&t, 99, "");
        for (unsigned k = 0; k < 4 && table[i].segment[k].text; k++)
            say(&t, table[i].segment[k].sequence, table[i].segment[k].text);
        assert_int_equal(t.counters.gaps, 0);
        told(&t, table[i].story);
    }
}

/* A segment that brings nothing new is a retransmission; one that brings something is not; a
 * keep-alive probe (RFC 9293, 3.8.4) is neither. */
static void retransmissions_are_recognised(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    assert_int_equal(say(&t, 100, "hello"), SEGMENT_NEW);
    assert_int_equal(say(&t, 100, "hello"), SEGMENT_OLD);
    assert_int_equal(say(&t, 102, "llo"), SEGMENT_OLD);
    assert_int_equal(say(&t, 103, "lo!"), SEGMENT_NEW);
    assert_int_equal(say(&t, 105, "!"), SEGMENT_EMPTY);
    assert_int_equal(say(&t, 105, ""), SEGMENT_EMPTY);
    assert_int_equal(say(&t, 110, "later"), SEGMENT_HELD);
    assert_int_equal(say(&t, 110, "late"), SEGMENT_OLD);
    assert_int_equal(t.counters.segments_held, 1);
    told(&t, "hello!");
}

/* SYN and FIN take a number each; a SYN may carry data (RFC 7413); what is beyond a FIN is
 * nobody's. */
static void syn_and_fin_count_as_one(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    syn(&t, UINT32_MAX, "early");
    say(&t, 0, "early");
    finish(&t, 5, "!");
    say(&t, 6, "ghost");
    finish(&t, 6, "");
    say(&t, 3, "ly!ghost");
    told(&t, "early!$");

    begin(&t);
    finish(&t, 102, "c");
    told(&t, "c$");

    begin(&t);
    say(&t, 100, "a");
    finish(&t, 102, "c"); /* the FIN is above a hole: it waits */
    assert_string_equal(t.story, "a");
    say(&t, 101, "bXX");
    told(&t, "abc$");
}

/* Held bytes keep the time at which they came. */
static void bytes_carry_their_own_arrival(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    t.times = true;
    say(&t, 100, "a");
    t.now_ns = 3 * MS;
    say(&t, 102, "c");
    t.now_ns = 5 * MS;
    say(&t, 101, "b");
    told(&t, "@0 a@5 b@3 c");
}

/* A hole with nothing seen above it that was acknowledged is given up 20 ms after its first sign,
 * and not before: the mirror may have shown the acknowledgment first. */
static void acknowledged_hole_becomes_a_gap_after_20_ms(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    stream_acked(&t.stream, 104, 10 * MS);
    check_at(&t, 30 * MS - 1);
    assert_string_equal(t.story, "a");
    check_at(&t, 30 * MS);
    assert_int_equal(t.counters.gaps, 1);
    assert_int_equal(t.counters.gap_bytes, 2); /* the third may be a FIN */
    assert_int_equal(say(&t, 101, "bcd"), SEGMENT_OLD);
    told(&t, "a[3]");
}

/* When bytes above the hole have passed as well, the receiver had what we lack: at once. */
static void acknowledged_hole_below_bytes_is_a_gap_at_once(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    say(&t, 104, "e");
    stream_acked(&t.stream, 103, 1); /* not all of it */
    check_at(&t, 2);
    assert_string_equal(t.story, "a");
    stream_acked(&t.stream, 104, 3);
    check_at(&t, 3);
    told(&t, "a[3]e");
}

/* An acknowledgment into the middle of a hole gives up that much of it. */
static void only_what_is_acknowledged_is_given_up(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    say(&t, 104, "e");
    stream_acked(&t.stream, 102, 0);
    check_at(&t, 20 * MS);
    assert_string_equal(t.story, "a[1]");
    say(&t, 102, "cd");
    told(&t, "a[1]cde");
}

/* Nobody acknowledges: five seconds. */
static void silent_hole_becomes_a_gap_after_5_s(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    say(&t, 104, "e");
    say(&t, 107, "h");
    check_at(&t, 5000 * MS - 1);
    assert_string_equal(t.story, "a");
    check_at(&t, 5000 * MS);
    told(&t, "a[3]e[2]h");
}

/* Bytes that were acknowledged and never captured, with nothing after them. The FIN that is
 * acknowledged with them is no byte. */
static void acknowledged_but_never_captured(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    stream_acked(&t.stream, 111, 0);
    check_at(&t, 20 * MS - 1);
    assert_string_equal(t.story, "a");
    check_at(&t, 20 * MS);
    assert_string_equal(t.story, "a[10]");
    finish(&t, 111, "");
    stream_acked(&t.stream, 112, 30 * MS);
    check_at(&t, 9000 * MS);
    told(&t, "a[10]$");
}

/* A mirror that always shows the acknowledgment before the bytes does no harm. */
static void acknowledgments_may_run_ahead(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    for (uint32_t i = 0; i < 40; i++) {
        uint64_t now_ns = i * 10 * MS;
        stream_acked(&t.stream, 103 + i, now_ns);
        check_at(&t, now_ns);
        say(&t, 101 + i, "x");
    }
    assert_int_equal(t.counters.gaps, 0);
    stream_fini(&t.stream, &t.shared);
}

/* The end of a flow delivers all that is held. */
static void flush_delivers_what_is_held(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    say(&t, 103, "d");
    finish(&t, 106, "gh");
    stream_acked(&t.stream, 109, 0);
    stream_flush(&t.stream, 0, &t.out);
    told(&t, "a[2]d[2]gh$");

    begin(&t);
    say(&t, 100, "a");
    stream_acked(&t.stream, 106, 0);
    stream_flush(&t.stream, 0, &t.out);
    told(&t, "a[5]");
}

/* A snapshot length that cuts packets leaves gaps of known length, held or not. */
static void cut_bytes_are_a_gap(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    struct segment second = {.sequence = 110, .cut = 8, .payload = bytes_of_text("kl")};
    struct segment first = {.sequence = 100, .cut = 7, .payload = bytes_of_text("abc")};
    syn(&t, 99, "");
    stream_segment(&t.stream, &second, &t.out);
    stream_segment(&t.stream, &first, &t.out);
    assert_int_equal(stream_segment(&t.stream, &second, &t.out), SEGMENT_OLD);
    say(&t, 120, "u");
    assert_int_equal(t.counters.gap_bytes, 15);
    told(&t, "abc[7 cut]kl[8 cut]u");
}

/* Joined in the middle, the first data says where the stream is; what was sent before is old. */
static void joins_where_it_first_sees_data(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    stream_acked(&t.stream, 5000, 0);
    assert_int_equal(say(&t, 5010, "x"), SEGMENT_NEW);
    assert_int_equal(say(&t, 5000, "0123456789"), SEGMENT_OLD);
    assert_int_equal(t.counters.gaps, 0);
    told(&t, "x");
}

/* A direction that is never captured shows only in what is acknowledged. */
static void unseen_direction_is_one_gap_after_another(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    stream_acked(&t.stream, 5000, 0);
    stream_acked(&t.stream, 5100, 0);
    check_at(&t, 20 * MS);
    stream_acked(&t.stream, 5107, 20 * MS);
    check_at(&t, 50 * MS);
    told(&t, "[100][7]");
}

/* Sequence numbers from another world are not a hole. */
static void strays_are_ignored_and_counted(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    assert_int_equal(say(&t, 101 + STREAM_AHEAD_MAX + 1, "x"), SEGMENT_STRAY);
    assert_int_equal(say(&t, 101 - (uint32_t)STREAM_BEHIND_MAX - 1, "x"), SEGMENT_STRAY);
    assert_int_equal(t.stream.strays, 2);
    stream_acked(&t.stream, 101 + STREAM_AHEAD_MAX + 1, 0);
    check_at(&t, 9000 * MS);
    say(&t, 101, "b");
    assert_int_equal(t.stream.strays, 0);
    assert_int_equal(t.counters.segments_dropped, 2);
    told(&t, "ab");
}

static void ignore_bytes(void *ctx, uint64_t arrived_ns, struct bytes in)
{
    (void)ctx;
    (void)arrived_ns;
    (void)in;
}

/* A stream may hold so much; then its oldest hole is given up, and nothing is lost but the hole. */
static void cap_of_a_stream_gives_up_the_hole(void **state)
{
    (void)state;
    static char kilobyte[1024];
    struct teller t;
    begin(&t);
    t.out.bytes = ignore_bytes;
    say(&t, 100, "a");
    unsigned held = 0;
    for (uint32_t hole = 101; !t.counters.gaps && held < 1000; hole += 1025, held++) {
        struct segment s = {.sequence = hole + 1, .payload = bytes_of(kilobyte, 1024)};
        stream_segment(&t.stream, &s, &t.out);
    }
    assert_int_equal(t.counters.gap_bytes, 1);
    assert_true(t.stream.held_bytes <= STREAM_HELD_MAX);
    assert_in_range(held, 200, 256);
    assert_int_equal(t.counters.segments_dropped, 0);
    told(&t, "[1]");
}

static void ignore_gap(void *ctx, uint64_t len, bool cut)
{
    (void)ctx;
    (void)len;
    (void)cut;
}

/* Four gigabytes that nobody is seen to acknowledge are four gigabytes, and no hole. */
static void bulk_without_acknowledgments(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    t.out.gap = ignore_gap;
    say(&t, 100, "a");
    stream_acked(&t.stream, 101, 0);
    for (uint32_t i = 0; i < 256; i++) {
        struct segment s = {.sequence = 101 + i * STREAM_SPAN_MAX, .cut = STREAM_SPAN_MAX};
        assert_int_equal(stream_segment(&t.stream, &s, &t.out), SEGMENT_NEW);
        assert_false(t.stream.hole);
    }
    assert_int_equal(t.counters.gap_bytes, UINT64_C(256) * STREAM_SPAN_MAX);
    told(&t, "a");
}

/* When all streams together hold the most, one that holds nothing cannot begin to: dropped, and
 * later a gap. */
static void cap_of_all_streams_drops(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    t.shared.held_bytes_max = 10;
    say(&t, 100, "a");
    assert_int_equal(say(&t, 105, "f"), SEGMENT_DROPPED);
    assert_int_equal(t.counters.segments_dropped, 1);
    stream_acked(&t.stream, 106, 0);
    check_at(&t, 20 * MS);
    told(&t, "a[5]");
}

/* Many tiny pieces are a cap of their own. */
static void pieces_are_capped(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    for (uint32_t i = 1; i < 4 * STREAM_HELD_SEGMENTS_MAX; i++) {
        t.story[0] = '\0';
        say(&t, 100 + 2 * i, "x");
        assert_true(t.stream.held_count <= STREAM_HELD_SEGMENTS_MAX);
    }
    stream_fini(&t.stream, &t.shared);
    assert_int_equal(t.shared.held_bytes, 0);
}

/* A blind stream keeps places, not bytes: it knows what is missing, and tells nothing of the
 * rest. */
static void blind_stream_counts(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    t.stream.blind = true;
    syn(&t, 99, "");
    say(&t, 103, "defgh");
    assert_true(t.shared.held_bytes < 100);
    stream_acked(&t.stream, 108, 0);
    check_at(&t, 20 * MS);
    assert_int_equal(say(&t, 103, "defgh"), SEGMENT_OLD);
    told(&t, "[3]");
}

/* Each row: "a" at 100 has passed, and then up to "e" at 104 is acknowledged and given up. The last
 * of it may be a FIN. Whatever comes then shows what it was, or at the end the other side does. */
static void last_acknowledged_byte_may_be_a_fin(void **state)
{
    (void)state;
    static const struct {
        uint32_t acked, fin, data, sent; /* 0: none */
        bool other_fin;
        uint64_t missing;
        const char *story;
    } table[] = {
        {.acked = 105, .missing = 4, .story = "a[4]"},
        {.acked = 105, .other_fin = true, .missing = 3, .story = "a[4]$"},
        {.acked = 105, .fin = 104, .missing = 3, .story = "a[4]$"},
        {.acked = 105, .fin = 105, .missing = 4, .story = "a[4]$"},
        {.acked = 105, .fin = 107, .missing = 6, .story = "a[4][2]$"},
        {.acked = 105, .data = 105, .missing = 4, .story = "a[4]x"},
        {.acked = 105, .data = 107, .missing = 6, .story = "a[4][2]x"},
        {.acked = 105, .sent = 105, .missing = 4, .story = "a[4]"},
        {.acked = 105, .sent = 108, .missing = 7, .story = "a[4][3]"},
        {.acked = 105, .sent = 108, .other_fin = true, .missing = 6, .story = "a[4][2]$"},
        {.acked = 102, .missing = 0, .story = "a"},
        {.acked = 102, .other_fin = true, .missing = 0, .story = "a$"},
        {.acked = 102, .fin = 101, .missing = 0, .story = "a$"},
        {.acked = 102, .fin = 102, .missing = 1, .story = "a[1]$"},
        {.acked = 102, .data = 101, .missing = 0, .story = "ax"},
        {.acked = 102, .data = 102, .missing = 1, .story = "a[1]x"},
        {.sent = 104, .missing = 3, .story = "a[3]"},
        {.sent = 104, .other_fin = true, .missing = 2, .story = "a[2]$"},
        {.sent = 102, .fin = 101, .missing = 0, .story = "a$"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct teller t;
        struct stream other = {.fin = table[i].other_fin};
        begin(&t);
        t.out.other = &other;
        say(&t, 100, "a");
        if (table[i].acked)
            stream_acked(&t.stream, table[i].acked, 0);
        check_at(&t, 20 * MS);
        assert_false(t.stream.hole); /* nothing is waited for */
        if (table[i].sent)
            say(&t, table[i].sent, "");
        if (table[i].data)
            say(&t, table[i].data, "x");
        if (table[i].fin)
            finish(&t, table[i].fin, "");
        stream_flush(&t.stream, t.now_ns, &t.out);
        assert_int_equal(t.missing, table[i].missing);
        told(&t, table[i].story);
    }
}

/* What its sender says to have sent, by the sequence number of a segment without data, is a hole
 * that is waited for in silence. A keep-alive probe says nothing new. */
/* Who acknowledges one more after a gap has seen a FIN behind it, and no FIN in it. */
static void one_more_after_a_gap_is_the_fin(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "a");
    stream_acked(&t.stream, 105, 0);
    check_at(&t, 20 * MS);
    stream_acked(&t.stream, 106, t.now_ns);
    check_at(&t, 40 * MS);
    assert_int_equal(t.missing, 4);
    stream_flush(&t.stream, t.now_ns, &t.out);
    assert_int_equal(t.missing, 4);
    told(&t, "a[4]");
}

/* A stream joined in its middle, of which an empty segment has said where it was. */
static void first_data_may_be_behind_a_hole(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "");
    stream_acked(&t.stream, 172, 0);
    say(&t, 172, "b");
    check_at(&t, 20 * MS);
    assert_int_equal(t.missing, 72);
    told(&t, "[72]b");

    begin(&t); /* a probe shows the number before */
    say(&t, 99, "");
    say(&t, 100, "b");
    assert_int_equal(t.missing, 0);
    told(&t, "b");

    begin(&t); /* of what an acknowledgment alone has said, some may be from before */
    stream_acked(&t.stream, 100, 0);
    say(&t, 172, "b");
    assert_int_equal(t.missing, 0);
    told(&t, "b");

    begin(&t); /* an empty segment may overtake data */
    say(&t, 101, "");
    say(&t, 100, "b");
    assert_int_equal(t.missing, 0);
    told(&t, "b");
}

static void sent_and_never_captured(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    say(&t, 100, "abc");
    say(&t, 102, "");
    assert_false(t.stream.hole);
    say(&t, 106, "");
    check_at(&t, 5000 * MS - 1);
    say(&t, 103, "d");
    assert_string_equal(t.story, "abcd");
    check_at(&t, 10000 * MS);
    assert_string_equal(t.story, "abcd[2]");
    assert_int_equal(t.missing, 1);
    say(&t, 106, "g");
    assert_int_equal(t.missing, 2);
    told(&t, "abcd[2]g");
}

/* Packet time that jumps back makes a hole wait, and breaks nothing. */
static void time_may_go_backwards(void **state)
{
    (void)state;
    struct teller t;
    begin(&t);
    t.now_ns = 1000 * MS;
    say(&t, 100, "a");
    stream_acked(&t.stream, 103, 1000 * MS);
    check_at(&t, 0);
    assert_string_equal(t.story, "a");
    check_at(&t, 1020 * MS);
    told(&t, "a[2]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_gives_the_same_bytes),
        cmocka_unit_test(overlaps_are_settled_by_who_came_first),
        cmocka_unit_test(retransmissions_are_recognised),
        cmocka_unit_test(syn_and_fin_count_as_one),
        cmocka_unit_test(bytes_carry_their_own_arrival),
        cmocka_unit_test(acknowledged_hole_becomes_a_gap_after_20_ms),
        cmocka_unit_test(acknowledged_hole_below_bytes_is_a_gap_at_once),
        cmocka_unit_test(only_what_is_acknowledged_is_given_up),
        cmocka_unit_test(silent_hole_becomes_a_gap_after_5_s),
        cmocka_unit_test(acknowledged_but_never_captured),
        cmocka_unit_test(acknowledgments_may_run_ahead),
        cmocka_unit_test(flush_delivers_what_is_held),
        cmocka_unit_test(cut_bytes_are_a_gap),
        cmocka_unit_test(joins_where_it_first_sees_data),
        cmocka_unit_test(unseen_direction_is_one_gap_after_another),
        cmocka_unit_test(strays_are_ignored_and_counted),
        cmocka_unit_test(cap_of_a_stream_gives_up_the_hole),
        cmocka_unit_test(bulk_without_acknowledgments),
        cmocka_unit_test(cap_of_all_streams_drops),
        cmocka_unit_test(pieces_are_capped),
        cmocka_unit_test(blind_stream_counts),
        cmocka_unit_test(last_acknowledged_byte_may_be_a_fin),
        cmocka_unit_test(one_more_after_a_gap_is_the_fin),
        cmocka_unit_test(first_data_may_be_behind_a_hole),
        cmocka_unit_test(sent_and_never_captured),
        cmocka_unit_test(time_may_go_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
