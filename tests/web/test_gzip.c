/* Packing, unpacking, and who takes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "web/gzip.h"

static void reads_accept_encoding(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool accepted;
    } cases[] = {
        {"gzip", true},
        {"gzip, deflate, br", true},
        {"br;q=1.0, gzip;q=0.8", true},
        {"deflate, GZIP", true},
        {"*", true},
        {"x-gzip", true},
        {NULL, false},
        {"", false},
        {"identity", false},
        {"gzip;q=0", false},
        {"gzip; q=0.000, br", false},
        {"br, deflate", false},
        {"notgzip", false},
        {"gzipped", false},
        {",,,", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(gzip_accepted(cases[i].header), cases[i].accepted);
}

static void unpacks_what_it_packed(void **state)
{
    (void)state;
    char text[20000];
    memset(text, 'a', sizeof text);
    size_t packed_len, plain_len;
    void *packed = gzip_pack(text, sizeof text, &packed_len);
    assert_non_null(packed);
    assert_in_range(packed_len, 1, 200);
    void *plain = gzip_unpack(packed, packed_len, sizeof text, &plain_len);
    assert_non_null(plain);
    assert_int_equal(plain_len, sizeof text);
    assert_memory_equal(plain, text, sizeof text);
    free(plain);
    /* Longer than allowed, and damaged. */
    assert_null(gzip_unpack(packed, packed_len, sizeof text - 1, &plain_len));
    assert_null(gzip_unpack(packed, packed_len - 1, sizeof text, &plain_len));
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_accept_encoding),
        cmocka_unit_test(unpacks_what_it_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
