/* test_filter.c - which rows pass, and what is said of a filter that is wrong. */
#include "ui-tui/filter.h"

#include <stdio.h>

#include "tests/check.h"

struct row {
    const char *client, *server;
    int port;
    double errors, p95_ns, bytes, rate;
};

static void client(const void *row, char *ret)
{
    const struct row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", r->client);
}

static void server(const void *row, char *ret)
{
    const struct row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%d", r->server, r->port);
}

static void server_name(const void *row, char *ret)
{
    const struct row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", r->server);
}

static double errors(const void *row)
{
    const struct row *r = row;
    return r->errors;
}

static double p95(const void *row)
{
    const struct row *r = row;
    return r->p95_ns;
}

static double bytes(const void *row)
{
    const struct row *r = row;
    return r->bytes;
}

static double rate(const void *row)
{
    const struct row *r = row;
    return r->rate;
}

static const struct column list[] = {
    {.name = "client", .text = client},
    {.name = "server", .text = server, .value = server_name},
    {.name = "errors", .kind = COLUMN_SHARE, .number = errors},
    {.name = "p95", .kind = COLUMN_TIME, .number = p95},
    {.name = "bytes", .kind = COLUMN_BYTES, .number = bytes},
    {.name = "rate", .kind = COLUMN_RATE, .number = rate},
    {.name = "trend", .kind = COLUMN_CHART},
};
static const struct columns columns = {list, sizeof list / sizeof *list};

/* The row that all cases look at. */
static const struct row row = {"web", "Shopping Cart", 8080, 0.02, 20e6, 1.5e6, 12};

struct filtered {
    const char *text;
    bool passes;
};

static void assert_filters(const struct filtered *cases, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct filter f;
        struct err err = {""};
        size_t at = 0;
        if (!filter_parse(cases[i].text, columns, &f, &err, &at))
            fail_msg("\"%s\": %s", cases[i].text, err.text);
        if (filter_passes(&f, columns, &row) != cases[i].passes)
            fail_msg("\"%s\" should %spass", cases[i].text, cases[i].passes ? "" : "not ");
    }
}

/* Words and terms must all hold; case does not matter, blanks around a sign neither. */
static void test_passes(void **state)
{
    static const struct filtered cases[] = {
        {"", true},
        {"   ", true},
        {"cart", true},
        {"CART WEB", true},
        {"cart and web", true},
        {"cart mail", false},
        {"cart:8080", true},
        {"\"shopping cart\"", true},
        {"\"web cart\"", false},
        {"client=web", true},
        {"client == WEB", true},
        {"client=we", false},
        {"client!=web", false},
        {"server=\"shopping cart\"", true},
        {"server~cart", true},
        {"server !~ cart", false},
        {"p95>19ms", true},
        {"p95 > 20ms", false},
        {"p95>=20ms", true},
        {"p95<0.021s", true},
        {"p95=20000us", true},
        {"p95<20ms", false},
        {"p95<=20ms", true},
        {"p95>0", true},
        {"errors>1%", true},
        {"errors>2", false},
        {"bytes>1MB", true},
        {"bytes>2mb", false},
        {"bytes>1MiB", true},
        {"rate>=12/s", true},
        {"rate<0.1k", true},
        {"p95>10ms and errors<5% web", true},
        {"p95>10ms errors>5%", false},
    };
    (void)state;
    assert_filters(cases, sizeof cases / sizeof *cases);
}

/* "not" binds closest, then "and", then "or". */
static void test_joins(void **state)
{
    static const struct filtered cases[] = {
        {"cart or mail", true},
        {"mail or p95>10ms", true},
        {"mail || bank", false},
        {"mail or cart web", true},
        {"mail cart or web", true},
        {"cart or web mail", true},
        {"(cart or web) mail", false},
        {"(cart or web) && not mail", true},
        {"not mail", true},
        {"!mail and !bank", true},
        {"not not mail", false},
        {"not (mail or cart)", false},
        {"not(mail or bank)", true},
        {"((server~cart) and (p95>1s or errors>1%))", true},
        {"\"or\" or cart", true},
        {"client=web or(server=mail)", true},
    };
    (void)state;
    assert_filters(cases, sizeof cases / sizeof *cases);
}

/* An error names the column or the value, and points at it. */
static void test_says_what_is_wrong(void **state)
{
    static const struct {
        const char *text, *error;
        size_t at;
    } cases[] = {
        {"cart foo=1", "no field \"foo\"; there are client, server, errors, p95, bytes, rate", 5},
        {"trend>1", "no field \"trend\"; there are client, server, errors, p95, bytes, rate", 0},
        {"p95>", "p95: what should it be compared with?", 4},
        {"p95 > fast", "p95 is a number; \"fast\" is none", 6},
        {"p95>20", "p95 needs a unit: ns us µs ms s min m h d", 4},
        {"p95>20kg", "p95 has no unit \"kg\"; use ns us µs ms s min m h d", 4},
        {"p95~20ms", "p95 is a number: compare it with =, !=, <, <=, > or >=", 3},
        {"client>web", "client is text: compare it with =, !=, ~ or !~", 6},
        {"client!web", "\"!\" alone compares nothing: use != or !~", 6},
        {"errors>-1", "errors is a number; \"-1\" is none", 7},
        {"server~\"cart", "a closing \" is missing", 7},
        {"cart or", "what should stand here?", 5},
        {"cart and ", "what should stand here?", 5},
        {"not", "what should stand here?", 0},
        {"cart (web or mail", "a closing ) is missing", 5},
        {"cart ()", "nothing stands between ( and )", 5},
        {"a and (b or p95>)", "p95: what should it be compared with?", 16},
        {"((((((((((((((((( a", "too many parentheses within each other", 16},
        {"=5", "no field \"\"; there are client, server, errors, p95, bytes, rate", 0},
        {"a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g", "more than 32 terms",
         64},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter f;
        struct err err = {""};
        size_t at = 0;
        assert_false(filter_parse(cases[i].text, columns, &f, &err, &at));
        assert_string_equal(err.text, cases[i].error);
        assert_int_equal(at, cases[i].at);
    }
}

/* Of a filter that is half typed, the terms before the wrong one hold. */
static void test_keeps_the_right_terms(void **state)
{
    struct filter f;
    struct err err;
    size_t at;
    (void)state;
    assert_false(filter_parse("mail p95>", columns, &f, &err, &at));
    assert_int_equal(f.len, 1);
    assert_false(filter_passes(&f, columns, &row));
    assert_false(filter_parse("mail or (cart and p95>", columns, &f, &err, &at));
    assert_true(filter_passes(&f, columns, &row));
    assert_false(filter_parse("mail or (bank and not p95>", columns, &f, &err, &at));
    assert_false(filter_passes(&f, columns, &row));
}

/* What the rows have besides their columns can be asked for, and a name that is both is the
 * field's.
 */
static double twice(const void *at)
{
    const struct row *r = at;
    return 2 * r->errors;
}

static void test_knows_fields(void **state)
{
    static const struct field known[] = {
        {"errors", "error_share", "", FIELD_SHARE, 0, NULL, twice, NULL},
        {"port", "", "", FIELD_TEXT, 0, client, NULL, NULL},
    };
    static const struct fields fields = {"rows", known, 2, ""};
    struct filter f;
    struct err err = {""};
    size_t at;
    (void)state;
    assert_true(filter_parse_known("errors>3% port=web p95>1ms", columns, &fields, &f, &err, &at));
    assert_true(filter_passes(&f, columns, &row));
    assert_true(filter_parse_known("error-share>5%", columns, &fields, &f, &err, &at));
    assert_false(filter_passes(&f, columns, &row));
    assert_false(filter_parse("port=web", columns, &f, &err, &at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_says_what_is_wrong),
        cmocka_unit_test(test_keeps_the_right_terms),
        cmocka_unit_test(test_knows_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
