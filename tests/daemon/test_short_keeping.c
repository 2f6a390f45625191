/* test_short_keeping.c - memory runs out at any place where the keeper asks for it, SQLite's
 * requests among them: it goes on and says what is lost, or ends and says why; what is in the
 * database is whole, and nothing leaks.
 *
 * What the sensor wrote of a capture is kept again and again, in a new database each time, and each
 * time another request for memory fails: that one alone, or it and all after it; of our own code
 * alone, or of SQLite too. SHORT_MEMORY_RUNS (20) is how many of them, spread over all. */
#include "daemon/keeping.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/check.h"
#include "tests/daemon/recorded.h"
#include "tests/doubles/short_memory.h"

enum { RUNS = 20, TEXT_MAX = 1 << 16 };

static const char *const captures[] = {"relays", "traces", "grpc-calls", "real-dns",
                                       "hostile-hosts"};
enum { CAPTURES = sizeof captures / sizeof *captures };

/* What was kept. */
struct kept {
    bool opened, failed;
    bool damaged;  /* a message was not read: whoever has the keeping says that memory is short */
    char *windows; /* a line each, of what is in the database of it; owned */
    uint64_t logged;
    bool lost; /* an event says that windows were lost */
};

static char folder[] = "/dev/shm/tapgraph-short-XXXXXX";
static char db[64], log_file[64];
static int words, standard_error;
static uint64_t reads; /* of the database, to be sure that it was looked at */

static void remove_files(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock", ".ballast"};
    char path[96];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "%s%s", db, ends[i]);
        unlink(path);
    }
    unlink(log_file);
}

/* --- what is in the database --- */

static const char windows_sql[] =
    "SELECT start_ns || ' ' || (SELECT count(*) || ' edges, ' || total(requests) || ' requests' "
    "FROM edge_window WHERE window_id = w.id) || ', ' || (SELECT count(*) FROM operation_window "
    "WHERE window_id = w.id) || ' operations' FROM capture_window w WHERE level = 0 "
    "ORDER BY start_ns";

static char *rows_of(const char *sql)
{
    sqlite3 *at;
    sqlite3_stmt *s;
    char *text = calloc(1, TEXT_MAX);
    assert_int_equal(sqlite3_open(db, &at), SQLITE_OK);
    if (sqlite3_prepare_v2(at, sql, -1, &s, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(at));
    while (sqlite3_step(s) == SQLITE_ROW) {
        strncat(text, (const char *)sqlite3_column_text(s, 0), 200);
        strcat(text, "\n");
    }
    assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
    assert_int_equal(sqlite3_close(at), SQLITE_OK);
    reads++;
    return text;
}

static bool has_tables(void)
{
    char *count = rows_of("SELECT count(*) FROM sqlite_schema WHERE name = 'capture_window'");
    bool ret = strcmp(count, "0\n") != 0;
    free(count);
    return ret;
}

static uint64_t lines_of(const char *path)
{
    uint64_t ret = 0;
    FILE *file = fopen(path, "r");
    for (int c; file && (c = getc(file)) != EOF;)
        ret += c == '\n';
    if (file)
        fclose(file);
    return ret;
}

/* --- a keeper in this process --- */

struct run {
    struct keeping *keeping;
    struct kept *kept;
};

static void take(void *context, enum message_type type, struct bytes body)
{
    struct run *run = context;
    if (!run->kept->damaged)
        run->kept->damaged = !keeping_message(run->keeping, type, body);
}

/* Which requests fail. */
struct shortage {
    uint64_t nth; /* 0: none */
    bool then_all;
    bool once_open; /* count them from when the database was opened */
};

/* A keeper that is told all of `stream`; `ret_asked` is how often it asked for memory. */
static struct kept keep(int stream, struct shortage s, uint64_t *ret_asked)
{
    const struct daemon_options options = {.db = db,
                                           .log = log_file,
                                           .keep = keep_all(),
                                           .requests_kept = 100,
                                           .engine.key = {{1, 2}}};
    struct kept kept = {0};
    struct err err = {0};
    size_t held = memory_held();
    dup2(words, STDERR_FILENO);
    memory_fail(s.once_open ? 0 : s.nth, s.then_all);
    struct keeping *k = keeping_open(&options, &err);
    if (s.once_open)
        memory_fail(s.nth, s.then_all);
    if (k) {
        kept.opened = true;
        if (!recorded_read(stream, take, &(struct run){k, &kept}))
            kept.damaged = true;
        keeping_event(k, "capture-ended", "it did");
        keeping_retry(k);
        kept.failed = keeping_failed(k);
        keeping_close(k);
    } else {
        dprintf(words, "%s\n", err.text);
    }
    *ret_asked = memory_asked();
    memory_fail(0, false);
    dup2(standard_error, STDERR_FILENO);
    if (memory_held() != held)
        fail_msg("%zd pieces of memory leaked when request %lu failed",
                 (ssize_t)(memory_held() - held), (unsigned long)s.nth);
    return kept;
}

static void look(struct kept *kept)
{
    char *check = rows_of("PRAGMA integrity_check");
    assert_string_equal(check, "ok\n");
    free(check);
    kept->windows = has_tables() ? rows_of(windows_sql) : strdup("");
    kept->logged = lines_of(log_file);
    if (kept->opened) {
        char *lost = rows_of("SELECT count(*) FROM event WHERE kind = 'windows-lost'");
        kept->lost = strcmp(lost, "0\n") != 0;
        free(lost);
    }
}

static const char *said(void)
{
    static char text[4096];
    ssize_t len = pread(words, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

/* Each line of `some` is one of `all`. */
static bool are_among(const char *some, const char *all)
{
    char line[256];
    for (const char *end; (end = strchr(some, '\n')); some = end + 1) {
        snprintf(line, sizeof line, "%.*s\n", (int)(end - some), some);
        if (!strstr(all, line))
            return false;
    }
    return true;
}

static void check(int stream, struct shortage s, const struct kept *whole)
{
    uint64_t asked;
    assert_int_equal(ftruncate(words, 0), 0);
    lseek(words, 0, SEEK_SET);
    struct kept kept = keep(stream, s, &asked);
    look(&kept);
    bool same = strcmp(kept.windows, whole->windows) == 0 && kept.logged == whole->logged;
    bool is_said = kept.damaged || kept.lost || strstr(said(), "memory");
    if (!are_among(kept.windows, whole->windows))
        fail_msg("without request %lu%s there are windows of the database in part:\n%sand not\n%s",
                 (unsigned long)s.nth, s.then_all ? " and all after it" : "", kept.windows,
                 whole->windows);
    if (!same && !is_said)
        fail_msg("without request %lu%s there is less (%lu lines, not %lu):\n%sand not\n%sand it "
                 "is not said: '%s'",
                 (unsigned long)s.nth, s.then_all ? " and all after it" : "",
                 (unsigned long)kept.logged, (unsigned long)whole->logged, kept.windows,
                 whole->windows, said());
    free(kept.windows);
    /* It can be gone on with. */
    unlink(log_file);
    struct kept again = keep(stream, (struct shortage){0}, &asked);
    assert_true(again.opened && !again.damaged && !again.failed);
    remove_files();
}

static void check_capture(const char *name, uint64_t from, uint64_t runs)
{
    char path[512];
    uint64_t asked;
    int stream = memfd_create("pipe", MFD_CLOEXEC);
    snprintf(path, sizeof path, "%s/golden/%s.pcap", TESTS_DIR, name);
    assert_int_equal(recorded_sense(path, stream, words), SENSOR_DONE);
    for (int kind = 0; kind < 4; kind++) {
        struct shortage s = {.once_open = kind & 1};
        memory_spare_sqlite(kind & 2);
        struct kept whole = keep(stream, s, &asked);
        look(&whole);
        remove_files();
        assert_true(whole.opened && !whole.damaged && !whole.failed && whole.windows[0]);
        assert_true(asked > (kind & 2 ? 10 : 1000) && whole.logged);
        for (uint64_t run = 0; run * CAPTURES * 4 < runs; run++) {
            /* Spread evenly, however many there are: by the golden section. */
            s.nth = 1 + (from + run * UINT64_C(0x9e3779b97f4a7c15)) % asked;
            s.then_all = run % 2;
            check(stream, s, &whole);
        }
        free(whole.windows);
    }
    close(stream);
}

static void every_request_of_the_keeper(void **state)
{
    const char *asked = getenv("SHORT_MEMORY_RUNS");
    uint64_t runs = asked ? strtoull(asked, NULL, 10) : RUNS;
    (void)state;
    for (size_t i = 0; i < CAPTURES; i++)
        check_capture(captures[i], i * UINT64_C(0x517cc1b727220a95), runs);
    assert_true(reads > 2 * runs);
}

static int begin(void **state)
{
    (void)state;
    words = memfd_create("words", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    standard_error = dup(STDERR_FILENO);
    if (!mkdtemp(folder))
        return -1;
    snprintf(db, sizeof db, "%s/t.db", folder);
    snprintf(log_file, sizeof log_file, "%s/log", folder);
    return words < 0 || standard_error < 0 || !memory_of_sqlite();
}

static int end(void **state)
{
    (void)state;
    remove_files();
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_of_the_keeper),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
