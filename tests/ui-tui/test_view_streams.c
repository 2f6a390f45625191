/* test_view_streams.c - the open calls, as they are seen. */
#include <string.h>

#include "tests/ui-tui/fake_calls.h"
#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

/* The oldest first, those that began before the capture before all; never a zero for what was not
 * seen. */
static void test_of_all(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Streams");
    screen_shows(f, 24, 80, ROW_PATH,
                 " Streams                                                                      2\n"
                 " OPERATION          KIND       AGE↓     ASKS   ANSWERS   SILENT  FROM\n"
                 " (not known)        bidi     unseen      0/s       0/s        -  web:40312\n"
                 " shop.Orders/Watch  server     42 s      0/s     2.0/s   800 ms  web:40312\n");
    frame_free(f);
}

/* With room: which connection and which backend, and the messages so far. */
static void test_wide_screen(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Streams");
    screen_shows(f, 24, 120, ROW_VIEW,
                 " OPERATION          KIND       AGE↓     ASKS   ANSWERS   SILENT  FROM       TO  "
                 "               ASKED  ANSWERED\n"
                 " (not known)        bidi     unseen      0/s       0/s        -  web:40312  "
                 "10.0.0.21:50051        0         0\n"
                 " shop.Orders/Watch  server     42 s      0/s     2.0/s   800 ms  web:40312  "
                 "10.0.0.21:50051        1        84\n");
    frame_free(f);
}

/* Filters know names that are not shown; Enter leads to the connections of the edge. */
static void test_filter_and_enter(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Streams");
    screen_type(f, &q, "/server=orders age<1min\n");
    assert_non_null(strstr(screen_text(f, 24, 80, false), "1 of 2"));
    screen_type(f, &q, "\n");
    screen_shows(f, 24, 80, ROW_PATH, " Streams › web → orders:50051 grpc › Connections ");
    frame_free(f);
}

/* None open: a sentence. */
static void test_none(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Streams");
    assert_non_null(strstr(screen_text(f, 24, 80, false), "No call was open"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_all),
        cmocka_unit_test(test_wide_screen),
        cmocka_unit_test(test_filter_and_enter),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
