/* The page and its API, asked over a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "browser.h"
#include "sample.h"
#include "web/sse.h"
#include "web/web.h"

struct fixture {
    struct web *web;
    char db[SAMPLE_PATH_MAX];
};

static struct fixture fixture;

static int start(void **state)
{
    struct err err = {0};
    *state = &fixture;
    sample_place(fixture.db);
    struct web_options options = {.db = fixture.db, .listen = "127.0.0.1:0"};
    fixture.web = web_start(&options, &err);
    return fixture.web ? 0 : -1;
}

static int start_with_data(void **state)
{
    if (start(state) != 0)
        return -1;
    sample_window(fixture.db, 0);
    sample_window(fixture.db, 5);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    web_stop(fixture.web);
    sample_remove(fixture.db);
    return 0;
}

static struct reply get(const char *target, const char *headers)
{
    return browser_get(web_address(fixture.web), target, headers);
}

static void expect(const char *target, int status, const char *part)
{
    struct reply r = get(target, "");
    if (r.status != status || !strstr(r.body, part))
        fail_msg("%s: %d, not %d with \"%s\": %s", target, r.status, status, part, r.body);
    reply_free(&r);
}

/* Before anything was captured there are empty answers, not errors. */
static void answers_without_a_database(void **state)
{
    (void)state;
    expect("/api/v1/info", 200, "\"exists\":false");
    expect("/api/v1/graph", 200, "\"nodes\":[]");
    expect("/api/v1/edges?format=csv", 200, "client,server");
    expect("/api/v1/backends", 200, "\"backends\":[]");
    expect("/api/v1/connections", 200, "\"connections\":[]");
    expect("/api/v1/open-calls", 200, "\"open_calls\":[]");
    expect("/api/v1/relays", 200, "\"relays\":[]");
    expect("/api/v1/diff?before=..now&after=now..", 200, "\"changes\":[]");
    expect("/api/v1/names", 200, "\"names\":[]");
    expect("/api/v1/relays?format=csv", 200, "client,via,via_address,server,port,protocol");
    expect("/api/v1/names?format=csv", 200, "address,port,tenant,name,source,is_name,count");
    expect("/api/v1/requests", 200, "\"requests\":[]}");
    expect("/api/v1/requests?format=csv", 200, "id,edge_id,time,protocol,client_address");
    expect("/api/v1/traces", 200, "\"traces\":[]");
    expect("/api/v1/traces/" SAMPLE_TRACE, 404, "nothing is known of this one");
    expect("/api/v1/requests/1", 404, "nothing is known of this one");
    expect("/api/v1/heatmap", 200, "\"columns\":[],\"step_ms\":0,\"rows\":[]");
    expect("/api/v1/insights", 200, "\"insights\":[]");
    expect("/api/v1/health", 200, "\"frames\":0");
    expect("/metrics", 200, "tapgraph_edges 0\n");
    expect("/", 200, "<title>tapgraph</title>");
}

/* A file that is no database is said to be none. */
static void says_what_is_wrong_with_the_database(void **state)
{
    (void)state;
    FILE *f = fopen(fixture.db, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++)
        fputs("this is no database\n", f);
    fclose(f);
    expect("/api/v1/edges", 503, "{\"error\":");
    expect("/", 200, "tapgraph");
}

static void answers_every_question(void **state)
{
    (void)state;
    expect("/api/v1/info", 200, "\"exists\":true");
    expect("/api/v1/graph", 200, "\"name\":\"cart\"");
    expect("/api/v1/graph?format=dot", 200, "digraph");
    expect("/api/v1/graph?format=grafana-nodes", 200, "[{\"id\":");
    expect("/api/v1/graph?format=grafana-edges", 200, "\"thickness\":");
    expect("/api/v1/edges", 200, "\"client\":\"web\"");
    expect("/api/v1/edges?format=csv", 200, "\"web\",\"cart\",8080,\"http\",20,2,");
    expect("/api/v1/services", 200, "\"name\":\"web\"");
    expect("/api/v1/operations", 200, "GET /cart/{id}");
    expect("/api/v1/series?points=10", 200, "\"requests\":");
    expect("/api/v1/health", 200, "\"windows\":2");
    expect("/api/v1/events", 200, "\"events\":[");
    expect("/api/v1/openapi.json", 200, "\"openapi\": \"3.1.0\"");
    expect("/api/v1/edges?from=2027-01-15T08:00:05Z", 200, "\"requests\":10,");
}

/* How long requests took over time, of whatever there are figures of. */
static void answers_of_heat(void **state)
{
    static const char nobody[] = "\"requests\":0,\"errors\":0,\"p50_ms\":null";
    (void)state;
    expect("/api/v1/heatmap?edge=1", 200, "\"step_ms\":5000,\"rows\":[{\"over_ms\":0.");
    expect("/api/v1/heatmap?edge=1&points=1&rows=1", 200, "\"cells\":[[0,20]]}]");
    expect("/api/v1/heatmap?edge=1", 200,
           "\"outcomes\":{\"ok\":9,\"server_error\":1},\"cells\":[[");
    expect("/api/v1/heatmap?points=1&rows=1", 200, "\"cells\":[[0,40]]}]");
    expect("/api/v1/heatmap?service=2&side=client&points=1&rows=1", 200, "\"cells\":[[0,20]]}]");
    expect("/api/v1/heatmap?service=1&points=1", 200, nobody);
    expect("/api/v1/heatmap?operation_is=GET%20/cart/%7Bid%7D&points=1", 200, "\"requests\":20");
    expect("/api/v1/heatmap?operation_is=GET&points=1", 200, nobody);
    expect("/api/v1/heatmap?edge=1&points=1&rows=1&format=csv", 200,
           "time,over_ms,to_ms,requests\r\n2027-01-15T08:00:00.000000000Z,");
    expect("/api/v1/heatmap?edge=1&points=1&rows=1&format=ndjson", 200, ",\"requests\":20}\n");
    expect("/api/v1/series?service=1&points=1", 200, nobody);
    expect("/api/v1/series?service=2&edge=1", 400, "edge and service exclude each other");
    expect("/api/v1/series?service=2&points=1", 200, "\"requests\":20");
    expect("/api/v1/heatmap?rows=65", 400, "rows is \\\"65\\\", but has to be from 1 to 64");
    expect("/api/v1/heatmap?points=0", 400, "points is");
    expect("/api/v1/heatmap?side=left", 400,
           "side is \\\"left\\\", but has to be server or client");
    expect("/api/v1/heatmap?format=dot", 400, "dot has no way to write heatmap");
    expect("/api/v1/heatmap?find=port", 400, "there are no rows");
}

/* Another size or another side is another answer, also to who has one already. */
static void tags_of_heat(void **state)
{
    static const char *const targets[] = {"", "&rows=3", "&points=1", "&side=client",
                                          "&operation_is=GET"};
    char tag[sizeof targets / sizeof *targets][64] = {{0}};
    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        char target[96];
        snprintf(target, sizeof target, "/api/v1/heatmap?service=2%s", targets[i]);
        struct reply r = get(target, "");
        const char *found = strstr(r.text, "ETag: ");
        assert_non_null(found);
        snprintf(tag[i], sizeof tag[i], "%.40s", found);
        reply_free(&r);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(tag[i], tag[k]);
    }
}

/* Requests one by one, by what narrows them, and as parts of a trace. */
static void answers_of_requests(void **state)
{
    static const char none[] = "\"requests\":[]}";
    (void)state;
    expect("/api/v1/requests", 200, "\"path\":\"/cart/1\",\"operation\":\"GET /cart/{id}\"");
    expect("/api/v1/requests?format=ndjson", 200, "\"kept\":[\"error\"],\"time\":");
    expect("/api/v1/requests?format=csv", 200,
           "\"GET /cart/{id}\",\"503\",\"server_error\",9.000,");
    expect("/api/v1/requests?outcome=error&min=9ms&client=web&limit=1&order=slowest", 200,
           "\"503\"");
    expect("/api/v1/requests?trace=" SAMPLE_TRACE "&operation=cart", 200, "\"503\"");
    expect("/api/v1/requests?outcome=ok", 200, none);
    expect("/api/v1/requests?min=10ms", 200, none);
    expect("/api/v1/requests?service=99", 200, none);
    expect("/api/v1/requests?after_id=2", 200, none);
    expect("/api/v1/requests?server=web", 200, none);
    expect("/api/v1/requests?outcome=bad", 400, "outcome is \\\"bad\\\"");
    expect("/api/v1/requests?find=status%20%3D%20503", 200, "\"503\"");
    expect("/api/v1/requests?hide=status%20%3D%20503", 200, none);
    expect("/api/v1/requests?order=no", 400, "order is");
    expect("/api/v1/requests?limit=0", 400, "limit is");
    expect("/api/v1/requests?min=soon", 400, "min is");
    expect("/api/v1/requests?format=dot", 400, "dot has no way to write requests");
    expect("/api/v1/requests?operation_is=GET%20/cart/%7Bid%7D", 200, "\"503\"");
    expect("/api/v1/requests?operation_is=GET", 200, none);
    expect("/api/v1/requests/2", 200, "\"requests\":[{\"id\":2,");
    expect("/api/v1/requests/2?format=csv", 200, "\r\n2,1,");
    expect("/api/v1/requests/3", 404, "nothing is known of this one");
    expect("/api/v1/requests/-2", 404, "nothing is known of this one");
    expect("/api/v1/requests/x", 404, "nothing is known of this one");
    expect("/api/v1/traces", 200, "\"trace_id\":\"" SAMPLE_TRACE "\"");
    expect("/api/v1/traces?min=10ms", 200, "\"traces\":[]");
    expect("/api/v1/traces/" SAMPLE_TRACE, 200, "\"depth\":0,\"own_ms\":9,\"slowest\":true,");
    expect("/api/v1/traces/none", 404, "nothing is known of this one");
    expect("/api/v1/traces/", 404, "there is nothing at this path");
    expect("/api/v1/traces/" SAMPLE_TRACE "/x", 404, "there is nothing at this path");
}

/* What is counted grows by each window once, whoever asks how often. */
static void counts_for_prometheus(void **state)
{
    static const char name[] = "client=\"web\",server=\"cart\",port=\"8080\",protocol=\"http\"";
    char line[160];
    (void)state;
    snprintf(line, sizeof line, "tapgraph_requests_total{%s,outcome=\"ok\"} 18\n", name);
    expect("/metrics", 200, line);
    expect("/metrics?families=own", 200, line);
    sample_window(fixture.db, 10);
    snprintf(line, sizeof line, "tapgraph_requests_total{%s,outcome=\"ok\"} 27\n", name);
    expect("/metrics", 200, line);
    expect("/metrics?families=tempo,istio", 200,
           "traces_service_graph_request_failed_total{client=\"web\",server=\"cart\","
           "connection_type=\"\"} 3\n");
    expect("/metrics?families=tempo,istio", 200, "istio_requests_total{reporter=\"source\",");
    expect("/metrics?families=spanmetrics", 200,
           "traces_spanmetrics_calls_total{service=\"cart\",");
    expect("/metrics?families=mine", 400, "own, tempo, istio, spanmetrics");
    struct reply r = get("/metrics", "");
    assert_true(reply_has(&r, "Content-Type: text/plain; version=0.0.4; charset=utf-8"));
    reply_free(&r);
}

/* How calls are spread, and which are open: of all, of one edge, of one service. */
static void answers_about_calls(void **state)
{
    (void)state;
    expect("/api/v1/backends", 200, "\"address\":\"10.0.0.2\"");
    expect("/api/v1/backends", 200, "\"calls\":20,\"share\":1,\"open_calls\":1,");
    expect("/api/v1/backends?service=9999", 200, "\"backends\":[]");
    expect("/api/v1/backends?format=csv", 200, "service,address,port,protocol,calls,share");
    expect("/api/v1/connections", 200, "\"client_port\":40312,\"server_address\":\"10.0.0.2\"");
    expect("/api/v1/connections", 200, "\"known\":0.93,\"late_fields\":50,\"late_known\":1}");
    expect("/api/v1/connections?edge=9999", 200, "\"connections\":[]");
    expect("/api/v1/open-calls", 200, "\"operation\":\"" SAMPLE_HOSTILE "\"");
    expect("/api/v1/open-calls", 200, "\"kind\":\"server-streaming\"");
    expect("/api/v1/open-calls?edge=9999", 200, "\"open_calls\":[]");
    expect("/api/v1/open-calls?format=ndjson", 200, "{\"edge_id\":");
    expect("/api/v1/insights", 200, "\"insights\":[");
    expect("/api/v1/insights?format=dot", 400, "dot has no way to write insights");
    expect("/api/v1/backends?service=cart", 400, "service is");
    expect("/api/v1/open_calls", 404, "{\"error\":");
}

static void refuses_questions_that_are_none(void **state)
{
    (void)state;
    expect("/api/v1/edges?since=soon", 400, "since is");
    expect("/api/v1/edges?format=yaml", 400, "format");
    expect("/api/v1/edges?format=dot", 400, "dot has no way to write edges");
    expect("/api/v1/nothing", 404, "{\"error\":");
    expect("/api/v1/", 404, "{\"error\":");
    expect("/../../etc/passwd", 404, "{\"error\":");
    expect("/%2e%2e/%2e%2e/etc/passwd", 404, "{\"error\":");
}

/* The same words as on the command line, for lists and the graph. */
static void finds_and_hides(void **state)
{
    (void)state;
    expect("/api/v1/edges?since=all&find=client%20%3D%20nobody", 200, "\"edges\":[]");
    expect("/api/v1/edges?since=all&find=requests%20%3E%3D%2010", 200, "\"client\":");
    expect("/api/v1/edges?since=all&hide=errors%20%3E%200", 200, "\"edges\":[]");
    expect("/api/v1/edges?since=all&sort=-p95", 200, "\"client\":");
    expect("/api/v1/edges?since=all&sort=speed", 400, "\"parameter\":\"sort\"");
    expect("/api/v1/health?sort=p95", 400, "\"parameter\":\"sort\"");
    expect("/api/v1/operations?since=all&hide=requests%3E0", 200, "\"operations\":[]");
    expect("/api/v1/services?since=all&find=service%20~%20nobody", 200, "\"services\":[]");
    expect("/api/v1/graph?since=all&find=p95%20%3E%201h", 200, "\"nodes\":[],\"edges\":[]");
    expect("/api/v1/edges?find=requests%20%3E%3D%2010%20and%20prt%20%3D%2080", 400,
           "did you mean port?");
    expect("/api/v1/edges?find=requests%20%3E%3D%2010%20and%20prt%20%3D%2080", 400,
           "\"parameter\":\"find\",\"at\":19}");
    expect("/api/v1/graph?hide=p95%20%3E%2010", 400, "\"parameter\":\"hide\",\"at\":6}");
    expect("/api/v1/health?find=cart", 400, "no rows to find");
}

static void tells_what_changed(void **state)
{
    (void)state;
    expect("/api/v1/diff?before=-10s..-5s&after=-5s..", 200, "\"changes\":[]}");
    expect("/api/v1/diff?before=-10s..-5s&after=-5s..&format=dot", 200, "digraph diff {");
    expect("/api/v1/diff?before=-10s..-5s", 400, "before and after are the ranges to compare");
    expect("/api/v1/diff?before=-10s&after=-5s..", 400, "before: \\\"-10s\\\" is no range; write");
    expect("/api/v1/diff?before=2000-01-01..2000-01-02&after=-5s..", 400, "the database covers");
    expect("/api/v1/diff?before=-10s..-5s&after=-5s..&find=chnge%3Dcame", 400,
           "did you mean change?");
}

/* Moments, and what is outside of the history. */
static void answers_about_moments(void **state)
{
    (void)state;
    expect("/api/v1/edges?at=now", 200, "\"client\":");
    expect("/api/v1/edges?from=-5s", 200, "\"client\":");
    expect("/api/v1/edges?at=now&since=all", 200, "\"client\":");
    expect("/api/v1/edges?at=now&to=now", 400, "at is one moment: it excludes from and to");
    expect("/api/v1/edges?at=2100-01-01", 400, "the database covers ");
    expect("/api/v1/edges?from=soon", 400, "from: \\\"soon\\\" is no time; write 2026-");
}

/* Whatever is answered has the headers that tie the browser's hands. */
static void always_has_its_headers(void **state)
{
    (void)state;
    static const char *const targets[] = {"/", "/api/v1/graph", "/nothing"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct reply r = get(targets[i], "");
        assert_non_null(strstr(r.text, "Content-Security-Policy: default-src 'none'; "
                                       "script-src 'self'; style-src 'self'; "));
        assert_null(strstr(r.text, "unsafe"));
        assert_true(reply_has(&r, "X-Content-Type-Options: nosniff"));
        assert_true(reply_has(&r, "Referrer-Policy: no-referrer"));
        assert_true(reply_has(&r, "Cross-Origin-Resource-Policy: same-origin"));
        assert_true(reply_has(&r, "X-Frame-Options: DENY"));
        reply_free(&r);
    }
}

static void refuses_strangers(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n", 405},
        {"DELETE /api/v1/edges HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
        {"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421},
        {"GET / HTTP/1.0\r\n\r\n", 421},
        {"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n", 403},
        {"GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n", 403},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reply r = browser_send(web_address(fixture.web), cases[i].request);
        assert_int_equal(r.status, cases[i].status);
        assert_non_null(strstr(r.body, "{\"error\":\""));
        reply_free(&r);
    }
}

/* A head that is too long is refused, not kept. */
static void bounds_the_head(void **state)
{
    (void)state;
    char *request = calloc(1, 60000);
    strcpy(request, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
    memset(request + strlen(request), 'a', 50000);
    strcat(request, "\r\n\r\n");
    struct reply r = browser_send(web_address(fixture.web), request);
    assert_true(r.status == 431 || r.status == 413 || r.status == 0);
    reply_free(&r);
    free(request);
    expect("/api/v1/info", 200, "exists");
}

/* The same question to the same data: 304. New data: another tag. */
static void tags_its_answers(void **state)
{
    (void)state;
    struct reply r = get("/api/v1/edges?since=all", "");
    const char *tag = strstr(r.text, "ETag: ");
    char header[128];
    assert_non_null(tag);
    snprintf(header, sizeof header, "If-None-Match: %.*s\r\n", (int)strcspn(tag + 6, "\r"),
             tag + 6);
    reply_free(&r);

    r = get("/api/v1/edges?since=all", header);
    assert_int_equal(r.status, 304);
    assert_string_equal(r.body, "");
    reply_free(&r);
    r = get("/api/v1/services?since=all", header);
    assert_int_equal(r.status, 200);
    reply_free(&r);
    r = get("/api/v1/edges?since=all&service=1", header);
    assert_int_equal(r.status, 200);
    reply_free(&r);

    sample_window(fixture.db, 10);
    r = get("/api/v1/edges?since=all", header);
    assert_int_equal(r.status, 200);
    reply_free(&r);
}

/* Packed for those who take it; the page is kept for ever by its name, but for its first file. */
static void packs_and_lets_keep(void **state)
{
    (void)state;
    struct reply r = get("/api/v1/graph", "Accept-Encoding: gzip\r\n");
    assert_true(reply_has(&r, "Content-Encoding: gzip"));
    assert_memory_equal(r.body, "\x1f\x8b", 2);
    reply_free(&r);
    r = get("/", "");
    assert_true(reply_has(&r, "Cache-Control: no-cache"));
    const char *script = strstr(r.body, "/app-");
    char target[64];
    assert_non_null(script);
    snprintf(target, sizeof target, "%.*s", (int)strcspn(script, "\""), script);
    reply_free(&r);
    r = get(target, "Accept-Encoding: gzip\r\n");
    assert_true(reply_has(&r, "Cache-Control: public, max-age=31536000, immutable"));
    assert_true(reply_has(&r, "Content-Encoding: gzip"));
    reply_free(&r);
    r = get(target, "");
    assert_false(reply_has(&r, "Content-Encoding: gzip"));
    assert_in_range(r.len, 100000, 5000000);
    reply_free(&r);
}

/* To be saved: the name of the file is ours, whatever is in it. */
static void names_downloads(void **state)
{
    (void)state;
    struct reply r = get("/api/v1/edges?format=csv&download=1", "");
    assert_true(reply_has(&r, "Content-Disposition: attachment; filename=\"tapgraph-edges.csv\""));
    reply_free(&r);
}

static int listen_for_events(void)
{
    return browser_open(web_address(fixture.web),
                        "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

/* Told at once, and again when a window was added. */
static void tells_of_changes(void **state)
{
    (void)state;
    int fd = listen_for_events();
    assert_true(browser_sees(fd, "event: version\ndata: {\"version\":"));
    sample_window(fixture.db, 15);
    assert_true(browser_sees(fd, "event: version\ndata: {\"version\":"));
    close(fd);
}

/* Past the limit: 503. Stopping with sleeping streams says goodbye, and does not hang or abort. */
static void bounds_and_ends_streams(void **state)
{
    (void)state;
    int fds[SSE_CLIENTS_MAX];
    for (int i = 0; i < SSE_CLIENTS_MAX; i++) {
        fds[i] = listen_for_events();
        assert_true(browser_sees(fds[i], "event: version"));
    }
    expect("/api/v1/stream", 503, "too many");
    expect("/api/v1/info", 200, "exists");
    web_stop(fixture.web);
    fixture.web = NULL;
    assert_true(browser_sees(fds[0], "event: bye"));
    for (int i = 0; i < SSE_CLIENTS_MAX; i++)
        close(fds[i]);
}

/* Another file at the same path is another database. */
static void notices_another_file(void **state)
{
    (void)state;
    expect("/api/v1/edges?since=all", 200, "\"requests\":20,");
    char other[SAMPLE_PATH_MAX];
    sample_place(other);
    sample_window(other, 0);
    assert_int_equal(rename(other, fixture.db), 0);
    expect("/api/v1/edges?since=all", 200, "\"requests\":10,");
    sample_remove(other);
}

#define WITH_DATA(test) cmocka_unit_test_setup_teardown(test, start_with_data, stop)
#define WITHOUT_DATA(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITHOUT_DATA(answers_without_a_database),
        WITHOUT_DATA(says_what_is_wrong_with_the_database),
        WITH_DATA(answers_every_question),
        WITH_DATA(counts_for_prometheus),
        WITH_DATA(answers_about_calls),
        WITH_DATA(refuses_questions_that_are_none),
        WITH_DATA(finds_and_hides),
        WITH_DATA(answers_about_moments),
        WITH_DATA(tells_what_changed),
        WITH_DATA(always_has_its_headers),
        WITH_DATA(refuses_strangers),
        WITH_DATA(bounds_the_head),
        WITH_DATA(tags_its_answers),
        WITH_DATA(packs_and_lets_keep),
        WITH_DATA(answers_of_heat),
        WITH_DATA(tags_of_heat),
        WITH_DATA(answers_of_requests),
        WITH_DATA(names_downloads),
        WITH_DATA(tells_of_changes),
        WITH_DATA(bounds_and_ends_streams),
        WITH_DATA(notices_another_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
