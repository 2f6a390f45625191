/* test_unread.c - specifies decode/unread.c: bytes are kept in order, with the times at which they
 * came, under a limit of times told apart. */
#include "decode/unread.h"

#include "tests/check.h"

static struct unread *of_pieces(const char *const *pieces, size_t len)
{
    struct unread *u = NULL;
    for (size_t i = 0; i < len; i++)
        assert_true(unread_add(&u, bytes_of_text(pieces[i]), 10 * (i + 1)));
    return u;
}

/* NULL is no bytes, no memory, and may be taken from and dropped. */
static void null_is_empty(void **state)
{
    (void)state;
    struct unread *u = NULL;
    assert_int_equal(unread_len(u), 0);
    assert_int_equal(unread_bytes(u).len, 0);
    assert_int_equal(unread_memory(u), 0);
    unread_take(&u, 5);
    unread_drop(&u);
    assert_null(u);
}

/* Each byte keeps the time at which it came, also when those before it have been taken. */
static void each_byte_has_its_time(void **state)
{
    (void)state;
    static const char *const pieces[] = {"abc", "d", "efgh"}; /* at 10, 20 and 30 */
    static const struct {
        size_t take;
        const char *left, *times;
    } cases[] = {
        {0, "abcdefgh", "11123333"},
        {1, "bcdefgh", "1123333"},
        {3, "defgh", "23333"},
        {4, "efgh", "3333"},
        {7, "h", "3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct unread *u = of_pieces(pieces, 3);
        unread_take(&u, cases[i].take);
        assert_true(bytes_equal_text(unread_bytes(u), cases[i].left));
        for (size_t at = 0; at < unread_len(u); at++)
            assert_int_equal(unread_time(u, at), 10 * (uint64_t)(cases[i].times[at] - '0'));
        unread_drop(&u);
    }
}

/* What is added behind the rest of a taken piece is told from it. */
static void goes_on_after_taking(void **state)
{
    (void)state;
    static const char *const pieces[] = {"abc", "def"};
    struct unread *u = of_pieces(pieces, 2);
    unread_take(&u, 5);
    assert_true(unread_add(&u, bytes_of_text("gh"), 70));
    assert_true(bytes_equal_text(unread_bytes(u), "fgh"));
    assert_int_equal(unread_time(u, 0), 20);
    assert_int_equal(unread_time(u, 1), 70);
    assert_int_equal(unread_time(u, 2), 70);
    unread_drop(&u);
}

/* Nothing is held once all is taken, or more than all. */
static void all_taken_is_freed(void **state)
{
    (void)state;
    static const char *const pieces[] = {"abc"};
    for (size_t len = 3; len < 5; len++) {
        struct unread *u = of_pieces(pieces, 1);
        unread_take(&u, len);
        assert_null(u);
    }
}

/* The latest time of a range is that of the pieces it touches, in whatever order they came: bytes
 * that were held for an earlier one came before it. */
static void latest_of_a_range(void **state)
{
    (void)state;
    static const struct {
        size_t at, end;
        uint64_t latest_ns;
    } cases[] = {
        {0, 1, 10}, {0, 2, 10}, {1, 2, 10}, {0, 3, 50}, {1, 3, 50}, {2, 4, 50},
        {2, 5, 50}, {4, 5, 30}, {4, 6, 30}, {0, 6, 50}, {3, 4, 50}, {5, 6, 30},
    };
    struct unread *u = NULL;
    assert_true(unread_add(&u, bytes_of_text("ab"), 10));
    assert_true(unread_add(&u, bytes_of_text("cd"), 50));
    assert_true(unread_add(&u, bytes_of_text("ef"), 30));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(unread_latest(u, cases[i].at, cases[i].end), cases[i].latest_ns);
    unread_drop(&u);
}

/* Past UNREAD_ARRIVALS times, bytes share the time of the latest, so that a last byte is never
 * dated too early; bytes of one time are one arrival. */
static void many_arrivals(void **state)
{
    (void)state;
    struct unread *u = NULL;
    for (unsigned i = 0; i < UNREAD_ARRIVALS + 3; i++)
        for (int twice = 0; twice < 2; twice++)
            assert_true(unread_add(&u, bytes_of_text("x"), 100 + i));
    assert_int_equal(u->arrivals, UNREAD_ARRIVALS);
    for (unsigned i = 0; i < UNREAD_ARRIVALS + 3; i++) {
        bool own = i < UNREAD_ARRIVALS - 1;
        assert_int_equal(unread_time(u, 2 * (size_t)i), own ? 100 + i : 102 + UNREAD_ARRIVALS);
    }
    unread_take(&u, 2);
    assert_true(unread_add(&u, bytes_of_text("y"), 200));
    assert_int_equal(unread_time(u, unread_len(u) - 1), 200);
    assert_int_equal(unread_time(u, unread_len(u) - 2), 102 + UNREAD_ARRIVALS);
    unread_drop(&u);
}

/* The memory asked for is what is then held: it grows by doubling, up to the limit. */
static void memory_is_foretold(void **state)
{
    (void)state;
    static char text[UNREAD_MAX];
    static const size_t lens[] = {1, 1023, 1, 1023, 10000, 20000, UNREAD_MAX - 32048};
    struct unread *u = NULL;
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        size_t foretold = unread_memory_with(u, lens[i]);
        assert_true(unread_add(&u, bytes_of(text, lens[i]), i));
        assert_int_equal(unread_memory(u), foretold);
    }
    assert_int_equal(unread_len(u), UNREAD_MAX);
    assert_int_equal(unread_memory(u), sizeof *u + UNREAD_MAX);
    unread_drop(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_empty),        cmocka_unit_test(each_byte_has_its_time),
        cmocka_unit_test(goes_on_after_taking), cmocka_unit_test(all_taken_is_freed),
        cmocka_unit_test(latest_of_a_range),    cmocka_unit_test(many_arrivals),
        cmocka_unit_test(memory_is_foretold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
