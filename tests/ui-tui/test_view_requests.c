/* test_view_requests.c - the requests that were kept, and one of them. */
#include <string.h>

#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

/* The newest first; what failed can be told by shape, and what the wire said is harmless. */
static void test_listed(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Requests");
    screen_shows(f, 10, 100, ROW_VIEW,
                 "   TIME↓         CLIENT    SERVER    PROTOCOL   REQUEST          END            "
                 "      TOOK  TRACE\n"
                 " ● 12:00:59.000  web       cart      http       GET /cart/7      200            "
                 "     18 ms  4bf92f35\n"
                 " ✖ 12:00:58.000  web       pay       http       GET /pay\\x1b[2J  503 "
                 "server_error    2.4 s\n"
                 " ✖ 12:00:57.000  web       pay       http       GET /health      timeout         "
                 "        -\n");
    screen_type(f, &q, "/took>1s\n");
    assert_non_null(strstr(screen_text(f, 10, 100, false), "1 of 3"));
    screen_type(f, &q, "^/outcome=timeout\n");
    assert_non_null(strstr(screen_text(f, 10, 100, false), "GET /health"));
    frame_free(f);
}

/* One key finds the slowest, one the newest, one those that failed. */
static void test_chosen(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Requests");
    screen_type(f, &q, "w");
    const char *text = screen_text(f, 10, 100, false);
    assert_non_null(strstr(text, "TOOK↓"));
    assert_true(strstr(text, "2.4 s") < strstr(text, "18 ms"));
    screen_type(f, &q, "e");
    text = screen_text(f, 10, 100, false);
    assert_null(strstr(text, "18 ms"));
    assert_non_null(strstr(text, "timeout"));
    screen_type(f, &q, "en");
    text = screen_text(f, 10, 100, false);
    assert_non_null(strstr(text, "TIME↓"));
    assert_true(strstr(text, "18 ms") < strstr(text, "2.4 s"));
    frame_free(f);
}

/* Of an edge. */
static void test_of_an_edge(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "jjr");
    const char *text = screen_text(f, 10, 100, false);
    assert_non_null(strstr(text, " Edges › web → cart:8080 http › Requests "));
    assert_non_null(strstr(text, "GET /cart/7"));
    assert_null(strstr(text, "/pay"));
    frame_free(f);
}

/* Enter tells all of one, with its trace as a waterfall. */
static void test_one(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Requests");
    screen_type(f, &q, "\n");
    screen_shows(
        f, 24, 80, ROW_PATH,
        " Requests › GET /cart/7 › Request\n"
        "\n"
        "  asked       GET /cart/7\n"
        "  ended       200\n"
        "  when        2026-02-03 12:00:59.000\n"
        "  took        18 ms to the last byte, 18 ms to the first\n"
        "  between     web (:0) → cart (:0)  http\n"
        "  bytes       0 B there, 0 B back\n"
        "  trace       4bf92f3577b34da6a3ce929d0e0e4736\n"
        "\n"
        "  Most of the time was taken by pay itself: 10 ms of 20 ms.\n"
        "  trace of 2 hops, 3 services, 20 ms                             TOOK       OWN\n"
        "  ● cart  GET /cart/7                      ███████████████     20 ms     10 ms\n"
        "  ✖   pay  GET /pay\\x1b[2J                        ▐███████     10 ms     10 ms\n");
    screen_type(f, &q, "^j\n");
    const char *text = screen_text(f, 24, 80, false);
    assert_non_null(strstr(text, "ended       503 server_error"));
    assert_non_null(strstr(text, "It carries no trace id."));
    for (int rows = 10; rows < 24; rows++)
        screen_text(f, rows, 41, true);
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listed),
        cmocka_unit_test(test_chosen),
        cmocka_unit_test(test_of_an_edge),
        cmocka_unit_test(test_one),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
