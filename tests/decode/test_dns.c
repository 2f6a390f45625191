/* test_dns.c - specifies decode/proto/dns.c and decode/dns_exchange.c: what conversations in
 * datagrams tell. */
#include "dns_text.h"
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode/classify.h"

extern const struct decoder dns_decoder;
static const struct decoder *const dns = &dns_decoder;

static void questions_and_answers(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES | SHOW_BYTES, dns, "A cart.shop NOERROR ok 27+43 bytes 1-1 2-2 ms\n",
               SAYS("\0\1" ASKS ONE CART A),
               HEARS("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART));
    /* at the same time, in any order: by id, and by question */
    TELLS(dns,
          "AAAA cart.shop NOERROR ok\nA cart.shop NOERROR ok\nA db.shop NXDOMAIN client_error\n",
          SAYS("\0\1" ASKS ONE CART A), SAYS("\0\1" ASKS ONE CART AAAA), SAYS("\0\2" ASKS ONE DB A),
          HEARS("\0\1" ANSWERED("\0") ONE CART AAAA), HEARS("\0\1" ANSWERED("\0") ONE CART A),
          HEARS("\0\2" ANSWERED("\3") ONE DB A));
    /* capitals do not matter */
    TELLS(dns, "A cart.shop NOERROR ok\n", SAYS("\0\1" ASKS ONE "\4CaRt\4sHOP\0" A),
          HEARS("\0\1" ANSWERED("\0") ONE CART A));
}

/* Who is at fault. */
static void outcomes(void **state)
{
    (void)state;
    TELLS(dns,
          "A db.shop FORMERR client_error\nA db.shop SERVFAIL server_error\n"
          "A db.shop NXDOMAIN client_error\nA db.shop NOTIMP server_error\n"
          "A db.shop REFUSED client_error\nA db.shop RCODE12 server_error\n",
          SAYS("\0\1" ASKS ONE DB A), HEARS("\0\1" ANSWERED("\1") ONE DB A),
          SAYS("\0\1" ASKS ONE DB A), HEARS("\0\1" ANSWERED("\2") ONE DB A),
          SAYS("\0\1" ASKS ONE DB A), HEARS("\0\1" ANSWERED("\3") ONE DB A),
          SAYS("\0\1" ASKS ONE DB A), HEARS("\0\1" ANSWERED("\4") ONE DB A),
          SAYS("\0\1" ASKS ONE DB A), HEARS("\0\1" ANSWERED("\5") ONE DB A),
          SAYS("\0\1" ASKS ONE DB A), HEARS("\0\1" ANSWERED("\14") ONE DB A));
    /* eight bits of it are in the OPT record */
    TELLS(dns, "A db.shop BADVERS client_error\n", SAYS("\0\1" ASKS ONE DB A),
          HEARS("\0\1" ANSWERED("\0") "\0\1\0\0\0\0\0\1" DB A "\0\0\51\20\0\1\0\0\0\0\0"));
}

/* What is not answered. */
static void silence(void **state)
{
    (void)state;
    TELLS(dns, "A db.shop unanswered\n", SAYS("\0\1" ASKS ONE DB A));
    TELLS(dns, "A db.shop timeout\n", SAYS("\0\1" ASKS ONE DB A), CLOSES(CLOSE_IDLE));
    /* what comes too late is passed over, and what is asked anew then is asked anew */
    TELLS(dns, "A db.shop timeout\nA cart.shop timeout\nA db.shop NOERROR ok\n",
          SAYS("\0\1" ASKS ONE DB A), SAYS("\0\2" ASKS ONE CART A), TIMES_OUT(60000),
          SAYS("\0\1" ASKS ONE DB A), HEARS("\0\2" ANSWERED("\0") ONE CART A),
          HEARS("\0\1" ANSWERED("\0") ONE DB A));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* A question that is asked again is the same: it has waited from the first time on. */
static void repeats(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, dns, "A db.shop NOERROR ok retransmitted 1-1 5003-5003 ms\n",
               SAYS("\0\1" ASKS ONE DB A), WAITS(5000), SAYS("\0\1" ASKS ONE DB A),
               HEARS("\0\1" ANSWERED("\0") ONE DB A), HEARS("\0\1" ANSWERED("\0") ONE DB A));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* What nobody asked for is no exchange, and says nothing of names. */
static void strays(void **state)
{
    (void)state;
    static const char *const told = "A db.shop unanswered\n";
    TELLS_WITH(SHOW_NAMES, dns, told, SAYS("\0\1" ASKS ONE DB A),
               HEARS("\0\2" ANSWERED("\0") ONE_AND("\1") DB A AT_CART)); /* another id */
    assert_int_equal(script_counters()->stray_answers, 1);
    TELLS_WITH(SHOW_NAMES, dns, told, SAYS("\0\1" ASKS ONE DB A),
               HEARS("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART)); /* another name */
    TELLS_WITH(SHOW_NAMES, dns, told, SAYS("\0\1" ASKS ONE DB A),
               HEARS("\0\1" ANSWERED("\0") ONE_AND("\1") DB AAAA AT_CART)); /* another type */
    /* a server that asks, or a client that answers, speaks of something else */
    TELLS(dns, told, SAYS("\0\1" ASKS ONE DB A), HEARS("\0\2" ASKS ONE CART A),
          SAYS("\0\1" ANSWERED("\0") ONE DB A));
    assert_int_equal(script_counters()->lost, 2);
}

/* An answer may leave the question out: then its id must do. */
static void without_a_question(void **state)
{
    (void)state;
    TELLS(dns, "A cart.shop FORMERR client_error\nA db.shop unanswered\n",
          SAYS("\0\1" ASKS ONE DB A), SAYS("\0\2" ASKS ONE CART A),
          HEARS("\0\2" ANSWERED("\1") "\0\0\0\0\0\0\0\0"));
    TELLS(dns, "A db.shop unanswered\n", SAYS("\0\1" ASKS ONE DB A),
          HEARS("\0\2" ANSWERED("\1") "\0\0\0\0\0\0\0\0"));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* A mirror may show the answer first; another one asks for nothing. */
static void answer_first(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, dns, "A cart.shop NOERROR ok skew 27+43 bytes\n",
               HEARS("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART),
               SAYS("\0\1" ASKS ONE CART A));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS(dns, "A cart.shop unanswered\n", HEARS("\0\1" ANSWERED("\3") ONE DB A),
          SAYS("\0\1" ASKS ONE CART A));
    assert_int_equal(script_counters()->stray_answers, 1);
    TELLS(dns, "A db.shop unanswered\n", HEARS("\0\1" ANSWERED("\3") ONE DB A), WAITS(6),
          SAYS("\0\1" ASKS ONE DB A));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* Words of other operations, types and classes. */
static void other_words(void **state)
{
    (void)state;
    TELLS(dns,
          "NOTIFY cart.shop unanswered\nUPDATE cart.shop unanswered\nTYPE65280 . unanswered\n"
          "* cart.shop unanswered\n",
          SAYS("\0\1\x24\0" ONE CART "\0\6\0\1"), SAYS("\0\2\x28\0" ONE CART "\0\6\0\1"),
          SAYS("\0\3" ASKS ONE "\0\xff\0\0\1"), SAYS("\0\4" ASKS ONE CART "\0\xff\0\1"));
}

/* An answer that did not fit is said to be so by its sender. */
static void truncated_answers(void **state)
{
    (void)state;
    TELLS(dns, "A db.shop NOERROR ok truncated\n", SAYS("\0\1" ASKS ONE DB A),
          HEARS("\0\1\x82\0" ONE DB A));
}

/* One that was cut off by the snapshot length still says what it was the answer to. */
static void cut_off(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_NAMES, dns, "A cart.shop NOERROR ok truncated 127+443 bytes\n",
               CUTS(TO_SERVER, "\0\1" ASKS "\0\1\0\0\0\0\0\1" CART A, 100),
               CUTS(TO_CLIENT, "\0\1" ANSWERED("\0") ONE_AND("\1") CART A "\xc0\x0c\0\1\0\1", 410));
    /* what is behind what it needs to say may be in disorder, too */
    TELLS(dns, "A cart.shop NOERROR ok\n", SAYS("\0\1" ASKS ONE CART A),
          HEARS("\0\1" ANSWERED("\0") ONE_AND("\11") CART A "nonsense"));
}

/* What is no message stands alone. */
static void nonsense(void **state)
{
    (void)state;
    TELLS(dns, "A db.shop NOERROR ok\n", SAYS("\0\1" ASKS ONE DB A), HEARS("hello, "), SAYS(""),
          SAYS("\0\1" ASKS ONE "\4cart\300"), HEARS("\0\1" ANSWERED("\0") ONE DB A));
    assert_int_equal(script_counters()->lost, 3);
}

/* Questions to a group are answered by whoever knows: nobody can tell what became of them. */
static void groups(void **state)
{
    (void)state;
    static const char *const told = "mdns PTR _http._tcp.local unknown\n";
    TELLS_WITH(AT_PORT(5353), dns, told, SAYS("\0\0\0\0" ONE PRINTERS "\0\14\0\1"),
               SAYS("\0\0\x84\0\0\0\0\1\0\0\0\0" PRINTERS "\0\14\0\1\0\0\0\12\0\2\xc0\x0c"));
    TELLS_WITH(AT_PORT(5355), dns, "llmnr A wpad unknown\n", SAYS("\0\1\0\0" ONE "\4wpad\0" A));
    assert_int_equal(script_counters()->stray_answers, 0);
    assert_int_equal(script_counters()->lost, 0);
}

/* What an answer says of addresses is told: under the name asked for, with the time it is good for.
 */
static void names(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_NAMES, dns, "cart.shop 10.0.0.1 for 360 s\nA cart.shop NOERROR ok\n",
               SAYS("\0\1" ASKS ONE CART A),
               HEARS("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART));
    /* also when it comes late; not when it says that there is none */
    TELLS_WITH(SHOW_NAMES, dns, "A cart.shop timeout\ncart.shop 10.0.0.1 for 360 s\n",
               SAYS("\0\1" ASKS ONE CART A), TIMES_OUT(60000),
               HEARS("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART));
    TELLS_WITH(SHOW_NAMES, dns, "A cart.shop NXDOMAIN client_error\n", SAYS("\0\1" ASKS ONE CART A),
               HEARS("\0\1" ANSWERED("\3") ONE_AND("\1") CART A AT_CART));
}

#define WIRE(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)text, sizeof(text) - 1                                                    \
    }
#define ANNOUNCED "\0\0\x84\0\0\0\0\1\0\0\0\0" CART "\0\1\x80\1\0\0\0\12\0\4\12\0\0\1"

/* By the bytes, on any port; an answer alone shows who is client. */
static void recognition(void **state)
{
    (void)state;
    static const struct {
        struct bytes to_server, to_client;
        uint32_t cut;
        const char *verdict;
    } rows[] = {
        {WIRE("\0\1" ASKS ONE CART A), WIRE(""), 0, "dns"},
        {WIRE(""), WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART), 0, "dns"},
        {WIRE("\0\1" ANSWERED("\3") ONE CART A), WIRE(""), 0, "flipped"},
        {WIRE(""), WIRE("\0\1" ASKS ONE CART A), 0, "flipped"},
        {WIRE(ANNOUNCED), WIRE(""), 0, "dns"},
        {WIRE(ANNOUNCED "!"), WIRE(""), 0, ""},
        {WIRE("\0\1" ASKS ONE CART A "!"), WIRE(""), 0, ""},
        {WIRE("\0\1" ASKS ONE CART), WIRE(""), 0, ""},
        {WIRE("\0\1" ASKS ONE CART), WIRE(""), 4, ""}, /* cut off before it is clear */
        {WIRE("\0\1" ASKS ONE CART A), WIRE(""), 11, "dns"},
        {WIRE(""), WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") CART A), 16, "dns"},
        {WIRE("hello, hello, hello"), WIRE(""), 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {
            .to_server = rows[i].to_server, .to_client = rows[i].to_client, .cut = rows[i].cut};
        struct classified c = classify(OVER_UDP, 31337, &o, true);
        const char *verdict = c.guess != GUESS_YES ? "" : c.flipped ? "flipped" : c.decoder->name;
        if (strcmp(verdict, rows[i].verdict) != 0)
            print_error("row %zu\n", i);
        assert_string_equal(verdict, rows[i].verdict);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_and_answers),
        cmocka_unit_test(outcomes),
        cmocka_unit_test(silence),
        cmocka_unit_test(repeats),
        cmocka_unit_test(strays),
        cmocka_unit_test(without_a_question),
        cmocka_unit_test(answer_first),
        cmocka_unit_test(other_words),
        cmocka_unit_test(truncated_answers),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(nonsense),
        cmocka_unit_test(groups),
        cmocka_unit_test(names),
        cmocka_unit_test(recognition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
