/* test_template.c - graph/template.c. */
#include "graph/template.h"

#include <string.h>

#include "tests/check.h"

struct path {
    const char *path, *expected; /* NULL: the path stays as it is */
};

static void assert_templates(const struct path *paths, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char text[192];
        const char *expected = paths[i].expected ? paths[i].expected : paths[i].path;
        template_path(paths[i].path, text, sizeof text);
        assert_string_equal(text, expected);
    }
}

#define ASSERT_TEMPLATES(paths) assert_templates(paths, sizeof(paths) / sizeof *(paths))

static void words_and_versions_stay(void **state)
{
    (void)state;
    static const struct path paths[] = {
        {"", NULL},
        {"/", NULL},
        {"*", NULL},
        {"/users", NULL},
        {"/users/", NULL},
        {"//a//b", NULL},
        {"/v1/users", NULL},
        {"/v2beta1/x", NULL},
        {"/api/v10/items", NULL},
        {"/app.js", NULL},
        {"/index.html", NULL},
        {"/favicon.ico", NULL},
        {"/.well-known/openid-configuration", NULL},
        {"/wp-content/themes/twentytwenty/style.css", NULL},
        {"/jquery-3.6.0.min.js", NULL},
        {"/mp3/song.mp3", NULL},
        {"/i18n/k8s/a11y/x86_64/utf-8", NULL},
        {"/oauth2/token", NULL},
        {"/sha256", NULL},
        {"/1password/2fa/3d", NULL},
        {"/getUserById", NULL},
        {"/Oauth2Callback", NULL},
        {"/shop.v1.Cart/AddItem", NULL},
        {"/google.cloud.secretmanager.v1beta2.SecretManagerService/Get", NULL},
        {"/users:batchGet", NULL},
        {"/arn:aws:s3", NULL},
        {"/blog/top-10-things", NULL},
        {"/@angular/core", NULL},
        {"/files/deadbeef", NULL}, /* hex digits, but a word */
        {"/files/decade", NULL},
        {"/na\303\257ve", NULL},
    };
    ASSERT_TEMPLATES(paths);
}

static void identifiers_go(void **state)
{
    (void)state;
    static const struct path paths[] = {
        {"/users/42", "/users/{id}"},
        {"/users/42/", "/users/{id}/"},
        {"/users/-7/orders/1.5", "/users/{id}/orders/{id}"},
        {"/x/10,20", "/x/{id}"},
        {"/x/12:30", "/x/{id}"},
        {"/tiles/12/2048/1362.png", "/tiles/{id}/{id}/{id}"},
        {"/hosts/10.0.0.1", "/hosts/{id}"},
        {"/items/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/items/{id}"},
        {"/items/{550E8400-E29B-41D4-A716-446655440000}", "/items/{id}"},
        {"/x/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/x/{id}"},
        {"/commit/9fceb02d", "/commit/{id}"},
        {"/commit/9fceb02d0ae598e95dc970b74767f19372d61af8", "/commit/{id}"},
        {"/a/5f8d04f3b54764421b7156d9", "/a/{id}"},
        {"/a/0x1f3a", "/a/{id}"},
        {"/reports/2024-01-15", "/reports/{id}"},
        {"/reports/2024-01-15T10:00:00Z", "/reports/{id}"},
        {"/reports/20240115", "/reports/{id}"},
        {"/reports/report-2024.pdf", "/reports/{id}"},
        {"/t/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "/t/{id}"},
        {"/watch/dQw4w9WgXcQ", "/watch/{id}"},
        {"/t/V1StGXR8_Z5jdHi6B-myT", "/t/{id}"},
        {"/customers/cus_9s6XKzkNRiz8i3", "/customers/{id}"},
        {"/u/alice@example.com", "/u/{id}"},
        {"/browse/PROJ-7", "/browse/{id}"},
        {"/orders/ORD-12345", "/orders/{id}"},
        {"/orders/order_12345", "/orders/{id}"},
        {"/item12345", "/{id}"},
        {"/pods/cart-7d9f8b6c5-x2k4q", "/pods/{id}"},
        {"/hosts/ip-10-0-0-17", "/hosts/{id}"},
        {"/Users(42)", "/{id}"},
        {"/static/app.3f9c2d1a.js", "/static/{id}"},
        {"/img_0042.png", "/{id}"},
        {"/42.json", "/{id}"},
    };
    ASSERT_TEMPLATES(paths);
}

/* The digits of an escape are not those of a number; what it stands for counts. */
static void escapes_are_judged_as_what_they_stand_for(void **state)
{
    (void)state;
    static const struct path paths[] = {
        {"/hello%20world", NULL},  {"/e/%E4%BD%A0%E5%A5%BD", NULL},
        {"/100%", NULL},           {"/u/alice%40example.com", "/u/{id}"},
        {"/x/10%2C20", "/x/{id}"}, {"/x/%34%32", "/x/{id}"},
        {"/x/%zz", NULL},          {"/x/a%2", NULL},
    };
    ASSERT_TEMPLATES(paths);
}

/* Parameters of a segment are unbounded, and may be a secret. */
static void parameters_are_left_out(void **state)
{
    (void)state;
    static const struct path paths[] = {
        {"/app;jsessionid=1A530637289A03B07199A44E8D531427/x", "/app/x"},
        {"/users/42;v=1", "/users/{id}"},
    };
    ASSERT_TEMPLATES(paths);
}

static void ten_segments_are_enough(void **state)
{
    (void)state;
    static const struct path paths[] = {
        {"/a/b/c/d/e/f/g/h/i/j", NULL},
        {"/a/b/c/d/e/f/g/h/i/j/", NULL},
        {"/a/b/c/d/e/f/g/h/i/j/k", "/a/b/c/d/e/f/g/h/i/j/..."},
        {"/a/b/c/d/e/f/g/h/i/j/k/l/m", "/a/b/c/d/e/f/g/h/i/j/..."},
    };
    ASSERT_TEMPLATES(paths);
}

/* Whatever the room, the text is terminated and no character is cut in two. */
static void room_is_kept_to(void **state)
{
    (void)state;
    static const char path[] = "/caf\303\251/\344\275\240\345\245\275/42/x";
    char whole[64];
    template_path(path, whole, sizeof whole);
    for (size_t size = 1; size <= sizeof whole; size++) {
        char text[64 + 1];
        memset(text, '#', sizeof text);
        template_path(path, text, size);
        size_t len = strlen(text);
        assert_true(len < size);
        assert_int_equal(strncmp(text, whole, len), 0);
        assert_true(((unsigned char)whole[len] & 0xc0) != 0x80);
        assert_int_equal(text[size], '#');
    }
    char untouched = '#';
    template_path(path, &untouched, 0);
    assert_int_equal(untouched, '#');
}

static void long_segments_are_no_words(void **state)
{
    (void)state;
    char path[256] = "/x/", text[192];
    memset(path + 3, 'a', 200);
    template_path(path, text, sizeof text);
    assert_string_equal(text, "/x/{id}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_versions_stay),
        cmocka_unit_test(identifiers_go),
        cmocka_unit_test(escapes_are_judged_as_what_they_stand_for),
        cmocka_unit_test(parameters_are_left_out),
        cmocka_unit_test(ten_segments_are_enough),
        cmocka_unit_test(room_is_kept_to),
        cmocka_unit_test(long_segments_are_no_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
