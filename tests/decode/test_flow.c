/* test_flow.c - specifies decode/flow.c: the flow table and its lists. */
#include "decode/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct hash_key key = {{1, 2}};
static const uint64_t second = 1000000000;

/* The i-th of many flows: 10.0.0.1 and a port to 10.0.0.2:80. */
static struct flow_key nth(uint32_t i)
{
    static const uint8_t client[4] = {10, 0, 0, 1}, server[4] = {10, 0, 0, 2};
    return (struct flow_key){.address = {address_v4(client), address_v4(server)},
                             .port = {(uint16_t)i, 80},
                             .tenant = i >> 16,
                             .protocol = IPPROTO_TCP};
}

static struct flow *add(struct flow_table *t, uint32_t i, enum flow_state state)
{
    struct flow_key k = nth(i);
    return flow_add(t, &k, state);
}

static struct flow *find(struct flow_table *t, uint32_t i)
{
    struct flow_key k = nth(i);
    return flow_find(t, &k);
}

/* Both directions of a conversation have one key; the side tells who sent. */
static void both_directions_have_one_key(void **state)
{
    (void)state;
    static const uint8_t low[4] = {10, 0, 0, 1}, high[4] = {10, 0, 0, 2};
    static const struct {
        const uint8_t *source, *destination;
        uint16_t source_port, destination_port;
        unsigned side;
    } table[] = {
        {low, high, 40000, 80, 0}, {high, low, 80, 40000, 1}, {low, high, 1, 2, 0},
        {high, low, 1, 2, 1},      {low, low, 5, 6, 0},       {low, low, 6, 5, 1},
        {low, low, 7, 7, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct packet p = {.source = address_v4(table[i].source),
                           .destination = address_v4(table[i].destination),
                           .source_port = table[i].source_port,
                           .destination_port = table[i].destination_port,
                           .protocol = IPPROTO_UDP,
                           .tenant = 9};
        struct packet back = p;
        back.source = p.destination;
        back.destination = p.source;
        back.source_port = p.destination_port;
        back.destination_port = p.source_port;
        struct flow_key there, and_back;
        assert_int_equal(flow_key_of(&p, &there), table[i].side);
        flow_key_of(&back, &and_back);
        assert_memory_equal(&there, &and_back, sizeof there);
        assert_int_equal(there.port[table[i].side], table[i].source_port);
        assert_int_equal(there.tenant, 9);
        assert_int_equal(there.protocol, IPPROTO_UDP);
    }
}

/* What was added is found, until it is removed; removed places are used again. */
static void finds_what_was_added(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    struct flow_table *t = flow_table_new(&key, MANY);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < MANY; i++)
            assert_non_null(add(t, i, FLOW_OPEN));
        assert_null(add(t, MANY, FLOW_OPEN));
        assert_int_equal(flow_table_count(t), MANY);
        for (uint32_t i = 0; i < MANY; i++)
            assert_int_equal(find(t, i)->key.port[0], i);
        assert_null(find(t, MANY));
        for (uint32_t i = 0; i < MANY; i += 2)
            flow_remove(t, find(t, i));
        for (uint32_t i = 0; i < MANY; i++)
            assert_int_equal(find(t, i) != NULL, i % 2);
        for (uint32_t i = 1; i < MANY; i += 2)
            flow_remove(t, find(t, i));
        assert_int_equal(flow_table_count(t), 0);
    }
    flow_table_free(t);
}

/* A table of one flow works; the tenant and the protocol are part of the key. */
static void smallest_table(void **state)
{
    (void)state;
    struct flow_table *t = flow_table_new(&key, 1);
    struct flow *f = add(t, 70000, FLOW_OPEN);
    assert_ptr_equal(find(t, 70000), f);
    assert_null(find(t, 70000 - 65536));
    struct flow_key other = nth(70000);
    other.protocol = IPPROTO_UDP;
    assert_null(flow_find(t, &other));
    assert_null(flow_add(t, &other, FLOW_OPEN));
    flow_remove(t, f);
    assert_non_null(flow_add(t, &other, FLOW_DATAGRAMS));
    flow_table_free(t);
    flow_table_free(NULL);
}

/* The text of a list, by port. */
static const char *list_of(struct flow_table *t, unsigned list)
{
    static char text[256];
    text[0] = '\0';
    for (struct flow *f = flow_first(t, list); f; f = flow_next(t, f, list))
        snprintf(text + strlen(text), sizeof text - strlen(text), "%u ", f->key.port[0]);
    return text;
}

/* A flow is on the list of its state, the youngest last; touching makes it young, but only once a
 * second. */
static void lists_by_age(void **state)
{
    (void)state;
    struct flow_table *t = flow_table_new(&key, 10);
    for (uint32_t i = 1; i <= 4; i++)
        add(t, i, FLOW_HALF_OPEN);
    flow_set_state(t, find(t, 2), FLOW_OPEN);
    flow_set_state(t, find(t, 4), FLOW_OPEN);
    flow_set_state(t, find(t, 1), FLOW_OPEN);
    assert_string_equal(list_of(t, FLOW_HALF_OPEN), "3 ");
    assert_string_equal(list_of(t, FLOW_OPEN), "2 4 1 ");
    flow_touch(t, find(t, 2), 5 * second, 0);
    assert_string_equal(list_of(t, FLOW_OPEN), "4 1 2 ");
    flow_touch(t, find(t, 4), 5 * second, 0);
    flow_touch(t, find(t, 2), 6 * second - 1, 0);
    assert_string_equal(list_of(t, FLOW_OPEN), "1 2 4 ");
    assert_int_equal(find(t, 2)->last_ns, 6 * second - 1);
    flow_remove(t, find(t, 2));
    assert_string_equal(list_of(t, FLOW_OPEN), "1 4 ");
    flow_set_state(t, find(t, 1), FLOW_CLOSED);
    flow_touch(t, find(t, 1), 9 * second, 0);
    assert_string_equal(list_of(t, FLOW_CLOSED), "1 ");
    flow_table_free(t);
}

/* From seven eighths on, each touch counts. */
static void filling_table_knows_who_talks(void **state)
{
    (void)state;
    struct flow_table *t = flow_table_new(&key, 8);
    for (uint32_t i = 1; i <= 6; i++)
        add(t, i, FLOW_OPEN);
    flow_touch(t, find(t, 1), 1, 0);
    assert_string_equal(list_of(t, FLOW_OPEN), "1 2 3 4 5 6 ");
    add(t, 7, FLOW_OPEN);
    flow_touch(t, find(t, 1), 2, 0);
    assert_string_equal(list_of(t, FLOW_OPEN), "2 3 4 5 6 7 1 ");
    flow_touch(t, find(t, 3), 3, 0);
    assert_string_equal(list_of(t, FLOW_OPEN), "2 4 5 6 7 1 3 ");
    flow_table_free(t);
}

/* Age goes by the clock, so that flows whose stamps go back are in the order of the others. */
static void lists_by_the_clock(void **state)
{
    (void)state;
    struct flow_table *t = flow_table_new(&key, 10);
    for (uint32_t i = 1; i <= 3; i++)
        add(t, i, FLOW_OPEN);
    flow_touch(t, find(t, 1), 2 * second + 1, 100 * second);
    assert_string_equal(list_of(t, FLOW_OPEN), "2 3 1 ");
    assert_int_equal(find(t, 1)->last_ns, 2 * second + 1);
    assert_int_equal(flow_seen_ns(find(t, 1)), 100 * second);
    flow_touch(t, find(t, 2), 100 * second + 1, 100 * second);
    assert_int_equal(flow_seen_ns(find(t, 2)), 100 * second + 1);
    flow_touch(t, find(t, 1), 2 * second + 2, 101 * second);
    assert_string_equal(list_of(t, FLOW_OPEN), "3 2 1 ");
    flow_table_free(t);
}

/* A flow is on any of the other lists or not; putting it there twice, alone or among others,
 * changes nothing. */
static void other_lists(void **state)
{
    (void)state;
    struct flow_table *t = flow_table_new(&key, 10);
    for (uint32_t i = 1; i <= 3; i++)
        add(t, i, FLOW_OPEN);
    for (unsigned list = FLOW_STATES; list < FLOW_LISTS; list++) {
        for (unsigned twice = 0; twice < 2; twice++)
            flow_put(t, find(t, 3), list);
        assert_string_equal(list_of(t, list), "3 ");
        for (unsigned twice = 0; twice < 2; twice++)
            flow_put(t, find(t, 1), list);
        flow_put(t, find(t, 3), list);
        flow_put(t, find(t, 2), list);
        assert_string_equal(list_of(t, list), "3 1 2 ");
        flow_take(t, find(t, 1), list);
        flow_take(t, find(t, 1), list);
        assert_string_equal(list_of(t, list), "3 2 ");
        assert_false(flow_is_on(t, find(t, 1), list));
        assert_true(flow_is_on(t, find(t, 2), list));
    }
    flow_remove(t, find(t, 3));
    for (unsigned list = FLOW_STATES; list < FLOW_LISTS; list++)
        assert_string_equal(list_of(t, list), "2 ");
    assert_string_equal(list_of(t, FLOW_OPEN), "1 2 ");
    flow_table_free(t);
}

/* Which flow is lost first: closed, half open, then by silence across the other states. */
static void oldest_first(void **state)
{
    (void)state;
    struct flow_table *t = flow_table_new(&key, 10);
    assert_null(flow_oldest(t));
    static const struct {
        uint16_t port;
        enum flow_state state;
        uint64_t last_s;
    } table[] = {{1, FLOW_OPEN, 50},        {2, FLOW_OPEN, 60},   {3, FLOW_DATAGRAMS, 40},
                 {4, FLOW_HALF_CLOSED, 55}, {5, FLOW_CLOSED, 90}, {6, FLOW_HALF_OPEN, 80}};
    for (size_t i = 0; i < 6; i++)
        flow_touch(t, add(t, table[i].port, table[i].state), table[i].last_s * second, 0);
    static const uint16_t order[] = {5, 6, 3, 1, 4, 2};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(flow_oldest(t)->key.port[0], order[i]);
        flow_remove(t, flow_oldest(t));
    }
    flow_table_free(t);
}

/* All flows by the packet that began them, wherever they are. */
static void in_the_order_they_came(void **state)
{
    (void)state;
    struct flow_table *t = flow_table_new(&key, 600);
    for (uint32_t i = 0; i < 600; i++)
        add(t, i, FLOW_OPEN)->first_number = 1000 - i;
    flow_remove(t, find(t, 17));
    struct flow *flows[600];
    flow_table_in_order(t, flows);
    for (uint32_t i = 1; i < flow_table_count(t); i++)
        assert_true(flows[i - 1]->first_number < flows[i]->first_number);
    flow_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_have_one_key),
        cmocka_unit_test(finds_what_was_added),
        cmocka_unit_test(smallest_table),
        cmocka_unit_test(lists_by_age),
        cmocka_unit_test(filling_table_knows_who_talks),
        cmocka_unit_test(lists_by_the_clock),
        cmocka_unit_test(other_lists),
        cmocka_unit_test(oldest_first),
        cmocka_unit_test(in_the_order_they_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
