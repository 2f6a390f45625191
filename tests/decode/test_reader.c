/* test_reader.c - specifies decode/reader.c: which protocol the bytes are, and what a connection is
 * told of them. */
#include "talk.h"

/* The bytes of an opening may come in any pieces; the connection is told all of them, each with the
 * time of its arrival. */
static void openings_in_pieces(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    times = true;
    handshake(&t);
    t.now_ns = 2000 * SECOND;
    client_says(&t, 101, "a");
    t.now_ns += MS;
    client_says(&t, 102, "s");
    assert_string_equal(story, "");
    assert_int_equal(t.reports, 0);
    t.now_ns += MS;
    client_says(&t, 103, "ked");
    assert_string_equal(t.protocols, "echo ");
    told(&t, "echo:@2000000>a@2000001>s@2000002>ked{capture ended}");
}

/* The server may speak first, and the client's answer decide; both are told in order. */
static void server_speaks_first(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    server_says(&t, 501, "hel");
    server_says(&t, 504, "lo there");
    client_says(&t, 101, "h");
    client_says(&t, 102, "i you");
    server_says(&t, 512, "bye");
    told(&t, "greet:<hello there>hi you<bye{capture ended}");
}

/* Bytes that nobody claims are counted as tcp, and told to nobody; holes in them count still. */
static void nobody_claims(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "whatever");
    assert_string_equal(t.protocols, "tcp ");
    client_says(&t, 109, "ask");
    client_says(&t, 115, "ask");
    server(&t, TCP_ACK, 501, 118, "");
    pass(&t, 20);
    told(&t, "");
    assert_string_equal(t.sum.protocol, "tcp");
    assert_int_equal(t.sum.missing_bytes[TO_SERVER], 3);
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.closed, 0);
}

/* An opening that stays unclear is not waited for without end. */
static void unclear_openings_are_bounded(void **state)
{
    (void)state;
    static char banner[1025];
    memset(banner, '.', 1024);
    memcpy(banner, "hello", 5);
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    server_says(&t, 501, banner);
    server_says(&t, 1525, banner);
    assert_int_equal(t.reports, 0);
    server_says(&t, 2549, ".");
    assert_string_equal(t.protocols, "tcp ");
    told(&t, "");

    begin(&t, &(struct engine_options){.held_bytes_max = 1000}); /* no room for early bytes */
    handshake(&t);
    client_says(&t, 101, "a");
    assert_string_equal(t.protocols, "tcp ");
    told(&t, "");
}

/* More pieces than arrival times are kept for: all bytes are told, the last times are shared. */
static void many_small_pieces(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    server_says(&t, 501, "hello");
    for (uint32_t i = 0; i < 40; i++, t.now_ns++)
        server_says(&t, 506 + i, "x");
    client_says(&t, 101, "hi");
    assert_string_equal(t.protocols,
                        "tcp "); /* a turn of the other side needs a piece of its own */
    told(&t, "");

    begin(&t, NULL);
    handshake(&t);
    for (uint32_t i = 0; i < 30; i++, t.now_ns++)
        server_says(&t, 501 + i, i < 5 ? &"h\0e\0l\0l\0o"[2 * i] : "x");
    client_says(&t, 101, "hi");
    assert_string_equal(t.protocols, "greet ");
    told(&t,
         "greet:<h<e<l<l<o<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x<x>hi{capture ended}");
}

/* Joined in the middle, each segment is tried, and the role of the sides follows from what they
 * say, against the ports. */
static void joined_in_the_middle(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    t.client_port = 80; /* by port, the server */
    t.server_port = 40000;
    client(&t, TCP_ACK, 7000, 9000, "rest of a body");
    server(&t, TCP_ACK, 9000, 7014, "ask is not what an answer says");
    assert_int_equal(t.reports, 1); /* "ask" from there made that side the client */
    told(&t, "echo:>ask is not what an answer says{capture ended}");
    assert_int_equal(t.sum.client_port, 40000);
    assert_int_equal(t.sum.notes, NOTE_MIDSTREAM | NOTE_INFERRED_DIRECTION);

    begin(&t, NULL);
    t.client_port = 80;
    t.server_port = 40000;
    client(&t, TCP_ACK, 7000, 9000, "rest");
    client(&t, TCP_ACK, 7004, 9000, "ask");
    server(&t, TCP_ACK, 9000, 7007, "answer");
    told(&t, "echo:>ask<answer{capture ended}");
    assert_int_equal(t.sum.client_port, 80);
    assert_int_equal(t.sum.packets[TO_SERVER], 2);
    assert_int_equal(t.sum.packets[TO_CLIENT], 1);
    assert_int_equal(t.sum.opened, 1);
}

/* Not more than 64 segments are tried. */
static void joined_and_never_claimed(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    for (uint32_t i = 0; i < 63; i++)
        client_says(&t, 7000 + 4 * i, "body");
    assert_int_equal(t.reports, 0);
    client_says(&t, 7000 + 4 * 63, "body");
    assert_string_equal(t.protocols, "tcp ");
    client_says(&t, 7000 + 4 * 64, "ask");
    told(&t, "");
}

/* Bytes lost before the protocol was clear: what follows is no opening, but may be a message. */
static void hole_in_the_opening(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "as");
    client_says(&t, 110, "end");
    client_says(&t, 113, "ask");
    server(&t, TCP_ACK, 501, 116, "");
    pass(&t, 20);
    told(&t, "echo:>ask{capture ended}");
    assert_int_equal(t.sum.missing_bytes[TO_SERVER], 7);
    assert_int_equal(t.sum.notes, 0);
}

/* A decoder that gives up leaves a tcp flow, whose bytes are only counted. */
static void given_up(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 501, "nonsense");
    client_says(&t, 104, "ask");
    told(&t, "echo:>ask<nonsense{capture ended}");
    assert_string_equal(t.sum.protocol, "tcp");
}

/* After an upgrade the bytes that come are an opening again. What the connection was is closed
 * then, and what it is opened. */
static void becomes_another_protocol(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 501, "become");
    server_says(&t, 507, "hel");
    server_says(&t, 510, "lo");
    client_says(&t, 104, "hi");
    told(&t, "echo:>ask<becomegreet:<hello>hi{capture ended}");
    assert_string_equal(t.protocols, "echo echo greet ");
    assert_int_equal(t.sum.opened, 2);
    assert_int_equal(t.sum.closed, 1);

    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 501, "become");
    client_says(&t, 104, "what?");
    client_says(&t, 109, "ask");
    told(&t, "echo:>ask<becomenothing:{capture ended}");
    assert_string_equal(t.sum.protocol, "tcp");
}

/* Bytes lost between two protocols are told, and what follows is tried where it starts. */
static void hole_before_another_protocol(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 501, "become");
    client_says(&t, 110, "??");
    client_says(&t, 112, "ask");
    server(&t, TCP_ACK, 507, 115, "");
    pass(&t, 20);
    told(&t, "echo:>ask<become>[6]echo:>ask{capture ended}");
}

/* Segments in order, out of order and across a hole: told once, in order, whoever sent them. */
static void both_directions_interleave(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 504, "wer");
    client_says(&t, 107, "d");
    server_says(&t, 501, "ans");
    client_says(&t, 104, "two");
    server(&t, TCP_ACK, 507, 110, "");
    client(&t, TCP_ACK | TCP_FIN, 108, 507, "!!");
    told(&t, "echo:>ask<ans<wer>two>d>!!>${capture ended}");
}

/* A connection that rests goes on with what comes next, be it bytes, a hole or an end; bytes that
 * were seen already are not for it, and its own end does not wake it. */
static void rest_ends_with_what_comes(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, &(struct engine_options){.rest_at_once = true});
    rests = true;
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 501, "answer");
    client_says(&t, 101, "ask");
    client_says(&t, 104, "ask");
    client(&t, TCP_ACK | TCP_FIN, 107, 507, "");
    server_says(&t, 507, "answer");
    told(&t, "echo:>ask<answer~!>ask~!>$<answer~");
    assert_int_equal(conns, 0);

    begin(&t, &(struct engine_options){.rest_at_once = true});
    rests = true;
    handshake(&t);
    client_says(&t, 101, "ask");
    server_says(&t, 501, "answer");
    client_says(&t, 107, "ask");
    server(&t, TCP_ACK, 507, 110, "");
    pass(&t, 20);
    told(&t, "echo:>ask<answer~!>[3]>ask{capture ended}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openings_in_pieces),
        cmocka_unit_test(server_speaks_first),
        cmocka_unit_test(nobody_claims),
        cmocka_unit_test(unclear_openings_are_bounded),
        cmocka_unit_test(many_small_pieces),
        cmocka_unit_test(joined_in_the_middle),
        cmocka_unit_test(joined_and_never_claimed),
        cmocka_unit_test(hole_in_the_opening),
        cmocka_unit_test(given_up),
        cmocka_unit_test(becomes_another_protocol),
        cmocka_unit_test(hole_before_another_protocol),
        cmocka_unit_test(both_directions_interleave),
        cmocka_unit_test(rest_ends_with_what_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
