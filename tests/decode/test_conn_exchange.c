/* test_conn_exchange.c - specifies decode/conn_exchange.c, and decode/pairing.c of exchanges that
 * have keys, with a protocol made for it.
 *
 * A message is a letter, a key and the end of the line. Of both sides: b begins, e ends, a does
 * both, + goes on, x aborts (as reset), w withdraws, and ~ is met of what began before; of the
 * client n gives the connection a name; of the server p promises, m is a further message. The
 * status of an exchange is how many of its messages have been counted in its state. */
#include <ctype.h>
#include <stdio.h>

#include "decode/pairing.h"
#include "script.h"
#include "tests/check.h"

static struct exchange *begin(struct conn *c, enum dir dir, uint64_t key)
{
    struct exchange *x = conn_begin(c, dir, key);
    if (dir == TO_SERVER) {
        snprintf(x->method, sizeof x->method, "ask");
        snprintf(x->path, sizeof x->path, "%u", (unsigned)key);
    }
    return x;
}

static void adopt(struct conn *c, enum dir dir, uint64_t key)
{
    if (!conn_peek(c, key))
        conn_adopt(c, key);
    conn_find(c, dir, key);
}

static void act(struct conn *c, enum dir dir, char letter, uint64_t key)
{
    struct exchange *x = conn_peek(c, key);
    if (letter == 'b' || letter == 'a')
        x = begin(c, dir, key);
    if (letter == '~')
        adopt(c, dir, key);
    if (letter == 'p')
        snprintf(conn_promise(c, key)->method, sizeof x->method, "promised");
    if (letter == '+' || letter == 'e')
        x = conn_find(c, dir, key);
    if (letter == 'n')
        conn_name(c, key == 1 ? "one" : "other");
    if (letter == 'm' && x)
        conn_message(c, x, 5000000);
    if (x) {
        unsigned *count = exchange_state(x);
        snprintf(x->status, sizeof x->status, "%u", ++*count);
    }
    if (dir == TO_CLIENT && x)
        x->outcome = OUTCOME_OK;
    if (letter == 'e' || letter == 'a')
        conn_end(c, dir, key);
    if (letter == 'x')
        conn_abort(c, key, OUTCOME_RESET);
    if (letter == 'w')
        conn_withdraw(c, key);
}

static int64_t feed(struct conn *c, enum dir dir, struct bytes in)
{
    const uint8_t *end = in.len ? memchr(in.at, '\n', in.len) : NULL;
    uint64_t key = 0;
    if (!islower(in.at[0]) && in.at[0] != '+' && in.at[0] != '~')
        return DECODE_LOST;
    if (!end)
        return DECODE_MORE;
    for (const uint8_t *at = in.at + 1; at < end; at++)
        key = key * 10 + *at - '0';
    act(c, dir, (char)in.at[0], key);
    return end - in.at + 1;
}

static int64_t gap(struct conn *c, enum dir dir, uint64_t len)
{
    (void)c;
    (void)dir;
    (void)len;
    return DECODE_LOST;
}

static enum guess probe(const struct opening *o)
{
    (void)o;
    return GUESS_NO;
}

static void report(struct conn *c, struct flow_report *r)
{
    (void)c;
    r->goaways = 7;
}

static const struct decoder keyed = {
    .name = "http", /* what a script expects */
    .multiplexed = true,
    .probe = probe,
    .feed = feed,
    .gap = gap,
    .report = report,
};

/* Answers come in any order, and in parts that lie between those of others; bytes and times are
 * those of the exchange's own messages. */
static void answers_in_any_order(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_TIMES, &keyed,
               "ask 2 2 ok 3+3 bytes 2-2 3-3 ms\nask 1 4 ok 3+9 bytes 1-1 3-5 ms\n", SAYS("a1\n"),
               SAYS("a2\n"), HEARS("b1\na2\n"), HEARS("+1\n"), HEARS("e1\n"));
    TELLS_WITH(SHOW_BYTES | SHOW_TIMES, &keyed, "ask 1 4 ok 9+3 bytes 1-3 4-4 ms\n", SAYS("b1\n"),
               SAYS("+1\n"), SAYS("e1\n"), HEARS("a1\n"));
}

/* However many are open, each is found; and the same key may be used again. */
static void found_among_many(void **state)
{
    (void)state;
    enum { MANY = 100 };
    static char texts[2 * MANY][8];
    static char story[4096];
    struct step steps[2 * MANY];
    story[0] = '\0';
    for (unsigned i = 0; i < MANY; i++) {
        unsigned answered = i * 37 % MANY, key = 64 * i % 1000; /* in few buckets */
        snprintf(texts[i], sizeof texts[i], "a%u\n", key);
        snprintf(texts[MANY + i], sizeof texts[i], "a%u\n", 64 * answered % 1000);
        steps[i] = (struct step){STEP_BYTES, TO_SERVER, texts[i], strlen(texts[i]), 0, 0};
        char *answer = texts[MANY + i];
        steps[MANY + i] = (struct step){STEP_BYTES, TO_CLIENT, answer, strlen(answer), 0, 0};
        snprintf(story + strlen(story), 32, "ask %u 2 ok\n", 64 * answered % 1000);
    }
    script_tells(&(struct script){&keyed, steps, 2 * MANY, 0}, story);
    TELLS(&keyed, "ask 1 2 ok\nask 1 2 ok\n", SAYS("a1\n"), HEARS("a1\n"), SAYS("a1\n"),
          HEARS("a1\n"));
}

/* An answer that came before the end of its request is held until that, and has its bytes. */
static void answered_before_the_request(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_TIMES, &keyed,
               "ask 2 2 ok 3+3 bytes 3-3 4-4 ms\n"
               "ask 1 4 ok early-answer 9+3 bytes 1-6 2-2 ms\n",
               SAYS("b1\n"), HEARS("a1\n"), SAYS("a2\n"), HEARS("a2\n"), SAYS("+1\n"),
               SAYS("e1\n"));
}

/* What is aborted ends at once; what comes for it later is nobody's. A whole answer stays. */
static void aborts(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, &keyed, "ask 1 2 reset 1-1 0-0 ms\nask 2 2 ok 2-2 5-5 ms\n",
               SAYS("a1\n"), SAYS("a2\n"), HEARS("x1\n"), HEARS("a1\n"), HEARS("a2\n"));
    assert_int_equal(script_counters()->stray_answers, 1);
    TELLS(&keyed, "ask 1 3 ok early-answer\n", SAYS("b1\n"), HEARS("a1\n"), SAYS("x1\n"));
    TELLS(&keyed, "", SAYS("x1\n"), HEARS("x2\n"));
}

/* What was none is forgotten: neither told nor counted. */
static void withdrawals(void **state)
{
    (void)state;
    TELLS(&keyed, "ask 2 2 ok\n", SAYS("a1\n"), SAYS("a2\n"), SAYS("w1\n"), HEARS("a2\n"));
    assert_int_equal(script_counters()->exchanges, 1);
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* What began before we could see is open, and is counted as a stray answer in the end, once,
 * however it ends; it is never told. */
static void adoptions(void **state)
{
    (void)state;
    const struct step ends[] = {HEARS("e1\n"),         HEARS("x1\n"), SAYS("x1\n"),
                                CLOSES(CLOSE_ORDERLY), TIMES_OUT(50), ENDS(TO_CLIENT)};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        TELLS(&keyed, "", HEARS("~1\n"), SAYS("~1\n"), SAYS("e1\n"), HEARS("~1\n"), ends[i]);
        assert_int_equal(script_counters()->stray_answers, 1);
        assert_int_equal(script_counters()->exchanges, 0);
    }
}

/* A promise is a request that is whole as it is made. */
static void promises(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, &keyed, "ask 1 2 ok 1-1 4-4 ms\npromised  2 ok 2-2 3-5 ms\n",
               SAYS("a1\n"), HEARS("p6\n"), HEARS("b6\n"), HEARS("a1\n"), HEARS("e6\n"));
}

/* A loss on the way to the client may have touched all that are open: what is then heard of one is
 * still its own, but of what nothing more comes the end is unknown, after silence or at the end of
 * the connection; what is asked later is not touched. */
static void losses_of_answers(void **state)
{
    (void)state;
    TELLS(&keyed, "ask 1 2 ok gap\nask 3 2 ok\nask 2 1 unknown gap\n", SAYS("a1\n"), SAYS("a2\n"),
          LOSES(TO_CLIENT, 5), SAYS("a3\n"), HEARS("a1\na3\n"), TIMES_OUT(50));
    TELLS(&keyed, "ask 1 1 unknown gap\nask 2 1 unanswered\n", SAYS("a1\n"), LOSES(TO_CLIENT, 5),
          SAYS("a2\n"), CLOSES(CLOSE_ORDERLY));
}

/* One on the way to the server touches those alone that had not ended. */
static void losses_of_requests(void **state)
{
    (void)state;
    TELLS(&keyed, "ask 1 1 timeout gap\nask 2 1 unknown gap\n", SAYS("a1\n"), SAYS("b2\n"),
          LOSES(TO_SERVER, 5), TIMES_OUT(50));
    TELLS(&keyed, "ask 2 3 ok gap\nask 1 2 ok gap\n", SAYS("a1\n"), SAYS("b2\n"),
          LOSES(TO_SERVER, 5), SAYS("e2\n"), HEARS("a2\n"), HEARS("a1\n"));
}

/* The end of the server's bytes ends what is open, whoever it was of. */
static void ends(void **state)
{
    (void)state;
    TELLS(&keyed, "ask 1 1 unanswered\nask 2 2 reset\nask 3 2 ok early-answer\n", SAYS("a1\n"),
          SAYS("a2\n"), SAYS("b3\n"), HEARS("b2\n"), HEARS("a3\n"), ENDS(TO_CLIENT));
}

struct heard {
    unsigned told, open, messages;
    char paths[64]; /* of the open ones, in order */
};

static void on_exchange(void *ctx, struct exchange *x)
{
    (void)x;
    ((struct heard *)ctx)->told++;
}

static void on_open(void *ctx, struct exchange *x)
{
    struct heard *h = ctx;
    h->open++;
    size_t len = strlen(h->paths);
    snprintf(h->paths + len, sizeof h->paths - len, "%s%s", x->method, x->path);
    assert_int_equal(x->outcome, OUTCOME_UNKNOWN);
}

static void on_message(void *ctx, struct exchange *x, uint64_t gap_ns)
{
    (void)x;
    assert_int_equal(gap_ns, 5000000);
    ((struct heard *)ctx)->messages++;
}

struct bench {
    struct heard heard;
    struct decode_counters counters;
    struct conn_shared shared;
    uint64_t now_ns;
    struct conn *c;
};

static struct conn *add_conn(struct bench *b)
{
    struct conn_ends nobody = {.server_port = 80};
    struct conn *c = conn_new(&b->shared, &keyed, &nobody, false);
    assert_non_null(c);
    return c;
}

static void bench_begin(struct bench *b)
{
    *b = (struct bench){.shared = {.sink = {.exchange = on_exchange,
                                            .message = on_message,
                                            .open_call = on_open,
                                            .ctx = &b->heard},
                                   .counters = &b->counters,
                                   .unread_bytes_max = 1 << 20,
                                   .open_max = 100}};
    b->c = add_conn(b);
}

static void pass(struct bench *b, struct conn *c, enum dir dir, const char *text)
{
    struct moment m = {.now_ns = ++b->now_ns};
    conn_bytes(c, dir, m, m.now_ns, bytes_of_text(text));
}

static struct flow_report report_of(struct bench *b)
{
    struct flow_report r = {0};
    conn_report(b->c, &r);
    assert_true(r.multiplexed);
    assert_int_equal(r.goaways, 7); /* the decoder has its say */
    return r;
}

/* What is open is handed out at each asking, in the order of asking: not what has been told, nor
 * what is answered and waits for its request's end. */
static void open_calls(void **state)
{
    (void)state;
    struct bench b;
    bench_begin(&b);
    pass(&b, b.c, TO_SERVER, "a3\nb1\na2\nb5\na4\n");
    pass(&b, b.c, TO_CLIENT, "a4\na5\n");
    for (unsigned times = 1; times < 3; times++) {
        b.heard.paths[0] = '\0';
        conn_open_calls(b.c);
        assert_string_equal(b.heard.paths, "ask3ask1ask2");
        assert_int_equal(b.heard.open, 3 * times);
    }
    conn_time_out(b.c, (struct moment){.now_ns = 1000}, 10);
    b.heard.paths[0] = '\0';
    conn_open_calls(b.c); /* 1 has not asked yet, all else has timed out */
    assert_string_equal(b.heard.paths, "ask1");
    b.shared.sink.open_call = NULL;
    conn_open_calls(b.c); /* nobody listens */
    conn_close(b.c, (struct moment){0}, CLOSE_ORDERLY);
}

/* Each that is silent for too long times out on its own, though others go on. */
static void silence(void **state)
{
    (void)state;
    struct bench b;
    bench_begin(&b);
    pass(&b, b.c, TO_SERVER, "a1\na2\n");
    b.now_ns = 50;
    pass(&b, b.c, TO_CLIENT, "b2\n"); /* at 51 */
    static const struct {
        uint64_t ns;
        unsigned told;
    } cases[] = {{101, 0}, {102, 1}, {151, 1}, {152, 2}, {500, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        conn_time_out(b.c, (struct moment){.now_ns = cases[i].ns}, 100);
        assert_int_equal(b.heard.told, cases[i].told);
    }
    pass(&b, b.c, TO_CLIENT, "a1\ne2\n"); /* too late, and not nobody's */
    assert_int_equal(b.heard.told, 2);
    assert_int_equal(b.counters.stray_answers, 0);
    assert_int_equal(b.shared.open, 0);
    conn_close(b.c, (struct moment){0}, CLOSE_ORDERLY);
}

/* A report has the calls that ended since the last one, and those that are open now; the last one,
 * behind the end of the capture, those that were open then. */
static void reports(void **state)
{
    (void)state;
    struct bench b;
    bench_begin(&b);
    pass(&b, b.c, TO_SERVER, "a1\na2\nb3\n");
    pass(&b, b.c, TO_CLIENT, "a1\n");
    struct flow_report r = report_of(&b);
    assert_int_equal(r.calls, 1);
    assert_int_equal(r.open_calls, 2);
    r = report_of(&b);
    assert_int_equal(r.calls, 0);
    assert_int_equal(r.open_calls, 2);
    conn_finish(b.c, (struct moment){0}, CLOSE_CAPTURE_ENDED);
    r = report_of(&b);
    assert_int_equal(r.calls, 2);
    assert_int_equal(r.open_calls, 2);
    conn_free(b.c);

    bench_begin(&b);
    pass(&b, b.c, TO_SERVER, "a1\na2\n");
    conn_finish(b.c, (struct moment){0}, CLOSE_ORDERLY);
    r = report_of(&b);
    assert_int_equal(r.calls, 2);
    assert_int_equal(r.open_calls, 0);
    conn_free(b.c);
}

/* A multiplexed connection has no name until its decoder gives it one, and keeps the first. */
static void names(void **state)
{
    (void)state;
    struct bench b;
    bench_begin(&b);
    assert_true(conn_is_multiplexed(b.c));
    assert_false(conn_is_multiplexed(NULL));
    assert_null(conn_protocol(b.c));
    assert_false(conn_is_named(b.c, "one"));
    pass(&b, b.c, TO_SERVER, "n1\n");
    assert_string_equal(conn_protocol(b.c), "one");
    pass(&b, b.c, TO_SERVER, "n2\n");
    assert_string_equal(conn_protocol(b.c), "one");
    assert_true(conn_is_named(b.c, "one"));
    assert_false(conn_is_named(b.c, "other"));
    conn_close(b.c, (struct moment){0}, CLOSE_ORDERLY);
}

/* Further messages go to whoever listens. */
static void messages(void **state)
{
    (void)state;
    struct bench b;
    bench_begin(&b);
    pass(&b, b.c, TO_SERVER, "a1\n");
    pass(&b, b.c, TO_CLIENT, "b1\nm1\nm1\nm9\n");
    assert_int_equal(b.heard.messages, 2);
    b.shared.sink.message = NULL;
    pass(&b, b.c, TO_CLIENT, "m1\n");
    assert_int_equal(b.heard.messages, 2);
    conn_close(b.c, (struct moment){0}, CLOSE_ORDERLY);
}

/* When the worker has no room for more, what has been open longest on any connection is given up,
 * counted: who is answered in time is not the one. Without any room nothing is recorded. */
static void no_room(void **state)
{
    (void)state;
    struct bench b;
    bench_begin(&b);
    b.shared.open_max = 2;
    struct conn *other = add_conn(&b);
    pass(&b, b.c, TO_SERVER, "a1\na2\n");
    pass(&b, other, TO_SERVER, "a1\n");
    assert_int_equal(b.counters.exchanges_evicted, 1);
    assert_int_equal(b.heard.told, 1);
    pass(&b, other, TO_CLIENT, "a1\n");
    assert_int_equal(b.heard.told, 2);
    pass(&b, b.c, TO_SERVER, "a3\n");
    conn_open_calls(b.c);
    assert_string_equal(b.heard.paths, "ask2ask3");
    assert_int_equal(b.counters.exchanges_evicted, 1);
    b.shared.open_max = 0;
    pass(&b, other, TO_SERVER, "a5\n");
    assert_int_equal(b.counters.exchanges_evicted, 4);
    assert_int_equal(b.shared.open, 0);
    pass(&b, other, TO_CLIENT, "a5\np4\n~9\n"); /* written nowhere */
    assert_int_equal(b.heard.told, 4);
    conn_close(b.c, (struct moment){0}, CLOSE_ORDERLY);
    conn_close(other, (struct moment){0}, CLOSE_ORDERLY);
    assert_int_equal(b.shared.open, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_any_order),
        cmocka_unit_test(found_among_many),
        cmocka_unit_test(answered_before_the_request),
        cmocka_unit_test(aborts),
        cmocka_unit_test(withdrawals),
        cmocka_unit_test(adoptions),
        cmocka_unit_test(promises),
        cmocka_unit_test(losses_of_answers),
        cmocka_unit_test(losses_of_requests),
        cmocka_unit_test(silence),
        cmocka_unit_test(ends),
        cmocka_unit_test(open_calls),
        cmocka_unit_test(reports),
        cmocka_unit_test(names),
        cmocka_unit_test(messages),
        cmocka_unit_test(no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
