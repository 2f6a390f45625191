/* test_view_insights.c - findings, as they are seen. */
#include <string.h>

#include "tests/ui-tui/fake_calls.h"
#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

/* The findings by weight; of the chosen one the whole sentence, the advice and the evidence. */
static void test_tells(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Insights");
    screen_shows(f, 24, 80, ROW_VIEW,
                 "   FINDING\n"
                 " ▲ One of 3 backends of orders:50051 takes 97 % of its calls.\n"
                 " ▲ One of 2 connections carries 97 % of the calls of web to orders:50051.\n"
                 "\n"
                 "   One of 3 backends of orders:50051 takes 97 % of its calls.\n"
                 "   Each client holds one long connection to it: balance calls, not connections\n"
                 "   (client-side balancing, or a proxy that knows HTTP/2).\n"
                 "\n"
                 "   10.0.0.21:50051  ███████████████▌  97 % of calls, 1164 calls\n"
                 "   10.0.0.22:50051  ▍                 2.0 % of calls, 24 calls\n"
                 "   10.0.0.23:50051  ▏                 1.0 % of calls, 12 calls\n"
                 "   10.0.0.24:50051  no call\n"
                 "   10.0.0.24:50051  no call\n"
                 "   10.0.0.24:50051  no call\n"
                 "   10.0.0.24:50051  no call\n"
                 "   10.0.0.24:50051  no call\n"
                 "   and 2 more\n");
    screen_type(f, &q, "j");
    screen_shows(f, 24, 80, ROW_VIEW + 3,
                 "\n"
                 "   One of 2 connections carries 97 % of the calls of web to orders:50051.\n"
                 "   See whether the client opens a channel for each backend.\n");
    frame_free(f);
}

/* Enter leads to what the finding is about. */
static void test_goes_on(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Insights");
    screen_type(f, &q, "\n");
    screen_shows(f, 24, 80, ROW_PATH, " Insights › orders:50051 grpc › Backends ");
    screen_type(f, &q, "^j\n");
    screen_shows(f, 24, 80, ROW_PATH, " Insights › web → orders:50051 grpc › Connections ");
    frame_free(f);
}

/* What is found about TLS is looked at there, a bad capture in Health. */
static void test_other_kinds(void **state)
{
    static const struct {
        const char *kind, *path;
    } cases[] = {{"weak-tls", " Insights › web → orders:50051 grpc › TLS "},
                 {"certificate-expired", " Insights › web → orders:50051 grpc › TLS "},
                 {"bad-capture", " Insights › web → orders:50051 grpc › Health "}};
    struct query q = shop_with_calls();
    struct insight_row row = q.insight[1];
    (void)state;
    q.insight = &row;
    q.insight_len = 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strcpy(row.kind, cases[i].kind);
        struct frame *f = screen_open(&q);
        screen_tab(f, &q, "Insights");
        screen_type(f, &q, "\n");
        screen_shows(f, 24, 80, ROW_PATH, cases[i].path);
        frame_free(f);
    }
}

/* How many there are is told on every screen; without one it says what is looked for. */
static void test_none(void **state)
{
    struct query q = shop_with_calls();
    struct frame *f = screen_open(&q);
    (void)state;
    assert_non_null(strstr(screen_text(f, 24, 80, false), "insights 2"));
    q.insight_len = 0;
    frame_update(f, &q);
    assert_null(strstr(screen_text(f, 24, 80, false), "insights"));
    screen_tab(f, &q, "Insights");
    screen_type(f, &q, "\n");
    screen_shows(f, 24, 80, ROW_VIEW + 2, "  Nothing to act on in this range of time\n");
    frame_free(f);
}

/* Names and figures with escapes in them are text; so is a sentence without a blank. */
static void test_hostile(void **state)
{
    struct query q = shop_with_calls();
    struct insight_row row = q.insight[0];
    q.insight = &row;
    q.insight_len = 1;
    strcpy(row.title, "\x1b[2Jwhole");
    memset(row.advice, 'a', sizeof row.advice - 1);
    strcpy(row.evidence[0].what, "\xe2\x80\xae\x07");
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "Insights");
    for (const char *at = screen_text(f, 24, 80, false); *at; at++)
        assert_true(*at == '\n' || (unsigned char)*at >= 0x20);
    assert_null(strstr(screen_text(f, 24, 80, false), "\xe2\x80\xae"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tells),       cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_other_kinds), cmocka_unit_test(test_none),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
