/* test_order.c - by which field rows are sorted. */
#include "store/order.h"

#include <stdlib.h>
#include <string.h>

#include "store/fields.h"
#include "store/query.h"
#include "tests/check.h"

enum { ROWS = 4 };

/* Names, p95 (0: nothing was timed), health. */
static const struct {
    const char *client;
    uint64_t p95_ms;
    enum health health;
} rows[ROWS] = {
    {"cart-10", 30, HEALTH_WARN},
    {"cart-2", 0, HEALTH_IDLE},
    {"web", 200, HEALTH_BAD},
    {"api", 30, HEALTH_GOOD},
};

/* "web api cart-2 ": as they are sorted by this. */
static const char *sorted_by(const char *text)
{
    static char told[128];
    struct edge_row edges[ROWS];
    struct order order;
    struct err err = {""};
    memset(edges, 0, sizeof edges);
    for (int i = 0; i < ROWS; i++) {
        strcpy(edges[i].client, rows[i].client);
        edges[i].figures.health = rows[i].health;
        edges[i].figures.duration.count = rows[i].p95_ms > 0;
        edges[i].figures.duration.p95_ns = rows[i].p95_ms * 1000000;
    }
    if (!order_read(&order, &edge_fields, text, &err))
        return strcpy(told, err.text);
    assert_true(order_rows(&order, edges, ROWS, sizeof *edges));
    told[0] = '\0';
    for (int i = 0; i < ROWS; i++)
        strcat(strcat(told, edges[i].client), " ");
    return told;
}

static void sorts(void **state)
{
    (void)state;
    assert_string_equal(sorted_by(NULL), "cart-10 cart-2 web api ");
    assert_string_equal(sorted_by("client"), "api cart-2 cart-10 web ");
    assert_string_equal(sorted_by("-client"), "web cart-10 cart-2 api ");
    /* equal ones as they came, whichever way; what was not timed is last */
    assert_string_equal(sorted_by("p95"), "cart-10 api web cart-2 ");
    assert_string_equal(sorted_by("-p95"), "web cart-10 api cart-2 ");
    assert_string_equal(sorted_by("-latency_ms.p95"), "web cart-10 api cart-2 ");
    assert_string_equal(sorted_by("-health"), "web cart-10 api cart-2 ");
    assert_string_equal(sorted_by("health"), "cart-2 api cart-10 web ");
}

static void refuses(void **state)
{
    (void)state;
    assert_string_equal(
        sorted_by("-speed"),
        "sort is \"-speed\", but edges have no such field; docs/filter.md lists them");
}

/* No rows, and one, are in order. */
static void few(void **state)
{
    struct edge_row one = {.client = "web"};
    struct order order;
    struct err err;
    (void)state;
    assert_true(order_read(&order, &edge_fields, "client", &err));
    assert_true(order_rows(&order, NULL, 0, sizeof one));
    assert_true(order_rows(&order, &one, 1, sizeof one));
    assert_string_equal(one.client, "web");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts),
        cmocka_unit_test(refuses),
        cmocka_unit_test(few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
