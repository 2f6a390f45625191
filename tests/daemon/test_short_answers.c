/* test_short_answers.c - memory runs out at any place where a question to the database or the
 * writing of its answer asks for it, SQLite's and cJSON's requests among them: the answer is whole,
 * or says that memory is short; and nothing leaks.
 *
 * Each path of the API is asked in each format, which is all that commands and exports ask as well.
 * SHORT_MEMORY_RUNS (2) is how many requests for memory fail of each, in turn. */
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

enum { RUNS = 2, ARGUMENTS_MAX = 4 };

/* What is asked: a path, and what else, as pairs of name and value. */
struct asked {
    const char *path;
    const char *argument[ARGUMENTS_MAX][2];
};

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
    {"/api/v1/requests/1", {{NULL}}},
    {"/api/v1/traces", {{NULL}}},
    {"/api/v1/traces/0af7651916cd43dd8448eb211c80319c", {{NULL}}},
    {"/api/v1/insights", {{NULL}}},
    {"/api/v1/series", {{NULL}}},
    {"/api/v1/heatmap", {{NULL}}},
    {"/api/v1/health", {{NULL}}},
    {"/api/v1/events", {{NULL}}},
    {"/api/v1/diff", {{"before", ".."}, {"after", "-1s.."}}},
    {"/api/v1/info", {{NULL}}},
    {"/metrics", {{"families", "own,tempo,istio,spanmetrics"}}},
    {"/", {{NULL}}},
};

static const char *const captures[] = {"relays", "traces", "grpc-calls", "real-dns", "tls"};

static char folder[] = "/dev/shm/tapgraph-short-XXXXXX";
static char db[64];

/* --- in place of the HTTP library's --- */

static const struct asked *question; /* that is asked, */
static const char *format;           /* in this format */

const char *request_header(const struct request *r, const char *name)
{
    (void)r;
    return strcmp(name, "Accept-Encoding") == 0 ? "gzip" : NULL;
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

static struct answer ask(uint64_t nth, bool then_all, uint64_t *ret_asked)
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
    *ret_asked = memory_asked();
    memory_fail(0, false);
    if (memory_held() != held + (a.owned != NULL))
        fail_msg("%s as %s: %zd pieces of memory leaked when request %lu failed", question->path,
                 format, (ssize_t)(memory_held() - held), (unsigned long)nth);
    return a;
}

static bool is_good(const struct answer *a)
{
    return a->status == 0 || a->status == 200;
}

static bool says_why(const struct answer *a)
{
    return a->status >= 500 && memmem(a->body, a->len, "memory", 6);
}

static void check(uint64_t nth, bool then_all, const struct answer *whole)
{
    uint64_t asked;
    struct answer a = ask(nth, then_all, &asked);
    bool same = is_good(&a) && a.len == whole->len && memcmp(a.body, whole->body, a.len) == 0;
    bool unpacked = is_good(&a) && !a.encoding && whole->encoding;
    if (!same && !unpacked && !says_why(&a))
        fail_msg("%s as %s: without request %lu%s the answer, %u, is neither whole (%zu bytes, not "
                 "%zu) nor says why: %.*s",
                 question->path, format, (unsigned long)nth, then_all ? " and all after it" : "",
                 a.status, a.len, whole->len, (int)(a.len < 300 ? a.len : 300), (char *)a.body);
    answer_free(&a);
}

/* Returns whether there is an answer in this format. */
static bool check_question(uint64_t runs)
{
    uint64_t asked;
    struct answer whole = ask(0, false, &asked);
    bool good = is_good(&whole);
    if (!good && whole.status != 400)
        fail_msg("%s as %s: %u: %.*s", question->path, format, whole.status, (int)whole.len,
                 (char *)whole.body);
    for (uint64_t run = 0; good && run < runs; run++) {
        uint64_t nth = 1 + (run * UINT64_C(0x9e3779b97f4a7c15) + whole.len) % asked;
        check(nth, false, &whole);
        check(nth, true, &whole);
    }
    answer_free(&whole);
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
            memory_spare_libraries(false);
            answers += check_question(runs);
            memory_spare_libraries(true);
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

/* A database of all the captures. */
static int begin(void **state)
{
    const struct daemon_options options = {
        .db = db, .keep = keep_all(), .requests_kept = 1000, .engine.key = {{1, 2}}};
    struct err err = {0};
    (void)state;
    if (!memory_of_libraries() || !mkdtemp(folder))
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
