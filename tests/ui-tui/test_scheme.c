/* test_scheme.c - boxes do not lie on each other, lines run between them, and it is quick. */
#include "ui-tui/scheme.h"

#include <stdlib.h>
#include <time.h>

#include "tests/check.h"

/* Services in layers, `across` of them each, as a layout gives them; all of one layer call some of
 * the next, one in nine of the one after it too, and one in eleven calls back. */
static struct graph town(int layers, int across)
{
    struct graph g = {.nodes.len = (size_t)(layers * across)};
    g.nodes.row = calloc(g.nodes.len + 1, sizeof *g.nodes.row);
    g.edges.row = calloc(g.nodes.len * 4 + 1, sizeof *g.edges.row);
    assert_true(g.nodes.row && g.edges.row);
    for (int i = 0; i < layers * across; i++) {
        struct service_row *n = &g.nodes.row[i];
        n->id = i + 1;
        n->rank = i / across;
        n->order = i % across;
        n->x = n->rank;
        n->y = n->order + (n->rank % 2) * 0.5;
        int targets[4], len = 0;
        if (n->rank + 1 < layers) {
            targets[len++] = (n->rank + 1) * across + n->order;
            targets[len++] = (n->rank + 1) * across + (n->order * 3 + 1) % across;
        }
        if (n->rank + 2 < layers && i % 9 == 0)
            targets[len++] = (n->rank + 2) * across + n->order;
        if (n->rank > 0 && i % 11 == 0)
            targets[len++] = (n->rank - 1) * across + n->order;
        for (int k = 0; k < len; k++)
            g.edges.row[g.edges.len++] = (struct edge_row){
                .id = i * 4 + k + 1, .client_id = i + 1, .server_id = targets[k] + 1};
    }
    return g;
}

static void boxes_are_apart(const struct scheme *p)
{
    int height = p->flat ? 1 : 3;
    for (uint32_t i = 0; i < p->nodes; i++) {
        const struct scheme_box *a = &p->box[i];
        if (a->column < 0)
            continue;
        assert_in_range(a->top, 0, p->rows - height);
        for (uint32_t k = i + 1; k < p->nodes; k++) {
            const struct scheme_box *b = &p->box[k];
            if (b->column == a->column)
                assert_true(abs(a->top - b->top) > height);
        }
    }
    for (size_t i = 0; i + 1 < p->column_len; i++)
        assert_true(p->column[i].left + p->column[i].width + p->column[i].lanes + 2 <
                    p->column[i + 1].left + 1);
}

/* Of lines that pass a column none goes through a box or has another's row. */
static void lines_pass_between(const struct scheme *p)
{
    int height = p->flat ? 1 : 3;
    for (uint32_t bus = 0; bus < 2 * p->nodes; bus++) {
        for (int32_t k = 1; k < p->bus[bus].len; k++) {
            int row = p->hop[p->bus[bus].first + k].row;
            int column = p->box[bus / 2].column + k;
            for (uint32_t i = 0; i < p->nodes; i++) {
                if (p->box[i].column == column)
                    assert_false(row >= p->box[i].top && row < p->box[i].top + height);
            }
        }
    }
}

static void test_boxes_and_lines(void **state)
{
    (void)state;
    for (int across = 1; across < 12; across++) {
        struct graph g = town(5, across);
        struct scheme p = {0};
        const struct scheme_wish wish = {.rows = 30, .columns = 130};
        assert_true(scheme_make(&p, &g, &wish));
        assert_int_equal(p.shown, 5 * across);
        assert_int_equal(p.column_len, 5);
        assert_int_equal(p.flat, across > 7);
        boxes_are_apart(&p);
        lines_pass_between(&p);
        scheme_free(&p);
        graph_free(&g);
    }
}

/* What is near: after one step the neighbours, after two theirs; the order in a column stays. */
static void test_near(void **state)
{
    struct graph g = town(6, 20);
    struct scheme p = {0};
    struct scheme_wish wish = {
        .rows = 30, .columns = 130, .near_only = true, .focus = 45, .hops = 1};
    (void)state;
    assert_true(scheme_make(&p, &g, &wish));
    size_t one = p.shown;
    for (size_t i = 0; i < p.link_len; i++) {
        const struct scheme_link *l = &p.link[i];
        if (l->client == 45 || l->server == 45)
            assert_true(p.box[l->client].column >= 0 && p.box[l->server].column >= 0);
    }
    assert_in_range(one, 3, 9);
    boxes_are_apart(&p);
    wish.hops = 2;
    assert_true(scheme_make(&p, &g, &wish));
    assert_true(p.shown > one);
    for (uint32_t i = 0; i + 1 < p.nodes; i++) {
        if (p.box[i].column >= 0 && p.box[i].column == p.box[i + 1].column)
            assert_true(p.box[i].top < p.box[i + 1].top);
    }
    scheme_free(&p);
    graph_free(&g);
}

/* A node's place is not that of its rank only: a link against the columns is drawn back. */
static void test_back(void **state)
{
    struct graph g = town(2, 3);
    struct scheme p = {0};
    struct scheme_ends e;
    const struct scheme_wish wish = {.rows = 30, .columns = 80};
    (void)state;
    g.edges.len = 0;
    g.edges.row[g.edges.len++] = (struct edge_row){.client_id = 4, .server_id = 1};
    g.edges.row[g.edges.len++] = (struct edge_row){.client_id = 2, .server_id = 3};
    g.edges.row[g.edges.len++] = (struct edge_row){.client_id = 2, .server_id = 2};
    g.edges.row[g.edges.len++] = (struct edge_row){.client_id = 1, .server_id = 999};
    assert_true(scheme_make(&p, &g, &wish));
    assert_int_equal(p.link_len, 3);
    assert_false(scheme_ends(&p, &p.link[0], &e)); /* to itself */
    assert_true(scheme_ends(&p, &p.link[1], &e));  /* within a column */
    assert_true(e.back && e.left == 2 && e.right == 1);
    assert_int_not_equal(p.hop[p.bus[2 * 2 + 1].first].lane, -1);
    assert_true(scheme_ends(&p, &p.link[2], &e));
    assert_true(e.back && e.left == 0 && e.right == 3);
    scheme_free(&p);
    graph_free(&g);
}

/* 2,000 services are placed while nobody notices. With sanitizers it takes longer. */
static void test_quick(void **state)
{
    struct graph g = town(10, 200);
    struct scheme p = {0};
    const struct scheme_wish wish = {.rows = 30, .columns = 130};
    (void)state;
    clock_t begin = clock();
    assert_true(scheme_make(&p, &g, &wish));
    double ms = 1000.0 * (double)(clock() - begin) / CLOCKS_PER_SEC;
    print_message("2,000 services, %zu links: %.1f ms\n", p.link_len, ms);
    assert_true(ms < 400);
    scheme_free(&p);
    graph_free(&g);
}

static void test_empty(void **state)
{
    struct graph g = {0};
    struct scheme p = {0};
    const struct scheme_wish wish = {.rows = 3, .columns = 8, .near_only = true, .hops = 3};
    (void)state;
    assert_true(scheme_make(&p, &g, &wish));
    assert_int_equal(p.shown, 0);
    scheme_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boxes_and_lines),
        cmocka_unit_test(test_near),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_quick),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
