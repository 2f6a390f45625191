/* test_durability.c - what store_write() has answered for is there, whatever happens next. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/database.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/exact.h"
#include "tests/store/place.h"

enum { KILLS = 100, EDGES = 5, SKIPPED = 77 };

/* Writes windows numbered from `next` for ever, and reports each that was written. */
static void write_until_killed(const struct place *p, uint64_t next, int report)
{
    struct err err = {0};
    struct store *s = store_open(p->db, &err);
    for (; s; next++) {
        struct delta d = window_at(WINDOW_S * next);
        for (uint16_t port = 1; port <= EDGES; port++) {
            asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", port)->exchanges, OUTCOME_OK, 1, MS_NS);
            asked(&window_operation(&d, "GET /")->exchanges, OUTCOME_OK, 1, MS_NS);
        }
        if (store_write(s, &d, NULL, &err) != STORE_OK ||
            write(report, &next, sizeof next) != sizeof next)
            break;
        delta_free(&d);
    }
    fprintf(stderr, "%s\n", err.text);
    _exit(1);
}

/* One life of a writer, which may be counted from its first window on: on a slow machine few live
 * long enough to write one. Returns the number of the first window that was not reported. */
static uint64_t live_and_die(const struct place *p, uint64_t next, bool writes, useconds_t life_us)
{
    int report[2], status;
    uint64_t number;
    assert_int_equal(pipe(report), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        write_until_killed(p, next, report[1]);
    close(report[1]);
    if (writes && read(report[0], &number, sizeof number) == sizeof number)
        next = number + 1;
    usleep(life_us);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    while (read(report[0], &number, sizeof number) == sizeof number)
        next = number + 1;
    close(report[0]);
    return next;
}

static void is_whole(const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_true(statement_prepare(db, "PRAGMA integrity_check", &s));
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(s, 0), "ok");
    sqlite3_finalize(s);
    sqlite3_close(db);
}

#define OF_WINDOWS " JOIN capture_window w ON w.id = window_id WHERE w.level = 0"

/* A writer killed at any moment leaves a whole database with every window it had written, and at
 * most the one more that it did not live to report; none is there by half. */
static void killed_at_any_moment(void **state)
{
    struct place p = place_make();
    uint64_t next = 1;
    (void)state;
    srand(1); /* the same moments each time, as far as the machine allows */
    for (int i = 0; i < KILLS; i++) {
        next = live_and_die(&p, next, i % 2, (useconds_t)(rand() % 12000));
        if (next == 1)
            continue; /* it may not even have made the database */
        if (i % 4)
            continue; /* the next start has more to mend */
        is_whole(p.db);
        int64_t windows = place_number(p.db, "SELECT count(*) FROM capture_window WHERE level = 0");
        if (windows < (int64_t)next - 1 || windows > (int64_t)next)
            fail_msg("%llu windows were reported, %lld are there", (unsigned long long)next - 1,
                     (long long)windows);
        assert_int_equal(place_number(p.db, "SELECT count(*) FROM edge_window" OF_WINDOWS),
                         EDGES * windows);
        assert_int_equal(place_number(p.db, "SELECT count(*) FROM operation_window" OF_WINDOWS),
                         EDGES * windows);
    }
    assert_true(next > KILLS / 2);
    struct store *s = place_store(&p);
    for (int i = 0; i < 5; i++) /* what was not added up is, by later windows */
        written_plain(s, WINDOW_S * (next + 100));
    store_close(s);
    assert_sums(p.db);
    assert_int_equal(place_number(p.db, "SELECT sum(NOT rolled) FROM capture_window WHERE level = "
                                        "0"),
                     1);
    place_remove(&p);
}

/* Writes windows numbered from `*next` on. Returns how many of them could not be written, though
 * each was tried twice. */
static int write_some(struct store *s, uint64_t *next, int windows, struct err *err)
{
    int failed = 0;
    for (; windows; windows--, ++*next) {
        struct delta d = window_with_room(1000 + WINDOW_S * *next, 100);
        for (uint16_t port = 1; port <= 100; port++)
            asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", port)->exchanges, OUTCOME_OK, 1, MS_NS);
        enum store_status status = store_write(s, &d, NULL, err);
        if (status == STORE_BUSY)
            status = store_write(s, &d, NULL, err);
        delta_free(&d);
        failed += status != STORE_OK;
    }
    return failed;
}

/* Takes all that is left of the disk. */
static void fill(const char *path)
{
    static const char block[4096];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    setvbuf(file, NULL, _IONBF, 0);
    while (fwrite(block, sizeof block, 1, file) == 1)
        continue;
    fclose(file);
}

/* In a file system of its own of 4 MB, of which a file of someone else's takes all that is left. */
static bool fills_the_disk(const struct place *p)
{
    char other[128], ballast[128];
    struct err err = {0};
    uint64_t next = 0;
    snprintf(other, sizeof other, "%s/other", p->folder);
    snprintf(ballast, sizeof ballast, "%s.ballast", p->db);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", p->folder, "tmpfs", 0, "size=4m") != 0)
        _exit(SKIPPED);
    struct store *s = place_store(p);
    bool held = access(ballast, F_OK) == 0 && write_some(s, &next, 30, &err) == 0;
    fill(other);
    int failed = write_some(s, &next, 60, &err);
    int64_t kept = place_number(p->db, "SELECT count(*) FROM capture_window WHERE level = 0");
    int64_t newest = place_number(p->db, "SELECT max(start_ns) / 1000000000 FROM capture_window");
    unlink(other);
    int again = write_some(s, &next, 2, &err);
    bool back = access(ballast, F_OK) == 0;
    store_close(s);
    is_whole(p->db);
    bool fine = held && !failed && kept < 60 && newest == 1000 + WINDOW_S * 89 && !again && back &&
                access(ballast, F_OK) != 0;
    if (!fine)
        fprintf(stderr, "%d: %d of 60 failed, %d after; %lld kept, newest %lld, %d: %s\n", held,
                failed, again, (long long)kept, (long long)newest, back, err.text);
    return fine;
}

/* On a full disk the oldest windows make room for new ones; nothing is wedged, and with space again
 * there is ballast again. */
static void full_disk(void **state)
{
    struct place p = place_make();
    int status;
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        _exit(fills_the_disk(&p) ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    place_remove(&p);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_moment),
        cmocka_unit_test(full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
