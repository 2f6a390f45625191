/* test_view_operations.c - what is asked for, as it is seen. */
#include <string.h>

#include "tests/ui-tui/fake_calls.h"
#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

/* Of all edges: with who asks whom. */
static void test_of_all(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Operations");
    screen_shows(
        f, 10, 95, ROW_VIEW,
        "   OPERATION                RATE↓   ERRORS      P50      P95  CLIENT    SERVER      "
        "PROTOCOL\n"
        " ● GET /cart/{id}           7.0/s      0 %   3.0 ms    12 ms  web       cart:8080   http\n"
        " ● POST /cart/{id}/items    2.5/s      0 %   7.5 ms    30 ms  web       cart:8080   http\n"
        " ✖ POST /pay               0.60/s     20 %   650 ms    2.6 s  web       pay:8080    http\n"
        " ● GET /health             0.20/s      0 %   500 µs   2.0 ms  web       pay:8080    "
        "http\n");
    frame_free(f);
}

/* Of one edge: without what would be alike in all rows. */
static void test_of_an_edge(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "jjj\n");
    screen_shows(f, 10, 80, ROW_PATH,
                 " Edges › web → pay:8080 http › Operations                                     2\n"
                 "   OPERATION           RATE↓   ERRORS      P50      P95      P99    BYTES\n"
                 " ✖ POST /pay          0.60/s     20 %   650 ms    2.6 s    5.2 s    61 kB\n"
                 " ● GET /health        0.20/s      0 %   500 µs   2.0 ms   4.0 ms    20 kB\n");
    frame_free(f);
}

/* In a higher window its latency is drawn above them, with that of the time before, and how its
 * calls went and ended. */
static void test_charts(void **state)
{
    struct operation_row operations[1];
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    operations[0] = q.operation[3];
    operations[0].figures.outcomes[OUTCOME_OK] = 27;
    operations[0].figures.outcomes[OUTCOME_SERVER_ERROR] = 9;
    q.operation = operations;
    q.operation_len = 1;
    q.history.from_ns -= UINT64_C(86400) * 1000000000;
    screen_type(f, &q, "jjj\n---");
    const char *text = screen_text(f, 34, 130, false);
    assert_non_null(strstr(text, " latency  p50 21 ms  p95 39 ms  p99 300 ms  max 300 ms "));
    assert_non_null(strstr(text, " an hour ago  p50 21 ms "));
    assert_non_null(strstr(text, "╵p95"));
    assert_non_null(strstr(text, "╵100 ms"));
    assert_non_null(strstr(text, "calls     ok 75 %  server error 25 %"));
    assert_non_null(strstr(text, "requests  "));
    assert_non_null(strstr(text, "≤ 11"));
    assert_non_null(strstr(text, " ✖ POST /pay "));
    text = screen_text(f, 34, 130, true); /* as ASCII, too */
    assert_non_null(strstr(text, "####"));
    assert_null(strchr(text, '?'));
    /* Little room: a smaller one; less: none. */
    assert_non_null(strstr(screen_text(f, 24, 80, false), " latency  p50 "));
    assert_null(strstr(screen_text(f, 14, 80, false), "latency"));
    frame_free(f);
}

/* An edge that nobody decodes has none, and the screen says why. */
static void test_of_an_edge_without(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "G\n");
    assert_non_null(strstr(screen_text(f, 12, 80, false),
                           "  No request could be read here: it is idle, or its protocol is not "
                           "decoded.\n"));
    frame_free(f);
}

/* Streaming calls have no latency but a time to first message, a gap between messages and an age;
 * the columns are there when there is such a call. */
static void test_of_streams(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "\n");
    screen_shows(f, 10, 80, ROW_VIEW,
                 "   OPERATION            RATE↓   ERRORS      P95    FIRST      GAP      AGE\n"
                 " ● shop.Orders/Add      7.0/s      0 %    12 ms        -        -        -\n"
                 " ● shop.Orders/Watch   0.10/s      0 %        -   5.0 ms    1.0 s     30 s\n");
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_all),     cmocka_unit_test(test_of_an_edge),
        cmocka_unit_test(test_charts),     cmocka_unit_test(test_of_an_edge_without),
        cmocka_unit_test(test_of_streams),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
