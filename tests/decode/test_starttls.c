/* test_starttls.c - specifies decode/proto/starttls.c: how TLS is found behind what comes before.
 */
#include "tls_make.h"

#include "decode/classify.h"
#include "tests/check.h"

static const struct decoder *starttls;

static int find(void **state)
{
    (void)state;
    starttls = decoder_named("starttls");
    tls_make_anew();
    return starttls == NULL;
}

#define GSS "\0\0\0\x08\x04\xd2\x16\x30"
#define SSL "\0\0\0\x08\x04\xd2\x16\x2f"

struct row {
    const char *to_server;
    size_t to_server_len;
    const char *to_client;
    size_t to_client_len;
    enum guess guess;
};
#define ROW(to_server, to_client, guess)                                                           \
    {                                                                                              \
        to_server, sizeof(to_server) - 1, to_client, sizeof(to_client) - 1, guess                  \
    }

static void guesses(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW(SSL, "", GUESS_MORE),
        ROW("\0\0\0", "", GUESS_MORE),
        ROW(SSL, "S", GUESS_YES),
        ROW(SSL "\x16\x03\x01", "S", GUESS_YES),
        ROW(SSL, "N", GUESS_NO),
        ROW(GSS SSL, "NS", GUESS_YES),
        ROW(GSS SSL, "N", GUESS_MORE),
        ROW(GSS, "G", GUESS_NO),
        ROW("\0\0\0\x08\0\3\0\0", "", GUESS_NO), /* a start without encryption */
        ROW("", "S\r\n\r\n!", GUESS_NO),
        ROW("", "\x27\0\0\0\x0a", GUESS_NO),                     /* a greeting of MySQL */
        ROW("EHLO me\r\n", "220 mail.shop ESMTP\r\n", GUESS_NO), /* smtp.c's */
        ROW("USER me\r\n", "220 ftp.shop\r\n", GUESS_NO),
        ROW("", "220\x7f\r\n", GUESS_NO),
        ROW("GET / HTTP/1.1\r\n", "", GUESS_NO),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        struct opening opening = {.to_server = bytes_of(row->to_server, row->to_server_len),
                                  .to_client = bytes_of(row->to_client, row->to_client_len)};
        if (starttls->probe(&opening) != row->guess)
            fail_msg("row %zu: %d", i, starttls->probe(&opening));
        opening.midstream = true;
        assert_int_equal(starttls->probe(&opening), GUESS_NO);
    }
}

#define SAYS_TLS(...)                                                                              \
    TELLS_WITH(SHOW_TLS | SHOW_TIMES, starttls,                                                    \
               "handshake db.shop protocol_version client_error " __VA_ARGS__)

/* What was said before is passed over, however it is cut; TLS begins behind it. */
static void conversations(void **state)
{
    (void)state;
    struct step hello = tls_says(tls_record(22, HELLO(.name = "db.shop")));
    struct step alert = tls_hears(tls_record(21, tls_hex("0246")));
    SAYS_TLS("3-3 4-4 ms offers TLS 1.2 inside:postgresql\n", SAYS(SSL), HEARS("S"), hello, alert);
    SAYS_TLS("5-5 6-6 ms offers TLS 1.2 inside:postgresql\n", SAYS(GSS), HEARS("N"), SAYS(SSL),
             HEARS("S"), hello, alert);
}

/* The two do not agree after all. */
static void refusals(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TLS, starttls, "", SAYS(SSL), HEARS("E"), SAYS("more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(guesses, find),
        cmocka_unit_test_setup(conversations, find),
        cmocka_unit_test_setup(refusals, find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
