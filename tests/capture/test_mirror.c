/* test_mirror.c - rows of numbers, and how many are missing in them. */
#include "capture/mirror.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"

static const struct address one = {.byte = {1}}, two = {.byte = {2}};

/* Notes the numbers of a text: "5 6 9-12 4294967295". */
static void hear(struct mirror *m, const struct address *source, uint32_t session,
                 const char *numbers)
{
    char *end = (char *)(uintptr_t)numbers;
    while (*end) {
        uint64_t first = strtoull(end, &end, 10), last = first;
        if (*end == '-')
            last = strtoull(end + 1, &end, 10);
        for (uint64_t n = first; n <= last; n++)
            mirror_note(m, source, session, (uint32_t)n);
        end += *end == ' ';
    }
}

static uint64_t lost(const char *numbers)
{
    static struct mirror m;
    m = (struct mirror){0};
    hear(&m, &one, 5, numbers);
    mirror_settle(&m);
    return m.lost;
}

static void test_rows(void **state)
{
    (void)state;
    static const struct {
        const char *claim, *numbers;
        uint64_t lost;
    } cases[] = {
        {"nothing lost", "1-1000", 0},
        {"it began before us", "70000-70010", 0},
        {"one lost", "1-9 11-20", 1},
        {"some lost, here and there", "1-9 11-20 31-500 502-900", 12},
        {"the last that came is the last that is judged", "1-9 12", 2},
        {"more lost at once than the window holds", "1-9 1010-1020", 1000},
        {"a window's length", "1 65 66", 63},
        {"and one more", "1 66 67", 64},
        {"two gaps in one window", "1 3 5", 2},
        {"swapped", "1 3 2 5 4 6", 0},
        {"late", "1-9 11-50 10 51-200", 0},
        {"too late", "1-9 11-90 10 91-200", 1},
        {"twice", "1 1 2 2 3 3", 0},
        {"a copy that limps behind", "1-30 5-30 31-40", 0},
        {"all the same", "0 0 0 0", 0},
        {"wraps", "4294967290-4294967295 0-10", 0},
        {"wraps, with loss", "4294967290-4294967294 1-10", 2},
        {"wraps, swapped", "4294967294 0 4294967295 1", 0},
        {"begins anew", "70000-70100 0-200", 0},
        {"begins anew, with loss there", "70000-70100 0-9 11-20", 1},
        {"begins anew, with loss before", "70000-70009 70011-70020 0-20", 1},
        {"begins anew, its first frames swapped: one is missed", "70000-70100 1 0 2-20", 1},
        {"a stray is not believed", "70000-70009 5 70010-70020", 0},
        {"nor one far ahead", "10-19 4000000 20-30", 0},
        {"two strays that do not follow each other", "70000-70009 5 90000 70010-70020", 0},
        {"a long silence of ours", "1-10 50001-50010", 49990},
        {"ahead by more than can be believed", "1-10 4000000-4000010", 0},
        {"jumps back and forth: nothing follows from that",
         "100000-100009 50000-50009 100010-100019 50010-50019 100020-100029", 0},
        {"two rows of numbers in one session", "100000 7000 100001 7001 100002 7002", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (lost(cases[i].numbers) != cases[i].lost)
            fail_msg("%s: %lu, not %lu", cases[i].claim, (unsigned long)lost(cases[i].numbers),
                     (unsigned long)cases[i].lost);
}

/* Each switch and each session has numbers of its own. */
static void test_sessions(void **state)
{
    static struct mirror m;
    (void)state;
    m = (struct mirror){0};
    for (int i = 0; i < 3; i++) {
        hear(&m, &one, 5, i ? "3 4" : "1 2");
        hear(&m, &two, 5, i ? "90003 90004" : "90001 90002");
        hear(&m, &one, 6, i ? "8 9" : "4 5");
    }
    mirror_settle(&m);
    assert_int_equal(m.seen, 18);
    assert_int_equal(m.lost, 2);
    assert_int_equal(m.session_len, 3);
}

/* Counted once, and never taken back: windows show differences. */
static void test_only_grows(void **state)
{
    static struct mirror m;
    uint32_t state_of_chance = 1;
    uint64_t before = 0;
    (void)state;
    m = (struct mirror){0};
    for (uint32_t n = 0; n < 100000; n++) {
        state_of_chance = state_of_chance * 1664525 + 1013904223;
        uint32_t late = state_of_chance >> 27;
        if (state_of_chance >> 8 & 0xf)
            mirror_note(&m, &one, 1, n - late);
        assert_true(m.lost >= before);
        before = m.lost;
    }
    mirror_settle(&m);
    assert_true(m.lost >= before);
    before = m.lost;
    mirror_settle(&m);
    assert_int_equal(m.lost, before);
}

/* More sessions than the table holds: the one that was silent longest begins anew. */
static void test_table_is_full(void **state)
{
    static struct mirror m;
    (void)state;
    m = (struct mirror){0};
    hear(&m, &one, 0, "1 2 4"); /* 3 is missing, and is counted when the session goes */
    for (uint32_t session = 1; session < MIRROR_SESSIONS_MAX; session++)
        hear(&m, &one, session, "1 2");
    hear(&m, &one, 1, "4"); /* now 2 is the oldest but for 0 */
    assert_int_equal(m.lost, 0);
    hear(&m, &two, 9, "1");
    assert_int_equal(m.lost, 1);
    assert_int_equal(m.session_len, MIRROR_SESSIONS_MAX);
    hear(&m, &one, 1, "5");
    hear(&m, &one, 0, "1000"); /* begins anew, in the place of 2 */
    mirror_settle(&m);
    assert_int_equal(m.lost, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_only_grows),
        cmocka_unit_test(test_table_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
