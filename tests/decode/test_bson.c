/* test_bson.c - decode/bson.c: documents, whole and damaged. */
#include "decode/bson.h"

#include "tests/check.h"

#define WIRE(text) bytes_of(text, sizeof(text) - 1)

/* {a: {b: 1}, c: "x", d: 2.5} */
static const char DOCUMENT[] = "\x28\0\0\0\3a\0\x0c\0\0\0\x10"
                               "b\0\1\0\0\0\0\2c\0\2\0\0\0x\0\1d\0\0\0\0\0\0\0\4\x40\0";

static void elements(void **state)
{
    (void)state;
    struct bson_walk w;
    struct bson_element e;
    struct bytes in = bytes_of(DOCUMENT, sizeof DOCUMENT - 1);
    int64_t number = 0;
    assert_int_equal(in.len, 0x28);
    assert_int_equal(bson_begin(&w, in, 0x28), BSON_ELEMENT);
    in = bytes_after(in, 4);
    assert_int_equal(bson_next(&w, in, &e), BSON_ELEMENT);
    assert_true(bytes_equal_text(e.name, "a"));
    in = bytes_after(in, bson_enter(&w, &e));
    assert_int_equal(bson_next(&w, in, &e), BSON_ELEMENT);
    assert_true(bytes_equal_text(e.name, "b") && bson_number(&e, &number));
    assert_int_equal(number, 1);
    in = bytes_after(in, bson_pass(&w, &e));
    assert_int_equal(bson_next(&w, in, &e), BSON_ENDED);
    in = bytes_after(in, bson_leave(&w));
    assert_int_equal(bson_next(&w, in, &e), BSON_ELEMENT);
    assert_true(bytes_equal_text(bson_text(&e), "x"));
    in = bytes_after(in, bson_pass(&w, &e));
    assert_int_equal(bson_next(&w, in, &e), BSON_ELEMENT);
    assert_true(bson_number(&e, &number));
    assert_int_equal(number, 2);
    in = bytes_after(in, bson_pass(&w, &e));
    assert_int_equal(bson_next(&w, in, &e), BSON_ENDED);
    assert_int_equal(bson_leave(&w), 1);
    assert_int_equal(w.depth, 0);
}

/* A document that is done with passes as a whole, with what it is in counted along. */
static void left(void **state)
{
    (void)state;
    struct bson_walk w;
    struct bson_element e;
    struct bytes in = bytes_of(DOCUMENT, sizeof DOCUMENT - 1);
    bson_begin(&w, in, 0x28);
    in = bytes_after(in, 4);
    bson_next(&w, in, &e);
    in = bytes_after(in, bson_enter(&w, &e));
    in = bytes_after(in, bson_leave(&w));
    assert_int_equal(bson_next(&w, in, &e), BSON_ELEMENT);
    assert_true(bytes_equal_text(e.name, "c"));
}

static void damaged(void **state)
{
    (void)state;
    static const struct {
        struct bytes in;
        enum bson_step step;
    } rows[] = {
#define ROW(text, step) {{(const uint8_t *)text, sizeof(text) - 1}, step}
        ROW("\2a\0\xff\xff\xff\x7f", BSON_WRONG), /* a text longer than the document */
        ROW("\3a\0\4\0\0\0", BSON_WRONG),         /* a document shorter than its length */
        ROW("\x14"
            "a\0\0",
            BSON_WRONG),           /* there is no such type */
        ROW("\0more", BSON_WRONG), /* an end in front of the end */
        ROW("\2a\0\1", BSON_MORE),
        ROW("\2abc", BSON_MORE),
        ROW("\x0b"
            "a\0one\0two",
            BSON_MORE),
        ROW("", BSON_MORE),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bson_walk w = {.depth = 1, .left = {100}};
        struct bson_element e;
        if (bson_next(&w, rows[i].in, &e) != rows[i].step)
            print_error("row %zu\n", i);
        assert_int_equal(bson_next(&w, rows[i].in, &e), rows[i].step);
    }
    struct bson_walk w;
    assert_int_equal(bson_begin(&w, WIRE("\4\0\0\0"), 100), BSON_WRONG);
    assert_int_equal(bson_begin(&w, WIRE("\x65\0\0\0"), 100), BSON_WRONG);
    assert_int_equal(bson_begin(&w, WIRE("\5\0\0"), 100), BSON_MORE);
    assert_int_equal(bson_begin(&w, WIRE("\5\0\0"), 3), BSON_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements),
        cmocka_unit_test(left),
        cmocka_unit_test(damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
