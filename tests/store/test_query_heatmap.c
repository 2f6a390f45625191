/* test_query_heatmap.c - how long requests of an edge, a service, an operation took over time. */
#include "store/query.h"

#include <string.h>

#include "graph/latency.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

enum { WINDOWS = 24 };

/* Two minutes from a whole hour on, so that minutes are added up: two clients ask a server, which
 * asks a database. What takes 8 ms takes 100 ms in the second minute. */
static void write_windows(struct store *s)
{
    for (uint64_t i = 0; i < WINDOWS; i++) {
        struct delta d = window_at(7200 + i * WINDOW_S);
        uint64_t took = i < WINDOWS / 2 ? 8 * MS_NS : 100 * MS_NS;
        struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.9", 80);
        asked(&e->exchanges, OUTCOME_OK, 3, took);
        asked(&e->exchanges, OUTCOME_TIMEOUT, 1, 0);
        asked(&window_operation(&d, "GET /")->exchanges, OUTCOME_OK, 2, took);
        asked(&window_operation(&d, "GET /a")->exchanges, OUTCOME_OK, 1, took);
        e = window_edge(&d, "10.0.0.2", "10.0.0.9", 80);
        asked(&e->exchanges, OUTCOME_SERVER_ERROR, 5, MS_NS);
        asked(&window_operation(&d, "GET /")->exchanges, OUTCOME_SERVER_ERROR, 5, MS_NS);
        asked(&window_edge(&d, "10.0.0.9", "10.0.0.5", 5432)->exchanges, OUTCOME_OK, 7, 2 * MS_NS);
        written(s, &d, NULL);
    }
}

struct history {
    struct place place;
    struct query *q;
    struct range all;
    int64_t edge_id, server_id; /* of the first client; of the server */
};

static int open_history(void **state)
{
    struct history *h = calloc(1, sizeof *h);
    assert_non_null(h);
    h->place = place_make();
    struct store *s = place_store(&h->place);
    write_windows(s);
    store_close(s);
    h->q = place_query(&h->place);
    h->all = all_of(h->q);
    struct edge_rows rows = edges_of(h->q, h->all);
    assert_int_equal(rows.len, 3);
    h->edge_id = rows.row[0].id;
    h->server_id = rows.row[0].server_id;
    free(rows.row);
    *state = h;
    return 0;
}

static int close_history(void **state)
{
    struct history *h = *state;
    query_close(h->q);
    place_remove(&h->place);
    free(h);
    return 0;
}

static struct heatmap map_of(const struct history *h, struct subject of, size_t columns,
                             size_t rows)
{
    struct heatmap map;
    struct err err = {0};
    if (!query_heatmap(h->q, h->all, &of, (struct heatmap_size){columns, rows}, &map, &err))
        fail_msg("%s", err.text);
    return map;
}

/* All that is in the rows that hold a latency. */
static uint64_t counted(const struct heatmap *map, size_t column, uint64_t took_ns)
{
    for (size_t row = 0; row < map->rows; row++)
        if ((double)took_ns > heatmap_floor_ns(map, row) &&
            (double)took_ns <= heatmap_floor_ns(map, row + 1))
            return map->cell[column * map->rows + row];
    return 0;
}

static uint64_t timed_in(const struct heatmap *map)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < map->len * map->rows; i++)
        sum += map->cell[i];
    return sum;
}

static uint64_t requests_in(const struct heatmap *map)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < map->len; i++)
        sum += map->column[i].point.requests;
    return sum;
}

/* A column a window: each request stands where it was, and as long as it took. */
static void cells_of_an_edge(void **state)
{
    struct history *h = *state;
    struct heatmap map = map_of(h, (struct subject){.edge_id = h->edge_id}, 100, 32);
    assert_int_equal(map.len, WINDOWS);
    assert_int_equal(map.step_ns, WINDOW_S * SECOND_NS);
    assert_in_range(map.rows, 2, 32);
    for (size_t i = 0; i < map.len; i++) {
        bool slow = i >= WINDOWS / 2;
        assert_int_equal(counted(&map, i, 8 * MS_NS), slow ? 0 : 3);
        assert_int_equal(counted(&map, i, 100 * MS_NS), slow ? 3 : 0);
        assert_int_equal(map.column[i].outcomes[OUTCOME_OK], 3);
        assert_int_equal(map.column[i].outcomes[OUTCOME_TIMEOUT], 1);
        assert_int_equal(map.column[i].point.requests, 4);
        assert_int_equal(map.column[i].point.time_ns, (7200 + i * WINDOW_S) * SECOND_NS);
        assert_int_equal(map.column[i].point.p50_ns / MS_NS, slow ? 100 : 8);
    }
    assert_int_equal(timed_in(&map), 3 * WINDOWS); /* what timed out took no time */
    heatmap_free(&map);
}

/* However few columns and rows there may be, nothing is lost; minutes are taken as they were added
 * up. */
static void as_coarse_as_asked_for(void **state)
{
    struct history *h = *state;
    static const struct heatmap_size sizes[] = {{1, 1}, {2, 3}, {5, 2}, {24, 64}, {1000, 0}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct heatmap map =
            map_of(h, (struct subject){.edge_id = h->edge_id}, sizes[i].columns, sizes[i].rows);
        assert_in_range(map.len, 1, sizes[i].columns);
        assert_in_range(map.rows, 1, sizes[i].rows ? sizes[i].rows : HEATMAP_ROWS_MAX);
        assert_int_equal(timed_in(&map), 3 * WINDOWS);
        assert_int_equal(requests_in(&map), 4 * WINDOWS);
        heatmap_free(&map);
    }
}

/* Each stands in the row that says so, wherever in its bucket it lies. */
static void rows_say_what_is_in_them(void **state)
{
    enum { VALUES = 300 };
    static uint64_t value[VALUES];
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct delta d = window_at(1000);
    struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.9", 80);
    for (size_t i = 0; i < VALUES; i++) {
        value[i] = 40000 + i * i * 9001;
        asked(&e->exchanges, OUTCOME_OK, 1, value[i]);
    }
    written(s, &d, NULL);
    store_close(s);
    struct history of = {.q = place_query(&p)};
    of.all = all_of(of.q);
    for (size_t rows = 1; rows <= HEATMAP_ROWS_MAX; rows++) {
        struct heatmap map = map_of(&of, (struct subject){0}, 1, rows);
        assert_in_range(map.rows, 1, rows);
        for (size_t row = 0; row < map.rows; row++) {
            uint64_t in = 0;
            for (size_t i = 0; i < VALUES; i++)
                in += (double)value[i] > heatmap_floor_ns(&map, row) &&
                      (double)value[i] <= heatmap_floor_ns(&map, row + 1);
            assert_int_equal(map.cell[row], in);
        }
        assert_int_equal(timed_in(&map), VALUES);
        heatmap_free(&map);
    }
    query_close(of.q);
    place_remove(&p);
    (void)state;
}

/* A service by what it answers, and by what it asks for; all edges; an operation, of one and of
 * all; what is not there. */
static void of_a_subject(void **state)
{
    struct history *h = *state;
    const struct {
        struct subject of;
        uint64_t requests, timed; /* in a window */
    } cases[] = {
        {{.service_id = h->server_id}, 9, 8},
        {{.service_id = h->server_id, .as_client = true}, 7, 7},
        {{0}, 16, 15},
        {{.edge_id = h->edge_id, .operation = "GET /"}, 2, 2},
        {{.service_id = h->server_id, .operation = "GET /"}, 7, 7},
        {{.service_id = h->server_id, .as_client = true, .operation = "GET /"}, 0, 0},
        {{.operation = "GET /a"}, 1, 1},
        {{.operation = "GET"}, 0, 0}, /* no part of a name */
        {{.edge_id = 4711}, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct heatmap map = map_of(h, cases[i].of, 2, 16);
        if (requests_in(&map) != cases[i].requests * WINDOWS ||
            timed_in(&map) != cases[i].timed * WINDOWS)
            fail_msg("case %zu: %llu requests, %llu timed", i,
                     (unsigned long long)requests_in(&map), (unsigned long long)timed_in(&map));
        heatmap_free(&map);
    }
}

/* Of several at once, in the order of their ids, each its own. */
static void series_of_many(void **state)
{
    struct history *h = *state;
    const int64_t ids[] = {4711, h->server_id, h->server_id};
    struct points points[3];
    struct err err = {0};
    assert_true(query_series_of(h->q, h->all, SERIES_OF_SERVICE, (struct series_ids){ids, 3}, 2,
                                points, &err));
    for (size_t line = 0; line < 3; line++) {
        assert_int_equal(points[line].len, 2);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(points[line].point[i].requests, line ? 9 * WINDOWS / 2 : 0);
        free(points[line].point);
    }
}

/* Where nothing was timed there are columns and no rows; where there is no range, nothing. */
static void of_nothing(void **state)
{
    struct history *h = *state;
    struct heatmap map = map_of(h, (struct subject){.edge_id = 4711}, 10, 10);
    assert_in_range(map.len, 1, 10);
    assert_int_equal(map.rows, 0);
    heatmap_free(&map);
    h->all.to_ns = h->all.from_ns;
    map = map_of(h, (struct subject){0}, 10, 10);
    assert_int_equal(map.len, 0);
    heatmap_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_of_an_edge, open_history, close_history),
        cmocka_unit_test_setup_teardown(as_coarse_as_asked_for, open_history, close_history),
        cmocka_unit_test(rows_say_what_is_in_them),
        cmocka_unit_test_setup_teardown(of_a_subject, open_history, close_history),
        cmocka_unit_test_setup_teardown(series_of_many, open_history, close_history),
        cmocka_unit_test_setup_teardown(of_nothing, open_history, close_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
