/* test_keylog.c - specifies decode/keylog.c. */
#include "decode/keylog.h"

#include <stdio.h>

#include "tests/check.h"

#define HEX_8 "00112233"
#define HEX_32 HEX_8 HEX_8 HEX_8 HEX_8 HEX_8 HEX_8 HEX_8 HEX_8
#define RANDOM_OF(n) "000000" n "00112233445566778899aabbccddeeff00112233445566778899aabb"
#define MASTER(n) "CLIENT_RANDOM " RANDOM_OF(n) " " HEX_32 HEX_8 HEX_8 HEX_8 HEX_8 "\n"

static const struct hash_key key = {{1, 2}};

static struct keylog *make(uint32_t max, const char *text)
{
    struct keylog *k = keylog_new(&key, max);
    assert_non_null(k);
    keylog_read(k, bytes_of_text(text));
    return k;
}

/* The session whose random has this number in its fourth byte. */
static bool knows(const struct keylog *k, uint8_t number, struct tls_secrets *ret)
{
    uint8_t random[TLS_RANDOM_BYTES] = {0, 0, 0, number};
    for (size_t i = 4; i < sizeof random; i++)
        random[i] = (uint8_t)((i - 4) % 16 * 0x11);
    struct tls_secrets ignored;
    return keylog_find(k, random, ret ? ret : &ignored);
}

static void secrets_of_both_versions(void **state)
{
    (void)state;
    struct tls_secrets s;
    struct keylog *k = make(
        8,
        "# a comment\n" MASTER(
            "01") "\r\n"
                  "CLIENT_HANDSHAKE_TRAFFIC_SECRET " RANDOM_OF(
                      "02") " " HEX_32 "\r\n"
                            "SERVER_HANDSHAKE_TRAFFIC_SECRET " RANDOM_OF(
                                "02") " " HEX_32 "\n"
                                      "EXPORTER_SECRET " RANDOM_OF(
                                          "03") " " HEX_32 "\n"
                                                "CLIENT_TRAFFIC_SECRET_0 " RANDOM_OF(
                                                    "02") " FF" HEX_32 HEX_8 HEX_8 HEX_8 "000000\n"
                                                          "SERVER_TRAFFIC_SECRET_0 " RANDOM_OF(
                                                              "02") " " HEX_32 "\n");
    assert_true(knows(k, 1, &s));
    assert_int_equal(s.len[SECRET_MASTER], 48);
    assert_int_equal(s.secret[SECRET_MASTER][3], 0x33);
    assert_true(knows(k, 2, &s));
    assert_int_equal(s.len[SECRET_MASTER], 0);
    assert_int_equal(s.len[SECRET_CLIENT_TRAFFIC], 48);
    assert_int_equal(s.secret[SECRET_CLIENT_TRAFFIC][0], 0xff);
    assert_int_equal(s.len[SECRET_CLIENT_HANDSHAKE], 32);
    assert_int_equal(s.len[SECRET_SERVER_TRAFFIC], 32);
    assert_false(knows(k, 3, NULL));
    assert_int_equal(keylog_counters(k)->secrets, 5);
    assert_int_equal(keylog_counters(k)->nonsense, 0);
    keylog_free(k);
}

/* However the file is read, and with no end to its last line. */
static void any_cut(void **state)
{
    (void)state;
    static const char text[] = MASTER("01")
        MASTER("02") "CLIENT_RANDOM " RANDOM_OF("03") " " HEX_32 HEX_8 HEX_8 HEX_8 HEX_8;
    for (size_t cut = 0; cut < sizeof text - 1; cut++) {
        struct keylog *k = keylog_new(&key, 8);
        keylog_read(k, bytes_of(text, cut));
        keylog_read(k, bytes_of(text + cut, sizeof text - 1 - cut));
        assert_true(knows(k, 1, NULL) && knows(k, 2, NULL));
        assert_false(knows(k, 3, NULL));
        keylog_end(k);
        assert_true(knows(k, 3, NULL));
        keylog_free(k);
    }
}

static void nonsense(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "CLIENT_RANDOM\n",
        "CLIENT_RANDOM 00 00\n",
        "CLIENT_RANDOM " RANDOM_OF("01") " " HEX_32 "\n", /* a master secret has 48 bytes */
        "CLIENT_RANDOM " RANDOM_OF("01") " " HEX_32 HEX_8 HEX_8 HEX_8 "0011223x\n",
        "CLIENT_TRAFFIC_SECRET_0 " RANDOM_OF("01") " " HEX_8 "\n",
        "SERVER_TRAFFIC_SECRET_0 " RANDOM_OF("01") " " HEX_32 " more\n",
        "this is no label\n",
        "\x16\x03\x01\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct keylog *k = make(8, lines[i]);
        assert_false(knows(k, 1, NULL));
        assert_int_equal(keylog_counters(k)->nonsense, 1);
        keylog_free(k);
    }
    char line[2000];
    memset(line, 'A', sizeof line);
    line[sizeof line - 1] = '\0';
    struct keylog *k = make(8, line);
    keylog_read(k, bytes_of_text("\n" MASTER("01")));
    assert_int_equal(keylog_counters(k)->nonsense, 1);
    assert_true(knows(k, 1, NULL));
    keylog_free(k);
}

/* The one told of first goes. */
static void at_the_cap(void **state)
{
    (void)state;
    struct keylog *k = make(2, MASTER("01") MASTER("02") MASTER("01") MASTER("03"));
    assert_false(knows(k, 1, NULL));
    assert_true(knows(k, 2, NULL) && knows(k, 3, NULL));
    keylog_read(k, bytes_of_text(MASTER("04") MASTER("05")));
    assert_false(knows(k, 2, NULL) || knows(k, 3, NULL));
    assert_true(knows(k, 4, NULL) && knows(k, 5, NULL));
    assert_int_equal(keylog_counters(k)->evicted, 3);
    keylog_free(k);
}

/* Past what a table begins with. */
static void many(void **state)
{
    (void)state;
    struct keylog *k = keylog_new(&key, 1000);
    for (int i = 0; i < 256; i++) {
        char line[400];
        snprintf(line, sizeof line,
                 "CLIENT_RANDOM 000000%02x00112233445566778899aabbccddeeff"
                 "00112233445566778899aabb %s%s%02x\n",
                 i, HEX_32,
                 "00112233001122330011223300112"
                 "2",
                 i);
        keylog_read(k, bytes_of_text(line));
    }
    for (int i = 0; i < 256; i++) {
        struct tls_secrets s;
        assert_true(knows(k, (uint8_t)i, &s));
        assert_int_equal(s.secret[SECRET_MASTER][47], i);
    }
    keylog_free(k);
    keylog_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_of_both_versions),
        cmocka_unit_test(any_cut),
        cmocka_unit_test(nonsense),
        cmocka_unit_test(at_the_cap),
        cmocka_unit_test(many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
