/* test_dns_message.c - specifies decode/dns_message.c and decode/dns_words.c: names, and what is a
 * message. */
#include "decode/dns_message.h"
#include "dns_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define WIRE(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)text, sizeof(text) - 1                                                    \
    }
#define HEAD "\0\1\1\0\0\1\0\0\0\0\0\0"

/* A copy that ends where memory ends, for one read too far to be seen. */
static struct bytes copy_of(struct bytes in)
{
    uint8_t *copy = malloc(in.len ? in.len : 1);
    assert_non_null(copy);
    if (in.len)
        memcpy(copy, in.at, in.len);
    return bytes_of(copy, in.len);
}

static void free_copy(struct bytes copy)
{
    free((void *)(uintptr_t)copy.at);
}

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define LABEL_63 "\77" SIXTY "012"

static const struct name {
    struct bytes question; /* behind a header: a name, type and class */
    const char *text;      /* NULL: bad; "": not whole */
} names[] = {
    {WIRE(CART A), "cart.shop"},
    {WIRE("\4CArT\4shop\0" A), "cart.shop"},
    {WIRE("\0" A), "."},
    {WIRE("\5_http\4_tcp\0" A), "_http._tcp"},
    {WIRE("\3a.b\3\\\"\x7f\3\0\1 \0" A), "a\\.b.\\\\\"\\127.\\000\\001\\032"},
    {WIRE("\2\xc3\xa9\0" A), "\\195\\169"},
    {WIRE(LABEL_63 LABEL_63 LABEL_63 "\75" SIXTY "0\0" A),
     SIXTY "012." SIXTY "012." SIXTY "012." SIXTY "0"}, /* 255 bytes */
    {WIRE(LABEL_63 LABEL_63 LABEL_63 "\76" SIXTY "01\0" A), NULL},
    {WIRE("\100" SIXTY "0123\0" A), NULL}, /* labels of kinds that there are not */
    {WIRE("\200\0" A), NULL},
    {WIRE("\4cart\4sho"), ""},
    {WIRE(CART "\0\1\0"), ""},
    /* pointers */
    {WIRE("\4cart\xc0\x17\0\1\0\1\4shop\0"), "cart.shop"}, /* as some servers read, and answer */
    {WIRE("\xc0\x0c" A), NULL},                            /* to itself */
    {WIRE("\1a\xc0\x0c" A), NULL},                         /* in a circle */
    {WIRE("\xc0"), ""},
    {WIRE("\xff\xff" A), ""},
    {WIRE("\xc0\0" A), "."}, /* into the header: an empty label is one */
};

static void names_of_questions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint8_t message[512] = HEAD;
        memcpy(message + DNS_HEADER, names[i].question.at, names[i].question.len);
        struct bytes whole = copy_of(bytes_of(message, DNS_HEADER + names[i].question.len));
        struct dns_reader r;
        struct dns_question q;
        char text[DNS_NAME_TEXT_MAX] = "";
        assert_true(dns_read_header(&r, whole));
        bool read = dns_read_question(&r, &q);
        if (read)
            dns_name_text(&q.name, text, sizeof text);
        if (read != (names[i].text && names[i].text[0]) || r.bad != !names[i].text)
            print_error("name %zu: %s\n", i, text);
        assert_int_equal(read, names[i].text && names[i].text[0]);
        assert_int_equal(r.bad, !names[i].text);
        assert_string_equal(text, read ? names[i].text : "");
        assert_false(dns_read_question(&r, &q) && !read);
        free_copy(whole);
    }
}

/* Twenty pointers may follow each other, and no more. */
static void chains_of_pointers(void **state)
{
    (void)state;
    for (size_t jumps = DNS_JUMPS_MAX; jumps <= DNS_JUMPS_MAX + 1; jumps++) {
        uint8_t message[256] = HEAD "\0\0"; /* the last points to an empty label */
        size_t len = DNS_HEADER + 2;
        for (size_t i = 0; i + 1 < jumps; i++) {
            message[len] = 0xc0;
            message[len + 1] = (uint8_t)(i ? len - 2 : DNS_HEADER);
            len += 2;
        }
        size_t at = len;
        memcpy(message + len, (const uint8_t[]){0xc0, (uint8_t)(len - 2), 0, 1, 0, 1}, 6);
        struct dns_record record = {.owner = {.whole = bytes_of(message, len + 6)},
                                    .data = bytes_of(message + at, 6)};
        struct dns_name name;
        assert_int_equal(dns_name_in(&record, 0, &name), jumps == DNS_JUMPS_MAX);
    }
}

static void equal_names(void **state)
{
    (void)state;
    static const uint8_t bytes[] = HEAD CART "\4CART\4Shop\0"
                                             "\4cart\0"
                                             "\4cart\xc0\x11";
    struct bytes whole = bytes_of(bytes, sizeof bytes - 1);
    struct dns_record all = {.owner.whole = whole, .data = whole};
    struct dns_name cart, again, alone, pointing;
    assert_true(dns_name_in(&all, 12, &cart) && dns_name_in(&all, 23, &again));
    assert_true(dns_name_in(&all, 34, &alone) && dns_name_in(&all, 40, &pointing));
    assert_true(dns_name_equal(&cart, &again));
    assert_true(dns_name_equal(&cart, &pointing));
    assert_false(dns_name_equal(&cart, &alone));
    assert_false(dns_name_equal(&alone, &cart));
    alone.hash = cart.hash; /* which is no proof */
    assert_false(dns_name_equal(&cart, &alone));
    assert_false(dns_name_equal(&alone, &cart));
    assert_int_equal(dns_name_len(&cart), 11);
    assert_int_equal(dns_name_len(&pointing), 7);
}

#define NETBIOS "\40CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0"

static const struct message {
    struct bytes in;
    bool response;
    enum guess guess;
} messages[] = {
    {WIRE("\0\1" ASKS ONE CART A), false, GUESS_YES},
    {WIRE("\0\1" ASKS ONE CART A), true, GUESS_NO},
    {WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART), true, GUESS_YES},
    {WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART), false, GUESS_NO},
    {WIRE("\0\1\1\x30" ONE CART A), false, GUESS_YES}, /* with AD and CD */
    {WIRE("\0\1\0\0"
          "\0\1\0\0\0\0\0\1" CART A "\0\0\51\20\0\0\0\0\0\0\0"),
     false, GUESS_YES},
    {WIRE("\0\0\x84\0\0\0\0\1\0\0\0\0" CART "\0\1\x80\1\0\0\0\12\0\4\12\0\0\1"), true, GUESS_YES},
    {WIRE("\0\1" ASKS "\0\2\0\0\0\0\0\0" CART A DB A), false, GUESS_YES},
    {WIRE("\0\1" ASKS "\0\1\0\0\0\1\0\0" CART "\0\373\0\1" CART "\0\6\0\1\0\0\0\0\0\0"), false,
     GUESS_YES}, /* IXFR, with what the asker has */
    /* no messages */
    {WIRE("\0\1" ASKS ONE CART A "!"), false, GUESS_NO},       /* something behind it */
    {WIRE("\0\1" ASKS ONE CART "\0\1\0"), false, GUESS_NO},    /* something missing */
    {WIRE("\0\1" ASKS ONE CART "\0\0\0\1"), false, GUESS_NO},  /* type 0 */
    {WIRE("\0\1" ASKS ONE CART "\0\1\0\11"), false, GUESS_NO}, /* class 9 */
    {WIRE("\0\1\1\x40" ONE CART A), false, GUESS_NO},          /* the bit that is reserved */
    {WIRE("\0\1\1\3" ONE CART A), false, GUESS_NO},            /* a question with an outcome */
    {WIRE("\0\1\x11\0" ONE CART A), false, GUESS_NO},          /* STATUS, which nobody sends */
    {WIRE("\0\1" ASKS "\0\0\0\0\0\0\0\0"), false, GUESS_NO},   /* nothing asked */
    {WIRE("\0\1" ANSWERED("\0") "\0\0\0\0\0\0\0\0"), true, GUESS_NO},
    {WIRE("\0\1" ASKS "\0\21\0\0\0\0\0\0" CART A), false, GUESS_NO},
    {WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") CART A "\xc0\x0c\0\1\0\1\0\0\0\1\0\3\12\0\0"), true,
     GUESS_NO}, /* an address of three bytes */
    {WIRE("\0\1\1\x10" ONE NETBIOS "\0\40\0\1"), false, GUESS_NO},
    {WIRE("\0\1\0\0" ONE NETBIOS "\0\41\0\1"), false, GUESS_NO},
    {WIRE("\0\1\0\0" ONE NETBIOS "\0\1\0\1"), false, GUESS_YES},
    {WIRE(""), false, GUESS_NO},
};

/* A beginning is never judged otherwise than the whole, but for not being clear yet. */
static void what_is_a_message(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        const struct message *m = &messages[i];
        for (size_t len = 0; len <= m->in.len; len++) {
            struct bytes copy = copy_of(bytes_first(m->in, len));
            enum guess guess = dns_check(copy, m->in.len, m->response);
            bool fits = guess == m->guess || (len < m->in.len && guess == GUESS_MORE);
            if (!fits)
                print_error("message %zu, %zu bytes of %zu: %d\n", i, len, m->in.len, guess);
            assert_true(fits);
            free_copy(copy);
        }
    }
}

/* Bytes of chance are no message: not one in two million. */
static void no_messages_in_chance(void **state)
{
    (void)state;
    uint64_t seed = 7;
    uint8_t bytes[64];
    for (int i = 0; i < 2000000; i++) {
        for (size_t at = 0; at < sizeof bytes; at += 8) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            memcpy(bytes + at, &seed, 8);
        }
        size_t len = DNS_HEADER + 5 + (seed >> 33) % 40;
        assert_int_not_equal(dns_check(bytes_of(bytes, len), len, i & 1), GUESS_YES);
    }
}

static void words(void **state)
{
    (void)state;
    char text[DNS_WORD_MAX];
    static const struct {
        unsigned number;
        const char *type, *rcode;
    } rows[] = {
        {0, "TYPE0", "NOERROR"}, {1, "A", "FORMERR"},      {2, "NS", "SERVFAIL"},
        {5, "CNAME", "REFUSED"}, {12, "PTR", "RCODE12"},   {16, "TXT", "BADVERS"},
        {28, "AAAA", "RCODE28"}, {65, "HTTPS", "RCODE65"}, {65535, "TYPE65535", "RCODE65535"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dns_type_text((uint16_t)rows[i].number, text);
        assert_string_equal(text, rows[i].type);
        dns_rcode_text(rows[i].number, text);
        assert_string_equal(text, rows[i].rcode);
    }
    dns_opcode_text(4, text);
    assert_string_equal(text, "NOTIFY");
    dns_opcode_text(3, text);
    assert_string_equal(text, "OPCODE3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_questions),    cmocka_unit_test(chains_of_pointers),
        cmocka_unit_test(equal_names),           cmocka_unit_test(what_is_a_message),
        cmocka_unit_test(no_messages_in_chance), cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
