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
    screen_tab(f, &q, "Health");
    screen_shows(f, 24, 80, ROW_VIEW,
                 " ● good: nothing was lost that the collector knows of\n"
                 "\n"
                 " frames                          48k   connections now                  35\n"
                 " bytes                         31 MB   connections opened              412\n"
                 " packets, TCP and UDP            48k   requests                       3756\n"
                 " not IP                          500\n"
                 "\n"
                 "   TIME↓                KIND             WHAT\n"
                 " ○ 2026-02-03 12:00:30  sensor-restart   signal 11\n"
                 " ○ 2026-02-03 12:00:00  capture-started  eth1, promiscuous\n");
    frame_free(f);
}

/* A bad one: what was lost comes first, with what helps, and the events keep their place. */
static void test_bad(void **state)
{
    struct query q = shop();
    q.health.capture.kernel_drops = 1234;
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Health");
    screen_shows(f, 24, 80, ROW_VIEW,
                 " ✖ figures are lower bounds: 2.5 % of packets (1234) were dropped by the kernel\n"
                 "   The collector was too slow: a larger --ring, a narrower filter (-f) or more\n"
                 "   cores help.\n"
                 "\n"
                 " frames                          48k   dropped by the kernel          1234\n");
    assert_non_null(strstr(screen_text(f, 24, 80, false), "2026-02-03 12:00:30  sensor-restart"));
    assert_non_null(strstr(screen_text(f, 14, 80, false), "2026-02-03 12:00:30  sensor-restart"));
    frame_free(f);
}

/* What is not read is told by protocol; what is only good to know is no alarm. */
static void test_protocols(void **state)
{
    struct query q = shop();
    q.health.capture.duplicates = 500;
    q.health.decode.lost = 100;
    q.health.protocol_len = 2;
    struct protocol_health *p = q.health.protocol;
    strcpy(p[0].name, "http");
    strcpy(p[1].name, "redis");
    p[1].quality.requests = 2400;
    p[1].quality.troubles[TROUBLE_LOST] = 100;
    p[1].quality.bytes = 500000;
    p[1].quality.missing_bytes = 1460;
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Health");
    const char *text = screen_text(f, 30, 80, false);
    assert_non_null(strstr(text, " ▲ not everything could be read: places that could not be "
                                 "decoded: 100, all in…\n"));
    assert_non_null(strstr(text, " ● 1.0 % of packets (500) were copies, and removed\n"));
    assert_non_null(strstr(text, "\n redis      ~MU    missing 1.5 kB, lost 100\n"));
    assert_null(strstr(text, " http "));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_protocols),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
