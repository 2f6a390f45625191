/* test_view_backends.c - the backends of a service, as they are seen. */
#include <string.h>

#include "tests/ui-tui/fake_calls.h"
#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

/* b leads from the service to its backends, the busiest first. */
static void test_of_a_service(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Services");
    screen_type(f, &q, "b");
    screen_shows(
        f, 24, 80, ROW_PATH,
        " Services › orders › Backends                                                 3\n"
        "   BACKEND          CALLS↓   SHARE                OPEN   CONNS   ERRORS      P95\n"
        " ● 10.0.0.21:50051    1164    97 %  ███████████▋     2       2      0 %    12 ms\n"
        " ● 10.0.0.22:50051      24   2.0 %  ▎                0       1      0 %    12 ms\n"
        " ● 10.0.0.23:50051      12   1.0 %  ▏                0       1      0 %    12 ms\n");
    screen_type(f, &q, "\n");
    screen_shows(f, 24, 80, ROW_PATH, " Services › orders › Backends › Edges ");
    frame_free(f);
}

/* Of everything: whose each is, too. */
static void test_of_all(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, ":backends\n");
    screen_shows(f, 24, 90, ROW_VIEW, " SERVICE     BACKEND          CALLS↓ ");
    assert_non_null(strstr(screen_text(f, 24, 90, false), " orders    ● 10.0.0.21:50051    1164 "));
    frame_free(f);
}

/* In the narrowest window the address, the calls and their share stay. */
static void test_narrow_screen(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Services");
    screen_type(f, &q, "b");
    screen_shows(f, 10, 46, ROW_VIEW,
                 "   BACKEND          CALLS↓   SHARE   CONNS\n"
                 " ● 10.0.0.21:50051    1164    97 %       2\n"
                 " ● 10.0.0.22:50051      24   2.0 %       1\n"
                 " ● 10.0.0.23:50051      12   1.0 %       1\n");
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_a_service),
        cmocka_unit_test(test_of_all),
        cmocka_unit_test(test_narrow_screen),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
