/* test_given.c - graph/given.c: which of the names given to an address counts. */
#include "graph/given.h"

#include "tests/check.h"
#include "tests/graph/make.h"

static struct given *given;

static int begin(void **state)
{
    (void)state;
    given = given_new();
    return given ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    given_free(given);
    return 0;
}

static void give_all(const char *network, uint16_t first, uint16_t last, const char *name,
                     const char *group, const char *tags)
{
    struct given_rule rule = {.port_first = first, .port_last = last};
    struct given_label label = {0};
    assert_true(network_read(network, &rule.network));
    bytes_to_text(label.name, sizeof label.name, bytes_of_text(name));
    bytes_to_text(label.group, sizeof label.group, bytes_of_text(group));
    bytes_to_text(label.tags, sizeof label.tags, bytes_of_text(tags));
    assert_true(given_add(given, &rule, &label));
    given_seal(given);
}

static void give(const char *network, const char *name)
{
    give_all(network, 0, UINT16_MAX, name, "", "");
}

static void assert_is(const char *address, uint16_t port, const char *name)
{
    struct address a = make_address(address);
    const struct given_label *label = given_find(given, &a, port);
    assert_string_equal(label ? label->name : "", name);
}

static void nothing_is_given(void **state)
{
    (void)state;
    given_seal(given);
    assert_is("10.0.0.1", 80, "");
    assert_null(given_find(NULL, &(struct address){0}, 0));
    assert_null(given_label(given, "cart"));
}

static void the_longest_prefix_wins(void **state)
{
    (void)state;
    give("10.0.0.0/8", "all");
    give("10.1.0.7/32", "one");
    give("10.1.0.0/16", "some");
    give("10.1.0.128/25", "half");
    give("2001:db8::/32", "six");
    assert_is("10.1.0.7", 80, "one");
    assert_is("10.1.0.7", 0, "one");
    assert_is("10.1.0.127", 80, "some");
    assert_is("10.1.0.128", 80, "half");
    assert_is("10.2.0.1", 80, "all");
    assert_is("11.0.0.1", 80, "");
    assert_is("2001:db8:1::1", 443, "six");
    assert_is("2001:db9::1", 443, "");
}

/* The bits behind the prefix say nothing. */
static void a_network_by_any_of_its_addresses(void **state)
{
    (void)state;
    give("10.1.2.3/16", "some");
    assert_is("10.1.9.9", 80, "some");
}

static void fewer_ports_win(void **state)
{
    (void)state;
    give("10.0.0.1", "host");
    give_all("10.0.0.1", 9000, 9099, "range", "", "");
    give_all("10.0.0.1", 9001, 9001, "port", "", "");
    give_all("10.0.0.0/24", 80, 80, "wide", "", "");
    assert_is("10.0.0.1", 9000, "range");
    assert_is("10.0.0.1", 9001, "port");
    assert_is("10.0.0.1", 9099, "range");
    assert_is("10.0.0.1", 9100, "host");
    assert_is("10.0.0.1", 80, "host");
    assert_is("10.0.0.1", 0, "host");
    assert_is("10.0.0.2", 80, "wide");
    assert_is("10.0.0.2", 81, "");
}

/* As a client an address is the service that all its ports belong to. */
static void a_client_is_what_its_ports_agree_on(void **state)
{
    (void)state;
    give_all("10.0.0.1", 5432, 5432, "db", "", "");
    assert_is("10.0.0.1", 0, "db");
    give_all("10.0.0.1", 5433, 5433, "db", "", "");
    assert_is("10.0.0.1", 0, "db");
    give_all("10.0.0.1", 6379, 6379, "cache", "", "");
    assert_is("10.0.0.1", 0, "");
    assert_is("10.0.0.1", 6379, "cache");
}

static void the_last_one_wins(void **state)
{
    (void)state;
    give("10.0.0.1", "a");
    give("10.0.0.1", "b");
    assert_is("10.0.0.1", 80, "b");
}

static void what_is_said_of_a_service(void **state)
{
    (void)state;
    give_all("10.0.0.1", 0, UINT16_MAX, "cart", "shop", "eu");
    give_all("10.0.0.2", 0, UINT16_MAX, "cart", "", "us,team-a");
    assert_string_equal(given_label(given, "cart")->group, "shop");
    assert_string_equal(given_label(given, "cart")->tags, "us,team-a");
    assert_null(given_label(given, "car"));
}

/* A thousand of each length: each address finds its own. */
static void many(void **state)
{
    (void)state;
    struct given_label label = {0};
    for (unsigned i = 0; i < 1000; i++) {
        struct given_rule rule = {.port_last = UINT16_MAX};
        for (unsigned bits = 24; bits <= 32; bits += 8) {
            const uint8_t four[4] = {10, (uint8_t)(i >> 8), (uint8_t)i, 7};
            rule.network = (struct network){address_v4(four), (uint8_t)(96 + bits)};
            label.name[0] = bits == 24 ? 'n' : 'h';
            label.name[1] = (char)('a' + i / 26 % 26);
            label.name[2] = (char)('a' + i % 26);
            label.name[3] = (char)('a' + i / 676);
            assert_true(given_add(given, &rule, &label));
        }
    }
    given_seal(given);
    assert_int_equal(given_rules(given), 2000);
    assert_is("10.0.0.7", 80, "haaa");
    assert_is("10.0.0.8", 80, "naaa");
    assert_is("10.3.231.7", 80, "hmlb");
    assert_is("10.3.232.7", 80, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_given, begin, end),
        cmocka_unit_test_setup_teardown(the_longest_prefix_wins, begin, end),
        cmocka_unit_test_setup_teardown(a_network_by_any_of_its_addresses, begin, end),
        cmocka_unit_test_setup_teardown(fewer_ports_win, begin, end),
        cmocka_unit_test_setup_teardown(a_client_is_what_its_ports_agree_on, begin, end),
        cmocka_unit_test_setup_teardown(the_last_one_wins, begin, end),
        cmocka_unit_test_setup_teardown(what_is_said_of_a_service, begin, end),
        cmocka_unit_test_setup_teardown(many, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
