/* test_query_insights.c - what a person is told of imbalance, and when not. */
#include <stdio.h>
#include <string.h>

#include "graph/name.h"
#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

/* One edge of a window: calls of one operation, on one connection if `client_port`. */
struct talk {
    const char *client, *server;
    uint64_t calls;
    const char *operation; /* NULL: none */
    uint16_t client_port;  /* 0: HTTP/1.1 */
};

enum { TALKS_MAX = 8, NAMED_MAX = 4 };

struct named_address {
    const char *address, *name;
};

static struct names *called(const struct named_address *list)
{
    struct names *names = names_new(&(struct hash_key){{1, 2}});
    for (size_t i = 0; i < NAMED_MAX && list[i].address; i++) {
        struct address a = address_of(list[i].address);
        names_give(names, &a, NAME_USER, list[i].name);
    }
    return names;
}

static void add_talk(struct delta *d, const struct talk *t)
{
    struct edge_delta *e = window_edge(d, t->client, t->server, 50051);
    if (t->client_port)
        strcpy(e->key.protocol, "grpc");
    asked(&e->exchanges, OUTCOME_OK, t->calls, MS_NS);
    e->opened = 1;
    if (t->operation)
        asked(&window_operation(d, t->operation)->exchanges, OUTCOME_OK, t->calls, MS_NS);
    if (t->client_port)
        window_connection(d, t->client_port, 990, t->calls)->open_calls = 2;
}

/* Writes a window of these, and asks. `ret->row` is given. */
static struct insight_rows insights_of(const struct talk *talks, const struct named_address *list)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct names *names = called(list);
    struct delta d = window_at(1000);
    struct insight_rows rows = {0};
    struct err err = {0};
    for (size_t i = 0; i < TALKS_MAX && talks[i].client; i++)
        add_talk(&d, &talks[i]);
    written(s, &d, names);
    struct query *q = place_query(&p);
    if (!query_insights(q, all_of(q), &rows, &err))
        fail_msg("%s", err.text);
    query_close(q);
    names_free(names);
    store_close(s);
    place_remove(&p);
    return rows;
}

static const struct named_address cart[NAMED_MAX] = {
    {"10.0.0.1", "web"}, {"10.0.0.11", "cart"}, {"10.0.0.12", "cart"}, {"10.0.0.13", "cart"}};
static const struct named_address nobody[NAMED_MAX] = {{NULL, NULL}};

static void one_of_three_replicas(void **state)
{
    static const struct talk talks[TALKS_MAX] = {
        {"10.0.0.1", "10.0.0.11", 1164, "shop.Cart/Add", 40001},
        {"10.0.0.1", "10.0.0.12", 36, "shop.Cart/Add", 40002},
        {"10.0.0.1", "10.0.0.13", 0, NULL, 40003},
    };
    struct insight_rows rows = insights_of(talks, cart);
    (void)state;
    assert_int_equal(rows.len, 1); /* that connections are used unevenly is the same */
    const struct insight_row *i = &rows.row[0];
    assert_string_equal(i->kind, "backend-imbalance");
    assert_string_equal(i->subject, "cart");
    assert_string_equal(
        i->title,
        "10.0.0.11:50051 takes 97 % of the 1,200 calls to cart; its 2 other backends take 3 %");
    assert_non_null(strstr(i->advice, "round_robin"));
    assert_true(i->service_id > 0 && i->edge_id == 0 && i->weight > 0);
    assert_int_equal(i->evidence_len, 3);
    assert_string_equal(i->evidence[0].what, "10.0.0.11:50051");
    assert_string_equal(i->evidence[0].figure,
                        "97.0 % of calls: 1,164 calls, 2 open, 1 connection");
    assert_true(i->evidence[0].share == 0.97);
    assert_string_equal(i->evidence[2].what, "10.0.0.13:50051");
    assert_string_equal(i->evidence[2].figure, "0.0 % of calls: 0 calls, 2 open, 1 connection");
    free(rows.row);
}

/* Who is told of, as "kind subject", with "; " between. */
static const char *told_of(const struct insight_rows *rows)
{
    static char text[1024];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < rows->len && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s", i ? "; " : "",
                                 rows->row[i].kind, rows->row[i].subject);
    return text;
}

static const struct {
    const char *claim;
    struct talk talk[TALKS_MAX];
    struct named_address name[NAMED_MAX];
    const char *told;
} cases[] = {
    {"calls that are spread are no finding",
     {{"10.0.0.1", "10.0.0.11", 500, "GET /", 0},
      {"10.0.0.1", "10.0.0.12", 300, "GET /", 0},
      {"10.0.0.1", "10.0.0.13", 200, "GET /", 0}},
     {{"10.0.0.11", "cart"}, {"10.0.0.12", "cart"}, {"10.0.0.13", "cart"}},
     ""},
    {"nor are few calls",
     {{"10.0.0.1", "10.0.0.11", 98, "GET /", 0}, {"10.0.0.1", "10.0.0.12", 1, "GET /", 0}},
     {{"10.0.0.11", "cart"}, {"10.0.0.12", "cart"}},
     ""},
    {"the calls of all clients count, also those over HTTP/1.1",
     {{"10.0.0.1", "10.0.0.11", 60, "GET /", 0},
      {"10.0.0.2", "10.0.0.11", 60, "GET /", 0},
      {"10.0.0.3", "10.0.0.12", 10, "GET /", 0}},
     {{"10.0.0.11", "cart"}, {"10.0.0.12", "cart"}},
     "backend-imbalance cart"},
    {"the same host by IPv4 and IPv6 is not two replicas",
     {{"10.0.0.1", "10.0.0.11", 990, "GET /", 0}, {"10.0.0.1", "fd00::11", 10, "GET /", 0}},
     {{"10.0.0.11", "cart"}, {"fd00::11", "cart"}},
     ""},
    {"without names, the same operation of one client on neighbours makes replicas",
     {{"10.0.0.1", "10.0.1.11", 990, "shop.Cart/Add", 40001},
      {"10.0.0.1", "10.0.1.12", 10, "shop.Cart/Add", 40002}},
     {{NULL, NULL}},
     "backend-imbalance 10.0.1.11:50051"},
    {"other operations make other services",
     {{"10.0.0.1", "10.0.1.11", 990, "shop.Cart/Add", 40001},
      {"10.0.0.1", "10.0.1.12", 10, "shop.Users/Get", 40002}},
     {{NULL, NULL}},
     ""},
    {"another subnet is another service",
     {{"10.0.0.1", "10.0.1.11", 990, "shop.Cart/Add", 40001},
      {"10.0.0.1", "10.0.2.12", 10, "shop.Cart/Add", 40002}},
     {{NULL, NULL}},
     ""},
    {"and another protocol",
     {{"10.0.0.1", "10.0.1.11", 990, "shop.Cart/Add", 40001},
      {"10.0.0.1", "10.0.1.12", 10, "shop.Cart/Add", 0}},
     {{NULL, NULL}},
     ""},
    {"different clients are no evidence",
     {{"10.0.0.1", "10.0.1.11", 990, "shop.Cart/Add", 40001},
      {"10.0.0.2", "10.0.1.12", 10, "shop.Cart/Add", 40002}},
     {{NULL, NULL}},
     ""},
    {"operations that are not known are no evidence against",
     {{"10.0.0.1", "10.0.1.11", 990, "{unknown #3}", 40001},
      {"10.0.0.1", "10.0.1.12", 10, "shop.Cart/Add", 40002},
      {"10.0.0.1", "10.0.1.13", 0, NULL, 40003}},
     {{NULL, NULL}},
     "backend-imbalance 10.0.1.11:50051"},
    {"but they do not choose between two services",
     {{"10.0.0.1", "10.0.1.11", 990, "{unknown #3}", 40001},
      {"10.0.0.1", "10.0.1.12", 10, "shop.Cart/Add", 40002},
      {"10.0.0.1", "10.0.1.13", 10, "shop.Users/Get", 40003}},
     {{NULL, NULL}},
     ""},
    {"IPv6 neighbours share a /64",
     {{"fd00::1", "fd00:1::11", 990, "shop.Cart/Add", 40001},
      {"fd00::1", "fd00:1::12", 10, "shop.Cart/Add", 40002}},
     {{NULL, NULL}},
     "backend-imbalance [fd00:1::11]:50051"},
};

static void when_it_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct insight_rows rows = insights_of(cases[i].talk, cases[i].name);
        if (strcmp(told_of(&rows), cases[i].told) != 0)
            fail_msg("%s: told of '%s', not '%s'", cases[i].claim, told_of(&rows), cases[i].told);
        free(rows.row);
    }
}

/* Without names, the sentence says that it is a guess. */
static void says_probably(void **state)
{
    static const struct talk talks[TALKS_MAX] = {
        {"10.0.0.1", "10.0.1.11", 12000, "shop.Cart/Add", 40001},
        {"10.0.0.1", "10.0.1.12", 0, NULL, 40002},
    };
    struct insight_rows rows = insights_of(talks, nobody);
    (void)state;
    assert_int_equal(rows.len, 1);
    assert_string_equal(rows.row[0].title,
                        "10.0.1.11:50051 takes all of the 12,000 calls to 2 servers in 10.0.1.0/24 "
                        "that are probably replicas; the other server takes none");
    free(rows.row);
}

/* A health check that two services have in common does not make them one. */
static void a_health_check_in_common(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct insight_rows rows;
    struct err err = {0};
    static const char *const servers[] = {"10.0.1.11", "10.0.1.12"};
    static const char *const operations[2][3] = {{"GET /cart", "POST /cart", "GET /health"},
                                                 {"GET /users", "POST /users", "GET /health"}};
    struct delta d = window_at(1000);
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct edge_delta *e = window_edge(&d, "10.0.0.1", servers[i], 8080);
        asked(&e->exchanges, OUTCOME_OK, i ? 10 : 990, MS_NS);
        for (size_t o = 0; o < 3; o++)
            asked(&window_operation(&d, operations[i][o])->exchanges, OUTCOME_OK, 1, MS_NS);
    }
    written(s, &d, NULL);
    struct query *q = place_query(&p);
    assert_true(query_insights(q, all_of(q), &rows, &err));
    assert_int_equal(rows.len, 0);
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* A connection that takes the place of another is no imbalance; two at once are one, and the
 * evidence names at most EVIDENCE_MAX. */
static void connections_of_one_backend(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct insight_rows rows;
    struct err err = {0};
    (void)state;
    struct delta d = window_at(1000);
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    window_connection(&d, 40000, 900, 900)->closed = true;
    written(s, &d, NULL);
    d = window_at(1005);
    d.capture.frames = 1;
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    window_connection(&d, 40001, 1005, 100);
    written(s, &d, NULL);
    struct query *q = place_query(&p);
    assert_true(query_insights(q, all_of(q), &rows, &err));
    assert_int_equal(rows.len, 0);
    free(rows.row);
    d = window_at(1010);
    d.capture.frames = 2;
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    for (uint16_t i = 0; i < 12; i++)
        window_connection(&d, (uint16_t)(40001 + i), 1005, i ? 1 : 500);
    written(s, &d, NULL);
    struct range last = {1010 * SECOND_NS, 1015 * SECOND_NS};
    assert_true(query_insights(q, last, &rows, &err));
    assert_int_equal(rows.len, 1);
    assert_string_equal(rows.row[0].kind, "connection-imbalance");
    assert_int_equal(rows.row[0].evidence_len, 12);
    assert_string_equal(rows.row[0].evidence[0].what, "10.0.0.1:40001 \u2192 10.0.0.2:80");
    assert_string_equal(rows.row[0].evidence[EVIDENCE_MAX - 1].figure, "0.2 % of calls: 1 call");
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* Two connections to the backend that takes most, of which one carries nothing: then connections
 * are used unevenly beside what is said of backends. */
static void told_once_each(void **state)
{
    static const struct named_address names[NAMED_MAX] = {
        {"10.0.0.1", "web"}, {"10.0.0.11", "cart"}, {"10.0.0.12", "cart"}};
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct names *given = called(names);
    struct insight_rows rows;
    struct err err = {0};
    struct delta d = window_at(1000);
    (void)state;
    asked(&window_edge(&d, "10.0.0.1", "10.0.0.11", 80)->exchanges, OUTCOME_OK, 970, MS_NS);
    window_connection(&d, 40001, 990, 970);
    window_connection(&d, 40002, 990, 0);
    asked(&window_edge(&d, "10.0.0.1", "10.0.0.12", 80)->exchanges, OUTCOME_OK, 30, MS_NS);
    window_connection(&d, 40003, 990, 30);
    written(s, &d, given);
    struct query *q = place_query(&p);
    assert_true(query_insights(q, all_of(q), &rows, &err));
    assert_string_equal(told_of(&rows),
                        "connection-imbalance web \u2192 cart; backend-imbalance cart");
    assert_string_equal(rows.row[0].title,
                        "The connection from 10.0.0.1:40001 takes 97 % of the 1,000 calls from web "
                        "to cart; the 2 other connections take 3 %");
    assert_string_equal(rows.row[0].evidence[1].what, "10.0.0.1:40003 \u2192 10.0.0.12:80");
    assert_true(rows.row[0].edge_id > 0 && rows.row[0].service_id == 0);
    free(rows.row);
    query_close(q);
    names_free(given);
    store_close(s);
    place_remove(&p);
}

/* A capture whose figures are not to be trusted comes before what rests on them, all that is wrong
 * with it as one; one that is a little off is no finding. */
static void a_bad_capture(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct insight_rows rows;
    struct err err = {0};
    (void)state;
    for (uint64_t window = 0; window < 2; window++) {
        struct delta d = window_at(1000 + WINDOW_S * window);
        d.capture.frames = 1000 * (window + 1);
        d.capture.packets = d.capture.frames;
        d.capture.kernel_drops = window ? 40 : 1;
        d.capture.truncated = window ? 30 : 0;
        asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, 10, MS_NS);
        written(s, &d, NULL);
    }
    struct query *q = place_query(&p);
    struct range first = {1000 * SECOND_NS, 1005 * SECOND_NS};
    assert_true(query_insights(q, first, &rows, &err));
    assert_int_equal(rows.len, 0);
    free(rows.row);
    assert_true(query_insights(q, all_of(q), &rows, &err));
    assert_string_equal(told_of(&rows), "bad-capture capture");
    const struct insight_row *i = &rows.row[0];
    assert_string_equal(i->title, "The capture is bad, so figures are lower bounds: 2.0 % of "
                                  "packets (40) were dropped by the kernel");
    assert_non_null(strstr(i->advice, "--ring"));
    assert_int_equal(i->evidence_len, 2);
    assert_string_equal(i->evidence[1].what, "1.5 % of packets (30) were cut short");
    assert_string_equal(i->evidence[1].figure, "not everything could be read");
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* The heaviest comes first. */
static void in_order_of_weight(void **state)
{
    static const struct talk talks[TALKS_MAX] = {
        {"10.0.0.1", "10.0.0.11", 200, "GET /", 0},
        {"10.0.0.1", "10.0.0.12", 10, "GET /", 0},
        {"10.0.0.2", "10.0.0.21", 20000, "GET /", 0},
        {"10.0.0.2", "10.0.0.22", 10, "GET /", 0},
    };
    static const struct named_address list[NAMED_MAX] = {{"10.0.0.11", "cart"},
                                                         {"10.0.0.12", "cart"},
                                                         {"10.0.0.21", "users"},
                                                         {"10.0.0.22", "users"}};
    struct insight_rows rows = insights_of(talks, list);
    (void)state;
    assert_string_equal(told_of(&rows), "backend-imbalance users; backend-imbalance cart");
    free(rows.row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_three_replicas),
        cmocka_unit_test(when_it_is_told),
        cmocka_unit_test(says_probably),
        cmocka_unit_test(a_health_check_in_common),
        cmocka_unit_test(connections_of_one_backend),
        cmocka_unit_test(told_once_each),
        cmocka_unit_test(a_bad_capture),
        cmocka_unit_test(in_order_of_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
