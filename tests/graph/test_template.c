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

/* Paths as they are met with, of many kinds of servers. */
static const struct path of_the_world[] = {
    {"/graphql", NULL},
    {"/docs/en-US/intro", NULL},
    {"/docs/zh_CN", NULL},
    {"/oauth2/s3/utf8/v1beta1/ipv4/md5/h264/mp4/base64/http2", NULL},
    {"/Products('abc')", NULL},
    {"/v1/projects/my-project/topics/t1", NULL},
    {"/api/v1.1/x", NULL},
    {"/api/v2024-01-01/x", NULL},
    {"/v2/library/nginx/manifests/latest", NULL},
    {"/image/100x200.png", NULL},
    {"/a/user123", NULL},
    {"/a/room-12", NULL},
    {"/a/chapter-3", NULL},
    {"/x/facade", NULL},
    {"/x/cafebabe", NULL},
    {"/x/ABCDEF", NULL},
    {"/de/impressum", NULL},
    {"/x/win32-x64", NULL},
    {"/x/node-v18.17.0-linux-x64.tar.gz", NULL},
    {"/x/$metadata", NULL},
    {"/x/~alice", NULL},
    {"/a=b/c==", NULL},
    {"/0x/0xyz", NULL},
    {"/x/arn:aws:s3:::bucket", NULL},
    {"/x/a:b:c", NULL},
    {"/x/123abc", NULL},
    {"/static/js/main.8d3f1c2a.chunk.js", "/static/js/{id}"},
    {"/assets/index-DfG7h2K9.css", "/assets/{id}"},
    {"/_next/static/chunks/pages/_app-0a1b2c3d4e5f6071.js", "/_next/static/chunks/pages/{id}"},
    {"/users/42/orders/2024-01-02", "/users/{id}/orders/{id}"},
    {"/u/bob.smith+tag@mail.example.co.uk", "/u/{id}"},
    {"/reset/dGhpc19pc19hX3Rva2Vu", "/reset/{id}"},
    {"/auth/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0T",
     "/auth/{id}"},
    {"/cart;jsessionid=0000A1b2", "/cart"},
    {"/x/550e8400e29b41d4a716446655440000", "/x/{id}"},
    {"/x/1srOrx2ZWZBpBUvZwXKQmoEYga2", "/x/{id}"},
    {"/x/507f1f77bcf86cd799439011", "/x/{id}"},
    {"/pkg/1.2.3", "/pkg/{id}"},
    {"/pkg/v1.2.3", "/pkg/{id}"},
    {"/pkg/2.0.0-rc.1", "/pkg/{id}"},
    {"/pkg/v2.0.0-beta3", "/pkg/{id}"},
    {"/pkg/lodash-4.17.21.tgz", "/pkg/{id}"},
    {"/t/-12.5", "/t/{id}"},
    {"/geo/52.5200,13.4050", "/geo/{id}"},
    {"/weather/@37.7749,-122.4194,15z", "/weather/{id}"},
    {"/ip/192.168.1.1", "/ip/{id}"},
    {"/ip/2001:db8::1", "/ip/{id}"},
    {"/ip/fe80::1", "/ip/{id}"},
    {"/ip/2001%3Adb8%3A%3A1", "/ip/{id}"},
    {"/mac/00:1a:2b:3c:4d:5e", "/mac/{id}"},
    {"/mac/00-1a-2b-3c-4d-5e", "/mac/{id}"},
    {"/phone/+4915112345678", "/phone/{id}"},
    {"/phone/(555)123-4567", "/phone/{id}"},
    {"/ts/1700000000", "/ts/{id}"},
    {"/ts/2024-01-15T10%3A00%3A00Z", "/ts/{id}"},
    {"/ts/2024-01-15T10:00:00+01:00", "/ts/{id}"},
    {"/ts/2024-W03", "/ts/{id}"},
    {"/ts/20240115T100000Z", "/ts/{id}"},
    {"/blog/2024/01/15/hello-world", "/blog/{id}/{id}/{id}/hello-world"},
    {"/Products(42)/Name", "/{id}/Name"},
    {"/b/dGVzdA==", "/b/{id}"},
    {"/b/aGVsbG8gd29ybGQ=", "/b/{id}"},
    {"/x/0xdeadbeef", "/x/{id}"},
    {"/sessions/sess_a8Kd93hfKs", "/sessions/{id}"},
    {"/x/3fa85f64-5717-4562-b3fc-2c963f66afa6.json", "/x/{id}"},
    {"/x/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG", "/x/{id}"},
    {"/x/clh3am8hi0000qwer1234asdf", "/x/{id}"},
};

static void paths_of_the_world(void **state)
{
    (void)state;
    ASSERT_TEMPLATES(of_the_world);
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
        cmocka_unit_test(paths_of_the_world),
        cmocka_unit_test(escapes_are_judged_as_what_they_stand_for),
        cmocka_unit_test(parameters_are_left_out),
        cmocka_unit_test(ten_segments_are_enough),
        cmocka_unit_test(room_is_kept_to),
        cmocka_unit_test(long_segments_are_no_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
