/* test_tls_ja4.c - specifies decode/tls_ja4.c. */
#include "decode/tls_ja4.h"

#include "tests/check.h"
#include "tls_make.h"

static int anew(void **state)
{
    (void)state;
    tls_make_anew();
    return 0;
}

/* "0005,000a": numbers of two bytes, and each followed by `behind`. */
static struct bytes list(const char *text, const char *behind)
{
    struct bytes all = tls_hex("");
    for (; *text; text += text[4] ? 5 : 4) {
        char digits[5] = {text[0], text[1], text[2], text[3], 0};
        all = JOIN(all, tls_hex(digits), tls_hex(behind));
    }
    return all;
}

struct row {
    const char *expected, *ciphers, *extensions, *signatures, *alpn;
    uint16_t version;
};

static void check(const struct row *row)
{
    char text[JA4_TEXT_MAX];
    struct tls_client_hello h = {
        .version_most = row->version,
        .ciphers = list(row->ciphers, ""),
        .extensions = list(row->extensions, "0000"),
        .signatures = list(row->signatures, ""),
        .alpn = tls_hex(row->alpn),
        .has_server_name = strncmp(row->extensions, "0000", 4) == 0,
    };
    tls_ja4(&h, 't', text);
    assert_string_equal(text, row->expected);
}

#define CHROME_CIPHERS "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
#define CHROME_SIGNATURES "0403,0804,0401,0503,0805,0501,0806,0601"

/* Two browsers whose fingerprints are known; then what is grease, and what is not there. */
static void fingerprints(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"t13d1516h2_8daaf6152771_e5627efa2ab1", CHROME_CIPHERS,
         "0000,0010,0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01",
         CHROME_SIGNATURES, "026832", TLS_1_3},
        {"t13d1516h2_8daaf6152771_d8a2da3f94cd", CHROME_CIPHERS,
         "0000,002d,0033,0010,fe0d,0017,44cd,000b,000a,002b,ff01,0023,0012,0005,000d,001b",
         CHROME_SIGNATURES, "026832", TLS_1_3},
        {"t13d1516h2_8daaf6152771_d8a2da3f94cd", "0a0a," CHROME_CIPHERS,
         "0000,5a5a,001b,000d,0005,0012,0023,ff01,002b,000a,000b,44cd,0017,fe0d,0010,0033,002d,"
         "fafa",
         CHROME_SIGNATURES, "026832", TLS_1_3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i]);
}

/* The front is written out: version, server name, how many ciphers and extensions, protocol. */
static void fronts(void **state)
{
    (void)state;
    static const struct {
        const char *front, *alpn;
        uint16_t version;
        unsigned ciphers;
    } rows[] = {
        {"t13i0200h1_", "08687474702f312e31", TLS_1_3, 2},
        {"t12i030000_", "", TLS_1_2, 3},
        {"t11i0100ab_", "01ab", TLS_1_1, 1},   /* no letter: its hexadecimal digits */
        {"t10i01006f_", "02611f", TLS_1_0, 1}, /* one of two is none: likewise, of both */
        {"ts3i0100hh_", "0168", SSL_3, 1},
        {"ts2i990000_", "", SSL_2, 120},
        {"t00i010000_", "", 0x0399, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[JA4_TEXT_MAX];
        struct tls_client_hello h = {.version_most = rows[i].version,
                                     .alpn = tls_hex(rows[i].alpn)};
        h.ciphers = bytes_of(tls_noise(2 * (size_t)rows[i].ciphers).at, 2 * rows[i].ciphers);
        tls_ja4(&h, 't', text);
        assert_memory_equal(text, rows[i].front, strlen(rows[i].front));
        assert_string_equal(strrchr(text, '_'), "_000000000000");
    }
}

/* More than any client offers. */
static void too_much(void **state)
{
    (void)state;
    char text[JA4_TEXT_MAX];
    struct tls_client_hello h = {.ciphers = tls_noise(2000)};
    tls_ja4(&h, 't', text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fingerprints, anew),
        cmocka_unit_test_setup(fronts, anew),
        cmocka_unit_test_setup(too_much, anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
