/* test_line_names.c - daemon/line_names.c: names are remembered until they may have changed. */
#include "daemon/line_names.h"

#include <string.h>

#include "tests/check.h"

static struct names *names;
static struct line_names *lines;
static struct exchange x;

static int begin(void **state)
{
    (void)state;
    names = names_new(&(struct hash_key){{5, 6}});
    lines = names ? line_names_new(names) : NULL;
    x = (struct exchange){.protocol = "http", .server_port = 80};
    address_from_text("10.0.0.1", &x.client_address);
    address_from_text("10.0.0.2", &x.server_address);
    return lines ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    line_names_free(lines);
    names_free(names);
    return 0;
}

static void hear(uint16_t port, const char *name)
{
    struct name_delta d = {
        .address = x.server_address, .port = port, .source = NAME_HOST, .count = 1, .last_ns = 1};
    bytes_to_text(d.name, sizeof d.name, bytes_of_text(name));
    names_learn(names, &d);
}

static void assert_ends(const char *client, const char *server)
{
    struct log_ends ends = line_names_of(lines, &x);
    struct log_end expected;
    log_client(&expected, &x.client_address, client);
    assert_int_equal(ends.client->len, expected.len);
    assert_memory_equal(ends.client->text, expected.text, expected.len);
    log_server(&expected, &x, server);
    assert_int_equal(ends.server->len, expected.len);
    assert_memory_equal(ends.server->text, expected.text, expected.len);
}

static void names_are_those_of_the_last_change(void **state)
{
    (void)state;
    assert_ends("10.0.0.1", "10.0.0.2");
    hear(80, "cart");
    line_names_changed(lines);
    assert_ends("10.0.0.1", "cart");
}

/* All of these share one place with the first, or may. */
static void ends_are_not_taken_for_others(void **state)
{
    (void)state;
    hear(80, "cart");
    hear(80, "shop");
    hear(81, "bill");
    strcpy(x.host, "cart");
    assert_ends("10.0.0.1", "cart");
    strcpy(x.host, "shop");
    assert_ends("10.0.0.1", "shop");
    x.server_port = 81;
    strcpy(x.host, "bill");
    assert_ends("10.0.0.1", "bill");
    address_from_text("10.1.0.1", &x.client_address);
    assert_ends("10.1.0.1", "bill");
    x.server_port = 80;
    strcpy(x.host, "cart");
    assert_ends("10.1.0.1", "cart");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_those_of_the_last_change, begin, end),
        cmocka_unit_test_setup_teardown(ends_are_not_taken_for_others, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
