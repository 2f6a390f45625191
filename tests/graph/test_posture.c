/* test_posture.c - specifies graph/posture.c. */
#include "graph/posture.h"

#include <stdbool.h>
#include <string.h>

#include "tests/check.h"

/* NULL: nothing is wrong. */
static void says(const char *about, const char *said, const char *expected)
{
    bool same = said && expected ? strcmp(said, expected) == 0 : said == expected;
    if (!same)
        fail_msg("%s: '%s', not '%s'", about, said ? said : "-", expected ? expected : "-");
}

struct row {
    const char *text, *why;
};

static void sealed(void **state)
{
    (void)state;
    assert_true(posture_is_sealed("tls"));
    assert_true(posture_is_sealed("quic"));
    assert_false(posture_is_sealed("http"));
    assert_false(posture_is_sealed("udp"));
}

static void versions(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"TLS 1.3", NULL},
        {"TLS 1.2", NULL},
        {"", NULL},
        {"TLS 1.1", "TLS 1.1 is deprecated"},
        {"TLS 1.0", "TLS 1.0 is deprecated"},
        {"SSL 3", "SSL 3 is broken (POODLE)"},
        {"SSL 2", "SSL 2 is broken"},
        {"TLS 1.3 (draft)", "a draft of TLS 1.3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        says(rows[i].text, posture_of_version(rows[i].text), rows[i].why);
}

#define NO_SECRECY_RSA "no forward secrecy: keys are sent under the server's RSA key"
#define NO_SECRECY_DH "no forward secrecy: Diffie-Hellman with fixed keys"

static void ciphers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"TLS_AES_128_GCM_SHA256", NULL},
        {"TLS_CHACHA20_POLY1305_SHA256", NULL},
        {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", NULL},
        {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", NULL},
        {"TLS_DHE_RSA_WITH_AES_128_CBC_SHA", NULL},
        {"TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", NULL},
        {"0x1399", NULL},
        {"", NULL},
        {"TLS_RSA_WITH_AES_128_GCM_SHA256", NO_SECRECY_RSA},
        {"TLS_RSA_PSK_WITH_AES_128_CBC_SHA", NO_SECRECY_RSA},
        {"TLS_DH_RSA_WITH_AES_128_CBC_SHA", NO_SECRECY_DH},
        {"TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA", NO_SECRECY_DH},
        {"TLS_RSA_WITH_RC4_128_MD5", "RC4 is broken"},
        {"TLS_ECDHE_RSA_WITH_RC4_128_SHA", "RC4 is broken"},
        {"TLS_RSA_WITH_3DES_EDE_CBC_SHA", "blocks of 64 bits (SWEET32)"},
        {"TLS_RSA_WITH_DES_CBC_SHA", "DES is broken"},
        {"TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "keys made weak for export"},
        {"TLS_DH_anon_WITH_AES_128_CBC_SHA", "nobody proves who they are"},
        {"TLS_RSA_WITH_NULL_SHA256", "not encrypted"},
        {"TLS_SHA256_SHA256", "not encrypted"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        says(rows[i].text, posture_of_cipher(rows[i].text), rows[i].why);
}

static void keys_and_signatures(void **state)
{
    (void)state;
    says("RSA 2048", posture_of_key("RSA", 2048), NULL);
    says("RSA 2047", posture_of_key("RSA", 2047), "an RSA key of less than 2048 bits");
    says("RSA-PSS", posture_of_key("RSA-PSS", 1024), "an RSA key of less than 2048 bits");
    says("RSA of unknown length", posture_of_key("RSA", 0), NULL);
    says("P-256", posture_of_key("EC", 256), NULL);
    says("P-192", posture_of_key("EC", 192), "an EC key of less than 224 bits");
    says("Ed25519", posture_of_key("Ed25519", 256), NULL);
    says("DSA", posture_of_key("DSA", 2048), "a DSA key");
    says("unknown", posture_of_key("", 0), NULL);
    static const struct row rows[] = {
        {"sha256WithRSAEncryption", NULL},
        {"ecdsa-with-SHA256", NULL},
        {"ED25519", NULL},
        {"", NULL},
        {"sha1WithRSAEncryption", "signed with SHA-1"},
        {"ecdsa-with-SHA1", "signed with SHA-1"},
        {"md5WithRSAEncryption", "signed with MD5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        says(rows[i].text, posture_of_signature(rows[i].text), rows[i].why);
}

/* Near its end: 30 days before, or a third of its life if that is shorter. */
static void validity(void **state)
{
    (void)state;
    enum { DAY = 86400 };
    static const struct {
        uint64_t from, to, now;
        enum validity validity;
    } rows[] = {
        {1000 * DAY, 2000 * DAY, 1500 * DAY, VALIDITY_FINE},
        {1000 * DAY, 2000 * DAY, 999 * DAY, VALIDITY_TO_COME},
        {1000 * DAY, 2000 * DAY, 1000 * DAY, VALIDITY_FINE},
        {1000 * DAY, 2000 * DAY, 1970 * DAY - 1, VALIDITY_FINE},
        {1000 * DAY, 2000 * DAY, 1970 * DAY, VALIDITY_NEAR_ITS_END},
        {1000 * DAY, 2000 * DAY, 2000 * DAY, VALIDITY_NEAR_ITS_END},
        {1000 * DAY, 2000 * DAY, 2000 * DAY + 1, VALIDITY_OVER},
        {1000 * DAY, 1003 * DAY, 1001 * DAY, VALIDITY_FINE},
        {1000 * DAY, 1003 * DAY, 1002 * DAY, VALIDITY_NEAR_ITS_END},
        {0, 0, 1000 * DAY, VALIDITY_UNKNOWN},
        {0, 2000 * DAY, 1000 * DAY, VALIDITY_FINE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (posture_of_validity(rows[i].from, rows[i].to, rows[i].now) != rows[i].validity)
            fail_msg("row %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed),
        cmocka_unit_test(versions),
        cmocka_unit_test(ciphers),
        cmocka_unit_test(keys_and_signatures),
        cmocka_unit_test(validity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
