/* test_hpack.c - specifies decode/hpack.c: what blocks of compressed headers say, from the start of
 * a connection and from later on.
 *
 * Blocks are written in hexadecimal. What they say is a line a field: "name: value", with "#1" in
 * the place of what is not known. */
#include "decode/hpack.h"

#include <stdio.h>

#include "../check.h"
#include "decode/hpack_table.h"

struct story {
    char text[4096];
    size_t len;
    size_t fields;
};

static void add(struct story *s, const char *text, size_t len)
{
    if (len > sizeof s->text - 1 - s->len)
        len = sizeof s->text - 1 - s->len;
    memcpy(s->text + s->len, text, len);
    s->text[s->len += len] = '\0';
}

static void add_text(struct story *s, struct bytes text, bool known, uint32_t unknown)
{
    char number[24];
    int len = snprintf(number, sizeof number, "#%u", unknown);
    if (known)
        add(s, (const char *)text.at, text.len);
    else
        add(s, number, (size_t)len);
}

static void tell(void *ctx, const struct hpack_field *f)
{
    struct story *s = ctx;
    assert_true(f->cut || (f->unknown == 0) == (f->name_known && f->value_known));
    assert_true(f->cut || f->name_known || !f->name.len);
    assert_true(f->cut || f->value_known || !f->value.len);
    s->fields++;
    add_text(s, f->name, f->name_known, f->unknown);
    if (f->name_known || f->value_known) {
        add(s, ": ", 2);
        add_text(s, f->value, f->value_known, f->unknown);
    }
    add(s, "\n", 1);
}

static uint8_t nibble(char c)
{
    assert_non_null(strchr("0123456789abcdef", c));
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The block has memory of its own, so that a read past its end is seen. */
static struct bytes block_of(const char *hex)
{
    uint8_t *at = malloc(strlen(hex) / 2 + 1);
    size_t len = 0;
    assert_non_null(at);
    for (; *hex; hex += *hex == ' ' ? 1 : 2)
        if (*hex != ' ')
            at[len++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
    return bytes_of(realloc(at, len ? len : 1), len);
}

static bool read_hex(struct hpack *h, const char *hex, struct story *s)
{
    struct bytes block = block_of(hex);
    *s = (struct story){0};
    bool fine = hpack_read(h, block, tell, s);
    free((void *)block.at);
    return fine;
}

static void says(struct hpack *h, const char *hex, const char *expected)
{
    struct story s;
    if (!read_hex(h, hex, &s))
        fail_msg("%s is not taken for a block", hex);
    assert_string_equal(s.text, expected);
}

/* Nothing that was said before counts any longer. */
static void is_bad(struct hpack *h, const char *hex)
{
    struct story s;
    struct certainty before = h->certainty;
    uint32_t epoch = h->epoch;
    if (read_hex(h, hex, &s))
        fail_msg("%s is taken for a block", hex);
    assert_int_equal(h->epoch, epoch + 1);
    assert_true(h->joined);
    assert_int_equal(h->inserted, 0);
    assert_memory_equal(&before, &h->certainty, sizeof before);
}

static void holds(const struct hpack *h, uint32_t entries, uint32_t size)
{
    assert_int_equal(h->table ? h->table->count : 0, entries);
    assert_int_equal(h->table ? h->table->size : 0, size);
}

static struct hpack begun(void)
{
    struct hpack h;
    hpack_init(&h, false);
    return h;
}

static struct hpack joined(void)
{
    struct hpack h;
    hpack_init(&h, true);
    return h;
}

/* RFC 7541, C.2: each way to write a field. */
static void representations(void **state)
{
    (void)state;
    struct hpack h = begun();
    says(&h, "040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path\n");
    says(&h, "1008 7061 7373 776f 7264 0673 6563 7265 74", "password: secret\n");
    says(&h, "82", ":method: GET\n");
    holds(&h, 0, 0);
    assert_int_equal(hpack_memory(&h), 0);
    says(&h, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
         "custom-key: custom-header\n");
    holds(&h, 1, 55);
    says(&h, "be", "custom-key: custom-header\n");
    hpack_free(&h);
}

#define REQUEST_1 ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n"
#define REQUEST_2 REQUEST_1 "cache-control: no-cache\n"
#define REQUEST_3                                                                                  \
    ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\n"              \
    "custom-key: custom-value\n"

/* RFC 7541, C.3 and C.4: three requests, without and with Huffman code. */
static void requests(void **state)
{
    (void)state;
    static const char *const blocks[2][3] = {
        {"8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", "8286 84be 5808 6e6f 2d63 6163 6865",
         "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65"},
        {"8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "8286 84be 5886 a8eb 1064 9cbf",
         "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"},
    };
    for (int i = 0; i < 2; i++) {
        struct hpack h = begun();
        says(&h, blocks[i][0], REQUEST_1);
        holds(&h, 1, 57);
        says(&h, blocks[i][1], REQUEST_2);
        holds(&h, 2, 110);
        says(&h, blocks[i][2], REQUEST_3);
        holds(&h, 3, 164);
        hpack_free(&h);
    }
}

#define ANSWER(status, second)                                                                     \
    ":status: " status "\ncache-control: private\n"                                                \
    "date: Mon, 21 Oct 2013 20:13:" second " GMT\nlocation: https://www.example.com\n"

/* RFC 7541, C.5 and C.6: three answers and a table of 256, too small for all of it. */
static void answers(void **state)
{
    (void)state;
    static const char *const blocks[2][3] = {
        {"4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032"
         "303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 "
         "6f6d",
         "4803 3330 37c1 c0bf",
         "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04"
         "677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49"
         "553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31"},
        {"4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e"
         "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
         "4883 640e ffc1 c0bf",
         "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7"
         "821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed"
         "4ee5 b106 3d50 07"},
    };
    for (int i = 0; i < 2; i++) {
        struct hpack h = begun();
        says(&h, "3fe101", "");
        assert_int_equal(h.size_max, 256);
        says(&h, blocks[i][0], ANSWER("302", "21"));
        holds(&h, 4, 222);
        says(&h, blocks[i][1], ANSWER("307", "21"));
        holds(&h, 4, 222);
        says(&h, blocks[i][2],
             ANSWER("200", "22") "content-encoding: gzip\nset-cookie: "
                                 "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\n");
        holds(&h, 3, 215);
        hpack_free(&h);
    }
}

/* Numbers have up to 32 bits, in no more octets than those need (RFC 7541, 5.1). */
static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint32_t size;
    } cases[] = {
        {"20", 0},      {"3e", 30},           {"3f00", 31},
        {"3f01", 32},   {"3fe11f", 4096},     {"3fe0ffffff0f", UINT32_MAX},
        {"3f8000", 31}, {"3f8080808000", 31}, {"3e3f3a20 3f9a0a", 1337},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hpack h = begun();
        says(&h, cases[i].hex, "");
        assert_int_equal(h.size_max, cases[i].size);
        hpack_free(&h);
    }
}

/* What is no block, at the start of a connection. */
static void bad_blocks(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "80",           /* nothing is at index 0 */
        "be",           /* nor at the first of an empty table */
        "ffffffffff0f", /* nor far behind */
        "7e0161",
        "0f2f0161", /* nor is there a name */
        "ff",
        "7f",
        "3f",
        "0f", /* a number that ends too early */
        "ff80",
        "3f8080",
        "3fe1ffffff0f", /* 2^32 */
        "ffffffffffff0f",
        "3f808080808000",
        "40",
        "4001",
        "400161",
        "41",
        "4105 61626364",
        "417f",
        "417fffffffff0f",
        "82 20",
        "82 3fe11f", /* a size is said before the first field */
        "4181 18",   /* filled up with other bits than ones, */
        "4182 1fff", /* with eight or more, */
        "4181 ff",
        "4184 ffffffff",
        "4185 1fffffffff", /* with the end of the text */
        "4181 fe",
        "4182 ffff", /* a code that is not all there */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hpack h = begun();
        is_bad(&h, cases[i]);
        says(&h, "82", ":method: GET\n");
        hpack_free(&h);
    }
    struct hpack h = begun();
    says(&h, "", "");
    hpack_free(&h);
}

/* Fields before the error have been shown; they count for nothing, and what they inserted is gone.
 */
static void bad_later(void **state)
{
    (void)state;
    struct hpack h = begun();
    says(&h, "82 4001610162", ":method: GET\na: b\n");
    is_bad(&h, "3fe1ff03 82 4001630164 80");
    assert_int_equal(h.size_max, 4096);
    says(&h, "be", "#1\n");
    assert_int_equal(h.certainty.fields, 3);
    assert_int_equal(h.certainty.known, 2);
    hpack_free(&h);
}

/* The oldest go when a new one does not fit (RFC 7541, 4.4); who refers to them has lost count. */
static void eviction(void **state)
{
    (void)state;
    struct hpack h = begun();
    says(&h, "3f25 4001610162 4001630164", "a: b\nc: d\n"); /* 68: both fit */
    says(&h, "be bf", "c: d\na: b\n");
    says(&h, "4001650166", "e: f\n");
    says(&h, "be bf", "e: f\nc: d\n");
    holds(&h, 2, 68);
    is_bad(&h, "c0");
    hpack_free(&h);

    h = begun(); /* larger than the table: it is empty then, and that is no error */
    says(&h,
         "3f25 4001610162 4001610464646464 400a6161616161616161616119 62626262626262626262626262"
         "626262626262626262626262",
         "a: b\na: dddd\naaaaaaaaaa: bbbbbbbbbbbbbbbbbbbbbbbbb\n");
    holds(&h, 1, 67);
    says(&h,
         "400a6161616161616161616120 6262626262626262626262626262626262626262626262626262626262"
         "626262",
         "aaaaaaaaaa: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
    holds(&h, 0, 0);
    assert_false(h.joined);
    says(&h, "4001610162 be", "a: b\na: b\n");
    is_bad(&h, "bf");
    hpack_free(&h);

    h = begun(); /* 100, of which 68 stay in use: what was evicted does not come back */
    says(&h, "3f45 4001612162626262 6262626262626262 6262626262626262 6262626262626262 6262626262",
         "a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
    says(&h, "4001630164 4001650166", "c: d\ne: f\n");
    holds(&h, 2, 68);
    is_bad(&h, "c0");
    hpack_free(&h);
}

/* A smaller table evicts, a larger one brings nothing back; two sizes may be said at once. */
static void sizes(void **state)
{
    (void)state;
    struct hpack h = begun();
    says(&h, "4001610162 4001630164 4001650166", "a: b\nc: d\ne: f\n");
    says(&h, "3f25 bf", "c: d\n");
    holds(&h, 2, 68);
    says(&h, "3f24 be", "e: f\n");
    says(&h, "3fe11f be", "e: f\n");
    holds(&h, 1, 34);
    says(&h, "20 3fe11f", "");
    holds(&h, 0, 0);
    assert_false(h.joined);
    is_bad(&h, "be");
    hpack_free(&h);
}

/* An entry may be evicted by one that takes its name from it (RFC 7541, 4.4). */
static void name_of_the_evicted(void **state)
{
    (void)state;
    struct hpack h = begun();
    says(&h, "3f09 4002616101 62", "aa: b\n");
    says(&h, "7e036364 65", "aa: cde\n");
    holds(&h, 1, 37);
    says(&h, "be 7e06787878787878 be", "aa: cde\naa: xxxxxx\naa: xxxxxx\n");
    hpack_free(&h);
}

/* Positions count from the newest entry, so what came since we joined is found, and what was there
 * before keeps its number. */
static void join(void **state)
{
    (void)state;
    struct hpack h = joined();
    says(&h, "82 be c0 be", ":method: GET\n#1\n#3\n#1\n");
    says(&h, "4001610162 be bf c1", "a: b\na: b\n#1\n#3\n");
    says(&h, "4001630164 be bf c0", "c: d\nc: d\na: b\n#1\n");
    assert_int_equal(h.inserted, 2);
    assert_int_equal(h.certainty.fields, 12);
    assert_int_equal(h.certainty.known, 6);
    says(&h, "ffbc0f", "#2044\n");
    says(&h, "ffbe0f", "#2046\n"); /* the last position there can be */
    is_bad(&h, "ffbf0f");
    hpack_free(&h);
}

/* A value is known although its name is not, in its own block and in those that refer to it. */
static void unknown_names(void **state)
{
    (void)state;
    struct hpack h = joined();
    says(&h, "7f000161", "#2: a\n");
    says(&h, "be c0 7e0162", "#2: a\n#2\n#2: b\n");
    says(&h, "0f2f0163 1f300163 0f310163", "#2: c\n#2: c\n#1: c\n");
    says(&h, "be bf c0 c1", "#2: b\n#2: a\n#1\n#2\n");
    assert_int_equal(h.inserted, 2);
    hpack_free(&h);
}

/* Nothing is evicted from a table that we joined late, for we may take it for too small; and what
 * seems too large for it may have been inserted. */
static void join_without_eviction(void **state)
{
    (void)state;
    struct hpack h = joined();
    struct story s;
    char block[2 * 5000 + 32], *at = block;
    says(&h, "4001610162 4001630164", "a: b\nc: d\n");
    at += sprintf(at, "4001657f8926"); /* 5,000 */
    for (int i = 0; i < 5000; i++)
        at += sprintf(at, "78");
    assert_true(read_hex(&h, block, &s));
    assert_int_equal(s.fields, 1);
    says(&h, "4001670168", "g: h\n");
    assert_int_equal(h.inserted, 4);
    says(&h, "be c1 c2", "g: h\n#2049\n#1\n"); /* a: b was let go, and is no entry from before */
    hpack_free(&h);
}

/* We have not joined late any longer once the table has been emptied, or nothing more fits. */
static void known_whole(void **state)
{
    (void)state;
    struct hpack h = joined();
    says(&h, "4001610162 be bf", "a: b\na: b\n#1\n");
    says(&h, "20 3fe11f", "");
    assert_false(h.joined);
    holds(&h, 0, 0);
    is_bad(&h, "be");
    hpack_free(&h);

    h = joined();
    says(&h, "3f22 bf", "#2\n"); /* 65: two entries at most */
    assert_true(h.joined);
    says(&h, "4001610162", "a: b\n");
    assert_false(h.joined);
    says(&h, "be", "a: b\n");
    is_bad(&h, "bf");
    hpack_free(&h);

    h = joined();
    says(&h, "3f45 4001610162 4001630164", "a: b\nc: d\n"); /* 32 of 100 are left */
    assert_true(h.joined);
    says(&h, "4001650166", "e: f\n");
    assert_false(h.joined);
    holds(&h, 2, 68);
    hpack_free(&h);

    h = joined();
    says(&h, "3f22", "");
    is_bad(&h, "c0"); /* the third of two */
    hpack_free(&h);

    h = joined();
    says(&h, "4001610162 4001630164", "a: b\nc: d\n");
    says(&h, "3f05 be", "c: d\n"); /* 36 */
    assert_false(h.joined);
    holds(&h, 1, 34);
    hpack_free(&h);
}

/* After a loss nothing that was known is, nor does a number come again. */
static void epochs(void **state)
{
    (void)state;
    struct hpack h = begun();
    says(&h, "4001610162 be", "a: b\na: b\n");
    hpack_forget(&h);
    assert_int_equal(h.epoch, 1);
    assert_true(h.joined);
    says(&h, "be bf", "#1\n#2\n");
    hpack_forget(&h);
    says(&h, "be 4001610162 bf be", "#3\na: b\n#3\na: b\n");
    hpack_forget(&h);
    hpack_forget(&h);
    assert_int_equal(h.epoch, 4);
    says(&h, "c0 be", "#6\n#4\n");
    hpack_free(&h);
}

/* A block being built: field by field, to its hexadecimal form. */
struct builder {
    char hex[1 << 20];
    size_t len;
};

static void write_hex(struct builder *b, const char *hex)
{
    size_t len = strlen(hex);
    assert_true(len < sizeof b->hex - b->len);
    memcpy(b->hex + b->len, hex, len + 1);
    b->len += len;
}

/* `start`: the first octet, with all bits of the length's prefix set. */
static void write_length(struct builder *b, uint8_t start, uint8_t prefix_max, size_t len)
{
    char octet[3];
    snprintf(octet, sizeof octet, "%02x", start);
    write_hex(b, octet);
    for (len -= prefix_max; len >= 0x80; len >>= 7) {
        snprintf(octet, sizeof octet, "%02x", (unsigned)(len & 0x7f) | 0x80);
        write_hex(b, octet);
    }
    snprintf(octet, sizeof octet, "%02x", (unsigned)len);
    write_hex(b, octet);
}

/* A text of `len` times x, 127 or more. */
static void write_text(struct builder *b, size_t len)
{
    write_length(b, 0x7f, 0x7f, len);
    for (size_t i = 0; i < len; i++)
        write_hex(b, "78");
}

static void write_inserted(struct builder *b, const char *name_hex, size_t value_len)
{
    write_hex(b, name_hex);
    write_text(b, value_len);
}

/* Reads what was built, and begins anew. */
static size_t read_built(struct hpack *h, struct builder *b)
{
    struct story s;
    assert_true(read_hex(h, b->hex, &s));
    b->len = 0;
    return s.fields;
}

/* Some fields of a block, and some text, are enough. The others still count for the table. */
static void much_in_a_block(void **state)
{
    (void)state;
    static struct builder b;
    struct hpack h = begun();
    for (int i = 0; i < 1100; i++)
        write_hex(&b, i == 1099 ? "4001610162" : "82");
    assert_int_equal(read_built(&h, &b), HPACK_FIELDS_MAX);
    assert_int_equal(h.shortened, 1100 - HPACK_FIELDS_MAX);
    says(&h, "be", "a: b\n");

    write_inserted(&b, "400179", 3999);
    for (int i = 0; i < 99; i++)
        write_hex(&b, "be");
    write_hex(&b, "82");
    h.shortened = 0;
    assert_int_equal(read_built(&h, &b), HPACK_TEXT_MAX / 4000 + 1);
    assert_int_equal(h.shortened, 100 - HPACK_TEXT_MAX / 4000);
    hpack_free(&h);
}

/* A text that is too long is shown cut, and what it was is not known any more. */
static void long_text(void **state)
{
    (void)state;
    static struct builder b;
    struct hpack h = begun();
    says(&h, "3fe1ff03", ""); /* 65,536 */
    write_inserted(&b, "400179", HPACK_STRING_MAX);
    assert_int_equal(read_built(&h, &b), 1);
    assert_int_equal(h.shortened, 0);
    assert_int_equal(h.certainty.known, 1);
    write_inserted(&b, "400179", HPACK_STRING_MAX + 1);
    assert_int_equal(read_built(&h, &b), 1);
    assert_int_equal(h.shortened, 1);
    assert_int_equal(h.certainty.known, 1);
    holds(&h, 2, 2 * (33 + HPACK_STRING_MAX) + 1);
    says(&h, "be", "y: #2050\n");

    write_hex(&b, "40"); /* a name */
    write_text(&b, HPACK_STRING_MAX + 1);
    write_hex(&b, "0161");
    assert_int_equal(read_built(&h, &b), 1);
    says(&h, "be bf 7e0162 c0", "#2051: a\ny: #2050\n#2051: b\ny: #2050\n");
    says(&h, "7f010163", "y: c\n");

    write_hex(&b, "04"); /* Huffman code that is shorter than the limit, but its text is not */
    write_length(&b, 0xff, 0x7f, 10245);
    for (int i = 0; i < 10245; i++)
        write_hex(&b, "00");
    assert_int_equal(read_built(&h, &b), 1);
    assert_int_equal(h.shortened, 3);
    hpack_free(&h);
}

/* Of a table larger than we keep, the older entries are placeholders; and how many of them there
 * may be follows from its size. */
static void large_table(void **state)
{
    (void)state;
    static struct builder b;
    struct hpack h = begun();
    says(&h, "3fe1d304", ""); /* 76,288 */
    for (int i = 0; i < 6; i++)
        write_inserted(&b, "400179", 12000);
    read_built(&h, &b);
    holds(&h, 5, 5 * 12033);
    assert_false(h.joined);
    says(&h, "c3", "#2049\n");
    is_bad(&h, "c4");
    hpack_free(&h);

    h = begun();
    says(&h, "3fe1ff07 4001610162", "a: b\n"); /* 131,072 */
    write_inserted(&b, "400179", 70000);
    read_built(&h, &b);
    holds(&h, 0, 0);
    says(&h, "be bf 4001630164 be bf", "#2050\n#2049\nc: d\nc: d\n#2050\n");
    is_bad(&h, "c1");
    hpack_free(&h);

    h = joined(); /* neither name nor value: another entry than the one its name is from */
    says(&h, "3fe1ff03", "");
    write_inserted(&b, "7e", HPACK_STRING_MAX + 1);
    read_built(&h, &b);
    says(&h, "be bf", "#2049\n#1\n");
    hpack_free(&h);
}

/* Few bytes may insert much text: after some of it, the others are placeholders. */
static void much_inserted(void **state)
{
    (void)state;
    static struct builder b;
    struct hpack h = begun();
    says(&h, "3fe1ff03", "");
    write_hex(&b, "40");
    write_text(&b, 16000);
    write_hex(&b, "00");
    for (int i = 1; i < 20; i++)
        write_hex(&b, "7e00");
    write_hex(&b, "4001610162");
    read_built(&h, &b);
    says(&h, "be bf c1 c2", "a: b\n#2065: \n#2065: \n#2065\n"); /* the seventeenth of twenty-one */
    assert_false(h.joined);
    hpack_free(&h);
}

/* Memory goes with the table that the encoder uses: as long as it has not said otherwise that is
 * the one that HTTP/2 begins with, unless it refers further back. */
static void memory(void **state)
{
    (void)state;
    static struct builder b;
    for (int late = 0; late < 2; late++) {
        struct hpack h;
        hpack_init(&h, late);
        assert_int_equal(hpack_memory(&h), 0);
        for (int i = 0; i < 3000; i++)
            if (i % 3)
                write_hex(&b, "400000");
            else
                write_inserted(&b, "40024142", 127 + (size_t)i % 500);
        read_built(&h, &b);
        assert_true(h.table->size <= 4096);
        assert_in_range(hpack_memory(&h), 1, 8192);
        hpack_free(&h);
    }
    struct hpack h = joined();
    for (uint32_t room = 4096; room <= HPACK_TABLE_MAX; room *= 2) {
        for (int i = 0; i < 100; i++)
            write_inserted(&b, "400179", 1000);
        read_built(&h, &b);
        holds(&h, room / 1033, room / 1033 * 1033);
        write_hex(&b, "ff22"); /* the hundredth */
        read_built(&h, &b);
    }
    assert_in_range(hpack_memory(&h), 1, HPACK_TABLE_MAX + 8192);
    hpack_free(&h);
}

/* The share of known fields, of all and of late. */
static void certainty(void **state)
{
    (void)state;
    struct hpack h = joined();
    for (int i = 0; i < 255; i++)
        says(&h, "be", "#1\n");
    assert_int_equal(h.certainty.late_fields, 255);
    assert_int_equal(h.certainty.late_known, 0);
    says(&h, "82", ":method: GET\n");
    assert_int_equal(h.certainty.late_fields, 128);
    for (int i = 0; i < 128; i++)
        says(&h, "82", ":method: GET\n");
    assert_int_equal(h.certainty.late_fields, 128);
    assert_int_equal(h.certainty.late_known, 64);
    assert_int_equal(h.certainty.fields, 384);
    assert_int_equal(h.certainty.known, 129);
    hpack_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(representations),
        cmocka_unit_test(requests),
        cmocka_unit_test(answers),
        cmocka_unit_test(numbers),
        cmocka_unit_test(bad_blocks),
        cmocka_unit_test(bad_later),
        cmocka_unit_test(eviction),
        cmocka_unit_test(sizes),
        cmocka_unit_test(name_of_the_evicted),
        cmocka_unit_test(join),
        cmocka_unit_test(unknown_names),
        cmocka_unit_test(join_without_eviction),
        cmocka_unit_test(known_whole),
        cmocka_unit_test(epochs),
        cmocka_unit_test(much_in_a_block),
        cmocka_unit_test(long_text),
        cmocka_unit_test(large_table),
        cmocka_unit_test(much_inserted),
        cmocka_unit_test(memory),
        cmocka_unit_test(certainty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
