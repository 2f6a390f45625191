/* test_tls_certificate.c - specifies decode/tls_certificate.c. */
#include "decode/tls_certificate.h"

#include "base/text.h"
#include "tests/check.h"
#include "tls_make.h"

static int anew(void **state)
{
    (void)state;
    tls_make_anew();
    return 0;
}

static void certificates(void **state)
{
    (void)state;
    static const struct row {
        const char *file, *subject, *issuer, *names, *serial, *key, *signature;
        uint16_t bits;
        uint32_t names_len;
        bool self_signed;
        uint64_t days;
    } rows[] = {
        {"server", "CN=api.shop,O=Shop", "CN=Shop Root,O=Shop",
         "api.shop,*.api.shop,10.0.0.1,2001:db8::1,spiffe://shop/api,ops@shop", "4A11CE", "RSA",
         "ecdsa-with-SHA256", 2048, 6, false, 3650},
        {"client", "CN=caf\303\251", "CN=Shop Root,O=Shop", "spiffe://shop/cart", "02", "Ed25519",
         "ecdsa-with-SHA256", 256, 1, false, 3650},
        {"root", "CN=Shop Root,O=Shop", "CN=Shop Root,O=Shop", "", "01", "EC", "ecdsa-with-SHA256",
         256, 0, true, 3650},
        {"weak", "CN=old.shop", "CN=old.shop", "", "FF0102030405060708090A0B0C0D0E0F1011", "RSA",
         "sha1WithRSAEncryption", 1024, 0, true, 1},
    };
    for (const struct row *row = rows; row < rows + 4; row++) {
        struct certificate c;
        tls_read_certificate(tls_der(row->file), &c);
        assert_false(c.unreadable);
        assert_false(c.cut);
        assert_string_equal(c.subject, row->subject);
        assert_string_equal(c.issuer, row->issuer);
        assert_string_equal(c.names, row->names);
        assert_int_equal(c.names_len, row->names_len);
        assert_string_equal(c.serial, row->serial);
        assert_string_equal(c.key, row->key);
        assert_int_equal(c.key_bits, row->bits);
        assert_string_equal(c.signature, row->signature);
        assert_int_equal(c.self_signed, row->self_signed);
        assert_int_equal(c.not_after_s - c.not_before_s, row->days * 86400);
        assert_false(fingerprint_is_none(&c.fingerprint));
    }
}

/* The digest is of all bytes, whatever they are. */
static void fingerprints(void **state)
{
    (void)state;
    char text[FINGERPRINT_TEXT_MAX];
    struct certificate c;
    tls_read_certificate(tls_der("server"), &c);
    fingerprint_to_text(&c.fingerprint, text);
    assert_string_equal(text, "242cb9bcf3509c8fd1c5c0e9017aaa29e2293664191c1bd974944052f583fc70");
    tls_read_certificate(bytes_of_text("abc"), &c);
    fingerprint_to_text(&c.fingerprint, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(c.unreadable);
}

static void check_texts(const struct certificate *c)
{
    const char *const texts[] = {c->subject, c->issuer, c->names, c->serial, c->key, c->signature};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(text_is_clean(bytes_of_text(texts[i])));
}

/* Cut off anywhere it is no certificate; with any byte another, at worst a strange one. */
static void damage(void **state)
{
    (void)state;
    struct certificate c;
    static const char *const files[] = {"server", "client", "root", "weak"};
    for (size_t f = 0; f < 4; f++) {
        struct bytes der = tls_der(files[f]);
        for (size_t len = 0; len < der.len; len++) {
            tls_read_certificate(bytes_first(der, len), &c);
            assert_true(c.unreadable);
        }
        for (size_t at = 0; at < der.len; at++) {
            uint8_t copy[4096];
            memcpy(copy, der.at, der.len);
            copy[at] ^= (uint8_t)(1 << at % 8);
            tls_read_certificate(bytes_of(copy, der.len), &c);
            check_texts(&c);
        }
    }
}

static void too_long(void **state)
{
    (void)state;
    struct certificate c;
    tls_read_certificate(JOIN(tls_der("root"), tls_noise(CERTIFICATE_DER_MAX)), &c);
    assert_true(c.unreadable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(certificates, anew),
        cmocka_unit_test_setup(fingerprints, anew),
        cmocka_unit_test_setup(damage, anew),
        cmocka_unit_test_setup(too_long, anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
