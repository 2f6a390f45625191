/* test_relays.c - which services pass on what they are asked, as stored and asked for. */
#include "store/relays.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

/* A window in which 10.0.0.2 has passed on some of what it was asked to 10.0.0.3, whose own edge is
 * of this window or not. */
static void pass_on(struct store *store, const struct names *names, uint64_t start_s,
                    uint64_t requests, bool inner_too)
{
    struct delta d = window_at(start_s);
    asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, requests, MS_NS);
    struct edge_key inner = d.edge[0].key;
    inner.client = address_of("10.0.0.2");
    inner.server = address_of("10.0.0.3");
    inner.port = 8080;
    if (inner_too)
        asked(&window_edge(&d, "10.0.0.2", "10.0.0.3", 8080)->exchanges, OUTCOME_OK, requests,
              MS_NS);
    d.relay = calloc(1, sizeof *d.relay);
    assert_non_null(d.relay);
    d.relay_len = 1;
    d.relay[0] = (struct relay_delta){.inner = inner,
                                      .last_ns = start_s * SECOND_NS,
                                      .requests = requests,
                                      .passed_on = requests - 1};
    written(store, &d, names);
}

static void assert_relay(const struct place *p, const char *via, uint64_t requests,
                         uint64_t passed_on)
{
    struct query *q = place_query(p);
    struct relay_rows rows;
    struct err err;
    assert_true(query_relays(q, all_of(q), &rows, &err));
    assert_int_equal(rows.len, 1);
    assert_string_equal(rows.row[0].client, "10.0.0.1");
    assert_string_equal(rows.row[0].via, via);
    assert_string_equal(rows.row[0].via_address, "10.0.0.2");
    assert_string_equal(rows.row[0].server, "10.0.0.3");
    assert_int_equal(rows.row[0].port, 8080);
    assert_int_equal(rows.row[0].requests, requests);
    assert_int_equal(rows.row[0].passed_on, passed_on);
    struct service_rows services;
    assert_true(query_services(q, all_of(q), &services, &err));
    for (size_t i = 0; i < services.len; i++) {
        const struct service_row *row = &services.row[i];
        assert_int_equal(row->id == rows.row[0].client_id, !strcmp(row->name, "10.0.0.1"));
        assert_int_equal(row->id == rows.row[0].via_id, !strcmp(row->name, via));
        assert_int_equal(row->id == rows.row[0].server_id, !strcmp(row->name, "10.0.0.3"));
    }
    free(services.row);
    free(rows.row);
    query_close(q);
}

/* Windows add up; names that come later are those of all. */
static void windows_add_up(void **state)
{
    struct place p = place_make();
    struct store *store = place_store(&p);
    struct names *names = names_new(&(struct hash_key){{1, 2}});
    struct address proxy = address_of("10.0.0.2");
    (void)state;
    assert_non_null(names);
    pass_on(store, names, 1000, 5, true);
    pass_on(store, names, 1000, 1, true);
    pass_on(store, names, 1005, 3, false);
    assert_relay(&p, "10.0.0.2", 9, 6);
    names_give(names, &proxy, NAME_USER, "front");
    pass_on(store, names, 1010, 2, true);
    assert_relay(&p, "front", 11, 7);
    assert_int_equal(place_number(p.db, "SELECT sum(requests) FROM edge_window"), 6 + 6 + 3 + 4);
    store_close(store);
    names_free(names);
    place_remove(&p);
}

/* For whom a balancer says that it asks: if he was ever seen. */
static void said_to_be_for(void **state)
{
    struct place p = place_make();
    struct store *store = place_store(&p);
    (void)state;
    static const char *const said[] = {"10.0.0.1", "10.0.0.77"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct delta d = window_at(1000);
        asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, 1, MS_NS);
        asked(&window_edge(&d, "10.0.0.2", "10.0.0.3", 8080)->exchanges, OUTCOME_OK, 4, MS_NS);
        d.relay = calloc(1, sizeof *d.relay);
        assert_non_null(d.relay);
        d.relay_len = 1;
        d.relay[0] = (struct relay_delta){.edge = 1,
                                          .said = address_of(said[i]),
                                          .inner = d.edge[1].key,
                                          .last_ns = 1000 * SECOND_NS,
                                          .requests = 4};
        written(store, &d, NULL);
    }
    assert_relay(&p, "10.0.0.2", 4, 4);
    store_close(store);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_add_up),
        cmocka_unit_test(said_to_be_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
