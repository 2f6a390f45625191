/* test_http2_word.c - decode/http2_word.c, and the numbers that the static table has ready. */
#include "decode/http2_word.h"

#include "decode/hpack_static.h"
#include "tests/check.h"

static enum http2_word word_of(const char *name)
{
    return http2_word_of(bytes_of_text(name));
}

static void names_that_mean_something_have_a_number(void **state)
{
    (void)state;
    assert_int_equal(word_of("b3"), WORD_B3);
    assert_int_equal(word_of(":path"), WORD_PATH);
    assert_int_equal(word_of("traceparent"), WORD_TRACEPARENT);
    assert_int_equal(word_of("x-b3-spanid"), WORD_B3_SPAN);
    assert_int_equal(word_of("x-request-id"), WORD_REQUEST_ID);
    assert_int_equal(word_of("x-b3-parentspanid"), WORD_B3_PARENT);
}

static void others_have_none(void **state)
{
    (void)state;
    assert_int_equal(word_of(""), WORD_OTHER);
    assert_int_equal(word_of(":pat"), WORD_OTHER);
    assert_int_equal(word_of(":paths"), WORD_OTHER);
    assert_int_equal(word_of("x-b3-spanie"), WORD_OTHER);
    assert_int_equal(word_of("x-b3-parentspanid-and-more"), WORD_OTHER);
}

static void the_static_table_has_the_same_numbers(void **state)
{
    (void)state;
    for (size_t i = 1; i <= HPACK_STATIC_LAST; i++)
        assert_int_equal(hpack_static[i].word, http2_word_of(hpack_static[i].name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_mean_something_have_a_number),
        cmocka_unit_test(others_have_none),
        cmocka_unit_test(the_static_table_has_the_same_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
