/* test_quic_stream.c - specifies decode/quic_stream.c. */
#include "decode/quic_stream.h"

#include "tests/check.h"

static const char text[] = "the quick brown fox jumps over the lazy dog";
enum { LEN = sizeof text - 1 };

static bool add(struct quic_stream *s, size_t from, size_t to)
{
    return quic_stream_add(s, from, bytes_of(text + from, to - from));
}

static void front_is(const struct quic_stream *s, size_t from, size_t to)
{
    struct bytes front = quic_stream_front(s);
    assert_int_equal(front.len, to - from);
    if (front.len)
        assert_memory_equal(front.at, text + from, front.len);
}

/* Every order of so many pieces, by Heap's method. */
static void every_order(size_t *order, size_t len, size_t all)
{
    if (len == 1) {
        struct quic_stream s = {0};
        for (size_t i = 0; i < all; i++) {
            size_t from = order[i] * LEN / all, to = (order[i] + 1) * LEN / all;
            assert_true(add(&s, from, to));
        }
        front_is(&s, 0, LEN);
        assert_int_equal(s.islands, 1);
        quic_stream_free(&s);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        every_order(order, len - 1, all);
        size_t with = len % 2 ? 0 : i, kept = order[with];
        order[with] = order[len - 1];
        order[len - 1] = kept;
    }
}

static void orders(void **state)
{
    (void)state;
    size_t order[6] = {0, 1, 2, 3, 4, 5};
    every_order(order, 6, 6);
}

static void overlaps(void **state)
{
    (void)state;
    struct quic_stream s = {0};
    front_is(&s, 0, 0);
    assert_true(add(&s, 10, 20));
    front_is(&s, 0, 0);
    assert_true(add(&s, 15, 30));
    assert_true(add(&s, 12, 14));
    assert_true(add(&s, 35, 40));
    assert_int_equal(s.islands, 2);
    assert_true(add(&s, 0, 12));
    front_is(&s, 0, 30);
    s.read = 12;
    front_is(&s, 12, 30);
    assert_true(add(&s, 8, LEN));
    front_is(&s, 12, LEN);
    assert_int_equal(s.islands, 1);
    assert_true(add(&s, 3, 3));
    s.read = LEN;
    front_is(&s, 0, 0);
    quic_stream_free(&s);
}

static void bounds(void **state)
{
    (void)state;
    static const uint8_t byte;
    struct quic_stream s = {0};
    assert_true(quic_stream_add(&s, QUIC_STREAM_MAX - 1, bytes_of(&byte, 1)));
    assert_false(quic_stream_add(&s, QUIC_STREAM_MAX, bytes_of(&byte, 1)));
    assert_false(quic_stream_add(&s, UINT64_MAX, bytes_of(&byte, 1)));
    assert_false(quic_stream_add(&s, QUIC_STREAM_MAX - LEN + 1, bytes_of(text, LEN)));
    for (uint64_t i = 1; i < QUIC_ISLANDS_MAX; i++)
        assert_true(quic_stream_add(&s, 2 * i, bytes_of(&byte, 1)));
    assert_int_equal(s.islands, QUIC_ISLANDS_MAX);
    assert_false(quic_stream_add(&s, 1000, bytes_of(&byte, 1)));
    assert_true(quic_stream_add(&s, 3, bytes_of(&byte, 1))); /* but one that joins two does fit */
    assert_int_equal(s.islands, QUIC_ISLANDS_MAX - 1);
    quic_stream_free(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders),
        cmocka_unit_test(overlaps),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
