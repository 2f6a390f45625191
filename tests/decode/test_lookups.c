/* test_lookups.c - specifies decode/lookups.c: what each client calls an address, by what it asked.
 */
#include "decode/lookups.h"
#include "dns_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
#define WIRE(text) bytes_of(text, sizeof(text) - 1)

#define ASK_CART WIRE("\0\1" ASKS ONE CART A)
#define CART_IS WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART)
#define ASK_DB WIRE("\0\2" ASKS ONE DB A)
#define DB_IS WIRE("\0\2" ANSWERED("\0") ONE_AND("\1") DB A AT_CART)

static struct lookups *lookups;
static uint64_t now_s;
static unsigned evicted;

static int begin(void **state)
{
    (void)state;
    lookups = lookups_new(&(struct hash_key){{1, 2}});
    now_s = 1000;
    evicted = 0;
    return lookups ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    lookups_free(lookups);
    return 0;
}

static struct address at(const char *text)
{
    struct address a;
    assert_true(address_from_text(text, &a));
    return a;
}

/* Between a client's port 40000 and a server's port 53. */
static struct packet packet(const char *from, const char *to, bool by_server, struct bytes payload)
{
    return (struct packet){.time_ns = now_s * SECOND,
                           .source = at(from),
                           .destination = at(to),
                           .source_port = by_server ? 53 : 40000,
                           .destination_port = by_server ? 40000 : 53,
                           .protocol = IPPROTO_UDP,
                           .payload = payload};
}

static void learn(const struct packet *p)
{
    evicted += lookups_learn(lookups, p);
}

static void asks(const char *client, struct bytes payload)
{
    struct packet p = packet(client, "10.0.0.53", false, payload);
    learn(&p);
}

static void hears(const char *client, struct bytes payload)
{
    struct packet p = packet("10.0.0.53", client, true, payload);
    learn(&p);
}

static void assert_calls(const char *client, const char *address, const char *name)
{
    struct address from = at(client), to = at(address);
    struct asked_name *held = lookups_hold(lookups, 0, &from, &to, now_s * SECOND);
    assert_string_equal(asked_name_text(held), name);
    lookups_release(lookups, held);
}

static void what_was_asked(void **state)
{
    (void)state;
    assert_calls("10.1.0.1", "10.0.0.1", "");
    asks("10.1.0.1", ASK_CART);
    assert_calls("10.1.0.1", "10.0.0.1", "");
    hears("10.1.0.1", CART_IS);
    assert_calls("10.1.0.1", "10.0.0.1", "cart.shop");
    assert_calls("10.1.0.2", "10.0.0.1", ""); /* another client has not asked */
    assert_calls("10.0.0.1", "10.1.0.1", "");
    assert_calls("10.1.0.1", "10.0.0.2", "");
}

/* A mirror may show a question a moment after its answer. */
static void answered_first(void **state)
{
    (void)state;
    hears("10.1.0.1", CART_IS);
    assert_calls("10.1.0.1", "10.0.0.1", "");
    asks("10.1.0.1", ASK_DB);
    assert_calls("10.1.0.1", "10.0.0.1", "");
    asks("10.1.0.1", ASK_CART);
    assert_calls("10.1.0.1", "10.0.0.1", "cart.shop");
    hears("10.1.0.2", CART_IS);
    now_s++;
    asks("10.1.0.2", ASK_CART); /* too late */
    assert_calls("10.1.0.2", "10.0.0.1", "");
}

/* The latest name counts, of each client's own. */
static void another_name(void **state)
{
    (void)state;
    for (int i = 1; i <= 2; i++) {
        const char *client = i == 1 ? "10.1.0.1" : "10.1.0.2";
        asks(client, ASK_CART);
        hears(client, CART_IS);
    }
    asks("10.1.0.1", ASK_DB);
    hears("10.1.0.1", DB_IS);
    assert_calls("10.1.0.1", "10.0.0.1", "db.shop");
    assert_calls("10.1.0.2", "10.0.0.1", "cart.shop");
}

/* What was asked for after a connection began is not its server's name. */
static void asked_later(void **state)
{
    (void)state;
    asks("10.1.0.1", ASK_CART);
    hears("10.1.0.1", CART_IS);
    now_s--;
    assert_calls("10.1.0.1", "10.0.0.1", "");
}

/* A time to live of a second, the least and the grace: it is good for six minutes. */
static void it_expires(void **state)
{
    (void)state;
    asks("10.1.0.1", ASK_CART);
    hears("10.1.0.1", CART_IS);
    now_s += 360;
    assert_calls("10.1.0.1", "10.0.0.1", "cart.shop");
    now_s += 1;
    assert_calls("10.1.0.1", "10.0.0.1", "");
    asks("10.1.0.1", ASK_CART);
    hears("10.1.0.1", CART_IS);
    assert_calls("10.1.0.1", "10.0.0.1", "cart.shop");
}

/* What is not the answer to a question that was seen teaches nothing. */
static void not_asked(void **state)
{
    (void)state;
    struct packet wrong[9];
    for (int i = 0; i < 9; i++)
        wrong[i] = packet("10.0.0.53", "10.1.0.1", true, CART_IS);
    wrong[0].source = at("10.0.0.54");
    wrong[1].destination_port = 40001;
    wrong[2].source_port = 5353;
    wrong[3].tenant = 7;
    wrong[4].payload = WIRE("\0\2" ANSWERED("\0") ONE_AND("\1") CART A AT_CART);
    wrong[5].payload = WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") DB A AT_CART);
    wrong[6].payload = WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") CART AAAA AT_CART);
    wrong[7].payload = WIRE("\0\1" ANSWERED("\3") ONE_AND("\1") CART A AT_CART);
    wrong[8].copy = true; /* of what was seen before */
    for (int i = 0; i < 9; i++)
        learn(&wrong[i]);
    asks("10.1.0.1", ASK_CART);
    for (int i = 0; i < 9; i++) {
        learn(&wrong[i]);
        assert_calls("10.1.0.1", "10.0.0.1", "");
    }
    hears("10.1.0.1", CART_IS);
    assert_calls("10.1.0.1", "10.0.0.1", "cart.shop");
    /* nor does a second answer to it, or one that is late */
    hears("10.1.0.1",
          WIRE("\0\1" ANSWERED("\0") ONE_AND("\1") CART A "\xc0\x0c\0\1\0\1\0\0\0\1\0\4\12\0\0\2"));
    assert_calls("10.1.0.1", "10.0.0.2", "");
    asks("10.1.0.2", ASK_CART);
    now_s += 61;
    hears("10.1.0.2", CART_IS);
    assert_calls("10.1.0.2", "10.0.0.1", "");
}

/* A name that is held stays what it was, whatever becomes of the lookup. */
static void held_names(void **state)
{
    (void)state;
    struct address client = at("10.1.0.1"), cart = at("10.0.0.1");
    asks("10.1.0.1", ASK_CART);
    hears("10.1.0.1", CART_IS);
    struct asked_name *held = lookups_hold(lookups, 0, &client, &cart, now_s * SECOND);
    asks("10.1.0.1", ASK_DB);
    hears("10.1.0.1", DB_IS);
    assert_string_equal(asked_name_text(held), "cart.shop");
    lookups_release(lookups, held);
}

static void text_of(char text[40], int i)
{
    snprintf(text, 40, "10.%d.%d.%d", 2 + (i >> 16), i >> 8 & 255, i & 255);
}

/* At the cap the lookup that was learned first makes room. */
static void a_full_table(void **state)
{
    (void)state;
    char client[40];
    for (int i = 0; i < LOOKUPS_MAX + 10; i++) {
        text_of(client, i);
        asks(client, ASK_CART);
        hears(client, CART_IS);
        if (i == LOOKUPS_MAX / 2) { /* one that is used stays */
            asks("10.2.0.0", ASK_CART);
            hears("10.2.0.0", CART_IS);
        }
    }
    assert_int_equal(evicted, 10);
    assert_calls("10.2.0.0", "10.0.0.1", "cart.shop");
    assert_calls("10.2.0.1", "10.0.0.1", "");
    assert_calls("10.2.0.10", "10.0.0.1", "");
    assert_calls("10.2.0.11", "10.0.0.1", "cart.shop");
    assert_calls(client, "10.0.0.1", "cart.shop");
}

/* What is no DNS is passed over at a glance. */
static void what_may_teach(void **state)
{
    (void)state;
    static const struct {
        struct bytes payload;
        uint8_t protocol;
        bool may;
    } rows[] = {
#define ROW(text) {(const uint8_t *)text, sizeof(text) - 1}
        {ROW("\0\1" ASKS ONE CART A), IPPROTO_UDP, true},
        {ROW("\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART), IPPROTO_UDP, true},
        {ROW("\0\1" ANSWERED("\0") ONE CART A), IPPROTO_UDP, false},
        {ROW("\0\1" ANSWERED("\3") ONE CART A), IPPROTO_UDP, false},
        {ROW("\0\1" ASKS ONE CART A), IPPROTO_TCP, false},
        {ROW("\0\1" ASKS ONE), IPPROTO_UDP, false},
        {ROW("\0\1\x28\0" ONE CART A), IPPROTO_UDP, false},
        {ROW("an ordinary datagram"), IPPROTO_UDP, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct packet p = packet("10.1.0.1", "10.0.0.53", false, rows[i].payload);
        p.protocol = rows[i].protocol;
        if (lookups_may_learn(&p) != rows[i].may)
            print_error("row %zu\n", i);
        assert_int_equal(lookups_may_learn(&p), rows[i].may);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_asked, begin, end),
        cmocka_unit_test_setup_teardown(answered_first, begin, end),
        cmocka_unit_test_setup_teardown(another_name, begin, end),
        cmocka_unit_test_setup_teardown(asked_later, begin, end),
        cmocka_unit_test_setup_teardown(it_expires, begin, end),
        cmocka_unit_test_setup_teardown(not_asked, begin, end),
        cmocka_unit_test_setup_teardown(held_names, begin, end),
        cmocka_unit_test_setup_teardown(a_full_table, begin, end),
        cmocka_unit_test(what_may_teach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
