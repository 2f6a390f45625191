/* test_elasticsearch.c - specifies decode/elasticsearch.c, and that HTTP/1 asks it. */
#include "decode/elasticsearch.h"
#include "script.h"

#include "tests/check.h"

extern const struct decoder http1_decoder;

static const struct {
    const char *method, *path, *operation;
} rows[] = {
    {"GET", "/orders/_search", "search orders"},
    {"POST", "/_search", "search"},
    {"POST", "/logs-2026.11.30,metrics-*/_search", "search logs-*,metrics-*"},
    {"POST", "/_search/scroll", "search"},
    {"POST", "/_bulk", "bulk"},
    {"PUT", "/orders/_bulk", "bulk orders"},
    {"GET", "/orders/_doc/4711", "get orders"},
    {"HEAD", "/orders/_doc/4711", "exists orders"},
    {"PUT", "/orders/_doc/jo@example.org", "index orders"},
    {"POST", "/orders/_doc", "index orders"},
    {"DELETE", "/orders/_doc/1", "delete orders"},
    {"POST", "/orders/_update/1", "update orders"},
    {"POST", "/tenant-4711/_delete_by_query", "delete_by_query tenant-*"},
    {"GET", "/_cluster/health", "cluster health"},
    {"GET", "/_cluster/health/orders", "cluster health"},
    {"GET", "/_cluster/4711", "cluster"},
    {"GET", "/_cat/indices", "cat indices"},
    {"GET", "/_nodes/stats", "nodes"},
    {"GET", "/.kibana_1/_mapping", "mapping .kibana_*"},
    /* others that look alike */
    {"POST", "/Patient/_search", ""},
    {"GET", "/orders/search", ""},
    {"GET", "/orders/_all_docs", ""},
    {"GET", "/api/v1/_search", ""},
    {"OPTIONS", "/orders/_doc/1", ""},
    {"GET", "/", ""},
    {"GET", "", ""},
    {"GET", "/_doc/1", ""},
    {"GET", "/orders", ""},
};

static void paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct exchange x = {0};
        strcpy(x.method, rows[i].method);
        strcpy(x.path, rows[i].path);
        elasticsearch_note(&x);
        if (strcmp(x.operation, rows[i].operation) != 0)
            print_error("%s %s\n", rows[i].method, rows[i].path);
        assert_string_equal(x.operation, rows[i].operation);
    }
}

static void asked_by_http(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, &http1_decoder,
        "GET /orders/_search 200 ok http search orders -1  0+0\nGET /orders 200 ok http  -1  0+0\n",
        SAYS("GET /orders/_search?q=secret HTTP/1.1\r\n\r\n"),
        HEARS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), SAYS("GET /orders HTTP/1.1\r\n\r\n"),
        HEARS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(asked_by_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
