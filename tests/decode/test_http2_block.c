/* test_http2_block.c - specifies decode/http2_block.c: fragments become a block, under limits of
 * bytes and of frames. */
#include "decode/http2_block.h"

#include "tests/check.h"

#define HEADERS(flags) ((struct http2_frame){0, 1, HTTP2_HEADERS, flags})
#define CONTINUES(flags) ((struct http2_frame){0, 1, HTTP2_CONTINUATION, flags})

static bool add(struct http2_block *b, struct http2_frame f, struct bytes fragment,
                struct bytes *ret)
{
    if (f.type != HTTP2_CONTINUATION)
        b->first = f;
    return http2_block_add(b, &f, fragment, ret);
}

/* A block in one frame is handed back as it is, and nothing is held. */
static void one_frame_is_not_copied(void **state)
{
    (void)state;
    struct http2_block b = {0};
    struct bytes in = bytes_of_text("block"), all;
    assert_true(add(&b, HEADERS(HTTP2_END_HEADERS), in, &all));
    assert_ptr_equal(all.at, in.at);
    assert_int_equal(all.len, in.len);
    assert_null(b.bytes);
    assert_false(b.lost);
    http2_block_end(&b);
}

/* Fragments of any length, none included, are put together in their order. */
static void fragments_are_put_together(void **state)
{
    (void)state;
    static const char *const cases[][4] = {
        {"a", "b", "c", "abc"}, {"", "block", "", "block"}, {"blo", "", "ck", "block"},
        {"", "", "", ""},       {"", "", "block", "block"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http2_block b = {0};
        struct bytes all;
        assert_false(add(&b, HEADERS(0), bytes_of_text(cases[i][0]), &all));
        assert_false(add(&b, CONTINUES(0), bytes_of_text(cases[i][1]), &all));
        assert_true(add(&b, CONTINUES(HTTP2_END_HEADERS), bytes_of_text(cases[i][2]), &all));
        assert_true(bytes_equal_text(all, cases[i][3]));
        assert_false(b.lost);
        http2_block_end(&b);
        assert_int_equal(b.first.type, 0); /* none in progress */
        assert_null(b.bytes);
    }
}

/* Only CONTINUATION of the same stream goes on with a block, and only with one in progress. */
static void what_continues(void **state)
{
    (void)state;
    static const struct {
        struct http2_frame first, next;
        bool continues;
    } cases[] = {
        {{0, 1, HTTP2_HEADERS, 0}, {0, 1, HTTP2_CONTINUATION, 0}, true},
        {{0, 1, HTTP2_PUSH_PROMISE, 0}, {0, 1, HTTP2_CONTINUATION, HTTP2_END_HEADERS}, true},
        {{0, 1, HTTP2_HEADERS, 0}, {0, 3, HTTP2_CONTINUATION, 0}, false},
        {{0, 1, HTTP2_HEADERS, 0}, {0, 1, HTTP2_HEADERS, 0}, false},
        {{0, 1, HTTP2_HEADERS, 0}, {0, 1, HTTP2_DATA, 0}, false},
        {{0, 1, HTTP2_HEADERS, 0}, {0, 0, HTTP2_PING, 0}, false},
        {{0}, {0, 0, HTTP2_CONTINUATION, 0}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http2_block b = {.first = cases[i].first};
        assert_int_equal(http2_block_continues(&b, &cases[i].next), cases[i].continues);
    }
}

/* BLOCK_BYTES_MAX bytes are kept; with one more the block is lost, whatever comes behind. */
static void limit_of_bytes(void **state)
{
    (void)state;
    static char text[BLOCK_BYTES_MAX];
    for (size_t more = 0; more < 2; more++) {
        struct http2_block b = {0};
        struct bytes all;
        text[BLOCK_BYTES_MAX - 11] = '#';
        assert_false(add(&b, HEADERS(0), bytes_of(text, BLOCK_BYTES_MAX - 10), &all));
        assert_false(add(&b, CONTINUES(0), bytes_of_text("012345678"), &all));
        assert_false(b.lost);
        assert_false(add(&b, CONTINUES(0), bytes_of("9+", 1 + more), &all));
        assert_int_equal(b.lost, more);
        assert_true(add(&b, CONTINUES(HTTP2_END_HEADERS), bytes_of_text(""), &all));
        assert_int_equal(b.lost, more);
        if (!more) {
            assert_int_equal(all.len, BLOCK_BYTES_MAX);
            assert_memory_equal(all.at + BLOCK_BYTES_MAX - 11, "#0123456789", 11);
        }
        http2_block_end(&b);
    }
}

/* BLOCK_FRAMES_MAX frames are taken, and no more: a flood of empty ones costs little. */
static void limit_of_frames(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct http2_block b = {0};
        struct bytes all;
        add(&b, HEADERS(0), bytes_of_text("x"), &all);
        for (int i = 0; i < BLOCK_FRAMES_MAX - 2 + more; i++)
            assert_false(add(&b, CONTINUES(0), bytes_of_text(""), &all));
        assert_true(add(&b, CONTINUES(HTTP2_END_HEADERS), bytes_of_text("y"), &all));
        assert_int_equal(b.lost, more);
        assert_true(b.room <= 2048);
        http2_block_end(&b);
    }
}

/* What is missing in part is kept no further, and its end is still found; the next block is a new
 * one. */
static void a_lost_block_ends_too(void **state)
{
    (void)state;
    struct http2_block b = {0};
    struct bytes all;
    assert_false(add(&b, HEADERS(0), bytes_of_text("kept"), &all));
    b.lost = true;
    assert_false(add(&b, CONTINUES(0), bytes_of_text("not kept"), &all));
    assert_int_equal(b.len, 4);
    assert_true(add(&b, CONTINUES(HTTP2_END_HEADERS), bytes_of_text("x"), &all));
    assert_true(b.lost);
    http2_block_end(&b);
    assert_true(add(&b, HEADERS(HTTP2_END_HEADERS), bytes_of_text("new"), &all));
    assert_false(b.lost);
    assert_true(bytes_equal_text(all, "new"));
    http2_block_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_frame_is_not_copied), cmocka_unit_test(fragments_are_put_together),
        cmocka_unit_test(what_continues),          cmocka_unit_test(limit_of_bytes),
        cmocka_unit_test(limit_of_frames),         cmocka_unit_test(a_lost_block_ends_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
