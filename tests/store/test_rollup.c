/* test_rollup.c - the windows of minutes and hours, and shortcuts, are the sums of those under
 * them, in every column of every table, whatever comes late, twice or after a new start; and
 * questions answer as if there were none. */
#include "store/rollup.h"

#include <stdio.h>
#include <string.h>

#include "store/export/exporter.h"
#include "store/plan.h"
#include "tests/check.h"
#include "tests/store/chance.h"
#include "tests/store/deltas.h"
#include "tests/store/exact.h"
#include "tests/store/place.h"

enum { BEGIN_S = 3600 * 100 - 600, WRITES = 300 };

struct made {
    struct place place;
    uint64_t now_s; /* of the latest window */
};

/* Windows over two hours, one in six of them late or written a second time, by a writer that is
 * closed and opened now and then. */
static struct made history_make(uint64_t seed)
{
    struct made m = {place_make(), BEGIN_S};
    struct store *s = place_store(&m.place);
    for (int i = 0; i < WRITES; i++) {
        uint64_t start_s = m.now_s += chance(&seed, 4) ? WINDOW_S : 5 * WINDOW_S;
        if (!chance(&seed, 6))
            start_s -= (uint64_t)WINDOW_S * chance(&seed, chance(&seed, 2) ? 10 : 300);
        struct delta d = chance_window(&seed, start_s < BEGIN_S ? BEGIN_S : start_s);
        written(s, &d, NULL);
        if (!chance(&seed, 40)) {
            store_close(s);
            s = place_store(&m.place);
        }
    }
    for (int i = 0; i < 80; i++) /* time to catch up */
        written_plain(s, m.now_s);
    store_close(s);
    return m;
}

/* Otherwise there would be nothing to compare. */
static void assert_level(const char *path, int level)
{
    static const char *const tables[ROLLUP_TABLES] = {"total", "edge",  "operation", "connection",
                                                      "tls",   "relay", "forwarded", "vantage"};
    for (int i = 0; i < ROLLUP_TABLES; i++) {
        char sql[160];
        snprintf(sql, sizeof sql,
                 "SELECT count(*) > 0 FROM %s_window JOIN capture_window w ON w.id = window_id "
                 "WHERE level = %d",
                 tables[i], level);
        assert_int_equal(place_number(path, sql), 1);
    }
}

static void sums_are_exact(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct made m = history_make(seed);
        assert_sums(m.place.db);
        for (int level = LEVEL_MINUTE; level < LEVELS_AND_SHORTCUTS; level++)
            assert_level(m.place.db, level);
        /* All but the latest minute is in them; each window of level 0 is counted once. */
        assert_int_equal(place_number(m.place.db,
                                      "SELECT count(DISTINCT start_ns / 60000000000) FROM "
                                      "capture_window WHERE level = 0 AND NOT rolled"),
                         1);
        assert_int_equal(place_number(m.place.db, "SELECT sum(windows) = (SELECT count(*) FROM "
                                                  "capture_window WHERE level = 0 AND rolled) "
                                                  "FROM capture_window WHERE level = 1"),
                         1);
        assert_int_equal(place_number(m.place.db, "SELECT count(*) FROM capture_window "
                                                  "WHERE level < 0"),
                         0);
        place_remove(&m.place);
    }
}

/* Clients `from` to `to`, each `step`-th of them. */
static void written_crowd(struct store *s, uint64_t start_s, unsigned from, unsigned to,
                          unsigned step)
{
    struct delta d = window_with_room(start_s, to - from);
    for (unsigned i = from; i < to; i += step) {
        char client[ADDRESS_TEXT_MAX];
        snprintf(client, sizeof client, "10.1.%u.%u", i / 250, i % 250);
        asked(&window_edge(&d, client, "10.0.0.1", 80)->exchanges, OUTCOME_OK, i % 3 + 1,
              (i % 7 + 1) * MS_NS);
        asked(&window_operation(&d, "/a")->exchanges, OUTCOME_OK, i % 3 + 1, MS_NS);
    }
    written(s, &d, NULL);
}

/* A minute with more rows than are summed at a time; those whose keys are the least come last. */
static void sums_of_a_crowd(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (unsigned minute = 0; minute < 2; minute++) {
        uint64_t start_s = BEGIN_S + 60 * minute;
        written_crowd(s, start_s, minute ? 700 : 0, minute ? 1400 : 700, 1);
        written_crowd(s, start_s + 5, minute ? 0 : 700, minute ? 700 : 1400, 1);
        written_crowd(s, start_s + 10, 1, 1400, 2);
    }
    for (uint64_t minute = 2; minute < 5; minute++)
        written_plain(s, BEGIN_S + 60 * minute);
    written_crowd(s, BEGIN_S + 15, 600, 1450, 3); /* late */
    written_plain(s, BEGIN_S + 60 * 5);
    store_close(s);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM edge_window JOIN capture_window w ON "
                                        "w.id = window_id WHERE w.level = 1"),
                     1400 + 17 + 1400 + 3);
    assert_sums(p.db);
    place_remove(&p);
}

/* What all that is asked for over a range comes to, as text. Given to the caller. */
static char *answers(struct query *q, struct range r)
{
    const struct exporter *json = exporter_find("json");
    struct err err = {0};
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
#define ASK(KIND, ...)                                                                             \
    do {                                                                                           \
        struct KIND##_rows rows;                                                                   \
        if (!query_##KIND##s(q, r, __VA_ARGS__ & rows, &err))                                      \
            fail_msg("%s", err.text);                                                              \
        assert_true(json->KIND##s(out, r, &rows));                                                 \
        free(rows.row);                                                                            \
    } while (0)
    ASK(edge, );
    ASK(service, );
    ASK(operation, 0, );
    ASK(backend, 0, );
    ASK(connection, 0, );
    ASK(relay, );
#undef ASK
    struct tls_rows tls;
    struct health_row health;
    struct vantage_rows vantages;
    assert_true(query_tls(q, r, 0, &tls, &err) && json->tls(out, r, &tls));
    assert_true(query_health(q, r, &health, &err) && json->health(out, r, &health));
    assert_true(query_vantages(q, r, &vantages, &err));
    for (size_t i = 0; i < vantages.len; i++)
        fprintf(out, "%u %llu %llu\n", vantages.row[i].vlan,
                (unsigned long long)vantages.row[i].packets,
                (unsigned long long)vantages.row[i].bytes);
    free(tls.row);
    free(vantages.row);
    fclose(out);
    return text;
}

/* Of any range, with ends at windows' ends, the windows of level 0 alone would say the same. */
static void answers_are_the_same(void **state)
{
    struct made m = history_make(7);
    struct place plain = place_make();
    size_t len;
    (void)state;
    char *file = place_read(m.place.db, &len);
    place_write(plain.db, file, len);
    free(file);
    place_run(plain.db, "DELETE FROM capture_window WHERE level > 0; "
                        "UPDATE capture_window SET rolled = 0");
    struct query *q = place_query(&m.place), *p = place_query(&plain);
    struct range all = all_of(q), same = all_of(p);
    assert_int_equal(all.from_ns, same.from_ns);
    assert_int_equal(all.to_ns, same.to_ns);
    uint64_t seed = 5, windows = (all.to_ns - all.from_ns) / (WINDOW_S * SECOND_NS);
    for (int i = 0; i < 25; i++) {
        uint64_t from = i ? chance(&seed, (uint32_t)windows) : 0;
        uint64_t to = from + 1 + (i ? chance(&seed, (uint32_t)(windows - from)) : windows);
        struct range r = {all.from_ns + from * WINDOW_S * SECOND_NS,
                          all.from_ns + to * WINDOW_S * SECOND_NS};
        char *text = answers(q, r), *plainly = answers(p, r);
        assert_string_equal(text, plainly);
        free(text);
        free(plainly);
    }
    query_close(q);
    query_close(p);
    place_remove(&plain);
    place_remove(&m.place);
}

/* Takes from a database what version 5 had not. */
static void undo_version_6(const char *path)
{
    place_run(path, "PRAGMA foreign_keys = ON; DELETE FROM capture_window WHERE level > 2; "
                    "UPDATE capture_window SET rolled = 0 WHERE level = 2; "
                    "PRAGMA user_version = 5");
}

/* Shortcuts are made of what an older version left, one with each window that is written, also
 * where windows come late in between; and answers stay what they were. */
static void shortcuts_of_older_windows(void **state)
{
    struct made m = history_make(3);
    uint64_t seed = 3;
    (void)state;
    struct query *q = place_query(&m.place);
    struct range most = {BEGIN_S * SECOND_NS, (m.now_s - 1500) * SECOND_NS};
    query_close(q);
    undo_version_6(m.place.db);
    struct store *s = place_store(&m.place);
    for (int i = 0; i < 3; i++) { /* into minutes that have no shortcut yet, or have one */
        struct delta d = chance_window(&seed, BEGIN_S + WINDOW_S * (uint64_t)chance(&seed, 900));
        written(s, &d, NULL);
    }
    int64_t few = place_number(m.place.db, "SELECT count(*) FROM capture_window WHERE level = 3");
    assert_in_range(few, 1, 4);
    q = place_query(&m.place);
    char *before = answers(q, most);
    for (int i = 0; i < 30; i++)
        written_plain(s, m.now_s);
    store_close(s);
    assert_sums(m.place.db);
    assert_true(place_number(m.place.db, "SELECT count(*) FROM capture_window WHERE level = 3") >
                few);
    char *after = answers(q, most);
    assert_string_equal(after, before);
    free(before);
    free(after);
    query_close(q);
    place_remove(&m.place);
}

/* Points of a minute or more are the windows in them. */
static void series_are_the_same(void **state)
{
    struct made m = history_make(9);
    struct err err = {0};
    (void)state;
    struct query *q = place_query(&m.place);
    struct range r = all_of(q);
    for (int64_t edge = 0; edge <= 1; edge++) {
        uint64_t requests = 0;
        for (size_t most = 1; most <= 1000; most *= 10) {
            struct points points;
            uint64_t sum = 0;
            assert_true(query_series(q, r, edge, most, &points, &err));
            assert_in_range(points.len, 1, most);
            for (size_t i = 0; i < points.len; i++)
                sum += points.point[i].requests;
            if (most > 1)
                assert_int_equal(sum, requests);
            requests = sum;
            free(points.point);
        }
        assert_true(requests > 0);
    }
    query_close(q);
    place_remove(&m.place);
}

/* The text of all points but their times. Given to the caller. */
static char *text_of(const struct points *p)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    for (size_t i = 0; i < p->len; i++)
        fprintf(out, "%llu %llu %llu %llu %llu %llu\n", (unsigned long long)p->point[i].requests,
                (unsigned long long)p->point[i].errors, (unsigned long long)p->point[i].p50_ns,
                (unsigned long long)p->point[i].p95_ns, (unsigned long long)p->point[i].p99_ns,
                (unsigned long long)p->point[i].bytes);
    fclose(out);
    return text;
}

static void free_points(struct points *points, size_t len)
{
    for (size_t i = 0; i < len; i++)
        free(points[i].point);
}

enum { SERIES_MOST = 40 };

/* Asks of all services at once, and of each alone: the same, and each point what the list of
 * services says of its time; however large the steps, and so whatever level they are read from. */
static void series_of_services(void **state)
{
    struct made m = history_make(5);
    struct err err = {0};
    (void)state;
    struct query *q = place_query(&m.place);
    struct range r = all_of(q);
    for (size_t most = 1; most <= 300; most = most * 5 + 2) {
        struct service_rows rows;
        struct points points[SERIES_MOST], alone;
        int64_t id[SERIES_MOST];
        uint64_t asked = 0;
        assert_true(query_services(q, r, &rows, &err));
        assert_in_range(rows.len, 2, SERIES_MOST - 1);
        for (size_t i = 0; i < rows.len; i++)
            id[i] = rows.row[i].id;
        id[rows.len] = 4711; /* nobody */
        assert_true(query_series_of(q, r, SERIES_OF_SERVICE, (struct series_ids){id, rows.len + 1},
                                    most, points, &err));
        for (size_t i = 0; i <= rows.len; i++) {
            uint64_t sum = 0;
            for (size_t n = 0; n < points[i].len; n++)
                sum += points[i].point[n].requests;
            assert_int_equal(sum, i < rows.len ? rows.row[i].served.requests : 0);
            asked += sum;
            assert_true(query_series_of(q, r, SERIES_OF_SERVICE, (struct series_ids){&id[i], 1},
                                        most, &alone, &err));
            char *together = text_of(&points[i]), *text = text_of(&alone);
            assert_string_equal(together, text);
            free(together);
            free(text);
            free(alone.point);
        }
        assert_true(asked > 0);
        free_points(points, rows.len + 1);
        free(rows.row);
    }
    query_close(q);
    place_remove(&m.place);
}

/* One step is what the list of services says of the whole range. */
static void a_step_is_the_range(void **state)
{
    struct made m = history_make(5);
    struct err err = {0};
    struct service_rows rows;
    struct points points;
    (void)state;
    struct query *q = place_query(&m.place);
    struct range r = all_of(q);
    assert_true(query_services(q, r, &rows, &err));
    for (size_t i = 0; i < rows.len; i++) {
        const struct figures *f = &rows.row[i].served;
        const struct series_ids one = {&rows.row[i].id, 1};
        assert_true(query_series_of(q, r, SERIES_OF_SERVICE, one, 1, &points, &err));
        assert_int_equal(points.len, 1);
        assert_int_equal(points.point[0].requests, f->requests);
        assert_int_equal(points.point[0].errors, f->errors);
        assert_int_equal(points.point[0].p95_ns, f->duration.p95_ns);
        free(points.point);
    }
    free(rows.row);
    query_close(q);
    place_remove(&m.place);
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* A day whose ends are not those of an hour is read from few windows, and from those of level 0 in
 * them none: hours at both ends of the shortcuts, minutes at both ends of the shorter ones. */
static void assert_few_windows(const struct place *p, struct range all)
{
    const struct range r = {all.from_ns + 57 * SECOND_NS, all.to_ns - 3541 * SECOND_NS};
    struct plan plan = {0};
    int of_level[LEVELS_AND_SHORTCUTS] = {0};
    sqlite3 *db;
    assert_int_equal(sqlite3_open(p->db, &db), SQLITE_OK);
    assert_true(plan_make(&plan, db, &r, LEVEL_SIX_HOURS));
    for (size_t i = 0; i < plan.len; i++)
        of_level[plan.window[i].level]++;
    assert_in_range(of_level[LEVEL_SIX_HOURS], 2, 3);
    assert_in_range(of_level[LEVEL_HOUR], 0, 10);
    assert_in_range(of_level[LEVEL_TEN_MINUTES], 1, 10);
    assert_in_range(of_level[LEVEL_MINUTE], 1, 18);
    assert_in_range(of_level[LEVEL_WINDOW], 0, 1);
    plan_free(&plan);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The percentiles of a day are those of all its values, as far as a histogram can tell. */
static void percentiles_of_a_day(void **state)
{
    enum { VALUES = 1500, APART_S = 57 };
    static uint64_t value[VALUES];
    struct place p = place_make();
    struct store *s = place_store(&p);
    uint64_t seed = 11;
    (void)state;
    for (size_t i = 0; i < VALUES; i++) {
        struct delta d = window_at(86400 + APART_S * i);
        value[i] = 1000 + (uint64_t)chance(&seed, 1000) * chance(&seed, 1000) * chance(&seed, 3000);
        asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, 1, value[i]);
        written(s, &d, NULL);
    }
    store_close(s);
    qsort(value, VALUES, sizeof *value, compare);
    struct query *q = place_query(&p);
    struct edge_rows rows = edges_of(q, all_of(q));
    const struct percentiles *of = &rows.row[0].figures.duration;
    const struct {
        uint64_t is;
        size_t rank;
    } figures[] = {{of->p50_ns, VALUES / 2},
                   {of->p90_ns, VALUES * 90 / 100},
                   {of->p95_ns, VALUES * 95 / 100},
                   {of->p99_ns, VALUES * 99 / 100}};
    assert_few_windows(&p, all_of(q));
    assert_int_equal(of->count, VALUES);
    assert_int_equal(of->max_ns, value[VALUES - 1]);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        double raw = (double)value[figures[i].rank - 1], is = (double)figures[i].is;
        if (is < raw * 0.989 || is > raw * 1.011)
            fail_msg("figure %zu is %.0f, of the values it is %.0f", i, is, raw);
    }
    free(rows.row);
    query_close(q);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_exact),       cmocka_unit_test(sums_of_a_crowd),
        cmocka_unit_test(answers_are_the_same), cmocka_unit_test(shortcuts_of_older_windows),
        cmocka_unit_test(series_are_the_same),  cmocka_unit_test(series_of_services),
        cmocka_unit_test(a_step_is_the_range),  cmocka_unit_test(percentiles_of_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
