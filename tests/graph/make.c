/* make.c - see make.h. */
#include "tests/graph/make.h"

#include "tests/check.h"

struct address make_address(const char *text)
{
    struct address a = {0};
    assert_true(address_from_text(text, &a));
    return a;
}

struct exchange make_exchange(const char *path)
{
    enum { MS = 1000000 };
    struct exchange x = {
        .protocol = "http",
        .client_address = make_address("10.0.0.1"),
        .server_address = make_address("10.0.0.2"),
        .client_port = 40000,
        .server_port = 80,
        .request_ns = 1000 * (uint64_t)MS,
        .request_end_ns = 1001 * (uint64_t)MS,
        .response_ns = 1005 * (uint64_t)MS,
        .response_end_ns = 1009 * (uint64_t)MS,
        .end_ns = 1009 * (uint64_t)MS,
        .request_bytes = 100,
        .response_bytes = 2000,
        .grpc_status = -1,
        .error_code = -1,
        .outcome = OUTCOME_OK,
        .method = "GET",
        .status = "200",
    };
    size_t len = strlen(path);
    assert_true(len < sizeof x.path);
    memcpy(x.path, path, len + 1);
    return x;
}
