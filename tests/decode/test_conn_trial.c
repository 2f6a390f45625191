/* test_conn_trial.c - specifies decode/conn.c and decode/pairing.c: protocols that others may look
 * like (decoder.doubtful), with HTTP/1 as the example. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode/pairing.h"
#include "script.h"

extern const struct decoder http1_decoder;

static struct decoder doubtful;

#define GET(path) "GET " path " HTTP/1.1\r\n\r\n"
#define OK_EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static int begin(void **state)
{
    (void)state;
    doubtful = http1_decoder;
    doubtful.doubtful = true;
    return 0;
}

/* An answer that is understood proves it; from there on it is as any other. */
static void proven_by_an_answer(void **state)
{
    (void)state;
    TELLS(&doubtful, "GET /a 200 ok\nGET /b 200 ok\n", SAYS(GET("/a")), HEARS(OK_EMPTY),
          SAYS(GET("/b")), HEARS(OK_EMPTY));
    TELLS(&doubtful, "GET /a 200 ok\nGET /b unknown\nGET /c 200 ok\n", SAYS(GET("/a")),
          HEARS(OK_EMPTY), SAYS(GET("/b")), HEARS("rubbish\r\n\r\n"), SAYS(GET("/c")),
          HEARS(OK_EMPTY));
    assert_int_equal(script_counters()->given_up, 0);
}

/* Something else, where nothing was lost: it never was that protocol. */
static void disproved_by_nonsense(void **state)
{
    (void)state;
    TELLS(&doubtful, "", SAYS(GET("/a")), HEARS("220 mail.example\r\n\r\n"), SAYS(GET("/b")),
          HEARS(OK_EMPTY));
    assert_int_equal(script_counters()->given_up, 1);
    TELLS(&doubtful, "", SAYS(GET("/a") GET("/b")), SAYS("HELO me\r\n\r\n"));
    assert_int_equal(script_counters()->given_up, 1);
    assert_int_equal(script_counters()->exchanges, 0);
}

/* Joined in its middle, or after a loss, what is not understood may be part of a message; it speaks
 * against the protocol until its side is understood. */
static void contradicted(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, &doubtful, "", SAYS(GET("/a")), HEARS("-- of a body? --"), SAYS(GET("/b")),
               CLOSES(CLOSE_ORDERLY));
    TELLS_WITH(JOINED, &doubtful, "GET /a unknown\nGET /b unknown pipelined\nGET /c 200 ok\n",
               SAYS(GET("/a")), HEARS("-- of a body --"), SAYS(GET("/b")), HEARS(OK_EMPTY),
               SAYS(GET("/c")), HEARS(OK_EMPTY), CLOSES(CLOSE_ORDERLY));
    TELLS(&doubtful, "GET /a unknown gap\nGET /b 200 ok\n", SAYS(GET("/a")), LOSES(TO_CLIENT, 38),
          HEARS("rubbish"), SAYS(GET("/b")), HEARS(OK_EMPTY));
}

/* A side that says nothing speaks against nothing: what was held back is told in the end. */
static void silence(void **state)
{
    (void)state;
    TELLS(&doubtful, "GET /a unanswered\nGET /b unanswered pipelined\n", SAYS(GET("/a")),
          SAYS(GET("/b")), CLOSES(CLOSE_ORDERLY));
    TELLS(&doubtful, "GET /a timeout\nGET /b unanswered\n", SAYS(GET("/a")), TIMES_OUT(60000),
          SAYS(GET("/b")), CLOSES(CLOSE_ORDERLY));
    TELLS(&doubtful, "GET /a timeout\n", SAYS(GET("/a")), TIMES_OUT(60000), HEARS("rubbish"));
}

/* So many are proof enough; past that, those that are contradicted are dropped, and counted. */
static void at_the_cap(void **state)
{
    (void)state;
    enum { OPENED = 5 };
    struct step ask = SAYS(GET("/a")), lose = LOSES(TO_CLIENT, 38);
    struct step steps[3 * (HELD_MAX + OPENED)];
    size_t len = 0;
    for (unsigned i = 0; i < HELD_MAX + OPENED; i++) {
        steps[len++] = ask;
        steps[len++] = lose;
    }
    char expected[(HELD_MAX + OPENED) * sizeof "GET /a unknown gap\n"] = "";
    for (unsigned i = 0; i < HELD_MAX + OPENED; i++)
        strcat(expected, "GET /a unknown gap\n");
    script_tells(&(struct script){&doubtful, steps, len, 0}, expected);
    memmove(steps + 1, steps, len++ * sizeof steps[0]);
    steps[0] = HEARS("rubbish");
    script_tells(&(struct script){&doubtful, steps, len, JOINED}, "");
    assert_int_equal(script_counters()->troubles[TROUBLE_EXCHANGES_EVICTED], OPENED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(proven_by_an_answer, begin),
        cmocka_unit_test_setup(disproved_by_nonsense, begin),
        cmocka_unit_test_setup(contradicted, begin),
        cmocka_unit_test_setup(silence, begin),
        cmocka_unit_test_setup(at_the_cap, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
