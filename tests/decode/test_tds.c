/* test_tds.c - decode/proto/tds.c: conversations with SQL Server, and what is told of them. */
#include <stdio.h>

#include "decode/classify.h"
#include "tls_make.h"

#include "tests/check.h"

extern const struct decoder tds_decoder;
static const struct decoder *const tds = &tds_decoder;

/* Of [MS-TDS] section 4, where they are whole. */
#define PRELOGIN                                                                                   \
    "1201002f00000100 00001a0006 0100200001 0200210001 0300220004 0400260001 ff 0900000000000100"  \
    "b80d000001"
#define PRELOGIN_OFF                                                                               \
    "1201002f00000100 00001a0006 0100200001 0200210001 0300220004 0400260001 ff 0900000000000000"  \
    "b80d000001"
#define PRELOGIN_SAYS(encryption)                                                                  \
    "0401002b00000100 00001a0006 0100200001 0200210001 0300220000 0400220001 ff "                  \
    "0a321f590000" encryption "0000"
#define LOGGED_IN "ad 0a00 01 74000004 01 7800 0000"
#define DONE(status, count) "fd" status "c100" count "00000000000000"
#define ROWS "81 0100 00000000 2000 a7 0300 0904d00034 03 620061007200 d1 0300 666f6f"
#define HEADERS "16000000 12000000 0200 0000000000000000 01000000"

static struct bytes joined(struct bytes a, struct bytes b)
{
    return tls_join((const struct bytes[]){a, b, {0}});
}

static struct bytes last(struct bytes b, size_t len)
{
    return bytes_after(b, b.len - len);
}

static struct bytes utf16(const char *text)
{
    char digits[2048] = "";
    size_t len = strlen(text);
    assert_true(len * 4 < sizeof digits);
    for (size_t i = 0; i < len; i++)
        snprintf(digits + i * 4, 5, "%02x00", (unsigned)text[i]);
    return tls_hex(digits);
}

/* A packet of this type and number. */
static struct bytes packet(unsigned type, unsigned status, unsigned number, struct bytes body)
{
    char digits[17];
    snprintf(digits, sizeof digits, "%02x%02x%04x0000%02x00", type, status,
             (unsigned)(body.len + 8), number);
    return joined(tls_hex(digits), body);
}

static struct step says(unsigned type, struct bytes body)
{
    return tls_says(packet(type, 1, 1, body));
}

static struct step asks(const char *text)
{
    return says(1, joined(tls_hex(HEADERS), utf16(text)));
}

static struct step calls(const char *digits)
{
    return says(3, joined(tls_hex(HEADERS), tls_hex(digits)));
}

static struct step hears(const char *digits)
{
    return tls_hears(packet(4, 1, 1, tls_hex(digits)));
}

static int anew(void **state)
{
    (void)state;
    tls_make_anew();
    return 0;
}

static struct step logs_in(void)
{
    return says(16, joined(tls_hex("88000000 04000074"), tls_noise(128)));
}

#define NVARCHAR "0000 e7 401f 0904d00034"

static struct bytes parameter(const char *text)
{
    char len[5];
    snprintf(len, sizeof len, "%02x00", (unsigned)(2 * strlen(text)));
    return joined(tls_hex(NVARCHAR), joined(tls_hex(len), utf16(text)));
}

#define LOGS_IN                                                                                    \
    tls_says(tls_hex(PRELOGIN)), tls_hears(tls_hex(PRELOGIN_SAYS("02"))), logs_in(),               \
        hears(LOGGED_IN DONE("0000", "00"))
#define TOLD_LOGIN "PRELOGIN  ENCRYPT_NOT_SUP ok\nconnect  OK ok\n"
#define ERROR(number, severity)                                                                    \
    "aa 1600" number "01" severity "0200 6e006f00 02 64006200 00 01000000"
#define PROCEDURE_ENDS "fe 0000 e000 0000000000000000"
#define SELECT "SELECT SELECT * FROM orders WHERE id = ? "

static void batches(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, tds,
               "PRELOGIN  ENCRYPT_NOT_SUP ok tds PRELOGIN -1  0+0\n"
               "connect  OK ok tds connect -1  0+0\n" SELECT "OK ok tds SELECT orders -1  0+1\n"
               "UPDATE UPDATE t SET x = ? OK ok tds UPDATE t -1  0+3\n",
               LOGS_IN, asks("SELECT * FROM orders WHERE id = 7"), hears(ROWS DONE("1000", "01")),
               asks("UPDATE [t] SET x = 'secret'"), hears(DONE("1000", "03")));
    assert_int_equal(script_counters()->lost, 0);
    /* What tells by the way is no error; transactions. */
    TELLS(tds, TOLD_LOGIN "USE USE shop OK ok\nBEGIN  OK ok\nCOMMIT  OK ok\nBULK LOAD  OK ok\n",
          LOGS_IN, asks("use shop"),
          hears("ab 1600 45160000 02 00 0200 6e006f00 02 64006200 00 01000000" DONE("0000", "00")),
          says(14, tls_hex(HEADERS "0500 00 00")), hears("e3 0300 080000" DONE("0000", "00")),
          says(14, tls_hex(HEADERS "0700 00 00")), hears(DONE("0000", "00")),
          says(7, tls_noise(50)), hears(DONE("1000", "05")));
}

/* By their numbers and by their names. Of what is prepared it is remembered what it asks. */
static void calls_of_procedures(void **state)
{
    (void)state;
    struct bytes statement = parameter("SELECT * FROM orders WHERE id = @P1");
    TELLS_WITH(
        SHOW_GRPC, tds,
        "PRELOGIN  ENCRYPT_NOT_SUP ok tds PRELOGIN -1  0+0\n"
        "connect  OK ok tds connect -1  0+0\n"
        "SELECT SELECT * FROM orders WHERE id = ? OK ok tds SELECT orders -1  0+2\n"
        "SELECT SELECT * FROM orders WHERE id = ? OK ok tds SELECT orders -1  0+1\n"
        "SELECT SELECT * FROM orders WHERE id = ? OK ok tds SELECT orders -1  0+1\n"
        "UNPREPARE SELECT * FROM orders WHERE id = ? OK ok tds UNPREPARE SELECT orders -1  0+0\n"
        "  8179 client_error unknown-fields tds {statement} -1  0+0\n"
        "EXEC  OK ok tds EXEC dbo.Archive* -1  0+0\n"
        "EXEC  OK ok tds sp_cursorfetch -1  0+0\n",
        LOGS_IN, says(3, JOIN(tls_hex(HEADERS "ffff 0a00 0000"), statement, parameter("@P1 int"))),
        hears(ROWS "ff 1000 c100 0200000000000000"
                   "79 00000000" PROCEDURE_ENDS),
        says(3, JOIN(tls_hex(HEADERS "ffff 0d00 0000 0001 26 04 00"), parameter("@P1 int"),
                     statement)),
        hears(ROWS "ff 1100 c100 0100000000000000"
                   "79 00000000"
                   "ac 0000 00 01 00000000 0000 26 04 04 05000000" PROCEDURE_ENDS),
        calls("ffff 0c00 0000 0000 26 04 04 05000000"),
        hears(ROWS "ff 1100 c100 0100000000000000"
                   "79 00000000" PROCEDURE_ENDS),
        calls("ffff 0f00 0000 0000 26 04 04 05000000"), hears("79 00000000" PROCEDURE_ENDS),
        calls("ffff 0c00 0000 0000 26 04 04 05000000"),
        hears(ERROR("f31f0000", "10") "fe 0200 e000 0000000000000000"),
        says(3, JOIN(tls_hex(HEADERS "0e00"), utf16("dbo.Archive202"), tls_hex("0000"))),
        hears("79 00000000" PROCEDURE_ENDS), calls("ffff 0700 0000"),
        hears("79 00000000" PROCEDURE_ENDS));
    /* As a client of TDS 7.1 sent it: sp_prepare, with NTEXT, and no headers. */
    TELLS(tds, TOLD_LOGIN "PREPARE SELECT ? FROM jd_test OK ok\n", LOGS_IN,
          says(3,
               JOIN(tls_hex(
                        "ffff 0b00 0000 0001 26 04 04 ffffffff 0000 63 00000000 0904000132 ffffffff"
                        "0000 63 2a000000 0904000132 2a000000"),
                    utf16("select 1 from jd_testx"))),
          hears("79 00000000" PROCEDURE_ENDS));
}

static void errors(void **state)
{
    (void)state;
    TELLS(tds,
          TOLD_LOGIN SELECT "208 client_error\n" SELECT "1205 client_error\n" SELECT
                            "701 server_error\n" SELECT "1222 timeout\n" SELECT "unknown\n",
          LOGS_IN, asks("SELECT * FROM orders WHERE id = 7"),
          hears(ERROR("d0000000", "10") DONE("0200", "00")),
          asks("SELECT * FROM orders WHERE id = 7"),
          hears(ROWS "d1 0300 666f6f" ERROR("b5040000", "0d") DONE("0200", "00")),
          asks("SELECT * FROM orders WHERE id = 7"),
          hears(ERROR("bd020000", "11") DONE("0200", "00")),
          asks("SELECT * FROM orders WHERE id = 7"),
          hears(ERROR("c6040000", "10") DONE("0200", "00")),
          asks("SELECT * FROM orders WHERE id = 7"), hears(ROWS DONE("0200", "00")));
    TELLS(tds, "PRELOGIN  ENCRYPT_NOT_SUP ok\nconnect  18456 client_error\n",
          tls_says(tls_hex(PRELOGIN)), tls_hears(tls_hex(PRELOGIN_SAYS("02"))), logs_in(),
          hears("ed 0400 4e544c4d"), says(17, tls_noise(20)),
          hears(ERROR("18480000", "0e") DONE("0200", "00")));
}

/* The client no longer wants it; the server may have been done already. */
static void attention(void **state)
{
    (void)state;
    TELLS(tds, TOLD_LOGIN SELECT "cancelled\n" SELECT "OK ok\n" SELECT "OK ok\n", LOGS_IN,
          asks("SELECT * FROM orders WHERE id = 7"), says(6, (struct bytes){0}),
          hears(ROWS DONE("2000", "00")), asks("SELECT * FROM orders WHERE id = 7"),
          hears(ROWS DONE("1000", "01")), says(6, (struct bytes){0}), hears(DONE("2000", "00")),
          asks("SELECT * FROM orders WHERE id = 7"), hears(ROWS DONE("1000", "01")));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* A message of several packets: the end of the last may begin in the one before it. */
static void packets(void **state)
{
    (void)state;
    struct bytes question = joined(tls_hex(HEADERS), utf16("SELECT * FROM orders WHERE id = 7"));
    struct bytes answer = JOIN(tls_hex(ROWS), tls_noise(3000), tls_hex(DONE("1000", "09")));
    for (size_t cut = 1; cut < 100; cut += 7) {
        TELLS_WITH(SHOW_GRPC, tds,
                   "PRELOGIN  ENCRYPT_NOT_SUP ok tds PRELOGIN -1  0+0\n"
                   "connect  OK ok tds connect -1  0+0\n" SELECT
                   "OK ok tds SELECT orders -1  0+9\n",
                   LOGS_IN, tls_says(packet(1, 0, 1, bytes_first(question, 40))),
                   tls_says(packet(1, 1, 2, bytes_after(question, 40))),
                   tls_hears(packet(4, 0, 1, bytes_first(answer, answer.len - cut))),
                   tls_hears(packet(4, 1, 2, last(answer, cut))));
    }
    TELLS(tds, TOLD_LOGIN SELECT "OK ok gap\n", LOGS_IN, tls_says(packet(1, 1, 1, question)),
          tls_hears(bytes_first(packet(4, 0, 1, answer), 2100)), LOSES(TO_CLIENT, 800),
          tls_hears(bytes_after(packet(4, 0, 1, answer), 2900)),
          tls_hears(packet(4, 1, 2, tls_hex(DONE("1000", "09")))));
}

/* TLS in packets, then for the login alone, or for everything. */
static void encrypted(void **state)
{
    (void)state;
    struct bytes hello = tls_hex("16 0301 0004 01020304");
    TELLS(tds, "PRELOGIN  ENCRYPT_OFF ok\nconnect  OK ok\n" SELECT "OK ok\n",
          tls_says(tls_hex(PRELOGIN_OFF)), tls_hears(tls_hex(PRELOGIN_SAYS("00"))), says(18, hello),
          tls_hears(packet(18, 1, 1, hello)), tls_says(tls_hex("17 0303 0006 010203040506")),
          hears(LOGGED_IN DONE("0000", "00")), asks("SELECT * FROM orders WHERE id = 7"),
          hears(ROWS DONE("1000", "01")));
    TELLS(tds, "PRELOGIN  ENCRYPT_ON ok\n", tls_says(tls_hex(PRELOGIN_OFF)),
          tls_hears(tls_hex(PRELOGIN_SAYS("01"))), says(18, hello),
          tls_hears(packet(18, 1, 1, hello)), tls_says(tls_hex("17 0303 0006 010203040506")),
          tls_hears(tls_hex("17 0303 0006 010203040506")));
    assert_int_equal(script_counters()->lost, 0);
}

static void losses(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, tds, SELECT "OK ok\n", tls_hears(tls_noise(20)), LOSES(TO_CLIENT, 1),
               asks("SELECT * FROM orders WHERE id = 7"), hears(ROWS DONE("1000", "01")));
    TELLS(tds, TOLD_LOGIN SELECT "unknown gap\n" SELECT "OK ok\n", LOGS_IN,
          asks("SELECT * FROM orders WHERE id = 7"), LOSES(TO_CLIENT, 60),
          asks("SELECT * FROM orders WHERE id = 7"), hears(ROWS DONE("1000", "01")));
}

static void recognition(void **state)
{
    (void)state;
    const struct {
        struct bytes to_server, to_client;
        bool midstream;
        enum guess guess;
    } rows[] = {
        {tls_hex(PRELOGIN), {0}, false, GUESS_YES},
        {bytes_first(tls_hex(PRELOGIN), 20), {0}, false, GUESS_MORE},
        {tls_hex(PRELOGIN), tls_hex(PRELOGIN_SAYS("02")), false, GUESS_YES},
        {tls_hex(PRELOGIN), tls_hex("485454502f"), false, GUESS_NO},
        {tls_hex("1201002f00000100 00001a0005"), {0}, false, GUESS_MORE},
        {tls_hex("1201000d00000100 00001a0006"), {0}, false, GUESS_NO},
        {tls_hex("1001009000000100 88000000 04000074"), {0}, false, GUESS_YES},
        {tls_hex("1001009000000100 88000000 04000050"), {0}, false, GUESS_NO},
        {packet(1, 1, 1, joined(tls_hex(HEADERS), utf16("SELECT 1"))), {0}, true, GUESS_YES},
        {packet(1, 1, 1, joined(tls_hex(HEADERS), utf16("SELECT 1"))), {0}, false, GUESS_NO},
        {packet(1, 1, 1, utf16("SELECT 1")), {0}, true, GUESS_NO}, /* might be anything */
        {packet(3, 1, 1, tls_hex(HEADERS "ffff 0a00 0000")), {0}, true, GUESS_YES},
        {packet(3, 1, 1, tls_hex(HEADERS "ffff 1000 0000")), {0}, true, GUESS_NO},
        {packet(14, 1, 1, tls_hex(HEADERS "0500 00 00")), {0}, true, GUESS_YES},
        {{0}, packet(4, 1, 1, tls_hex(DONE("0000", "00"))), true, GUESS_NO},
        {tls_hex("0101"), {0}, true, GUESS_MORE},
        {tls_hex("474554202f"), {0}, true, GUESS_NO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {.to_server = rows[i].to_server,
                            .to_client = rows[i].to_client,
                            .midstream = rows[i].midstream};
        if (tds->probe(&o) != rows[i].guess)
            print_error("row %zu\n", i);
        assert_int_equal(tds->probe(&o), rows[i].guess);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(batches, anew), cmocka_unit_test_setup(calls_of_procedures, anew),
        cmocka_unit_test_setup(errors, anew),  cmocka_unit_test_setup(attention, anew),
        cmocka_unit_test_setup(packets, anew), cmocka_unit_test_setup(encrypted, anew),
        cmocka_unit_test_setup(losses, anew),  cmocka_unit_test_setup(recognition, anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
