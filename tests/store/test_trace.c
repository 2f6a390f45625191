/* test_trace.c - store/trace.c: which exchange led to which, and which took the time. */
#include "store/trace.h"

#include <stdio.h>
#include <string.h>

#include "store/fields.h"
#include "store/sieve.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static struct trace trace;

static int end(void **state)
{
    (void)state;
    trace_free(&trace);
    return 0;
}

static void begin(void)
{
    trace = (struct trace){.hop = calloc(TRACE_HOPS_MAX, sizeof *trace.hop)};
}

/* Services are single letters; 'x' is outside. `from` and `to` in ms; `to` 0: no answer. */
static struct exchange *hop(const char *ends, uint64_t from, uint64_t to)
{
    struct request_row *row = &trace.hop[trace.len++].request;
    *row = (struct request_row){
        .id = (int64_t)trace.len,
        .client_id = ends[0] == 'x' ? 1 : ends[0],
        .server_id = ends[1] == 'x' ? 1 : ends[1],
        .time_ns = 1000 * SECOND_NS + from * MS_NS,
        .is_timed = to != 0,
        .duration_ns = to ? (to - from) * MS_NS : 0,
    };
    snprintf(row->client, sizeof row->client, "%c", ends[0]);
    snprintf(row->server, sizeof row->server, "%c", ends[1]);
    row->exchange.outcome = OUTCOME_OK;
    row->exchange.end_ns = 1000 * SECOND_NS + (to ? to : from) * MS_NS;
    row->exchange.client_address = address_of("10.0.0.1");
    row->exchange.client_address.byte[15] = (uint8_t)ends[0];
    row->exchange.server_address = row->exchange.client_address;
    row->exchange.server_address.byte[15] = (uint8_t)ends[1];
    return &row->exchange;
}

/* "xa 100/20*; ab 80/80": ends, how long it took and its own part, "*" the slowest; indented by
 * dots. */
static void tells(const char *expected)
{
    static char text[4096];
    char *at = text;
    *at = '\0';
    assert_true(trace_build(&trace));
    for (size_t i = 0; i < trace.len; i++) {
        const struct trace_hop *h = &trace.hop[i];
        at += sprintf(at, "%s%.*s%s%s %llu/%llu%s", i ? "; " : "", (int)h->depth, "........",
                      h->request.client, h->request.server,
                      (unsigned long long)((h->end_ns - h->begin_ns) / MS_NS),
                      (unsigned long long)(h->own_ns / MS_NS), h->is_slowest ? "*" : "");
        assert_true(h->parent < (int32_t)i);
        assert_int_equal(h->depth, h->parent < 0 ? 0 : trace.hop[h->parent].depth + 1);
    }
    assert_string_equal(text, expected);
}

static void a_chain(void **state)
{
    (void)state;
    begin();
    hop("bc", 20, 80);
    hop("xa", 0, 100);
    hop("ab", 10, 90);
    tells("xa 100/20; .ab 80/20; ..bc 60/60*");
    assert_int_equal(trace.loose, 0);
    assert_int_equal(trace.services, 4);
    assert_int_equal(trace.end_ns - trace.begin_ns, 100 * MS_NS);
}

/* Time in which any child was under way is not the parent's own, and counts once. */
static void a_fan(void **state)
{
    (void)state;
    begin();
    hop("xa", 0, 100);
    hop("ab", 10, 50)->outcome = OUTCOME_CLIENT_ERROR;
    hop("ac", 20, 60)->outcome = OUTCOME_TIMEOUT;
    hop("cd", 30, 40);
    hop("ad", 70, 75);
    tells("xa 100/45*; .ab 40/40; .ac 40/30; ..cd 10/10; .ad 5/5");
    assert_int_equal(trace.errors, 2);
}

/* One that outlasts its parent, as of a call that was not waited for. */
static void one_that_is_not_waited_for(void **state)
{
    (void)state;
    begin();
    hop("xa", 0, 10);
    hop("ab", 5, 50);
    tells("xa 10/5; .ab 45/45*");
    assert_int_equal(trace.end_ns - trace.begin_ns, 50 * MS_NS);
}

/* The hop between was not kept, or is not seen. */
static void a_missing_hop(void **state)
{
    (void)state;
    begin();
    hop("xa", 0, 100);
    hop("bc", 20, 80);
    hop("ad", 120, 130); /* nobody asked for it any more */
    tells("xa 100/100*; bc 60/60; ad 10/10");
    assert_int_equal(trace.loose, 2);
}

/* Of two that were under way the later one; but B3 says which it was. */
static void spans_go_before_times(void **state)
{
    (void)state;
    begin();
    hop("xa", 0, 100);
    strcpy(hop("ab", 10, 90)->span_id, "00000000000000b1");
    strcpy(hop("ab", 20, 80)->span_id, "00000000000000b2");
    hop("bc", 30, 40);
    strcpy(hop("bd", 50, 60)->parent_id, "00000000000000b1");
    tells("xa 100/20; .ab 80/70*; ..bd 10/10; .ab 60/50; ..bc 10/10");
}

/* A proxy passes the header on as it is. */
static void a_proxy_has_the_same_span(void **state)
{
    (void)state;
    begin();
    strcpy(hop("xp", 0, 100)->span_id, "00000000000000a1");
    strcpy(hop("pa", 1, 99)->span_id, "00000000000000a1");
    strcpy(hop("ab", 10, 90)->parent_id, "00000000000000a1");
    tells("xp 100/2; .pa 98/18; ..ab 80/80*");
}

/* An address may have one name as a server and another as a client. */
static void addresses_lead_too(void **state)
{
    (void)state;
    begin();
    hop("xa", 0, 100);
    hop("ab", 10, 90);
    trace.hop[1].request.client_id = 'z';
    tells("xa 100/20; .ab 80/80*");
}

/* Two outside are not one. */
static void outside_is_no_service(void **state)
{
    (void)state;
    begin();
    hop("ax", 0, 100);
    struct exchange *x = hop("xb", 10, 90);
    x->client_address.byte[14] = 9;
    tells("ax 100/100*; xb 80/80");
    assert_int_equal(trace.loose, 1);
}

/* Nothing was answered: no time is known, and none is guessed. */
static void no_answer(void **state)
{
    (void)state;
    begin();
    hop("xa", 0, 0);
    hop("xa", 0, 0);
    tells("xa 0/0; xa 0/0");
}

/* As many as there may be, one below the other. */
static void a_deep_one(void **state)
{
    (void)state;
    begin();
    for (uint64_t i = 0; i < TRACE_HOPS_MAX; i++)
        hop("aa", i, 3 * TRACE_HOPS_MAX - i);
    assert_true(trace_build(&trace));
    assert_int_equal(trace.hop[TRACE_HOPS_MAX - 1].depth, TRACE_HOPS_MAX - 1);
    assert_int_equal(trace.loose, 0);
}

static void none(void **state)
{
    (void)state;
    begin();
    assert_true(trace_build(&trace));
    assert_int_equal(trace.len, 0);
}

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"

static void keep_hop(struct delta *d, uint64_t start_s, uint64_t at_ms, const char *request_id,
                     const char *trace_id)
{
    struct exchange x = exchange_at(start_s, at_ms, 100 - at_ms, "/");
    strcpy(x.request_id, request_id);
    strcpy(x.trace_id, trace_id);
    window_sample(d, &x, 1 << KEPT_FAIR);
}

static bool passes(const void *sieve, const struct trace_row *row)
{
    return sieve_passes(sieve, row);
}

/* A proxy in front may know no more than a request id. One that is short, or long ago, is another.
 */
static void a_request_id_goes_with_a_trace(void **state)
{
    (void)state;
    struct place p = place_make();
    struct store *s = place_store(&p);
    for (uint64_t start = 1000; start <= 2000; start += 1000) {
        struct delta d = window_at(start);
        window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
        keep_hop(&d, start, 0, "request-1", "");
        keep_hop(&d, start, 1, "1", "");
        if (start == 2000) {
            keep_hop(&d, start, 10, "request-1", TRACE);
            keep_hop(&d, start, 20, "1", TRACE);
        }
        written(s, &d, NULL);
    }
    struct query *q = place_query(&p);
    struct err err;
    assert_true(query_trace(q, TRACE, (struct range){0, INT64_MAX}, &trace, &err));
    assert_int_equal(trace.len, 3);
    assert_string_equal(trace.hop[0].request.exchange.trace_id, "");
    assert_int_equal(trace.begin_ns, 2000 * SECOND_NS);
    trace_free(&trace);
    assert_true(query_trace(q, "", (struct range){0, INT64_MAX}, &trace, &err));
    assert_int_equal(trace.len, 0);
    struct trace_rows rows;
    struct range ever = {0, INT64_MAX};
    assert_true(query_traces(q, ever, &(struct trace_criteria){0}, &rows, &err));
    assert_int_equal(rows.len, 1);
    assert_string_equal(rows.row[0].trace_id, TRACE);
    assert_int_equal(rows.row[0].hops, 3);
    free(rows.row);
    const struct trace_criteria without[] = {
        {.failed = true}, {.least_ns = SECOND_NS}, {.service = "other"}, {.service_id = 77}};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        assert_true(query_traces(q, ever, &without[i], &rows, &err));
        assert_int_equal(rows.len, 0);
        free(rows.row);
    }
    assert_true(
        query_traces(q, ever, &(struct trace_criteria){.service = "10.0.0.2"}, &rows, &err));
    assert_int_equal(rows.len, 1);
    free(rows.row);
    const struct {
        const char *find;
        size_t found;
    } asked[] = {
        {"hops = 3 and server = 10.0.0.2", 1}, {"hops > 3", 0}, {"took < 1h has slowest", 1}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        static struct sieve sieve;
        struct slip slip;
        sieve = (struct sieve){0};
        assert_true(sieve_read(&sieve, &trace_fields, asked[i].find, NULL, &err, &slip));
        const struct trace_criteria found = {.passes = passes, .ctx = &sieve, .limit = 1};
        assert_true(query_traces(q, ever, &found, &rows, &err));
        assert_int_equal(rows.len, asked[i].found);
        free(rows.row);
    }
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* Whatever sends the same id again and again, as a test or a capture that is played in a loop, does
 * not make one trace of hours. */
static void an_id_that_comes_again(void **state)
{
    (void)state;
    static const uint64_t second = SECOND_NS;
    struct place p = place_make();
    struct store *s = place_store(&p);
    for (uint64_t start = 1000; start < 1300; start += 60) {
        struct delta d = window_at(start);
        window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
        keep_hop(&d, start, 0, "request-1", "");
        keep_hop(&d, start, 10, "request-1", TRACE);
        keep_hop(&d, start, 20, "request-2", start == 1120 ? "" : TRACE);
        written(s, &d, NULL);
    }
    struct query *q = place_query(&p);
    struct err err;
    const struct {
        struct range asked;
        uint64_t begins, hops;
    } parts[] = {
        {{0, INT64_MAX}, 1240, 3},                 /* the newest */
        {{0, 1130 * second}, 1120, 2},             /* the newest until then */
        {{1060 * second, 1060 * second}, 1060, 3}, /* of that moment */
        {{1, 1}, 1000, 3},                         /* the nearest */
        {{1100 * second, 1100 * second}, 1120, 2}, /* likewise */
        {{9000 * second, 9001 * second}, 1240, 3},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        assert_true(query_trace(q, TRACE, parts[i].asked, &trace, &err));
        assert_int_equal(trace.begin_ns, parts[i].begins * second);
        assert_int_equal(trace.len, parts[i].hops);
        assert_int_equal(trace.times, 5);
        assert_true(trace.end_ns - trace.begin_ns <= second);
        trace_free(&trace);
    }
    struct trace_rows rows;
    assert_true(query_traces(q, (struct range){0, INT64_MAX}, &(struct trace_criteria){.limit = 4},
                             &rows, &err));
    assert_int_equal(rows.len, 4);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(rows.row[i].begin_ns, (1240 - i * 60) * second);
    assert_int_equal(rows.row[2].hops, 2);
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_chain, end),
        cmocka_unit_test_teardown(a_fan, end),
        cmocka_unit_test_teardown(one_that_is_not_waited_for, end),
        cmocka_unit_test_teardown(a_missing_hop, end),
        cmocka_unit_test_teardown(spans_go_before_times, end),
        cmocka_unit_test_teardown(a_proxy_has_the_same_span, end),
        cmocka_unit_test_teardown(addresses_lead_too, end),
        cmocka_unit_test_teardown(outside_is_no_service, end),
        cmocka_unit_test_teardown(no_answer, end),
        cmocka_unit_test_teardown(a_deep_one, end),
        cmocka_unit_test(an_id_that_comes_again),
        cmocka_unit_test_teardown(none, end),
        cmocka_unit_test_teardown(a_request_id_goes_with_a_trace, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
