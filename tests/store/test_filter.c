/* test_filter.c - the filter language: which rows pass, and what is said of an expression that is
 * wrong. */
#include "store/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

struct row {
    char server[64], tags[64];
    double errors, share, p95_ns, bytes, rate;
    bool closed;
    double seen_ns;
};

#define AT(member) offsetof(struct row, member)

static const struct field list[] = {
    {"server", "service", "", FIELD_LIST, AT(server), field_text_there, NULL, NULL},
    {"tags", "tag", "", FIELD_LIST, AT(tags), field_text_there, NULL, NULL},
    {"errors", "", "", FIELD_COUNT, AT(errors), NULL, field_double_there, field_double_there},
    {"error_rate", "", "", FIELD_SHARE, AT(share), NULL, field_double_there, NULL},
    {"p95", "p95_ms latency_ms.p95", "", FIELD_TIME, AT(p95_ns), NULL, field_double_there, NULL},
    {"bytes", "", "", FIELD_BYTES, AT(bytes), NULL, field_double_there, NULL},
    {"rate", "", "", FIELD_RATE, AT(rate), NULL, field_double_there, NULL},
    {"closed", "", "", FIELD_FLAG, AT(closed), NULL, field_flag_there, NULL},
    {"first_seen", "", "", FIELD_MOMENT, AT(seen_ns), NULL, field_double_there, NULL},
};
static const struct fields fields = {"rows", list, sizeof list / sizeof *list, ""};

static const struct row row = {
    "Shopping Cart,Shopping Cart:8080", "eu,team-a", 0.5, 0.02, 20e6, 1.5e6, 12, true, 1000e9};

static bool passes(const char *text)
{
    struct filter f;
    struct err err = {""};
    size_t at = 0;
    if (!filter_read(text, &fields, &f, &err, &at))
        fail_msg("\"%s\": %s", text, err.text);
    filter_settle(&f, 4600000000000U); /* an hour after it was seen */
    return filter_holds(&f, &row, fields_have_word, &fields);
}

/* What the terminal's filter knew is tested there; this is what is new. */
static void test_passes(void **state)
{
    static const struct {
        const char *text;
        bool passes;
    } cases[] = {
        {"", true},
        {"cart", true},
        {"mail", false},
        {"server = \"shopping cart\"", true},
        {"server = \"shopping cart:8080\"", true},
        {"server = shopping", false},
        {"server != \"shopping cart\"", false},
        {"server ~ 8080", true},
        {"SERVICE ~ cart", true},
        {"tags = eu", true},
        {"tag = team-a and tag != team-b", true},
        {"tags = team", false},
        {"tags in (us, eu)", true},
        {"tags in(us,eu)", true},
        {"tags in ( \"us\" , \"team-a\" )", true},
        {"tags not in (us, asia)", true},
        {"not tags in (us, eu)", false},
        {"tags in (us) or cart", true},
        {"(tags in (us, asia)) or p95 > 1s", false},
        {"error_rate > 1%", true},
        {"error_rate > 1", true},
        {"error_rate >= 2.5 ", false},
        {"errors > 0", true},
        {"errors > 1", false},
        {"errors > 40%", true},
        {"errors > 60%", false},
        {"latency_ms.p95 > 10ms", true},
        {"P95-ms > 10 ms", true},
        {"p95 > 10 ms and rate > 5", true},
        {"p95 in (10ms, 20ms)", true},
        {"p95 in (10 ms, 20 ms)", true},
        {"p95 in (10ms, 21ms)", false},
        {"closed = yes", true},
        {"closed != true", false},
        {"closed = 0", false},
        {"has p95", true},
        {"has tags and has closed", true},
        {"not has p95", false},
        {"first_seen > -2h", true},
        {"first_seen > -30min", false},
        {"first_seen > \"2 h ago\"", true},
        {"first_seen < 1970-01-01T00:16:41Z", true},
        {"first_seen = 1000", true},
        {"first_seen < now", true},
        {"server ~ cart and (bytes > 1MB or rate > 1k) and not closed = no", true},
        {"cart in", true}, /* two words */
        {"has", false},    /* a word */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (passes(cases[i].text) != cases[i].passes)
            fail_msg("\"%s\" should %spass", cases[i].text, cases[i].passes ? "" : "not ");
}

/* A number that is not there is neither little nor much. */
static void test_of_nothing(void **state)
{
    struct row none = row;
    struct filter f;
    size_t at;
    (void)state;
    none.p95_ns = -1;
    none.tags[0] = '\0';
    static const char *const pass[] = {"p95 != 20ms", "not has p95",  "not has tags",
                                       "tags = \"\"", "not p95 < 1s", "tags != eu"};
    static const char *const fail[] = {"p95 < 1s", "p95 > 0", "p95 = 0", "has p95", "tags = eu"};
    for (size_t i = 0; i < sizeof pass / sizeof *pass; i++) {
        assert_true(filter_read(pass[i], &fields, &f, NULL, &at));
        if (!filter_holds(&f, &none, fields_have_word, &fields))
            fail_msg("%s", pass[i]);
    }
    for (size_t i = 0; i < sizeof fail / sizeof *fail; i++) {
        assert_true(filter_read(fail[i], &fields, &f, NULL, &at));
        if (filter_holds(&f, &none, fields_have_word, &fields))
            fail_msg("%s", fail[i]);
    }
}

static void test_says_what_is_wrong(void **state)
{
    static const struct {
        const char *text, *error;
        size_t at;
    } cases[] = {
        {"cart and error_rte > 1%",
         "no field \"error_rte\"; did you mean error_rate? there are server, tags, errors, "
         "error_rate, p95, bytes, rate, closed, first_seen",
         9},
        {"zzz=1",
         "no field \"zzz\"; there are server, tags, errors, error_rate, p95, bytes, rate, closed, "
         "first_seen",
         0},
        {"has zzz",
         "no field \"zzz\"; there are server, tags, errors, error_rate, p95, bytes, rate, closed, "
         "first_seen",
         4},
        {"bytes in (1kB, 2 kB", "a , or a closing ) is missing", 17},
        {"bytes in (1kB, 2kB", "a , or a closing ) is missing", 18},
        {"bytes in (1kB,", "bytes: what should it be compared with?", 14},
        {"tags in ()", "tags: what should it be compared with?", 9},
        {"tags in (a b)", "a , or a closing ) is missing", 11},
        {"p95 in (10)", "p95 needs a unit: ns us µs ms s min m h d", 8},
        {"p95 > 10 zs", "p95 needs a unit: ns us µs ms s min m h d", 6},
        {"errors > 5ms", "errors has no unit \"ms\"; use k M G %", 9},
        {"closed > 1", "closed is yes or no: compare it with = or !=", 7},
        {"closed = maybe", "closed is yes or no; \"maybe\" is neither", 9},
        {"first_seen ~ 2026", "first_seen is a time: compare it with =, !=, <, <=, > or >=", 11},
        {"first_seen > yesterday",
         "\"yesterday\" is no time; write 2026-03-01T10:30:00Z, \"2026-03-01 10:30\", 10:30, -2h, "
         "now, or seconds since 1970",
         13},
        {"server = \"cart", "a closing \" is missing", 9},
        {"cart and or mail", "what should stand here?", 9},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter f;
        struct err err = {""};
        size_t at = 0;
        if (filter_read(cases[i].text, &fields, &f, &err, &at))
            fail_msg("\"%s\" is right?", cases[i].text);
        assert_string_equal(err.text, cases[i].error);
        if (at != cases[i].at)
            fail_msg("\"%s\": at %zu", cases[i].text, at);
    }
}

/* "or" has to be looked for in quotes; too much of anything is refused, not cut. */
static void test_limits(void **state)
{
    struct filter f;
    struct err err = {""};
    size_t at;
    char text[2000];
    (void)state;
    memset(text, 'a', 300);
    text[300] = '\0';
    assert_false(filter_read(text, &fields, &f, &err, &at));
    assert_string_equal(err.text, "a text of more than 255 bytes");
    strcpy(text, "tags in (a");
    for (int i = 0; i < 40; i++)
        strcat(text, ",a");
    strcat(text, ")");
    assert_false(filter_read(text, &fields, &f, &err, &at));
    assert_string_equal(err.text, "more than 32 terms");
    text[0] = '\0';
    for (int i = 0; i < 400; i++)
        strcat(text, "not ");
    strcat(text, "cart");
    assert_true(filter_read(text, &fields, &f, &err, &at));
    assert_true(filter_holds(&f, &row, fields_have_word, &fields));
}

/* A part of an expression never crashes, and what it has understood can be asked. */
static void test_every_beginning(void **state)
{
    static const char text[] = "not (server ~ \"shop\" or tags not in (eu, \"us\")) and p95 >= 20 "
                               "ms || first_seen > -2h has errors !closed=no";
    (void)state;
    for (size_t from = 0; from < sizeof text; from++) {
        for (size_t len = 0; from + len < sizeof text; len++) {
            struct filter f;
            size_t at;
            char *part = strndup(text + from, len);
            assert_non_null(part);
            bool right = filter_read(part, &fields, &f, NULL, &at);
            if (at > len)
                fail_msg("\"%s\": at %zu", part, at);
            filter_holds(&f, &row, fields_have_word, &fields);
            (void)right;
            free(part);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_of_nothing),
        cmocka_unit_test(test_says_what_is_wrong),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_every_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
