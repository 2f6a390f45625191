/* test_wire.c - graph/wire.c, wire_exchange.c and wire_field.c. */
#include "graph/wire.h"

#include <stdio.h>
#include <string.h>

#include "graph/tally.h"
#include "tests/check.h"
#include "tests/graph/make.h"

static struct writer writer;

static int end(void **state)
{
    (void)state;
    writer_free(&writer);
    return 0;
}

/* A window of a few edges, operations and names. */
static struct delta make_delta(void)
{
    struct networks networks;
    networks_init(&networks);
    struct tally *tally = tally_new(&(struct hash_key){{3, 4}}, &networks);
    assert_non_null(tally);
    for (unsigned i = 0; i < 40; i++) {
        char path[32];
        snprintf(path, sizeof path, "/caf\303\251/%c", 'a' + (int)i % 6);
        struct exchange x = make_exchange(path);
        x.server_port = (uint16_t)(80 + i % 3);
        x.outcome = (enum outcome)(i % OUTCOMES);
        x.response_end_ns += i * 1000003;
        snprintf(x.host, sizeof x.host, "host-%u", i % 2);
        tally_exchange(tally, &x);
    }
    struct flow_report r = {.protocol = "tcp", .end_ns = 7, .opened = 1, .bytes = {1, 2}};
    r.server_address = make_address("2001:db8::1");
    tally_flow(tally, &r);
    struct delta d = {.start_ns = 5000000000, .end_ns = 10000000000, .edges_dropped = 3};
    assert_true(tally_take(tally, &d));
    d.capture.frames = 12345;
    d.decode.exchanges = 40;
    tally_free(tally);
    return d;
}

static struct bytes encoded(const struct delta *d)
{
    writer_clear(&writer);
    wire_put_delta(&writer, d);
    assert_false(writer.failed);
    return writer_view(&writer);
}

/* Encoding what was decoded gives the same bytes. */
static void a_delta_comes_back(void **state)
{
    (void)state;
    struct delta d = make_delta(), back;
    assert_true(wire_get_delta(encoded(&d), &back));
    assert_int_equal(back.edge_len, 4);
    assert_int_equal(back.operation_len, 6);
    assert_int_equal(back.name_len, 6);
    assert_int_equal(back.capture.frames, 12345);
    assert_int_equal(back.decode.exchanges, 40);
    assert_int_equal(back.edges_dropped, 3);
    assert_memory_equal(back.edge[1].exchanges.outcomes, d.edge[1].exchanges.outcomes,
                        sizeof d.edge[1].exchanges.outcomes);
    struct writer again = {0};
    wire_put_delta(&again, &back);
    assert_true(bytes_equal(writer_view(&again), encoded(&d)));
    writer_free(&again);
    delta_free(&d);
    delta_free(&back);
}

static void an_empty_delta_comes_back(void **state)
{
    (void)state;
    struct delta d = {.start_ns = 5, .end_ns = 10}, back;
    assert_true(wire_get_delta(encoded(&d), &back));
    assert_int_equal(back.end_ns, 10);
    delta_free(&back);
}

static bool is_taken(struct bytes b)
{
    struct delta back;
    bool taken = wire_get_delta(b, &back);
    if (!taken)
        assert_true(!back.edge && !back.operation && !back.name && !back.edge_len);
    delta_free(&back);
    return taken;
}

static void a_cut_delta_is_refused(void **state)
{
    (void)state;
    struct delta d = make_delta();
    struct bytes whole = encoded(&d);
    for (size_t len = 0; len < whole.len; len++) {
        uint8_t *cut = malloc(len + 1); /* so that a read past the end is seen */
        assert_non_null(cut);
        memcpy(cut, whole.at, len);
        assert_false(is_taken(bytes_of(cut, len)));
        free(cut);
    }
    writer_u8(&writer, 0);
    assert_false(is_taken(writer_view(&writer))); /* nor one that is too long */
    delta_free(&d);
}

/* Whatever byte is changed, nothing breaks; most changes are seen. */
static void a_changed_delta_does_no_harm(void **state)
{
    (void)state;
    struct delta d = make_delta();
    struct bytes whole = encoded(&d);
    uint8_t *changed = malloc(whole.len);
    assert_non_null(changed);
    for (size_t i = 0; i < whole.len; i++) {
        static const uint8_t changes[] = {0x01, 0x80, 0xff};
        for (size_t k = 0; k < sizeof changes; k++) {
            memcpy(changed, whole.at, whole.len);
            changed[i] ^= changes[k];
            (void)is_taken(bytes_of(changed, whole.len));
        }
    }
    free(changed);
    delta_free(&d);
}

/* Each of these is a lie that a sensor taken over might tell. */
static void lies_are_refused(void **state)
{
    (void)state;
    for (int lie = 0; lie < 10; lie++) {
        struct delta d = make_delta();
        assert_true(is_taken(encoded(&d)));
        switch (lie) {
        case 0: /* rows out of order */
            d.edge[0].key.client = make_address("255.1.1.1");
            break;
        case 1: /* the same row twice */
            d.edge[1].key = d.edge[0].key;
            break;
        case 2: /* an edge that is not there */
            d.operation[d.operation_len - 1].edge = d.edge_len;
            break;
        case 3: /* text that moves the cursor */
            memcpy(d.operation[0].name, "\033[2J", 5);
            break;
        case 4: /* text that is not UTF-8 */
            memcpy(d.name[0].name, "a\377", 3);
            break;
        case 5: /* operations out of order */
            memcpy(d.operation[1].name, "A", 2);
            break;
        case 6: /* names out of order */
            d.name[0].port = 9999;
            break;
        case 7: /* a note there is not */
            d.edge[0].notes = 1ULL << NOTES;
            break;
        case 8: /* a source there is not */
            d.name[0].source = NAME_SOURCES;
            break;
        case 9: /* an end before the start */
            d.end_ns = d.start_ns - 1;
            break;
        }
        if (is_taken(encoded(&d)))
            fail_msg("lie %d was believed", lie);
        delta_free(&d);
    }
}

/* Counts of rows that the bytes cannot hold, or past the caps, ask for no memory. */
static void counts_are_checked_before_memory(void **state)
{
    (void)state;
    static const uint64_t counts[] = {1, 1000, EDGES_MAX, EDGES_MAX + 1, UINT32_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        writer_clear(&writer);
        writer_u8(&writer, 1);
        writer_varint(&writer, 0);
        writer_varint(&writer, 0);
        writer_varint(&writer, counts[i]);
        assert_false(is_taken(writer_view(&writer)));
    }
}

/* The database holds signed numbers: greater ones are cut where they are written. */
static void great_numbers_are_cut(void **state)
{
    (void)state;
    struct delta d = {.end_ns = UINT64_MAX, .edges_dropped = UINT64_MAX}, back;
    assert_true(wire_get_delta(encoded(&d), &back));
    assert_int_equal(back.end_ns, INT64_MAX);
    assert_int_equal(back.edges_dropped, INT64_MAX);
    delta_free(&back);
}

static void exchanges_come_back_one_by_one(void **state)
{
    (void)state;
    struct exchange first = make_exchange("/caf\303\251"), second = make_exchange("/b"), back;
    first.number = 77;
    first.tenant = 5;
    first.stream_id = 9;
    first.grpc_status = -1;
    first.notes = NOTE_GAP | NOTE_UPGRADED;
    memcpy(first.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736", 33);
    second.protocol = "redis";
    wire_put_exchange(&writer, &first);
    wire_put_exchange(&writer, &second);
    struct cursor c = cursor_over(writer_view(&writer));
    assert_true(wire_get_exchange(&c, &back));
    assert_string_equal(back.protocol, "http");
    assert_ptr_not_equal(back.protocol, first.protocol);
    const char *http = back.protocol;
    assert_int_equal(back.number, 77);
    assert_int_equal(back.grpc_status, -1);
    assert_string_equal(back.trace_id, first.trace_id);
    struct writer again = {0};
    wire_put_exchange(&again, &back);
    assert_true(again.len < writer.len && memcmp(again.at, writer.at, again.len) == 0);
    writer_free(&again);
    assert_true(wire_get_exchange(&c, &back));
    assert_string_equal(back.protocol, "redis");
    assert_int_equal(cursor_left(&c), 0);
    c = cursor_over(writer_view(&writer));
    assert_true(wire_get_exchange(&c, &back));
    assert_ptr_equal(back.protocol, http); /* one copy of each name */
}

static void a_damaged_exchange_is_refused(void **state)
{
    (void)state;
    struct exchange x = make_exchange("/a"), back;
    wire_put_exchange(&writer, &x);
    struct bytes whole = writer_view(&writer);
    for (size_t len = 0; len < whole.len; len++) {
        struct cursor c = cursor_over(bytes_first(whole, len));
        assert_false(wire_get_exchange(&c, &back));
    }
    x.outcome = OUTCOMES;
    writer_clear(&writer);
    wire_put_exchange(&writer, &x);
    struct cursor c = cursor_over(writer_view(&writer));
    assert_false(wire_get_exchange(&c, &back));
}

/* Names of protocols are kept for good, so there is an end to them. Comes last. */
static void protocols_have_a_cap(void **state)
{
    (void)state;
    unsigned taken = 0;
    for (unsigned i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%u", i);
        struct exchange x = make_exchange("/a"), back;
        x.protocol = name;
        writer_clear(&writer);
        wire_put_exchange(&writer, &x);
        struct cursor c = cursor_over(writer_view(&writer));
        taken += wire_get_exchange(&c, &back);
    }
    assert_in_range(taken, 100, 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_delta_comes_back, end),
        cmocka_unit_test_teardown(an_empty_delta_comes_back, end),
        cmocka_unit_test_teardown(a_cut_delta_is_refused, end),
        cmocka_unit_test_teardown(a_changed_delta_does_no_harm, end),
        cmocka_unit_test_teardown(lies_are_refused, end),
        cmocka_unit_test_teardown(counts_are_checked_before_memory, end),
        cmocka_unit_test_teardown(great_numbers_are_cut, end),
        cmocka_unit_test_teardown(exchanges_come_back_one_by_one, end),
        cmocka_unit_test_teardown(a_damaged_exchange_is_refused, end),
        cmocka_unit_test_teardown(protocols_have_a_cap, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
