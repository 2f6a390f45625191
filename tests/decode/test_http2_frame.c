/* test_http2_frame.c - specifies decode/http2_frame.c: what a frame is, how the fragment of a block
 * lies in it, and that nothing else is taken for a chain of frames. */
#include "frames.h"

#include <stdio.h>

#include "tests/check.h"

/* Lengths, types and flags come in that order; the reserved bit of the stream is ignored. Nine
 * bytes are a header. */
static void headers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        struct http2_frame f;
    } cases[] = {
        {"\x00\x00\x00\x04\x00\x00\x00\x00\x00", {0, 0, HTTP2_SETTINGS, 0}},
        {"\x01\x02\x03\x00\x01\x00\x00\x00\x05", {0x010203, 5, HTTP2_DATA, HTTP2_END_STREAM}},
        {"\xff\xff\xff\xff\xff\x80\x00\x00\x01", {0xffffff, 1, 0xff, 0xff}},
        {"\x00\x00\x08\x06\x01\x7f\xff\xff\xff", {8, INT32_MAX, HTTP2_PING, HTTP2_ACK}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http2_frame f;
        assert_true(http2_read_frame(bytes_of(cases[i].bytes, 9), &f));
        assert_int_equal(f.len, cases[i].f.len);
        assert_int_equal(f.stream, cases[i].f.stream);
        assert_int_equal(f.type, cases[i].f.type);
        assert_int_equal(f.flags, cases[i].f.flags);
        for (size_t len = 0; len < 9; len++)
            assert_false(http2_read_frame(bytes_of(cases[i].bytes, len), &f));
    }
}

/* RFC 9113, 6: lengths, and whether a frame is of a stream or of the connection. Types that are
 * not known must be ignored, so that any may be sent. */
static void legal_frames(void **state)
{
    (void)state;
    static const struct {
        struct http2_frame f; /* length, stream, type, flags */
        bool legal;
    } cases[] = {
        {{0, 1, HTTP2_DATA, 0}, true},
        {{0xffffff, 1, HTTP2_DATA, 0}, true},
        {{0, 0, HTTP2_DATA, 0}, false},
        {{0, 1, HTTP2_HEADERS, 0}, true},
        {{0, 0, HTTP2_HEADERS, 0}, false},
        {{0, 1, HTTP2_CONTINUATION, 0}, true},
        {{0, 0, HTTP2_CONTINUATION, 0}, false},
        {{4, 1, HTTP2_PUSH_PROMISE, 0}, true},
        {{3, 1, HTTP2_PUSH_PROMISE, 0}, false},
        {{4, 0, HTTP2_PUSH_PROMISE, 0}, false},
        {{5, 1, HTTP2_PRIORITY, 0}, true},
        {{4, 1, HTTP2_PRIORITY, 0}, false},
        {{5, 0, HTTP2_PRIORITY, 0}, false},
        {{4, 1, HTTP2_RST_STREAM, 0}, true},
        {{5, 1, HTTP2_RST_STREAM, 0}, false},
        {{4, 0, HTTP2_RST_STREAM, 0}, false},
        {{0, 0, HTTP2_SETTINGS, HTTP2_ACK}, true},
        {{6, 0, HTTP2_SETTINGS, HTTP2_ACK}, false},
        {{12, 0, HTTP2_SETTINGS, 0}, true},
        {{7, 0, HTTP2_SETTINGS, 0}, false},
        {{6, 1, HTTP2_SETTINGS, 0}, false},
        {{8, 0, HTTP2_PING, 0}, true},
        {{9, 0, HTTP2_PING, 0}, false},
        {{8, 1, HTTP2_PING, 0}, false},
        {{8, 0, HTTP2_GOAWAY, 0}, true},
        {{100, 0, HTTP2_GOAWAY, 0}, true},
        {{7, 0, HTTP2_GOAWAY, 0}, false},
        {{8, 1, HTTP2_GOAWAY, 0}, false},
        {{4, 0, HTTP2_WINDOW_UPDATE, 0}, true},
        {{4, 1, HTTP2_WINDOW_UPDATE, 0}, true},
        {{3, 1, HTTP2_WINDOW_UPDATE, 0}, false},
        {{0, 0, HTTP2_TYPES, 0xff}, true},
        {{HTTP2_PAYLOAD_LEAST, 7, 0xff, 0}, true},
        {{HTTP2_PAYLOAD_LEAST + 1, 7, 0xff, 0}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (http2_frame_is_legal(&cases[i].f) != cases[i].legal)
            print_error("type %u, length %u\n", cases[i].f.type, (unsigned)cases[i].f.len);
        assert_int_equal(http2_frame_is_legal(&cases[i].f), cases[i].legal);
    }
}

/* Where the place is to be found, more is asked of a frame: known types and flags, a length that
 * everybody takes, room for what the flags promise, a stream that a client has begun. */
static void likely_frames(void **state)
{
    (void)state;
    enum { PADDED = HTTP2_PADDED, PRIORITY = HTTP2_HAS_PRIORITY };
    static const struct {
        struct http2_frame f;
        bool by_client, by_server;
    } cases[] = {
        {{1, 1, HTTP2_DATA, 0}, true, true},
        {{0, 1, HTTP2_DATA, 0}, false, false},
        {{0, 1, HTTP2_DATA, LAST}, true, true},
        {{1, 2, HTTP2_DATA, 0}, false, false},
        {{4, 1, HTTP2_WINDOW_UPDATE, 0}, true, true},
        {{4, 0, HTTP2_WINDOW_UPDATE, 0}, true, true},
        {{4, 2, HTTP2_WINDOW_UPDATE, 0}, true, false},
        {{0, 1, HTTP2_DATA, WHOLE}, false, false},
        {{0, 1, HTTP2_DATA, PADDED}, false, false},
        {{1, 1, HTTP2_DATA, PADDED | LAST}, true, true},
        {{HTTP2_PAYLOAD_LEAST, 1, HTTP2_DATA, 0}, true, true},
        {{HTTP2_PAYLOAD_LEAST + 1, 1, HTTP2_DATA, 0}, false, false},
        {{0, 1, HTTP2_HEADERS, WHOLE}, false, false},
        {{1, 1, HTTP2_HEADERS, ALL}, true, true},
        {{1, 2, HTTP2_HEADERS, ALL}, false, true},
        {{1, 1, HTTP2_HEADERS, 0x10}, false, false},
        {{1, 1, HTTP2_HEADERS, PADDED}, false, false},
        {{2, 1, HTTP2_HEADERS, PADDED}, true, true},
        {{5, 1, HTTP2_HEADERS, PRIORITY}, false, false},
        {{6, 1, HTTP2_HEADERS, PRIORITY}, true, true},
        {{6, 1, HTTP2_HEADERS, PRIORITY | PADDED}, false, false},
        {{7, 1, HTTP2_HEADERS, PRIORITY | PADDED}, true, true},
        {{4, 1, HTTP2_PUSH_PROMISE, WHOLE}, false, false},
        {{5, 1, HTTP2_PUSH_PROMISE, WHOLE}, false, true},
        {{5, 2, HTTP2_PUSH_PROMISE, WHOLE}, false, false},
        {{0, 1, HTTP2_CONTINUATION, 0}, false, false},
        {{1, 1, HTTP2_CONTINUATION, WHOLE}, true, true},
        {{1, 1, HTTP2_CONTINUATION, LAST}, false, false},
        {{5, 1, HTTP2_PRIORITY, 0}, true, true},
        {{5, 1, HTTP2_PRIORITY, 1}, false, false},
        {{4, 2, HTTP2_RST_STREAM, 0}, true, true}, /* of a push */
        {{6, 0, HTTP2_SETTINGS, 0}, true, true},
        {{0, 0, HTTP2_SETTINGS, 2}, false, false},
        {{8, 0, HTTP2_PING, HTTP2_ACK}, true, true},
        {{8, 0, HTTP2_PING, 8}, false, false},
        {{8, 0, HTTP2_GOAWAY, 0}, true, true},
        {{4, 0, HTTP2_WINDOW_UPDATE, 0}, true, true},
        {{4, 0, HTTP2_WINDOW_UPDATE, 1}, false, false},
        {{0, 0, HTTP2_TYPES, 0}, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct http2_frame *f = &cases[i].f;
        if (http2_frame_is_likely(f, TO_SERVER) != cases[i].by_client)
            print_error("type %u, flags %u, length %u\n", f->type, f->flags, (unsigned)f->len);
        assert_int_equal(http2_frame_is_likely(f, TO_SERVER), cases[i].by_client);
        assert_int_equal(http2_frame_is_likely(f, TO_CLIENT), cases[i].by_server);
    }
}

/* Padding is behind the fragment and its length in front; then come priority or the promised
 * stream. Lengths that contradict each other are no fragment (RFC 9113, 6.2, 6.6 and 6.10). */
static void fragments(void **state)
{
    (void)state;
    enum { PADDED = HTTP2_PADDED, PRIORITY = HTTP2_HAS_PRIORITY, BAD = -1 };
    static const struct {
        uint8_t type, flags;
        const char *payload;
        int len, from, fragment; /* bytes of the payload, where the fragment begins, its length */
    } cases[] = {
        {HTTP2_HEADERS, WHOLE, "block", 5, 0, 5},
        {HTTP2_HEADERS, WHOLE, "", 0, 0, 0},
        {HTTP2_HEADERS, PADDED, "\0block", 6, 1, 5},
        {HTTP2_HEADERS, PADDED, "\3blo...", 7, 1, 3},
        {HTTP2_HEADERS, PADDED, "\6......", 7, 1, 0},
        {HTTP2_HEADERS, PADDED, "\7......", 7, 0, BAD},
        {HTTP2_HEADERS, PADDED, "\xff......", 7, 0, BAD},
        {HTTP2_HEADERS, PADDED, "\0", 1, 1, 0},
        {HTTP2_HEADERS, PADDED, "\1", 1, 0, BAD},
        {HTTP2_HEADERS, PADDED, "", 0, 0, BAD},
        {HTTP2_HEADERS, PRIORITY, "prio?block", 10, 5, 5},
        {HTTP2_HEADERS, PRIORITY, "prio?", 5, 5, 0},
        {HTTP2_HEADERS, PRIORITY, "prio", 4, 0, BAD},
        {HTTP2_HEADERS, PRIORITY | PADDED, "\2prio?b..", 9, 6, 1},
        {HTTP2_HEADERS, PRIORITY | PADDED, "\2prio?..", 8, 6, 0},
        {HTTP2_HEADERS, PRIORITY | PADDED, "\2prio..", 7, 0, BAD},
        {HTTP2_PUSH_PROMISE, 0, "\0\0\0\2block", 9, 4, 5},
        {HTTP2_PUSH_PROMISE, PADDED, "\1\0\0\0\2bl.", 8, 5, 2},
        {HTTP2_PUSH_PROMISE, PADDED, "\1\0\0\0.", 5, 0, BAD},
        {HTTP2_PUSH_PROMISE, 0, "\0\0\0", 3, 0, BAD},
        {HTTP2_CONTINUATION, PADDED | PRIORITY, "\7block", 6, 0, 6}, /* it has no such flags */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes payload = bytes_of(cases[i].payload, (size_t)cases[i].len), fragment;
        struct http2_frame f = {(uint32_t)payload.len, 1, cases[i].type, cases[i].flags};
        assert_int_equal(http2_read_fragment(&f, payload, &fragment), cases[i].fragment != BAD);
        if (cases[i].fragment == BAD)
            continue;
        assert_int_equal(fragment.len, cases[i].fragment);
        if (fragment.len)
            assert_ptr_equal(fragment.at, payload.at + cases[i].from);
    }
}

/* So many bytes of a conversation, in this direction, are such a chain. */
static void follows(struct step s, size_t len, enum dir dir, enum http2_chain expected)
{
    enum http2_chain chain = http2_follow(bytes_first(bytes_of_step(s), len), dir);
    if (chain != expected)
        print_error("%zu bytes\n", len);
    assert_int_equal(chain, expected);
}

/* Three frames in a row prove a place, wherever the third is cut; the head of a request or of an
 * answer does with two, or alone when nothing follows it. */
static void chains(void **state)
{
    (void)state;
    struct step ping = CLIENT(HTTP2_PING, 0, 0, "12345678");
    struct step three = join(ping, join(CLIENT(HTTP2_DATA, LAST, 1, "some data"), ping));
    for (size_t len = 0; len <= three.len; len++)
        follows(three, len, TO_SERVER, len < 17 + 18 + 9 ? CHAIN_OPEN : CHAIN_PROVEN);
    follows(join(three, SAYS("nonsense!")), SIZE_MAX, TO_SERVER, CHAIN_BROKEN);
    follows(join(three, SAYS("too short")), three.len + 8, TO_SERVER, CHAIN_PROVEN);

    struct step head = CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a"));
    struct step asked = join(head, ping);
    for (size_t len = 0; len <= asked.len; len++) {
        bool is_head = len == head.len || len >= head.len + 9;
        follows(asked, len, TO_SERVER, is_head ? CHAIN_HEAD : CHAIN_OPEN);
    }
    follows(SERVER(HTTP2_HEADERS, ALL, 1, "\x88"), SIZE_MAX, TO_CLIENT, CHAIN_HEAD);
    follows(join(three, head), SIZE_MAX, TO_SERVER, CHAIN_HEAD);
    follows(SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0")), SIZE_MAX, TO_CLIENT, CHAIN_OPEN);
    follows(CLIENT(HTTP2_HEADERS, LAST, 1, GETS("\2/a")), SIZE_MAX, TO_SERVER, CHAIN_OPEN);
}

/* A block that no peer sends breaks a chain: no header compression, fields of the other side's,
 * names that are none. */
static void odd_blocks(void **state)
{
    (void)state;
    static const struct {
        enum dir dir;
        const char *block;
        size_t len;
        enum http2_chain chain;
    } cases[] = {
        {TO_SERVER, "\x82\x86\x84", 3, CHAIN_HEAD},
        {TO_SERVER, "\x88", 1, CHAIN_BROKEN},         /* :status of a client */
        {TO_CLIENT, "\x82", 1, CHAIN_BROKEN},         /* :method of a server */
        {TO_SERVER, "\x82\x80", 2, CHAIN_BROKEN},     /* index 0 */
        {TO_SERVER, "\x82\x44\5/a", 5, CHAIN_BROKEN}, /* a text that is cut */
        {TO_SERVER, "\x82\0\1A\1x", 6, CHAIN_BROKEN}, /* upper case */
        {TO_SERVER, "\x82\0\1\1\1x", 6, CHAIN_BROKEN},
        {TO_SERVER, "\x82\0\0\1x", 5, CHAIN_BROKEN}, /* an empty name */
        {TO_SERVER, "\xbe", 1, CHAIN_OPEN},          /* all from before */
        {TO_SERVER, "\x82\xbe", 2, CHAIN_HEAD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct step s =
            frame(cases[i].dir, HTTP2_HEADERS, ALL, 1, bytes_of(cases[i].block, cases[i].len));
        follows(s, SIZE_MAX, cases[i].dir, cases[i].chain);
    }
}

/* A chain is found behind other bytes; where it begins is told, and what is before it is not. */
static void searches(void **state)
{
    (void)state;
    enum http2_chain chain;
    struct step frames = calls(1, "/a.B/C");
    for (size_t before = 0; before < 100; before++) {
        char text[100];
        memset(text, '-', sizeof text);
        struct step s = join(frames_of(TO_SERVER, bytes_of(text, before)), frames);
        assert_int_equal(http2_search(bytes_of_step(s), TO_SERVER, &chain), before);
        assert_int_equal(chain, CHAIN_HEAD);
    }
    assert_int_equal(http2_search((struct bytes){0}, TO_SERVER, &chain), 0);
    assert_int_equal(chain, CHAIN_OPEN);
    /* less than a header is left where nothing is known */
    assert_int_equal(http2_search(TEXT("nothing of the kind"), TO_SERVER, &chain), 11);
    assert_int_equal(chain, CHAIN_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read),
        cmocka_unit_test(legal_frames),
        cmocka_unit_test(likely_frames),
        cmocka_unit_test(fragments),
        cmocka_unit_test_setup(chains, frames_setup),
        cmocka_unit_test_setup(odd_blocks, frames_setup),
        cmocka_unit_test_setup(searches, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
