/* test_duplex.c - specifies decode/duplex.c: what is answered comes before its answer, whatever
 * order a mirror shows them in.
 *
 * The client's first byte is 100, the server's 500. The story: >bytes to the server, <bytes to the
 * client, with times @ms before them, [n] a gap, $ an end, ! a stamp that was put right. */
#include "decode/duplex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

enum { CLIENT, SERVER };

struct talk {
    struct stream stream[2];
    struct stream_shared shared;
    struct stream_out out[2];
    struct decode_counters counters;
    struct voice {
        struct talk *talk;
        char sign;
    } voice[2];
    uint64_t now_ns, missing;
    bool times;
    char story[1024];
};

static void tell(struct talk *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell(struct talk *t, const char *format, ...)
{
    size_t told = strlen(t->story);
    va_list args;
    va_start(args, format);
    vsnprintf(t->story + told, sizeof t->story - told, format, args);
    va_end(args);
}

static void on_bytes(void *ctx, uint64_t arrived_ns, struct bytes in)
{
    struct voice *v = ctx;
    if (v->talk->times)
        tell(v->talk, "@%d", (int)(arrived_ns / MS));
    tell(v->talk, "%c%.*s", v->sign, (int)in.len, (const char *)in.at);
}

static void on_gap(void *ctx, uint64_t len, bool cut)
{
    struct voice *v = ctx;
    tell(v->talk, cut ? "%c[%d cut]" : "%c[%d]", v->sign, (int)len);
}

static void on_missing(void *ctx, uint64_t len)
{
    struct voice *v = ctx;
    v->talk->missing += len;
}

static void on_end(void *ctx)
{
    struct voice *v = ctx;
    tell(v->talk, "%c$", v->sign);
}

static void on_skew(void *ctx)
{
    struct voice *v = ctx;
    tell(v->talk, "!");
}

static void begin(struct talk *t)
{
    *t = (struct talk){.shared.held_bytes_max = 1 << 20, .now_ns = 1000 * MS};
    t->shared.counters = &t->counters;
    for (int side = 0; side < 2; side++) {
        t->voice[side] = (struct voice){t, side == CLIENT ? '>' : '<'};
        t->out[side] = (struct stream_out){.shared = &t->shared,
                                           .bytes = on_bytes,
                                           .gap = on_gap,
                                           .missing = on_missing,
                                           .end = on_end,
                                           .ctx = &t->voice[side],
                                           .skewed = on_skew,
                                           .other = &t->stream[!side]};
        struct segment syn = {.sequence = side == CLIENT ? 99 : 499, .syn = true};
        stream_segment(&t->stream[side], &syn, &t->out[side]);
    }
}

/* As a flow does with a packet. */
static enum segment_fate say(struct talk *t, int side, uint32_t sequence, uint32_t acknowledged,
                             const char *text)
{
    struct segment s = {.arrived_ns = t->now_ns,
                        .sequence = sequence,
                        .acknowledged = acknowledged,
                        .payload = bytes_of_text(text),
                        .answers = true,
                        .waits = true};
    stream_acked(&t->stream[!side], acknowledged, t->now_ns);
    enum segment_fate fate = stream_segment(&t->stream[side], &s, &t->out[side]);
    duplex_check(t->stream, t->out, t->now_ns);
    return fate;
}

static void told(struct talk *t, const char *story)
{
    duplex_flush(t->stream, t->out, CLIENT, t->now_ns);
    assert_string_equal(t->story, story);
    stream_fini(&t->stream[0], &t->shared);
    stream_fini(&t->stream[1], &t->shared);
    assert_int_equal(t->shared.held_bytes, 0);
}

/* Two questions and two answers, the second in two parts, in each of the 120 orders in which the
 * five segments can be shown: those of one side may be swapped too. */
static void any_order_gives_the_same_talk(void **state)
{
    (void)state;
    static const struct {
        int side;
        uint32_t sequence, acknowledged;
        const char *text;
    } segment[5] = {
        {CLIENT, 100, 500, "ask1"}, {SERVER, 500, 104, "answer1"}, {CLIENT, 104, 507, "ask2"},
        {SERVER, 507, 108, "ans"},  {SERVER, 510, 108, "wer2"},
    };
    unsigned orders = 0;
    for (unsigned order = 0; order < 5 * 5 * 5 * 5 * 5; order++) {
        unsigned which[5], seen = 0, rest = order;
        for (unsigned i = 0; i < 5; i++, rest /= 5)
            seen |= 1U << (which[i] = rest % 5);
        if (seen != 31)
            continue;
        orders++;
        struct talk t;
        begin(&t);
        /* Bytes above a hole that is acknowledged prove a loss within one direction; there the
         * order is what the mirror shows. */
        bool proves_loss = false;
        unsigned at[5];
        for (unsigned i = 0; i < 5; i++)
            at[which[i]] = i;
        proves_loss = (at[2] < at[0] && (at[1] < at[0] || at[3] < at[0] || at[4] < at[0])) ||
                      ((at[3] < at[1] || at[4] < at[1]) && at[2] < at[1]);
        for (unsigned i = 0; i < 5; i++)
            say(&t, segment[which[i]].side, segment[which[i]].sequence,
                segment[which[i]].acknowledged, segment[which[i]].text);
        if (!proves_loss)
            assert_int_equal(t.missing, 0);
        told(&t, proves_loss ? t.story : ">ask1<answer1>ask2<ans<wer2");
    }
    assert_int_equal(orders, 120);
}

/* An answer waits for what it answers, and for no longer than 5 ms; then that is a gap. */
static void waits_for_five_milliseconds(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    assert_int_equal(say(&t, SERVER, 500, 104, "answer"), SEGMENT_EARLY);
    duplex_check(t.stream, t.out, t.now_ns + 5 * MS - 1);
    assert_string_equal(t.story, "");
    duplex_check(t.stream, t.out, t.now_ns + 5 * MS);
    assert_string_equal(t.story, "<answer>[4]");
    t.now_ns += 6 * MS;
    assert_int_equal(say(&t, CLIENT, 100, 500, "ask1"), SEGMENT_OLD);
    assert_int_equal(say(&t, CLIENT, 104, 506, "ask2"), SEGMENT_NEW);
    told(&t, "<answer>[4]>ask2");
    assert_int_equal(t.missing, 4);
}

/* What was lost in one direction is told before what the other says next. */
static void losses_keep_the_order(void **state)
{
    (void)state;
    struct talk t;
    begin(&t); /* the first question was lost: the second proves it */
    say(&t, SERVER, 500, 104, "answer");
    say(&t, CLIENT, 104, 506, "ask2");
    told(&t, ">[4]<answer>ask2");

    begin(&t); /* and the first answer */
    say(&t, CLIENT, 100, 500, "ask1");
    say(&t, CLIENT, 104, 506, "ask2");
    say(&t, SERVER, 506, 108, "answer2");
    told(&t, ">ask1<[6]>ask2<answer2");

    begin(&t); /* what was asked before an answer came is asked before its loss is told */
    say(&t, CLIENT, 100, 500, "ask1");
    say(&t, CLIENT, 104, 503, "ask2");
    say(&t, CLIENT, 108, 506, "ask3");
    say(&t, SERVER, 509, 112, "answer4");
    told(&t, ">ask1<[3]>ask2<[3]>ask3<[3]<answer4");

    begin(&t); /* a FIN was lost: those who acknowledge it do not wait for it again and again */
    say(&t, CLIENT, 100, 500, "ask1");
    assert_int_equal(say(&t, SERVER, 500, 105, "an"), SEGMENT_EARLY);
    t.now_ns += 5 * MS;
    assert_int_equal(say(&t, SERVER, 502, 105, "swer"), SEGMENT_EARLY);
    assert_int_equal(say(&t, SERVER, 506, 105, "s"), SEGMENT_NEW);
    assert_string_equal(t.story, ">ask1<an<swer<s");
    told(&t, ">ask1<an<swer<s");
}

/* A retransmission of what waits is old; what it brings beyond is kept too. */
static void early_and_again(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    say(&t, SERVER, 500, 104, "answer");
    assert_int_equal(say(&t, SERVER, 500, 104, "answer"), SEGMENT_OLD);
    assert_int_equal(say(&t, SERVER, 500, 104, "answers"), SEGMENT_EARLY);
    say(&t, CLIENT, 100, 500, "ask1");
    told(&t, ">ask1<answer<s");
}

/* Two that wait for each other contradict themselves; neither waits for ever. */
static void circles_are_broken(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    say(&t, SERVER, 500, 104, "answer");
    say(&t, CLIENT, 100, 506, "ask1");
    t.now_ns += 5 * MS;
    duplex_check(t.stream, t.out, t.now_ns);
    told(&t, "<answer>ask1");
}

/* At the cap, nothing is kept: it is handed out as it comes. */
static void without_room_nothing_waits(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    t.shared.held_bytes_max = 10;
    assert_int_equal(say(&t, SERVER, 500, 104, "answer"), SEGMENT_NEW);
    say(&t, CLIENT, 100, 500, "ask1");
    told(&t, "<answer>ask1");
    assert_int_equal(t.counters.segments_dropped, 0);
}

/* Each row: an answer that comes or is stamped so long after its question. */
static void stamps_are_put_right_within_a_millisecond(void **state)
{
    (void)state;
    static const struct {
        bool overtakes;
        int64_t after_ns;
        uint32_t acknowledged;
        uint64_t skewed;
        const char *story;
    } table[] = {
        {false, 3 * MS, 104, 0, "@1000>ask1@1003<answer"},
        {false, 0, 104, 0, "@1000>ask1@1000<answer"},
        {false, -(int64_t)MS, 104, 1, "@1000>ask1!@1000<answer"},
        {true, -(int64_t)MS, 104, 1, "@1000>ask1!@1000<answer"},
        {true, -(int64_t)MS - 1, 104, 0, "@1000>ask1@998<answer"},
        {true, -3 * (int64_t)MS, 104, 0, "@1000>ask1@997<answer"},
        {false, -(int64_t)MS, 102, 0, "@1000>ask1@999<answer"}, /* of the first half */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct talk t;
        begin(&t);
        t.times = true;
        uint64_t asked_ns = t.now_ns, answered_ns = asked_ns + (uint64_t)table[i].after_ns;
        for (int step = 0; step < 2; step++) {
            bool answers = (step == 0) == table[i].overtakes;
            t.now_ns = answers ? answered_ns : asked_ns;
            if (answers)
                say(&t, SERVER, 500, table[i].acknowledged, "answer");
            else
                say(&t, CLIENT, 100, 500, "ask1");
        }
        assert_int_equal(t.counters.skewed, table[i].skewed);
        told(&t, table[i].story);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_gives_the_same_talk),
        cmocka_unit_test(waits_for_five_milliseconds),
        cmocka_unit_test(losses_keep_the_order),
        cmocka_unit_test(early_and_again),
        cmocka_unit_test(circles_are_broken),
        cmocka_unit_test(without_room_nothing_waits),
        cmocka_unit_test(stamps_are_put_right_within_a_millisecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
