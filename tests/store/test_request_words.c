/* test_request_words.c - store/request_words.c: what was asked for, and how it ended. */
#include <string.h>

#include "store/query.h"
#include "tests/check.h"

static struct request_row row;

static const char *asked(const char *protocol, const char *method, const char *path,
                         const char *host, const char *operation)
{
    static char text[REQUEST_ASKED_MAX];
    struct exchange *x = &row.exchange;
    strcpy(row.protocol, protocol);
    strcpy(x->method, method);
    strcpy(x->path, path);
    strcpy(x->host, host);
    strcpy(x->operation, operation);
    request_asked(&row, text);
    return text;
}

static void what_was_asked_for(void **state)
{
    (void)state;
    memset(&row, 0, sizeof row);
    assert_string_equal(asked("http", "GET", "/cart/7", "shop", "GET /cart/{id}"), "GET /cart/7");
    assert_string_equal(asked("dns", "A", "", "example.org", "A"), "A example.org");
    assert_string_equal(asked("redis", "GET", "", "", "GET"), "GET");
    /* a method of gRPC, which is a path that is POSTed */
    assert_string_equal(asked("grpc", "POST", "/shop.Cart/Add", "cart", "shop.Cart/Add"),
                        "shop.Cart/Add");
    /* the host of HTTP is none of what was asked for */
    assert_string_equal(asked("http", "GET", "", "shop", "GET {unknown}"), "GET {unknown}");
    row.exchange.fingerprint = 1; /* a statement has its verb */
    assert_string_equal(asked("mysql", "SELECT", "SELECT * FROM orders", "", "SELECT orders"),
                        "SELECT * FROM orders");
}

static const char *ended(const char *status, enum outcome outcome)
{
    static char text[REQUEST_ENDED_MAX];
    strcpy(row.exchange.status, status);
    row.exchange.outcome = outcome;
    request_ended(&row, text);
    return text;
}

static void how_it_ended(void **state)
{
    (void)state;
    memset(&row, 0, sizeof row);
    assert_string_equal(ended("200", OUTCOME_OK), "200");
    assert_string_equal(ended("503", OUTCOME_SERVER_ERROR), "503 server_error");
    assert_string_equal(ended("", OUTCOME_TIMEOUT), "timeout");
}

/* The longest of both has room. */
static void nothing_is_cut(void **state)
{
    struct exchange *x = &row.exchange;
    char text[REQUEST_ASKED_MAX];
    (void)state;
    memset(&row, 0, sizeof row);
    memset(x->method, 'M', sizeof x->method - 1);
    memset(x->path, 'p', sizeof x->path - 1);
    request_asked(&row, text);
    assert_int_equal(strlen(text), sizeof x->method + sizeof x->path - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_for),
        cmocka_unit_test(how_it_ended),
        cmocka_unit_test(nothing_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
