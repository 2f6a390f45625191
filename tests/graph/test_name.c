/* test_name.c - graph/name.c. */
#include "graph/name.h"

#include <stdio.h>

#include "tests/check.h"
#include "tests/graph/make.h"

static struct names *names;

static int begin(void **state)
{
    (void)state;
    names = names_new(&(struct hash_key){{5, 6}});
    return names ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    names_free(names);
    return 0;
}

#define SECOND UINT64_C(1000000000)

/* A client has called this server by that name so many times. */
static void hear(const char *address, uint16_t port, const char *name, uint64_t count)
{
    struct name_delta d = {.address = make_address(address),
                           .port = port,
                           .source = NAME_HOST,
                           .count = count,
                           .last_ns = 1700000000 * SECOND};
    bytes_to_text(d.name, sizeof d.name, bytes_of_text(name));
    names_learn(names, &d);
}

static void assert_named(const char *address, uint16_t port, const char *name,
                         enum name_source source)
{
    struct address a = make_address(address);
    struct named named = names_of(names, &a, port, 0);
    assert_string_equal(named.name, name);
    assert_int_equal(named.source, source);
}

static void unknown_servers_are_their_address(void **state)
{
    (void)state;
    assert_named("10.0.0.2", 80, "10.0.0.2", NAME_ADDRESS);
    assert_named("2001:db8::1", 0, "2001:db8::1", NAME_ADDRESS);
    struct address none = {0};
    assert_string_equal(names_of(names, &none, 0, 0).name, "");
}

static void a_server_is_what_clients_call_it(void **state)
{
    (void)state;
    hear("10.0.0.2", 80, "Cart:8080", 1);
    assert_named("10.0.0.2", 80, "cart", NAME_HOST);
    assert_named("10.0.0.3", 80, "10.0.0.3", NAME_ADDRESS);
    struct address a = make_address("10.0.0.2");
    assert_int_equal(names_of(names, &a, 80, 7).source, NAME_ADDRESS); /* another tenant's */
    assert_string_equal(names_of(names, &a, 80, 7).name, "10.0.0.2@vlan7");
    assert_string_equal(names_of(names, &a, 80, 0x10000007).name, "10.0.0.2@vni7");
}

static void addresses_are_no_names(void **state)
{
    (void)state;
    hear("10.0.0.2", 80, "10.0.0.2:80", 9);
    hear("10.0.0.2", 80, "", 9);
    assert_named("10.0.0.2", 80, "10.0.0.2", NAME_ADDRESS);
    assert_int_equal(names_version(names), 0);
}

static void the_name_asked_for_most_wins(void **state)
{
    (void)state;
    hear("10.0.0.2", 80, "a", 5);
    hear("10.0.0.2", 80, "b", 4);
    assert_named("10.0.0.2", 80, "a", NAME_HOST);
    hear("10.0.0.2", 80, "b", 2);
    assert_named("10.0.0.2", 80, "b", NAME_HOST);
    hear("10.0.0.2", 80, "a", 1); /* level: the first in order */
    assert_named("10.0.0.2", 80, "a", NAME_HOST);
}

/* As a client, an address is the service that all its ports agree on; so is a port of which
 * nothing is known. */
static void ports_that_agree_name_the_address(void **state)
{
    (void)state;
    hear("10.0.0.2", 80, "cart", 1);
    hear("10.0.0.2", 8080, "cart:8080", 1);
    assert_named("10.0.0.2", 0, "cart", NAME_HOST);
    assert_named("10.0.0.2", 9090, "cart", NAME_HOST);
    hear("10.0.0.2", 9100, "metrics", 1);
    assert_named("10.0.0.2", 0, "10.0.0.2", NAME_ADDRESS);
    assert_named("10.0.0.2", 80, "cart", NAME_HOST);
}

static void assert_called(const char *address, uint16_t port, const char *host, const char *name)
{
    struct address a = make_address(address);
    struct named named = names_of_server(names, &a, port, 0, (struct call_name){host, true});
    assert_string_equal(named.name, name);
}

/* Each of its names is a service; whoever says none means the one that is called most. */
static void virtual_hosts(void **state)
{
    (void)state;
    hear("10.0.0.2", 80, "a.example", 5);
    hear("10.0.0.2", 80, "b.example", 9);
    assert_called("10.0.0.2", 80, "A.example:80", "a.example");
    assert_called("10.0.0.2", 80, "b.example", "b.example");
    assert_called("10.0.0.2", 80, "never-heard.example", "b.example");
    assert_called("10.0.0.2", 80, "10.0.0.2", "b.example");
    assert_called("10.0.0.2", 81, "a.example", "b.example"); /* another port's names */
    assert_named("10.0.0.2", 0, "b.example", NAME_HOST);
}

/* Unless somebody who knows better names the address; but the user may leave it to the hosts. */
static void better_sources_name_virtual_hosts(void **state)
{
    (void)state;
    struct address a = make_address("10.0.0.2");
    struct name_delta dns = {.address = a, .source = NAME_DNS, .count = 1, .name = "front.svc"};
    hear("10.0.0.2", 80, "a.example", 5);
    hear("10.0.0.2", 80, "b.example", 9);
    names_give(names, &a, NAME_HOSTS_FILE, "from-hosts");
    assert_called("10.0.0.2", 80, "a.example", "a.example");
    names_learn(names, &dns);
    assert_called("10.0.0.2", 80, "a.example", "front.svc");
    names_give(names, &a, NAME_KUBERNETES, "ingress.web");
    assert_called("10.0.0.2", 80, "a.example", "ingress.web");
    names_give(names, &a, NAME_USER, NAME_BY_HOST);
    assert_called("10.0.0.2", 80, "a.example", "a.example");
    assert_called("10.0.0.2", 80, "", "b.example");
    assert_named("10.0.0.2", 0, "b.example", NAME_HOST);
    names_give(names, &a, NAME_USER, "front");
    assert_called("10.0.0.2", 80, "a.example", "front");
}

/* Short names are the whole one's, whichever is heard first or more. */
static void short_names(void **state)
{
    (void)state;
    hear("10.0.0.2", 80, "cart", 100);
    assert_called("10.0.0.2", 80, "cart", "cart");
    uint64_t before = names_version(names);
    hear("10.0.0.2", 80, "Cart.shop.svc.cluster.local:80", 1);
    assert_int_not_equal(names_version(names), before);
    hear("10.0.0.2", 80, "cart.shop", 7);
    hear("10.0.0.2", 80, "car", 1);
    static const char whole[] = "cart.shop.svc.cluster.local";
    assert_called("10.0.0.2", 80, "cart", whole);
    assert_called("10.0.0.2", 80, "CART.SHOP.", whole);
    assert_called("10.0.0.2", 80, whole, whole);
    assert_called("10.0.0.2", 80, "car", "car");
    assert_called("10.0.0.2", 80, "", whole);
    assert_named("10.0.0.2", 0, whole, NAME_HOST);
}

/* A name that is short for two others is short for neither. */
static void short_names_of_two(void **state)
{
    (void)state;
    hear("10.0.0.2", 80, "api", 3);
    hear("10.0.0.2", 80, "api.one.example", 2);
    hear("10.0.0.2", 80, "api.two.example", 1);
    assert_called("10.0.0.2", 80, "api", "api");
    assert_called("10.0.0.2", 80, "api.one.example", "api.one.example");
    assert_called("10.0.0.2", 80, "", "api");
}

static void better_sources_win(void **state)
{
    (void)state;
    struct address a = make_address("10.0.0.2");
    names_give(names, &a, NAME_HOSTS_FILE, "from-hosts");
    assert_named("10.0.0.2", 80, "from-hosts", NAME_HOSTS_FILE);
    hear("10.0.0.2", 80, "cart", 1);
    assert_named("10.0.0.2", 80, "cart", NAME_HOST);
    struct name_delta dns = {.address = a, .source = NAME_DNS, .count = 1, .name = "cart.svc"};
    names_learn(names, &dns);
    assert_named("10.0.0.2", 80, "cart.svc", NAME_DNS);
    names_give(names, &a, NAME_USER, "The Cart");
    assert_named("10.0.0.2", 80, "The Cart", NAME_USER);
    assert_named("10.0.0.2", 0, "The Cart", NAME_USER);
    names_give(names, &a, NAME_USER, "Basket"); /* the file was read again */
    assert_named("10.0.0.2", 0, "Basket", NAME_USER);
}

static void the_version_tells_when_answers_change(void **state)
{
    (void)state;
    struct address a = make_address("10.0.0.9");
    uint64_t before = names_version(names);
    hear("10.0.0.2", 80, "a", 5);
    assert_int_not_equal(names_version(names), before);
    before = names_version(names);
    hear("10.0.0.2", 80, "a", 5);
    hear("10.0.0.2", 80, "b", 1);
    assert_int_equal(names_version(names), before);
    hear("10.0.0.2", 80, "b", 100);
    assert_int_not_equal(names_version(names), before);
    names_give(names, &a, NAME_USER, "x");
    before = names_version(names);
    names_give(names, &a, NAME_USER, "x");
    assert_int_equal(names_version(names), before);
}

/* An address that was given to another service takes its name before long. */
static void old_evidence_fades(void **state)
{
    (void)state;
    struct name_delta d = {.address = make_address("10.0.0.2"), .port = 80, .source = NAME_HOST};
    d.count = 100000;
    d.last_ns = 1700000000 * SECOND;
    memcpy(d.name, "old", 4);
    names_learn(names, &d);
    d.count = 100;
    memcpy(d.name, "new", 4);
    for (int minutes = 5; minutes <= 120; minutes += 5) {
        d.last_ns += 300 * SECOND;
        names_learn(names, &d);
    }
    assert_named("10.0.0.2", 80, "new", NAME_HOST);
}

/* A scanner that makes up a host for each request takes no room and no name. */
static void made_up_hosts_do_not_push_the_real_one_out(void **state)
{
    (void)state;
    hear("10.0.0.2", 80, "cart", 3);
    for (int i = 0; i < 5000; i++) {
        char name[32];
        snprintf(name, sizeof name, "made-up-%d", i);
        hear("10.0.0.2", 80, name, 1);
        hear("10.0.0.2", (uint16_t)(1000 + i), name, 1);
    }
    assert_named("10.0.0.2", 80, "cart", NAME_HOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(unknown_servers_are_their_address, begin, end),
        cmocka_unit_test_setup_teardown(a_server_is_what_clients_call_it, begin, end),
        cmocka_unit_test_setup_teardown(addresses_are_no_names, begin, end),
        cmocka_unit_test_setup_teardown(the_name_asked_for_most_wins, begin, end),
        cmocka_unit_test_setup_teardown(ports_that_agree_name_the_address, begin, end),
        cmocka_unit_test_setup_teardown(virtual_hosts, begin, end),
        cmocka_unit_test_setup_teardown(better_sources_name_virtual_hosts, begin, end),
        cmocka_unit_test_setup_teardown(short_names, begin, end),
        cmocka_unit_test_setup_teardown(short_names_of_two, begin, end),
        cmocka_unit_test_setup_teardown(better_sources_win, begin, end),
        cmocka_unit_test_setup_teardown(the_version_tells_when_answers_change, begin, end),
        cmocka_unit_test_setup_teardown(old_evidence_fades, begin, end),
        cmocka_unit_test_setup_teardown(made_up_hosts_do_not_push_the_real_one_out, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
