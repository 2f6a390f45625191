/* test_tls_record.c - specifies decode/tls_record.c. */
#include "decode/tls_record.h"

#include <stdio.h>

#include "tests/check.h"
#include "tls_make.h"

static int anew(void **state)
{
    (void)state;
    tls_make_anew();
    return 0;
}

static void headers(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        enum tls_found found;
    } rows[] = {
        {"1603010200", TLS_WHOLE}, {"1503030002", TLS_WHOLE}, {"1703034800", TLS_WHOLE},
        {"1703040001", TLS_WHOLE}, {"1703030000", TLS_WHOLE}, {"16", TLS_PART},
        {"160303", TLS_PART},      {"16030302", TLS_PART},    {"", TLS_PART},
        {"1303010200", TLS_NONE},  {"19", TLS_NONE},          {"1602", TLS_NONE},
        {"160305", TLS_NONE},      {"1703034801", TLS_NONE},  {"1603030000", TLS_NONE},
        {"48545450", TLS_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tls_record r;
        if (tls_read_record(tls_hex(rows[i].hex), &r) != rows[i].found)
            fail_msg("%s", rows[i].hex);
    }
}

/* How many are chained, and do they end where the bytes do? */
static void chains(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        unsigned count;
        bool exact;
    } rows[] = {
        {"17030300021122 1703030001ff", 2, true},
        {"17030300021122 1703030001", 2, false},
        {"17030300021122 170303", 1, false},
        {"17030300021122 474554", 0, false}, /* what follows is none, so the first was none */
        {"1703030100aabb", 1, false},
        {"170303000111 170303000111 170303000111 474554", 3, false}, /* no more were asked for */
        {"474554", 0, false},
        {"", 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool exact;
        unsigned count = tls_count_records(tls_hex(rows[i].hex), 3, &exact);
        if (count != rows[i].count || (count && exact != rows[i].exact))
            fail_msg("%s: %u, %d", rows[i].hex, count, exact);
    }
}

/* What comes out of content that is cut into records of `size`: "1:5 14:0 11:16384+". */
static void tell(struct bytes content, size_t size, const char *expected)
{
    struct tls_messages m = {0};
    char told[256] = "";
    for (; content.len; content = bytes_after(content, size)) {
        struct bytes rest = bytes_first(content, size);
        struct tls_message message;
        tls_messages_record(&m, rest);
        while (tls_messages_next(&m, &rest, &message)) {
            size_t at = strlen(told);
            snprintf(told + at, sizeof told - at, "%s%d:%zu%s", at ? " " : "", message.type,
                     message.body.len, message.cut ? "+" : "");
        }
    }
    tls_messages_free(&m);
    if (strcmp(told, expected) != 0)
        fail_msg("records of %zu: '%s', not '%s'", size, told, expected);
}

static void messages(void **state)
{
    (void)state;
    struct bytes few = JOIN(tls_message(2, tls_noise(70)), tls_message(11, tls_noise(300)),
                            tls_message(14, tls_noise(0)), tls_message(12, tls_noise(30)),
                            tls_message(1, tls_noise(0)));
    for (size_t size = 1; size <= few.len; size++)
        tell(few, size, "2:70 11:300 14:0 12:0+ 1:0");
    struct bytes longer = JOIN(tls_message(11, tls_noise(20000)), tls_message(12, tls_noise(20000)),
                               tls_message(2, tls_noise(5)));
    static const size_t sizes[] = {1, 100, 16384, 50000};
    for (size_t i = 0; i < 4; i++)
        tell(longer, sizes[i], "11:16384+ 12:0+ 2:5");
}

/* Behind a hole messages are found again in a record that they fill to the byte. */
static void after_a_hole(void **state)
{
    (void)state;
    struct tls_messages m = {0};
    struct tls_message message;
    struct bytes tail = tls_noise(100), whole = tls_message(14, tls_noise(0)), rest;
    struct bytes begun = bytes_first(tls_message(11, tls_noise(500)), 60);
    rest = begun;
    tls_messages_record(&m, begun);
    assert_false(tls_messages_next(&m, &rest, &message));
    tls_messages_lose(&m);
    rest = tail;
    tls_messages_record(&m, tail);
    assert_false(tls_messages_next(&m, &rest, &message));
    rest = whole;
    tls_messages_record(&m, whole);
    assert_true(tls_messages_next(&m, &rest, &message));
    assert_int_equal(message.type, 14);
    tls_messages_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(headers, anew),
        cmocka_unit_test_setup(chains, anew),
        cmocka_unit_test_setup(messages, anew),
        cmocka_unit_test_setup(after_a_hole, anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
