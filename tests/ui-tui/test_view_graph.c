/* test_view_graph.c - the graph, as it is seen and walked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/ui-tui/screen.h"

enum { ROW_VIEW = 3 };

/* The shop's services with the places that a layout gives them. */
static struct query placed_shop(void)
{
    static struct service_row services[6];
    static const struct {
        int rank;
        double y;
    } places[] = {{0, 0.5}, {1, 0.5}, {2, 0}, {3, 0}, {2, 1}, {2, 2}};
    struct query q = shop();
    for (int i = 0; i < 5; i++)
        services[i] = q.service[i];
    services[5] = (struct service_row){.id = 6, .name = "10.0.0.99"};
    for (int i = 0; i < 6; i++) {
        services[i].rank = places[i].rank;
        services[i].y = places[i].y;
    }
    q.service = services;
    q.service_len = 6;
    return q;
}

static struct frame *open_graph(struct query *q)
{
    struct frame *f = screen_open(q);
    screen_tab(f, q, "Graph");
    return f;
}

/* Which node is selected, by the title of its list of callers: "1 to cart". */
static void selected_is(struct frame *f, const char *name)
{
    char wanted[64];
    const char *text = screen_text(f, 34, 130, false), *at = strstr(text, " to ");
    snprintf(wanted, sizeof wanted, " to %s ", name);
    while (at && !strstr(at, "RATE  ERRORS"))
        at = strstr(at + 1, " to ");
    assert_non_null(at);
    for (; at; at = strstr(at + 1, " to "))
        if (!strncmp(at, wanted, strlen(wanted)))
            return;
    print_error("not \"%s\" is selected in\n%s", wanted, text);
    fail();
}

static struct key code(uint32_t code)
{
    return (struct key){.code = code};
}

/* Boxes in layers, lines between them, the selected node's heavy, and its callers and callees. */
static void test_drawn(void **state)
{
    struct query q = placed_shop();
    struct frame *f = open_graph(&q);
    (void)state;
    screen_text(f, 30, 110, false);
    frame_key(f, &q, code(KEYCODE_LEFT)); /* from the busiest, redis, to cart */
    screen_shows(f, 30, 110, ROW_VIEW,
                 " by service   f what is near only  g group  n next found\n"
                 "\n"
                 "\n"
                 "\n"
                 "                                               ┏ cart ━━━━━━━━━━━━┓   ┌ redis "
                 "───────────┐\n"
                 "                                            ┏━▸┃ ● 9.5/s    18 ms ┃━━▸│ ● 40.0/s "
                 " 1.0 ms │\n"
                 "┌ external ────────┐   ┌ web ─────────────┐ ┃  ┗━━━━━━━━━━━━━━━━━━┛   "
                 "└──────────────────┘\n"
                 "│ ○ 0/s            │──▸│ ● 12.3/s   80 ms │━┩\n"
                 "└──────────────────┘   └──────────── http ┘ │  ┌ pay ─────────────┐\n"
                 "                                            ├─▸│ ✖ 0.80/s   2.4 s │\n"
                 "                                            │  └──────────────────┘\n"
                 "                                            │\n"
                 "                                            │  ┌ 10.0.0.99 ───────┐\n"
                 "                                            └─▸│ ○ 0/s            │\n"
                 "                                               └──────────────────┘\n"
                 "\n"
                 "\n"
                 "\n"
                 " 1 to cart                        RATE  ERRORS     P95 │ 1 from cart             "
                 "        RATE  ERRORS     P95\n"
                 " ● web  :8080 http              9.5/s     0 %    18 ms │ ● redis:6379  redis     "
                 "     40.0/s     0 %   1.0 ms\n"
                 "                                                       │\n");
    frame_free(f);
}

static void test_walk(void **state)
{
    static const struct {
        uint32_t key;
        const char *to;
    } steps[] = {
        {KEYCODE_LEFT, "cart"},     {KEYCODE_LEFT, "web"},       {KEYCODE_LEFT, "external"},
        {KEYCODE_LEFT, "external"}, {KEYCODE_RIGHT, "web"},      {KEYCODE_RIGHT, "cart"},
        {KEYCODE_DOWN, "pay"},      {KEYCODE_DOWN, "10.0.0.99"}, {KEYCODE_DOWN, "10.0.0.99"},
        {KEYCODE_UP, "pay"},        {KEYCODE_UP, "cart"},        {KEYCODE_RIGHT, "redis"},
        {KEYCODE_RIGHT, "redis"}};
    struct query q = placed_shop();
    struct frame *f = open_graph(&q);
    (void)state;
    selected_is(f, "redis");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        frame_key(f, &q, code(steps[i].key));
        frame_fetch(f, &q);
        selected_is(f, steps[i].to);
    }
    screen_type(f, &q, "\n");
    assert_non_null(strstr(screen_text(f, 24, 80, false), " Graph › redis › Edges "));
    screen_type(f, &q, "^");
    selected_is(f, "redis");
    frame_free(f);
}

/* The filter finds; n leads to the next that is found. */
static void test_find(void **state)
{
    struct query q = placed_shop();
    struct frame *f = open_graph(&q);
    (void)state;
    screen_type(f, &q, "/errors>5% or service=web\n");
    selected_is(f, "web");
    assert_non_null(strstr(screen_text(f, 34, 130, false), "2 of 6"));
    screen_type(f, &q, "n");
    selected_is(f, "pay");
    screen_type(f, &q, "n");
    selected_is(f, "web");
    screen_type(f, &q, "N");
    selected_is(f, "pay");
    frame_free(f);
}

/* What is near is all that is drawn, and a walk goes on beyond it. */
static void test_near(void **state)
{
    struct query q = placed_shop();
    struct frame *f = open_graph(&q);
    (void)state;
    selected_is(f, "redis");
    screen_type(f, &q, "f");
    const char *text = screen_text(f, 34, 130, false);
    assert_non_null(strstr(text, "near redis, 1 step: 2 of 6"));
    assert_non_null(strstr(text, " +1 ")); /* web, which calls cart */
    assert_null(strstr(text, " web "));
    screen_type(f, &q, ">");
    assert_non_null(strstr(screen_text(f, 34, 130, false), "near redis, 2 steps: 3 of 6"));
    frame_key(f, &q, code(KEYCODE_LEFT));
    frame_key(f, &q, code(KEYCODE_LEFT));
    selected_is(f, "web");
    screen_text(f, 34, 130, false);
    frame_key(f, &q, code(KEYCODE_LEFT));
    selected_is(f, "external");
    assert_non_null(strstr(screen_text(f, 34, 130, false), "near external, 2 steps"));
    screen_type(f, &q, "f");
    assert_null(strstr(screen_text(f, 34, 130, false), "near external"));
    frame_free(f);
}

/* g asks for another grouping; Enter opens the services of a host, and from there on all else. */
static void test_grouping(void **state)
{
    struct query q = placed_shop();
    struct frame *f = open_graph(&q);
    (void)state;
    screen_text(f, 34, 130, false);
    screen_type(f, &q, "gg");
    assert_int_equal(q.grouping, GROUP_HOST);
    assert_non_null(strstr(screen_text(f, 34, 130, false), "by host"));
    static const int64_t members[] = {2, 3};
    q.member = members;
    q.member_len = 2;
    screen_type(f, &q, "\n");
    const char *text = screen_text(f, 34, 130, false);
    assert_non_null(strstr(text, " › Services "));
    assert_non_null(strstr(text, " ● web "));
    assert_non_null(strstr(text, " ● cart "));
    assert_null(strstr(text, " pay "));
    screen_type(f, &q, "\n");
    assert_non_null(strstr(screen_text(f, 34, 130, false), " Services › web › Edges "));
    screen_type(f, &q, "^^");
    assert_non_null(strstr(screen_text(f, 34, 130, false), "by host"));
    screen_type(f, &q, "gg");
    assert_int_equal(q.grouping, GROUP_SERVICE);
    frame_free(f);
}

/* A click selects the box under it, a second opens it. */
static void test_click(void **state)
{
    struct query q = placed_shop();
    struct frame *f = open_graph(&q);
    (void)state;
    const char *text = screen_text(f, 34, 130, false);
    int row = 0;
    for (; strncmp(text, "┌ external ", strlen("┌ external ")) != 0; row++)
        text = strchr(text, '\n') + 1;
    struct key key = {.code = KEYCODE_CLICK, .row = row + 1, .column = 4};
    frame_key(f, &q, key);
    selected_is(f, "external");
    frame_key(f, &q, (struct key){.code = KEYCODE_CLICK, .row = row + 4, .column = 1});
    selected_is(f, "external");
    frame_key(f, &q, key);
    frame_fetch(f, &q);
    assert_non_null(strstr(screen_text(f, 34, 130, false), "Graph › external › Edges"));
    frame_free(f);
}

/* 2,000 services: a step, with all that is drawn anew, takes no time that could be felt; with
 * sanitizers a little more. */
static void test_quick(void **state)
{
    enum { SERVICES = 2000, LAYER = 200, STEPS = 40 };
    struct query q = placed_shop();
    struct service_row *services = calloc(SERVICES, sizeof *services);
    struct edge_row *edges = calloc(2 * SERVICES, sizeof *edges);
    (void)state;
    assert_true(services && edges);
    q.edge_len = 0;
    for (int i = 0; i < SERVICES; i++) {
        services[i] = (struct service_row){.id = i + 1, .rank = i / LAYER, .y = i % LAYER};
        snprintf(services[i].name, sizeof services[i].name, "svc-%04d", i);
        for (int k = 0; k < 2 && i + LAYER < SERVICES; k++) {
            int to = (i / LAYER + 1) * LAYER + (i * 3 + k * 17) % LAYER;
            edges[q.edge_len++] = (struct edge_row){
                .id = 2 * i + k + 1, .client_id = i + 1, .server_id = to + 1, .port = 80};
        }
    }
    q.service = services;
    q.service_len = SERVICES;
    q.edge = edges;
    struct frame *f = open_graph(&q);
    struct canvas *c = canvas_new(50, 200, false);
    assert_non_null(c);
    for (int whole = 0; whole < 2; whole++) {
        clock_t begin = clock();
        for (int i = 0; i < STEPS; i++) {
            frame_draw(f, c);
            frame_key(f, &q, code(i % 2 ? KEYCODE_RIGHT : KEYCODE_DOWN));
        }
        double ms = 1000.0 * (double)(clock() - begin) / CLOCKS_PER_SEC / STEPS;
        print_message("%s of 2,000 services: %.1f ms a step\n", whole ? "all" : "a part", ms);
        assert_true(ms < 200);
        frame_key(f, &q, code('f'));
    }
    canvas_free(c);
    frame_free(f);
    free(services);
    free(edges);
}

/* As plain text: all of it, for scripts. */
static void test_printed(void **state)
{
    char text[4096] = "";
    struct query q = placed_shop();
    struct frame *f = open_graph(&q);
    FILE *file = fmemopen(text, sizeof text, "w");
    (void)state;
    assert_non_null(file);
    frame_print(f, file, true);
    fclose(file);
    static const char *const names[] = {"external", "web", "cart", "redis", "pay", "10.0.0.99"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(text, names[i]));
    assert_non_null(strstr(text, "->|"));
    assert_null(strstr(text, "RATE"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn),    cmocka_unit_test(test_walk),
        cmocka_unit_test(test_find),     cmocka_unit_test(test_near),
        cmocka_unit_test(test_grouping), cmocka_unit_test(test_click),
        cmocka_unit_test(test_printed),  cmocka_unit_test(test_quick),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
