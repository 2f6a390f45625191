/* test_link.c - messages through the pipe, whole, in pieces, and damaged. */
#include "daemon/link.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/check.h"

struct pipe {
    int out, in;
};

static struct pipe open_pipe(void)
{
    int fd[2];
    assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
    return (struct pipe){.out = fd[0], .in = fd[1]};
}

/* Messages come out as they went in, also the empty one. */
static void test_round_trip(void **state)
{
    struct pipe p = open_pipe();
    struct link_reader r = {.fd = p.out};
    enum message_type type;
    struct bytes body;
    (void)state;
    assert_true(link_send(p.in, MESSAGE_WINDOW, bytes_of_text("abc"), NULL));
    assert_true(link_send(p.in, MESSAGE_END, (struct bytes){0}, NULL));
    assert_int_equal(link_fill(&r), LINK_MORE);
    assert_int_equal(link_next(&r, &type, &body), LINK_MESSAGE);
    assert_int_equal(type, MESSAGE_WINDOW);
    assert_true(bytes_equal_text(body, "abc"));
    assert_int_equal(link_next(&r, &type, &body), LINK_MESSAGE);
    assert_int_equal(type, MESSAGE_END);
    assert_int_equal(body.len, 0);
    assert_int_equal(link_next(&r, &type, &body), LINK_MORE);
    close(p.in);
    assert_int_equal(link_fill(&r), LINK_CLOSED);
    link_free(&r);
    close(p.out);
}

/* A message that arrives byte by byte is handed out once, when it is whole. */
static void test_arrives_in_pieces(void **state)
{
    static const uint8_t raw[] = {'T', 'A', 'G', '1', 3, 0, 0, 0, 2, 0, 0, 0, 'h', 'i'};
    struct pipe p = open_pipe();
    struct link_reader r = {.fd = p.out};
    enum message_type type;
    struct bytes body;
    (void)state;
    for (size_t i = 0; i < sizeof raw; i++) {
        assert_int_equal(link_next(&r, &type, &body), LINK_MORE);
        assert_int_equal(write(p.in, raw + i, 1), 1);
        assert_int_equal(link_fill(&r), LINK_MORE);
    }
    assert_int_equal(link_next(&r, &type, &body), LINK_MESSAGE);
    assert_true(bytes_equal_text(body, "hi"));
    link_free(&r);
    close(p.in);
    close(p.out);
}

/* A wrong magic, an unknown type and an absurd length are nonsense, and nothing is allocated for
 * them. */
static void test_nonsense(void **state)
{
    static const uint8_t raws[][12] = {
        {'X', 'A', 'G', '1', 1, 0, 0, 0, 0, 0, 0, 0},
        {'T', 'A', 'G', '1', 99, 0, 0, 0, 0, 0, 0, 0},
        {'T', 'A', 'G', '1', 0, 0, 0, 0, 0, 0, 0, 0},
        {'T', 'A', 'G', '1', 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff},
    };
    (void)state;
    for (size_t i = 0; i < sizeof raws / sizeof raws[0]; i++) {
        struct pipe p = open_pipe();
        struct link_reader r = {.fd = p.out};
        enum message_type type;
        struct bytes body;
        assert_int_equal(write(p.in, raws[i], sizeof raws[i]), 12);
        link_fill(&r);
        assert_int_equal(link_next(&r, &type, &body), LINK_BROKEN);
        link_free(&r);
        close(p.in);
        close(p.out);
    }
}

/* A sender whose keeper is gone is told, not killed. */
static void test_nobody_reads(void **state)
{
    struct pipe p = open_pipe();
    struct err err = {0};
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    close(p.out);
    assert_false(link_send(p.in, MESSAGE_WINDOW, bytes_of_text("abc"), &err));
    assert_string_equal(err.text, "sensor: the keeper is gone");
    close(p.in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_arrives_in_pieces),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_nobody_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
