/* test_delta.c - graph/delta.c. */
#include "graph/delta.h"

#include "tests/check.h"
#include "tests/graph/make.h"

/* Rows are ordered by client, then server, port, protocol and tenant. */
static void keys_are_ordered(void **state)
{
    (void)state;
    struct edge_key rising[] = {
        {.port = 443, .protocol = "tls"}, /* external */
        {.server = make_address("10.0.0.9"), .port = 80, .protocol = "http"},
        {make_address("10.0.0.1"), make_address("10.0.0.2"), 80, 0, "http", "", false},
        {make_address("10.0.0.1"), make_address("10.0.0.2"), 80, 0, "http", "a", false},
        {make_address("10.0.0.1"), make_address("10.0.0.2"), 80, 0, "http", "a", true},
        {make_address("10.0.0.1"), make_address("10.0.0.2"), 80, 0, "http", "b", false},
        {make_address("10.0.0.1"), make_address("10.0.0.2"), 80, 1, "http", "", false},
        {make_address("10.0.0.1"), make_address("10.0.0.2"), 80, 0, "http2", "", false},
        {make_address("10.0.0.1"), make_address("10.0.0.2"), 8080, 0, "grpc", "", false},
        {make_address("10.0.0.1"), make_address("10.0.0.3"), 1, 0, "dns", "", false},
        {make_address("10.0.0.2"), make_address("10.0.0.1"), 1, 0, "dns", "", false},
    };
    enum { KEYS = sizeof rising / sizeof *rising };
    for (size_t i = 0; i < KEYS; i++)
        for (size_t j = 0; j < KEYS; j++) {
            int order = edge_key_compare(&rising[i], &rising[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
}

static void sources_have_names(void **state)
{
    (void)state;
    assert_string_equal(name_source_name(NAME_USER), "user");
    assert_string_equal(name_source_name(NAME_HOSTS_FILE), "hosts-file");
    assert_string_equal(name_source_name(NAME_ADDRESS), "address");
}

static void freeing_leaves_nothing(void **state)
{
    (void)state;
    struct delta d = {.edge_len = 1, .operation_len = 1, .end_ns = 5};
    d.edge = calloc(1, sizeof *d.edge);
    d.operation = calloc(1, sizeof *d.operation);
    assert_true(d.edge && d.operation);
    d.connection = calloc(1, sizeof *d.connection);
    d.open_call = calloc(1, sizeof *d.open_call);
    latency_add(&d.edge[0].exchanges.duration, 1);
    latency_add(&d.edge[0].exchanges.age, 1);
    latency_add(&d.operation[0].exchanges.ttfb, 1);
    latency_add(&d.operation[0].exchanges.first_message, 1);
    latency_add(&d.operation[0].exchanges.message_gap, 1);
    delta_free(&d);
    assert_true(!d.edge && !d.connection && !d.open_call);
    assert_int_equal(d.end_ns, 0);
    delta_free(&d); /* twice does no harm */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_ordered),
        cmocka_unit_test(sources_have_names),
        cmocka_unit_test(freeing_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
