/* test_traffic.c - what a window says of its mirror. */
#include "doctor/traffic.h"

#include <string.h>

#include "tests/check.h"

static struct edge_delta edge(const char *client, const char *server, uint16_t port,
                              const char *protocol)
{
    struct edge_delta e = {.key.port = port, .packets = {10, 10}, .bytes = {1000, 2000}};
    assert_true(address_from_text(client, &e.key.client));
    assert_true(address_from_text(server, &e.key.server));
    strcpy(e.key.protocol, protocol);
    return e;
}

static struct traffic t;

static void measure(struct edge_delta *edges, uint32_t len)
{
    struct delta d = {.edge = edges, .edge_len = len};
    traffic_measure(&d, &t);
}

/* Servers are told apart by address and port, protocols by name; the one that carries most is
 * first.
 */
static void test_sums(void **state)
{
    struct edge_delta edges[] = {
        edge("10.0.0.1", "10.0.0.9", 80, "http"),
        edge("10.0.0.2", "10.0.0.9", 80, "http"),
        edge("10.0.0.2", "10.0.0.9", 81, ""),
        edge("10.0.0.2", "10.0.0.8", 80, "tcp"),
    };
    (void)state;
    edges[0].exchanges.outcomes[OUTCOME_OK] = 5;
    edges[1].exchanges.outcomes[OUTCOME_TIMEOUT] = 2;
    edges[3].bytes[ANSWERS] = 9000;
    measure(edges, 4);
    assert_int_equal(t.edges, 4);
    assert_int_equal(t.servers, 3);
    assert_int_equal(t.requests, 7);
    assert_int_equal(t.protocol_len, 2);
    assert_string_equal(t.protocol[0].name, "tcp");
    assert_int_equal(t.protocol[0].edges, 2);
    assert_int_equal(t.protocol[0].bytes, 13000);
    assert_string_equal(t.protocol[1].name, "http");
    assert_int_equal(t.protocol[1].requests, 7);
    measure(NULL, 0);
    assert_int_equal(t.servers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
