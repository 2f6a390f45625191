/* test_log_line.c - an exchange as a line of JSON, to the letter. */
#include <stdio.h>
#include <string.h>

#include "store/export/exporter.h"
#include "tests/check.h"

static const uint64_t start_ns = 1709210096000000001; /* 2024-02-29T12:34:56.000000001Z */

static struct exchange answered(void)
{
    struct exchange x = {
        .protocol = "http",
        .client_address = address_v4((const uint8_t[]){10, 0, 0, 1}),
        .server_address = address_v4((const uint8_t[]){10, 0, 0, 2}),
        .client_port = 40000,
        .server_port = 8080,
        .request_ns = start_ns,
        .request_end_ns = start_ns + 500,
        .response_ns = start_ns + 1000500,
        .response_end_ns = start_ns + 12345678,
        .end_ns = start_ns + 12345678,
        .request_bytes = 100,
        .response_bytes = 2000,
        .grpc_status = -1,
        .error_code = -1,
        .outcome = OUTCOME_OK,
        .method = "GET",
        .status = "200",
        .host = "cart",
        .path = "/items/7",
        .operation = "GET /items/{id}",
    };
    return x;
}

#define HEAD                                                                                       \
    "{\"time\":\"2024-02-29T12:34:56.000000001Z\",\"protocol\":\"http\",\"client_address\":"       \
    "\"10.0.0.1\",\"client_port\":40000,\"server_address\":\"10.0.0.2\",\"server_port\":8080,"     \
    "\"client_name\":\"web\",\"server_name\":\"cart\",\"method\":\"GET\",\"host\":\"cart\","
#define REQUEST "\"path\":\"/items/7\",\"operation\":\"GET /items/{id}\","

/* The line of an exchange between ends of these names. Good until the next call. */
static const char *line_between(const struct exchange *x, const char *client, const char *server)
{
    static char text[LOG_LINE_MAX + 1];
    struct log_end ends[2];
    log_client(&ends[0], &x->client_address, client);
    log_server(&ends[1], x, server);
    size_t len = export_log_line(text, x, (struct log_ends){&ends[0], &ends[1]});
    assert_true(len < sizeof text);
    text[len] = '\0';
    return text;
}

static void writes(const struct exchange *x, const char *expected)
{
    assert_string_equal(line_between(x, "web", "cart"), expected);
}

/* Addresses may overlap, then the network is told. */
static void of_a_tenant(void **state)
{
    struct exchange x = answered();
    (void)state;
    x.tenant = 0x10000005;
    assert_non_null(strstr(line_between(&x, "web", "cart"),
                           "\"server_port\":8080,\"tenant\":\"vni5\",\"client_name\""));
}

/* Times are exact, and have no more digits than they need. */
static void answered_request(void **state)
{
    struct exchange x = answered();
    (void)state;
    writes(&x, HEAD REQUEST
           "\"status\":\"200\",\"outcome\":\"ok\",\"duration_ms\":12.345678,\"ttfb_ms\":1,"
           "\"request_bytes\":100,\"response_bytes\":2000,\"notes\":[]}\n");
}

/* A statement without its literals is no path. */
static void statement(void **state)
{
    struct exchange x = answered();
    (void)state;
    x.fingerprint = 0x0123456789abcdef;
    bytes_to_text(x.path, sizeof x.path, bytes_of_text("SELECT \"a b\" FROM t"));
    bytes_to_text(x.operation, sizeof x.operation, bytes_of_text("SELECT t"));
    writes(&x,
           HEAD "\"statement\":\"SELECT \\\"a b\\\" FROM t\",\"fingerprint\":\"0123456789abcdef\","
                "\"operation\":\"SELECT t\",\"status\":\"200\",\"outcome\":\"ok\","
                "\"duration_ms\":12.345678,\"ttfb_ms\":1,"
                "\"request_bytes\":100,\"response_bytes\":2000,\"notes\":[]}\n");
}

/* What was not seen is null, never 0. */
static void unanswered_request(void **state)
{
    struct exchange x = answered();
    (void)state;
    x.response_ns = x.response_end_ns = 0;
    x.response_bytes = 0;
    x.status[0] = '\0';
    x.outcome = OUTCOME_UNANSWERED;
    x.notes = NOTE_MIDSTREAM | NOTE_INFERRED_DIRECTION;
    writes(&x, HEAD REQUEST
           "\"status\":null,\"outcome\":\"unanswered\",\"duration_ms\":null,\"ttfb_ms\":null,"
           "\"request_bytes\":100,\"response_bytes\":0,\"notes\":[\"midstream\","
           "\"inferred-direction\"]}\n");
}

/* An answer that began before the request's end has a duration and no time to its first byte. */
static void early_answer(void **state)
{
    struct exchange x = answered();
    (void)state;
    x.response_ns = x.request_ns + 1;
    writes(&x, HEAD REQUEST
           "\"status\":\"200\",\"outcome\":\"ok\",\"duration_ms\":12.345678,\"ttfb_ms\":null,"
           "\"request_bytes\":100,\"response_bytes\":2000,\"notes\":[]}\n");
}

/* Quotes and backslashes from the wire stay text. */
static void hostile_text(void **state)
{
    struct exchange x = answered();
    (void)state;
    strcpy(x.path, "/\",\"x\":\"\\x1b");
    strcpy(x.operation, "GET /{id}");
    strcpy(x.trace_id, "0af7651916cd43dd8448eb211c80319c");
    strcpy(x.forwarded_for, "203.0.113.9");
    writes(
        &x, HEAD
        "\"path\":\"/\\\",\\\"x\\\":\\\"\\\\x1b\",\"operation\":\"GET /{id}\",\"status\":\"200\","
        "\"outcome\":\"ok\",\"duration_ms\":12.345678,\"ttfb_ms\":1,\"request_bytes\":100,"
        "\"response_bytes\":2000,\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\","
        "\"forwarded_for\":\"203.0.113.9\",\"notes\":[]}\n");
}

/* What is told of a call comes last: its kind, what the server said, times, and how much of the
 * connection's header fields is known. */
static void call_with_messages(void **state)
{
    struct exchange x = answered();
    (void)state;
    x.call = CALL_SERVER_STREAMING;
    x.grpc_status = 4;
    x.stream_id = 7;
    x.request_messages = 1;
    x.response_messages = 3;
    x.first_message_ns = x.request_ns + 2500000;
    x.deadline_ns = 1500000000;
    x.certainty =
        (struct certainty){.fields = 8, .known = 7, .late_fields = 1000, .late_known = 1000};
    strcpy(x.message, "too \"slow\"");
    writes(&x, HEAD REQUEST
           "\"status\":\"200\",\"grpc_status\":4,\"outcome\":\"ok\",\"duration_ms\":12.345678,"
           "\"ttfb_ms\":1,\"request_bytes\":100,\"response_bytes\":2000,\"request_messages\":1,"
           "\"response_messages\":3,\"stream_id\":7,\"notes\":[],\"call\":\"server-streaming\","
           "\"grpc_message\":\"too \\\"slow\\\"\",\"deadline_ms\":1500,\"first_message_ms\":2.5,"
           "\"fields_known\":0.875,\"fields_known_late\":1}\n");
}

static void writes_part(const struct exchange *x, const char *expected)
{
    assert_non_null(strstr(line_between(x, "web", "cart"), expected));
}

static void writes_at_end(const struct exchange *x, const char *end)
{
    char expected[512];
    snprintf(expected, sizeof expected,
             HEAD REQUEST "\"status\":\"200\",\"outcome\":\"ok\",\"duration_ms\":12.345678,"
                          "\"ttfb_ms\":1,\"request_bytes\":100,\"response_bytes\":2000,"
                          "\"notes\":[]%s}\n",
             end);
    writes(x, expected);
}

/* A call without a message back has no time to it, and one whose status was not seen none of that;
 * what is no call has not even the keys, and what is not gRPC has no status of it. */
static void call_without_message(void **state)
{
    struct exchange x = answered();
    (void)state;
    x.call = CALL_UNARY;
    x.protocol = "grpc";
    writes_part(&x, ",\"call\":\"unary\",\"first_message_ms\":null");
    writes_part(&x, ",\"grpc_status\":null,");
}

/* Error codes go by name, those that have none by number. */
static void error_codes(void **state)
{
    static const struct {
        int64_t code;
        const char *end;
    } cases[] = {
        {-1, ""},
        {0, ",\"error_code\":\"NO_ERROR\""},
        {7, ",\"error_code\":\"REFUSED_STREAM\""},
        {8, ",\"error_code\":\"CANCEL\""},
        {13, ",\"error_code\":\"HTTP_1_1_REQUIRED\""},
        {14, ",\"error_code\":\"14\""},
        {UINT32_MAX, ",\"error_code\":\"4294967295\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = answered();
        x.error_code = cases[i].code;
        writes_at_end(&x, cases[i].end);
    }
}

/* A share of 1 means all: it is never rounded up to it. */
static void shares_of_fields(void **state)
{
    static const struct {
        struct certainty certainty;
        const char *end;
    } cases[] = {
        {{0, 0, 0, 0}, ""},
        {{3, 0, 3, 3}, ",\"fields_known\":0,\"fields_known_late\":1"},
        {{3, 1, 0, 0}, ",\"fields_known\":0.333"},
        {{10000, 9999, 2, 1}, ",\"fields_known\":0.999,\"fields_known_late\":0.5"},
        {{UINT32_MAX, UINT32_MAX, 50, 1}, ",\"fields_known\":1,\"fields_known_late\":0.02"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = answered();
        x.certainty = cases[i].certainty;
        writes_at_end(&x, cases[i].end);
    }
}

/* What was sent as a reference to what was not seen is empty; what is missing is null. */
static void unreadable_fields(void **state)
{
    static const struct {
        uint32_t notes;
        const char *expected;
    } cases[] = {
        {NOTE_UNKNOWN_FIELDS, "\"method\":\"GET\",\"host\":\"\",\"path\":\"\",\"operation\":"},
        {NOTE_UNKNOWN_FIELDS | NOTE_GAP,
         "\"method\":\"GET\",\"host\":null,\"path\":null,\"operation\":"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = answered();
        x.notes = cases[i].notes;
        x.host[0] = x.path[0] = '\0';
        writes_part(&x, cases[i].expected);
    }
}

static void fill(char *text, size_t size)
{
    memset(text, '"', size - 1);
    text[size - 1] = '\0';
}

/* Whatever the wire says, the line is whole. */
static void longest_line(void **state)
{
    struct exchange x = answered();
    char name[NAME_TEXT_MAX];
    size_t quotes = 0;
    (void)state;
    fill(name, sizeof name);
    fill(x.method, sizeof x.method), fill(x.status, sizeof x.status);
    fill(x.host, sizeof x.host), fill(x.path, sizeof x.path);
    fill(x.operation, sizeof x.operation), fill(x.message, sizeof x.message);
    fill(x.trace_id, sizeof x.trace_id), fill(x.span_id, sizeof x.span_id);
    fill(x.request_id, sizeof x.request_id), fill(x.forwarded_for, sizeof x.forwarded_for);
    x.client_address.byte[0] = x.server_address.byte[0] = 0x20;
    x.client_port = x.server_port = UINT16_MAX;
    x.request_ns = x.request_end_ns = 1;
    x.response_ns = x.response_end_ns = x.first_message_ns = UINT64_MAX - 1;
    x.request_bytes = x.response_bytes = x.deadline_ns = UINT64_MAX;
    x.request_messages = x.response_messages = x.stream_id = UINT32_MAX;
    x.grpc_status = INT32_MAX, x.error_code = 12, x.call = CALL_SERVER_STREAMING;
    x.certainty = (struct certainty){UINT32_MAX, 4100000000, UINT32_MAX, 4100000000};
    x.notes = (1U << NOTES) - 1;
    const char *text = line_between(&x, name, name);
    size_t len = strlen(text);
    static const char end[] = ",\"fields_known\":0.954,\"fields_known_late\":0.954}\n";
    assert_true(len > sizeof end && strcmp(text + len - sizeof end + 1, end) == 0);
    for (size_t i = 0; i < len; i++)
        quotes += text[i] == '"' && text[i - 1] != '\\';
    assert_int_equal(quotes % 2, 0);
}

/* An escape is found wherever it stands, and nothing else is taken for one. */
static void escapes_are_found_anywhere(void **state)
{
    static const struct {
        const char *is, *becomes;
    } cases[] = {
        {"\"", "\\\""},
        {"\\", "\\\\"},
        {"\x1f", "\\u001f"},
        {"\x01", "\\u0001"},
        {" ", " "},
        {"!", "!"},
        {"#", "#"},
        {"[", "["},
        {"]", "]"},
        {"\x7f", "\x7f"},
        {"\xc3\xa2", "\xc3\xa2"},
        {"\xdc\x9c", "\xdc\x9c"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int before = 0; before < 17; before++)
            for (int after = 0; after < 9; after++) {
                struct exchange x = answered();
                char expected[64];
                snprintf(x.path, sizeof x.path, "%.*s%s%.*s", before, "/aaaaaaaaaaaaaaaa",
                         cases[i].is, after, "bbbbbbbb");
                snprintf(expected, sizeof expected, "\"path\":\"%.*s%s%.*s\",", before,
                         "/aaaaaaaaaaaaaaaa", cases[i].becomes, after, "bbbbbbbb");
                writes_part(&x, expected);
            }
}

/* Of another second than the line before, of the same, and of the first again. */
static void times_of_line_after_line(void **state)
{
    static const struct {
        uint64_t ns;
        const char *expected;
    } cases[] = {
        {1709210096000000001, "\"2024-02-29T12:34:56.000000001Z\""},
        {1709210096120034009, "\"2024-02-29T12:34:56.120034009Z\""},
        {1735689599999999999, "\"2024-12-31T23:59:59.999999999Z\""},
        {1735689600000000000, "\"2025-01-01T00:00:00.000000000Z\""},
        {1709210096987650000, "\"2024-02-29T12:34:56.987650000Z\""},
        {1, "\"1970-01-01T00:00:00.000000001Z\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = answered();
        x.request_ns = cases[i].ns;
        writes_part(&x, cases[i].expected);
    }
}

/* Of every length, to the digit. */
static void numbers_of_every_length(void **state)
{
    (void)state;
    uint64_t value = 0;
    for (int digits = 1; digits <= 20; digits++) {
        struct exchange x = answered();
        char expected[96];
        value = digits == 20 ? UINT64_MAX : value * 10 + (uint64_t)(digits % 10);
        x.request_bytes = value;
        x.response_bytes = digits % 2 ? value / 10 * 10 : value % 100;
        snprintf(expected, sizeof expected, "\"request_bytes\":%llu,\"response_bytes\":%llu,",
                 (unsigned long long)x.request_bytes, (unsigned long long)x.response_bytes);
        writes_part(&x, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answered_request),
        cmocka_unit_test(statement),
        cmocka_unit_test(unanswered_request),
        cmocka_unit_test(early_answer),
        cmocka_unit_test(hostile_text),
        cmocka_unit_test(call_with_messages),
        cmocka_unit_test(call_without_message),
        cmocka_unit_test(error_codes),
        cmocka_unit_test(shares_of_fields),
        cmocka_unit_test(unreadable_fields),
        cmocka_unit_test(longest_line),
        cmocka_unit_test(of_a_tenant),
        cmocka_unit_test(escapes_are_found_anywhere),
        cmocka_unit_test(times_of_line_after_line),
        cmocka_unit_test(numbers_of_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
