/* test_hpack_memo.c - specifies decode/hpack_memo.c: a header block is only taken for one from
 * before if reading it would say the same, and what it says then is the same. */
#include "decode/hpack_memo.h"

#include <stdio.h>

#include "decode/http2_head.h"
#include "tests/check.h"

#define GET "\x82"
#define STATUS_200 "\x88"
#define NEWEST "\xbe"
#define SECOND "\xbf"
#define INSERT_CART "\x44\x05/cart" /* :path, inserted */
#define INSERT_USER "\x44\x05/user"
#define EMPTY_TABLE "\x20"         /* its size becomes 0, */
#define USUAL_TABLE "\x3f\xe1\x1f" /* and 4,096 */

static const struct hash_key key = {{1, 2}};

static int make_memo(void **state)
{
    *state = hpack_memo_new(&key);
    assert_non_null(*state);
    return 0;
}

static int free_memo(void **state)
{
    hpack_memo_free(*state);
    return 0;
}

static struct hpack begin(struct hpack_memo *memo, bool joined)
{
    struct hpack h;
    hpack_init(&h, joined);
    hpack_memo_attach(&h, memo);
    return h;
}

/* What a block says: "GET /cart", "200", ...; "?" stands for fields that are not known. */
static const char *read_block(struct hpack *h, enum dir dir, const char *block)
{
    static char text[sizeof(struct exchange)];
    struct exchange x = {.grpc_status = -1, .error_code = -1};
    struct http2_head head;
    if (!http2_read_head(h, dir, bytes_of_text(block), &x, &head))
        return "bad";
    snprintf(text, sizeof text, "%s%s%s%s%s", x.method, x.path, x.host, x.status,
             head.unknown ? "?" : "");
    return text;
}

static const char *ask(struct hpack *h, const char *block)
{
    return read_block(h, TO_SERVER, block);
}

static bool is_remembered(const struct hpack *h, const char *block)
{
    struct hpack copy = *h; /* which keeps the table, and counts by itself */
    return hpack_memo_find(&copy, bytes_of_text(block));
}

static void a_block_that_comes_again_says_the_same(void **state)
{
    static const char block[] = GET "\x04\x05/cart\x41\x04"
                                    "shop"
                                    "\x86";
    static const char again[] = GET "\x04\x05/cart\x86" NEWEST;
    struct hpack h = begin(*state, false), plain = begin(NULL, false);
    for (int i = 0; i < 4; i++) {
        const char *asked = i ? again : block;
        assert_int_equal(is_remembered(&h, asked), i > 1);
        assert_string_equal(ask(&h, asked), "GET/cartshop");
        assert_string_equal(ask(&plain, asked), "GET/cartshop");
        assert_memory_equal(&h.certainty, &plain.certainty, sizeof h.certainty);
    }
    hpack_free(&h);
    hpack_free(&plain);
}

/* Those that give the table an entry, or change its size, do more than to say something. */
static void what_changes_the_table_is_not_kept(void **state)
{
    static const char *const blocks[] = {GET INSERT_CART, USUAL_TABLE GET};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        struct hpack h = begin(*state, false);
        for (int times = 0; times < 3; times++) {
            assert_false(is_remembered(&h, blocks[i]));
            ask(&h, blocks[i]);
        }
        hpack_free(&h);
    }
}

/* The same bytes say what they say by their own table. */
static void another_table_is_another_block(void **state)
{
    static const struct {
        const char *history[3], *said;
    } tables[] = {
        {{INSERT_CART}, "GET/cart"},
        {{INSERT_USER}, "GET/user"},
        {{INSERT_CART, INSERT_USER}, "GET/user"},
        {{INSERT_USER, INSERT_CART}, "GET/cart"},
        {{INSERT_CART, EMPTY_TABLE USUAL_TABLE}, "bad"},
        {{INSERT_CART, EMPTY_TABLE USUAL_TABLE, INSERT_USER}, "GET/user"},
        {{INSERT_CART, "\xff\xff\xff\xff\xff\xff"}, "GET?"}, /* forgotten */
    };
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
            struct hpack h = begin(*state, false);
            for (int at = 0; at < 3 && tables[i].history[at]; at++)
                ask(&h, tables[i].history[at]);
            assert_string_equal(ask(&h, GET NEWEST), tables[i].said);
            hpack_free(&h);
        }
    }
}

/* A table that was joined holds what the others hold, but it may hold more. */
static void who_joined_late_is_told_apart(void **state)
{
    struct hpack whole = begin(*state, false), late = begin(*state, true);
    ask(&whole, INSERT_CART);
    ask(&late, INSERT_CART);
    assert_string_equal(ask(&whole, GET NEWEST), "GET/cart");
    assert_string_equal(ask(&late, GET NEWEST), "GET/cart");
    for (int i = 0; i < 2; i++)
        assert_string_equal(ask(&late, GET SECOND), "GET?");
    assert_string_equal(ask(&whole, GET SECOND), "bad");
    hpack_free(&whole);
    hpack_free(&late);
}

static void connections_with_one_history_share(void **state)
{
    struct hpack one = begin(*state, false), other = begin(*state, false);
    ask(&one, INSERT_CART);
    ask(&one, GET NEWEST);
    assert_false(is_remembered(&other, GET NEWEST));
    ask(&other, INSERT_CART);
    assert_true(is_remembered(&other, GET NEWEST));
    assert_string_equal(ask(&other, GET NEWEST), "GET/cart");
    hpack_free(&one);
    hpack_free(&other);
}

/* What fields mean depends on who sends them; the memo only has the fields. */
static void the_reader_says_what_fields_mean(void **state)
{
    struct hpack h = begin(*state, false);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(read_block(&h, TO_CLIENT, STATUS_200), "200");
        assert_string_equal(read_block(&h, TO_SERVER, STATUS_200), "");
    }
    assert_true(is_remembered(&h, STATUS_200));
    hpack_free(&h);
}

/* More than there is room for: bytes, fields that mean something, their text. */
static void large_blocks_are_read(void **state)
{
    char blocks[3][MEMO_BYTES_MAX + 2] = {{0}};
    memset(blocks[0], STATUS_200[0], MEMO_BYTES_MAX + 1);
    memset(blocks[1], GET[0], MEMO_FIELDS_MAX + 1);
    char path[MEMO_BYTES_MAX / 2 + 3] = "\x44";
    path[1] = MEMO_BYTES_MAX / 2;
    memset(path + 2, '/', MEMO_BYTES_MAX / 2);
    memset(blocks[2], NEWEST[0], 2);
    struct hpack h = begin(*state, false);
    ask(&h, path);
    for (int i = 0; i < 3; i++) {
        ask(&h, blocks[i]);
        assert_false(is_remembered(&h, blocks[i]));
    }
    blocks[1][MEMO_FIELDS_MAX] = blocks[2][1] = '\0';
    for (int i = 1; i < 3; i++) {
        ask(&h, blocks[i]);
        assert_true(is_remembered(&h, blocks[i]));
    }
    hpack_free(&h);
}

/* A client that says something new each time is not looked up for ever. */
static void a_direction_is_given_up(void **state)
{
    struct hpack h = begin(*state, false);
    for (int i = 0; i < 2; i++)
        ask(&h, GET);
    for (int i = 0; i < MEMO_MISSED_MAX - 1; i++)
        ask(&h, GET INSERT_CART);
    assert_non_null(h.memo);
    ask(&h, GET INSERT_CART);
    assert_null(h.memo);
    assert_string_equal(ask(&h, GET NEWEST), "GET/cart");
    hpack_free(&h);
}

static void one_that_repeats_itself_is_not(void **state)
{
    struct hpack h = begin(*state, false);
    for (int i = 0; i < 4 * MEMO_MISSED_MAX; i++)
        ask(&h, i % MEMO_MISSED_MAX < 4 ? GET INSERT_CART : GET);
    assert_non_null(h.memo);
    hpack_free(&h);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_memo, free_memo)
    const struct CMUnitTest tests[] = {
        TEST(a_block_that_comes_again_says_the_same),
        TEST(what_changes_the_table_is_not_kept),
        TEST(another_table_is_another_block),
        TEST(who_joined_late_is_told_apart),
        TEST(connections_with_one_history_share),
        TEST(the_reader_says_what_fields_mean),
        TEST(large_blocks_are_read),
        TEST(a_direction_is_given_up),
        TEST(one_that_repeats_itself_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
