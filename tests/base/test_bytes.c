/* test_bytes.c - reads that cannot overrun, and the writer that is their counterpart. */
#include "base/bytes.h"

#include "base/writer.h"
#include "tests/check.h"

/* The read that would pass the end yields zero, and so does every later one. */
static void test_starves_for_good(void **state)
{
    static const uint8_t raw[] = {1, 2, 3, 4, 5};
    struct cursor c = cursor_over(bytes_of(raw, sizeof raw));
    (void)state;
    assert_int_equal(cursor_be16(&c), 0x0102);
    assert_int_equal(cursor_left(&c), 3);
    assert_int_equal(cursor_be32(&c), 0);
    assert_true(c.starved);
    assert_int_equal(cursor_u8(&c), 0);
    assert_int_equal(cursor_left(&c), 0);
}

static void test_reads_both_byte_orders(void **state)
{
    static const uint8_t raw[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct cursor c = cursor_over(bytes_of(raw, sizeof raw)), l = c, t = c;
    (void)state;
    assert_true(cursor_be64(&c) == 0x0102030405060708U);
    assert_true(cursor_le64(&l) == 0x0807060504030201U);
    assert_int_equal(cursor_be24(&t), 0x010203);
    assert_int_equal(cursor_le16(&t), 0x0504);
    assert_false(c.starved || l.starved || t.starved);
}

/* An empty view is as good as any: nothing is read from it, and nothing is undefined. */
static void test_empty_views(void **state)
{
    struct cursor c = cursor_over((struct bytes){0});
    (void)state;
    assert_int_equal(cursor_rest(&c).len, 0);
    assert_false(c.starved);
    assert_true(bytes_equal((struct bytes){0}, bytes_of_text("")));
    assert_int_equal(bytes_after(bytes_of_text("ab"), 3).len, 0);
    char text[4];
    bytes_to_text(text, sizeof text, (struct bytes){0});
    assert_string_equal(text, "");
}

/* What the writer writes, the cursor reads. */
static void test_varints_round_trip(void **state)
{
    static const uint64_t values[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX};
    struct writer w = {0};
    (void)state;
    for (size_t i = 0; i < 8; i++)
        writer_varint(&w, values[i]);
    struct cursor c = cursor_over(writer_view(&w));
    for (size_t i = 0; i < 8; i++)
        assert_true(cursor_varint(&c) == values[i]);
    assert_int_equal(cursor_left(&c), 0);
    assert_false(c.starved);
    writer_free(&w);
}

/* A varint that never ends is refused, not followed. */
static void test_endless_varint(void **state)
{
    uint8_t raw[32];
    memset(raw, 0xff, sizeof raw);
    struct cursor c = cursor_over(bytes_of(raw, sizeof raw));
    (void)state;
    assert_true(cursor_varint(&c) == 0);
    assert_true(c.starved);
}

/* Past its limit a writer keeps what it has and says that it failed. */
static void test_writer_limit(void **state)
{
    struct writer w = {.max = 5};
    (void)state;
    writer_le32(&w, 0x04030201);
    writer_le32(&w, 1);
    assert_true(w.failed);
    assert_int_equal(w.len, 4);
    assert_memory_equal(w.at, "\1\2\3\4", 4);
    writer_clear(&w);
    assert_false(w.failed);
    writer_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starves_for_good), cmocka_unit_test(test_reads_both_byte_orders),
        cmocka_unit_test(test_empty_views),      cmocka_unit_test(test_varints_round_trip),
        cmocka_unit_test(test_endless_varint),   cmocka_unit_test(test_writer_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
