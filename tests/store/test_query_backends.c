/* test_query_backends.c - how calls are spread over the addresses of a service. */
#include <stdio.h>
#include <string.h>

#include "graph/name.h"
#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static struct names *cart_and_users(void)
{
    struct names *names = names_new(&(struct hash_key){{1, 2}});
    static const char *const of[][2] = {
        {"10.0.0.11", "cart"}, {"10.0.0.12", "cart"}, {"10.0.0.21", "users"}};
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        struct address a = address_of(of[i][0]);
        names_give(names, &a, NAME_USER, of[i][1]);
    }
    return names;
}

/* Two windows: cart answers from two addresses on port 50051, and one of them on 8080 too. */
static void write_shop(struct store *s)
{
    struct names *names = cart_and_users();
    for (uint64_t window = 0; window < 2; window++) {
        struct delta d = window_at(1000 + WINDOW_S * window);
        d.capture.frames = 1 + window;
        struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.11", 8080);
        asked(&e->exchanges, OUTCOME_OK, 5, MS_NS);
        e = window_edge(&d, "10.0.0.1", "10.0.0.11", 50051);
        strcpy(e->key.protocol, "grpc");
        asked(&e->exchanges, OUTCOME_OK, 60, MS_NS);
        e->exchanges.streams = 10;
        e->exchanges.request_messages = 70;
        e->exchanges.response_messages = 90;
        latency_add(&e->exchanges.first_message, 3 * MS_NS);
        latency_add(&e->exchanges.message_gap, 4 * MS_NS);
        latency_add(&e->exchanges.age, SECOND_NS);
        e->opened = window == 0 ? 2 : 0;
        window_connection(&d, 40001, 990, 60)->open_calls = 4 - (uint32_t)window;
        e = window_edge(&d, "10.0.0.2", "10.0.0.11", 50051);
        strcpy(e->key.protocol, "grpc");
        asked(&e->exchanges, OUTCOME_SERVER_ERROR, 15, MS_NS);
        window_connection(&d, 40001, 990, 15)->open_calls = 1;
        e = window_edge(&d, "10.0.0.2", "10.0.0.12", 50051);
        strcpy(e->key.protocol, "grpc");
        asked(&e->exchanges, OUTCOME_OK, 25, MS_NS);
        e = window_edge(&d, "10.0.0.2", "10.0.0.21", 50051);
        strcpy(e->key.protocol, "tcp");
        e->bytes[0] = 100;
        written(s, &d, names);
    }
    names_free(names);
}

static struct backend_rows backends_of(struct query *q, struct range r, int64_t service_id)
{
    struct backend_rows rows = {0};
    struct err err = {0};
    if (!query_backends(q, r, service_id, &rows, &err))
        fail_msg("%s", err.text);
    return rows;
}

/* "service address:port protocol calls share", a line each. */
static const char *told_of(const struct backend_rows *rows)
{
    static char text[2048];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < rows->len && used < sizeof text; i++) {
        const struct backend_row *b = &rows->row[i];
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s %s:%u %s %d %.2f\n", b->service,
                             b->address, b->port, b->protocol, (int)b->calls, b->share);
    }
    return text;
}

/* Shares are among the backends of a service, port and protocol; of all clients. */
static void in_order_with_shares(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    write_shop(s);
    struct query *q = place_query(&p);
    struct backend_rows rows = backends_of(q, all_of(q), 0);
    assert_string_equal(told_of(&rows), "cart 10.0.0.11:8080 http 10 1.00\n"
                                        "cart 10.0.0.11:50051 grpc 150 0.75\n"
                                        "cart 10.0.0.12:50051 grpc 50 0.25\n"
                                        "users 10.0.0.21:50051 tcp 0 0.00\n");
    struct backend_rows cart = backends_of(q, all_of(q), rows.row[0].service_id);
    assert_int_equal(cart.len, 3);
    free(cart.row);
    cart = backends_of(q, all_of(q), 4711);
    assert_int_equal(cart.len, 0);
    free(cart.row);
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

static void figures(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    write_shop(s);
    struct query *q = place_query(&p);
    struct backend_rows rows = backends_of(q, all_of(q), 0);
    const struct backend_row *b = &rows.row[1];
    assert_int_equal(b->figures.requests, 150);
    assert_int_equal(b->figures.errors, 30);
    assert_int_equal(b->figures.duration.count, 150);
    assert_int_equal(b->figures.streams, 20);
    assert_int_equal(b->figures.request_messages, 140);
    assert_int_equal(b->figures.response_messages, 180);
    assert_int_equal(b->figures.first_message.max_ns, 3 * MS_NS);
    assert_int_equal(b->figures.message_gap.count, 2);
    assert_int_equal(b->figures.age.p50_ns, SECOND_NS);
    assert_int_equal(b->connections, 2);
    assert_int_equal(b->open_calls, 3 + 1);
    assert_int_equal(rows.row[3].figures.request_bytes, 200); /* nothing decoded: on the wire */
    free(rows.row);
    /* In the first window only: what was open at its end. */
    rows = backends_of(q, (struct range){1000 * SECOND_NS, 1005 * SECOND_NS}, 0);
    assert_int_equal(rows.row[1].calls, 75);
    assert_int_equal(rows.row[1].open_calls, 4 + 1);
    assert_int_equal(rows.row[1].connections, 2);
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* A scan of all ports of a host makes as many backends; they are answered in no time. */
static void many_ports(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (uint64_t window = 0; window < 4; window++) {
        struct delta d = window_with_room(1000 + WINDOW_S * window, 1000);
        for (int i = 0; i < 1000; i++)
            window_edge(&d, "10.0.0.1", "10.0.0.2", (uint16_t)(1 + 1000 * (int)window + i));
        written(s, &d, NULL);
    }
    struct query *q = place_query(&p);
    struct backend_rows rows = backends_of(q, all_of(q), 0);
    assert_int_equal(rows.len, 4000);
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_with_shares),
        cmocka_unit_test(figures),
        cmocka_unit_test(many_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
