/* test_view_edges.c - who calls whom, as it is seen. */
#include <string.h>

#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

/* With room for nearly all columns: rates fall, trends are drawn, errors and idleness can be told
 * apart without colour. */
static void test_wide_screen(void **state)
{
    static const char *const lines[] = {
        "   CLIENT    SERVER          PROTOCOL     RATE↓   ERRORS      P50      P95      P99    "
        "BYTES"
        "  TREND   ERRORS    P95\n",
        " ● cart      redis:6379      redis       40.0/s      0 %   250 µs   1.0 ms   2.0 ms   4.1 "
        "MB"
        "  ▁▄█▁▄█     █   █  █▆▄▂█▆▄▂\n",
        " ✖ web       pay:8080        http        0.80/s     12 %   600 ms    2.4 s    4.8 s    82 "
        "kB"
        "  ▂▆▄█▆▄   █   █    █▃▆▅▄▃▂▅\n",
        " ○ web       10.0.0.99:5432  tcp            0/s        -        -        -        -   123 "
        "MB"
        "  █",
    };
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_text(f, 12, 120, false); /* shows which trends are missing */
    frame_fetch(f, &q);
    const char *text = screen_text(f, 12, 120, false);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *at = strstr(text, lines[i]);
        if (!at)
            fail_msg("there is no such line, or not in that place:\n%s\n%s", lines[i], text);
        text = at;
    }
    frame_free(f);
}

/* In a window with more room than that, errors and p95 over time, too. */
static void test_trends(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    q.series_asked = 0;
    screen_text(f, 12, 220, false);
    frame_fetch(f, &q);
    assert_int_equal(q.series_asked, 1); /* in one question */
    assert_int_equal(q.series_of, SERIES_OF_EDGE);
    const char *text = screen_text(f, 12, 220, false);
    const char *at = strstr(text, " TREND ");
    assert_true(at && strstr(at, " ERRORS ") && strstr(at, " P95\n"));
    assert_non_null(strstr(text, "▂▂▃▃▅▅▆▆██  ▂▂▃▃▅▅▆▆██ "));
    assert_non_null(strstr(text, " ██          ██ "));
    assert_non_null(strstr(text, "██▇▇▅▅▄▄▃▃▁▁██▇▇▅▅▄▄▃▃▁▁\n"));
    frame_free(f);
}

/* In the narrowest window the names, the rate and the errors stay. */
static void test_narrow_screen(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_shows(f, 10, 46, ROW_VIEW,
                 "   CLIENT    SERVER            RATE↓   ERRORS\n"
                 " ● cart      redis:6379       40.0/s      0 %\n");
    frame_free(f);
}

/* Of a service: the edges it is on, whichever end. */
static void test_of_a_service(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Services");
    screen_type(f, &q, "jj\n");
    screen_shows(f, 10, 80, ROW_PATH,
                 " Services › cart › Edges                                                      2\n"
                 "   CLIENT    SERVER      PROTOCOL     RATE↓   ERRORS      P50      P95  TREND\n"
                 " ● cart      redis:6379  redis       40.0/s      0 %   250 µs   1.0 ms\n"
                 " ● web       cart:8080   http         9.5/s      0 %   4.5 ms    18 ms\n");
    frame_free(f);
}

/* The worst health comes first when sorted by it; a filter knows it by its word. */
static void test_by_health(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "<<<<");
    screen_shows(f, 10, 80, ROW_VIEW + 1, " ✖ web       pay:8080 ");
    screen_type(f, &q, "/health=bad\n");
    assert_non_null(strstr(screen_text(f, 10, 80, false), "1 of 5"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_screen),   cmocka_unit_test(test_trends),
        cmocka_unit_test(test_narrow_screen), cmocka_unit_test(test_of_a_service),
        cmocka_unit_test(test_by_health),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
