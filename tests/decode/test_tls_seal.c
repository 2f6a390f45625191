/* test_tls_seal.c - specifies decode/tls_seal.c, with the trace of RFC 8448, 3. */
#include "decode/tls_seal.h"

#include "decode/tls_facts.h"
#include "tests/check.h"
#include "tls_make.h"

enum { TLS_AES_128_GCM_SHA256 = 0x1301, TLS_AES_256_GCM_SHA384 = 0x1302 };

static int ready(void **state)
{
    (void)state;
    tls_make_anew();
    return 0;
}

static void assert_hex(const uint8_t *is, const char *digits)
{
    struct bytes wanted = tls_hex(digits);
    assert_memory_equal(is, wanted.at, wanted.len);
}

static void keys_of_traffic(void **state)
{
    (void)state;
    static const struct {
        const char *secret, *key, *iv;
    } table[] = {
        {"b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21",
         "dbfaa693d1762c5b666af5d950258d01", "5bd3c71b836e0b76bb73265f"},
        {"b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38",
         "3fce516009c21727d0f2e4e86ee403bc", "5d313eb2671276ee13000b30"},
        {"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
         "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9"},
        {"a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
         "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984"},
    };
    struct tls_suite suite;
    assert_true(tls_suite_of(TLS_1_3, TLS_AES_128_GCM_SHA256, &suite));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct tls_key key;
        assert_true(tls_key_of_traffic(&suite, tls_hex(table[i].secret).at, &key));
        assert_hex(key.key, table[i].key);
        assert_hex(key.iv, table[i].iv);
    }
}

/* The client's first record of application data, which has the number 0. */
static const char record[] =
    "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20"
    "441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4";

static void a_record(void **state)
{
    (void)state;
    struct tls_suite suite;
    struct tls_key key;
    struct tls_seal seal = {0};
    uint8_t plain[256];
    struct bytes sealed = tls_hex(record), content = bytes_after(sealed, TLS_RECORD_HEADER);
    tls_suite_of(TLS_1_3, TLS_AES_128_GCM_SHA256, &suite);
    tls_key_of_traffic(
        &suite, tls_hex("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5").at,
        &key);
    assert_true(tls_seal_set(&seal, &suite, &key));
    for (int again = 0; again < 3; again++) {
        assert_int_equal(tls_seal_open(&seal, 1, sealed.at, content, plain), -1);
        assert_int_equal(tls_seal_open(&seal, 0, sealed.at, content, plain), 51);
        for (uint8_t i = 0; i < 50; i++)
            assert_int_equal(plain[i], i);
        assert_int_equal(plain[50], TLS_APPLICATION_DATA);
    }
    for (size_t len = 0; len < content.len; len++)
        assert_int_equal(tls_seal_open(&seal, 0, sealed.at, bytes_first(content, len), plain), -1);
    uint8_t changed[128];
    for (size_t i = 0; i < content.len; i++) {
        memcpy(changed, content.at, content.len);
        changed[i] ^= 1;
        struct bytes other = bytes_of(changed, content.len);
        assert_int_equal(tls_seal_open(&seal, 0, sealed.at, other, plain), -1);
    }
    tls_seal_free(&seal);
    assert_int_equal(tls_seal_open(&seal, 0, sealed.at, content, plain), -1);
}

static void suites(void **state)
{
    (void)state;
    static const struct {
        uint16_t version, cipher;
        const char *algorithm; /* NULL: its records cannot be opened */
        size_t overhead, secret;
    } table[] = {
        {TLS_1_3, 0x1301, "AES-128-GCM", 17, 32},
        {TLS_1_3, 0x1302, "AES-256-GCM", 17, 48},
        {TLS_1_3, 0x1303, "ChaCha20-Poly1305", 17, 32},
        {TLS_1_3, 0x1304, "AES-128-CCM", 17, 32},
        {TLS_1_3, 0x1305, "AES-128-CCM", 9, 32},
        {TLS_1_2, 0xc02f, "AES-128-GCM", 24, 32},
        {TLS_1_2, 0xc030, "AES-256-GCM", 24, 48},
        {TLS_1_2, 0xcca8, "ChaCha20-Poly1305", 16, 32},
        {TLS_1_2, 0x009c, "AES-128-GCM", 24, 32},
        {TLS_1_2, 0xc09f, "AES-256-CCM", 24, 32},
        {TLS_1_2, 0xc0a2, "AES-128-CCM", 16, 32},
        {TLS_1_2, 0x002f, NULL, 0, 0},
        {TLS_1_2, 0xc013, NULL, 0, 0},
        {TLS_1_1, 0xc02f, NULL, 0, 0},
        {TLS_1_2, 0xfefe, NULL, 0, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct tls_suite suite;
        bool known = tls_suite_of(table[i].version, table[i].cipher, &suite);
        assert_int_equal(known, table[i].algorithm != NULL);
        if (!known)
            continue;
        assert_string_equal(suite.algorithm, table[i].algorithm);
        assert_int_equal(tls_suite_overhead(&suite), table[i].overhead);
        assert_int_equal(tls_suite_secret_len(&suite), table[i].secret);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keys_of_traffic, ready),
        cmocka_unit_test_setup(a_record, ready),
        cmocka_unit_test_setup(suites, ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
