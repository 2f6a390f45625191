/* test_view_names.c - which name won and which lost, as it is seen. */
#include "tests/ui-tui/screen.h"

#include <string.h>

enum { ROW_VIEW = 3 };

static void test_screen(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, ":names\n");
    screen_shows(f, 10, 80, ROW_VIEW,
                 " ADDRESS↑       IS    NAME              SOURCE    TIMES  LAST\n"
                 " 10.0.0.2:8080  won   web               host         12  2026-02-03 12:00:30\n"
                 " 10.0.0.2:any   lost  www.shop.example  dns          12  2026-02-03 12:00:30\n"
                 " 10.0.0.3:8080  won   cart              host         12  2026-02-03 12:00:30\n");
    screen_type(f, &q, "/is_name=false\n");
    const char *text = screen_text(f, 10, 80, false);
    assert_non_null(strstr(text, "www.shop.example"));
    assert_null(strstr(text, "cart"));
    screen_type(f, &q, "\n");
    assert_non_null(strstr(screen_text(f, 10, 80, false), " 10.0.0.2 › Edges "));
    frame_free(f);
}

/* Of a service: all that its addresses were called, not only its name. */
static void test_of_a_service(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Services");
    screen_type(f, &q, "/web\nn");
    const char *text = screen_text(f, 10, 80, false);
    assert_non_null(strstr(text, " Services › web › Names "));
    assert_non_null(strstr(text, "won   web"));
    assert_non_null(strstr(text, "lost  www.shop.example"));
    assert_null(strstr(text, "10.0.0.3"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_of_a_service),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
