/* Connections have deadlines for the request and for the answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "web/connections.h"

static bool is_shut(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void closes_those_overdue(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct connections *c = connections_new();
    struct connection *one = connections_opened(c, pair[0], 100);

    /* A byte now and then does not help: the whole head has its time. */
    assert_int_equal(connections_sweep(c, 100 + REQUEST_MAX_S - 1), 0);
    /* In time, then the answer has its own. */
    connections_asks(c, one, 110);
    assert_int_equal(connections_sweep(c, 110 + ANSWER_MAX_S - 1), 0);
    /* A kept-alive connection starts again. */
    connections_answered(c, one, 150);
    assert_int_equal(connections_sweep(c, 150 + REQUEST_MAX_S - 1), 0);
    assert_false(is_shut(pair[1]));
    assert_int_equal(connections_sweep(c, 150 + REQUEST_MAX_S), 1);
    assert_true(is_shut(pair[1]));
    /* Once is enough. */
    assert_int_equal(connections_sweep(c, 9999), 0);

    connections_closed(c, one);
    connections_free(c);
    close(pair[0]);
    close(pair[1]);
}

/* A stream stays for as long as it likes. */
static void leaves_streams(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct connections *c = connections_new();
    struct connection *one = connections_opened(c, pair[0], 0);
    connections_streams(c, one);
    assert_int_equal(connections_sweep(c, 1000000), 0);
    connections_closed(c, one);
    connections_free(c);
    close(pair[0]);
    close(pair[1]);
}

/* A full table gives none, and goes on; a closed connection makes room. */
static void is_bounded(void **state)
{
    (void)state;
    struct connections *c = connections_new();
    struct connection *last = NULL;
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        last = connections_opened(c, 1000 + i, 0);
    assert_non_null(last);
    assert_null(connections_opened(c, 5000, 0));
    connections_asks(c, NULL, 0);
    connections_closed(c, NULL);
    connections_closed(c, last);
    assert_ptr_equal(connections_opened(c, 5000, 0), last);
    connections_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closes_those_overdue),
        cmocka_unit_test(leaves_streams),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
