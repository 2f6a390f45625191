/* test_frame.c - keys in, screens out: tabs, drilling in, filters, time, trouble, any size. */
#include "ui-tui/frame.h"

#include <stdio.h>
#include <string.h>

#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

/* One row of the screen. */
static const char *row_of(struct frame *f, int row)
{
    static char text[1024];
    struct canvas *c = canvas_new(16, 80, false);
    frame_draw(f, c);
    canvas_row_text(c, row, text, sizeof text);
    canvas_free(c);
    return text;
}

static void path_is(struct frame *f, const char *path)
{
    const char *text = row_of(f, ROW_PATH);
    if (strncmp(text, path, strlen(path)))
        fail_msg("the path is \"%s\", not \"%s\"", text, path);
}

/* The whole screen, once. */
static void test_first_screen(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_shows(f, 10, 80, 0,
                 " 1 Services 2 Edges 3 Graph 4 Ops 5 Reqs 6 Insights 7 TLS 8 Health 9 Streams\n"
                 " all 1 min, 1 s old   requests 10.0/s   errors 2.0 %   drops 0   ⣿⣿⣿⣿⣿⣿\n"
                 " Edges                                                                        5\n"
                 "   CLIENT    SERVER          PROTOCOL     RATE↓   ERRORS      P50      P95\n"
                 " ● cart      redis:6379      redis       40.0/s      0 %   250 µs   1.0 ms\n"
                 " ● external  web:8080        http        12.3/s      0 %    20 ms    80 ms\n"
                 " ● web       cart:8080       http         9.5/s      0 %   4.5 ms    18 ms\n"
                 " ✖ web       pay:8080        http        0.80/s     12 %   600 ms    2.4 s\n"
                 " ○ web       10.0.0.99:5432  tcp            0/s        -        -        -\n"
                 " F1 Help  / Filter  Enter Operations  o Connections  T TCP  r Requests  q "
                 "Quit\n");
    frame_free(f);
}

/* Tabs, Enter and Escape lead where they say. */
static void test_goes_about(void **state)
{
    static const struct {
        const char *keys, *path;
    } cases[] = {
        {"", " Edges "},
        {"1", " Services "},
        {"3", " Graph "},
        {"\t\t", " Operations "},
        {"9\t\t", " Edges "},
        {"\n", " Edges › cart → redis:6379 redis › Operations "},
        {"jj\n", " Edges › web → cart:8080 http › Operations "},
        {"1j\n", " Services › web › Edges "},
        {"1j\nj\n", " Services › web › Edges › web → cart:8080 http › Operations "},
        {"1j\nj\n^", " Services › web › Edges "},
        {"1j\nj\n^^^^", " Services "},
        {"1j\n4", " Operations "},
        {"4\n", " Operations › GET /cart/{id} › Requests "},
        {":rel\n", " Edges › Relays "},
        {"1:NAMES\n", " Services › Names "},
        {"\n:ev\n", " Edges › Events "},
        {":graph\n", " Graph "},
        {":re^", " Edges "},
        {":xyz\n", " Edges "},
        {"1j\nv", " Services › web › Edges › external → web:8080 http › Relays "},
        {"0", " Edges "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct query q = shop();
        struct frame *f = screen_open(&q);
        screen_type(f, &q, cases[i].keys);
        path_is(f, cases[i].path);
        frame_free(f);
    }
}

/* The filter acts while it is typed; Enter keeps it, Escape brings back the one before, and
 * Escape outside takes it away before it leads back. */
static void test_filter_line(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "/web");
    assert_string_equal(row_of(f, 15), " Filter: web   server~cart p95>20ms errors>1%   Enter "
                                       "keeps it, Esc does not");
    assert_non_null(strstr(row_of(f, ROW_PATH), "4 of 5"));
    screen_type(f, &q, " p95>20ms\n");
    path_is(f, " Edges   filter web p95>20ms ");
    assert_non_null(strstr(row_of(f, ROW_PATH), "2 of 5"));
    screen_type(f, &q, "/ x^");
    path_is(f, " Edges   filter web p95>20ms ");
    screen_type(f, &q, "\n");
    path_is(f, " Edges › external → web:8080 http ");
    screen_type(f, &q, "^^");
    path_is(f, " Edges  ");
    assert_null(strstr(row_of(f, ROW_PATH), "of"));
    frame_free(f);
}

/* A wrong filter says why, cannot be kept, and lets the rows be. */
static void test_wrong_filter(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "/p95>20\n");
    assert_string_equal(row_of(f, 15),
                        " Filter: p95>20   p95 needs a unit: ns us µs ms s min m h d");
    assert_string_equal(
        row_of(f, ROW_VIEW + 1) + 1,
        "● cart      redis:6379      redis       40.0/s      0 %   250 µs   1.0 ms");
    screen_type(f, &q, "ms\n");
    path_is(f, " Edges   filter p95>20ms ");
    frame_free(f);
}

/* + and - walk through the times; what is asked of the database follows. */
static void test_time(void **state)
{
    static const struct {
        const char *keys;
        uint64_t seconds;
    } cases[] = {{"-", 86400},     {"--", 21600}, {"------", 60}, {"---------", 60},
                 {"---++", 86400}, {"-++", 0},    {"+", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct query q = shop();
        q.history.from_ns -= UINT64_C(864000) * 1000000000;
        struct frame *f = screen_open(&q);
        screen_type(f, &q, cases[i].keys);
        uint64_t asked_ns = q.asked.to_ns - q.asked.from_ns;
        assert_int_equal(f->since_ns / 1000000000, cases[i].seconds);
        if (cases[i].seconds)
            assert_int_equal(asked_ns, f->since_ns);
        frame_free(f);
    }
}

/* Paused, the time shown ends where it ended, also when it is made longer. */
static void test_pause(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    uint64_t end_ns = q.history.to_ns;
    screen_type(f, &q, "p");
    assert_non_null(strstr(row_of(f, 1), " PAUSED "));
    q.history.to_ns += 5000000000;
    screen_type(f, &q, "-+");
    assert_int_equal(q.asked.to_ns, end_ns);
    screen_type(f, &q, "p");
    assert_int_equal(q.asked.to_ns, q.history.to_ns);
    assert_null(strstr(row_of(f, 1), "PAUSED"));
    frame_free(f);
}

/* [ and ] step through the past by what is shown; the end of it is now again. p and L go there. */
static void test_past(void **state)
{
    static const struct {
        const char *keys;
        uint64_t back_s; /* from the newest window to the end of what is shown */
        bool past;
    } cases[] = {{"[", 60, true},  {"[[", 120, true},  {"[[]", 60, true},  {"[]", 0, false},
                 {"]", 0, false},  {"[[[L", 0, false}, {"[[[p", 0, false}, {"[-", 60, true},
                 {"p[", 60, true}, {"p[p", 0, false},  {"[+", 60, true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct query q = shop();
        q.history.from_ns -= UINT64_C(864000) * 1000000000;
        struct frame *f = screen_open(&q);
        screen_type(f, &q, "------");
        screen_type(f, &q, cases[i].keys);
        assert_int_equal((q.history.to_ns - q.asked.to_ns) / 1000000000, cases[i].back_s);
        assert_int_equal(strstr(row_of(f, 1), " PAST ") != NULL, cases[i].past);
        assert_null(strstr(row_of(f, 1), "PAUSED"));
        frame_free(f);
    }
}

/* t goes to a time that is typed; a wrong one says why and waits to be put right. */
static void test_typed_time(void **state)
{
    struct query q = shop();
    q.history.from_ns -= UINT64_C(864000) * 1000000000;
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "------t11:00");
    assert_non_null(strstr(row_of(f, 15), " Time: 11:00 "));
    screen_type(f, &q, "\n");
    assert_non_null(strstr(row_of(f, 1), " 1 min, to 2026-02-03 11:00:00    PAST "));
    assert_int_equal(q.history.to_ns - q.asked.to_ns, UINT64_C(3660) * 1000000000);
    screen_type(f, &q, "ttea\n");
    assert_non_null(strstr(row_of(f, 15), " Time: tea "));
    screen_type(f, &q, "^");
    assert_non_null(strstr(row_of(f, 1), " PAST "));
    screen_type(f, &q, "tnow\n");
    assert_null(strstr(row_of(f, 1), " PAST "));
    frame_free(f);
}

/* Not before the first window, and nowhere while all is shown. */
static void test_past_ends(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "[");
    assert_int_equal(q.asked.to_ns, q.history.to_ns);
    screen_type(f, &q, "------[[[");
    assert_int_equal(q.asked.to_ns, q.history.to_ns);
    frame_free(f);
}

/* c walks through what is compared with; the columns of changes come and go with it. */
static void test_compare(void **state)
{
    static const struct {
        const char *against;
        uint64_t ago_s;
    } cases[] = {{"1 h ago", 3600}, {"1 d ago", 86400}, {"the span before", 60}};
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    q.history.from_ns -= UINT64_C(864000) * 1000000000;
    screen_type(f, &q, "------");
    assert_null(strstr(screen_text(f, 24, 130, false), "SLOWER"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        screen_type(f, &q, "c");
        assert_int_equal((q.history.to_ns - q.asked.to_ns) / 1000000000, cases[i].ago_s);
        const char *text = screen_text(f, 24, 130, false);
        assert_non_null(strstr(text, cases[i].against));
        assert_non_null(strstr(text, "SLOWER"));
        assert_null(strstr(text, "no record"));
    }
    screen_type(f, &q, "c");
    assert_null(strstr(screen_text(f, 24, 130, false), "against"));
    assert_null(strstr(screen_text(f, 24, 130, false), "SLOWER"));
    frame_free(f);
}

/* Of a time that was not recorded nothing is said: not all of it is new. */
static void test_compare_with_nothing(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "c");
    const char *text = screen_text(f, 24, 130, false);
    assert_non_null(strstr(text, "against 1 h ago: no record"));
    assert_null(strstr(text, "MORE"));
    frame_free(f);
}

/* Without a database, and without traffic in it, the screen says what to do. */
static void test_nothing_to_show(void **state)
{
    struct query q = shop();
    struct frame *f = frame_new("/var/lib/shop.db", 0);
    (void)state;
    frame_disconnect(f, "/var/lib/shop.db: no such file");
    screen_type(f, NULL, "jj\n4\n/x\n^-+p");
    assert_non_null(strstr(screen_text(f, 24, 80, false), "Waiting for a database"));
    assert_non_null(strstr(screen_text(f, 24, 80, false), "/var/lib/shop.db: no such file"));
    q.history = (struct range){0, 0};
    frame_update(f, &q);
    assert_non_null(strstr(screen_text(f, 24, 80, false), "No traffic yet"));
    assert_non_null(strstr(screen_text(f, 24, 80, false), "tapgraph health --db"));
    frame_free(f);
}

/* When the database cannot be asked, what is on the screen stays, and the reason stands above. */
static void test_trouble(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    q.fails = "shop.db: disk I/O error";
    frame_update(f, &q);
    path_is(f, " shop.db: disk I/O error");
    assert_non_null(strstr(row_of(f, ROW_VIEW + 1), "redis:6379"));
    q.fails = NULL;
    frame_update(f, &q);
    path_is(f, " Edges ");
    frame_free(f);
}

/* Help lies over everything and goes with any key, which does nothing else. */
static void test_help(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "?");
    assert_non_null(strstr(screen_text(f, 24, 80, false), "┌─ Help: any key closes it ─"));
    screen_type(f, &q, "q");
    assert_false(f->quit);
    assert_null(strstr(screen_text(f, 24, 80, false), "Help:"));
    screen_type(f, &q, "q");
    assert_true(f->quit);
    frame_free(f);
}

/* Where it does not fit it can be read on; its last rows are the keys of the view. */
static void test_help_scrolls(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "?");
    assert_null(strstr(screen_text(f, 14, 60, false), "Connections"));
    for (int i = 0; i < 60; i++) {
        screen_type(f, &q, "j");
        screen_text(f, 14, 60, false);
    }
    const char *text = screen_text(f, 14, 60, false);
    assert_non_null(strstr(text, "j k scroll"));
    assert_non_null(strstr(text, "Connections"));
    assert_non_null(strstr(text, "│  v             Via"));
    screen_type(f, &q, "kkx");
    assert_false(f->help);
    frame_free(f);
}

/* Clicks on a tab, on a row and on the key bar do what they show. */
static void test_clicks(void **state)
{
    struct query q = shop();
    struct frame *f = screen_open(&q);
    (void)state;
    row_of(f, 0); /* draws, so that clicks have something to meet */
    frame_key(f, &q, (struct key){.code = KEYCODE_CLICK, .row = 0, .column = 3});
    frame_fetch(f, &q);
    path_is(f, " Services ");
    struct key second = {.code = KEYCODE_CLICK, .row = ROW_VIEW + 2, .column = 5};
    frame_key(f, &q, second);
    path_is(f, " Services ");
    frame_key(f, &q, second);
    path_is(f, " Services › web › Edges ");
    frame_key(f, &q, (struct key){.code = KEYCODE_CLICK, .row = 15, .column = 2});
    assert_true(f->help);
    frame_free(f);
}

/* From a postage stamp to a wall: every size and key is survived, and the text is inside. */
static void test_any_size(void **state)
{
    static const int sizes[][2] = {{1, 1},   {2, 200}, {9, 80},  {10, 40},
                                   {24, 80}, {50, 39}, {11, 41}, {100, 300}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct query q = shop();
        struct frame *f = screen_open(&q);
        for (const char *keys =
                 "j2G1\n49^?x/p95>\n^19jjI>>>gG6\n8o2o5\n\n\n\n\n1b\n3lljkg<>>fnN\n/web\n^6\nG";
             *keys; keys++) {
            char key[2] = {*keys, '\0'};
            screen_type(f, &q, key);
            screen_text(f, sizes[i][0], sizes[i][1], i % 2);
        }
        frame_free(f);
    }
    struct query q = shop();
    struct frame *f = screen_open(&q);
    screen_shows(f, 9, 39, 0, "tapgraph needs 40x10\nThis window: 39x9\n");
    frame_free(f);
}

/* Names from the wire come clean. Should one not, no byte of it drives the terminal. */
static void test_hostile_names(void **state)
{
    struct edge_row edge = edge_of(1, "\x1b[2J\x1b]0;owned\x07",
                                   "\xc2\x9b"
                                   "31m\xe2\x80\xae\r\n",
                                   5, 3);
    struct query q = shop();
    q.edge = &edge;
    q.edge_len = 1;
    struct frame *f = screen_open(&q);
    (void)state;
    screen_type(f, &q, "\n");
    for (int depth = 0; depth < 2; depth++) {
        for (const char *at = screen_text(f, 24, 100, depth); *at; at++) {
            unsigned char byte = (unsigned char)*at;
            assert_true(byte == '\n' || (byte >= 0x20 && byte != 0x7f));
            assert_false(byte == 0xc2 && (unsigned char)at[1] < 0xa0);
            assert_int_not_equal(strncmp(at, "\xe2\x80\xae", 3), 0);
        }
        screen_type(f, &q, "^");
    }
    frame_free(f);
}

/* Wide characters keep the columns in line. */
static void test_wide_names(void **state)
{
    const struct edge_row edges[] = {edge_of(1, "商店", "🛒cart", 5, 3),
                                     edge_of(2, "web", "cafe\xcc\x81", 4, 3)};
    struct query q = shop();
    q.edge = edges;
    q.edge_len = 2;
    struct frame *f = screen_open(&q);
    (void)state;
    screen_shows(f, 10, 60, ROW_VIEW,
                 "   CLIENT    SERVER         RATE↓   ERRORS      P95\n"
                 " ● 商店      🛒cart:8080    5.0/s      0 %   3.0 ms\n"
                 " ● web       cafe\xcc\x81:8080      4.0/s      0 %   3.0 ms\n");
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_screen),
        cmocka_unit_test(test_goes_about),
        cmocka_unit_test(test_filter_line),
        cmocka_unit_test(test_wrong_filter),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_past),
        cmocka_unit_test(test_past_ends),
        cmocka_unit_test(test_typed_time),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_compare_with_nothing),
        cmocka_unit_test(test_nothing_to_show),
        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_help_scrolls),
        cmocka_unit_test(test_clicks),
        cmocka_unit_test(test_any_size),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_wide_names),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
