/* test_relays.c - graph/relays.c, with hops.c below it: which exchanges are two sides of one hop.
 */
#include "graph/relays.h"

#include <stdio.h>
#include <stdlib.h>

#include "graph/hops.h"
#include "graph/merge.h"
#include "graph/tally.h"
#include "tests/check.h"
#include "tests/graph/make.h"

#define SECOND UINT64_C(1000000000)

static struct networks networks;
static struct tally *tally[2];
static struct relays *relays;
static struct delta delta;

static int begin(void **state)
{
    (void)state;
    networks_init(&networks);
    for (int i = 0; i < 2; i++)
        tally[i] = tally_new(&(struct hash_key){{1, 2}}, &networks);
    relays = relays_new();
    delta = (struct delta){0};
    return tally[0] && tally[1] && relays ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        tally_free(tally[i]);
    relays_free(relays);
    delta_free(&delta);
    return 0;
}

/* An exchange from one host of 10.0.0.0/24 to another, with this x-request-id. */
static void ask(int worker, unsigned from, unsigned to, const char *id, uint64_t begin_s,
                uint64_t end_s)
{
    struct exchange x = make_exchange("/a");
    x.client_address = address_v4((uint8_t[]){10, 0, 0, (uint8_t)from});
    x.server_address = address_v4((uint8_t[]){10, 0, 0, (uint8_t)to});
    x.request_ns = begin_s * SECOND;
    x.response_end_ns = x.end_ns = end_s * SECOND;
    snprintf(x.request_id, sizeof x.request_id, "%s", id);
    tally_exchange(tally[worker], &x);
}

/* Ends the window at that time. */
static void join(uint64_t end_s)
{
    delta_free(&delta);
    assert_true(tally_take(tally[0], &delta) && tally_take(tally[1], &delta));
    merge_finish(&delta);
    delta.end_ns = end_s * SECOND;
    relays_join(relays, &delta);
    assert_int_equal(delta.hop_len, 0);
}

static void assert_relay(uint32_t i, unsigned client, unsigned via, unsigned server,
                         uint64_t requests)
{
    const struct relay_delta *r = &delta.relay[i];
    assert_int_equal(delta.edge[r->edge].key.client.byte[15], client);
    assert_int_equal(delta.edge[r->edge].key.server.byte[15], via);
    assert_int_equal(r->inner.client.byte[15], via);
    assert_int_equal(r->inner.server.byte[15], server);
    assert_int_equal(r->requests, requests);
}

/* On whichever workers the two connections are. */
static void two_sides_are_one_hop(void **state)
{
    (void)state;
    ask(0, 1, 2, "x", 10, 20);
    ask(1, 2, 3, "x", 11, 19);
    ask(1, 2, 4, "x", 12, 18);
    ask(1, 1, 2, "y", 10, 20);
    ask(1, 2, 3, "y", 10, 20);
    join(25);
    assert_int_equal(delta.relay_len, 2);
    assert_relay(0, 1, 2, 3, 2);
    assert_relay(1, 1, 2, 4, 1);
}

/* A delta that is kept for longer holds those of all its windows. */
static void windows_add_up(void **state)
{
    (void)state;
    enum { EACH = 100 };
    for (uint64_t window = 1; window <= 2; window++) {
        for (unsigned i = 0; i < EACH; i++) {
            char id[8];
            snprintf(id, sizeof id, "%u", i);
            ask(0, 100 + i, window == 1 ? 9 : 2, id, window * 10, window * 10 + 5);
            ask(0, window == 1 ? 9 : 2, 3, id, window * 10 + 1, window * 10 + 4);
        }
        assert_true(tally_take(tally[0], &delta));
        merge_finish(&delta);
        delta.end_ns = (window * 10 + 6) * SECOND;
        relays_join(relays, &delta);
    }
    assert_int_equal(delta.relay_len, 2 * EACH);
    unsigned by_way_of[10] = {0};
    for (uint32_t i = 0; i < delta.relay_len; i++) {
        const struct edge_key *outer = &delta.edge[delta.relay[i].edge].key;
        assert_true(address_equal(&outer->server, &delta.relay[i].inner.client));
        by_way_of[outer->server.byte[15]]++;
    }
    assert_int_equal(by_way_of[9], EACH);
    assert_int_equal(by_way_of[2], EACH);
}

static void what_is_no_hop(void **state)
{
    (void)state;
    ask(0, 1, 2, "x", 10, 20);
    ask(0, 2, 3, "other", 11, 19); /* another identifier */
    ask(0, 4, 3, "x", 11, 19);     /* not from there */
    ask(0, 2, 3, "x", 11, 21);     /* outlasts it */
    ask(0, 2, 3, "x", 9, 19);      /* began before it */
    ask(0, 5, 5, "x", 11, 19);
    ask(0, 5, 5, "x", 12, 18); /* calls itself */
    ask(0, 2, 3, "", 11, 19);
    join(25);
    assert_int_equal(delta.relay_len, 0);
}

/* Of a chain that is asked twice, each belongs to the nearest outside. */
static void chains(void **state)
{
    (void)state;
    ask(0, 1, 2, "x", 10, 90);
    ask(0, 2, 3, "x", 11, 40);
    ask(0, 3, 4, "x", 12, 30);
    ask(0, 2, 3, "x", 50, 80);
    ask(0, 3, 4, "x", 51, 70);
    join(95);
    assert_int_equal(delta.relay_len, 2);
    assert_relay(0, 1, 2, 3, 2);
    assert_relay(1, 2, 3, 4, 2);
}

/* The inner side has ended in an earlier window, but not too long ago. */
static void windows_are_no_border(void **state)
{
    (void)state;
    ask(0, 2, 3, "x", 11, 12);
    ask(1, 2, 3, "y", 11, 12);
    join(15);
    assert_int_equal(delta.relay_len, 0);
    ask(1, 1, 2, "x", 10, 40);
    join(45);
    assert_int_equal(delta.relay_len, 1);
    assert_relay(0, 1, 2, 3, 1);
    join(80);
    ask(0, 1, 2, "y", 10, 81);
    join(85);
    assert_int_equal(delta.relay_len, 0);
}

/* Whose other side was not seen may say for whom it is; whose was, is not asked. */
static void what_is_said(void **state)
{
    struct exchange x = make_exchange("/a");
    (void)state;
    x.client_address = make_address("10.0.0.2");
    x.server_address = make_address("10.0.0.3");
    x.request_ns = 11 * SECOND;
    x.response_end_ns = x.end_ns = 19 * SECOND;
    static const char *const said[] = {"10.0.0.9", "10.0.0.9", "8.8.8.8", "10.0.0.2", "unknown"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        snprintf(x.forwarded_for, sizeof x.forwarded_for, "%s", said[i]);
        tally_exchange(tally[i % 2], &x);
    }
    memcpy(x.request_id, "x", 2);
    memcpy(x.forwarded_for, "10.0.0.9", 9);
    tally_exchange(tally[0], &x);
    ask(1, 1, 2, "x", 10, 20);
    join(25);
    assert_int_equal(delta.relay_len, 2);
    assert_relay(0, 1, 2, 3, 1);
    assert_true(address_is_none(&delta.relay[0].said));
    assert_int_equal(delta.relay[1].requests, 2);
    assert_int_equal(delta.relay[1].said.byte[15], 9);
    assert_int_equal(delta.edge[delta.relay[1].edge].key.client.byte[15], 2);
}

/* Past the cap both sides are kept or neither, whoever has seen them, and the others are counted.
 */
static void too_many_hops(void **state)
{
    enum { EACH = HOPS_MAX };
    uint64_t found[2] = {0};
    (void)state;
    for (int workers = 1; workers <= 2; workers++) {
        for (unsigned i = 0; i < EACH; i++) {
            char id[16];
            snprintf(id, sizeof id, "%u", workers == 1 ? i : EACH - 1 - i);
            ask(0, 1, 2, id, 10, 20);
            ask(workers - 1, 2, 3, id, 11, 19);
        }
        join(25);
        assert_int_equal(delta.relay_len, 1);
        assert_int_equal(delta.hops_dropped, EACH);
        found[workers - 1] = delta.relay[0].requests;
    }
    assert_int_equal(found[0], HOPS_MAX / 2);
    assert_int_equal(found[1], HOPS_MAX / 2);
}

/* Everybody uses the same identifier: it takes no longer, and what is found is true. */
static void one_identifier_for_all(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        ask(0, 1, 2, "same", 2 * i + 10, 2 * i + 11);
        ask(0, 2, 3, "same", 2 * i + 10, 2 * i + 11);
    }
    join(50000);
    assert_int_equal(delta.relay_len, 1);
    assert_int_equal(delta.relay[0].requests + delta.hops_dropped / 2, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_sides_are_one_hop, begin, end),
        cmocka_unit_test_setup_teardown(windows_add_up, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_hop, begin, end),
        cmocka_unit_test_setup_teardown(chains, begin, end),
        cmocka_unit_test_setup_teardown(windows_are_no_border, begin, end),
        cmocka_unit_test_setup_teardown(what_is_said, begin, end),
        cmocka_unit_test_setup_teardown(too_many_hops, begin, end),
        cmocka_unit_test_setup_teardown(one_identifier_for_all, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
