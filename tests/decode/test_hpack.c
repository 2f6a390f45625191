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
    assert_true(read_hex(h, hex, &s));
    assert_string_equal(s.text, expected);
}

/* Nothing that was said before counts any longer. */
__attribute__((unused)) static void is_bad(struct hpack *h, const char *hex)
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

__attribute__((unused)) static struct hpack joined(void)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(representations),
        cmocka_unit_test(requests),
        cmocka_unit_test(answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
