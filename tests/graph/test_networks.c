/* test_networks.c - graph/networks.c. */
#include "graph/networks.h"

#include <string.h>

#include "tests/check.h"

static struct networks networks;

static int begin(void **state)
{
    (void)state;
    networks_init(&networks);
    return 0;
}

static bool holds(const char *text)
{
    struct address a = {0};
    assert_true(text[0] == '\0' || address_from_text(text, &a));
    return networks_hold(&networks, &a);
}

static void private_networks_are_inside(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool inside;
    } cases[] = {
        {"10.0.0.1", true},
        {"10.255.255.255", true},
        {"9.255.255.255", false},
        {"11.0.0.0", false},
        {"172.16.0.0", true},
        {"172.31.255.255", true},
        {"172.15.255.255", false},
        {"172.32.0.0", false},
        {"192.168.7.7", true},
        {"192.169.0.0", false},
        {"100.64.0.1", true},
        {"100.127.255.255", true},
        {"100.128.0.0", false},
        {"169.254.1.1", true},
        {"127.0.0.1", true},
        {"8.8.8.8", false},
        {"::1", true},
        {"::2", false},
        {"fe80::1", true},
        {"febf::1", true},
        {"fec0::1", false},
        {"fc00::1", true},
        {"fdff::1", true},
        {"fe00::1", false},
        {"2001:db8::1", false},
        {"::ffff:10.1.1.1", true},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (holds(cases[i].address) != cases[i].inside)
            fail_msg("%s is %s", cases[i].address, cases[i].inside ? "inside" : "outside");
}

static void the_user_adds_networks(void **state)
{
    (void)state;
    struct err err;
    assert_false(holds("203.0.113.9"));
    assert_true(networks_add(&networks, "203.0.113.77/28", &err)); /* host bits do no harm */
    assert_true(holds("203.0.113.64") && holds("203.0.113.79"));
    assert_false(holds("203.0.113.80") || holds("203.0.113.63"));
    assert_true(networks_add(&networks, "2001:db8:1::/47", &err));
    assert_true(holds("2001:db8::9") && holds("2001:db8:1:2::3"));
    assert_false(holds("2001:db8:2::"));
    assert_true(networks_add(&networks, "198.51.100.1", &err));
    assert_true(holds("198.51.100.1"));
    assert_false(holds("198.51.100.2"));
    assert_true(networks_add(&networks, "0.0.0.0/0", &err));
    assert_true(holds("1.2.3.4"));
    assert_false(holds("2001:db9::"));
}

static void what_is_no_network_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",           "/8",          "10.0.0.0/",   "10.0.0.0/33",         "10.0.0/8",
        "10.0.0.0/x", "10.0.0.0/8x", "::/129",      "10.0.0.0/-1",         "cart",
        "fc00::/7/7", " 10.0.0.0/8", "10.0.0.0/ 8", "10.0.0.0/4294967304",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {""};
        if (networks_add(&networks, cases[i], &err))
            fail_msg("\"%s\" was taken", cases[i]);
        assert_non_null(strstr(err.text, cases[i]));
    }
}

static void the_cap_is_told(void **state)
{
    (void)state;
    struct err err = {""};
    while (networks.network_len < NETWORKS_MAX)
        assert_true(networks_add(&networks, "203.0.113.1", &err));
    assert_false(networks_add(&networks, "203.0.113.1", &err));
    assert_non_null(strstr(err.text, "256"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(private_networks_are_inside, begin),
        cmocka_unit_test_setup(the_user_adds_networks, begin),
        cmocka_unit_test_setup(what_is_no_network_is_refused, begin),
        cmocka_unit_test_setup(the_cap_is_told, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
