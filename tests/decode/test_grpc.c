/* test_grpc.c - specifies decode/grpc.h: the values of gRPC's fields, and the messages in a body.
 */
#include "decode/grpc.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A status decides who is to blame; a number without a name is taken for UNKNOWN. */
static void statuses(void **state)
{
    (void)state;
    static const struct {
        int32_t status;
        const char *text;
        enum outcome outcome;
    } cases[] = {
        {0, "OK", OUTCOME_OK},
        {1, "CANCELLED", OUTCOME_CANCELLED},
        {2, "UNKNOWN", OUTCOME_SERVER_ERROR},
        {3, "INVALID_ARGUMENT", OUTCOME_CLIENT_ERROR},
        {4, "DEADLINE_EXCEEDED", OUTCOME_TIMEOUT},
        {5, "NOT_FOUND", OUTCOME_CLIENT_ERROR},
        {6, "ALREADY_EXISTS", OUTCOME_CLIENT_ERROR},
        {7, "PERMISSION_DENIED", OUTCOME_CLIENT_ERROR},
        {8, "RESOURCE_EXHAUSTED", OUTCOME_CLIENT_ERROR},
        {9, "FAILED_PRECONDITION", OUTCOME_CLIENT_ERROR},
        {10, "ABORTED", OUTCOME_CLIENT_ERROR},
        {11, "OUT_OF_RANGE", OUTCOME_CLIENT_ERROR},
        {12, "UNIMPLEMENTED", OUTCOME_SERVER_ERROR},
        {13, "INTERNAL", OUTCOME_SERVER_ERROR},
        {14, "UNAVAILABLE", OUTCOME_SERVER_ERROR},
        {15, "DATA_LOSS", OUTCOME_SERVER_ERROR},
        {16, "UNAUTHENTICATED", OUTCOME_CLIENT_ERROR},
        {17, "17", OUTCOME_SERVER_ERROR},
        {INT32_MAX, "2147483647", OUTCOME_SERVER_ERROR},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exchange x = {.grpc_status = -1};
        const char *name = grpc_status_name(cases[i].status);
        assert_int_equal(grpc_outcome(cases[i].status), cases[i].outcome);
        grpc_note_status(&x, cases[i].status);
        assert_int_equal(x.grpc_status, cases[i].status);
        assert_int_equal(x.outcome, cases[i].outcome);
        assert_string_equal(x.status, cases[i].text);
        if (cases[i].status <= 16)
            assert_string_equal(name, cases[i].text);
        else
            assert_null(name);
    }
    assert_null(grpc_status_name(-1));
}

/* What is not a decimal number of 31 bits is no status, and above all not 0. */
static void status_values(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t status; /* -1: none */
    } cases[] = {
        {"0", 0},           {"14", 14},
        {"007", 7},         {"2147483647", 2147483647},
        {"", -1},           {" ", -1},
        {"0x0", -1},        {"-0", -1},
        {"+0", -1},         {"0 ", -1},
        {"OK", -1},         {"2147483648", -1},
        {"4294967296", -1}, {"99999999999999999999999999999999999999", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int32_t status = -1;
        bool is_one = grpc_read_status(bytes_of_text(cases[i].value), &status);
        assert_int_equal(is_one, cases[i].status >= 0);
        assert_int_equal(status, cases[i].status);
    }
}

/* Up to eight digits and a unit; hours that no 63 bits hold are as good as for ever. */
static void timeouts(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        uint64_t ns;
    } cases[] = {
        {"1H", UINT64_C(3600000000000)},
        {"2M", UINT64_C(120000000000)},
        {"3S", UINT64_C(3000000000)},
        {"100m", 100000000},
        {"5u", 5000},
        {"99999999n", 99999999},
        {"99999999H", INT64_MAX},
        {"100000000n", 0},
        {"0S", 0},
        {"S", 0},
        {"1", 0},
        {"1s", 0},
        {"1 S", 0},
        {"1SS", 0},
        {"-1S", 0},
        {"", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(grpc_read_timeout(bytes_of_text(cases[i].value)), cases[i].ns);
}

/* The type is matched as a whole, in any case. */
static void content_types(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        enum grpc_form form;
    } cases[] = {
        {"application/grpc", GRPC_PLAIN},
        {"Application/gRPC+proto", GRPC_PLAIN},
        {"application/grpc;charset=utf-8", GRPC_PLAIN},
        {"application/grpc ; x=y", GRPC_PLAIN},
        {"application/grpc-web", GRPC_WEB},
        {"application/grpc-web+json", GRPC_WEB},
        {"application/grpc-web; x=y", GRPC_WEB},
        {"application/grpc-web-text", GRPC_WEB_TEXT},
        {"application/grpc-web-text+proto", GRPC_WEB_TEXT},
        {"application/grpc-web-text-base64", GRPC_WEB_TEXT},
        {"application/grpcfoo", GRPC_NO},
        {"application/grpc-webfoo", GRPC_NO},
        {"application/grpc-web-texts", GRPC_NO},
        {"application/grpc-", GRPC_NO},
        {"application/grp", GRPC_NO},
        {"application/json", GRPC_NO},
        {"", GRPC_NO},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(grpc_form_of(bytes_of_text(cases[i].value)), cases[i].form);
}

/* Escapes are resolved, and the result is made safe to show; what is no escape stays as it is. */
static void messages_of_status(void **state)
{
    (void)state;
    static const struct {
        const char *value, *message;
    } cases[] = {
        {"no such cart", "no such cart"},
        {"100%25 f%C3%BCll", "100% f\xc3\xbcll"},
        {"a%0Ab%1b[31m", "a\\x0ab\\x1b[31m"},
        {"%E2%80%AEevil", "\\xe2\\x80\\xaeevil"},
        {"50% of %zz and %4", "50% of %zz and %4"},
        {"%00", "\\x00"},
        {"%ff%", "\\xff%"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exchange x = {0};
        grpc_note_message(&x, bytes_of_text(cases[i].value));
        assert_string_equal(x.message, cases[i].message);
        assert_int_equal(x.notes, 0);
    }
}

/* A message that does not fit is cut, and says so; one that fits when decoded is not. */
static void long_messages(void **state)
{
    (void)state;
    char value[3 * 129];
    struct exchange x = {0};
    for (size_t i = 0; i < 129; i++)
        memcpy(value + 3 * i, "%61", 3);
    grpc_note_message(&x, bytes_of(value, 3 * 127));
    assert_int_equal(strlen(x.message), 127);
    assert_int_equal(x.notes, 0);
    grpc_note_message(&x, bytes_of(value, 3 * 128));
    assert_int_equal(strlen(x.message), 127);
    assert_int_equal(x.notes, NOTE_TRUNCATED);
}

/* The operation is the path without its slash. */
static void operations(void **state)
{
    (void)state;
    struct exchange x = {.protocol = "http", .path = "/shop.Cart/Add"};
    grpc_note_call(&x);
    assert_string_equal(x.protocol, "grpc");
    assert_string_equal(x.operation, "shop.Cart/Add");
    assert_int_equal(x.call, CALL_UNARY);
    struct exchange unseen = {.protocol = "http", .call = CALL_BIDI_STREAMING};
    grpc_note_call(&unseen);
    assert_string_equal(unseen.operation, "");
    assert_int_equal(unseen.call, CALL_BIDI_STREAMING);
}

/* More than one message of a side makes it a stream. The time of the first is that of the answer's
 * first, that of the latest is of either side. */
static void kinds(void **state)
{
    (void)state;
    struct exchange x = {0};
    const struct grpc_body body = {0};
    const struct grpc_read begins = {.message = true};
    static const struct {
        enum dir dir;
        enum call_kind call;
        uint64_t first_ns;
    } begun[] = {
        {TO_SERVER, CALL_UNARY, 0},
        {TO_CLIENT, CALL_UNARY, 2},
        {TO_CLIENT, CALL_SERVER_STREAMING, 2},
        {TO_SERVER, CALL_BIDI_STREAMING, 2},
    };
    for (size_t i = 0; i < COUNT(begun); i++) {
        grpc_note_read(&x, begun[i].dir, &body, &begins, i + 1);
        assert_int_equal(x.call, begun[i].call);
        assert_int_equal(x.first_message_ns, begun[i].first_ns);
        assert_int_equal(x.last_message_ns, i + 1);
    }
    assert_int_equal(x.request_messages, 2);
    assert_int_equal(x.response_messages, 2);
    struct exchange upload = {.request_messages = 1};
    grpc_note_read(&upload, TO_SERVER, &body, &begins, 1);
    assert_int_equal(upload.call, CALL_CLIENT_STREAMING);
}

/* A deadline counts from the request, with 5 ms for the way that it came; none never passes. */
static void deadlines(void **state)
{
    (void)state;
    enum { MS = 1000000 };
    static const struct {
        uint64_t request_ns, deadline_ns, now_ns;
        bool is_past;
    } cases[] = {
        {100 * MS, 50 * MS, 144 * MS, false},   {100 * MS, 50 * MS, 145 * MS, true},
        {100 * MS, 0, UINT64_MAX / 2, false},   {0, 50 * MS, UINT64_MAX / 2, false},
        {100 * MS, INT64_MAX, 145 * MS, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exchange x = {.request_ns = cases[i].request_ns,
                             .deadline_ns = cases[i].deadline_ns};
        assert_int_equal(exchange_is_past_deadline(&x, cases[i].now_ns), cases[i].is_past);
    }
}

static void note_trailer(struct exchange *x, struct grpc_read read)
{
    const struct grpc_body body = {0};
    grpc_note_read(x, TO_CLIENT, &body, &read, 1);
}

/* Of two statuses and two messages in the trailer the first count. */
static void notes_of_trailers(void **state)
{
    (void)state;
    struct exchange x = {.grpc_status = -1};
    note_trailer(&x, (struct grpc_read){.status_read = true, .status = 5});
    note_trailer(&x, (struct grpc_read){.status_read = true, .status = 0});
    note_trailer(&x, (struct grpc_read){.text = bytes_of_text("a")});
    assert_int_equal(x.notes, 0);
    note_trailer(&x, (struct grpc_read){.text = bytes_of_text("b"), .text_cut = true});
    assert_int_equal(x.grpc_status, 5);
    assert_string_equal(x.status, "NOT_FOUND");
    assert_int_equal(x.outcome, OUTCOME_CLIENT_ERROR);
    assert_string_equal(x.message, "a");
    assert_int_equal(x.notes, 0);
    struct exchange cut = {.grpc_status = -1};
    note_trailer(&cut, (struct grpc_read){.text = bytes_of_text("b"), .text_cut = true});
    assert_int_equal(cut.notes, NOTE_TRUNCATED);
}

/* A body as it is read: what was told so far, and where we are. */
struct reading {
    struct grpc_body body;
    uint64_t at;  /* bytes of the body that are done with */
    uint64_t end; /* of the piece that is being read */
    char story[2048];
};

static void tell(struct reading *r, const struct grpc_read *read)
{
    char *end = r->story + strlen(r->story);
    size_t room = sizeof r->story - strlen(r->story);
    assert_true(read->message + read->status_read + (read->text.len > 0) <= 1);
    if (read->message)
        snprintf(end, room, "message@%" PRIu64 " ", r->at);
    if (read->status_read)
        snprintf(end, room, "status %d ", (int)read->status);
    if (read->text.len)
        snprintf(end, room, "'%.*s'%s ", (int)read->text.len, (const char *)read->text.at,
                 read->text_cut ? "..." : "");
}

/* Shows the bytes up to `to` of a body whose piece ends at r->end. Each is copied, so that a read
 * past the end is seen. */
static void show(struct reading *r, const uint8_t *body, size_t to)
{
    while (r->at < to) {
        size_t len = to - (size_t)r->at;
        uint8_t *copy = malloc(len);
        struct grpc_read read;
        assert_non_null(copy);
        memcpy(copy, body + r->at, len);
        int64_t n = grpc_body_read(&r->body, bytes_of(copy, len), r->end - r->at, &read);
        assert_true(n >= 1 && (uint64_t)n <= r->end - r->at);
        free(copy);
        tell(r, &read);
        r->at += (uint64_t)n;
    }
}

static void finish(struct reading *r, const char *expected)
{
    if (r->body.compressed)
        strcat(r->story, "compressed ");
    if (r->body.lost)
        strcat(r->story, "lost ");
    assert_string_equal(r->story, expected);
}

struct cuts {
    size_t a, b;
    bool pieces; /* what is cut is the body into pieces, not the bytes as they come */
};

static void read_cut(enum grpc_form form, struct bytes body, struct cuts cuts, const char *expected)
{
    struct reading r = {.body.form = (uint8_t)form, .end = body.len};
    const size_t to[] = {cuts.a, cuts.b, body.len};
    for (size_t i = 0; i < 3; i++) {
        if (cuts.pieces)
            r.end = to[i];
        show(&r, body.at, to[i]);
    }
    finish(&r, expected);
}

static void read_single_bytes(enum grpc_form form, struct bytes body, bool pieces,
                              const char *expected)
{
    struct reading r = {.body.form = (uint8_t)form, .end = body.len};
    for (size_t to = 1; to <= body.len; to++) {
        if (pieces)
            r.end = to;
        show(&r, body.at, to);
    }
    finish(&r, expected);
}

/* The story is the same for any one or two cuts, of the bytes or of the body, and byte by byte. */
static void reads_as(enum grpc_form form, struct bytes body, const char *expected)
{
    for (size_t a = 0; a <= body.len; a++)
        for (size_t b = a; b <= body.len; b++)
            for (int pieces = 0; pieces < 2; pieces++)
                read_cut(form, body, (struct cuts){a, b, pieces}, expected);
    read_single_bytes(form, body, false, expected);
    read_single_bytes(form, body, true, expected);
}

#define BODY(text) bytes_of(text, sizeof(text) - 1)
#define M0 "\0\0\0\0\0"
#define M3 "\0\0\0\0\3abc"
#define M4 "\0\0\0\0\4abcd"

/* Messages are counted where they begin, be they empty, or cut off by the end of the body. */
static void plain_bodies(void **state)
{
    (void)state;
    reads_as(GRPC_PLAIN, BODY(""), "");
    reads_as(GRPC_PLAIN, BODY(M3), "message@0 ");
    reads_as(GRPC_PLAIN, BODY(M3 M0 M0 M4), "message@0 message@8 message@13 message@18 ");
    reads_as(GRPC_PLAIN, BODY("\1\0\0\0\3abc" M3), "message@0 message@8 compressed ");
    reads_as(GRPC_PLAIN, BODY(M3 "\0\0"), "message@0 message@8 ");
    reads_as(GRPC_PLAIN, BODY("\0\377\377\377\377abc"), "message@0 ");
}

/* Flags that do not exist mean that this is something else: what was told stays, and that is all.
 */
static void nonsense(void **state)
{
    (void)state;
    reads_as(GRPC_PLAIN, BODY(M3 "\2\0\0\0\3abc" M3), "message@0 lost ");
    reads_as(GRPC_PLAIN, BODY("{\"error\":\"html, not gRPC\"}"), "lost ");
    reads_as(GRPC_PLAIN, BODY("\x80\0\0\0\3abc"), "lost ");
    reads_as(GRPC_WEB, BODY("\x1f\x8b\x08\0\0"), "lost ");
}

/* The trailer of gRPC-Web is no message; its fields may be written in any way that a field may. */
static void trailers(void **state)
{
    (void)state;
    reads_as(GRPC_WEB, BODY(M3 "\x80\0\0\0\x0fgrpc-status:0\r\n"), "message@0 status 0 ");
    reads_as(GRPC_WEB,
             BODY("\x80\0\0\0\x2f"
                  "x: y\r\nGRPC-Status :\t5 \r\ngrpc-message: no cart\r\n"),
             "status 5 'no cart' ");
    reads_as(GRPC_WEB, BODY("\x80\0\0\0\x1egrpc-message:a:b\ngrpc-status:7"), "'a:b' status 7 ");
    reads_as(GRPC_WEB, BODY("\x80\0\0\0\0" M0), "message@5 ");
    reads_as(GRPC_WEB, BODY("\1\0\0\0\3abc\x80\0\0\0\x0fgrpc-status:0\r\n"),
             "message@0 status 0 compressed ");
}

/* A status that cannot be read is not one; neither is one that has not come whole. */
static void trailers_without_status(void **state)
{
    (void)state;
    reads_as(GRPC_WEB, BODY("\x80\0\0\0\x10grpc-status: x\r\n"), "");
    reads_as(GRPC_WEB, BODY("\x80\0\0\0\x0egrpc-status:\r\n"), "");
    reads_as(GRPC_WEB, BODY("\x80\0\0\0\x0dgrpc-status 0"), "");
    reads_as(GRPC_WEB, BODY("\x80\0\0\0\x10xgrpc-status:0\r\n"), "");
    reads_as(GRPC_WEB, BODY("\x80\0\0\0\x10grpc-status:1"), "");
    reads_as(GRPC_WEB, BODY("\x81\0\0\0\x0fgrpc-status:0\r\n"), "");
}

/* A line of the trailer that is too long is cut. A cut message says so; a cut status is none. */
static void long_lines(void **state)
{
    (void)state;
    char body[512], expected[256];
    for (size_t len = 130; len <= 133; len++) {
        memcpy(body, "\x80\0\0\0", 4);
        int n =
            snprintf(body + 5, sizeof body - 5, "grpc-message:%0*d\ngrpc-status:3\n", (int)len, 0);
        body[4] = (char)n;
        bool is_cut = len > 131;
        snprintf(expected, sizeof expected, "'%0*d'%s status 3 ", is_cut ? 131 : (int)len, 0,
                 is_cut ? "..." : "");
        reads_as(GRPC_WEB, bytes_of(body, (size_t)n + 5), expected);
    }
    memcpy(body, "\x80\0\0\0", 4);
    int n = snprintf(body + 5, sizeof body - 5, "grpc-status:%*d\n", 133, 13);
    body[4] = (char)n;
    reads_as(GRPC_WEB, bytes_of(body, (size_t)n + 5), "");
}

/* Of base64, a message is where its first byte is whole: at the second letter of a group, the
 * third, or the fourth. Pieces may be padded each for itself, at any place. */
static void base64_bodies(void **state)
{
    (void)state;
    /* M3, then M4, then M3: 8, 9, 8 bytes */
    reads_as(GRPC_WEB_TEXT, BODY("AAAAAANhYmMAAAAABGFiY2QAAAAAA2FiYw=="),
             "message@1 message@11 message@23 ");
    reads_as(GRPC_WEB_TEXT,
             BODY("AAAAAANhYmM="
                  "AAAAAARhYmNk"
                  "AAAAAANhYmM="),
             "message@1 message@13 message@25 ");
    /* M4, a letter and the padding at a time */
    reads_as(GRPC_WEB_TEXT,
             BODY("AA=="
                  "AA=="
                  "AAA="
                  "BA=="
                  "YWI="
                  "Y2Q="),
             "message@1 ");
    reads_as(GRPC_WEB_TEXT,
             BODY("AAAAAANhYmM="
                  "gAAAAA9ncnBjLXN0YXR1czowDQo="),
             "message@1 status 0 ");
    /* grpc-status:5, grpc-message:no */
    reads_as(GRPC_WEB_TEXT, BODY("gAAAACBncnBjLXN0YXR1czo1DQpncnBjLW1lc3NhZ2U6bm8NCg=="),
             "status 5 'no' ");
    reads_as(GRPC_WEB_TEXT, BODY("AQAAAAA="), "message@1 compressed ");
}

/* Whatever is not base64 ends it. */
static void broken_base64(void **state)
{
    (void)state;
    reads_as(GRPC_WEB_TEXT,
             BODY("AAAAAANhYmM="
                  "{AAAAAANhYmM="),
             "message@1 lost ");
    reads_as(GRPC_WEB_TEXT, BODY("===="), "lost ");
    reads_as(GRPC_WEB_TEXT, BODY("A==="), "lost ");
    reads_as(GRPC_WEB_TEXT, BODY("AA=AAAA"), "message@1 lost ");
    reads_as(GRPC_WEB_TEXT, BODY("AAAAAANhY-M="), "message@1 lost ");
}

/* Where the bytes before `from` were read and those up to `to` are missing. */
static void loses(enum grpc_form form, struct bytes body, size_t from, size_t to,
                  const char *expected)
{
    struct reading r = {.body.form = (uint8_t)form, .end = from};
    show(&r, body.at, from);
    grpc_body_lose(&r.body, to - from);
    r.at = to;
    r.end = body.len;
    show(&r, body.at, body.len);
    finish(&r, expected);
}

/* A hole inside a message does no harm. One that takes a prefix, or part of a trailer, ends what
 * can be told; so does any hole in base64, for nobody knows how much padding was in it. */
static void holes(void **state)
{
    (void)state;
    loses(GRPC_PLAIN, BODY(M4 M3), 5, 9, "message@0 message@9 ");
    loses(GRPC_PLAIN, BODY(M4 M3), 6, 8, "message@0 message@9 ");
    loses(GRPC_PLAIN, BODY(M4 M3), 6, 10, "message@0 lost ");
    loses(GRPC_PLAIN, BODY(M4 M3 M3), 9, 17, "message@0 lost ");
    loses(GRPC_PLAIN, BODY(M4 M3), 3, 9, "message@0 lost ");
    loses(GRPC_PLAIN, BODY(M4 M3), 0, 9, "lost ");
    loses(GRPC_WEB, BODY("\x80\0\0\0\x0fgrpc-status:0\r\n"), 8, 9, "lost ");
    /* 12 zeroes, abc */
    loses(GRPC_WEB_TEXT, BODY("AAAAAAwAAAAAAAAAAAAAAAAAAAAAA2FiYw=="), 12, 16, "message@1 lost ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses),           cmocka_unit_test(status_values),
        cmocka_unit_test(timeouts),           cmocka_unit_test(content_types),
        cmocka_unit_test(messages_of_status), cmocka_unit_test(long_messages),
        cmocka_unit_test(operations),         cmocka_unit_test(kinds),
        cmocka_unit_test(deadlines),          cmocka_unit_test(notes_of_trailers),
        cmocka_unit_test(plain_bodies),       cmocka_unit_test(nonsense),
        cmocka_unit_test(trailers),           cmocka_unit_test(trailers_without_status),
        cmocka_unit_test(long_lines),         cmocka_unit_test(base64_bodies),
        cmocka_unit_test(broken_base64),      cmocka_unit_test(holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
