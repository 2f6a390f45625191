/* test_sieve.c - what --find and --hide leave of rows and of a graph. */
#include "store/sieve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

enum { WEB = 1, CART, DB, DNS, LONELY, SERVICES };

static const char *const names[SERVICES] = {
    [WEB] = "web", [CART] = "cart", [DB] = "db", [DNS] = "dns", [LONELY] = "lonely"};

static struct edge_row edge(int client, int server, const char *protocol, uint64_t p95_ms)
{
    struct edge_row e = {.client_id = client, .server_id = server, .port = 80};
    strcpy(e.client, names[client]);
    strcpy(e.server, names[server]);
    strcpy(e.protocol, protocol);
    e.figures.requests = e.figures.duration.count = 10;
    e.figures.errors = 1;
    e.figures.error_rate = 0.1;
    e.figures.duration.p95_ns = p95_ms * 1000000;
    return e;
}

/* web calls cart and dns, cart calls db and dns; nobody calls lonely. */
static struct graph shop(void)
{
    struct graph g = {.nodes = {calloc(SERVICES, sizeof(struct service_row)), SERVICES - 1},
                      .edges = {calloc(4, sizeof(struct edge_row)), 4}};
    assert_true(g.nodes.row && g.edges.row);
    for (int i = WEB; i < SERVICES; i++) {
        g.nodes.row[i - 1].id = i;
        strcpy(g.nodes.row[i - 1].name, names[i]);
        strcpy(g.nodes.row[i - 1].group, i == DB ? "data" : "shop");
    }
    g.edges.row[0] = edge(WEB, CART, "grpc", 300);
    g.edges.row[1] = edge(WEB, DNS, "dns", 1);
    g.edges.row[2] = edge(CART, DB, "redis", 2);
    g.edges.row[3] = edge(CART, DNS, "dns", 1);
    return g;
}

/* "web cart; web>cart" of what is left. */
static const char *left_of(const char *find, const char *hide)
{
    static char text[512];
    struct graph g = shop();
    static struct graph_sieve s;
    struct err err = {""};
    struct slip slip;
    memset(&s, 0, sizeof s);
    if (!graph_sieve_read(&s, find, hide, &err, &slip))
        fail_msg("%s", err.text);
    graph_sieve(&s, &g);
    size_t len = 0;
    for (size_t i = 0; i < g.nodes.len; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s ", g.nodes.row[i].name);
    len += (size_t)snprintf(text + len, sizeof text - len, ";");
    for (size_t i = 0; i < g.edges.len; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, " %s>%s", g.edges.row[i].client,
                                g.edges.row[i].server);
    free(g.nodes.row);
    free(g.edges.row);
    return text;
}

static void sifts_graphs(void **state)
{
    static const struct {
        const char *find, *hide, *left;
    } cases[] = {
        {NULL, NULL, "web cart db dns lonely ; web>cart web>dns cart>db cart>dns"},
        {"p95 > 200ms", NULL, "web cart ; web>cart"},
        {"protocol = grpc or protocol = redis", NULL, "web cart db ; web>cart cart>db"},
        {NULL, "protocol = dns", "web cart db lonely ; web>cart cart>db"},
        {NULL, "p95 < 10ms", "web cart lonely ; web>cart"},
        {"cart", "protocol = dns", "web cart db ; web>cart cart>db"},
        {"service = cart", NULL, "web cart db dns ; web>cart cart>db cart>dns"},
        {"service = lonely", NULL, "lonely ;"},
        {"group = data", NULL, "cart db ; cart>db"},
        {NULL, "group = data", "web cart dns lonely ; web>cart web>dns cart>dns"},
        {"service = cart", "group = data", "web cart dns ; web>cart cart>dns"},
        {"service = cart", "service = cart", ";"},
        {"client = nobody", NULL, ";"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *left = left_of(cases[i].find, cases[i].hide);
        if (strcmp(left, cases[i].left) != 0)
            fail_msg("find %s hide %s: %s", cases[i].find, cases[i].hide, left);
    }
}

static void sifts_rows(void **state)
{
    struct graph g = shop();
    static struct sieve s;
    struct err err = {""};
    struct slip slip;
    (void)state;
    assert_true(sieve_read(&s, &edge_fields, "errors >= 1 and server ~ \":80\"", "protocol = dns",
                           &err, &slip));
    g.edges.len = sieve_rows(&s, g.edges.row, g.edges.len, sizeof *g.edges.row);
    assert_int_equal(g.edges.len, 2);
    assert_string_equal(g.edges.row[0].server, "cart");
    assert_string_equal(g.edges.row[1].server, "db");
    free(g.nodes.row);
    free(g.edges.row);
}

/* Says which of the two is wrong and where, of a graph what edges would know. */
static void points_at_what_is_wrong(void **state)
{
    static struct sieve s;
    static struct graph_sieve g;
    struct err err = {""};
    struct slip slip;
    (void)state;
    assert_false(sieve_read(&s, &edge_fields, "cart", "cart or prt = 80", &err, &slip));
    assert_string_equal(slip.what, "hide");
    assert_int_equal(slip.at, 8);
    assert_non_null(strstr(err.text, "did you mean port?"));
    assert_false(graph_sieve_read(&g, "group = a and portt = 80", NULL, &err, &slip));
    assert_string_equal(slip.what, "find");
    assert_int_equal(slip.at, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sifts_graphs),
        cmocka_unit_test(sifts_rows),
        cmocka_unit_test(points_at_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
