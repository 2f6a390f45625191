/* test_lately.c - graph/lately.c: what was found of late is only taken for what it is. */
#include "graph/lately.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/graph/make.h"

static struct lately lately;
static const char http[] = "http";

static struct exchange ask(void)
{
    struct exchange x = {.protocol = http,
                         .client_address = make_address("10.0.0.1"),
                         .server_address = make_address("10.0.0.2"),
                         .server_port = 80};
    strcpy(x.host, "cart");
    return x;
}

static bool is_kept(const struct exchange *x)
{
    return lately_edge_is(lately_edge_place(&lately, x), x, x->host);
}

static int keep_one(void **state)
{
    (void)state;
    struct exchange x = ask();
    memset(&lately, 0, sizeof lately);
    lately_edge_keep(lately_edge_place(&lately, &x), &x, x.host);
    return 0;
}

static void an_edge_is_found_again_until_the_window_ends(void **state)
{
    (void)state;
    struct exchange x = ask();
    assert_true(is_kept(&x));
    lately_forget_rows(&lately);
    assert_false(is_kept(&x));
}

/* Each is looked for where the first was kept: that places differ proves nothing. */
static void whatever_differs_is_another_edge(void **state)
{
    (void)state;
    static const char http2[] = "http2";
    struct exchange x = ask();
    const struct lately_edge *kept = lately_edge_place(&lately, &x);
    struct exchange other[7];
    for (size_t i = 0; i < 7; i++)
        other[i] = x;
    other[0].protocol = http2;
    other[1].client_address = make_address("10.0.0.3");
    other[2].server_address = make_address("10.0.0.3");
    other[3].server_port = 81;
    other[4].tenant = 5;
    strcpy(other[5].host, "carts");
    strcpy(other[6].asked, "cart");
    for (size_t i = 0; i < 7; i++)
        assert_false(lately_edge_is(kept, &other[i], other[i].host));
    assert_false(lately_edge_is(kept, &x, "")); /* the same, where the host is no name */
}

static void short_paths_have_a_place(void **state)
{
    (void)state;
    char path[LATELY_PATH_MAX + 1];
    memset(path, 'a', sizeof path);
    assert_null(lately_path_place(&lately, bytes_of(path, LATELY_PATH_MAX + 1)));
    assert_non_null(lately_path_place(&lately, bytes_of(path, LATELY_PATH_MAX)));
    assert_ptr_equal(lately_path_place(&lately, bytes_of_text("/cart/17")),
                     lately_path_place(&lately, bytes_of_text("/cart/17")));
}

/* Those that differ in their last digits, of which there are many, do not meet in few places. */
static void paths_of_one_kind_have_places_of_their_own(void **state)
{
    (void)state;
    static bool taken[1 << LATELY_PATHS_BITS];
    unsigned places = 0;
    for (int i = 100; i < 300; i++) {
        char path[32];
        int len = snprintf(path, sizeof path, "/products/%d", i);
        const struct lately_path *place = lately_path_place(&lately, bytes_of(path, (size_t)len));
        places += !taken[place - lately.path];
        taken[place - lately.path] = true;
    }
    assert_true(places > 160);
}

static void a_path_is_taken_for_no_other(void **state)
{
    (void)state;
    struct bytes path = bytes_of_text("/cart/17"), made = bytes_of_text("/cart/{id}");
    struct lately_path p = {0};
    assert_false(lately_path_is(&p, path));
    lately_path_keep(&p, path, made);
    assert_true(lately_path_is(&p, path));
    assert_true(bytes_equal(bytes_of(p.made, p.made_len), made));
    assert_false(lately_path_is(&p, bytes_of_text("/cart/18")));
    assert_false(lately_path_is(&p, bytes_of_text("/cart/1")));
    assert_false(lately_path_is(&p, bytes_of_text("/cart/177")));
}

static void what_is_made_too_long_is_not_kept(void **state)
{
    (void)state;
    char made[LATELY_PATH_MAX + 1] = {0};
    struct lately_path p = {0};
    lately_path_keep(&p, bytes_of_text("/cart"), bytes_of(made, sizeof made));
    assert_false(lately_path_is(&p, bytes_of_text("/cart")));
    lately_path_keep(&p, bytes_of_text("/cart"), bytes_of(made, sizeof made - 1));
    assert_true(lately_path_is(&p, bytes_of_text("/cart")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_edge_is_found_again_until_the_window_ends, keep_one),
        cmocka_unit_test_setup(whatever_differs_is_another_edge, keep_one),
        cmocka_unit_test(short_paths_have_a_place),
        cmocka_unit_test(paths_of_one_kind_have_places_of_their_own),
        cmocka_unit_test(a_path_is_taken_for_no_other),
        cmocka_unit_test(what_is_made_too_long_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
