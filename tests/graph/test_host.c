/* test_host.c - graph/host.c. */
#include "graph/host.h"

#include <string.h>

#include "tests/check.h"

static void hosts_are_brought_to_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *host, *name;
    } cases[] = {
        {"cart", "cart"},
        {"cart:8080", "cart"},
        {"Cart.Shop.SVC:80", "cart.shop.svc"},
        {"cart.shop.svc.", "cart.shop.svc"},
        {"cart.:80", "cart"},
        {"my_service-1", "my_service-1"},
        {"b\303\274cher.example", "b\303\274cher.example"},
        {"cart:", "cart"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[128];
        assert_true(host_to_name(cases[i].host, name, sizeof name));
        assert_string_equal(name, cases[i].name);
    }
}

static void what_names_no_service_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        ":80",
        ".",
        "10.0.0.1",
        "10.0.0.1:80",
        "[::1]",
        "[::1]:80",
        "::1",
        "localhost",
        "LOCALHOST:3000",
        "a b",
        "<script>",
        "a/b",
        "a\\x00",
        "external",
        "..",
        ".hidden",
        "user@host",
        "a,b",
        "${host}",
        "-:x",
        "fe80::1%eth0",
        "localhost.localdomain",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[128];
        if (host_to_name(cases[i], name, sizeof name))
            fail_msg("\"%s\" was taken", cases[i]);
    }
}

static void a_host_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    char name[5];
    assert_true(host_to_name("cart:80", name, sizeof name));
    assert_false(host_to_name("carts:80", name, sizeof name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_brought_to_one_form),
        cmocka_unit_test(what_names_no_service_is_refused),
        cmocka_unit_test(a_host_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
