/* test_http2_head.c - specifies decode/http2_head.c: what header blocks of HTTP/2 say of an
 * exchange, and what is not known of them. */
#include "decode/http2_head.h"

#include <stdio.h>

#include "tests/check.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"
#define OTHER "00000000000000011111111111111111"

/* Indexed fields of a table that nothing is known of: entries number 1, 2, 3, ... */
#define UNSEEN_1 "\xbe"
#define UNSEEN_2 "\xbf"
#define UNSEEN_3 "\xc0"
#define UNSEEN_4 "\xc1"
/* A literal whose name is the entry number 2, with a value of one byte in length. */
#define NAMED_BY_2 "\x0f\x30"
#define ACCEPT "\x0f\x04\1*" /* a regular field */
#define POST "\x83"
#define HTTP "\x86"
#define API                                                                                        \
    "\x01\x03"                                                                                     \
    "api"

static struct exchange blank(void)
{
    return (struct exchange){.grpc_status = -1, .error_code = -1};
}

/* As literals that are not inserted. Ends at the first row without a name. */
struct row {
    const char *name, *value;
};

static struct bytes encode(const struct row *rows, size_t max)
{
    static uint8_t block[64 * 1024];
    size_t at = 0;
    for (size_t i = 0; i < max && rows[i].name; i++) {
        const char *const texts[] = {rows[i].name, rows[i].value};
        block[at++] = 0;
        for (int t = 0; t < 2; t++) {
            size_t len = strlen(texts[t]), rest = len;
            block[at++] = (uint8_t)(len < 127 ? len : 127);
            for (rest = len < 127 ? 0 : len - 127; len >= 127 && rest > 127; rest >>= 7)
                block[at++] = (uint8_t)(rest | 0x80);
            if (len >= 127)
                block[at++] = (uint8_t)rest;
            memcpy(block + at, texts[t], len);
            at += len;
        }
    }
    return bytes_of(block, at);
}

static void say(char *text, size_t size, const char *name, const char *value)
{
    if (value[0])
        snprintf(text + strlen(text), size - strlen(text), "%s=%s ", name, value);
}

/* What there is of it, in this order. */
static void describe(const struct exchange *x, char *text, size_t size)
{
    char number[32];
    text[0] = '\0';
    say(text, size, "method", x->method);
    say(text, size, "host", x->host);
    say(text, size, "path", x->path);
    say(text, size, "status", x->status);
    say(text, size, "outcome", x->outcome ? outcome_name(x->outcome) : "");
    snprintf(number, sizeof number, "%d", (int)x->grpc_status);
    say(text, size, "grpc", x->grpc_status >= 0 ? number : "");
    say(text, size, "message", x->message);
    snprintf(number, sizeof number, "%llu", (unsigned long long)x->deadline_ns);
    say(text, size, "deadline", x->deadline_ns ? number : "");
    say(text, size, "trace", x->trace_id);
    say(text, size, "span", x->span_id);
    say(text, size, "id", x->request_id);
    say(text, size, "for", x->forwarded_for);
    say(text, size, "note", x->notes & NOTE_TRUNCATED ? "truncated" : "");
}

struct told {
    enum dir dir;
    struct row fields[8];
    const char *expected;
};

static void check_told(const struct told *rows, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct exchange x = blank();
        struct http2_head head;
        struct hpack hpack;
        char text[1024];
        hpack_init(&hpack, false);
        assert_true(http2_read_head(&hpack, rows[i].dir, encode(rows[i].fields, 8), &x, &head));
        assert_int_equal(head.unknown, 0);
        describe(&x, text, sizeof text);
        assert_string_equal(text, rows[i].expected);
        hpack_free(&hpack);
    }
}

#define CHECK_TOLD(rows) check_told(rows, sizeof(rows) / sizeof *(rows))

/* A request's head: no query, no credentials, the host in lower case; the authority goes before a
 * Host field. */
static void requests(void **state)
{
    (void)state;
    static const struct told rows[] = {
        {TO_SERVER,
         {{":method", "GET"},
          {":scheme", "http"},
          {":authority", "API.Shop:8080"},
          {":path", "/a/b?token=secret"}},
         "method=GET host=api.shop:8080 path=/a/b "},
        {TO_SERVER,
         {{":method", "GET"}, {":authority", "user:secret@Api"}, {":path", "/#frag"}},
         "method=GET host=api path=/ "},
        {TO_SERVER, {{":path", "?only=query"}}, "path=/ "},
        {TO_SERVER, {{":method", "OPTIONS"}, {":path", "*"}}, "method=OPTIONS path=* "},
        {TO_SERVER, {{":method", "CONNECT"}, {":authority", "db:1"}}, "method=CONNECT host=db:1 "},
        {TO_SERVER, {{":path", "/"}, {"host", "Www"}}, "host=www path=/ "},
        {TO_SERVER, {{":authority", "api"}, {"host", "www"}}, "host=api "},
        {TO_SERVER, {{":path", "/\x1b[31m"}}, "path=/\\x1b[31m "},
        {TO_SERVER,
         {{"x-forwarded-for", "10.1.2.3, 10.9.9.9"}, {"x-request-id", "r-1"}},
         "id=r-1 for=10.1.2.3 "},
        {TO_SERVER,
         {{"cookie", "secret"}, {"authorization", "secret"}, {":Path", "/odd"}, {"Host", "odd"}},
         ""},
        /* fields of an answer are none of a request */
        {TO_SERVER, {{":status", "200"}, {"grpc-status", "5"}, {"grpc-message", "no"}}, ""},
    };
    CHECK_TOLD(rows);
}

/* An answer's head, or trailers. Interim statuses are not written, nor what is no status. */
static void answers(void **state)
{
    (void)state;
    static const struct told rows[] = {
        {TO_CLIENT, {{":status", "200"}}, "status=200 outcome=ok "},
        {TO_CLIENT, {{":status", "302"}}, "status=302 outcome=ok "},
        {TO_CLIENT, {{":status", "404"}}, "status=404 outcome=client_error "},
        {TO_CLIENT, {{":status", "503"}}, "status=503 outcome=server_error "},
        {TO_CLIENT, {{":status", "103"}}, ""},
        {TO_CLIENT, {{":status", "20"}}, ""},
        {TO_CLIENT, {{":status", "2000"}}, ""},
        {TO_CLIENT, {{":status", "2x0"}}, ""},
        {TO_CLIENT, {{":status", "x20"}}, ""},
        {TO_CLIENT, {{"grpc-status", "0"}}, "grpc=0 "},
        {TO_CLIENT,
         {{"grpc-status", "5"}, {"grpc-message", "no such %e2%82%ac"}},
         "grpc=5 message=no such \xe2\x82\xac "},
        {TO_CLIENT, {{"grpc-status", "five"}}, ""},
        {TO_CLIENT, {{"x-request-id", "r-2"}}, "id=r-2 "},
        /* fields of a request are none of an answer */
        {TO_CLIENT, {{":path", "/a"}, {":method", "GET"}, {"grpc-timeout", "1S"}}, ""},
    };
    CHECK_TOLD(rows);
}

/* A deadline is kept in nanoseconds; what is no timeout is none. */
static void deadlines(void **state)
{
    (void)state;
    static const struct told rows[] = {
        {TO_SERVER, {{"grpc-timeout", "250m"}}, "deadline=250000000 "},
        {TO_SERVER, {{"grpc-timeout", "2S"}}, "deadline=2000000000 "},
        {TO_SERVER, {{"grpc-timeout", "7u"}}, "deadline=7000 "},
        {TO_SERVER, {{"grpc-timeout", "soon"}}, ""},
        {TO_SERVER, {{"grpc-timeout", "123456789S"}}, ""},
    };
    CHECK_TOLD(rows);
}

/* W3C's trace context goes before B3 in one field, and that before B3 in two, in whatever order
 * they come; what is not valid is passed over. */
static void traces(void **state)
{
    (void)state;
    static const char of_w3c[] = "trace=" TRACE " span=" SPAN " ";
    static const struct row w3c = {"traceparent", "00-" TRACE "-" SPAN "-01"},
                            b3 = {"b3", OTHER "-" SPAN "-1"}, trace = {"x-b3-traceid", TRACE},
                            span = {"x-b3-spanid", SPAN}, bad = {"traceparent", "00-zz-" SPAN};
    const struct told rows[] = {
        {TO_SERVER, {w3c}, of_w3c},
        {TO_SERVER, {w3c, b3}, of_w3c},
        {TO_SERVER, {b3, w3c}, of_w3c},
        {TO_SERVER, {trace, span}, of_w3c},
        {TO_SERVER, {span, trace}, of_w3c},
        {TO_SERVER, {trace, span, b3}, "trace=" OTHER " span=" SPAN " "},
        {TO_SERVER, {bad, trace}, "trace=" TRACE " "},
        {TO_SERVER, {bad, b3}, "trace=" OTHER " span=" SPAN " "},
        {TO_SERVER, {span}, ""},
        {TO_SERVER, {{"x-b3-traceid", TRACE TRACE}, span}, ""},
        {TO_SERVER, {{"x-b3-traceid", TRACE "00000000"}, span}, ""},
        {TO_CLIENT, {w3c, b3}, ""},
    };
    CHECK_TOLD(rows);
}

/* Texts that do not fit are cut, and that is noted. */
static void long_texts(void **state)
{
    (void)state;
    static char path[600], id[100];
    path[0] = '/';
    memset(path + 1, 'a', sizeof path - 2);
    memset(id, 'i', sizeof id - 1);
    struct row rows[] = {{":path", path}, {"x-request-id", id}};
    struct exchange x = blank();
    struct http2_head head;
    struct hpack hpack;
    hpack_init(&hpack, false);
    assert_true(http2_read_head(&hpack, TO_SERVER, encode(rows, 2), &x, &head));
    assert_int_equal(strlen(x.path), sizeof x.path - 1);
    assert_int_equal(strlen(x.request_id), sizeof x.request_id - 1);
    assert_true(x.notes & NOTE_TRUNCATED);
    hpack_free(&hpack);
}

/* Of a text longer than HPACK keeps nothing is written: the field is not known. */
static void texts_past_the_limit(void **state)
{
    (void)state;
    static char path[HPACK_STRING_MAX + 2];
    path[0] = '/';
    memset(path + 1, 'a', sizeof path - 2);
    struct row rows[] = {{":method", "GET"}, {":path", path}, {"x-request-id", "r-1"}};
    struct exchange x = blank();
    struct http2_head head;
    struct hpack hpack;
    hpack_init(&hpack, false);
    assert_true(http2_read_head(&hpack, TO_SERVER, encode(rows, 3), &x, &head));
    assert_string_equal(x.path, "");
    assert_string_equal(x.request_id, "r-1");
    assert_false(head.pathed);
    assert_int_equal(head.unknown, 1);
    assert_int_equal(head.unseen[0], 0);
    hpack_free(&hpack);
}

/* What a head says beside: the type of the content, a status of gRPC, whether it is a head at all
 * or trailers. */
static void heads(void **state)
{
    (void)state;
    static const struct {
        enum dir dir;
        struct row fields[3];
        struct http2_head head;
    } cases[] = {
        {TO_SERVER,
         {{":path", "/"}, {"content-type", "application/grpc+proto"}},
         {.form = GRPC_PLAIN, .typed = true, .pseudo = true, .pathed = true}},
        {TO_SERVER,
         {{"content-type", "application/grpc-web-text"}},
         {.form = GRPC_WEB_TEXT, .typed = true}},
        {TO_SERVER, {{"content-type", "application/json"}}, {.typed = true}},
        {TO_SERVER, {{":method", "GET"}}, {.pseudo = true}},
        {TO_SERVER, {{"x-checksum", "of a trailer"}}, {0}},
        {TO_CLIENT,
         {{":status", "200"}, {"content-type", "application/grpc-web"}},
         {.code = 200, .form = GRPC_WEB, .typed = true, .pseudo = true}},
        {TO_CLIENT, {{":status", "100"}}, {.code = 100, .pseudo = true}},
        {TO_CLIENT, {{":status", "x20"}}, {.pseudo = true}},
        {TO_CLIENT, {{"grpc-status", "0"}}, {.grpc_status = true}},
        {TO_CLIENT, {{"grpc-status", "-1"}}, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = blank();
        struct http2_head head;
        struct hpack hpack;
        hpack_init(&hpack, false);
        http2_read_head(&hpack, cases[i].dir, encode(cases[i].fields, 3), &x, &head);
        assert_int_equal(head.code, cases[i].head.code);
        assert_int_equal(head.form, cases[i].head.form);
        assert_int_equal(head.typed, cases[i].head.typed);
        assert_int_equal(head.pseudo, cases[i].head.pseudo);
        assert_int_equal(head.pathed, cases[i].head.pathed);
        assert_int_equal(head.grpc_status, cases[i].head.grpc_status);
        hpack_free(&hpack);
    }
}

/* A request's id stays when the answer has another. */
static void first_request_id(void **state)
{
    (void)state;
    static const struct row asks[] = {{"x-request-id", "first"}, {"x-request-id", "second"}},
                            answer[] = {{"x-request-id", "third"}};
    struct exchange x = blank();
    struct http2_head head;
    struct hpack hpack;
    hpack_init(&hpack, false);
    http2_read_head(&hpack, TO_SERVER, encode(asks, 2), &x, &head);
    http2_read_head(&hpack, TO_CLIENT, encode(answer, 1), &x, &head);
    assert_string_equal(x.request_id, "first");
    hpack_free(&hpack);
}

struct unseen {
    enum dir dir;
    const char *block;
    size_t len;
    const char *path;
    uint32_t unknown, unseen[UNSEEN_MAX];
    bool pseudo, pathed;
};

#define BLOCK(text) text, sizeof(text) - 1

/* Joined late, in a block of which entries are not known. Pseudo-header fields come first and there
 * are four of them: as many of the unknown ones at the front may be the path as are missing. A
 * value with a slash at its front right behind known pseudo-header fields is the path (but not of
 * CONNECT, which has none). */
static void unknown_fields(void **state)
{
    (void)state;
    static const struct unseen cases[] = {
        {TO_SERVER, BLOCK(POST HTTP UNSEEN_1 UNSEEN_2 UNSEEN_3), "", 3, {1, 2, 0}, true, false},
        {TO_SERVER, BLOCK(UNSEEN_1 UNSEEN_2 UNSEEN_3 UNSEEN_4), "", 4, {1, 2, 3}, true, false},
        {TO_SERVER, BLOCK(POST HTTP API UNSEEN_3 UNSEEN_2), "", 2, {3, 0, 0}, true, false},
        {TO_SERVER, BLOCK(UNSEEN_3 POST HTTP API UNSEEN_2), "", 2, {3, 0, 0}, true, false},
        {TO_SERVER, BLOCK(POST HTTP "\x84" UNSEEN_1), "/", 1, {0, 0, 0}, true, true},
        {TO_SERVER, BLOCK(UNSEEN_1 POST HTTP "\x84"), "/", 1, {0, 0, 0}, true, true},
        /* behind a regular field there is no path */
        {TO_SERVER, BLOCK(POST ACCEPT UNSEEN_1), "", 1, {0, 0, 0}, true, false},
        {TO_SERVER, BLOCK(ACCEPT UNSEEN_1), "", 1, {0, 0, 0}, false, false},
        /* the slash rule */
        {TO_SERVER, BLOCK(POST HTTP NAMED_BY_2 "\4/a?q"), "/a", 1, {0, 0, 0}, true, true},
        {TO_SERVER, BLOCK(NAMED_BY_2 "\2/a"), "/a", 1, {0, 0, 0}, true, true},
        {TO_SERVER, BLOCK(POST NAMED_BY_2 "\2a/"), "", 1, {2, 0, 0}, true, false},
        {TO_SERVER, BLOCK(POST NAMED_BY_2 "\0"), "", 1, {2, 0, 0}, true, false},
        {TO_SERVER, BLOCK(UNSEEN_1 NAMED_BY_2 "\2/a"), "", 2, {1, 2, 0}, true, false},
        {TO_SERVER, BLOCK(POST "\x84" NAMED_BY_2 "\2/a"), "/", 1, {0, 0, 0}, true, true},
        {TO_SERVER, BLOCK(ACCEPT NAMED_BY_2 "\2/a"), "", 1, {0, 0, 0}, false, false},
        {TO_SERVER, BLOCK("\2\7CONNECT" NAMED_BY_2 "\2/a"), "", 1, {2, 0, 0}, true, false},
        /* an answer has no path; what is unknown at its front may be the status */
        {TO_CLIENT, BLOCK(UNSEEN_1), "", 1, {0, 0, 0}, true, false},
        {TO_CLIENT, BLOCK(NAMED_BY_2 "\2/a"), "", 1, {0, 0, 0}, true, false},
        {TO_CLIENT, BLOCK(ACCEPT UNSEEN_1), "", 1, {0, 0, 0}, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct unseen *one = &cases[i];
        struct exchange x = blank();
        struct http2_head head;
        struct hpack hpack;
        hpack_init(&hpack, true);
        assert_true(http2_read_head(&hpack, one->dir, bytes_of(one->block, one->len), &x, &head));
        assert_string_equal(x.path, one->path);
        assert_int_equal(head.unknown, one->unknown);
        assert_int_equal(head.pseudo, one->pseudo);
        assert_int_equal(head.pathed, one->pathed);
        for (int k = 0; k < UNSEEN_MAX; k++)
            assert_int_equal(head.unseen[k], one->unseen[k]);
        hpack_free(&hpack);
    }
}

/* Of a block that is none in the end nothing is believed, and its table is forgotten. */
static void bad_block_is_taken_back(void **state)
{
    (void)state;
    static const struct row asks[] = {{":method", "GET"},
                                      {":path", "/a"},
                                      {":authority", "api"},
                                      {"grpc-timeout", "1S"},
                                      {"x-request-id", "r"},
                                      {"x-forwarded-for", "10.1.2.3"},
                                      {"traceparent", "00-" TRACE "-" SPAN "-01"}},
                            answer[] = {{":status", "200"},
                                        {"grpc-status", "0"},
                                        {"grpc-message", "fine"},
                                        {"x-request-id", "r"}};
    for (int dir = 0; dir < 2; dir++) {
        struct exchange x = blank();
        struct http2_head head;
        struct hpack hpack;
        char text[1024];
        hpack_init(&hpack, false);
        struct bytes block = dir == TO_SERVER ? encode(asks, 7) : encode(answer, 4);
        ((uint8_t *)block.at)[block.len++] = 0x80; /* index 0 (RFC 7541, 6.1) */
        assert_false(http2_read_head(&hpack, (enum dir)dir, block, &x, &head));
        describe(&x, text, sizeof text);
        assert_string_equal(text, "");
        assert_int_equal(head.unknown, 1);
        assert_int_equal(head.code, 0);
        assert_false(head.pathed || head.pseudo || head.grpc_status || head.typed);
        assert_int_equal(hpack.epoch, 1);
        hpack_free(&hpack);
    }
}

/* What a good head has said stays, whatever comes behind it. */
static void bad_trailers_take_nothing_back(void **state)
{
    (void)state;
    static const struct row answer[] = {{":status", "200"}, {"x-request-id", "r"}},
                            trailers[] = {{":status", "500"},
                                          {"grpc-status", "0"},
                                          {"grpc-message", "fine"},
                                          {"x-request-id", "s"}};
    struct exchange x = blank();
    struct http2_head head;
    struct hpack hpack;
    hpack_init(&hpack, false);
    assert_true(http2_read_head(&hpack, TO_CLIENT, encode(answer, 2), &x, &head));
    struct exchange before = x;
    struct bytes block = encode(trailers, 4);
    ((uint8_t *)block.at)[block.len++] = 0x80;
    assert_false(http2_read_trailers(&hpack, block, &x, &head));
    assert_true(head.broken);
    assert_memory_equal(&x, &before, sizeof x);
    hpack_free(&hpack);
    hpack_init(&hpack, false); /* a status among them is none */
    assert_true(http2_read_trailers(&hpack, encode(trailers, 4), &x, &head));
    assert_int_equal(head.code, 0);
    assert_string_equal(x.status, "200");
    assert_int_equal(x.outcome, OUTCOME_OK);
    assert_int_equal(x.grpc_status, 0);
    assert_string_equal(x.message, "fine");
    hpack_free(&hpack);
}

/* A block of nobody is read for its table alone: what it inserted is found by the next. */
static void blocks_of_nobody(void **state)
{
    (void)state;
    struct exchange x = blank();
    struct http2_head head;
    struct hpack hpack;
    hpack_init(&hpack, false);
    assert_true(http2_read_head(&hpack, TO_SERVER, bytes_of("\x44\2/a", 4), NULL, &head));
    assert_true(http2_read_head(&hpack, TO_SERVER, bytes_of("\xbe", 1), &x, &head));
    assert_string_equal(x.path, "/a");
    assert_false(http2_read_head(&hpack, TO_SERVER, bytes_of("\xbf", 1), NULL, &head));
    hpack_free(&hpack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(answers),
        cmocka_unit_test(deadlines),
        cmocka_unit_test(traces),
        cmocka_unit_test(long_texts),
        cmocka_unit_test(texts_past_the_limit),
        cmocka_unit_test(heads),
        cmocka_unit_test(first_request_id),
        cmocka_unit_test(unknown_fields),
        cmocka_unit_test(bad_block_is_taken_back),
        cmocka_unit_test(bad_trailers_take_nothing_back),
        cmocka_unit_test(blocks_of_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
