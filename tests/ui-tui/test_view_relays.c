/* test_view_relays.c - who reaches whom by way of whom, as it is seen. */
#include "tests/ui-tui/screen.h"

#include <string.h>

enum { ROW_VIEW = 3 };

static void test_screen(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, ":relays\n");
    screen_shows(
        f, 10, 90, ROW_VIEW,
        " CLIENT      VIA         SERVER      PROTOCOL   REQUESTS↓  UNCHANGED  ADDRESS\n"
        " web         cart        redis:6379  redis            500        0 %  10.0.0.3\n"
        " external    web         pay:8080    http              40       25 %  10.0.0.2\n");
    screen_type(f, &q, "/via=web\n");
    assert_null(strstr(screen_text(f, 10, 90, false), "cart "));
    screen_type(f, &q, "\n");
    assert_non_null(strstr(screen_text(f, 10, 90, false), " Relays › web › Edges "));
    frame_free(f);
}

/* Of a service: whichever place it has. Of an edge: what both of its ends are part of. */
static void test_scopes(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Services");
    screen_type(f, &q, "/redis\nv");
    const char *text = screen_text(f, 10, 90, false);
    assert_non_null(strstr(text, " Services › redis › Relays "));
    assert_non_null(strstr(text, "redis:6379"));
    assert_null(strstr(text, "pay:8080"));
    screen_tab(f, &q, "Edges");
    screen_type(f, &q, "/server=pay\nv");
    text = screen_text(f, 10, 90, false);
    assert_non_null(strstr(text, " web → pay:8080 http › Relays "));
    assert_non_null(strstr(text, "external    web         pay:8080"));
    assert_null(strstr(text, "redis:6379"));
    screen_type(f, &q, "^^/10.0.0.99\nv");
    assert_non_null(strstr(screen_text(f, 10, 90, false), "No request was found on both sides"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_scopes),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
