/* test_smtp.c - decode/proto/smtp.c: conversations of mail, and what is told of them. */
#include "tls_make.h"

#include "decode/classify.h"
#include "decode/smtp_line.h"

#include "tests/check.h"

extern const struct decoder smtp_decoder;
static const struct decoder *const smtp = &smtp_decoder;

#define GREETING HEARS("220 mail.shop ESMTP\r\n")
#define HELLO_MAIL GREETING, SAYS("EHLO me\r\n"), HEARS("250-mail.shop\r\n250 PIPELINING\r\n")
#define HELLO_TOLD "EHLO  250 ok\n"

static void one_by_one(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_TIMES, smtp,
               "EHLO  250 ok 9+29 bytes 2-2 3-4 ms\nMAIL  250 ok 18+8 bytes 5-5 6-6 ms\n"
               "RCPT  250 ok 16+8 bytes 7-7 8-8 ms\nDATA  250 ok 32+22 bytes 9-12 13-13 ms\n"
               "QUIT  221 ok 6+9 bytes 14-14 15-15 ms\n",
               GREETING, SAYS("EHLO me\r\n"), HEARS("250-mail.shop\r\n"),
               HEARS("250 STARTTLS\r\n"
                     ""),
               SAYS("MAIL FROM:<a@b.c>\n"), HEARS("250 OK\r\n"), SAYS("RCPT TO:<d@e.f>\n"),
               HEARS("250 OK\r\n"), SAYS("DATA\r\n"), HEARS("354 go ahead\r\n"),
               SAYS("Subject: hunter2\r\n\r\n"), SAYS("x\r\n.\r\n"), HEARS("250 OK\r\n"),
               SAYS("QUIT\r\n"), HEARS("221 bye\r\n"));
}

/* The end of a message is found however it is cut; what looks like it is not it. */
static void messages(void **state)
{
    (void)state;
    TELLS(smtp, HELLO_TOLD "DATA  250 ok\nDATA  250 ok\nQUIT  221 ok pipelined\n", HELLO_MAIL,
          SAYS("DATA\r\n"), HEARS("354 go\r\n"),
          SAYS("QUIT\r\n..\r\n.x\r\n\n.\n\r.\r\r\n.\r.\r\nMAIL FROM:<x>\r\n\r\r\n.\r\n"),
          HEARS("250 OK\r\n"), SAYS("DATA\r\n"), HEARS("354 go\r\n"), SAYS(".\r\nQUIT\r\n"),
          HEARS("250 OK\r\n221 bye\r\n"));
}

static void rejected(void **state)
{
    (void)state;
    TELLS(smtp,
          HELLO_TOLD "MAIL  451 server_error\nRCPT  550 client_error\nDATA  503 client_error\n"
                     "RSET  250 ok\nunknown  500 client_error\nVRFY  252 ok\n",
          HELLO_MAIL, SAYS("MAIL FROM:<a@b.c>\r\n"), HEARS("451 later\r\n"),
          SAYS("RCPT TO:<hunter2@b.c>\r\n"), HEARS("550 no hunter2\r\n"), SAYS("DATA\r\n"),
          HEARS("503-first\r\n503 MAIL\r\n"), SAYS("RSET\r\n"), HEARS("250 OK\r\n"),
          SAYS("hunter2 it is\r\n"), HEARS("500 what\r\n"), SAYS("VRFY hunter2\r\n"),
          HEARS("252 perhaps\r\n"));
    TELLS(smtp, HELLO_TOLD "DATA  554 client_error\nQUIT  221 ok\n", HELLO_MAIL, SAYS("DATA\r\n"),
          HEARS("354 go\r\n"), SAYS("spam\r\n.\r\n"), HEARS("554 spam\r\n"), SAYS("QUIT\r\n"),
          HEARS("221 bye\r\n"));
}

static void pipelined(void **state)
{
    (void)state;
    TELLS(smtp,
          HELLO_TOLD "MAIL  250 ok\nRCPT  250 ok pipelined\nRCPT  550 client_error pipelined\n"
                     "DATA  250 ok pipelined\nQUIT  221 ok pipelined\n",
          HELLO_MAIL, SAYS("MAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\nRCPT TO:<b@b.c>\r\nDATA\r\n"),
          HEARS("250 OK\r\n250 OK\r\n550 no\r\n354 go\r\n"), SAYS("x\r\n.\r\nQUIT\r\n"),
          HEARS("250 OK\r\n"), HEARS("221 bye\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void mechanisms(void **state)
{
    (void)state;
    assert_string_equal(smtp_auth_operation(bytes_of_text("AUTH plain aHVudGVy")), "AUTH PLAIN");
    assert_string_equal(smtp_auth_operation(bytes_of_text("AUTH SCRAM-SHA-256")),
                        "AUTH SCRAM-SHA-256");
    assert_string_equal(smtp_auth_operation(bytes_of_text("AUTH PLAINhunter2")), "AUTH");
    assert_string_equal(smtp_auth_operation(bytes_of_text("AUTH")), "AUTH");
}

/* Nothing of what proves who somebody is gets told. */
static void authentication(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, smtp,
               "EHLO  250 ok 9+31 bytes\nAUTH  235 ok 21+8 bytes\n"
               "AUTH  535 client_error 26+32 bytes\nAUTH  504 client_error 14+10 bytes\n"
               "AUTH  501 client_error 18+17 bytes\n",
               HELLO_MAIL, SAYS("AUTH PLAIN aHVudGVy\r\n"), HEARS("235 OK\r\n"),
               SAYS("AUTH LOGIN\r\n"), HEARS("334 VXNlcg\r\n"), SAYS("aHVu\r\n"),
               HEARS("334 UGFzcw\r\n"), SAYS("aHVudG\r\n"), HEARS("535 no\r\n"),
               SAYS("AUTH hunter2\r\n"), HEARS("504 what\r\n"), SAYS("AUTH CRAM-MD5\r\n"),
               HEARS("334 PDE\r\n"), SAYS("*\r\n"), HEARS("501 no\r\n"));
}

static void chunks(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, smtp,
               "EHLO  250 ok 9+31 bytes\nBDAT  250 ok 19+8 bytes\nBDAT  250 ok gap 1021+8 bytes\n"
               "QUIT  221 ok pipelined 6+9 bytes\n",
               HELLO_MAIL, SAYS("BDAT 10\r\n\r\n.\r\nQUIT\r"), HEARS("250 OK\r\n"),
               SAYS("BDAT 1005 LAST\r\nabcd"), LOSES(TO_SERVER, 1001), SAYS("QUIT\r\n"),
               HEARS("250 OK\r\n221 bye\r\n"));
}

/* A reply for each recipient that was accepted; of them the first that is no success counts. */
static void lmtp(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, smtp,
               "LHLO  250 ok 9+8 bytes\nMAIL  250 ok 15+8 bytes\nRCPT  250 ok 13+8 bytes\n"
               "RCPT  550 client_error 13+8 bytes\nRCPT  250 ok 13+8 bytes\n"
               "DATA  452 server_error 12+26 bytes\nRSET  250 ok 6+8 bytes\n"
               "DATA  503 client_error 6+8 bytes\n",
               HEARS("220 mail.shop LMTP\r\n"), SAYS("LHLO me\r\n"), HEARS("250 OK\r\n"),
               SAYS("MAIL FROM:<a>\r\n"), HEARS("250 OK\r\n"), SAYS("RCPT TO:<b>\r\n"),
               HEARS("250 OK\r\n"), SAYS("RCPT TO:<c>\r\n"), HEARS("550 no\r\n"),
               SAYS("RCPT TO:<d>\r\n"), HEARS("250 OK\r\n"), SAYS("DATA\r\n"), HEARS("354 go\r\n"),
               SAYS("x\r\n.\r\n"), HEARS("250 OK\r\n"), HEARS("452 full\r\n"), SAYS("RSET\r\n"),
               HEARS("250 OK\r\n"), SAYS("DATA\r\n"), HEARS("503 no\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* Whoever says something that was not asked for says it to nobody. */
static void unasked(void **state)
{
    (void)state;
    TELLS(smtp, HELLO_TOLD, HELLO_MAIL, HEARS("421 too slow\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS(smtp, "QUIT  221 ok\n", HEARS("554 mail.shop ESMTP says no\r\n"), SAYS("QUIT\r\n"),
          HEARS("221 bye\r\n"));
    TELLS(smtp, "EHLO  250 ok\n", SAYS("EHLO me\r\n"), GREETING, HEARS("250 OK\r\n"));
}

static void starttls(void **state)
{
    (void)state;
    tls_make_anew();
    struct step hello = tls_says(tls_record(22, HELLO(.name = "mail.shop")));
    struct step alert = tls_hears(tls_record(21, tls_hex("0246")));
    TELLS(smtp,
          HELLO_TOLD "STARTTLS  220 ok upgraded\n"
                     "tls handshake mail.shop protocol_version client_error\n",
          HELLO_MAIL, SAYS("STARTTLS\r\n"), HEARS("220-go\r\n220 ahead\r\n"), hello, alert);
    TELLS(smtp, HELLO_TOLD "STARTTLS  454 server_error\nQUIT  221 ok\n", HELLO_MAIL,
          SAYS("STARTTLS\r\n"), HEARS("454 not now\r\n"), SAYS("QUIT\r\n"), HEARS("221 bye\r\n"));
}

/* What is lost of a message does no harm: its end may be lost with it. */
static void losses(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, smtp,
               "EHLO  250 ok 9+31 bytes\nDATA  250 ok gap 1015+16 bytes\nQUIT  221 ok 6+9 bytes\n",
               HELLO_MAIL, SAYS("DATA\r\n"), HEARS("354 go\r\n"), SAYS("x\r\n"),
               LOSES(TO_SERVER, 1000), SAYS("y\r\n.\r\n"), HEARS("250 OK\r\n"), SAYS("QUIT\r\n"),
               HEARS("221 bye\r\n"));
    TELLS(smtp, HELLO_TOLD "DATA  250 ok gap\nQUIT  221 ok\n", HELLO_MAIL, SAYS("DATA\r\n"),
          HEARS("354 go\r\n"), SAYS("x\r\n"), LOSES(TO_SERVER, 1000), HEARS("250 OK\r\n"),
          SAYS("QUIT\r\n"), HEARS("221 bye\r\n"));
    /* DATA itself is lost: what follows is a message, not commands */
    TELLS(smtp, HELLO_TOLD "QUIT  221 ok\n", HELLO_MAIL, LOSES(TO_SERVER, 6), HEARS("354 go\r\n"),
          SAYS("QUIT\r\n.\r\n"), HEARS("250 OK\r\n"), SAYS("QUIT\r\n"), HEARS("221 bye\r\n"));
    /* and so it is if 354 is lost */
    TELLS(smtp, HELLO_TOLD "DATA  unknown gap\nQUIT  221 ok\n", HELLO_MAIL, SAYS("DATA\r\n"),
          LOSES(TO_CLIENT, 8), SAYS("Date: x\r\nQUIT\r\n.\r\n"), HEARS("250 OK\r\n"),
          SAYS("QUIT\r\n"), HEARS("221 bye\r\n"));
}

static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, smtp, "MAIL  250 ok\nRCPT  250 ok\nDATA  250 ok\n",
               SAYS("of a message\r\n.\r\n"), HEARS("250 OK\r\n"), SAYS("MAIL FROM:<a>\r\n"),
               HEARS("250 OK\r\n"), SAYS("RCPT TO:<a>\r\n"), HEARS("250 OK\r\n"), SAYS("DATA\r\n"),
               HEARS("354 go\r\n"), SAYS("x\r\n.\r\n"), HEARS("250 OK\r\n"));
}

static enum guess guess(const char *to_server, const char *to_client, bool midstream)
{
    struct opening opening = {.to_server = bytes_of_text(to_server),
                              .to_client = bytes_of_text(to_client),
                              .midstream = midstream};
    return smtp_decoder.probe(&opening);
}

static void openings(void **state)
{
    (void)state;
    static const struct {
        const char *to_server, *to_client;
        enum guess guess, midstream;
    } rows[] = {
        {"", "22", GUESS_MORE, GUESS_MORE},
        {"", "220 mail.shop ESMTP\r\n", GUESS_MORE, GUESS_MORE},
        {"EH", "220 mail.shop ESMTP\r\n", GUESS_MORE, GUESS_MORE},
        {"EHLO me\r\n", "220 mail.shop\r\n", GUESS_YES, GUESS_YES},
        {"EHLO me\r\n", "220 ma", GUESS_MORE, GUESS_MORE},
        {"lhlo [10.0.0.1]\r\n", "220 mail.shop\r\n", GUESS_YES, GUESS_YES},
        {"EHLO me\r\n", "", GUESS_MORE, GUESS_MORE},
        {"EHLO me\r\nMAIL FROM:<>\r\n", "", GUESS_YES, GUESS_YES},
        {"EHLO me\r\n", "250-mail.shop\r\n", GUESS_YES, GUESS_YES}, /* inside of TLS */
        {"QUIT\r\n", "220 mail.shop ESMTP\r\n", GUESS_YES, GUESS_YES},
        {"AUTH PLAIN eA==\r\n", "535 no\r\n", GUESS_YES, GUESS_YES},
        {"AUTH GSSAPI\r\n", "334 x\r\n", GUESS_MORE, GUESS_MORE}, /* it may be FTP */
        {"QUIT\r\n", "220 shop\r\n", GUESS_MORE, GUESS_MORE},
        {"QUIT\r\n", "554 shop ESMTP\r\n", GUESS_YES, GUESS_MORE},
        {"DATA\r\n", "354 go\r\n", GUESS_YES, GUESS_YES},
        {"MAIL FROM:<a@b>\r\n", "", GUESS_YES, GUESS_YES},
        {"", "250 OK\r\n", GUESS_NO, GUESS_MORE},
        {"", "220\x7f\r\n", GUESS_NO, GUESS_NO},
        /* FTP, POP3, IMAP, NNTP, HTTP, Redis */
        {"USER me\r\n", "220 ftp.shop\r\n", GUESS_NO, GUESS_NO},
        {"AUTH TLS\r\n", "220 ftp.shop\r\n", GUESS_NO, GUESS_NO},
        {"QUIT\r\n", "+OK\r\n", GUESS_NO, GUESS_NO},
        {"a LOGIN x y\r\n", "* OK\r\n", GUESS_NO, GUESS_NO},
        {"GROUP x\r\n", "200 news\r\n", GUESS_NO, GUESS_NO},
        {"GET / HTTP/1.1\r\n", "", GUESS_NO, GUESS_NO},
        {"PING\r\n", "", GUESS_NO, GUESS_NO},
        {"220 mail.shop ESMTP\r\n", "EHLO me\r\n", GUESS_NO, GUESS_NO}, /* the wrong way round */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum guess from_start = guess(rows[i].to_server, rows[i].to_client, false);
        enum guess midstream = guess(rows[i].to_server, rows[i].to_client, true);
        if (from_start != rows[i].guess || midstream != rows[i].midstream)
            fail_msg("row %zu (%s, %s): %d %d", i, rows[i].to_server, rows[i].to_client, from_start,
                     midstream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_by_one), cmocka_unit_test(messages),
        cmocka_unit_test(rejected),   cmocka_unit_test(pipelined),
        cmocka_unit_test(mechanisms), cmocka_unit_test(authentication),
        cmocka_unit_test(chunks),     cmocka_unit_test(lmtp),
        cmocka_unit_test(unasked),    cmocka_unit_test(starttls),
        cmocka_unit_test(losses),     cmocka_unit_test(joined),
        cmocka_unit_test(openings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
