/* test_direction.c - specifies decode/direction.c: who is client when no handshake says so. */
#include "decode/direction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "decode/decoder.h"

static const struct decoder with_ports = {.name = "rpc", .ports = {50051, 60000}};
const struct decoder *const decoders[] = {&with_ports, NULL};

static const struct hash_key key = {{3, 4}};

static struct endpoint at(uint32_t host, uint16_t port)
{
    uint8_t four[4] = {10, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host};
    return (struct endpoint){.address = address_v4(four), .port = port, .protocol = IPPROTO_TCP};
}

/* Guesses the client of a flow between two ports of hosts 1 and 2 that host 2 speaks on first. */
static unsigned guess(struct direction *d, uint16_t port, uint16_t other, uint16_t protocol)
{
    struct endpoint ends[2] = {at(1, port), at(2, other)};
    ends[0].protocol = ends[1].protocol = protocol;
    return direction_guess(d, ends, 1);
}

/* Ports alone: one that belongs to a protocol or is below 1024, else the lower for TCP and who
 * spoke first for UDP. */
static void ports_alone(void **state)
{
    (void)state;
    static const struct {
        uint16_t port, other, protocol;
        unsigned client;
    } table[] = {
        {80, 40000, IPPROTO_TCP, 1},    {40000, 80, IPPROTO_TCP, 0},
        {50051, 40000, IPPROTO_TCP, 1}, {40000, 60000, IPPROTO_TCP, 0},
        {50051, 80, IPPROTO_TCP, 0},    {9000, 9001, IPPROTO_TCP, 1},
        {9001, 9000, IPPROTO_TCP, 0},   {9000, 9000, IPPROTO_TCP, 1},
        {53, 40000, IPPROTO_UDP, 1},    {40000, 53, IPPROTO_UDP, 0},
        {9000, 9001, IPPROTO_UDP, 1},   {9001, 9000, IPPROTO_UDP, 1},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct direction *d = direction_new(&key);
        assert_int_equal(guess(d, table[i].port, table[i].other, table[i].protocol),
                         table[i].client);
        direction_free(d);
    }
    direction_free(NULL);
}

/* An endpoint that was seen to listen is the server, against all ports; two of them leave the
 * question open. */
static void known_listeners(void **state)
{
    (void)state;
    struct direction *d = direction_new(&key);
    struct endpoint high = at(2, 45000), low = at(1, 80);
    direction_learn(d, &high, NULL);
    assert_int_equal(guess(d, 80, 45000, IPPROTO_TCP), 0);
    assert_int_equal(guess(d, 80, 45001, IPPROTO_TCP), 1);
    direction_learn(d, &low, NULL);
    assert_int_equal(guess(d, 80, 45000, IPPROTO_TCP), 1);
    struct endpoint elsewhere = high;
    elsewhere.tenant = 7;
    direction_learn(d, &elsewhere, "rpc");
    assert_null(direction_protocol(d, &high));
    direction_free(d);
}

/* What a server speaks is remembered, and not forgotten when it only accepts a connection. */
static void protocol_of_a_server(void **state)
{
    (void)state;
    struct direction *d = direction_new(&key);
    struct endpoint server = at(9, 7000);
    assert_null(direction_protocol(d, &server));
    direction_learn(d, &server, NULL);
    assert_null(direction_protocol(d, &server));
    direction_learn(d, &server, "http");
    direction_learn(d, &server, NULL);
    assert_string_equal(direction_protocol(d, &server), "http");
    direction_learn(d, &server, "rpc");
    assert_string_equal(direction_protocol(d, &server), "rpc");
    direction_free(d);
}

/* An endpoint that several others talked to is a server, though its port is the higher. */
static void often_seen(void **state)
{
    (void)state;
    struct direction *d = direction_new(&key);
    for (uint16_t i = 0; i < 3; i++)
        assert_int_equal(guess(d, (uint16_t)(40000 + i), 48000, IPPROTO_TCP), 1);
    assert_int_equal(guess(d, 40003, 48000, IPPROTO_TCP), 0);
    direction_free(d);
}

/* The table has a fixed size: what was only seen makes room before what listens, and nothing breaks
 * when there is ten times more than fits. */
static void table_is_bounded(void **state)
{
    (void)state;
    struct direction *d = direction_new(&key);
    struct endpoint server = at(1, 7000);
    direction_learn(d, &server, "http");
    for (uint32_t i = 0; i < 40000; i++) {
        struct endpoint ends[2] = {at(i, 30000), at(i, 20000)};
        direction_guess(d, ends, 0);
    }
    assert_string_equal(direction_protocol(d, &server), "http");
    for (uint32_t i = 2; i < 80000; i++) {
        struct endpoint another = at(i, 7000);
        direction_learn(d, &another, "rpc");
    }
    struct endpoint last = at(79999, 7000);
    assert_string_equal(direction_protocol(d, &last), "rpc");
    assert_null(direction_protocol(d, &server));
    direction_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_alone),          cmocka_unit_test(known_listeners),
        cmocka_unit_test(protocol_of_a_server), cmocka_unit_test(often_seen),
        cmocka_unit_test(table_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
