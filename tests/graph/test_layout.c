/* test_layout.c - graph/layout.c and the steps of it in layout_*.c.
 *
 * Graphs are written as text: "a>b b>c d"; nodes are numbered as they come, and are single letters.
 * A weight may follow: "a>b:9". */
#include "graph/layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "graph/layout_plan.h"
#include "tests/check.h"

enum { NODES_MAX = 64, EDGES_MAX = 128 };

static struct layout_node node[NODES_MAX];
static struct layout_edge edge[EDGES_MAX];
static size_t nodes, edges;
static char letters[NODES_MAX + 1];

static uint32_t number_of(char letter)
{
    char *at = strchr(letters, letter);
    if (at)
        return (uint32_t)(at - letters);
    assert_true(nodes < NODES_MAX);
    letters[nodes] = letter;
    node[nodes] = (struct layout_node){0};
    return (uint32_t)nodes++;
}

static struct layout_node *at(char letter)
{
    assert_non_null(strchr(letters, letter));
    return &node[number_of(letter)];
}

static void read_graph(const char *text)
{
    for (const char *p = text; *p;) {
        uint32_t from = number_of(*p++);
        if (*p == '>') {
            struct layout_edge e = {from, number_of(p[1]), 1};
            p += 2;
            if (*p == ':')
                e.weight = strtod(p + 1, (char **)&p);
            edge[edges++] = e;
        }
        p += *p == ' ';
    }
}

static void place(const char *text)
{
    memset(letters, 0, sizeof letters);
    nodes = edges = 0;
    read_graph(text);
    assert_true(layout_place(node, nodes, edge, edges));
}

static bool near(double a, double b)
{
    return a - b < 1e-6 && b - a < 1e-6;
}

static void assert_no_overlap(void)
{
    for (size_t i = 0; i < nodes; i++)
        for (size_t j = i + 1; j < nodes; j++) {
            double dx = node[i].x - node[j].x, dy = node[i].y - node[j].y;
            if (dx > -1 + 1e-6 && dx < 1 - 1e-6 && dy > -1 + 1e-6 && dy < 1 - 1e-6)
                fail_msg("%c and %c overlap", letters[i], letters[j]);
        }
}

/* Edges drawn as straight lines between columns side by side: how many pairs cross. */
static int crossings(void)
{
    int count = 0;
    for (size_t i = 0; i < edges; i++)
        for (size_t j = i + 1; j < edges; j++) {
            const struct layout_node *a = &node[edge[i].from], *b = &node[edge[i].to];
            const struct layout_node *c = &node[edge[j].from], *d = &node[edge[j].to];
            if (near(a->x, c->x) && near(b->x, d->x))
                count += (a->y - c->y) * (b->y - d->y) < -1e-9;
        }
    return count;
}

static void a_chain_is_straight(void **state)
{
    (void)state;
    place("a>b b>c c>d d>e");
    for (size_t i = 0; i < nodes; i++) {
        assert_true(near(node[i].x, (double)i) && near(node[i].y, 0));
        assert_int_equal(node[i].rank, i);
        assert_int_equal(node[i].order, 0);
    }
}

static void parents_are_centred_on_their_children(void **state)
{
    (void)state;
    place("a>b a>c a>d");
    assert_true(near(at('a')->y, 1));
    assert_true(near(at('b')->y, 0) && near(at('c')->y, 1) && near(at('d')->y, 2));
    place("b>a c>a d>a e>a");
    assert_true(near(at('a')->y, 1.5));
    assert_no_overlap();
}

/* A node that many call, and that calls nothing, stands right of all its callers. */
static void ranks_follow_the_longest_path(void **state)
{
    (void)state;
    place("a>b b>c c>z a>z b>z");
    assert_int_equal(at('a')->rank, 0);
    assert_int_equal(at('z')->rank, 3);
}

/* A job that calls only the database does not stand with the entries, far away from it. */
static void sources_are_pulled_to_what_they_call(void **state)
{
    (void)state;
    place("a>b b>c c>z j>z");
    assert_int_equal(at('j')->rank, 2);
    place("a>b b>c c>z j>z j>b"); /* but they stay left of all that they call */
    assert_int_equal(at('j')->rank, 0);
}

static void only_entries_stand_in_the_first_column(void **state)
{
    (void)state;
    place("e>a e>b a>c b>c c>d f>c f>d d>g g>h h>d i>h");
    bool called[NODES_MAX] = {false};
    for (size_t i = 0; i < edges; i++)
        called[edge[i].to] = true;
    for (size_t i = 0; i < nodes; i++)
        assert_true(node[i].rank > 0 || !called[i]);
}

static void cycles_are_broken_where_they_lead_back(void **state)
{
    (void)state;
    place("a>b b>c c>d d>b");
    assert_int_equal(at('a')->rank, 0);
    assert_int_equal(at('b')->rank, 1);
    assert_int_equal(at('d')->rank, 3);
    place("a>b b>a"); /* nothing but a cycle */
    assert_int_equal(at('a')->rank + at('b')->rank, 1);
    place("a>a"); /* a loop */
    assert_int_equal(at('a')->rank, 0);
}

static void links_cross_no_more_than_they_must(void **state)
{
    (void)state;
    static const struct {
        const char *graph;
        int crossings;
    } cases[] = {
        {"a>b a>c b>d b>e c>f c>g", 0},             /* a tree */
        {"a>x b>y c>z a>y b>z", 0},                 /* a zigzag */
        {"g>a g>b g>c a>x b>y c>z x>r y>r z>r", 0}, /* fan out, fan in */
        {"a>f b>e c>d a>g b>h c>i f>j e>k d>l", 0}, /* written upside down */
        {"a>d b>c a>c b>d", 1},                     /* two by two */
        {"a>e a>f b>g b>h c>e c>h d>f d>g", 3},     /* a ring of eight */
        {"a>d a>e a>f b>d b>e b>f c>d c>e c>f", 9}, /* three by three */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        place(cases[i].graph);
        assert_int_equal(crossings(), cases[i].crossings);
        assert_no_overlap();
    }
}

/* The shop that many demos run. */
static const char shop[] = "x>f:100 f>p:50 f>c:40 f>b:30 f>r:20 f>s:10 f>k:5 f>a:20 r>p:20 k>p:5 "
                           "k>b:5 k>s:5 k>c:5 k>y:5 k>m:5 b>R:60 p>P:30 y>S m>M j>P l>f o>f o>b";

static void a_shop_is_drawn_with_few_crossings(void **state)
{
    (void)state;
    place(shop);
    assert_no_overlap();
    assert_in_range(crossings(), 0, 3);
    assert_true(at('x')->rank < at('f')->rank && at('f')->rank < at('k')->rank);
}

/* A long link is straight even though nodes stand in the columns that it crosses. */
static void long_links_find_their_way_between_nodes(void **state)
{
    (void)state;
    place("a>b b>c c>d a>d:50 a>e e>f f>d");
    assert_no_overlap();
    assert_true(near(at('a')->y, at('d')->y));
    double between = at('b')->y - at('e')->y; /* the link runs between the two */
    assert_true(between > 1.2 || between < -1.2);
}

static void parts_stand_below_each_other(void **state)
{
    (void)state;
    place("a>b p>q q>r q>s x>y");
    assert_no_overlap();
    assert_true(at('p')->y < at('a')->y && at('r')->y < at('a')->y); /* the greatest on top */
    assert_true(at('a')->y < at('x')->y);
}

static void nodes_without_edges_fill_rows_at_the_bottom(void **state)
{
    (void)state;
    place("1 2 3 a>b b>c 4 5");
    assert_no_overlap();
    for (const char *p = "12345"; *p; p++)
        assert_true(at(*p)->y > at('c')->y);
    place("1 2 3 4 5 6 7 8 9"); /* nothing else */
    assert_no_overlap();
    assert_true(at('9')->x <= 2 && at('9')->y <= 2);
    place("1");
    assert_true(near(at('1')->x, 0) && near(at('1')->y, 0));
    place("");
}

/* Ranks count from 0, and so does the order in each column, without holes and from the top. */
static void rank_and_order_say_what_x_and_y_say(void **state)
{
    (void)state;
    place(shop);
    for (size_t i = 0; i < nodes; i++) {
        int32_t above = 0;
        for (size_t j = 0; j < nodes; j++)
            above += node[j].rank == node[i].rank && node[j].y < node[i].y;
        assert_int_equal(node[i].order, above);
        assert_true(near(node[i].x, node[i].rank));
    }
}

static void the_same_graph_gives_the_same_layout(void **state)
{
    (void)state;
    struct layout_node first[NODES_MAX];
    place(shop);
    memcpy(first, node, sizeof first);
    place(shop);
    for (size_t i = 0; i < nodes; i++)
        assert_true(first[i].x == node[i].x && first[i].y == node[i].y);
}

static void lay_out_again(const char *more)
{
    for (size_t i = 0; i < nodes; i++)
        node[i].placed = true;
    read_graph(more);
    assert_true(layout_place(node, nodes, edge, edges));
}

/* Nodes with a place keep it to the bit; new ones go beside their neighbours, where there is room.
 */
static void known_nodes_keep_their_places(void **state)
{
    (void)state;
    place(shop);
    struct layout_node before[NODES_MAX];
    size_t known = nodes;
    memcpy(before, node, sizeof before);
    lay_out_again("f>N N>P N>Q k>T u>x U>V z W>b");
    for (size_t i = 0; i < known; i++)
        assert_true(before[i].x == node[i].x && before[i].y == node[i].y);
    assert_no_overlap();
    assert_true(near(at('N')->x, at('f')->x + 1));
    assert_true(near(at('Q')->x, at('N')->x + 1));
    assert_true(near(at('u')->x, at('x')->x - 1)); /* left of the first column */
    assert_true(at('u')->x < 0);
    assert_int_equal(at('u')->rank, 0);
    assert_true(near(at('W')->x, at('b')->x - 1));
    assert_true(at('U')->y > at('f')->y && near(at('U')->y, at('V')->y)); /* a part of its own */
}

static void new_nodes_are_placed_level_with_their_neighbour(void **state)
{
    (void)state;
    place("a>b");
    lay_out_again("b>c c>d");
    assert_true(near(at('c')->y, at('b')->y) && near(at('d')->x, 3) && near(at('d')->y, 0));
    lay_out_again("b>e"); /* the place beside b is taken */
    assert_true(near(at('e')->x, 2) && !near(at('e')->y, 0));
    assert_no_overlap();
}

static void odd_input_is_taken(void **state)
{
    (void)state;
    struct layout_node odd[3] = {
        {.placed = true, .x = 1e300, .y = -1e300}, {.placed = true, .y = NAN}, {.placed = false}};
    const struct layout_edge odd_edges[] = {{0, 1, 1},  {1, 2, -5},  {2, 0, 0},
                                            {0, 77, 1}, {99, 98, 1}, {0, 1, 1e300}};
    assert_true(layout_place(odd, 3, odd_edges, 6));
    assert_true(odd[0].x == 1e300 && odd[0].y == -1e300);
    assert_true(isfinite(odd[1].y)); /* a place that is none is not kept */
    assert_true(layout_place(NULL, 0, NULL, 0));
}

/* Random graphs, all at once or node by node: no two nodes in one place. */
static void no_two_nodes_overlap(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int graph = 0; graph < 60; graph++) {
        memset(letters, 0, sizeof letters);
        nodes = edges = 0;
        for (char letter = '0'; letter < '0' + 40; letter++)
            number_of(letter);
        for (int i = 0; i < 20 + graph; i++) {
            seed = seed * 1664525 + 1013904223;
            edge[edges++] = (struct layout_edge){seed >> 8 & 31, seed >> 16 & 31, 1 + (seed >> 28)};
        }
        assert_true(layout_place(node, nodes, edge, edges));
        assert_no_overlap();
        for (size_t i = 0; i < nodes; i++)
            node[i].placed = i % 3 != 0;
        assert_true(layout_place(node, nodes, edge, edges));
        assert_no_overlap();
    }
}

static void ordering_finds_what_crosses(void **state)
{
    (void)state;
    /* 0 and 1 lead to 3 and 2: crossed as numbered, and not when ordered. */
    const struct layout_link link[] = {{0, 3, 1}, {1, 2, 1}, {0, 4, 1}, {1, 4, 1}};
    struct layout_plan p;
    uint32_t scratch[32];
    assert_true(layout_plan_init(&p, 5, link, 4));
    assert_true(layout_rank(&p) && layout_split(&p));
    assert_int_equal(layout_crossings(&p, scratch), 2);
    assert_true(layout_order(&p));
    assert_int_equal(layout_crossings(&p, scratch), 0);
    layout_plan_fini(&p);
}

/* A tree of 60 services with a few links across, by a fixed series of random numbers. */
static uint32_t make_links(uint32_t *seed, struct layout_link *link)
{
    enum { SERVICES = 60, ACROSS = 15 };
    uint32_t len = 0;
    for (uint32_t i = 1; i < SERVICES + ACROSS; i++) {
        *seed = *seed * 1664525 + 1013904223;
        uint32_t from = i < SERVICES ? i / 3 : (*seed >> 8) % SERVICES;
        uint32_t to = i < SERVICES ? i : (*seed >> 16) % SERVICES;
        if (from != to)
            link[len++] = (struct layout_link){from, to, 1};
    }
    return len;
}

/* Not a matter of right or wrong, but of how good: no change may make these figures worse without
 * being seen. */
static void drawings_stay_as_good_as_they_are(void **state)
{
    (void)state;
    uint32_t seed = 3;
    uint64_t crossed = 0;
    double slope = 0; /* squares of how far links climb or fall */
    for (int graph = 0; graph < 20; graph++) {
        struct layout_link link[80];
        struct layout_plan p;
        assert_true(layout_plan_init(&p, 60, link, make_links(&seed, link)));
        assert_true(layout_rank(&p) && layout_split(&p) && layout_order(&p));
        assert_true(layout_straighten(&p));
        uint32_t *scratch = calloc(p.vertex_len + p.link_len, sizeof *scratch);
        assert_non_null(scratch);
        crossed += layout_crossings(&p, scratch);
        for (uint32_t i = 0; i < p.link_len; i++) {
            double rise = p.y[p.link[i].to] - p.y[p.link[i].from];
            slope += rise * rise;
        }
        free(scratch);
        layout_plan_fini(&p);
    }
    assert_in_range(crossed, 0, 700);
    assert_in_range((uint64_t)slope, 0, 11200);
}

/* 2,000 nodes are laid out at once: here, without optimisation and with sanitizers, in seconds. */
static void great_graphs_are_no_trouble(void **state)
{
    (void)state;
    enum { MANY = 2000, MANY_EDGES = 3300 };
    struct layout_node *many = calloc(MANY, sizeof *many);
    struct layout_edge *many_edges = calloc(MANY_EDGES, sizeof *many_edges);
    assert_true(many && many_edges);
    uint32_t seed = 7;
    for (uint32_t i = 0; i < MANY_EDGES; i++) {
        seed = seed * 1664525 + 1013904223;
        uint32_t to = i < MANY - 1 ? i + 1 : 1 + (seed >> 8) % (MANY - 1);
        uint32_t from = i < MANY - 1 ? i / 4 : (seed >> 12) % to;
        many_edges[i] = (struct layout_edge){from, to, 1};
    }
    clock_t start = clock();
    assert_true(layout_place(many, MANY, many_edges, MANY_EDGES));
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5);
    free(many);
    free(many_edges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_straight),
        cmocka_unit_test(parents_are_centred_on_their_children),
        cmocka_unit_test(ranks_follow_the_longest_path),
        cmocka_unit_test(sources_are_pulled_to_what_they_call),
        cmocka_unit_test(only_entries_stand_in_the_first_column),
        cmocka_unit_test(cycles_are_broken_where_they_lead_back),
        cmocka_unit_test(links_cross_no_more_than_they_must),
        cmocka_unit_test(a_shop_is_drawn_with_few_crossings),
        cmocka_unit_test(long_links_find_their_way_between_nodes),
        cmocka_unit_test(parts_stand_below_each_other),
        cmocka_unit_test(nodes_without_edges_fill_rows_at_the_bottom),
        cmocka_unit_test(rank_and_order_say_what_x_and_y_say),
        cmocka_unit_test(the_same_graph_gives_the_same_layout),
        cmocka_unit_test(known_nodes_keep_their_places),
        cmocka_unit_test(new_nodes_are_placed_level_with_their_neighbour),
        cmocka_unit_test(odd_input_is_taken),
        cmocka_unit_test(no_two_nodes_overlap),
        cmocka_unit_test(ordering_finds_what_crosses),
        cmocka_unit_test(drawings_stay_as_good_as_they_are),
        cmocka_unit_test(great_graphs_are_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
