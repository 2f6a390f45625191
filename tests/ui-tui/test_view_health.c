/* test_view_health.c - how good the capture was, as it is seen. */
#include <string.h>

#include "tests/ui-tui/screen.h"

enum { ROW_VIEW = 3 };

/* A good capture: the verdict, the counters, the events from the newest. */
static void test_good(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "6");
    screen_shows(f, 24, 80, ROW_VIEW,
                 " ● Nothing was lost that the collector knows of\n"
                 "\n"
                 " frames                          48k   connections now                  35\n"
                 " bytes                         31 MB   connections opened              412\n"
                 " packets, TCP and UDP            48k   requests                       3756\n"
                 " not IP                          500\n"
                 "\n"
                 " TIME↓                EVENT            TEXT\n"
                 " 2026-02-03 12:00:30  sensor-restart   signal 11\n"
                 " 2026-02-03 12:00:00  capture-started  eth1, promiscuous\n");
    frame_free(f);
}

/* A bad one: what was lost comes first, with what helps, and the events keep their place. */
static void test_bad(void **state)
{
    struct query q = shop();
    q.health.capture.kernel_drops = 1234;
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "6");
    screen_shows(f, 24, 80, ROW_VIEW,
                 " ✖ 1234 packets (2.5 %) were dropped by the kernel\n"
                 "   It was too slow: a larger ring, a narrower filter or more cores help.\n");
    assert_non_null(strstr(screen_text(f, 24, 80, false), "2026-02-03 12:00:30  sensor-restart"));
    assert_non_null(strstr(screen_text(f, 14, 80, false), "2026-02-03 12:00:30  sensor-restart"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
