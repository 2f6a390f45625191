/* test_http2_ends.c - specifies how calls over HTTP/2 end when they are not answered in order: by
 * a reset, a deadline, the end of the connection, silence; and what of an early answer. */
#include "frames.h"

#include "tests/check.h"

extern const struct decoder http2_decoder;

static const struct decoder *const http2 = &http2_decoder;

#define CANCEL "\0\0\0\x8"
#define NO_ERROR "\0\0\0\0"

/* A call that is waited for 20 ms. Behind the preface it comes at 2 ms. */
static struct step asks_in_time(void)
{
    return join(CLIENT(HTTP2_HEADERS, WHOLE, 1,
                       "\x83\x86\x44\6/a.B/C" API "\x5f\x10" GRPC "\x40\x0cgrpc-timeout\x03"
                       "20m"),
                CLIENT(HTTP2_DATA, LAST, 1, M1));
}

#define IN_TIME(what) "POST api/a.B/C " what " grpc a.B/C -1 unary 1+0 0-2 ms within 20 ms"

/* A client that resets a call before its deadline has changed its mind; at or past it, its time is
 * over. Its clock started before we saw the request, so that 5 ms before count as well. What the
 * server resets it has failed, whenever that is. */
static void resets_and_deadlines(void **state)
{
    (void)state;
    static const struct {
        enum dir by;
        unsigned waits_ms; /* before the reset; the deadline is 20 ms after the request */
        const char *story;
    } cases[] = {
        {TO_SERVER, 0, IN_TIME("cancelled") " error 8\n"},
        {TO_SERVER, 13, IN_TIME("cancelled") " error 8\n"},
        {TO_SERVER, 14, IN_TIME("timeout deadline") " error 8\n"},
        {TO_SERVER, 19, IN_TIME("timeout deadline") " error 8\n"},
        {TO_SERVER, 500, IN_TIME("timeout deadline") " error 8\n"},
        {TO_CLIENT, 0, IN_TIME("reset") " error 8\n"},
        {TO_CLIENT, 500, IN_TIME("reset") " error 8\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        TELLS_WITH(SHOW_GRPC, http2, cases[i].story, preface(), asks_in_time(),
                   WAITS(cases[i].waits_ms),
                   frame(cases[i].by, HTTP2_RST_STREAM, 0, 1, TEXT(CANCEL)));
}

/* However the connection ends: a call whose time was over by then has timed out. */
static void closes_and_deadlines(void **state)
{
    (void)state;
    static const struct {
        enum conn_close why;
        unsigned waits_ms;
        const char *story;
    } cases[] = {
        {CLOSE_ORDERLY, 0, IN_TIME("unanswered") "\n"},
        {CLOSE_ORDERLY, 20, IN_TIME("timeout deadline") "\n"},
        {CLOSE_RESET_BY_CLIENT, 0, IN_TIME("cancelled") "\n"},
        {CLOSE_RESET_BY_CLIENT, 20, IN_TIME("timeout deadline") "\n"},
        {CLOSE_RESET_BY_SERVER, 0, IN_TIME("reset") "\n"},
        {CLOSE_RESET_BY_SERVER, 20, IN_TIME("timeout deadline") "\n"},
        {CLOSE_CAPTURE_ENDED, 0, IN_TIME("unanswered") "\n"},
        {CLOSE_CAPTURE_ENDED, 20, IN_TIME("timeout deadline") "\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        TELLS_WITH(SHOW_GRPC, http2, cases[i].story, preface(), asks_in_time(),
                   WAITS(cases[i].waits_ms), CLOSES(cases[i].why));
}

/* A status that came too late for the client is still the call's, and it is noted. */
static void late_status(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C OK ok deadline grpc a.B/C 0 unary 1+1 32-32 ms within 20 ms\n",
               preface(), asks_in_time(), WAITS(29), answers(1));
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 13-13 ms within 20 ms\n", preface(),
               asks_in_time(), WAITS(10), answers(1));
}

/* What is silent: a plain request has timed out, and its late answer is passed over; a call may be
 * silent for as long as its client said, or like. What was lost of is unknown. */
static void silence(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "GET api/a timeout http2  -1  0+0\n", preface(),
               CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")), TIMES_OUT(50),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 53-53 ms\n",
               preface(), calls(1, "/a.B/C"), TIMES_OUT(50), answers(1));
    TELLS_WITH(SHOW_GRPC, http2, IN_TIME("timeout deadline") "\n", preface(), asks_in_time(),
               TIMES_OUT(50), answers(1));
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C unknown gap grpc a.B/C -1 unary 1+0 0-2 ms\n",
               preface(), calls(1, "/a.B/C"), LOSES(TO_CLIENT, 100), TIMES_OUT(50), answers(1));
}

/* An answer before the end of the request is held until that has ended, */
static void early_answers(void **state)
{
    (void)state;
    struct step upload = frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 1, asks("/a", "text/x"));
    struct step answer = SERVER(HTTP2_HEADERS, ALL, 1,
                                "\x48\3"
                                "413");
    TELLS_WITH(SHOW_GRPC | SHOW_TIMES | SHOW_BYTES, http2,
               "GET api/b 200 ok 20+10 bytes 4-4 5-5 ms http2  -1  0+0\n"
               "POST api/a 413 client_error early-answer 40+14 bytes 2-6 3-3 ms http2  -1  0+0\n",
               preface(), upload, answer, CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/b")),
               SERVER(HTTP2_HEADERS, ALL, 3, "\x88"), CLIENT(HTTP2_DATA, LAST, 1, "abc"));
    /* or been given up, by either side: with the outcome it has, */
    static const enum dir by[] = {TO_SERVER, TO_CLIENT};
    for (int i = 0; i < 2; i++)
        TELLS_WITH(SHOW_GRPC, http2, "POST api/a 413 client_error early-answer http2  -1  0+0\n",
                   preface(), upload, answer, frame(by[i], HTTP2_RST_STREAM, 0, 1, TEXT(NO_ERROR)));
    /* or the connection ends, however, */
    static const enum conn_close why[] = {CLOSE_ORDERLY, CLOSE_RESET_BY_CLIENT,
                                          CLOSE_RESET_BY_SERVER, CLOSE_IDLE, CLOSE_CAPTURE_ENDED};
    for (int i = 0; i < 5; i++)
        TELLS_WITH(SHOW_GRPC, http2, "POST api/a 413 client_error early-answer http2  -1  0+0\n",
                   preface(), upload, answer, CLOSES(why[i]));
    /* or nothing more is heard of it. */
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a 413 client_error early-answer http2  -1  0+0\n",
               preface(), upload, answer, TIMES_OUT(50), CLIENT(HTTP2_DATA, LAST, 1, "abc"));
}

/* A call that is answered early has its own status all the same, and of streams of messages that
 * is the habit. */
static void early_status(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 3-3 ms\n", preface(),
               join(frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 1, asks("/a.B/C", GRPC)),
                    CLIENT(HTTP2_DATA, 0, 1, M1)),
               answers(1), CLIENT(HTTP2_RST_STREAM, 0, 1, CANCEL));
}

/* Trailers that are no header block, or hold what is none of theirs, leave the answer the status
 * that its head has given. */
static void bad_trailers(void **state)
{
    (void)state;
    static const char *const told[] = {"GET api/a 200 ok unknown-fields http2  -1  0+0\n",
                                       "GET api/a 200 ok http2  -1  0+0\n"};
    const struct step trailers[] = {SERVER(HTTP2_HEADERS, ALL, 1, "\x8e\x80"),
                                    SERVER(HTTP2_HEADERS, ALL, 1, "\x8e")};
    for (int i = 0; i < 2; i++)
        TELLS_WITH(
            SHOW_GRPC, http2, told[i], preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
            SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"), SERVER(HTTP2_DATA, 0, 1, "abc"), trailers[i]);
    /* of a call the head's status counts if it is a failure; its OK would have come now */
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C 500 server_error unknown-fields grpc a.B/C -1 unary 1+0 0-2 ms\n",
               preface(), calls(1, "/a.B/C"), SERVER(HTTP2_HEADERS, WHOLE, 1, "\x8e"), trailers[0]);
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C unknown unknown-fields grpc a.B/C -1 unary 1+0 0-2 ms\n", preface(),
               calls(1, "/a.B/C"), SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD), trailers[0]);
}

/* A server that goes away names the last stream that it has taken up. Those after it end as not
 * begun with, also when they began later; a warning before that names none. */
static void goes_away(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "GET api/b unanswered refused http2  -1  0+0 error 11\n"
               "GET api/a 200 ok http2  -1  0+0\n",
               preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               SERVER(HTTP2_GOAWAY, 0, 0, "\x7f\xff\xff\xff\0\0\0\0"),
               CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/b")),
               SERVER(HTTP2_GOAWAY, 0, 0, "\0\0\0\1\0\0\0\x0btoo many"),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
    /* nor is it begun with what the client asks before it has heard of that */
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES, http2,
               "GET api/b unanswered refused 20+0 bytes http2  -1  0+0 error 0\n"
               "POST api/a.B/C unanswered refused 42+0 bytes grpc a.B/C -1 unary 0+0 error 0\n"
               "GET api/a 200 ok 20+10 bytes http2  -1  0+0\n",
               preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               SERVER(HTTP2_GOAWAY, 0, 0, "\0\0\0\1\0\0\0\0"),
               CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/b")), calls(5, "/a.B/C"),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
    assert_int_equal(script_counters()->stray_answers, 0);
    /* a client's is about pushes */
    TELLS_WITH(SHOW_GRPC, http2, "GET api/a 200 ok http2  -1  0+0\n", preface(),
               CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               CLIENT(HTTP2_GOAWAY, 0, 0, "\0\0\0\0\0\0\0\0"),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
}

/* Between two messages of one side there is a gap, which is told as the second comes; also across
 * a hole inside a message, but not where others may have begun in it. */
static void gaps_between_messages(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_GAPS, http2,
               "/a.B/C +2 ms\n/a.B/C +7 ms\n/a.B/C +0 ms\n/a.B/C +3 ms\n"
               "POST api/a.B/C OK ok grpc a.B/C 0 bidi-streaming 2+4 3-13 ms\n",
               preface(),
               join(frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 1, asks("/a.B/C", GRPC)),
                    CLIENT(HTTP2_DATA, 0, 1, M1)), /* 2 ms */
               join(SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD), SERVER(HTTP2_DATA, 0, 1, M1)),
               CLIENT(HTTP2_DATA, LAST, 1, M1), /* 4 ms */
               WAITS(5), SERVER(HTTP2_DATA, 0, 1, M1 M1), WAITS(2),
               join(SERVER(HTTP2_DATA, 0, 1, M1), SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0"))));
    /* a hole inside a message */
    struct step big = SERVER(HTTP2_DATA, 0, 1,
                             "\0\0\0\0\x13"
                             "a message of twenty");
    struct step front = join(SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD),
                             frames_of(TO_CLIENT, bytes_of(big.bytes, 20)));
    TELLS_WITH(SHOW_GRPC | SHOW_GAPS, http2,
               "/a.B/C +2 ms\n"
               "POST api/a.B/C OK ok gap grpc a.B/C 0 server-streaming 1+2 3-5 ms\n",
               preface(), calls(1, "/a.B/C"), front, LOSES(TO_CLIENT, big.len - 20),
               join(SERVER(HTTP2_DATA, 0, 1, M1), SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0"))));
    /* and one with beginnings of others in it */
    big = SERVER(HTTP2_DATA, 0, 1,
                 "\0\0\0\0\x06"
                 "abcdef" M1 M1);
    front = join(SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD),
                 frames_of(TO_CLIENT, bytes_of(big.bytes, 17)));
    TELLS_WITH(SHOW_GRPC | SHOW_GAPS, http2,
               "POST api/a.B/C OK ok gap grpc a.B/C 0 unary 1+1 3-3 ms\n", preface(),
               calls(1, "/a.B/C"), front, LOSES(TO_CLIENT, big.len - 17),
               join(SERVER(HTTP2_DATA, 0, 1, M1), SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(resets_and_deadlines, frames_setup),
        cmocka_unit_test_setup(closes_and_deadlines, frames_setup),
        cmocka_unit_test_setup(late_status, frames_setup),
        cmocka_unit_test_setup(silence, frames_setup),
        cmocka_unit_test_setup(early_answers, frames_setup),
        cmocka_unit_test_setup(early_status, frames_setup),
        cmocka_unit_test_setup(bad_trailers, frames_setup),
        cmocka_unit_test_setup(goes_away, frames_setup),
        cmocka_unit_test_setup(gaps_between_messages, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
