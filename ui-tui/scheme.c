/* scheme.c - see scheme.h. Here: what is shown, and the boxes; scheme_lines.c lets lines run. */
#include "ui-tui/scheme.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui-tui/canvas.h"
#include "ui-tui/scheme_lines.h"

enum { BOX_ROWS = 3, BOX_SLOT = 4, FLAT_SLOT = 2 };
enum { WIDTH_MOST = 26, WIDTH_LIKED = 20, WIDTH_LEAST = 13 };

void scheme_free(struct scheme *p)
{
    free(p->link);
    free(p->box);
    free(p->column);
    free(p->bus);
    free(p->hop);
    *p = (struct scheme){0};
}

/* Links --------------------------------------------------------------------------------------- */

struct numbered {
    int64_t id;
    uint32_t index;
};

static int compare_numbered(const void *left, const void *right)
{
    const struct numbered *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static int compare_links(const void *left, const void *right)
{
    const struct scheme_link *a = left, *b = right;
    if (a->client != b->client)
        return a->client < b->client ? -1 : 1;
    return (a->server > b->server) - (a->server < b->server);
}

/* Makes one of those with the same ends. */
static size_t merge_links(struct scheme_link *link, size_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        if (!kept || compare_links(&link[kept - 1], &link[i]))
            link[kept++] = link[i];
        else if (link[i].health > link[kept - 1].health)
            link[kept - 1].health = link[i].health;
    }
    return kept;
}

static bool find_links(struct scheme *p, const struct graph *g)
{
    struct numbered *numbers = malloc((g->nodes.len + 1) * sizeof *numbers);
    p->link = malloc((g->edges.len + 1) * sizeof *p->link);
    if (!numbers || !p->link) {
        free(numbers);
        return false;
    }
    for (size_t i = 0; i < g->nodes.len; i++)
        numbers[i] = (struct numbered){g->nodes.row[i].id, (uint32_t)i};
    qsort(numbers, g->nodes.len, sizeof *numbers, compare_numbered);
    for (size_t i = 0; i < g->edges.len; i++) {
        const struct edge_row *e = &g->edges.row[i];
        const struct numbered ends[] = {{.id = e->client_id}, {.id = e->server_id}};
        const struct numbered *from =
            bsearch(&ends[0], numbers, g->nodes.len, sizeof *numbers, compare_numbered);
        const struct numbered *to =
            bsearch(&ends[1], numbers, g->nodes.len, sizeof *numbers, compare_numbered);
        if (from && to)
            p->link[p->link_len++] =
                (struct scheme_link){from->index, to->index, e->figures.health};
    }
    free(numbers);
    qsort(p->link, p->link_len, sizeof *p->link, compare_links);
    p->link_len = merge_links(p->link, p->link_len);
    return true;
}

/* What is shown ------------------------------------------------------------------------------- */

/* Leaves column 0 to what is shown, -1 to the rest. */
static void choose_near(struct scheme *p, const struct scheme_wish *wish)
{
    for (uint32_t i = 0; i < p->nodes; i++)
        p->box[i].column = -1;
    if (wish->focus < p->nodes)
        p->box[wish->focus].column = 0;
    for (int hop = 0; hop < wish->hops; hop++) {
        for (size_t i = 0; i < p->link_len; i++) {
            struct scheme_box *a = &p->box[p->link[i].client], *b = &p->box[p->link[i].server];
            if (a->column == 0 && b->column == -1)
                b->column = -2;
            if (b->column == 0 && a->column == -1)
                a->column = -2;
        }
        for (uint32_t i = 0; i < p->nodes; i++)
            p->box[i].column = p->box[i].column == -2 ? 0 : p->box[i].column;
    }
}

static void choose(struct scheme *p, const struct scheme_wish *wish)
{
    for (uint32_t i = 0; i < p->nodes; i++)
        p->box[i].column = 0;
    if (wish->near_only)
        choose_near(p, wish);
    for (uint32_t i = 0; i < p->nodes; i++)
        p->shown += p->box[i].column == 0;
}

/* Columns ------------------------------------------------------------------------------------- */

/* Ranks that have a box become columns, without holes. */
static bool make_columns(struct scheme *p, const struct graph *g)
{
    int32_t most = 0;
    for (uint32_t i = 0; i < p->nodes; i++)
        most = g->nodes.row[i].rank > most ? g->nodes.row[i].rank : most;
    int *column_of = calloc((size_t)most + 1, sizeof *column_of);
    p->column = calloc((size_t)most + 2, sizeof *p->column);
    if (!column_of || !p->column) {
        free(column_of);
        return false;
    }
    for (uint32_t i = 0; i < p->nodes; i++)
        column_of[g->nodes.row[i].rank] |= p->box[i].column == 0;
    for (int32_t rank = 0; rank <= most; rank++)
        column_of[rank] = column_of[rank] ? (int)p->column_len++ : -1;
    for (uint32_t i = 0; i < p->nodes; i++) {
        if (p->box[i].column == 0)
            p->box[i].column = column_of[g->nodes.row[i].rank];
    }
    free(column_of);
    return true;
}

static void measure_columns(struct scheme *p, const struct graph *g)
{
    for (uint32_t i = 0; i < p->nodes; i++) {
        if (p->box[i].column < 0)
            continue;
        struct scheme_column *c = &p->column[p->box[i].column];
        int width = canvas_width(g->nodes.row[i].name, false) + 8;
        width = width < WIDTH_LIKED ? WIDTH_LIKED : width;
        c->width = width > c->width ? width : c->width;
    }
}

static int channel_width(const struct scheme_column *c)
{
    return c->lanes + 3;
}

static int total_width(const struct scheme *p, int most)
{
    int total = 0;
    for (size_t i = 0; i < p->column_len; i++) {
        const struct scheme_column *c = &p->column[i];
        total += (c->width < most ? c->width : most) + (i ? channel_width(c - 1) : 0);
    }
    return total;
}

/* As wide as there is room for; further to the right what has none. */
static void place_columns(struct scheme *p, int room)
{
    int most = WIDTH_MOST, left = 0;
    while (most > WIDTH_LEAST && total_width(p, most) > room)
        most--;
    if (total_width(p, most) > room)
        most = WIDTH_LIKED; /* it is scrolled anyway, so names may have their room */
    for (size_t i = 0; i < p->column_len; i++) {
        struct scheme_column *c = &p->column[i];
        c->width = c->width < most ? c->width : most;
        c->left = left;
        left += c->width + (i + 1 < p->column_len ? channel_width(c) : 0);
    }
    p->width = left;
}

/* Rows ---------------------------------------------------------------------------------------- */

/* A box on its way to its row. */
struct item {
    uint32_t node;
    int column;
    double y;
};

static int compare_height(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

/* All at the height of the layout, but where a whole row is empty: nodes of one column are a row
 * or more apart, and stay so. */
static void close_gaps(struct item *item, size_t len)
{
    double before = 0, y = 0;
    for (size_t i = 0; i < len; i++) {
        double gap = i ? item[i].y - before : 0;
        before = item[i].y;
        y += gap < 1 ? gap : 1;
        item[i].y = y;
    }
}

/* Of each column those that are shown, below each other, around one middle. */
static void stack(const struct scheme *p, struct item *item, size_t len, int *count)
{
    int most = 0;
    for (size_t i = 0; i < len; i++) {
        int here = ++count[item[i].column];
        most = here > most ? here : most;
    }
    int *next = count + p->column_len;
    for (size_t i = 0; i < len; i++) {
        int column = item[i].column;
        item[i].y = (most - count[column]) / 2.0 + next[column]++;
    }
}

static void take_rows(struct scheme *p, const struct item *item, size_t len)
{
    int slot = p->flat ? FLAT_SLOT : BOX_SLOT;
    p->rows = 0;
    for (size_t i = 0; i < len; i++) {
        int top = (int)floor(item[i].y * slot + 0.25), height = p->flat ? 1 : BOX_ROWS;
        p->box[item[i].node].top = top;
        p->rows = top + height > p->rows ? top + height : p->rows;
    }
}

static bool make_rows(struct scheme *p, const struct graph *g, const struct scheme_wish *wish)
{
    struct item *item = malloc((p->shown + 1) * sizeof *item);
    int *count = calloc(2 * p->column_len + 1, sizeof *count);
    size_t len = 0;
    if (item && count) {
        for (uint32_t i = 0; i < p->nodes; i++) {
            if (p->box[i].column >= 0)
                item[len++] = (struct item){i, p->box[i].column, g->nodes.row[i].y};
        }
        qsort(item, len, sizeof *item, compare_height);
        if (wish->near_only)
            stack(p, item, len, count);
        else
            close_gaps(item, len);
        p->flat = false;
        take_rows(p, item, len);
        p->flat = p->rows > wish->rows;
        if (p->flat)
            take_rows(p, item, len);
    }
    bool enough = item && count;
    free(item);
    free(count);
    return enough;
}

bool scheme_make(struct scheme *p, const struct graph *g, const struct scheme_wish *wish)
{
    scheme_free(p);
    p->nodes = (uint32_t)g->nodes.len;
    p->box = calloc((size_t)p->nodes + 1, sizeof *p->box);
    bool made = p->box && find_links(p, g);
    if (made) {
        choose(p, wish);
        made = make_columns(p, g) && make_rows(p, g, wish) && scheme_lines(p);
    }
    if (!made) {
        scheme_free(p);
        return false;
    }
    measure_columns(p, g);
    place_columns(p, wish->columns);
    return true;
}

bool scheme_ends(const struct scheme *p, const struct scheme_link *l, struct scheme_ends *ret)
{
    int from = p->box[l->client].column, to = p->box[l->server].column;
    if (from < 0 || to < 0 || l->client == l->server)
        return false;
    *ret = (struct scheme_ends){l->client, l->server, false};
    if (to <= from)
        *ret = (struct scheme_ends){l->server, l->client, true};
    return true;
}

int scheme_port(const struct scheme *p, uint32_t node, bool back)
{
    return p->box[node].top + (p->flat ? 0 : back ? 2 : 1);
}
