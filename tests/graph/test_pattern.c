/* test_pattern.c - graph/pattern.c. */
#include "graph/pattern.h"

#include <string.h>

#include "tests/check.h"

static struct patterns patterns;

static int begin(void **state)
{
    (void)state;
    patterns = (struct patterns){0};
    return 0;
}

static void add(const char *text)
{
    struct err err = {0};
    if (!patterns_add(&patterns, text, &err))
        fail_msg("%s", err.text);
}

/* NULL: it does not fit. */
static void assert_fits(const char *path, const char *expected)
{
    const char *found = patterns_find(&patterns, path);
    assert_string_equal(found ? found : "none", expected ? expected : "none");
}

static void a_placeholder_is_a_segment(void **state)
{
    (void)state;
    add("/shop/{product}/reviews");
    assert_fits("/shop/red-shoes/reviews", "/shop/{product}/reviews");
    assert_fits("/shop/42/reviews", "/shop/{product}/reviews");
    assert_fits("/shop/red-shoes/reviews/", NULL);
    assert_fits("/shop/red-shoes/reviews/1", NULL);
    assert_fits("/shop/red-shoes/review", NULL);
    assert_fits("/shop//reviews", NULL);
    assert_fits("/shop/a/b/reviews", NULL);
    assert_fits("/shop/red-shoes", NULL);
    assert_fits("/Shop/red-shoes/reviews", NULL);
    assert_fits("", NULL);
    assert_fits("*", NULL);
}

static void a_placeholder_is_part_of_a_segment(void **state)
{
    (void)state;
    add("/static/app.{hash}.js");
    add("/{a}-{b}.json");
    add("/x/*");
    assert_fits("/static/app.3f2a.js", "/static/app.{hash}.js");
    assert_fits("/static/app.3f.js.js", "/static/app.{hash}.js");
    assert_fits("/static/app..js", NULL);
    assert_fits("/static/app.3f2a.json", NULL);
    assert_fits("/a-b-c.json.json", "/{a}-{b}.json");
    assert_fits("/-b.json", NULL);
    assert_fits("/a-b/c.json", NULL);
    assert_fits("/x/y", "/x/*");
    assert_fits("/x/y/z", NULL);
    assert_fits("/x/", NULL);
}

static void the_rest_is_whatever_there_is(void **state)
{
    (void)state;
    add("/files/**");
    add("/{any}/raw/**");
    assert_fits("/files/", "/files/**");
    assert_fits("/files/a", "/files/**");
    assert_fits("/files/a/b//c/", "/files/**");
    assert_fits("/files", NULL);
    assert_fits("/filesystem/a", NULL);
    assert_fits("/x/raw/a/b", "/{any}/raw/**");
}

static void the_first_that_fits_wins(void **state)
{
    (void)state;
    add("/shop/sale");
    add("/shop/{product}");
    add("/**");
    assert_fits("/shop/sale", "/shop/sale");
    assert_fits("/shop/sales", "/shop/{product}");
    assert_fits("/", "/**");
}

static void parameters_do_not_matter(void **state)
{
    (void)state;
    add("/app/{page}/x");
    add("/{p}.html");
    assert_fits("/app;jsessionid=1A53/home;v=2/x;y", "/app/{page}/x");
    assert_fits("/app/;v=2/x", NULL);
    assert_fits("/home.html;v=2", "/{p}.html");
    assert_fits("/home;v=2.html", NULL);
}

static void nonsense_is_refused(void **state)
{
    static const char *const nonsense[] = {
        "",       "shop/x",     "*",       "GET /shop", "/a//b",  "/a/{",    "/a/}",
        "/a/{}",  "/a/{b",      "/a/b}",   "/{a/b}",    "/{a b}", "/{a{b}}", "/a/**/b",
        "/a/b**", "/a/***",     "/{a}{b}", "/{a}*",     "/a?b=c", "/a#b",    "/a;b=c",
        "/a\tb",  "/a\033[2Jb", "/\xff",   "//",
    };
    (void)state;
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        struct err err = {0};
        if (patterns_add(&patterns, nonsense[i], &err))
            fail_msg("'%s' was taken", nonsense[i]);
        assert_non_null(strstr(err.text, "is no pattern of paths: "));
    }
    char text[PATTERN_TEXT_MAX + 1];
    memset(text, 'a', sizeof text);
    text[0] = '/';
    text[PATTERN_TEXT_MAX] = '\0';
    struct err err = {0};
    assert_false(patterns_add(&patterns, text, &err));
    text[PATTERN_TEXT_MAX - 1] = '\0';
    add(text);
    assert_int_equal(patterns.len, 1);
    while (patterns.len < PATTERNS_MAX)
        add("/a");
    assert_false(patterns_add(&patterns, "/a", &err));
    assert_string_equal(err.text, "at most 256 patterns");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_placeholder_is_a_segment, begin),
        cmocka_unit_test_setup(a_placeholder_is_part_of_a_segment, begin),
        cmocka_unit_test_setup(the_rest_is_whatever_there_is, begin),
        cmocka_unit_test_setup(the_first_that_fits_wins, begin),
        cmocka_unit_test_setup(parameters_do_not_matter, begin),
        cmocka_unit_test_setup(nonsense_is_refused, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
