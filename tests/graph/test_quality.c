/* test_quality.c - from sums to marks, and what is said of them. */
#include "graph/quality.h"

#include <string.h>

#include "tests/check.h"

struct marked {
    struct quality q;
    const char *marks;
};

static void check(const struct marked *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct marks m = quality_marks(&cases[i].q);
        char text[MARKS_TEXT_MAX];
        marks_text(&m, text);
        if (strcmp(text, cases[i].marks) != 0)
            fail_msg("case %zu: \"%s\", not \"%s\"", i, text, cases[i].marks);
    }
}

/* As they are shown: which marks, and how bad the worst is. */
static void the_sums_decide(void **state)
{
    (void)state;
    static const struct marked cases[] = {
        {{0}, ""},
        {{.packets = 1000, .bytes = 1000000, .requests = 100, .connections = 10}, ""},
        /* Of one side only: a share of the connections. */
        {{.connections = 11, .one_way = 1}, "~O"},
        {{.connections = 10, .one_way = 1}, "!O"},
        {{.connections = 0, .one_way = 1}, "!O"}, /* it began before the range */
        {{.connections = 10, .some_one_way = true}, "~O"},
        /* Missing: a share of all bytes that there must have been. */
        {{.bytes = 1000000, .missing_bytes = 99}, "M"},
        {{.bytes = 999900, .missing_bytes = 100}, "~M"}, /* 0.01 % */
        {{.bytes = 990001, .missing_bytes = 9999}, "~M"},
        {{.bytes = 990000, .missing_bytes = 10000}, "!M"}, /* 1 % */
        {{.bytes = 0, .missing_bytes = 1}, "!M"},
        {{.bytes = UINT64_MAX, .missing_bytes = UINT64_MAX}, "!M"},
        /* Dropped, by us or by the mirror: the greater share. */
        {{.frames = 1000000, .dropped = 1}, "D"},
        {{.frames = 99999, .dropped = 1}, "~D"}, /* 0.001 % */
        {{.frames = 99, .dropped = 1}, "!D"},
        {{.frames = 1000, .mirror_seen = 99, .mirror_lost = 1}, "!D"},
        {{.frames = 1000000, .dropped = 1, .mirror_seen = 199, .mirror_lost = 1}, "~D"},
        /* Not decoded, by how many requests there are. */
        {{.requests = 1000, .troubles[TROUBLE_LOST] = 1}, "U"},
        {{.requests = 90, .troubles = {2, 2, 0, 0, 3, 3}}, "!U"},
        {{.requests = 99, .troubles[TROUBLE_SHED] = 1}, "~S"},
        {{.requests = 1, .troubles[TROUBLE_SHORTENED] = 1000}, "~S"}, /* never worse */
        {{.requests = 1000, .troubles[TROUBLE_SHORTENED] = 1}, "S"},
        /* Times that run backwards. */
        {{.requests = 101, .skewed = 1}, "K"},
        {{.requests = 100, .skewed = 1}, "~K"},
        {{.requests = 10, .skewed = 1}, "!K"},
        /* Cut: what that spoils is told by other marks. */
        {{.packets = 1000, .truncated = 9}, "T"},
        {{.packets = 1000, .truncated = 10}, "~T"},
        {{.packets = 1000, .truncated = 1000}, "~T"},
        /* Copies are no harm, unless some could not be told from what was sent again. */
        {{.packets = 1000, .duplicates = 1000}, "C"},
        {{.packets = 1000, .duplicates = 1, .captured = 100000, .uncertain = 99}, "C"},
        {{.packets = 1000, .duplicates = 1, .captured = 100000, .uncertain = 100}, "~C"},
        {{.packets = 1000, .captured = 1000, .uncertain = 1000}, ""}, /* not of this edge */
        {{.midstream = true}, "B"},
        /* The worst come first, and say how bad it is. */
        {{.connections = 1, .midstream = true, .bytes = 99, .missing_bytes = 1}, "!MB"},
        {{.midstream = true, .packets = 9, .duplicates = 1, .frames = 1999, .dropped = 1}, "~DCB"},
    };
    check(cases, sizeof cases / sizeof cases[0]);
}

/* One or two things that were not decoded are not much, however quiet the edge; unless it is all of
 * a connection. */
static void few_are_a_note(void **state)
{
    (void)state;
    static const struct marked cases[] = {
        {{.requests = 99, .troubles[TROUBLE_STRAY_ANSWERS] = 1}, "U"},
        {{.requests = 2, .troubles[TROUBLE_STRAY_ANSWERS] = 2}, "U"},
        {{.requests = 2, .troubles = {[TROUBLE_STRAY_ANSWERS] = 2, [TROUBLE_LOST] = 1}}, "!U"},
        {{.requests = 297, .troubles[TROUBLE_STRAY_ANSWERS] = 3}, "~U"},
        {{.requests = 298, .troubles[TROUBLE_STRAY_ANSWERS] = 3}, "U"},
        {{.requests = 0, .troubles[TROUBLE_EXCHANGES_EVICTED] = 1}, "U"},
        {{.requests = 0, .troubles[TROUBLE_EXCHANGES_EVICTED] = 3}, "!U"},
        {{.requests = 9, .troubles[TROUBLE_GIVEN_UP] = 1}, "!U"},
    };
    check(cases, sizeof cases / sizeof cases[0]);
}

/* What a late start does to an edge is the same however often it starts: an answer or less of each
 * connection. */
static void a_late_start_is_a_note(void **state)
{
    (void)state;
    static const struct marked cases[] = {
        {{.midstream = true, .connections = 1, .troubles[TROUBLE_STRAY_ANSWERS] = 1}, "UB"},
        {{.midstream = true, .connections = 700, .troubles[TROUBLE_STRAY_ANSWERS] = 700}, "UB"},
        {{.midstream = true, .connections = 6, .troubles[TROUBLE_STRAY_ANSWERS] = 7}, "!UB"},
        {{.connections = 7, .troubles[TROUBLE_STRAY_ANSWERS] = 7}, "!U"},
        {{.midstream = true,
          .connections = 7,
          .troubles = {[TROUBLE_STRAY_ANSWERS] = 7, [TROUBLE_LOST] = 1}},
         "!UB"},
    };
    check(cases, sizeof cases / sizeof cases[0]);
}

static void an_edge_adds_up(void **state)
{
    (void)state;
    static const struct edge_delta e = {
        .exchanges.outcomes = {[OUTCOME_OK] = 5, [OUTCOME_UNKNOWN] = 1},
        .opened = 7,
        .packets = {10, 20},
        .duplicates = {1, 2},
        .bytes = {1000, 2000},
        .missing_bytes = {1, 2},
        .one_way = 3,
        .troubles = {1, 2, 3, 4, 5, 6, 7},
        .skewed = 8,
        .notes = NOTE_MIDSTREAM | NOTE_PIPELINED,
    };
    static const struct capture_counters c = {
        .frames = 100,
        .packets = 90,
        .kernel_drops = 1,
        .interface_drops = 2,
        .uncertain = 4,
        .mirror_lost = 5,
        .mirror_seen = 6,
    };
    struct quality q = {0};
    quality_add(&q, &e);
    quality_add(&q, &e);
    quality_set_capture(&q, &c);
    assert_int_equal(q.requests, 12);
    assert_int_equal(q.connections, 14);
    assert_int_equal(q.packets, 60);
    assert_int_equal(q.duplicates, 6);
    assert_int_equal(q.bytes, 6000);
    assert_int_equal(q.missing_bytes, 6);
    assert_int_equal(q.one_way, 6);
    assert_int_equal(q.skewed, 16);
    for (uint64_t t = 0; t < TROUBLES; t++)
        assert_int_equal(q.troubles[t], 2 * (t + 1));
    assert_true(q.midstream);
    assert_false(q.some_one_way);
    assert_int_equal(q.frames, 100);
    assert_int_equal(q.dropped, 3);
    assert_int_equal(q.captured, 90);
    assert_int_equal(q.uncertain, 4);
    assert_int_equal(q.mirror_lost, 5);
    assert_int_equal(q.mirror_seen, 6);
}

static void of_several_the_worse_counts(void **state)
{
    (void)state;
    struct marks a = {{[MARK_MISSING] = SEVERITY_WARN, [MARK_COPIES] = SEVERITY_NOTE}};
    struct marks b = {{[MARK_MISSING] = SEVERITY_BAD, [MARK_MIDSTREAM] = SEVERITY_NOTE}};
    char text[MARKS_TEXT_MAX];
    marks_add(&a, &b);
    marks_text(&a, text);
    assert_string_equal(text, "!MCB");
    assert_int_equal(marks_worst(&a), SEVERITY_BAD);
}

/* Each has a name, a letter of its own, and fits where it is written. */
static void every_mark_has_words(void **state)
{
    (void)state;
    struct marks all;
    char text[MARKS_TEXT_MAX];
    memset(all.of, SEVERITY_BAD, sizeof all.of);
    marks_text(&all, text);
    assert_int_equal(strlen(text), MARKS + 1);
    for (int i = 0; i < MARKS; i++) {
        assert_true(mark_name((enum mark)i)[0]);
        assert_true(mark_meaning((enum mark)i)[0]);
        assert_ptr_equal(strchr(text, mark_letter((enum mark)i)),
                         strrchr(text, mark_letter((enum mark)i)));
    }
}

/* Sentences say how much, and what it does to figures; none is cut. */
static void reasons(void **state)
{
    (void)state;
    static const struct quality q = {
        .packets = 900,
        .duplicates = 100,
        .truncated = 90,
        .bytes = 98000,
        .missing_bytes = 2000,
        .connections = 40,
        .one_way = 3,
        .requests = 200,
        .skewed = 4,
        .troubles = {3, 0, 1, 1, 2, 0},
        .midstream = true,
        .frames = 979,
        .dropped = 21,
        .sampled_ns = 40000000000,
        .left_out_ns = 30000000000,
    };
    static const char *const says[MARKS] = {
        [MARK_ONE_WAY] = "connections of which only one side's packets reach the tap: 3 of 40; "
                         "what is answered there, and how fast, is not known",
        [MARK_MISSING] =
            "2.0 kB (2.0 %) acknowledged but never seen; requests in them are unknown, "
            "or not counted",
        [MARK_DROPS] = "packets lost before they were read: 21 (2.1 % of all); every figure is a "
                       "lower bound",
        [MARK_SAMPLED] = "for 40 s there was too much to read, and 75 % of connections were left "
                         "out; counts are scaled up for them, and estimates",
        [MARK_UNDECODED] = "places lost: 3, answers without a request: 2; what lies in between is "
                           "unknown, or not counted",
        [MARK_SKEW] = "requests whose times contradict their order: 4 (2.0 %); latencies are not "
                      "exact, clocks of several taps may differ",
        [MARK_TRUNCATED] =
            "packets cut by the snapshot length: 90 (10 %); heads of messages may be "
            "missing",
        [MARK_SHED] =
            "parts of messages too long to read: 2; texts and operations may be incomplete",
        [MARK_COPIES] = "copies of packets removed: 100 (10 %)",
        [MARK_MIDSTREAM] = "some connections began before the capture; their handshake and first "
                           "requests were not seen",
    };
    for (int i = 0; i < MARKS; i++) {
        char text[REASON_TEXT_MAX];
        quality_reason(&q, (enum mark)i, text);
        assert_string_equal(text, says[i]);
    }
    struct quality most;
    memset(&most, 0xff, sizeof most);
    most.midstream = most.some_one_way = true;
    for (int i = 0; i < MARKS; i++) {
        char text[REASON_TEXT_MAX];
        quality_reason(&most, (enum mark)i, text);
        assert_in_range(strlen(text), 20, REASON_TEXT_MAX - 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sums_decide),
        cmocka_unit_test(few_are_a_note),
        cmocka_unit_test(a_late_start_is_a_note),
        cmocka_unit_test(an_edge_adds_up),
        cmocka_unit_test(of_several_the_worse_counts),
        cmocka_unit_test(every_mark_has_words),
        cmocka_unit_test(reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
