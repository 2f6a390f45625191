/* test_naming.c - which service an address is, now and in earlier windows. */
#include "store/naming.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static const struct hash_key key = {{1, 2}};

/* A place with its store and the names known so far. */
struct town {
    struct place place;
    struct store *store;
    struct names *names;
};

static struct town found(void)
{
    struct town t = {.place = place_make(), .names = names_new(&key)};
    assert_non_null(t.names);
    t.store = place_store(&t.place);
    return t;
}

static void leave(struct town *t)
{
    store_close(t->store);
    names_free(t->names);
    place_remove(&t->place);
}

/* The user's name for an address. */
static void name(struct town *t, const char *address, const char *called)
{
    struct address a = address_of(address);
    names_give(t->names, &a, NAME_USER, called);
}

/* A name that the wire gives to a server. */
static void hear(struct town *t, const char *address, uint16_t port, const char *called)
{
    struct name_delta d = {.address = address_of(address),
                           .port = port,
                           .source = NAME_HOST,
                           .count = 100,
                           .last_ns = 1000 * SECOND_NS};
    snprintf(d.name, sizeof d.name, "%s", called);
    names_learn(t->names, &d);
}

/* One request in a window. */
static void ask(struct town *t, uint64_t start_s, const char *client, const char *server)
{
    struct delta d = window_at(start_s);
    asked(&window_edge(&d, client, server, 80)->exchanges, OUTCOME_OK, 1, MS_NS);
    written(t->store, &d, t->names);
}

/* An address that the DNS gave to a name at a time, good for six minutes. */
static void resolve(struct town *t, uint64_t at_s, const char *called, const char *address)
{
    struct name_delta d = {.address = address_of(address),
                           .source = NAME_DNS,
                           .count = 1,
                           .first_ns = at_s * SECOND_NS,
                           .last_ns = at_s * SECOND_NS,
                           .until_ns = (at_s + 360) * SECOND_NS};
    snprintf(d.name, sizeof d.name, "%s", called);
    names_at(t->names, at_s * SECOND_NS);
    names_learn(t->names, &d);
}

/* One request in a window, by a client that had asked for that name. */
static void ask_for(struct town *t, uint64_t start_s, const char *client, const char *server,
                    const char *called)
{
    struct delta d = window_at(start_s);
    struct edge_delta *edge = window_edge(&d, client, server, 80);
    snprintf(edge->key.asked, sizeof edge->key.asked, "%s", called);
    asked(&edge->exchanges, OUTCOME_OK, 1, MS_NS);
    written(t->store, &d, t->names);
}

/* One request in a window, by host, which was heard in it. */
static void call(struct town *t, uint64_t start_s, const char *client, const char *server,
                 const char *host)
{
    struct delta d = window_at(start_s);
    struct edge_delta *edge = window_edge(&d, client, server, 80);
    hear(t, server, 80, host);
    snprintf(edge->key.asked, sizeof edge->key.asked, "%s", host);
    edge->key.by_host = true;
    asked(&edge->exchanges, OUTCOME_OK, 1, MS_NS);
    written(t->store, &d, t->names);
}

/* The same in a tenant's network. */
static void ask_in(struct town *t, uint32_t tenant, uint64_t start_s, const char *client,
                   const char *server)
{
    struct delta d = window_at(start_s);
    struct edge_delta *edge = window_edge(&d, client, server, 80);
    edge->key.tenant = tenant;
    asked(&edge->exchanges, OUTCOME_OK, 1, MS_NS);
    written(t->store, &d, t->names);
}

static void tells(const struct town *t, const char *expected)
{
    struct query *q = place_query(&t->place);
    assert_string_equal(told(q), expected);
    query_close(q);
}

/* Networks whose addresses overlap have edges of their own; without names known, too. */
static void tenants_are_apart(void **state)
{
    struct town t = found();
    (void)state;
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    ask_in(&t, 5, 1000, "10.0.0.1", "10.0.0.2");
    ask_in(&t, 0x10000005, 1005, "10.0.0.1", "10.0.0.2");
    tells(&t, "10.0.0.1>10.0.0.2:80 1 10.0.0.1@vlan5>10.0.0.2@vlan5:80 1 "
              "10.0.0.1@vni5>10.0.0.2@vni5:80 1");
    leave(&t);
}

/* A name learned later is what the address was called all along. */
static void learned_later(void **state)
{
    struct town t = found();
    (void)state;
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    tells(&t, "10.0.0.1>10.0.0.2:80 1");
    hear(&t, "10.0.0.2", 80, "cart");
    ask(&t, 1005, "10.0.0.1", "10.0.0.2");
    tells(&t, "10.0.0.1>cart:80 2");
    leave(&t);
}

/* Also when the address itself is no longer seen. */
static void learned_of_one_that_is_silent(void **state)
{
    struct town t = found();
    (void)state;
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    hear(&t, "10.0.0.2", 80, "cart");
    ask(&t, 1005, "10.0.0.8", "10.0.0.9");
    tells(&t, "10.0.0.1>cart:80 1 10.0.0.8>10.0.0.9:80 1");
    leave(&t);
}

/* But an address seen a day before the name is no evidence of who had it then. */
static void learned_too_late(void **state)
{
    struct town t = found();
    (void)state;
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    hear(&t, "10.0.0.2", 80, "cart");
    ask(&t, 1000 + 25 * 3600, "10.0.0.1", "10.0.0.2");
    tells(&t, "10.0.0.1>10.0.0.2:80 1 10.0.0.1>cart:80 1");
    leave(&t);
}

/* Old windows keep the name of their time, of servers and clients. */
static void a_name_that_changes(void **state)
{
    struct town t = found();
    (void)state;
    name(&t, "10.0.0.1", "web");
    name(&t, "10.0.0.2", "cart");
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    name(&t, "10.0.0.2", "orders");
    ask(&t, 1005, "10.0.0.1", "10.0.0.2");
    name(&t, "10.0.0.1", "shop");
    ask(&t, 1010, "10.0.0.1", "10.0.0.2");
    tells(&t, "shop>orders:80 1 web>cart:80 1 web>orders:80 1");
    leave(&t);
}

/* One name, two addresses: one service. */
static void replicas(void **state)
{
    struct town t = found();
    (void)state;
    name(&t, "10.0.0.2", "cart");
    name(&t, "10.0.0.3", "cart");
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    ask(&t, 1005, "10.0.0.1", "10.0.0.3");
    tells(&t, "10.0.0.1>cart:80 2");
    struct query *q = place_query(&t.place);
    struct service_rows rows = services_of(q, all_of(q));
    assert_int_equal(rows.len, 2);
    assert_string_equal(rows.row[1].name, "cart");
    assert_int_equal(rows.row[1].addresses, 2);
    free(rows.row);
    query_close(q);
    leave(&t);
}

/* An address that serves under a name asks under the same name. */
static void client_and_server_are_one(void **state)
{
    struct town t = found();
    (void)state;
    hear(&t, "10.0.0.2", 80, "cart");
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    ask(&t, 1005, "10.0.0.2", "10.0.0.3");
    tells(&t, "10.0.0.1>cart:80 1 cart>10.0.0.3:80 1");
    struct query *q = place_query(&t.place);
    struct service_rows rows = services_of(q, all_of(q));
    assert_int_equal(rows.len, 3);
    assert_string_equal(rows.row[2].name, "cart");
    assert_int_equal(rows.row[2].addresses, 1);
    assert_int_equal(rows.row[2].served.requests, 1);
    assert_int_equal(rows.row[2].called.requests, 1);
    free(rows.row);
    query_close(q);
    leave(&t);
}

/* A name from the wire outlives the collector that heard it. */
static void names_outlive_the_collector(void **state)
{
    struct town t = found();
    (void)state;
    hear(&t, "10.0.0.2", 80, "cart");
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    names_free(t.names);
    t.names = names_new(&key);
    ask(&t, 1005, "10.0.0.1", "10.0.0.2");
    tells(&t, "10.0.0.1>cart:80 2");
    leave(&t);
}

/* The world outside is one node, which nobody inside can pass for. */
static void nobody_passes_for_external(void **state)
{
    struct town t = found();
    (void)state;
    hear(&t, "10.0.0.2", 80, "external");
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    ask(&t, 1005, "", "10.0.0.2");
    tells(&t, "10.0.0.1>10.0.0.2:80 1 external>10.0.0.2:80 1");
    assert_int_equal(place_number(t.place.db, "SELECT id FROM service WHERE name = 'external'"), 1);
    leave(&t);
}

/* One address, and two names for it: each client's is the one that it asked for. As a client the
 * address is neither. */
static void names_of_clients(void **state)
{
    struct town t = found();
    (void)state;
    resolve(&t, 990, "shop.example", "10.0.0.2");
    resolve(&t, 991, "api.example", "10.0.0.2");
    resolve(&t, 992, "shop.example", "10.0.0.2");
    ask_for(&t, 1000, "10.0.0.1", "10.0.0.2", "shop.example");
    ask_for(&t, 1005, "10.0.0.3", "10.0.0.2", "api.example");
    ask_for(&t, 1010, "10.0.0.4", "10.0.0.2", "");
    ask_for(&t, 1015, "10.0.0.1", "10.0.0.2", "shop.example");
    ask(&t, 1020, "10.0.0.2", "10.0.0.9");
    tells(&t, "10.0.0.1>shop.example:80 2 10.0.0.2>10.0.0.9:80 1 10.0.0.3>api.example:80 1 "
              "10.0.0.4>10.0.0.2:80 1");
    leave(&t);
}

/* Who is known to have asked for nothing calls an address as everybody does. In one window that may
 * be the same row, which has what both have counted. */
static void names_of_everybody(void **state)
{
    struct town t = found();
    (void)state;
    resolve(&t, 990, "cart.shop", "10.0.0.2");
    struct delta d = window_at(1000);
    asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, 1, MS_NS);
    struct edge_delta *edge = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    strcpy(edge->key.asked, "cart.shop");
    asked(&edge->exchanges, OUTCOME_OK, 2, 3 * MS_NS);
    written(t.store, &d, t.names);
    tells(&t, "10.0.0.1>cart.shop:80 3");
    struct query *q = place_query(&t.place);
    struct edge_rows rows = edges_of(q, all_of(q));
    assert_int_equal(rows.len, 1);
    assert_int_equal(rows.row[0].figures.duration.count, 3);
    free(rows.row);
    query_close(q);
    leave(&t);
}

/* An address that is given to another service has the old name in the past and the new one from
 * then on, for all clients, and as a client. */
static void an_address_that_moves(void **state)
{
    struct town t = found();
    (void)state;
    resolve(&t, 990, "cart.shop", "10.0.0.2");
    ask_for(&t, 1000, "10.0.0.1", "10.0.0.2", "cart.shop");
    ask_for(&t, 1005, "10.0.0.3", "10.0.0.2", "");
    ask(&t, 1010, "10.0.0.2", "10.0.0.9");
    resolve(&t, 1015, "db.shop", "10.0.0.2");
    ask_for(&t, 1020, "10.0.0.1", "10.0.0.2", "db.shop");
    ask_for(&t, 1025, "10.0.0.3", "10.0.0.2", "");
    ask(&t, 1030, "10.0.0.2", "10.0.0.9");
    ask_for(&t, 1035, "10.0.0.4", "10.0.0.2", "cart.shop"); /* connected before the move */
    tells(&t, "10.0.0.1>cart.shop:80 1 10.0.0.1>db.shop:80 1 10.0.0.3>cart.shop:80 1 "
              "10.0.0.3>db.shop:80 1 10.0.0.4>cart.shop:80 1 cart.shop>10.0.0.9:80 1 "
              "db.shop>10.0.0.9:80 1");
    leave(&t);
}

/* A host is often written short for the name that the DNS is asked for. */
static void short_for_another(void **state)
{
    struct town t = found();
    (void)state;
    hear(&t, "10.0.0.2", 80, "cart");
    hear(&t, "10.0.0.3", 80, "car");
    ask(&t, 1000, "10.0.0.1", "10.0.0.2");
    ask(&t, 1000, "10.0.0.1", "10.0.0.3");
    ask_for(&t, 1005, "10.0.0.1", "10.0.0.2", "cart.shop.test");
    ask_for(&t, 1005, "10.0.0.1", "10.0.0.3", "cart.shop.test");
    tells(&t, "10.0.0.1>car:80 1 10.0.0.1>cart.shop.test:80 3");
    leave(&t);
}

/* One address, many names; one name, many addresses. */
static void names_by_host(void **state)
{
    struct town t = found();
    (void)state;
    call(&t, 1000, "10.0.0.1", "10.0.0.2", "a.example");
    call(&t, 1005, "10.0.0.1", "10.0.0.2", "b.example");
    call(&t, 1010, "10.0.0.1", "10.0.0.3", "b.example");
    call(&t, 1015, "10.0.0.1", "10.0.0.2", "a.example");
    tells(&t, "10.0.0.1>a.example:80 2 10.0.0.1>b.example:80 2");
    leave(&t);
}

/* Edges of one window that are called by name, and one that is not: that belongs to what its client
 * has called in it; of a client that has not, to what the server is called most. */
static void names_by_host_in_a_window(void **state)
{
    struct town t = found();
    struct delta d = window_at(1000);
    static const struct {
        const char *client, *host;
    } edges[] = {
        {"10.0.0.1", ""},          {"10.0.0.1", "a.example"}, {"10.0.0.2", "a.example"},
        {"10.0.0.2", "b.example"}, {"10.0.0.3", ""},
    };
    (void)state;
    hear(&t, "10.0.0.9", 80, "a.example");
    hear(&t, "10.0.0.9", 80, "b.example");
    hear(&t, "10.0.0.9", 80, "b.example");
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct edge_delta *edge = window_edge(&d, edges[i].client, "10.0.0.9", 80);
        snprintf(edge->key.asked, sizeof edge->key.asked, "%s", edges[i].host);
        edge->key.by_host = edges[i].host[0];
        asked(&edge->exchanges, OUTCOME_OK, 1, MS_NS);
    }
    written(t.store, &d, t.names);
    tells(&t, "10.0.0.1>a.example:80 2 10.0.0.2>a.example:80 1 10.0.0.2>b.example:80 1 "
              "10.0.0.3>b.example:80 1");
    leave(&t);
}

/* A connection on which nothing was said goes where its client called before. */
static void refused_by_a_virtual_host(void **state)
{
    struct town t = found();
    (void)state;
    call(&t, 1000, "10.0.0.1", "10.0.0.2", "a.example");
    call(&t, 1005, "10.0.0.8", "10.0.0.2", "b.example");
    call(&t, 1010, "10.0.0.8", "10.0.0.2", "b.example");
    struct delta d = window_at(1015);
    struct edge_delta *edge = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    edge->key.protocol[0] = '\0';
    edge->failed = 3;
    written(t.store, &d, t.names);
    tells(&t, "10.0.0.1>a.example:80 1 10.0.0.8>b.example:80 2");
    assert_int_equal(place_number(t.place.db, "SELECT sum(failed) FROM v_windows "
                                              "WHERE server = 'a.example'"),
                     3);
    leave(&t);
}

/* Short names, before and after the whole one is heard, and by a collector that has not heard it
 * itself. */
static void short_names_by_host(void **state)
{
    struct town t = found();
    (void)state;
    call(&t, 1000, "10.0.0.1", "10.0.0.2", "cart");
    call(&t, 1000, "10.0.0.1", "10.0.0.2", "other");
    tells(&t, "10.0.0.1>cart:80 1 10.0.0.1>other:80 1");
    call(&t, 1005, "10.0.0.1", "10.0.0.2", "cart.shop.svc");
    call(&t, 1010, "10.0.0.1", "10.0.0.2", "cart.shop");
    call(&t, 1015, "10.0.0.1", "10.0.0.2", "other");
    tells(&t, "10.0.0.1>cart.shop.svc:80 3 10.0.0.1>other:80 2");
    names_free(t.names);
    t.names = names_new(&key);
    call(&t, 1020, "10.0.0.1", "10.0.0.2", "cart");
    call(&t, 1025, "10.0.0.1", "10.0.0.2", "other");
    tells(&t, "10.0.0.1>cart.shop.svc:80 4 10.0.0.1>other:80 3");
    leave(&t);
}

/* Whose server gets no further name goes to what that is called most, and it is told. */
static void too_many_names_by_host(void **state)
{
    struct town t = found();
    (void)state;
    call(&t, 990, "10.0.0.1", "10.0.0.2", "real.example");
    call(&t, 995, "10.0.0.1", "10.0.0.2", "real.example");
    for (unsigned i = 0; i < 100; i++) {
        char called[32];
        snprintf(called, sizeof called, "x%u.example", i);
        call(&t, 1000 + 5 * i, "10.0.0.1", "10.0.0.2", called);
    }
    assert_int_equal(place_number(t.place.db, "SELECT count(*) FROM service WHERE name LIKE 'x%'"),
                     63);
    assert_int_equal(place_number(t.place.db, "SELECT sum(requests) FROM v_windows "
                                              "WHERE server = 'real.example'"),
                     2 + 37);
    assert_int_equal(place_number(t.place.db, "SELECT sum(names_dropped) FROM capture_window "
                                              "WHERE level = 0"),
                     37);
    leave(&t);
}

/* What the user says is worth more than what is asked. */
static void the_users_name(void **state)
{
    struct town t = found();
    (void)state;
    name(&t, "10.0.0.2", "basket");
    ask_for(&t, 1000, "10.0.0.1", "10.0.0.2", "cart.shop");
    ask_for(&t, 1005, "10.0.0.1", "10.0.0.3", "external"); /* and this is no name */
    tells(&t, "10.0.0.1>10.0.0.3:80 1 10.0.0.1>basket:80 1");
    leave(&t);
}

/* Whoever makes up a name for each connection gets so many, and no more. */
static void too_many_names(void **state)
{
    struct town t = found();
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        char called[32];
        snprintf(called, sizeof called, "x%u.example", i);
        ask_for(&t, 1000 + 5 * i, "10.0.0.1", "10.0.0.2", called);
    }
    assert_int_equal(place_number(t.place.db, "SELECT count(*) FROM service WHERE name LIKE 'x%'"),
                     64);
    assert_int_equal(place_number(t.place.db, "SELECT sum(requests) FROM v_windows"), 100);
    ask_for(&t, 2000, "10.0.0.1", "10.0.0.2", "x0.example"); /* known ones go on */
    assert_int_equal(place_number(t.place.db, "SELECT sum(requests) FROM v_windows "
                                              "WHERE server = 'x0.example'"),
                     2);
    leave(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tenants_are_apart),
        cmocka_unit_test(learned_later),
        cmocka_unit_test(learned_of_one_that_is_silent),
        cmocka_unit_test(learned_too_late),
        cmocka_unit_test(a_name_that_changes),
        cmocka_unit_test(replicas),
        cmocka_unit_test(client_and_server_are_one),
        cmocka_unit_test(names_outlive_the_collector),
        cmocka_unit_test(nobody_passes_for_external),
        cmocka_unit_test(names_of_clients),
        cmocka_unit_test(names_of_everybody),
        cmocka_unit_test(an_address_that_moves),
        cmocka_unit_test(short_for_another),
        cmocka_unit_test(names_by_host),
        cmocka_unit_test(names_by_host_in_a_window),
        cmocka_unit_test(refused_by_a_virtual_host),
        cmocka_unit_test(short_names_by_host),
        cmocka_unit_test(too_many_names_by_host),
        cmocka_unit_test(the_users_name),
        cmocka_unit_test(too_many_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
