/* test_store.c - who may write a database, and what is said to those who may not. */
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/database.h"
#include "store/migrate.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

/* A database is for its owner's eyes, whatever the umask; with a window in it, it is found again.
 */
static void made_and_opened_again(void **state)
{
    struct place p = place_make();
    struct stat about;
    (void)state;
    mode_t before = umask(0);
    struct store *s = place_store(&p);
    umask(before);
    written_plain(s, 1000);
    assert_int_equal(stat(p.db, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    store_close(s);
    s = place_store(&p);
    written_plain(s, 1005);
    store_close(s);
    struct query *q = place_query(&p);
    assert_string_equal(told(q), "10.0.0.1>10.0.0.2:80 20");
    query_close(q);
    assert_int_equal(place_number(p.db, "PRAGMA application_id"), 0x54504752);
    assert_int_equal(place_number(p.db, "PRAGMA user_version"), SCHEMA_VERSION);
    place_remove(&p);
}

/* Nothing is left beside a database that was closed. */
static void closing_leaves_one_file(void **state)
{
    struct place p = place_make();
    static const char *const tails[] = {"-wal", "-shm", ".lock"};
    char beside[128];
    (void)state;
    struct store *s = place_store(&p);
    written_plain(s, 1000);
    store_close(s);
    for (size_t i = 0; i < 3; i++) {
        snprintf(beside, sizeof beside, "%s%s", p.db, tails[i]);
        assert_int_not_equal(access(beside, F_OK), 0);
    }
    place_remove(&p);
}

/* The text names the file, why it is refused, and what to do. */
static void is_refused(const char *path, const char *why, const char *remedy)
{
    struct err err = {0};
    struct store *s = store_open(path, &err);
    assert_null(s);
    if (!strstr(err.text, path) || !strstr(err.text, why) || !strstr(err.text, remedy))
        fail_msg("'%s' does not say '%s' and '%s'", err.text, why, remedy);
}

/* The same, and the file is as before, to the byte. */
static void is_left_alone(const char *path, const char *why)
{
    size_t before_len, after_len;
    char *before = place_read(path, &before_len);
    is_refused(path, why, "choose another --db");
    char *after = place_read(path, &after_len);
    assert_int_equal(before_len, after_len);
    assert_memory_equal(before, after, before_len);
    free(before);
    free(after);
}

static void a_second_writer_is_refused(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    char owner[32];
    (void)state;
    snprintf(owner, sizeof owner, "process %ld:", (long)getpid());
    is_refused(p.db, owner, "stop that one, or choose another --db");
    written_plain(s, 1000); /* the first is not disturbed */
    store_close(s);
    store_close(place_store(&p));
    place_remove(&p);
}

/* Another name for the file is no way around the lock. */
static void a_link_is_the_same_database(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    char link[128];
    (void)state;
    snprintf(link, sizeof link, "%s/link.db", p.folder);
    assert_int_equal(symlink("test.db", link), 0);
    is_refused(link, "another tapgraph", "stop that one");
    store_close(s);
    place_remove(&p);
}

/* Whoever removes a database that is written, or puts another in its place, is told; and the lock
 * of that other is left alone. */
static void a_file_that_is_gone_is_noticed(void **state)
{
    struct place p = place_make();
    struct err err = {0};
    char lock[128];
    snprintf(lock, sizeof lock, "%s.lock", p.db);
    for (int replaced = 0; replaced < 2; replaced++) {
        struct store *s = place_store(&p), *other = NULL;
        (void)state;
        assert_false(store_is_gone(s));
        assert_int_equal(unlink(p.db), 0);
        if (replaced) {
            assert_int_equal(unlink(lock), 0);
            other = place_store(&p);
            assert_false(store_is_gone(other));
        }
        assert_true(store_is_gone(s));
        struct delta d = {.start_ns = 1000000000, .end_ns = 6000000000};
        assert_int_equal(store_write(s, &d, NULL, &err), STORE_FAILED);
        assert_non_null(strstr(err.text, "was removed or replaced"));
        store_close(s);
        assert_int_equal(access(lock, F_OK), replaced ? 0 : -1);
        store_close(other);
    }
    place_remove(&p);
}

static void other_files_are_left_alone(void **state)
{
    struct place p = place_make();
    char junk[5000];
    (void)state;
    place_run(p.db, "CREATE TABLE theirs (x)");
    is_left_alone(p.db, "another program");
    unlink(p.db);
    place_run(p.db, "PRAGMA application_id = 77");
    place_run(p.db, "PRAGMA user_version = 1000");
    is_left_alone(p.db, "another program");
    memset(junk, 'x', sizeof junk);
    place_write(p.db, junk, sizeof junk);
    is_left_alone(p.db, "not an SQLite database");
    unlink(p.db);
    store_close(place_store(&p));
    place_run(p.db, "PRAGMA user_version = 1000");
    is_left_alone(p.db, "newer tapgraph");
    place_remove(&p);
}

/* Also one that its program left with a write-ahead log: that is not ours to tidy up. */
static void a_foreign_log_is_left_alone(void **state)
{
    struct place p = place_make();
    char log[128], copy[128], copied_log[160];
    size_t len, log_len, left_len;
    sqlite3 *theirs;
    (void)state;
    snprintf(log, sizeof log, "%s-wal", p.db);
    snprintf(copy, sizeof copy, "%s/copy.db", p.folder);
    snprintf(copied_log, sizeof copied_log, "%s-wal", copy);
    assert_int_equal(sqlite3_open(p.db, &theirs), SQLITE_OK);
    assert_true(database_run(theirs, "PRAGMA journal_mode = WAL; CREATE TABLE theirs (x)"));
    char *main_file = place_read(p.db, &len), *log_file = place_read(log, &log_len);
    place_write(copy, main_file, len);
    place_write(copied_log, log_file, log_len);
    is_left_alone(copy, "another program");
    char *left = place_read(copied_log, &left_len);
    assert_int_equal(left_len, log_len);
    assert_memory_equal(left, log_file, log_len);
    free(main_file);
    free(log_file);
    free(left);
    sqlite3_close(theirs);
    place_remove(&p);
}

static bool read_only_is_refused(const struct place *p)
{
    struct err err = {0};
    struct store *s = store_open(p->db, &err);
    bool refused = !s && strstr(err.text, p->db) && strstr(err.text, "Permission denied") &&
                   strstr(err.text, "choose a --db in a directory");
    struct query *q = query_open(p->db, &err);
    bool readable = q && strcmp(told(q), "10.0.0.1>10.0.0.2:80 10") == 0;
    query_close(q);
    if (!refused || !readable)
        fprintf(stderr, "refused %d, readable %d: %s\n", refused, readable, err.text);
    return refused && readable;
}

/* In a directory where nothing may be made, a database can be read and not be written. */
static void read_only_place(void **state)
{
    struct place p = place_make();
    (void)state;
    struct store *s = place_store(&p);
    written_plain(s, 1000);
    store_close(s);
    assert_int_equal(chmod(p.db, 0644), 0);
    assert_int_equal(chmod(p.folder, 0555), 0);
    place_aside(read_only_is_refused, &p, true);
    assert_int_equal(chmod(p.folder, 0755), 0);
    place_remove(&p);
}

static void missing_directory(void **state)
{
    (void)state;
    is_refused("/nonexistent/folder/x.db", "No such file", "directory that exists");
    is_refused("/tmp", "Is a directory", "choose a --db");
}

/* Locked by someone else: the window can be written later, and is not written twice. */
static void waits_for_a_lock(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct delta d = window_at(1000);
    struct err err = {0};
    sqlite3 *other;
    (void)state;
    asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, 2, MS_NS);
    assert_int_equal(sqlite3_open(p.db, &other), SQLITE_OK);
    assert_true(database_run(other, "BEGIN EXCLUSIVE"));
    assert_int_equal(store_write(s, &d, NULL, &err), STORE_BUSY);
    assert_non_null(strstr(err.text, p.db));
    assert_non_null(strstr(err.text, "lock on it: end that program's transaction"));
    assert_true(database_run(other, "ROLLBACK"));
    sqlite3_close(other);
    written(s, &d, NULL);
    struct query *q = place_query(&p);
    assert_string_equal(told(q), "10.0.0.1>10.0.0.2:80 2");
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* Readers see that something is new, without asking everything again. */
static void version_changes_with_each_window(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct query *q = place_query(&p);
    struct err err = {0};
    uint64_t version[4];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(query_version(q, &version[i], &err));
        written_plain(s, 1000); /* the same window again: also news */
    }
    assert_true(query_version(q, &version[3], &err));
    for (size_t i = 0; i < 3; i++)
        assert_true(version[i] != version[i + 1]);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* A failure that no database call reported is one of memory, and passes. */
static void failure_without_a_code(void **state)
{
    sqlite3 *db;
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_true(database_run(db, "SELECT 1"));
    struct failure f = failure_of(db);
    assert_true(failure_passes(&f));
    assert_non_null(strstr(f.text, "memory"));
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_and_opened_again),
        cmocka_unit_test(closing_leaves_one_file),
        cmocka_unit_test(a_second_writer_is_refused),
        cmocka_unit_test(a_link_is_the_same_database),
        cmocka_unit_test(a_file_that_is_gone_is_noticed),
        cmocka_unit_test(other_files_are_left_alone),
        cmocka_unit_test(a_foreign_log_is_left_alone),
        cmocka_unit_test(read_only_place),
        cmocka_unit_test(missing_directory),
        cmocka_unit_test(waits_for_a_lock),
        cmocka_unit_test(version_changes_with_each_window),
        cmocka_unit_test(failure_without_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
