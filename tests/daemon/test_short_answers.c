/* test_short_answers.c - memory runs out at any place where a question to the database or the
 * writing of its answer asks for it, SQLite's and cJSON's requests among them: the answer is whole,
 * or says that memory is short; and nothing leaks.
 *
 * Each path of the API is asked in each format, which is all that commands and exports ask as well.
 * SHORT_MEMORY_RUNS (1) is how many requests for memory fail of each, in turn. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/keeping.h"
#include "store/export/exporter.h"
#include "tests/check.h"
#include "tests/daemon/recorded.h"
#include "tests/doubles/short_memory.h"
#include "web/routes.h"

enum { RUNS = 1, ARGUMENTS_MAX = 4 };

/* What is asked: a path, and what else, as pairs of name and value. */
struct asked {
    const char *path;
    const char *argument[ARGUMENTS_MAX][2];
};

static char a_request[64], a_trace[96]; /* paths */

static const struct asked questions[] = {
    {"/api/v1/graph", {{"find", "requests > 1"}}},
    {"/api/v1/graph", {{"group", "subnet"}}},
    {"/api/v1/edges", {{"find", "protocol = http or client ~ 10"}, {"sort", "-p95"}}},
    {"/api/v1/services", {{"hide", "requests = 0"}}},
    {"/api/v1/operations", {{"sort", "operation"}}},
    {"/api/v1/backends", {{NULL}}},
    {"/api/v1/connections", {{NULL}}},
    {"/api/v1/open-calls", {{NULL}}},
    {"/api/v1/tls", {{NULL}}},
    {"/api/v1/relays", {{NULL}}},
    {"/api/v1/names", {{NULL}}},
    {"/api/v1/requests", {{"sort", "-duration"}}},
    {a_request, {{NULL}}},
    {"/api/v1/traces", {{NULL}}},
    {a_trace, {{NULL}}},
    {"/api/v1/insights", {{NULL}}},
    {"/api/v1/series", {{NULL}}},
    {"/api/v1/heatmap", {{NULL}}},
    {"/api/v1/health", {{NULL}}},
    {"/api/v1/events", {{NULL}}},
    {"/api/v1/diff", {{"before", "-10s..-5s"}, {"after", "-5s.."}}},
    {"/api/v1/info", {{NULL}}},
    {"/metrics", {{"families", "own,tempo,istio,spanmetrics"}}},
    {"/", {{NULL}}},
};

/* The oldest last: of windows that are older than the newest was, no request is kept. */
static const char *const captures[] = {"grpc-calls", "real-dns", "tls", "relays", "traces"};

static char folder[] = "/dev/shm/tapgraph-short-XXXXXX";
static char db[64];

/* --- in place of the HTTP library's --- */

static const struct asked *question; /* that is asked, */
static const char *format;           /* in this format */

const char *request_header(const struct request *r, const char *name)
{
    (void)r;
    return strcmp(question->path, "/metrics") == 0 && strcmp(name, "Accept-Encoding") == 0 ? "gzip"
                                                                                           : NULL;
}

const char *request_argument(const struct request *r, const char *name)
{
    (void)r;
    if (strcmp(name, "format") == 0)
        return format;
    if (strcmp(name, "since") == 0 && strcmp(question->path, "/api/v1/diff") != 0)
        return "all";
    for (int i = 0; i < ARGUMENTS_MAX && question->argument[i][0]; i++)
        if (strcmp(question->argument[i][0], name) == 0)
            return question->argument[i][1];
    return NULL;
}

void stream_wake(struct stream *s)
{
    (void)s;
}

/* --- asking --- */

enum { BODY_MAX = 1 << 20 };

struct reply {
    unsigned status;
    bool packed;
    size_t len;
    char body[BODY_MAX];
};

/* The answer when the `nth` request for memory fails. Returns how often memory was asked for. */
static uint64_t ask(uint64_t nth, bool then_all, struct reply *ret)
{
    const struct request r = {.path = question->path};
    struct answer a = {0};
    size_t held = memory_held();
    memory_fail(nth, then_all);
    struct routes routes = {.readers = readers_new(db)};
    if (routes.readers)
        routes.metrics = metrics_new(routes.readers);
    if (routes.metrics)
        routes_answer(&routes, &r, &a);
    else
        answer_error(&a, 500, "memory is short");
    metrics_free(routes.metrics);
    readers_free(routes.readers);
    uint64_t asked = memory_asked();
    memory_fail(0, false);
    assert_in_range(a.len, 0, BODY_MAX);
    *ret = (struct reply){.status = a.status ? a.status : 200, .packed = a.encoding, .len = a.len};
    if (a.len)
        memcpy(ret->body, a.body, a.len);
    answer_free(&a);
    if (memory_held() != held)
        fail_msg("%s as %s: %zd pieces of memory leaked when request %lu failed", question->path,
                 format, (ssize_t)(memory_held() - held), (unsigned long)nth);
    return asked;
}

static bool is_whole(const struct reply *r, const struct reply *whole)
{
    bool same = r->len == whole->len && memcmp(r->body, whole->body, r->len) == 0;
    return r->status == 200 && (same || (whole->packed && !r->packed));
}

static bool says_why(const struct reply *r)
{
    return r->status >= 500 && memmem(r->body, r->len, "memory", 6);
}

static void check(uint64_t nth, bool then_all, const struct reply *whole)
{
    static struct reply r;
    ask(nth, then_all, &r);
    if (!is_whole(&r, whole) && !says_why(&r))
        fail_msg("%s as %s: without request %lu%s the answer, %u, is neither whole (%zu bytes, not "
                 "%zu) nor says why: %.*s",
                 question->path, format, (unsigned long)nth, then_all ? " and all after it" : "",
                 r.status, r.len, whole->len, (int)(r.len < 300 ? r.len : 300), r.body);
}

/* Returns whether there is an answer in this format. */
static bool check_question(uint64_t runs)
{
    static struct reply whole;
    uint64_t asked = ask(0, false, &whole);
    bool good = whole.status == 200;
    if (!good && whole.status != 400)
        fail_msg("%s as %s: %u: %.*s", question->path, format, whole.status, (int)whole.len,
                 whole.body);
    for (uint64_t run = 0; good && run < runs; run++) {
        uint64_t nth = 1 + (run * UINT64_C(0x9e3779b97f4a7c15) + whole.len) % asked;
        check(nth, false, &whole);
        check(nth, true, &whole);
    }
    return good;
}

static void every_request_of_an_answer(void **state)
{
    const char *said = getenv("SHORT_MEMORY_RUNS");
    uint64_t runs = said ? strtoull(said, NULL, 10) : RUNS;
    (void)state;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        int answers = 0;
        question = &questions[i];
        for (const struct exporter *const *e = exporters; *e; e++) {
            format = (*e)->name;
            memory_spare_sqlite(true);
            answers += check_question(runs);
            memory_spare_sqlite(false);
            if (e == exporters) /* the others ask the database no other question */
                check_question(runs);
        }
        if (!answers)
            fail_msg("%s has no answer", question->path);
    }
}

static void take(void *keeping, enum message_type type, struct bytes body)
{
    assert_true(keeping_message(keeping, type, body));
}

/* The path of one of what is there. */
static void choose(char *ret, size_t size, const char *sql)
{
    sqlite3 *at;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(db, &at), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(at, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    snprintf(ret, size, "/api/v1/%s", (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    sqlite3_close(at);
}

/* A database of all the captures. */
static int begin(void **state)
{
    const struct daemon_options options = {
        .db = db, .keep = keep_all(), .requests_kept = 1000, .engine.key = {{1, 2}}};
    struct err err = {0};
    (void)state;
    if (!memory_of_sqlite() || !mkdtemp(folder))
        return -1;
    setenv("PATH", "", 1); /* pictures are drawn without Graphviz */
    snprintf(db, sizeof db, "%s/t.db", folder);
    struct keeping *k = keeping_open(&options, &err);
    assert_non_null(k);
    for (size_t i = 0; i < sizeof captures / sizeof *captures; i++) {
        char path[512];
        int stream = memfd_create("pipe", MFD_CLOEXEC);
        snprintf(path, sizeof path, "%s/golden/%s.pcap", TESTS_DIR, captures[i]);
        assert_int_equal(recorded_sense(path, stream, STDERR_FILENO), SENSOR_DONE);
        assert_true(recorded_read(stream, take, k));
        close(stream);
    }
    keeping_event(k, "capture-ended", "it did");
    assert_false(keeping_failed(k));
    keeping_close(k);
    choose(a_request, sizeof a_request, "SELECT 'requests/' || max(id) FROM request");
    choose(a_trace, sizeof a_trace,
           "SELECT 'traces/' || trace_id FROM request WHERE trace_id <> ''");
    return 0;
}

static int end(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    char path[96];
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "%s%s", db, ends[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_of_an_answer),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
