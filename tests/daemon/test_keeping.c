/* test_keeping.c - daemon/keeping.c: windows wait while a reader keeps the database from being
 * written, and none is missing when it has left. */
#include "daemon/keeping.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "graph/merge.h"
#include "graph/wire.h"
#include "tests/check.h"

enum { EDGES = 100, WINDOWS = 60, MEBIBYTE = 1 << 20 };

static char folder[64], path[96];
static struct daemon_options options;

static int begin(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tapgraph-keeping-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/shop.db", folder);
    options = (struct daemon_options){.db = path, .keep = keep_all()};
    options.keep.size_bytes = 8 * MEBIBYTE; /* the log may have an eighth of it */
    return 0;
}

static int end(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* The sensor's message of window number `i`: one request of each of 100 edges. */
static void send_window(struct keeping *k, uint64_t i)
{
    struct delta d = {.start_ns = (1000 + 5 * i) * UINT64_C(1000000000)};
    struct writer w = {0};
    d.end_ns = d.start_ns + UINT64_C(5000000000);
    d.edge = calloc(EDGES, sizeof *d.edge);
    assert_non_null(d.edge);
    for (d.edge_len = 0; d.edge_len < EDGES; d.edge_len++) {
        struct edge_delta *e = &d.edge[d.edge_len];
        address_from_text("10.0.0.1", &e->key.client);
        address_from_text("10.0.0.2", &e->key.server);
        e->key.port = (uint16_t)(1 + d.edge_len);
        strcpy(e->key.protocol, "http");
        e->first_ns = e->last_ns = d.start_ns;
        e->exchanges.outcomes[OUTCOME_OK] = 1;
    }
    wire_put_delta(&w, &d);
    assert_false(w.failed);
    assert_true(keeping_message(k, MESSAGE_WINDOW, writer_view(&w)));
    writer_free(&w);
    delta_free(&d);
}

static int64_t number(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return n;
}

static const char windows[] = "SELECT count(*) FROM capture_window WHERE level = 0";
static const char requests[] = "SELECT sum(requests) FROM edge_window x JOIN capture_window w ON "
                               "w.id = x.window_id WHERE w.level = 0";

static void windows_wait_for_a_reader(void **state)
{
    struct err err = {0};
    sqlite3 *reader;
    uint64_t i = 0;
    (void)state;
    struct keeping *k = keeping_open(&options, &err);
    if (!k)
        fail_msg("%s", err.text);
    send_window(k, i++);
    assert_int_equal(sqlite3_open(path, &reader), SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT * FROM edge_window", NULL, NULL, NULL),
                     SQLITE_OK);
    while (!keeping_failed(k) && i < WINDOWS)
        send_window(k, i++); /* until the log is full */
    assert_true(i > 2 && keeping_failed(k));
    int64_t stored = number(windows);
    assert_int_equal(stored, i - 1);
    uint64_t last = i + 5;
    while (i < last)
        send_window(k, i++); /* what goes on is taken */
    keeping_retry(k);
    assert_int_equal(number(windows), stored);
    assert_int_equal(sqlite3_close_v2(reader), SQLITE_OK);
    keeping_retry(k);
    assert_false(keeping_failed(k));
    assert_int_equal(number(windows), i);
    send_window(k, i++);
    assert_int_equal(number(windows), i);
    assert_int_equal(number(requests), EDGES * i);
    assert_int_equal(number("SELECT count(*) FROM event"), 0); /* nothing was lost */
    keeping_close(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(windows_wait_for_a_reader, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
