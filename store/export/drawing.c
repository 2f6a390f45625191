/* drawing.c - see drawing.h. */
#include "store/export/drawing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a node, of a column and a row of the layout, and around all of it; in pixels. APART: edges
 * with the same two ends. */
enum {
    NODE_WIDTH = 150,
    NODE_HEIGHT = 34,
    COLUMN = 340,
    ROW = 62,
    MARGIN = 30,
    NAME_MOST = 19,
    LINE = 12,
    LABEL = 10,
    RIM = 5,
    APART = 18
};

/* How far an edge goes on straight before it bends. */
#define BEND (COLUMN / 3.0)

struct box {
    double left, top, right, bottom;
};

static bool meet(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

struct frame {
    double left, top; /* of the layout, in its units */
    double width, height;
};

/* From U+3000 on letters are twice as wide. */
static size_t columns_of(const char *at)
{
    return (unsigned char)*at >= 0xe3 ? 2 : 1;
}

static const char *next_character(const char *at)
{
    do
        at++;
    while (((unsigned char)*at & 0xc0) == 0x80);
    return at;
}

/* The sign, and as much of the name as a node has room for; the whole name is in its title. */
static void write_name(const struct drawing_node *n, char *text, size_t size)
{
    const char *end = n->name;
    for (size_t columns = 0; *end; end = next_character(end)) {
        columns += columns_of(end);
        if (columns > NAME_MOST)
            break;
    }
    snprintf(text, size, "%s%s%.*s%s", n->sign, n->sign[0] ? " " : "", (int)(end - n->name),
             n->name, *end ? "\xe2\x80\xa6" : ""); /* an ellipsis */
}

static struct frame frame_of(const struct drawing *d)
{
    struct frame f = {0};
    double right = 0, bottom = 0;
    for (size_t i = 0; i < d->node_len; i++) {
        const struct drawing_node *n = &d->node[i];
        f.left = !i || n->x < f.left ? n->x : f.left;
        f.top = !i || n->y < f.top ? n->y : f.top;
        right = !i || n->x > right ? n->x : right;
        bottom = !i || n->y > bottom ? n->y : bottom;
    }
    f.width = ceil((right - f.left) * COLUMN + NODE_WIDTH + 2 * MARGIN);
    f.height = ceil((bottom - f.top) * ROW + NODE_HEIGHT + 2 * MARGIN + ROW); /* for edges around */
    return f;
}

/* The upper left corner of a node. */
static double left_of(const struct frame *f, const struct drawing_node *n)
{
    return MARGIN + (n->x - f->left) * COLUMN;
}

static double top_of(const struct frame *f, const struct drawing_node *n)
{
    return MARGIN + (n->y - f->top) * ROW;
}

static void add(struct canvas_shape *s, struct canvas_step step)
{
    s->step[s->len++] = step;
}

static void move(struct canvas_shape *s, double x, double y)
{
    add(s, (struct canvas_step){'M', {x}, {y}});
}

static void line(struct canvas_shape *s, double x, double y)
{
    add(s, (struct canvas_step){'L', {x}, {y}});
}

static void close_path(struct canvas_shape *s)
{
    add(s, (struct canvas_step){.what = 'Z'});
}

/* A quarter of an ellipse from the last point to (x, y): off along y first where `upright`. */
static void quarter(struct canvas_shape *s, double x, double y, bool upright)
{
    const double pull = 0.5523; /* of a curve that is round */
    const struct canvas_step *last = &s->step[s->len - 1];
    size_t end = last->what == 'C' ? 2 : 0;
    double x0 = last->x[end], y0 = last->y[end], dx = (x - x0) * pull, dy = (y - y0) * pull;
    if (upright)
        add(s, (struct canvas_step){'C', {x0, x - dx, x}, {y0 + dy, y, y}});
    else
        add(s, (struct canvas_step){'C', {x0 + dx, x, x}, {y0, y - dy, y}});
}

static void add_rounded(struct canvas_shape *s, double x, double y, double r)
{
    double right = x + NODE_WIDTH, bottom = y + NODE_HEIGHT;
    move(s, x + r, y);
    line(s, right - r, y);
    quarter(s, right, y + r, false);
    line(s, right, bottom - r);
    quarter(s, right - r, bottom, true);
    line(s, x + r, bottom);
    quarter(s, x, bottom - r, false);
    line(s, x, y + r);
    quarter(s, x + r, y, true);
    close_path(s);
}

/* A drum: its side, and the front of its lid. */
static void add_drum(struct canvas_shape *s, double x, double y)
{
    double middle = x + NODE_WIDTH / 2.0, right = x + NODE_WIDTH, bottom = y + NODE_HEIGHT;
    move(s, x, y + RIM);
    quarter(s, middle, y, true);
    quarter(s, right, y + RIM, false);
    line(s, right, bottom - RIM);
    quarter(s, middle, bottom, true);
    quarter(s, x, bottom - RIM, false);
    close_path(s);
    move(s, x, y + RIM);
    quarter(s, middle, y + 2 * RIM, true);
    quarter(s, right, y + RIM, false);
}

static void add_pointed(struct canvas_shape *s, double x, double y)
{
    double right = x + NODE_WIDTH, bottom = y + NODE_HEIGHT;
    move(s, x, y);
    line(s, right - 12, y);
    line(s, right, (y + bottom) / 2);
    line(s, right - 12, bottom);
    line(s, x, bottom);
    close_path(s);
}

static void put_node(struct canvas *c, const struct frame *f, const struct drawing_node *n)
{
    double x = left_of(f, n), y = top_of(f, n);
    struct canvas_shape shape = {.pen = n->pen, .fill = "#F6F8FA"};
    char text[NAME_TEXT_MAX + 16];
    if (n->kind == PICTURE_DATABASE)
        add_drum(&shape, x, y);
    else if (n->kind == PICTURE_QUEUE)
        add_pointed(&shape, x, y);
    else
        add_rounded(&shape, x, y, n->kind == PICTURE_EXTERNAL ? NODE_HEIGHT / 2.0 : 6);
    if (n->kind == PICTURE_EXTERNAL)
        shape.pen.dashes = "4 3";
    write_name(n, text, sizeof text);
    c->open(c, "node", n->name);
    c->shape(c, &shape);
    c->text(c,
            &(struct canvas_text){x + NODE_WIDTH / 2.0,
                                  y + NODE_HEIGHT / 2.0 + (n->kind == PICTURE_DATABASE ? 7 : 4), 12,
                                  "#1F2328"},
            text);
    c->close(c);
}

/* Where an edge runs: from right to left side; where the server is not to the right, around both
 * from below. */
struct line {
    double x1, y1, x2, y2, below;
};

/* `nth` of those with the same ends. */
static struct line line_of(const struct frame *f, const struct drawing_node *client,
                           const struct drawing_node *server, size_t nth)
{
    double middle = NODE_HEIGHT / 2.0;
    struct line l = {.x1 = left_of(f, client) + NODE_WIDTH,
                     .y1 = top_of(f, client) + middle,
                     .x2 = left_of(f, server) - 5,
                     .y2 = top_of(f, server) + middle};
    l.below = (l.x2 < l.x1 ? ROW : 0) + (double)nth * APART;
    return l;
}

/* Of the curve that put_edge() draws. */
static void point_of(const struct line *l, double t, double *ret_x, double *ret_y)
{
    double s = 1 - t, w[] = {s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t};
    *ret_x = w[0] * l->x1 + w[1] * (l->x1 + BEND) + w[2] * (l->x2 - BEND) + w[3] * l->x2;
    *ret_y = w[0] * l->y1 + w[1] * (l->y1 + l->below) + w[2] * (l->y2 + l->below) + w[3] * l->y2;
}

static void put_edge(struct canvas *c, const struct drawing *d, struct line l,
                     const struct drawing_edge *e)
{
    struct canvas_shape way = {.pen = e->pen}, arrow = {.fill = e->pen.color};
    char title[2 * NAME_TEXT_MAX + 64];
    move(&way, l.x1, l.y1);
    add(&way, (struct canvas_step){
                  'C', {l.x1 + BEND, l.x2 - BEND, l.x2}, {l.y1 + l.below, l.y2 + l.below, l.y2}});
    move(&arrow, l.x2 + 5, l.y2);
    line(&arrow, l.x2 - 2, l.y2 - 4);
    line(&arrow, l.x2 - 2, l.y2 + 4);
    close_path(&arrow);
    snprintf(title, sizeof title, "%s - %s, port %u, %s", d->node[e->client].name,
             d->node[e->server].name, e->port, e->protocol);
    c->open(c, "edge", title);
    c->shape(c, &way);
    c->shape(c, &arrow);
    c->close(c);
}

/* Its lines stand one below the other, on white where they cross others. */
static void put_label(struct canvas *c, const struct box *at, const struct drawing_edge *e)
{
    struct canvas_text how = {(at->left + at->right) / 2, at->top + LINE - 2, LABEL, e->ink};
    struct canvas_shape ground = {.fill = "#FFFFFF"};
    char text[sizeof e->label];
    move(&ground, at->left, at->top);
    line(&ground, at->right, at->top);
    line(&ground, at->right, at->bottom);
    line(&ground, at->left, at->bottom);
    close_path(&ground);
    c->shape(c, &ground);
    for (const char *from = e->label; *from; how.y += LINE) {
        size_t len = strcspn(from, "\n");
        memcpy(text, from, len);
        text[len] = '\0';
        c->text(c, &how, text);
        from += len + (from[len] == '\n');
    }
}

static void put_edges(struct canvas *c, const struct frame *f, const struct drawing *d,
                      struct line *ret_line)
{
    size_t nth = 0;
    for (size_t i = 0; i < d->edge_len; i++) {
        const struct drawing_edge *e = &d->edge[i];
        bool again = i && e[-1].client == e->client && e[-1].server == e->server;
        nth = again ? nth + 1 : 0;
        ret_line[i] = line_of(f, &d->node[e->client], &d->node[e->server], nth);
        put_edge(c, d, ret_line[i], e);
    }
}

static struct box box_of(const struct frame *f, const struct drawing_node *n)
{
    double x = left_of(f, n), y = top_of(f, n);
    return (struct box){x - 2, y - 2, x + NODE_WIDTH + 2, y + NODE_HEIGHT + 2};
}

/* How wide a label is is guessed, since what it is written with is not known here. */
static void measure(const char *label, double *ret_width, double *ret_height)
{
    size_t longest = 0, len = 0;
    *ret_height = *label ? LINE : 0;
    for (const char *at = label; *at; at++) {
        if (*at == '\n' && at[1])
            *ret_height += LINE;
        len = *at == '\n' ? 0 : len + ((*at & 0xc0) != 0x80); /* characters, not bytes */
        longest = len > longest ? len : longest;
    }
    *ret_width = 0.55 * LABEL * (double)longest + 4;
}

/* On its edge, where nothing else is; false if there is no such place. `taken` grows. */
static bool place_label(const struct line *l, const char *label, struct box *taken, size_t *len)
{
    static const double along[] = {0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.82, 0.18};
    double width, height;
    measure(label, &width, &height);
    for (size_t i = 0; i < sizeof along / sizeof *along; i++) {
        double x, y;
        size_t other = 0;
        point_of(l, along[i], &x, &y);
        struct box at = {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
        while (other < *len && !meet(&at, &taken[other]))
            other++;
        if (other < *len)
            continue;
        taken[(*len)++] = at;
        return true;
    }
    return false;
}

/* Those that tell of something wrong come first, if not all have room. */
static void put_labels(struct canvas *c, const struct frame *f, const struct drawing *d,
                       const struct line *l, struct box *taken)
{
    size_t len = 0;
    for (size_t i = 0; i < d->node_len; i++)
        taken[len++] = box_of(f, &d->node[i]);
    for (int urgent = 1; urgent >= 0; urgent--)
        for (size_t i = 0; i < d->edge_len; i++)
            if (d->edge[i].urgent == urgent && d->edge[i].label[0] &&
                place_label(&l[i], d->edge[i].label, taken, &len))
                put_label(c, &taken[len - 1], &d->edge[i]);
}

bool drawing_put(struct canvas *c, const struct drawing *d)
{
    struct frame f = frame_of(d);
    struct line *l = calloc(d->edge_len + 1, sizeof *l);
    struct box *taken = calloc(d->node_len + d->edge_len + 1, sizeof *taken);
    bool drawn = l && taken && c->begin(c, f.width, f.height);
    if (drawn) {
        put_edges(c, &f, d, l);
        for (size_t i = 0; i < d->node_len; i++)
            put_node(c, &f, &d->node[i]);
        put_labels(c, &f, d, l, taken);
        drawn = c->end(c);
    }
    free(l);
    free(taken);
    return drawn;
}
