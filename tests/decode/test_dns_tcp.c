/* test_dns_tcp.c - specifies decode/proto/dns_tcp.c: messages with their length in front. */
#include "dns_text.h"
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode/classify.h"

extern const struct decoder dns_tcp_decoder;
static const struct decoder *const dns = &dns_tcp_decoder;

#define ASK_CART "\0\33\0\1" ASKS ONE CART A
#define ASK_DB "\0\31\0\2" ASKS ONE DB A
#define CART_IS "\0\53\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART
#define NO_DB "\0\31\0\2" ANSWERED("\3") ONE DB A

static void questions_and_answers(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES | SHOW_BYTES | SHOW_NAMES, dns,
               "cart.shop 10.0.0.1 for 360 s\nA cart.shop NOERROR ok 29+45 bytes 1-1 2-2 ms\n"
               "A db.shop NXDOMAIN client_error 27+27 bytes 3-3 4-4 ms\n",
               SAYS(ASK_CART), HEARS(CART_IS), SAYS(ASK_DB), HEARS(NO_DB));
    /* asked ahead, and answered in another order */
    TELLS(dns, "A db.shop NXDOMAIN client_error\nA cart.shop NOERROR ok\n", SAYS(ASK_CART ASK_DB),
          HEARS(NO_DB CART_IS));
    /* the length may come alone */
    TELLS(dns, "A cart.shop NOERROR ok\n", SAYS("\0"), SAYS("\33"), SAYS("\0\1" ASKS ONE CART A),
          HEARS("\0\53"), HEARS("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART));
    TELLS(dns, "A cart.shop unanswered\n", SAYS(ASK_CART), ENDS(TO_SERVER), ENDS(TO_CLIENT),
          CLOSES(CLOSE_ORDERLY));
    TELLS(dns, "A cart.shop reset\n", SAYS(ASK_CART), CLOSES(CLOSE_RESET_BY_SERVER));
}

/* What a hole can have touched is unknown, unless its answer is heard later; what comes behind it
 * is found at the next message that begins a segment and is one beyond doubt. */
static void holes(void **state)
{
    (void)state;
    TELLS(dns, "A db.shop NXDOMAIN client_error gap\nA cart.shop unknown gap\n", SAYS(ASK_CART),
          SAYS(ASK_DB), LOSES(TO_CLIENT, 45), HEARS(NO_DB));
    TELLS(dns, "A db.shop NXDOMAIN client_error\n", SAYS("\0\33\0\1"), LOSES(TO_SERVER, 25),
          SAYS(ASK_DB), HEARS(NO_DB));
    TELLS_WITH(JOINED, dns, "A db.shop NXDOMAIN client_error\n", SAYS("of"), SAYS(ASK_DB),
               HEARS(NO_DB));
}

static void nonsense(void **state)
{
    (void)state;
    TELLS(dns, "A cart.shop unknown\nA db.shop unanswered\n", SAYS(ASK_CART), HEARS("\0\3\0\1\2"),
          SAYS(ASK_DB));
    TELLS(dns, "A cart.shop unknown\n", SAYS(ASK_CART), HEARS("\0\14\0\1" ASKS "\0\0\0\0\0\0\0\0"));
}

/* A zone is transferred in any number of messages, of which the last ends with the SOA that the
 * first began with (RFC 5936). One record alone says that there is nothing new (RFC 1995). */
#define ZONE "\4shop\0"
#define AXFR "\0\374\0\1"
#define IXFR "\0\373\0\1"
#define SOA(serial)                                                                                \
    "\xc0\x0c\0\6\0\1\0\0\0\1\0\26\0\0\0\0\0" serial "\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"
#define PART(len, type, records) "\0" len "\0\1" ANSWERED("\0") ONE_AND(records) ZONE type

static void transfers(void **state)
{
    (void)state;
    static const char *const told = "AXFR shop NOERROR ok 24+156 bytes 1-1 2-4 ms\n";
    TELLS_WITH(SHOW_TIMES | SHOW_BYTES, dns, told, SAYS("\0\26\0\1" ASKS ONE ZONE AXFR),
               HEARS(PART("\70", AXFR, "\1") SOA("\7")), HEARS(PART("\46", AXFR, "\1") AT_CART),
               HEARS(PART("\70", AXFR, "\1") SOA("\7")));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS(dns, "IXFR shop NOERROR ok\n", SAYS("\0\26\0\1" ASKS ONE ZONE IXFR),
          HEARS(PART("\70", IXFR, "\1") SOA("\7")));
    TELLS(dns, "IXFR shop NOERROR ok\n", SAYS("\0\26\0\1" ASKS ONE ZONE IXFR),
          HEARS(PART("\132", IXFR, "\2") SOA("\7") SOA("\6")),
          HEARS(PART("\70", IXFR, "\1") SOA("\7")));
    TELLS(dns, "AXFR shop REFUSED client_error\n", SAYS("\0\26\0\1" ASKS ONE ZONE AXFR),
          HEARS("\0\26\0\1" ANSWERED("\5") ONE ZONE AXFR));
}

/* The longest message does not fit into what is kept, and tells its beginning. */
static void the_longest(void **state)
{
    (void)state;
    static char text[2 + 65535] = "\xff\xff\0\1" ANSWERED("\0") ONE_AND("\2") CART A AT_CART;
    struct step steps[] = {SAYS(ASK_CART),
                           {STEP_BYTES, TO_CLIENT, text, sizeof text, 0, 0},
                           SAYS(ASK_DB),
                           HEARS(NO_DB)};
    script_tells(&(struct script){dns, steps, 4, SHOW_BYTES},
                 "A cart.shop NOERROR ok 29+65537 bytes\n"
                 "A db.shop NXDOMAIN client_error 27+27 bytes\n");
}

/* By the bytes, on any port; as soon as they are clear. */
static void recognition(void **state)
{
    (void)state;
    static const struct {
        struct bytes to_server, to_client;
        bool midstream;
        enum guess guess;
    } rows[] = {
#define WIRE(text) {(const uint8_t *)text, sizeof(text) - 1}
        {WIRE(ASK_CART), WIRE(""), false, GUESS_YES},
        {WIRE(ASK_CART ASK_DB), WIRE(""), false, GUESS_YES},
        {WIRE("\0\33\0\1" ASKS ONE CART), WIRE(""), false, GUESS_MORE},
        {WIRE("\0"), WIRE(""), false, GUESS_MORE},
        {WIRE(""), WIRE(CART_IS), true, GUESS_YES},
        {WIRE("nonsense"), WIRE(CART_IS), true, GUESS_YES},
        {WIRE("nonsense"), WIRE(CART_IS), false, GUESS_NO},
        {WIRE(CART_IS), WIRE(""), false, GUESS_NO},
        {WIRE("\0\34\0\1" ASKS ONE CART A "!"), WIRE(""), false, GUESS_NO},
        {WIRE("\x20\1\0\1" ASKS ONE CART A), WIRE(""), false, GUESS_NO}, /* none asks so much */
        {WIRE("\0\0\0"), WIRE(""), false, GUESS_NO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {.to_server = rows[i].to_server,
                            .to_client = rows[i].to_client,
                            .midstream = rows[i].midstream};
        if (dns->probe(&o) != rows[i].guess)
            print_error("row %zu\n", i);
        assert_int_equal(dns->probe(&o), rows[i].guess);
        struct classified c = classify(OVER_TCP, 31337, &o, false);
        assert_int_equal(c.guess == GUESS_YES, rows[i].guess == GUESS_YES);
    }
    /* who is client shows */
    struct opening turned = {.to_server = rows[4].to_client, .midstream = true};
    struct classified c = classify(OVER_TCP, 31337, &turned, true);
    assert_true(c.flipped && c.decoder == dns);
}

/* An answer that is longer than what is kept for recognition is known by what is in order of it. */
static void a_long_answer(void **state)
{
    (void)state;
    static uint8_t text[1000] = "\3\xe6\0\1" ANSWERED("\0") ONE_AND("\75") CART A;
    size_t at = 29;
    for (; at + 16 <= sizeof text; at += 16)
        memcpy(text + at, AT_CART, 16);
    for (size_t len = 0; len < 700; len++) {
        struct opening o = {.to_client = bytes_of(text, len), .midstream = true};
        assert_int_equal(dns->probe(&o), len < 2 + 512 ? GUESS_MORE : GUESS_YES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_and_answers),
        cmocka_unit_test(holes),
        cmocka_unit_test(nonsense),
        cmocka_unit_test(transfers),
        cmocka_unit_test(the_longest),
        cmocka_unit_test(recognition),
        cmocka_unit_test(a_long_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
