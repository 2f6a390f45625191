/* test_requests.c - store/requests.c: exchanges that were kept, and how they are asked for again.
 */
#include "store/requests.h"

#include <stdio.h>
#include <string.h>

#include "graph/merge.h"
#include "store/export/exporter.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

enum { ERROR = 1 << KEPT_ERROR, SLOW = 1 << KEPT_SLOW, FAIR = 1 << KEPT_FAIR };

static const struct range ever = {0, INT64_MAX};
static struct place place;
static struct store *store;

static int begin(void **state)
{
    (void)state;
    place = place_make();
    store = place_store(&place);
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    place_remove(&place);
    return 0;
}

static struct request_rows requests_in(struct range r, struct request_criteria c)
{
    struct query *q = place_query(&place);
    struct request_rows rows;
    struct err err = {0};
    if (!query_requests(q, r, &c, &rows, &err))
        fail_msg("%s", err.text);
    query_close(q);
    return rows;
}

/* Their paths, with spaces between. */
static const char *paths(struct range r, struct request_criteria c)
{
    static char text[4096];
    struct request_rows rows = requests_in(r, c);
    text[0] = '\0';
    for (size_t i = 0; i < rows.len; i++) {
        strcat(text, i ? " " : "");
        strcat(text, rows.row[i].exchange.path);
    }
    free(rows.row);
    return text;
}

/* Two edges in one window, three exchanges on the first. */
static struct delta window_of_four(uint64_t start_s)
{
    struct delta d = window_at(start_s);
    struct exchange x = exchange_at(start_s, 100, 5, "/a");
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    asked(&window_operation(&d, "GET /a")->exchanges, OUTCOME_OK, 2, MS_NS);
    asked(&window_operation(&d, "GET /b")->exchanges, OUTCOME_OK, 1, MS_NS);
    window_sample(&d, &x, FAIR);
    x = exchange_at(start_s, 200, 300, "/b");
    memcpy(x.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736", 33);
    x.outcome = OUTCOME_SERVER_ERROR;
    strcpy(x.status, "503");
    window_sample(&d, &x, ERROR | SLOW);
    x = exchange_at(start_s, 300, 0, "/a");
    window_sample(&d, &x, ERROR);
    window_edge(&d, "10.0.0.3", "10.0.0.2", 80);
    x = exchange_at(start_s, 400, 20, "/c");
    x.client_address = address_of("10.0.0.3");
    x.operation[0] = '\0';
    window_sample(&d, &x, FAIR);
    return d;
}

static struct exchange telling(void)
{
    struct exchange x = exchange_at(1000, 1, 7, "/orders/42");
    x.protocol = "grpc";
    x.client_port = 45678;
    x.stream_id = 9;
    x.grpc_status = 5;
    x.error_code = 8;
    x.call = CALL_UNARY;
    x.request_messages = 1;
    x.response_messages = 2;
    x.first_message_ns = x.request_ns + 3 * MS_NS;
    x.deadline_ns = 250 * MS_NS;
    x.notes = NOTE_GAP | NOTE_COMPRESSED;
    x.certainty = (struct certainty){100, 50, 10, 9};
    strcpy(x.status, "NOT_FOUND");
    strcpy(x.host, "cart:50051");
    strcpy(x.message, "no such \"order\"");
    strcpy(x.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
    strcpy(x.span_id, "00f067aa0ba902b7");
    strcpy(x.parent_id, "05e3ac9a4f6e3b90");
    strcpy(x.request_id, "r-1");
    strcpy(x.forwarded_for, "10.9.9.9");
    return x;
}

static const char *line_of(const struct exchange *x)
{
    static char text[LOG_LINE_MAX + 1];
    struct log_end client, server;
    log_client(&client, &x->client_address, "10.0.0.1");
    log_server(&server, x, "10.0.0.2");
    text[export_log_line(text, x, (struct log_ends){&client, &server})] = '\0';
    return text;
}

/* What the log would have told of a row. */
static const char *line_of_row(const struct request_row *row)
{
    struct exchange x = row->exchange;
    assert_null(x.protocol);
    x.protocol = row->protocol;
    return line_of(&x);
}

/* An exchange comes back such that the log would tell the same of it. */
static void comes_back_as_the_log_has_it(void **state)
{
    (void)state;
    struct exchange statement = exchange_at(1000, 3, 9, "SELECT * FROM t WHERE a = ?");
    struct delta d = window_at(1000);
    struct exchange rpc = telling();
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    strcpy(d.edge[0].key.protocol, "grpc");
    window_operation(&d, rpc.operation);
    window_sample(&d, &rpc, FAIR | SLOW);
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    strcpy(d.edge[1].key.protocol, "postgresql");
    statement.protocol = "postgresql";
    statement.fingerprint = UINT64_C(0xfedcba9876543210);
    strcpy(statement.operation, "SELECT t");
    window_operation(&d, "SELECT t");
    window_sample(&d, &statement, FAIR);
    written(store, &d, NULL);
    struct request_rows rows = requests_in(ever, (struct request_criteria){0});
    assert_int_equal(rows.len, 2);
    char expected[8192];
    strcpy(expected, line_of(&rpc));
    assert_string_equal(line_of_row(&rows.row[1]), expected);
    strcpy(expected, line_of(&statement));
    assert_string_equal(line_of_row(&rows.row[0]), expected);
    assert_int_equal(rows.row[1].kept, FAIR | SLOW);
    assert_int_equal(rows.row[1].window_ns, 1000 * SECOND_NS);
    assert_int_equal(rows.row[1].duration_ns, 7 * MS_NS);
    assert_string_equal(rows.row[1].exchange.operation, rpc.operation);
    free(rows.row);
}

static void each_criterion_narrows(void **state)
{
    (void)state;
    struct delta d = window_of_four(1000);
    written(store, &d, NULL);
    d = window_of_four(1005);
    written(store, &d, NULL);
#define ASK(...)                                                                                   \
    paths((struct range){1000 * SECOND_NS, 1005 * SECOND_NS},                                      \
          (struct request_criteria){__VA_ARGS__})
    assert_string_equal(ASK(0), "/c /a /b /a");
    assert_string_equal(ASK(.order = REQUESTS_OLDEST), "/a /b /a /c");
    assert_string_equal(ASK(.order = REQUESTS_SLOWEST), "/b /c /a");
    assert_string_equal(ASK(.limit = 1), "/c");
    assert_string_equal(ASK(.edge_id = 1), "/a /b /a");
    assert_string_equal(ASK(.client = "10.0.0.3"), "/c");
    assert_string_equal(ASK(.server = "10.0.0.2"), "/c /a /b /a");
    assert_string_equal(ASK(.server = "10.0.0.3"), "");
    assert_string_equal(ASK(.service = "10.0.0.3"), "/c");
    assert_string_equal(ASK(.protocol = "redis"), "");
    assert_string_equal(ASK(.operation = "/b"), "/b");
    assert_string_equal(ASK(.outcomes = 1 << OUTCOME_OK), "/c /a");
    assert_string_equal(ASK(.outcomes = 1 << OUTCOME_UNANSWERED | 1 << OUTCOME_SERVER_ERROR),
                        "/a /b");
    assert_string_equal(ASK(.kept = ERROR), "/a /b");
    assert_string_equal(ASK(.kept = ERROR | SLOW), "/b");
    assert_string_equal(ASK(.least_ns = 20 * MS_NS), "/c /b");
    assert_string_equal(ASK(.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"), "/b");
    assert_string_equal(ASK(.trace_id = ""), "");
    assert_string_equal(ASK(.after_id = 3), "/c");
    assert_string_equal(
        paths(ever, (struct request_criteria){.after_id = 6, .order = REQUESTS_OLDEST}), "/a /c");
#undef ASK
}

/* Of a row that is no name of ours, or of text that is none, nothing harmful comes. */
static void a_strange_database_does_no_harm(void **state)
{
    (void)state;
    struct delta d = window_of_four(1000);
    written(store, &d, NULL);
    place_run(place.db, "UPDATE request SET outcome = 'a\x1b[2Jb', kept = '', status = "
                        "char(27) || 'x', notes = -1, grpc_status = 99999999999, client_address = "
                        "'none', duration_ns = -5, fields_known = 7, trace_id = char(10)");
    struct request_rows rows = requests_in(ever, (struct request_criteria){0});
    assert_int_equal(rows.len, 4);
    assert_int_equal(rows.row[0].exchange.outcome, OUTCOME_UNKNOWN);
    assert_string_equal(rows.row[0].exchange.status, "\\x1bx");
    assert_string_equal(rows.row[0].exchange.trace_id, "\\x0a");
    assert_null(strchr(line_of_row(&rows.row[0]), '\x1b'));
    free(rows.row);
}

/* Templates become one later: what was kept is then of that one. */
static void operations_stay_right(void **state)
{
    (void)state;
    struct delta d = window_at(1000);
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    for (int i = 0; i < 60; i++) {
        char path[32];
        snprintf(path, sizeof path, "/shop/item%c%c/x", 'a' + i / 8, 'a' + i % 8);
        struct exchange x = exchange_at(1000, 100 + (uint64_t)i, 5, path);
        if (i == 45) {
            written(store, &d, NULL);
            assert_string_equal(paths(ever, (struct request_criteria){.operation = "itemaa"}),
                                "/shop/itemaa/x");
            d = window_at(1005);
            window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
        }
        struct operation_delta *o = window_operation(&d, x.operation);
        o->templated = true;
        asked(&o->exchanges, OUTCOME_OK, 1, MS_NS);
        window_sample(&d, &x, FAIR)->templated = true;
    }
    written(store, &d, NULL);
    struct request_rows rows =
        requests_in(ever, (struct request_criteria){.operation = "GET /shop/{*}/x"});
    assert_int_equal(rows.len, 60);
    free(rows.row);
}

/* Past the number that is kept the oldest leave, a bounded number at a time; ids rise for ever. */
static void the_oldest_leave(void **state)
{
    (void)state;
    store_keep_requests(store, 10);
    for (uint64_t i = 0; i < 5; i++) {
        struct delta d = window_of_four(1000 + 5 * i);
        written(store, &d, NULL);
    }
    assert_int_equal(place_number(place.db, "SELECT count(*) FROM request"), 10);
    assert_int_equal(place_number(place.db, "SELECT max(id) FROM request"), 20);
    struct delta d = window_at(1000 + 2 * 24 * 3600);
    written(store, &d, NULL);
    assert_int_equal(place_number(place.db, "SELECT count(*) FROM request"), 1);
    d = window_of_four(1005 + 2 * 24 * 3600);
    written(store, &d, NULL);
    assert_int_equal(place_number(place.db, "SELECT max(id) FROM request"), 24);
}

static void none_are_kept_if_so_wished(void **state)
{
    (void)state;
    store_keep_requests(store, 0);
    struct delta d = window_of_four(1000);
    written(store, &d, NULL);
    assert_int_equal(place_number(place.db, "SELECT count(*) FROM request"), 0);
}

/* The JSON of a row. Given. */
static char *written_as(const struct request_row *row)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_true(export_request(out, row, NULL));
    fclose(out);
    return text;
}

/* A row says the same wherever it is put: who sorts and sifts moves rows about. */
static void rows_may_be_moved(void **state)
{
    (void)state;
    struct delta d = window_of_four(1000);
    struct exchange x = telling();
    window_edge(&d, "10.0.0.1", "10.0.0.4", 50051);
    strcpy(d.edge[d.edge_len - 1].key.protocol, "grpc");
    x.server_address = address_of("10.0.0.4");
    x.server_port = 50051;
    window_sample(&d, &x, FAIR);
    written(store, &d, NULL);
    struct request_rows rows = requests_in(ever, (struct request_criteria){0});
    assert_int_equal(rows.len, 5);
    for (size_t i = 0; i < rows.len / 2; i++) {
        struct request_row *a = &rows.row[i], *b = &rows.row[rows.len - 1 - i], moved = *a;
        char *before = written_as(a);
        *a = *b;
        *b = moved;
        char *after = written_as(b);
        assert_string_equal(before, after);
        free(before);
        free(after);
    }
    free(rows.row);
}

int main(void)
{
#define HERE(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        HERE(comes_back_as_the_log_has_it),
        HERE(each_criterion_narrows),
        HERE(a_strange_database_does_no_harm),
        HERE(operations_stay_right),
        HERE(the_oldest_leave),
        HERE(none_are_kept_if_so_wished),
        HERE(rows_may_be_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
