/* test_view_connections.c - the connections of an edge, as they are seen. */
#include <string.h>

#include "tests/ui-tui/fake_calls.h"
#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

/* c leads from the edge to its connections: which takes what share of the calls, and how much of
 * its header fields is known, in all and of late. An open one ages while it is silent. */
static void test_of_an_edge(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "o");
    screen_shows(
        f, 24, 80, ROW_PATH,
        " Edges › web → orders:50051 grpc › Connections                                2\n"
        " CLIENT          SERVER           CALLS↓   SHARE   OPEN      AGE   KNOWN     NOW\n"
        " 10.0.0.2:40312  10.0.0.21:50051    1164    97 %      2  1.0 min    93 %   100 %\n"
        " 10.0.0.2:40313  10.0.0.22:50051      36   3.0 %      0     18 s   100 %   100 %\n");
    frame_free(f);
}

/* On a wide screen also who reset, stalls, and bars. */
static void test_wide_screen(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "o");
    screen_shows(f, 24, 140, ROW_VIEW,
                 " CLIENT          SERVER           CALLS↓   SHARE                    OPEN      AGE"
                 "   KNOWN     NOW  STATE   RESETS  STALLS   GOAWAYS     PING\n"
                 " 10.0.0.2:40312  10.0.0.21:50051    1164    97 %  ███████████████▌     2  1.0 min"
                 "    93 %   100 %  open         3       0         0   500 µs\n"
                 " 10.0.0.2:40313  10.0.0.22:50051      36   3.0 %  ▌                    0     18 s"
                 "   100 %   100 %  closed       0       0         0        -\n");
    frame_free(f);
}

/* From the operations of an edge too; and on to the open calls. */
static void test_goes_on(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "\no");
    screen_shows(f, 24, 80, ROW_PATH,
                 " Edges › web → orders:50051 grpc › Operations › Connections ");
    screen_type(f, &q, "\n");
    screen_shows(f, 24, 80, ROW_PATH,
                 " Edges › web → orders:50051 grpc › Operations › Connections › Streams ");
    screen_shows(f, 24, 60, ROW_PATH, " … › web → orders:50051 grpc › Connections › Streams ");
    frame_free(f);
}

/* Protocols that carry one request at a time have none, and the screen says so. */
static void test_none(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "o");
    assert_non_null(strstr(screen_text(f, 24, 80, false),
                           "No connection that carries many calls at once (HTTP/2, gRPC)"));
    frame_free(f);
}

/* Unknown figures are a dash, never a zero; nearly all is not all. */
static void test_certainty(void **state)
{
    struct query q = shop_with_calls();
    struct connection_row row = q.connection[0];
    q.connection = &row;
    q.connection_len = 1;
    row.certainty = (struct certainty){0};
    row.began_ns = row.last_ns = q.history.to_ns;
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "o");
    screen_shows(
        f, 24, 80, ROW_VIEW + 1,
        " 10.0.0.2:40312  10.0.0.21:50051    1164    97 %      2        -       -       -\n");
    row.certainty = (struct certainty){100000, 99999, 256, 255};
    frame_update(f, &q);
    assert_non_null(strstr(screen_text(f, 24, 80, false), "99.9 %  99.6 %"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_an_edge), cmocka_unit_test(test_wide_screen),
        cmocka_unit_test(test_goes_on),    cmocka_unit_test(test_none),
        cmocka_unit_test(test_certainty),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
