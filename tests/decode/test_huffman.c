/* test_huffman.c - specifies decode/huffman.h: the code of RFC 7541, B. */
#include "decode/huffman.h"

#include "../check.h"

/* Octets 0 to 255, as another encoder wrote them. */
static const char all_hex[] =
    "ffc7fffd8fffffe2fffffe3fffffe4fffffe5fffffe6fffffe7fffffe8ffffeafffffff3fffffa7f"
    "ffffabffffffdfffffebfffffecfffffedfffffeefffffefffffff0ffffff1ffffff2fffffffbfff"
    "ffcffffffd3fffffd7fffffdbfffffdffffffe3fffffe7fffffebfffffed4fe3f9ffaffcabf1febf"
    "afefe7fdfd2cbb00089969b71d79fb9f7fff20ffbff3ff50ddbd7f061c58f265cd9f469d5af66ddd"
    "bf871e5f9cff7ff7fffc3ff9ffe45fff4719242cb34e6e9d68a6a3d7dac426defe3cfaf7fffbfe7f"
    "fbffdffffffcfffe6ffff4bfff9ffffa3fffd3ffff53fffd5ffffb3fffeb7fffdaffffb7ffff73ff"
    "feeffffdeffffebffffbfffffd9ffffdbfffebffffe0ffffeeffffc3ffff8bffff1ffffe4fffee7f"
    "ffb1ffff97fffd9ffffcdffff9fffffbffffdafffeeffff4ffffb7fffee7fffe8ffffd3fffdeffff"
    "d5fffeeffffbdffffe1fffdfffff7fffff5ffffecffff07fff87fffe0ffff17fffedffff87ffff77"
    "fffeffffeaffff8bfffe3ffff93ffff87fffcbffff37ffff1fffff83ffffe1fffebfffe3ffff3fff"
    "ff2ffffa3ffffd9fffff17ffffc7fffff27ffffdefffffbffffff2fffff8fffffb7fff97fff8ffff"
    "fe6fffffc1fffff87ffffe7fffffc5ffffe5fffe4ffff2fffffd1fffff4ffffffefffffe3fffffc9"
    "fffff97fffb3ffffcffffb7fffcdffff4ffff9ffffd1ffffcffffeaffffafffffddffffeffffff4f"
    "ffff5fffffabffffa7ffffd7fffff9bffffecfffffb7fffff3fffffe8fffffd3fffffabfffff5fff"
    "ffff7ffffecfffffdbfffffbbfffff7ffffff0fffffbbf";

enum { ROOM = 512 };

static size_t from_hex(const char *hex, uint8_t *ret_bytes)
{
    size_t len = strlen(hex) / 2;
    for (size_t i = 0; i < len; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
        ret_bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return len;
}

/* Decodes from memory that ends where the code does. */
static bool decode(const uint8_t *code, size_t len, uint8_t *out, size_t room, size_t *ret_len)
{
    uint8_t *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy + 1, code, len);
    bool fine = huffman_decode(bytes_of(copy + 1, len), out, room, ret_len);
    free(copy);
    return fine;
}

/* Each octet has a code. */
static void all_symbols(void **state)
{
    (void)state;
    uint8_t code[ROOM * 2], out[ROOM];
    size_t len = from_hex(all_hex, code), decoded;
    assert_true(decode(code, len, out, sizeof out, &decoded));
    assert_int_equal(decoded, 256);
    for (size_t i = 0; i < 256; i++)
        assert_int_equal(out[i], i);
}

/* Text that is longer than the room for it is cut; how long it is is told. */
static void cut(void **state)
{
    (void)state;
    uint8_t code[ROOM * 2], out[ROOM];
    size_t len = from_hex(all_hex, code), decoded;
    for (size_t room = 0; room < 256; room++) {
        memset(out, 0xee, sizeof out);
        assert_true(decode(code, len, out, room, &decoded));
        assert_int_equal(decoded, 256);
        for (size_t i = 0; i < room; i++)
            assert_int_equal(out[i], i);
        assert_int_equal(out[room], 0xee);
    }
}

/* Texts of other lengths, so that the last code ends at each bit of an octet. */
static void ends(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *text; /* NULL: it is none */
    } cases[] = {
        {"", ""},
        {"1f", "a"},
        {"18c7", "aaa"},
        {"18c6318c63", "aaaaaaaa"},
        {"18c6318c631f", "aaaaaaaaa"},
        {"18c6318c6318c6318c631f", "aaaaaaaaaaaaaaaaa"},
        {"53", " "},
        {"52", NULL},       /* " " and 010 */
        {"1b", NULL},       /* "a" and 011 */
        {"1e", NULL},       /* "a" and 110 */
        {"1fff", NULL},     /* "a" and eleven ones */
        {"ff", NULL},       /* eight ones */
        {"fe3f", "!"},      /* ten bits, and six ones */
        {"fe", NULL},       /* of which some are missing */
        {"fffffffc", NULL}, /* the end of the text is 30 ones */
        {"ffffffff", NULL},
        {"1fffffffff", NULL}, /* likewise behind something */
        {"18c6318c6318c6318c631fffffffff", NULL},
        {"fffffff3", "\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t code[ROOM], out[ROOM];
        size_t len = from_hex(cases[i].hex, code), decoded;
        bool fine = decode(code, len, out, sizeof out, &decoded);
        if (fine != !!cases[i].text)
            fail_msg("%s is%s taken for a text", cases[i].hex, fine ? "" : " not");
        if (!fine)
            continue;
        assert_int_equal(decoded, strlen(cases[i].text));
        assert_memory_equal(out, cases[i].text, decoded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_symbols),
        cmocka_unit_test(cut),
        cmocka_unit_test(ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
