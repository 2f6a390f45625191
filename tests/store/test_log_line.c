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

static void writes(const struct exchange *x, const char *expected)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_true(export_log_line(out, x, (struct log_names){"web", "cart"}));
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answered_request),
        cmocka_unit_test(unanswered_request),
        cmocka_unit_test(early_answer),
        cmocka_unit_test(hostile_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
