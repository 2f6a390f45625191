/* test_ldap.c - decode/proto/ldap.c and decode/ldap_filter.c: conversations of LDAP, and what is
 * told of them. */
#include "tls_make.h"

#include "decode/classify.h"
#include "decode/ldap_filter.h"

#include "tests/check.h"

extern const struct decoder ldap_decoder;
static const struct decoder *const ldap = &ldap_decoder;

/* `len` is of what follows the id, and 3 more. */
#define MESSAGE(len, id, op) "\x30" len "\2\1" id op
#define BIND(id) MESSAGE("\x17", id, "\x60\x12\2\1\3\4\4cn=x\x80\7hunter2")
#define BIND_SASL(id) MESSAGE("\x1e", id, "\x60\x19\2\1\3\4\0\xa3\x12\4\6GSSAPI\4\x08hunter2-")
#define RESULT(id, op, code) MESSAGE("\x0c", id, op "\7\x0a\1" code "\4\0\4\0")
#define SEARCH(id, scope)                                                                          \
    MESSAGE("\x27", id,                                                                            \
            "\x63\x22\4\2dc\x0a\1" scope "\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\x0bobjectClass\x30\0")
#define ENTRY(id) MESSAGE("\x0d", id, "\x64\x08\4\4cn=x\x30\0")
#define REFERENCE(id) MESSAGE("\x0a", id, "\x73\5\4\3x:y")
#define STARTTLS(id)                                                                               \
    MESSAGE("\x1d", id,                                                                            \
            "\x77\x18\x80\x16"                                                                     \
            "1.3.6.1.4.1.1466.20037")
#define UNBIND(id) MESSAGE("\5", id, "\x42\0")
#define ABANDON(id, which) MESSAGE("\6", id, "\x50\1" which)

static void one_by_one(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, ldap,
               "bind  success ok 25+14 bytes\nsearch  success ok 41+56 bytes\n"
               "bind  invalidCredentials client_error 25+14 bytes\nunbind  ok 7+0 bytes\n",
               SAYS(BIND("\1")), HEARS(RESULT("\1", "\x61", "\0")), SAYS(SEARCH("\2", "\2")),
               HEARS(ENTRY("\2") ENTRY("\2")), HEARS(REFERENCE("\2") RESULT("\2", "\x65", "\0")),
               SAYS(BIND("\3")), HEARS(RESULT("\3", "\x61", "\x31")), SAYS(UNBIND("\4")));
    TELLS_WITH(SHOW_GRPC, ldap,
               "bind  success ok ldap bind simple -1  0+0\nsearch  success ok ldap search sub "
               "(objectClass=*) -1  0+3\n",
               SAYS(BIND("\1")), HEARS(RESULT("\1", "\x61", "\0")), SAYS(SEARCH("\2", "\2")),
               HEARS(ENTRY("\2") ENTRY("\2") REFERENCE("\2") RESULT("\2", "\x65", "\0")));
}

/* Answers name what they answer. */
static void at_once(void **state)
{
    (void)state;
    TELLS(ldap,
          "search  noSuchObject client_error\nsearch  busy server_error\nsearch  success ok\n",
          SAYS(SEARCH("\1", "\0") SEARCH("\2", "\1") SEARCH("\3", "\2")),
          HEARS(ENTRY("\1") RESULT("\3", "\x65", "\x20") RESULT("\2", "\x65", "\x33")),
          HEARS(ENTRY("\1") RESULT("\1", "\x65", "\0")));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void results(void **state)
{
    (void)state;
    TELLS(
        ldap,
        "bind  success ok\ncompare  compareFalse ok\nmodify  other server_error\nadd  "
        "entryAlreadyExists "
        "client_error\nrename  success ok\ndelete  noSuchObject client_error\n"
        "search  timeLimitExceeded timeout\ndelete  99 client_error\n",
        SAYS(BIND("\1")), HEARS(RESULT("\1", "\x61", "\0")),
        SAYS(MESSAGE("\x0e", "\2", "\x6e\x09\4\4cn=x\x30\1x")), HEARS(RESULT("\2", "\x6f", "\5")),
        SAYS(MESSAGE("\x0d", "\3", "\x66\x08\4\4cn=x\x30\0")), HEARS(RESULT("\3", "\x67", "\x50")),
        SAYS(MESSAGE("\x0d", "\4", "\x68\x08\4\4cn=x\x30\0")), HEARS(RESULT("\4", "\x69", "\x44")),
        SAYS(MESSAGE("\x12", "\5", "\x6c\x0d\4\4cn=x\4\2cn\1\1\1")),
        HEARS(RESULT("\5", "\x6d", "\0")), SAYS(MESSAGE("\x09", "\6", "\x4a\4cn=x")),
        HEARS(RESULT("\6", "\x6b", "\x20")), SAYS(SEARCH("\7", "\2")),
        HEARS(RESULT("\7", "\x65", "\3")), SAYS(MESSAGE("\x09", "\x08", "\x4a\4cn=x")),
        HEARS(RESULT("\x08", "\x6b", "\x63")));
}

/* What is abandoned is over, and so is what cannot be answered. */
static void abandoned(void **state)
{
    (void)state;
    TELLS(ldap, "search  cancelled\nabandon  ok\nsearch  success ok\n", SAYS(SEARCH("\1", "\2")),
          HEARS(ENTRY("\1")), SAYS(ABANDON("\2", "\1") SEARCH("\3", "\2")),
          HEARS(RESULT("\3", "\x65", "\0")));
    /* a notice of disconnection */
    TELLS(ldap, "bind  success ok\n", SAYS(BIND("\1")), HEARS(RESULT("\1", "\x61", "\0")),
          HEARS(RESULT("\0", "\x78", "\x34")));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* Persistent search, and a Sync Request that asks to go on (or not). */
#define WITH(id, control)                                                                          \
    "\x30\x4c\2\1" id                                                                              \
    "\x63\x22\4\2dc\x0a\1\2\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\x0bobjectClass\x30\0\xa0\x23\x30\x21"    \
    "\4\x18" control
static void waiting(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, ldap,
               "search  success ok ldap search sub (objectClass=*) -1  0+0\n"
               "search  unknown ldap search sub (objectClass=*) -1 server-streaming 0+1\n",
               SAYS(WITH("\1", "1.3.6.1.4.1.4203.1.9.1.1\4\5\x30\3\x0a\1\1")),
               HEARS(RESULT("\1", "\x65", "\0")),
               SAYS(WITH("\2", "1.3.6.1.4.1.4203.1.9.1.1\4\5\x30\3\x0a\1\3")), HEARS(ENTRY("\2")));
}

static void starttls(void **state)
{
    (void)state;
    tls_make_anew();
    struct step hello = tls_says(tls_record(22, HELLO(.name = "dir.shop")));
    struct step alert = tls_hears(tls_record(21, tls_hex("0246")));
    TELLS(ldap,
          "extended  success ok upgraded\ntls handshake dir.shop protocol_version client_error\n",
          SAYS(STARTTLS("\1")), HEARS(RESULT("\1", "\x78", "\0")), hello, alert);
    TELLS(ldap, "extended  unavailable server_error\nbind  success ok\n", SAYS(STARTTLS("\1")),
          HEARS(RESULT("\1", "\x78", "\x34")), SAYS(BIND("\2")), HEARS(RESULT("\2", "\x61", "\0")));
}

/* What a mechanism of SASL has sealed passes by. */
static void sealed(void **state)
{
    (void)state;
    TELLS(ldap, "bind  saslBindInProgress ok\nbind  success ok\n", SAYS(BIND_SASL("\1")),
          HEARS(RESULT("\1", "\x61", "\x0e")), SAYS(BIND_SASL("\2")),
          HEARS(RESULT("\2", "\x61", "\0")), SAYS("\0\0\0\5hello"), HEARS("\0\0\0\3\x30\0\0"),
          SAYS("\0\0\0\1x\0\0\0\1y"));
    assert_int_equal(script_counters()->troubles[TROUBLE_LOST], 0);
}

static void losses(void **state)
{
    (void)state;
    /* A result that says to be longer than its answer is none, wherever the answer is cut. */
    TELLS(ldap, "bind  success ok\nsearch  unknown\n", SAYS(BIND("\1")),
          HEARS(RESULT("\1", "\x61", "\0")), SAYS(SEARCH("\2", "\2")),
          HEARS(MESSAGE("\x13", "\2",
                        "\x65\x0e\x0a\x41\x20\4\7"
                        "dc=shop\4") "\0"));
    TELLS(ldap, "search  success ok gap\n", SAYS(SEARCH("\1", "\2")),
          HEARS("\x30\x82\1\0\2\1\1\x64\x81\xfa\4\4cn=x"), LOSES(TO_CLIENT, 244),
          HEARS(RESULT("\1", "\x65", "\0")));
    TELLS(ldap, "search  success ok gap\nsearch  unknown gap\n",
          SAYS(SEARCH("\1", "\2") SEARCH("\2", "\2")), LOSES(TO_CLIENT, 30),
          HEARS(RESULT("\1", "\x65", "\0")));
    TELLS_WITH(JOINED, ldap, "search  success ok\n", HEARS("of an entry"), HEARS(ENTRY("\1")),
               SAYS(SEARCH("\2", "\2")), HEARS(ENTRY("\1") RESULT("\1", "\x65", "\0")),
               HEARS(RESULT("\2", "\x65", "\0")));
    assert_int_equal(script_counters()->stray_answers, 1);
}

static void filters(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *text;
    } rows[] = {
#define ROW(bytes, text) {bytes, sizeof(bytes) - 1, text}
        ROW("\x87\3uid", "(uid=*)"),
        ROW("\xa0\x16\xa3\7\4\3uid\4\0\xa4\x0b\4\2cn\x30\5\x80\3sec", "(&(uid=*)(cn=*))"),
        ROW("\xa1\x12\xa3\7\4\3uid\4\0\xa3\7\4\3uid\4\0", "(|(uid=*))"),
        ROW("\xa2\x07\xa5\5\4\1n\4\0", "(!(n>=*))"),
        ROW("\xa9\x0e\x81\3"
            "2.5\x82\2ou\x83\3sec",
            "(ou:2.5:=*)"),
        ROW("\xa3\x0c\4\x08"
            "a secret\4\0",
            "(?=*)"),
        ROW("\xa0\x20\x87\3u", "(&(u=*))"), /* cut off */
        ROW("\xa2\x80\x87\1x", ""),
        ROW("\xa2\x13\xa2\x11\xa2\x0f\xa2\x0d\xa2\x0b\xa2\x09\xa2\7\xa2\5\xa2\3\x87\1x",
            "(!(!(!(!(!(!(!(!(...)))))))))"),
        ROW("", ""),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        ldap_filter_text(bytes_of(rows[i].bytes, rows[i].len), text, sizeof text);
        if (strcmp(text, rows[i].text) != 0)
            fail_msg("row %zu: %s", i, text);
    }
    char text[16];
    ldap_filter_text(bytes_of(rows[1].bytes, rows[1].len), text, sizeof text);
    assert_string_equal(text, "(&(uid=*)(cn...");
}

static enum guess guess(struct bytes to_server, struct bytes to_client, bool midstream)
{
    struct opening opening = {
        .to_server = to_server, .to_client = to_client, .midstream = midstream};
    return ldap_decoder.probe(&opening);
}

static void openings(void **state)
{
    (void)state;
#define GUESS(to_server, to_client, midstream)                                                     \
    guess(bytes_of(to_server, sizeof(to_server) - 1), bytes_of(to_client, sizeof(to_client) - 1),  \
          midstream)
    assert_int_equal(GUESS(BIND("\1"), "", false), GUESS_YES);
    assert_int_equal(GUESS("\x30\x17\2", "", false), GUESS_MORE);
    assert_int_equal(GUESS(SEARCH("\1", "\2"), "", true), GUESS_YES);
    assert_int_equal(GUESS(SEARCH("\1", "\2"), "of an entry", true), GUESS_YES);
    assert_int_equal(GUESS(SEARCH("\1", "\2"), "+OK\r\n", false), GUESS_NO);
    assert_int_equal(GUESS(UNBIND("\1"), "", false), GUESS_MORE);
    assert_int_equal(GUESS("", ENTRY("\1"), true), GUESS_MORE);
    assert_int_equal(GUESS("", ENTRY("\1"), false), GUESS_NO);
    assert_int_equal(GUESS(ENTRY("\1"), SEARCH("\1", "\2"), true), GUESS_NO); /* wrong way round */
    assert_int_equal(GUESS("\x30\x26\2\1\0\4\6public", "", false), GUESS_NO); /* SNMP */
    assert_int_equal(GUESS("\x30\x84\xff\xff\xff\xff\2\1\1\x60", "", false), GUESS_NO);
    assert_int_equal(GUESS(MESSAGE("\x17", "\1", "\x60\x13\2\1\3"), "", false), GUESS_NO);
    assert_int_equal(GUESS(MESSAGE("\6", "\1", "\x42\0x"), "", false), GUESS_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_by_one), cmocka_unit_test(at_once), cmocka_unit_test(results),
        cmocka_unit_test(abandoned),  cmocka_unit_test(waiting), cmocka_unit_test(starttls),
        cmocka_unit_test(sealed),     cmocka_unit_test(losses),  cmocka_unit_test(filters),
        cmocka_unit_test(openings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
