/* test_view_services.c - the services, as they are seen. */
#include "tests/ui-tui/screen.h"

#include <string.h>

enum { ROW_VIEW = 3 };

/* What each was asked for, by how many, and whom it calls. */
static void test_screen(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Services");
    screen_shows(
        f, 10, 95, ROW_VIEW,
        "   SERVICE     PROTOCOL    CALLERS   CALLS    RATE↓   ERRORS      P50      P95      P99  "
        "TREND\n"
        " ● redis       -                 1       0   40.0/s      0 %   250 µs   1.0 ms   2.0 ms\n"
        " ● web         http              1       3   12.3/s      0 %    20 ms    80 ms   160 ms\n"
        " ● cart        -                 1       0    9.5/s      0 %   4.5 ms    18 ms    36 ms\n"
        " ✖ pay         -                 1       0   0.80/s     12 %   600 ms    2.4 s    4.8 s\n"
        " ○ external    -                 0       0      0/s        -        -        -        "
        "-\n");
    frame_free(f);
}

/* Rate, errors and p95 over time, of all that are shown in one question. */
static void test_trends(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Services");
    q.series_asked = 0;
    screen_text(f, 12, 220, false);
    frame_fetch(f, &q);
    assert_int_equal(q.series_asked, 1);
    assert_int_equal(q.series_of, SERIES_OF_SERVICE);
    const char *text = screen_text(f, 12, 220, false);
    const char *at = strstr(text, " TREND ");
    assert_true(at && strstr(at, " ERRORS ") && strstr(at, " P95\n"));
    const char *pay = strstr(text, " ✖ pay "); /* 5: its saw has two teeth */
    assert_non_null(pay);
    assert_non_null(strstr(pay, " ██  ██  ██  ██  ██  ██ "));
    assert_false(frame_fetch(f, &q)); /* all is there */
    frame_free(f);
}

/* An address finds its service even while its column is not shown. */
static void test_finds_addresses(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Services");
    screen_type(f, &q, "/address~0.5\n");
    screen_shows(f, 10, 60, ROW_VIEW,
                 "   SERVICE     PROTOCOL     RATE↓   ERRORS      P50      P95\n"
                 " ✖ pay         -           0.80/s     12 %   600 ms    2.4 s\n");
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_trends),
        cmocka_unit_test(test_finds_addresses),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
