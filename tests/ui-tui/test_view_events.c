/* test_view_events.c - what happened, and the way to what it happened to. */
#include "tests/ui-tui/screen.h"

#include <string.h>

enum { ROW_VIEW = 3 };

static struct event_row told[3];

static struct query shop_with_events(void)
{
    struct query q = shop();
    for (int i = 0; i < 3; i++) {
        told[i] = (struct event_row){.id = i + 1, .time_ns = q.history.from_ns + (uint64_t)i};
        told[i].time_ns += (uint64_t)i * 1000000000;
    }
    strcpy(told[0].kind, "new-service");
    strcpy(told[0].severity, "note");
    strcpy(told[0].text, "pay");
    strcpy(told[0].subject, "pay");
    told[0].service_id = 5;
    strcpy(told[1].kind, "vanished-edge");
    strcpy(told[1].severity, "warn");
    strcpy(told[1].text, "web -> cart:8080 (http)");
    strcpy(told[1].subject, "web -> cart");
    told[1].edge_id = 3;
    strcpy(told[2].kind, "sensor-restart");
    strcpy(told[2].severity, "note");
    strcpy(told[2].text, "signal 11");
    q.event = told;
    q.event_len = 3;
    return q;
}

static void test_screen(void **state)
{
    struct query q = shop_with_events();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, ":events\n");
    screen_shows(f, 10, 80, ROW_VIEW,
                 "   TIME↓                KIND            WHAT\n"
                 " ○ 2026-02-03 12:00:02  sensor-restart  signal 11\n"
                 " ▲ 2026-02-03 12:00:01  vanished-edge   web -> cart:8080 (http)\n"
                 " ○ 2026-02-03 12:00:00  new-service     pay\n");
    screen_type(f, &q, "/severity=warn\n");
    assert_null(strstr(screen_text(f, 10, 80, false), "signal 11"));
    frame_free(f);
}

/* Enter: the edge, the service, and nowhere for what the collector did; in Health just so. */
static void test_subjects(void **state)
{
    static const struct {
        const char *keys, *path;
    } cases[] = {
        {":events\n\n", " Edges › Events "},
        {":events\nj\n", " Events › web -> cart › Operations "},
        {":events\njj\n", " Events › pay › Edges "},
        {"8\n", " Health "},
        {"8j\n", " Health › web -> cart › Operations "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct query q = shop_with_events();
        struct frame *f = screen_open(&q);
        screen_type(f, &q, cases[i].keys);
        const char *text = screen_text(f, 24, 80, false);
        if (!strstr(text, cases[i].path))
            fail_msg("%s leads not to %s:\n%s", cases[i].keys, cases[i].path, text);
        frame_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_subjects),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
