/* test_marks.c - the marks of rows, and what the screen says of the one under the cursor. */
#include "ui-tui/marks.h"

#include <string.h>

#include "tests/ui-tui/screen.h"

enum { ROW_VIEW = 3 };

/* Bytes of the first edge are missing, and it began before the capture. */
static void spoil(struct query *q)
{
    static struct edge_row edges[5];
    memcpy(edges, q->edge, sizeof edges);
    edges[0].quality = (struct quality){.bytes = 98000, .missing_bytes = 2000, .midstream = true};
    edges[0].marks = quality_marks(&edges[0].quality);
    edges[2].quality = (struct quality){.frames = 9999, .dropped = 1};
    edges[2].marks = quality_marks(&edges[2].quality);
    q->edge = edges;
}

static void below_an_edge(void **state)
{
    struct query q = shop();
    (void)state;
    spoil(&q);
    struct frame *f = screen_open(&q);
    screen_shows(
        f, 15, 80, ROW_VIEW,
        "   CLIENT    SERVER          PROTOCOL     RATE↓   ERRORS      P95  MARKS\n"
        " ● cart      redis:6379      redis       40.0/s      0 %   1.0 ms  !MB\n"
        " ● external  web:8080        http        12.3/s      0 %    80 ms\n"
        " ● web       cart:8080       http         9.5/s      0 %    18 ms  ~D\n"
        " ✖ web       pay:8080        http        0.80/s     12 %    2.4 s\n"
        " ○ web       10.0.0.99:5432  tcp            0/s        -        -\n"
        "\n"
        "\n"
        "\n"
        " !M 2.0 kB (2.0 %) acknowledged but never seen; requests in them are unknown, …\n"
        " B some connections began before the capture; their handshake and first reques…\n");
    screen_type(f, &q, "jj");
    const char *text = screen_text(f, 15, 80, false);
    assert_non_null(
        strstr(text, " ~D packets lost before they were read: 1 (<0.1 % of all); every figure"));
    assert_null(strstr(text, "acknowledged"));
    screen_type(f, &q, "j");
    assert_null(strstr(screen_text(f, 15, 80, false), "packets lost"));
    frame_free(f);
}

/* The rows come first: where there are few lines, nothing is said below them. */
static void not_on_a_small_screen(void **state)
{
    struct query q = shop();
    (void)state;
    spoil(&q);
    struct frame *f = screen_open(&q);
    const char *text = screen_text(f, 12, 80, false);
    assert_non_null(strstr(text, "!MB"));
    assert_null(strstr(text, "acknowledged"));
    frame_free(f);
}

/* A row that knows no amounts has the meanings. */
static void below_an_operation(void **state)
{
    struct query q = shop();
    struct operation_row operations[4];
    (void)state;
    memcpy(operations, q.operation, sizeof operations);
    operations[0].marks =
        (struct marks){{[MARK_ONE_WAY] = SEVERITY_BAD, [MARK_COPIES] = SEVERITY_NOTE}};
    q.operation = operations;
    struct frame *f = screen_open(&q);
    screen_tab(f, &q, "Operations");
    const char *text = screen_text(f, 15, 80, false);
    assert_non_null(strstr(text, "  !OC"));
    assert_non_null(
        strstr(text, "\n !O only one side's packets seen   C copies of packets removed\n"));
    frame_free(f);
}

/* Sorted by them the worst come first, and a filter knows them by name. */
static void sorted_and_filtered(void **state)
{
    struct query q = shop();
    (void)state;
    spoil(&q);
    struct frame *f = screen_open(&q);
    screen_type(f, &q, "/marks~drops\n");
    screen_shows(f, 15, 80, ROW_VIEW + 1, " ● web       cart:8080       http         9.5/s");
    assert_non_null(strstr(screen_text(f, 15, 80, false), "1 of 5"));
    frame_free(f);
}

/* Without colour and without Unicode there is as much to see. */
static void in_ascii(void **state)
{
    struct query q = shop();
    (void)state;
    spoil(&q);
    struct frame *f = screen_open(&q);
    const char *text = screen_text(f, 15, 80, true);
    assert_non_null(strstr(text, "  !MB\n"));
    assert_non_null(strstr(text, "\n !M 2.0 kB (2.0 %) acknowledged but never seen"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_an_edge),      cmocka_unit_test(not_on_a_small_screen),
        cmocka_unit_test(below_an_operation), cmocka_unit_test(sorted_and_filtered),
        cmocka_unit_test(in_ascii),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
