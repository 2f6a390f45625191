/* test_census.c - connections, and which of their sides is missing. */
#include "doctor/census.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/doctor/packets.h"

#define C "10.0.0.1:40000 > 10.0.0.2:80 " /* from the client */
#define S "10.0.0.2:80 > 10.0.0.1:40000 " /* from the server */

enum { PACKETS_MAX = 16 };

static struct census_result result;

static const struct hash_key key = {{1, 2}};

static void take(const char *const *packets)
{
    struct census *c = census_new(&key);
    for (size_t i = 0; i < PACKETS_MAX && packets[i]; i++) {
        struct packet p = packet_of(packets[i], NULL, 0);
        census_packet(c, &p);
    }
    census_judge(c, &result);
    census_free(c);
}

static const struct {
    const char *claim, *packets[PACKETS_MAX];
    const char *result; /* seen, judged, lacking requests and answers, began before, split */
} cases[] = {
    {"both sides are there",
     {C "S", S "SA ack 1", C "A seq 1 ack 1 len 5", S "A seq 1 ack 6 len 9"},
     "1 1 0 0 0 0"},
    {"one packet of each side will do", {C "A len 5", S "A len 9"}, "1 1 0 0 1 0"},

    {"a handshake that goes on was answered",
     {C "S", C "A seq 1 ack 1", C "A seq 1 ack 1 len 5"},
     "1 1 0 1 0 0"},
    {"one that was given up was not", {C "S", C "S", C "RA seq 1 ack 1"}, "1 0 0 0 0 0"},
    {"a SYN that is sent again and again has no answer to miss",
     {C "S", C "S", C "S"},
     "1 0 0 0 0 0"},
    {"an answered SYN was sent, and then there is an ACK",
     {S "SA ack 1", S "A seq 1 ack 20 len 50"},
     "1 1 1 0 0 0"},
    {"but that ACK may have been all there was before we began",
     {S "SA ack 1", S "SA ack 1"},
     "1 0 0 0 0 0"},

    {"who acknowledges ever more hears somebody",
     {C "A ack 100", C "A ack 200", C "A ack 300"},
     "1 1 0 1 1 0"},
    {"once may be the end of what was before", {C "A ack 100", C "A ack 200"}, "1 0 0 0 1 0"},
    {"the same again is nothing new",
     {C "A ack 100", C "A ack 100", C "A ack 100", C "A ack 100"},
     "1 0 0 0 1 0"},
    {"numbers wrap", {C "A ack 4294967290", C "A ack 10", C "A ack 20"}, "1 1 0 1 1 0"},

    {"who sends on is heard",
     {S "A seq 1 len 10", S "A seq 11 len 10", S "A seq 21 len 10", S "A seq 31 len 10",
      S "A seq 41 len 10", S "A seq 51 len 10", S "A seq 61 len 10", S "A seq 71 len 10"},
     "1 1 1 0 1 0"},
    {"who repeats itself is not",
     {S "A seq 1 len 10", S "A seq 1 len 10", S "A seq 1 len 10", S "A seq 1 len 10",
      S "A seq 1 len 10", S "A seq 1 len 10", S "A seq 1 len 10", S "A seq 1 len 10",
      S "A seq 1 len 10"},
     "1 0 0 0 1 0"},

    {"the lower port is the server's, whoever is seen",
     {"10.0.0.9:22 > 10.0.0.1:9999 A ack 1", "10.0.0.9:22 > 10.0.0.1:9999 A ack 2",
      "10.0.0.9:22 > 10.0.0.1:9999 A ack 3"},
     "1 1 1 0 1 0"},
    {"but a handshake knows better",
     {"10.0.0.9:22 > 10.0.0.1:9999 S", "10.0.0.9:22 > 10.0.0.1:9999 A ack 2"},
     "1 1 0 1 0 0"},
    {"two connections are two",
     {C "S", C "A seq 1 ack 1", "10.0.0.1:40001 > 10.0.0.2:80 S",
      "10.0.0.2:80 > 10.0.0.1:40001 SA ack 1"},
     "2 2 0 1 0 0"},
    {"a VLAN a direction", {C "A len 5 vlan 10", S "A len 9 vlan 20"}, "1 1 0 0 1 1"},
    {"copies say nothing", {C "S", S "SA ack 1 copy"}, "1 0 0 0 0 0"},
    {"neither does UDP", {C "udp len 5"}, "0 0 0 0 0 0"},
    {"somebody talks to itself", {"10.0.0.1:80 > 10.0.0.1:80 S"}, "1 0 0 0 0 0"},
};

static void test_who_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        take(cases[i].packets);
        snprintf(text, sizeof text, "%u %u %u %u %u %u", (unsigned)result.seen,
                 (unsigned)result.judged, (unsigned)result.lacking[REQUESTS],
                 (unsigned)result.lacking[ANSWERS], (unsigned)result.began_before,
                 (unsigned)result.split);
        if (strcmp(text, cases[i].result) != 0)
            fail_msg("%s: %s, not %s", cases[i].claim, text, cases[i].result);
    }
}

/* The example is the connection with most packets, told from the side that was seen. */
static void test_examples(void **state)
{
    (void)state;
    take((const char *const[PACKETS_MAX]){C "S", C "A seq 1 ack 1"});
    assert_string_equal(result.example[ANSWERS], "10.0.0.1:40000 > 10.0.0.2:80, 2 packets");
    take((const char *const[PACKETS_MAX]){C "S", C "A seq 1 ack 1",
                                          "10.0.0.3:5 > 10.0.0.2:80 S vlan 20",
                                          "10.0.0.3:5 > 10.0.0.2:80 A ack 1 vlan 20",
                                          "10.0.0.3:5 > 10.0.0.2:80 A ack 2 vlan 20 tunnel 7"});
    assert_string_equal(result.example[ANSWERS],
                        "10.0.0.3:5 > 10.0.0.2:80 (VLAN 20, tunnel 7), 3 packets");
    take((const char *const[PACKETS_MAX]){"2001:db8::1:40000 > 2001:db8::2:80 S",
                                          "2001:db8::1:40000 > 2001:db8::2:80 A ack 1"});
    assert_string_equal(result.example[ANSWERS],
                        "[2001:db8::1]:40000 > [2001:db8::2]:80, 2 packets");
    take((const char *const[PACKETS_MAX]){C "A len 5 vlan 10", S "A len 9"});
    assert_string_equal(result.split_example,
                        "10.0.0.1:40000 > 10.0.0.2:80 (VLAN 10), back in VLAN 0");
}

/* By VLAN and tunnel, the worst first. */
static void test_networks(void **state)
{
    (void)state;
    take((const char *const[PACKETS_MAX]){
        C "A len 5 vlan 10", S "A len 9 vlan 10", "10.0.0.3:5 > 10.0.0.2:80 S vlan 20",
        "10.0.0.3:5 > 10.0.0.2:80 A ack 1 vlan 20", "10.0.0.3:6 > 10.0.0.2:80 A len 1 vlan 20",
        "10.0.0.2:80 > 10.0.0.3:6 A len 1 vlan 20", "10.0.0.4:6 > 10.0.0.2:80 A len 1 tunnel 9",
        "10.0.0.2:80 > 10.0.0.4:6 A len 1 tunnel 9"});
    assert_int_equal(result.network_len, 3);
    assert_int_equal(result.network[0].vlan, 20);
    assert_int_equal(result.network[0].judged, 2);
    assert_int_equal(result.network[0].lacking[ANSWERS], 1);
    assert_int_equal(result.network[1].vlan, 0);
    assert_int_equal(result.network[1].tunnel_id, 9);
    assert_int_equal(result.network[2].vlan, 10);
    assert_int_equal(result.network[2].judged, 1);
}

/* Each byte counts once, whether it was captured or cut off. */
static void test_payload(void **state)
{
    (void)state;
    take((const char *const[PACKETS_MAX]){C "A seq 1 len 10 cut 90", C "A seq 1 len 100",
                                          C "A seq 51 len 100", S "A seq 1 len 7"});
    assert_int_equal(result.payload_bytes, 157);
}

/* Holes in what a side sent, and what the other side has of it behind the last packet. */
static void test_missing(void **state)
{
    static const struct {
        const char *claim, *packets[PACKETS_MAX];
        uint64_t missing;
    } told[] = {
        {"all is there",
         {C "S seq 9", S "SA seq 7 ack 10", C "A seq 10 ack 8 len 5", S "A seq 8 ack 15 len 9",
          C "A seq 15 ack 17", C "AF seq 15 ack 17", S "AF seq 17 ack 16", C "A seq 16 ack 18"},
         0},
        {"a hole", {C "A seq 10 len 5", C "A seq 20 len 5"}, 5},
        {"one that is filled by what is sent again",
         {C "A seq 10 len 5", C "A seq 20 len 5", C "A seq 15 len 5"},
         0},
        {"out of order is no loss",
         {C "A seq 10 len 5", C "A seq 25 len 5", C "A seq 20 len 5", C "A seq 15 len 5"},
         0},
        {"an acknowledgment shows where its side has got to",
         {C "A seq 10 len 5", C "A seq 40"},
         25},
        {"the end is missing, and the other side has it",
         {C "A seq 10 len 5", S "A seq 1 ack 115 len 5"},
         100},
        {"what the other side does not have may come yet",
         {C "A seq 10 len 5", S "A seq 1 ack 10 len 5"},
         0},
        {"what was cut off is not missing", {C "A seq 10 len 5 cut 5", C "A seq 20 len 5"}, 0},
        {"a side that never comes is told of otherwise",
         {C "S seq 9", C "A seq 10 ack 8 len 5", C "A seq 15 ack 90000"},
         0},
        {"the same ends again begin anew",
         {C "A seq 10 len 5", S "A seq 1 ack 15", C "S seq 900000", S "SA seq 5000 ack 900001",
          C "A seq 900001 ack 5001 len 5", S "A seq 5001 ack 900006"},
         0},
        {"the numbers of a reset may be anything",
         {C "A seq 10 len 5", S "A seq 1 ack 15 len 5", S "R seq 90000", S "RA seq 6 ack 90000"},
         0},
        {"a leap is not a hole", {C "A seq 10 len 5", C "A seq 900000000 len 5"}, 0},
        {"numbers wrap", {C "A seq 4294967290 len 5", C "A seq 10 len 5"}, 11},
    };
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        take(told[i].packets);
        assert_int_equal(result.missing_of, told[i].missing ? 1 : 0);
        if (result.missing_bytes != told[i].missing)
            fail_msg("%s: %u, not %u", told[i].claim, (unsigned)result.missing_bytes,
                     (unsigned)told[i].missing);
    }
    take((const char *const[PACKETS_MAX]){C "A seq 10 len 5", C "A seq 20 len 5",
                                          S "A seq 10 len 5 vlan 3", S "A seq 2015 len 5 vlan 3"});
    assert_string_equal(result.missing_example, "10.0.0.2:80 > 10.0.0.1:40000 (VLAN 3), 2.0 kB");
}

static void test_encrypted(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool is;
    } said[] = {
        {"\x16\x03\x01\x02\x00\x01", 6, true},  /* a handshake */
        {"\x17\x03\x03\x00\x20\xaa", 6, true},  /* data */
        {"\x17\x03\x03\x00", 4, false},         /* too short to tell */
        {"\x16\x05\x01\x02\x00\x01", 6, false}, /* no version of TLS */
        {"GET / HTTP/1.1", 14, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct census *c = census_new(&key);
        struct packet p = packet_of(C "A", said[i].bytes, said[i].len);
        census_packet(c, &p);
        census_judge(c, &result);
        assert_int_equal(result.encrypted, said[i].is);
        census_free(c);
    }
}

/* A full table still knows those it has, and counts what it cannot take. */
static void test_room(void **state)
{
    struct census *c = census_new(&key);
    struct packet p = packet_of("10.0.0.1:1 > 10.0.0.2:80 A len 1", NULL, 0);
    (void)state;
    for (uint32_t i = 0; i < CENSUS_MAX + 5; i++) {
        p.source.byte[13] = (uint8_t)(i >> 16);
        p.source.byte[14] = (uint8_t)(i >> 8);
        p.source.byte[15] = (uint8_t)i;
        census_packet(c, &p);
    }
    p.source.byte[13] = p.source.byte[14] = p.source.byte[15] = 0;
    census_packet(c, &p);
    census_judge(c, &result);
    assert_int_equal(result.seen, CENSUS_MAX);
    assert_int_equal(result.past_room, 5);
    census_free(c);
    census_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_missing), cmocka_unit_test(test_examples),
        cmocka_unit_test(test_networks),       cmocka_unit_test(test_payload),
        cmocka_unit_test(test_missing),        cmocka_unit_test(test_encrypted),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
