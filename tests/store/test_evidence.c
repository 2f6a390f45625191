/* test_evidence.c - what was said of what addresses are called, and which of it is their name. */
#include "store/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static const struct hash_key key = {{1, 2}};
static struct place place;
static struct store *store;
static struct names *names;

static int begin(void **state)
{
    (void)state;
    place = place_make();
    names = names_new(&key);
    store = place_store(&place);
    return names ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    names_free(names);
    place_remove(&place);
    return 0;
}

/* A window with `count` requests to 10.0.0.2:80, called so. */
static void call(uint64_t start_s, enum name_source source, const char *called, uint64_t count)
{
    struct delta d = window_at(start_s);
    struct edge_delta *edge = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    asked(&edge->exchanges, OUTCOME_OK, count, MS_NS);
    snprintf(edge->key.asked, sizeof edge->key.asked, "%s", called);
    edge->key.by_host = source == NAME_HOST;
    d.name = calloc(1, sizeof *d.name);
    assert_non_null(d.name);
    d.name_len = 1;
    d.name[0] = (struct name_delta){.address = edge->key.server,
                                    .port = source == NAME_HOST ? 80 : 0,
                                    .source = source,
                                    .count = count,
                                    .first_ns = start_s * SECOND_NS,
                                    .last_ns = (start_s + 1) * SECOND_NS,
                                    .until_ns = (start_s + 60) * SECOND_NS};
    snprintf(d.name[0].name, sizeof d.name[0].name, "%s", called);
    names_at(names, d.start_ns);
    names_learn(names, &d.name[0]);
    written(store, &d, names);
}

/* "port name source count*" of each row, in order. */
static void tells(const char *expected)
{
    struct query *q = place_query(&place);
    struct name_rows rows;
    struct err err;
    char text[2048] = "";
    assert_true(query_names(q, all_of(q), &rows, &err));
    for (size_t i = 0; i < rows.len; i++) {
        const struct name_row *row = &rows.row[i];
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%u %s %s %llu%s", len ? ", " : "", row->port,
                 row->name, name_source_name(row->source), (unsigned long long)row->count,
                 row->is_name ? "*" : "");
    }
    assert_string_equal(text, expected);
    free(rows.row);
    query_close(q);
}

static void names_by_host_are_all_names(void **state)
{
    (void)state;
    call(1000, NAME_HOST, "a.example", 3);
    call(1005, NAME_HOST, "b.example", 2);
    call(1010, NAME_HOST, "a.example", 4);
    call(1015, NAME_HOST, "a", 1);
    tells("80 a.example host 7*, 80 b.example host 2*, 80 a host 1");
}

/* What came of it: the better source has won, and the losers stay beside it. */
static void better_sources_win(void **state)
{
    struct address a = address_of("10.0.0.2");
    (void)state;
    call(1000, NAME_HOST, "shop.example", 3);
    tells("80 shop.example host 3*");
    call(1005, NAME_DNS, "front.example", 2);
    tells("0 front.example dns 2*, 80 shop.example host 3");
    names_give(names, &a, NAME_KUBERNETES, "ingress.web");
    call(1010, NAME_HOST, "shop.example", 1);
    tells("0 front.example dns 2, 80 ingress.web kubernetes 1*, 80 shop.example host 4");
    names_give(names, &a, NAME_USER, NAME_BY_HOST);
    call(1015, NAME_HOST, "shop.example", 1);
    tells("0 front.example dns 2, 80 shop.example host 5*, 80 ingress.web kubernetes 2");
}

/* Somebody tries out names. */
static void a_place_has_so_many_rows(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        char called[32];
        snprintf(called, sizeof called, "x%u.example", i);
        call(1000 + 5 * i, NAME_HOST, called, 1);
    }
    assert_int_equal(place_number(place.db, "SELECT count(*) FROM name_evidence"), PLACE_NAMES_MAX);
    call(2000, NAME_HOST, "x0.example", 5); /* known ones go on */
    assert_int_equal(
        place_number(place.db, "SELECT count FROM name_evidence WHERE name = 'x0.example'"), 6);
}

/* Past the cap on all, those heard least lately go. */
static void all_places_have_so_many_rows(void **state)
{
    struct delta d = window_at(3000);
    (void)state;
    call(1000, NAME_HOST, "old.example", 1);
    d.name = calloc(EVIDENCE_ROWS_MAX, sizeof *d.name);
    assert_non_null(d.name);
    d.name_len = EVIDENCE_ROWS_MAX;
    for (uint32_t i = 0; i < d.name_len; i++) {
        d.name[i] = (struct name_delta){
            .address = address_v4((uint8_t[]){10, 1, (uint8_t)(i >> 8), (uint8_t)i}),
            .port = 80,
            .source = NAME_HOST,
            .count = 1,
            .first_ns = 3000 * SECOND_NS,
            .last_ns = 3000 * SECOND_NS,
            .name = "new.example"};
    }
    written(store, &d, names);
    assert_int_equal(place_number(place.db, "SELECT count(*) FROM name_evidence"),
                     EVIDENCE_ROWS_MAX);
    assert_int_equal(
        place_number(place.db, "SELECT count(*) FROM name_evidence WHERE name = 'old.example'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_by_host_are_all_names, begin, end),
        cmocka_unit_test_setup_teardown(better_sources_win, begin, end),
        cmocka_unit_test_setup_teardown(a_place_has_so_many_rows, begin, end),
        cmocka_unit_test_setup_teardown(all_places_have_so_many_rows, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
