/* test_names_file.c - daemon/names_file.c: what a user may write to name addresses. */
#include "daemon/names_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"

static char path[64];
static struct given *given;

static int begin(void **state)
{
    (void)state;
    strcpy(path, "/tmp/tapgraph-names-XXXXXX");
    int fd = mkstemp(path);
    given = given_new();
    return fd < 0 || close(fd) < 0 || !given ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    given_free(given);
    return unlink(path);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void reads(const char *text)
{
    struct err err = {0};
    write_file(text);
    if (!names_file_read(path, given, &err))
        fail_msg("%s", err.text);
    given_seal(given);
}

static const struct given_label *find(const char *address, uint16_t port)
{
    struct address a;
    assert_true(address_from_text(address, &a));
    return given_find(given, &a, port);
}

static void assert_is(const char *address, uint16_t port, const char *name)
{
    const struct given_label *label = find(address, port);
    assert_string_equal(label ? label->name : "", name);
}

static void all_that_may_be_named(void **state)
{
    (void)state;
    reads("# the shop\n"
          "\n"
          "10.0.0.7 cart   # in the attic\n"
          "10.1.0.0/16\twarehouse\r\n"
          "10.0.0.8:5432 orders-db group=data tags=eu,gdpr\n"
          "10.0.0.9:9000-9099 media\n"
          "2001:db8::7 six\n"
          "[2001:db8::7]:443 six-https\n"
          "[2001:db8:1::/48] net6\n"
          "2001:db8:2::/48 other6");
    assert_is("10.0.0.7", 80, "cart");
    assert_is("10.1.255.1", 0, "warehouse");
    assert_is("10.0.0.8", 5432, "orders-db");
    assert_string_equal(find("10.0.0.8", 5432)->group, "data");
    assert_string_equal(find("10.0.0.8", 5432)->tags, "eu,gdpr");
    assert_is("10.0.0.8", 5433, "");
    assert_is("10.0.0.9", 9000, "media");
    assert_is("10.0.0.9", 9099, "media");
    assert_is("10.0.0.9", 9100, "");
    assert_is("2001:db8::7", 80, "six");
    assert_is("2001:db8::7", 443, "six-https");
    assert_is("2001:db8:1::1", 443, "net6");
    assert_is("2001:db8:2::1", 443, "other6");
}

/* hosts(5) names hosts by several names: the first counts. */
static void aliases(void **state)
{
    (void)state;
    reads("10.0.0.7 cart cart.shop.example basket\n");
    assert_is("10.0.0.7", 80, "cart");
}

static void hostile_names(void **state)
{
    (void)state;
    reads("10.0.0.7 \x1b[31mcart\n");
    assert_is("10.0.0.7", 80, "\\x1b[31mcart");
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"10.0.0.7 cart\n10.0.0 db\n", "line 2: '10.0.0' is no address and no network"},
        {"10.0.0.7\n", "line 1: a name is missing after '10.0.0.7'"},
        {"10.0.0.0/33 cart\n", "'10.0.0.0/33' is no address and no network"},
        {"10.0.0.7:0 cart\n", "'0' is no port"},
        {"10.0.0.7:65536 cart\n", "'65536' is no port"},
        {"10.0.0.7:90-80 cart\n", "'90-80' is no port and no range"},
        {"10.0.0.7:http cart\n", "'http' is no port"},
        {"[2001:db8::7]443 six\n", "is no port"},
        {"10.0.0.7 cart grup=data\n", "'grup=data' is neither group=GROUP nor tags=TAG,TAG"},
        {"10.0.0.7 cart "
         "group=0123456789012345678901234567890123456789012345678901234567890123456789"
         "012345678901234567890123456789012345678901234567890123456789\n",
         "is too long"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct err err = {0};
        write_file(wrong[i][0]);
        assert_false(names_file_read(path, given, &err));
        if (!strstr(err.text, wrong[i][1]) || !strstr(err.text, path))
            fail_msg("%s: not in %s", wrong[i][1], err.text);
    }
    struct err err = {0};
    assert_false(names_file_read("/nowhere/names", given, &err));
    assert_non_null(strstr(err.text, "cannot open /nowhere/names"));
}

/* The system's own file is read as far as it makes sense. */
static void of_the_system(void **state)
{
    (void)state;
    struct err err = {0};
    write_file("127.0.0.1 localhost\n::1 localhost ip6-localhost\nnonsense here\n10.0.0.7\n"
               "fe80::1%lo0 router\n10.0.0.8 db db.example # ours\n10.0.0.0/8 all\n");
    assert_true(hosts_file_read(path, given, &err));
    given_seal(given);
    assert_int_equal(given_rules(given), 1);
    assert_is("10.0.0.8", 80, "db");
    assert_is("127.0.0.1", 80, "");
}

/* Who is named outside is no part of "external". */
static void opened_networks(void **state)
{
    (void)state;
    struct networks networks;
    struct err err = {0};
    networks_init(&networks);
    size_t before = networks.network_len;
    write_file("10.0.0.7 cart\n203.0.113.0/24 partner\n198.51.100.7:443 bank\n");
    assert_true(names_file_open_networks(path, &networks, &err));
    assert_int_equal(networks.network_len, before + 2);
    struct address partner, bank, other;
    assert_true(address_from_text("203.0.113.200", &partner));
    assert_true(address_from_text("198.51.100.7", &bank));
    assert_true(address_from_text("198.51.100.8", &other));
    assert_true(networks_hold(&networks, &partner));
    assert_true(networks_hold(&networks, &bank));
    assert_false(networks_hold(&networks, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_that_may_be_named, begin, end),
        cmocka_unit_test_setup_teardown(aliases, begin, end),
        cmocka_unit_test_setup_teardown(hostile_names, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_are_named, begin, end),
        cmocka_unit_test_setup_teardown(of_the_system, begin, end),
        cmocka_unit_test_setup_teardown(opened_networks, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
