/* test_trace_context.c - specifies decode/trace_context.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode/trace_context.h"

#define T "0af7651916cd43dd8448eb211c80319c"
#define S "b7ad6b7169203331"

struct row {
    const char *value;
    bool valid;
};

/* Valid values give the ids T and S. */
static void check(const struct row *rows, size_t len,
                  bool (*read)(struct bytes, struct trace_context *))
{
    for (size_t i = 0; i < len; i++) {
        struct trace_context context = {"untouched", "too", ""};
        bool valid = read(bytes_of_text(rows[i].value), &context);
        if (valid != rows[i].valid)
            print_error("%s\n", rows[i].value);
        assert_int_equal(valid, rows[i].valid);
        assert_string_equal(context.trace_id, valid ? T : "untouched");
        assert_string_equal(context.span_id, valid ? S : "too");
    }
}

/* Lower case only, no zero ids, no version ff; later versions may add fields. */
static void traceparent(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"00-" T "-" S "-01", true},
        {"00-" T "-" S "-00", true},
        {"cc-" T "-" S "-01-more", true},
        {"cc-" T "-" S "-01more", false},
        {"00-" T "-" S "-01-more", false},
        {"ff-" T "-" S "-01", false},
        {"00-0AF7651916cd43dd8448eb211c80319c-" S "-01", false},
        {"00-00000000000000000000000000000000-" S "-01", false},
        {"00-" T "-0000000000000000-01", false},
        {"00-" T "-" S, false},
        {"00-" T "_" S "-01", false},
        {"00-" T "-" S "-0x", false},
        {"0g-" T "-" S "-01", false},
        {"", false},
    };
    check(rows, sizeof rows / sizeof rows[0], trace_context_of_traceparent);
}

static void b3(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {T "-" S, true},
        {T "-" S "-1", true},
        {T "-" S "-1-05e3ac9a4f6e3b90", true},
        {"0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-d", true},
        {"0", false},
        {"1", false},
        {T, false},
        {T "-" S "1", false},
        {T "-b7ad6b716920333", false},
        {"0af76519-" S, false},
        {"", false},
    };
    check(rows, sizeof rows / sizeof rows[0], trace_context_of_b3);
}

/* Short trace ids are padded; the span may be missing. */
static void b3_fields(void **state)
{
    (void)state;
    struct trace_context context;
    struct bytes none = {0};
    assert_true(
        trace_context_of_b3_fields(bytes_of_text("8448EB211C80319C"), none, none, &context));
    assert_string_equal(context.trace_id, "00000000000000008448eb211c80319c");
    assert_string_equal(context.span_id, "");
    assert_true(trace_context_of_b3_fields(bytes_of_text(T), bytes_of_text(S), none, &context));
    assert_string_equal(context.span_id, S);
    assert_false(trace_context_of_b3_fields(bytes_of_text(T), bytes_of_text("1"), none, &context));
    assert_false(trace_context_of_b3_fields(none, bytes_of_text(S), none, &context));
    assert_false(
        trace_context_of_b3_fields(bytes_of_text("0000000000000000"), none, none, &context));
}

/* Only B3 says whose child a span is; what is no id is as if it were not there. */
static void parents(void **state)
{
    (void)state;
    struct trace_context c;
    struct bytes trace = bytes_of_text(T), span = bytes_of_text(S);
    assert_true(trace_context_of_b3(bytes_of_text(T "-" S "-1-05E3AC9A4F6E3B90"), &c));
    assert_string_equal(c.parent_id, "05e3ac9a4f6e3b90");
    assert_true(trace_context_of_b3(bytes_of_text(T "-" S "-1-05E3AC9A4F6E3B9"), &c));
    assert_string_equal(c.parent_id, "");
    assert_true(trace_context_of_b3(bytes_of_text(T "-" S "-"), &c));
    assert_string_equal(c.parent_id, "");
    assert_true(trace_context_of_traceparent(bytes_of_text("00-" T "-" S "-01"), &c));
    assert_string_equal(c.parent_id, "");
    assert_true(trace_context_of_b3_fields(trace, span, bytes_of_text("05e3ac9a4f6e3b90"), &c));
    assert_string_equal(c.parent_id, "05e3ac9a4f6e3b90");
    assert_true(trace_context_of_b3_fields(trace, span, bytes_of_text("0000000000000000"), &c));
    assert_string_equal(c.parent_id, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traceparent),
        cmocka_unit_test(b3),
        cmocka_unit_test(b3_fields),
        cmocka_unit_test(parents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
