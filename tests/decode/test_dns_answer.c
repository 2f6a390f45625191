/* test_dns_answer.c - specifies decode/dns_answer.c: which addresses an answer gives to the name
 * that was asked for. */
#include "decode/dns_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <cmocka.h>

static struct {
    uint8_t at[65536];
    size_t len;
} message;

static void put(const void *at, size_t len)
{
    memcpy(message.at + message.len, at, len);
    message.len += len;
}

static void put16(unsigned value)
{
    put((const uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void put_name(const char *name)
{
    while (*name) {
        uint8_t len = (uint8_t)strcspn(name, ".");
        put(&len, 1);
        put(name, len);
        name += len + (name[len] == '.');
    }
    put("", 1);
}

static void put_address(int family, const char *text)
{
    uint8_t address[16];
    assert_int_equal(inet_pton(family, text, address), 1);
    put(address, family == AF_INET ? 4 : 16);
}

/* "1 target key=address" */
static void put_service(const char *data)
{
    char target[256], hint[64] = "";
    unsigned priority, key;
    int fields = sscanf(data, "%u %255s %u=%63s", &priority, target, &key, hint);
    put16(priority);
    put_name(strcmp(target, ".") == 0 ? "" : target);
    if (fields < 4)
        return;
    put16(1); /* alpn comes before hints */
    put16(3);
    put("\2h2", 3);
    put16(key);
    put16(key == 4 ? 4 : 16);
    put_address(key == 4 ? AF_INET : AF_INET6, hint);
}

static unsigned put_data(const char *type, const char *data)
{
    if (strcmp(type, "A") == 0)
        return put_address(AF_INET, data), DNS_A;
    if (strcmp(type, "AAAA") == 0)
        return put_address(AF_INET6, data), DNS_AAAA;
    if (strcmp(type, "HTTPS") == 0)
        return put_service(data), DNS_HTTPS;
    if (strcmp(type, "SRV") == 0) {
        put("\0\0\0\0\x1f\x90", 6);
        return put_name(data), DNS_SRV;
    }
    assert_string_equal(type, "CNAME");
    return put_name(data), DNS_CNAME;
}

/* Records, a line each: "owner ttl type data". Returns how many. */
static unsigned put_records(const char *lines)
{
    unsigned count = 0;
    for (; *lines; count++, lines += strcspn(lines, "\n") + 1) {
        char owner[256], type[16], data[256];
        unsigned ttl;
        assert_int_equal(sscanf(lines, "%255s %u %15s %255[^\n]", owner, &ttl, type, data), 4);
        put_name(owner);
        size_t head = message.len;
        put16(0);
        put16(DNS_IN);
        put16(ttl >> 16);
        put16(ttl);
        put16(0);
        unsigned number = put_data(type, data);
        size_t len = message.len - head - 10;
        message.at[head] = (uint8_t)(number >> 8);
        message.at[head + 1] = (uint8_t)number;
        message.at[head + 8] = (uint8_t)(len >> 8);
        message.at[head + 9] = (uint8_t)len;
    }
    return count;
}

static void make(const char *asked, const char *answers, const char *additionals)
{
    message.len = 0;
    put("\0\1\x81\0\0\1\0\0\0\0\0\0", 12);
    put_name(asked);
    put("\0\1\0\1", 4);
    unsigned count = put_records(answers);
    message.at[6] = (uint8_t)(count >> 8);
    message.at[7] = (uint8_t)count;
    message.at[11] = (uint8_t)put_records(additionals);
}

static const char *tell(struct bytes in)
{
    static char story[8192];
    struct dns_answer a;
    if (!dns_read_answer(in, &a))
        return "";
    size_t len = (size_t)snprintf(story, sizeof story, "%s:", a.name);
    for (size_t i = 0; i < a.len; i++) {
        char address[ADDRESS_TEXT_MAX];
        address_to_text(&a.at[i].address, address, sizeof address);
        len += (size_t)snprintf(story + len, sizeof story - len, " %s/%u", address,
                                (unsigned)a.at[i].ttl);
    }
    return story;
}

static const struct row {
    const char *what, *asked, *answers, *additionals, *story;
} rows[] = {
    {"one address", "cart.shop", "cart.shop 60 A 10.0.0.1\n", "", "cart.shop: 10.0.0.1/60"},
    {"several, each once", "cart.shop",
     "cart.shop 5 A 10.0.0.1\ncart.shop 5 A 10.0.0.2\ncart.shop 5 A 10.0.0.1\n"
     "cart.shop 6 AAAA 2001:db8::1\n",
     "", "cart.shop: 10.0.0.1/5 10.0.0.2/5 2001:db8::1/6"},
    {"what was not asked for is not believed", "cart.shop",
     "bank.example 60 A 10.0.0.9\ncart.shop 60 A 10.0.0.1\nshop 60 A 10.0.0.8\n",
     "cart.shop.example 60 A 10.0.0.7\nbank.example 60 A 10.0.0.6\n", "cart.shop: 10.0.0.1/60"},
    {"capitals", "Cart.SHOP", "cART.shop 60 A 10.0.0.1\n", "", "cart.shop: 10.0.0.1/60"},
    {"an alias: under the name asked for, for the least time on the way", "cart.shop",
     "cart.shop 7 CNAME web.shop\nweb.shop 60 A 10.0.0.1\n", "", "cart.shop: 10.0.0.1/7"},
    {"aliases in any order", "cart.shop",
     "c.shop 60 A 10.0.0.1\nb.shop 9 CNAME c.shop\ncart.shop 60 CNAME b.shop\n", "",
     "cart.shop: 10.0.0.1/9"},
    {"in a circle", "cart.shop", "cart.shop 60 CNAME b.shop\nb.shop 60 CNAME cart.shop\n", "", ""},
    {"to nowhere", "cart.shop", "cart.shop 60 CNAME b.shop\n", "", ""},
    {"the hosts of a service", "_http._tcp.cart.shop",
     "_http._tcp.cart.shop 30 SRV one.shop\n_http._tcp.cart.shop 30 SRV two.shop\n",
     "one.shop 60 A 10.0.0.1\ntwo.shop 20 A 10.0.0.2\nthree.shop 60 A 10.0.0.3\n",
     "cart.shop: 10.0.0.1/30 10.0.0.2/20"},
    {"hints", "cart.shop",
     "cart.shop 30 HTTPS 1 . 4=10.0.0.1\ncart.shop 30 HTTPS 2 . 6=2001:db8::1\n", "",
     "cart.shop: 10.0.0.1/30 2001:db8::1/30"},
    {"the host that serves it", "cart.shop", "cart.shop 30 HTTPS 1 web.shop\n",
     "web.shop 60 A 10.0.0.1\n", "cart.shop: 10.0.0.1/30"},
    {"beside no answer", "cart.shop", "", "cart.shop 60 A 10.0.0.1\n", ""},
    {"no address of anybody", "cart.shop", "cart.shop 60 AAAA ::\n", "", ""},
    /* names that are none of hosts */
    {"an address", "10.0.0.5", "10.0.0.5 60 A 10.0.0.1\n", "", ""},
    {"nothing but the service", "_http._tcp", "_http._tcp 60 A 10.0.0.1\n", "", ""},
    {"other bytes", "<b>.shop", "<b>.shop 60 A 10.0.0.1\n", "", ""},
    {"the root", "", ". 60 A 10.0.0.1\n", "", ""},
};

static void answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make(rows[i].asked, rows[i].answers, rows[i].additionals);
        const char *story = tell(bytes_of(message.at, message.len));
        if (strcmp(story, rows[i].story) != 0)
            print_error("%s\n", rows[i].what);
        assert_string_equal(story, rows[i].story);
    }
}

/* A part of an answer tells what is whole in it. */
static void beginnings(void **state)
{
    (void)state;
    static const char first[] = "cart.shop: 10.0.0.1/60",
                      both[] = "cart.shop: 10.0.0.1/60 10.0.0.2/60";
    make("cart.shop", "cart.shop 60 A 10.0.0.1\ncart.shop 60 A 10.0.0.2\n", "");
    size_t question = 12 + 11 + 4, record = 11 + 10 + 4;
    for (size_t len = 0; len <= message.len; len++) {
        size_t records = len < question ? 0 : (len - question) / record;
        const char *story = records > 1 ? both : records ? first : "";
        uint8_t *copy = malloc(len ? len : 1);
        assert_non_null(copy);
        memcpy(copy, message.at, len);
        assert_string_equal(tell(bytes_of(copy, len)), story);
        free(copy);
    }
}

/* Errors, and questions, give no address, whatever else is in them. */
static void others(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
    } changes[] = {{2, 0x01}, {3, 0x03}, {2, 0xa0}, {5, 2}, {5, 0}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        make("cart.shop", "cart.shop 60 A 10.0.0.1\n", "");
        message.at[changes[i].at] = changes[i].byte;
        assert_string_equal(tell(bytes_of(message.at, message.len)), "");
    }
}

/* A long answer is read up to its limits. */
static void limits(void **state)
{
    (void)state;
    static char lines[65536];
    size_t len = 0;
    for (int i = 0; i < 100; i++)
        len += (size_t)sprintf(lines + len, "cart.shop 60 A 10.0.1.%d\n", i);
    make("cart.shop", lines, "");
    struct dns_answer a;
    assert_true(dns_read_answer(bytes_of(message.at, message.len), &a));
    assert_int_equal(a.len, DNS_ADDRESSES_MAX);

    len = (size_t)sprintf(lines, "cart.shop 60 CNAME a0.shop\n");
    for (int i = 0; i < 100; i++)
        len += (size_t)sprintf(lines + len, "a%d.shop 60 CNAME a%d.shop\n", i, i + 1);
    sprintf(lines + len, "a100.shop 60 A 10.0.0.1\na5.shop 60 A 10.0.0.2\n");
    make("cart.shop", lines, "");
    assert_string_equal(tell(bytes_of(message.at, message.len)), "cart.shop: 10.0.0.2/60");

    sprintf(lines, "%s.shop 60 A 10.0.0.1\n", /* a name of 128 bytes */
            "012345678901234567890123456789.012345678901234567890123456789."
            "012345678901234567890123456789.012345678901234567890123456789");
    char asked[160];
    sscanf(lines, "%159s", asked);
    assert_int_equal(strlen(asked), 128);
    make(asked, lines, "");
    assert_string_equal(tell(bytes_of(message.at, message.len)), "");
}

static void how_long(void **state)
{
    (void)state;
    static const struct {
        uint32_t ttl;
        uint64_t seconds;
    } times[] = {{0, 360},         {59, 360},        {60, 360},           {61, 361},
                 {604800, 605100}, {604801, 605100}, {INT32_MAX, 605100}, {0x80000000, 360}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        assert_int_equal(dns_until_ns(5, times[i].ttl), times[i].seconds * 1000000000 + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers), cmocka_unit_test(beginnings), cmocka_unit_test(others),
        cmocka_unit_test(limits),  cmocka_unit_test(how_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
