/* test_retention.c - what is kept, by age and by size; and what a reader can do to the writer. */
#include "store/retention.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/wal.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

enum { DAY_S = 86400, MEBIBYTE = 1 << 20 };

static void ages_and_sizes_as_text(void **state)
{
    struct keep k = keep_default();
    struct err err;
    (void)state;
    assert_true(keep_set_ages(&k, "5s=2h,1h=all", &err));
    assert_int_equal(k.age_ns[LEVEL_WINDOW], 2 * 3600 * SECOND_NS);
    assert_int_equal(k.age_ns[LEVEL_MINUTE], 14 * DAY_S * SECOND_NS);
    assert_true(k.age_ns[LEVEL_HOUR] == UINT64_MAX);
    assert_true(keep_set_ages(&k, "5s=30d,1h=90min", &err)); /* sums stay as long */
    assert_int_equal(k.age_ns[LEVEL_MINUTE], 30 * DAY_S * SECOND_NS);
    assert_int_equal(k.age_ns[LEVEL_HOUR], 30 * DAY_S * SECOND_NS);
    assert_true(keep_set_size(&k, "500M", &err));
    assert_int_equal(k.size_bytes, 500 * MEBIBYTE);
    assert_true(keep_set_size(&k, "all", &err) && k.size_bytes == UINT64_MAX);
    static const char *const bad[] = {"5s", "2s=1h", "5s=", "5s=1y", "5s=0h", "5s=-1h", "1h=1h,,"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(keep_set_ages(&k, bad[i], &err));
    static const char *const sizes[] = {"", "x", "4GB", "1K", "0", "-4G", "99999999999T"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_false(keep_set_size(&k, sizes[i], &err));
}

static int64_t windows_of(const struct place *p, int level)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM capture_window WHERE level = %d", level);
    return place_number(p->db, sql);
}

static uint64_t requests_in(struct query *q, struct range r)
{
    struct edge_rows rows = edges_of(q, r);
    uint64_t sum = 0;
    for (size_t i = 0; i < rows.len; i++)
        sum += rows.row[i].figures.requests;
    free(rows.row);
    return sum;
}

/* Windows every 20 s for six hours: fine ones of the last 10 minutes, minutes of the last hour and
 * hours of the last three are left, and who was seen in the first hour only is forgotten. */
static void by_age(void **state)
{
    enum { APART_S = 20, WINDOWS = 6 * 3600 / APART_S, IN_AN_HOUR = 3600 / APART_S };
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct keep k = keep_all();
    struct err err;
    (void)state;
    assert_true(keep_set_ages(&k, "5s=10min,1min=1h,1h=3h", &err));
    store_keep(s, &k);
    for (int i = 0; i < WINDOWS; i++) {
        struct delta d = window_at((uint64_t)(DAY_S + APART_S * i));
        asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, 10, MS_NS);
        if (i < IN_AN_HOUR / 2) {
            asked(&window_edge(&d, "10.0.0.3", "10.0.0.4", 81)->exchanges, OUTCOME_OK, 1, MS_NS);
            asked(&window_operation(&d, "GET /old")->exchanges, OUTCOME_OK, 1, MS_NS);
        }
        written(s, &d, NULL);
    }
    store_close(s);
    assert_in_range(windows_of(&p, LEVEL_WINDOW), 600 / APART_S, 600 / APART_S + 2);
    assert_in_range(windows_of(&p, LEVEL_MINUTE), 59, 61);
    assert_in_range(windows_of(&p, LEVEL_HOUR), 3, 4);
    assert_int_equal(place_number(p.db,
                                  "SELECT (SELECT count(*) FROM pair) + (SELECT count(*) FROM "
                                  "edge) + (SELECT count(*) FROM operation)"),
                     2);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM service WHERE name IN ('10.0.0.3', "
                                        "'10.0.0.4')"),
                     0);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM endpoint"), 2);
    struct query *q = place_query(&p);
    struct range all = all_of(q);
    assert_int_equal(all.from_ns % (3600 * SECOND_NS), 0);
    assert_int_equal(all.from_ns,
                     (DAY_S + 3600 * (6 - (uint64_t)windows_of(&p, LEVEL_HOUR))) * SECOND_NS);
    assert_int_equal(requests_in(q, all), 10 * IN_AN_HOUR * (uint64_t)windows_of(&p, LEVEL_HOUR));
    /* An hour of which only the sum is left counts if it begins in the range. */
    struct range part = {all.from_ns, all.from_ns + 1800 * SECOND_NS};
    assert_int_equal(requests_in(q, part), 10 * IN_AN_HOUR);
    part.from_ns += SECOND_NS;
    assert_int_equal(requests_in(q, part), 0);
    query_close(q);
    place_remove(&p);
}

/* Minutes or hours of which some were deleted have no shortcut. */
static void assert_shortcuts(const struct place *p)
{
    static const char broken[] =
        "SELECT count(*) FROM capture_window s WHERE level = %d AND windows <> (SELECT "
        "sum(windows) FROM capture_window w WHERE level = %d AND rolled AND w.start_ns >= "
        "s.start_ns AND w.start_ns < s.start_ns + %lld)";
    for (int level = LEVELS; level < LEVELS_AND_SHORTCUTS; level++) {
        char sql[sizeof broken + 40];
        snprintf(sql, sizeof sql, broken, level, levels[level].below,
                 (long long)levels[level].length_ns);
        assert_int_equal(place_number(p->db, sql), 0);
    }
}

/* A file of an older version, of whose minutes and hours some were deleted: shortcuts are made of
 * those that are whole, and the answers are what they were. */
static void shortcuts_of_what_is_left(void **state)
{
    enum { APART_S = 20, WINDOWS = 5 * 3600 / APART_S };
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct keep k = keep_all();
    struct err err;
    (void)state;
    assert_true(keep_set_ages(&k, "5s=10min,1min=80min,1h=4h", &err));
    store_keep(s, &k);
    for (uint64_t i = 0; i < WINDOWS; i++)
        written_plain(s, DAY_S + APART_S * i);
    assert_shortcuts(&p);
    assert_in_range(windows_of(&p, LEVEL_TEN_MINUTES), 7, 9);
    store_close(s);
    place_run(p.db, "PRAGMA foreign_keys = ON; DELETE FROM capture_window WHERE level > 2; "
                    "UPDATE capture_window SET rolled = 0 WHERE level = 2");
    struct query *q = place_query(&p);
    struct range all = all_of(q), late = {all.to_ns - 4000 * SECOND_NS, all.to_ns};
    uint64_t requests[] = {requests_in(q, all), requests_in(q, late)};
    s = place_store(&p);
    for (uint64_t i = 0; i < 20; i++)
        written_plain(s, DAY_S + APART_S * WINDOWS + WINDOW_S * i);
    store_close(s);
    assert_shortcuts(&p);
    assert_in_range(windows_of(&p, LEVEL_TEN_MINUTES), 6, 7); /* of the last hour and this one */
    assert_int_equal(requests_in(q, all), requests[0]);
    assert_int_equal(requests_in(q, late), requests[1]);
    query_close(q);
    place_remove(&p);
}

/* Deletes all that is too old; returns how many rows the longest transaction deleted. */
static int64_t longest_deletion(const struct place *p, const struct keep *k, int *ret_steps)
{
    struct retention r = {0};
    sqlite3 *db;
    int64_t longest = 0;
    bool due = true, pruned;
    assert_int_equal(sqlite3_open(p->db, &db), SQLITE_OK);
    assert_true(database_run(db, "PRAGMA foreign_keys = ON") && retention_open(&r, db, p->db));
    r.keep = *k;
    for (*ret_steps = 0; due; ++*ret_steps) {
        int64_t before = sqlite3_total_changes64(db);
        assert_true(database_run(db, "BEGIN"));
        assert_true(retention_step(&r, 2 * DAY_S * SECOND_NS, &pruned));
        assert_true(database_run(db, "COMMIT"));
        int64_t rows = sqlite3_total_changes64(db) - before;
        longest = rows > longest ? rows : longest;
        assert_true(retention_due(&r, 2 * DAY_S * SECOND_NS, &due));
    }
    retention_close(&r);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return longest;
}

/* However much is too old at once, a transaction deletes no more than a few windows, and of large
 * ones fewer: the writer waits for no more than that. */
static void deletes_little_by_little(void **state)
{
    enum { WINDOWS = 16, WIDE = 5000 };
    struct place p = place_make();
    struct keep k = keep_all();
    struct err err;
    char sql[320];
    int steps;
    (void)state;
    assert_true(keep_set_ages(&k, "5s=1h", &err));
    for (int rows = 1; rows <= WIDE; rows += WIDE - 1) { /* small windows, then large ones */
        struct store *s = place_store(&p);
        for (uint64_t i = 0; i < WINDOWS; i++)
            written_plain(s, DAY_S + WINDOW_S * i);
        store_close(s);
        snprintf(sql, sizeof sql,
                 "UPDATE capture_window SET rolled = 1; WITH RECURSIVE n (i) AS (SELECT 1 UNION "
                 "ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO vantage_window SELECT w.id, 0, "
                 "i, 0, 0, 1, 1, 0, 0, 0 FROM capture_window w, n WHERE w.level = 0",
                 rows);
        place_run(p.db, sql);
        int64_t longest = longest_deletion(&p, &k, &steps);
        assert_int_equal(windows_of(&p, LEVEL_WINDOW), 0);
        assert_in_range(longest, rows, RETENTION_ROWS + WIDE + 100);
        assert_in_range(steps, WINDOWS / RETENTION_WINDOWS, WINDOWS);
    }
    assert_in_range(steps, WINDOWS * WIDE / (RETENTION_ROWS + WIDE), WINDOWS);
    place_remove(&p);
}

static uint64_t bytes_of_file(const char *path, const char *end)
{
    char name[128];
    struct stat about;
    snprintf(name, sizeof name, "%s%s", path, end);
    return stat(name, &about) == 0 ? (uint64_t)about.st_size : 0;
}

static void write_wide(struct store *s, uint64_t start_s, enum store_status *ret, struct err *err)
{
    struct delta d = window_with_room(start_s, 100);
    for (uint16_t port = 1; port <= 100; port++)
        asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", port)->exchanges, OUTCOME_OK, 10, MS_NS);
    *ret = store_write(s, &d, NULL, err);
    delta_free(&d);
}

/* The file stays as large as it may be; the finest windows go first, so that nothing is missing
 * from the sums. A file that was larger shrinks. */
static void by_size(void **state)
{
    enum { WINDOWS = 300 };
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct keep k = keep_all();
    struct err err = {0};
    enum store_status status;
    uint64_t largest = 0;
    (void)state;
    k.size_bytes = 4 * MEBIBYTE;
    for (uint64_t i = 0; i < 2 * WINDOWS; i++) {
        if (i == WINDOWS)
            store_keep(s, &k);
        write_wide(s, DAY_S + WINDOW_S * i, &status, &err);
        assert_int_equal(status, STORE_OK);
        uint64_t size = bytes_of_file(p.db, "") + bytes_of_file(p.db, "-wal");
        if (i == WINDOWS - 1)
            largest = size;
    }
    assert_true(largest > 5 * MEBIBYTE);
    uint64_t size = bytes_of_file(p.db, "") + bytes_of_file(p.db, "-wal");
    if (size > k.size_bytes + k.size_bytes / 8)
        fail_msg("%llu bytes", (unsigned long long)size);
    assert_in_range(windows_of(&p, LEVEL_WINDOW), 24, WINDOWS);
    struct query *q = place_query(&p);
    assert_int_equal(requests_in(q, all_of(q)), 2 * WINDOWS * 100 * 10);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* A reader that does not finish stops the writer when the log has become long, and no later; when
 * it leaves, the windows that waited are written. */
static void a_reader_that_stays(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct keep k = keep_all();
    struct err err = {0};
    enum store_status status = STORE_OK;
    sqlite3 *reader;
    uint64_t i = 0;
    (void)state;
    k.size_bytes = 8 * MEBIBYTE; /* the log may have an eighth of it */
    store_keep(s, &k);
    written_plain(s, DAY_S);
    assert_int_equal(sqlite3_open(p.db, &reader), SQLITE_OK);
    assert_true(database_run(reader, "BEGIN; SELECT * FROM capture_window"));
    for (; status == STORE_OK && i < 1000; i++)
        write_wide(s, DAY_S + WINDOW_S * i, &status, &err);
    assert_int_equal(status, STORE_BUSY);
    assert_non_null(strstr(err.text, "does not finish"));
    assert_in_range(bytes_of_file(p.db, "-wal"), MEBIBYTE / 2, 2 * MEBIBYTE);
    write_wide(s, DAY_S + WINDOW_S * i, &status, &err);
    assert_int_equal(status, STORE_BUSY);
    int64_t windows = windows_of(&p, LEVEL_WINDOW);
    assert_int_equal(sqlite3_close(reader), SQLITE_OK);
    for (int more = 0; more < 20; more++) {
        write_wide(s, DAY_S + WINDOW_S * i++, &status, &err);
        assert_int_equal(status, STORE_OK);
    }
    assert_int_equal(windows_of(&p, LEVEL_WINDOW), windows + 20);
    assert_in_range(bytes_of_file(p.db, "-wal"), 0, 2 * MEBIBYTE);
    store_close(s);
    place_remove(&p);
}

/* Two programs that ask and ask: there is always one of them that has not finished. */
static void read_in_turns(const char *path)
{
    sqlite3 *reader[2];
    for (int i = 0; i < 2; i++)
        if (sqlite3_open(path, &reader[i]) != SQLITE_OK)
            _exit(1);
    for (int turn = 0;; turn = !turn) {
        database_run(reader[turn], "BEGIN; SELECT count(*) FROM capture_window");
        if (!sqlite3_get_autocommit(reader[!turn]))
            database_run(reader[!turn], "COMMIT");
        usleep(2000);
    }
}

/* Readers that finish do not stop the writer, and the log stays as short as it has to be. */
static void readers_that_take_turns(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct keep k = keep_all();
    struct err err = {0};
    enum store_status status;
    int how;
    (void)state;
    k.size_bytes = 8 * MEBIBYTE;
    store_keep(s, &k);
    written_plain(s, DAY_S);
    pid_t readers = fork();
    assert_true(readers >= 0);
    if (!readers)
        read_in_turns(p.db);
    for (uint64_t i = 0; i < 100; i++) {
        write_wide(s, DAY_S + WINDOW_S * (i + 1), &status, &err);
        if (status != STORE_OK)
            fail_msg("window %d: %s", (int)i, err.text);
        assert_in_range(bytes_of_file(p.db, "-wal"), 0, 2 * MEBIBYTE);
    }
    assert_int_equal(kill(readers, SIGKILL), 0);
    assert_int_equal(waitpid(readers, &how, 0), readers);
    assert_true(WIFSIGNALED(how)); /* it read all the time */
    assert_int_equal(windows_of(&p, LEVEL_WINDOW), 101);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ages_and_sizes_as_text),
        cmocka_unit_test(by_age),
        cmocka_unit_test(shortcuts_of_what_is_left),
        cmocka_unit_test(deletes_little_by_little),
        cmocka_unit_test(by_size),
        cmocka_unit_test(a_reader_that_stays),
        cmocka_unit_test(readers_that_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
