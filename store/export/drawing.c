/* drawing.c - see drawing.h. */
#include "store/export/drawing.h"

#include <string.h>

/* Of a node, of a column and a row of the layout, and around all of it; in pixels. APART: edges
 * with the same two ends. */
enum {
    NODE_WIDTH = 150,
    NODE_HEIGHT = 34,
    COLUMN = 310,
    ROW = 62,
    MARGIN = 30,
    NAME_MOST = 21,
    LINE = 11,
    APART = 18
};

struct frame {
    double left, top; /* of the layout, in its units */
    double width, height;
};

static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else
            fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    }
}

/* As many characters as a node has room for; the whole name is in its title. */
static void put_name(FILE *out, const char *name)
{
    char text[NAME_TEXT_MAX];
    size_t len = 0, characters = 0;
    for (; name[len] && len + 1 < sizeof text; len++) {
        bool begins = ((unsigned char)name[len] & 0xc0) != 0x80;
        if (begins && characters++ == NAME_MOST)
            break;
        text[len] = name[len];
    }
    text[len] = '\0';
    put_escaped(out, text);
    if (name[len])
        fputs("\xe2\x80\xa6", out); /* an ellipsis */
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
    f.width = (right - f.left) * COLUMN + NODE_WIDTH + 2 * MARGIN;
    f.height = (bottom - f.top) * ROW + NODE_HEIGHT + 2 * MARGIN;
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

static void put_shape(FILE *out, enum picture_kind kind, double x, double y)
{
    double right = x + NODE_WIDTH, bottom = y + NODE_HEIGHT;
    switch (kind) {
    case PICTURE_DATABASE:
        fprintf(out,
                "<path d=\"M%.1f %.1fa75 5 0 0 1 150 0v24a75 5 0 0 1 -150 0zm0 0a75 5 0 0 0 150 "
                "0\"/>",
                x, y + 5);
        return;
    case PICTURE_QUEUE:
        fprintf(out, "<path d=\"M%.1f %.1fH%.1fL%.1f %.1fL%.1f %.1fH%.1fz\"/>", x, y, right - 12,
                right, (y + bottom) / 2, right - 12, bottom, x);
        return;
    case PICTURE_EXTERNAL:
        fprintf(out,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" rx=\"17\" "
                "stroke-dasharray=\"4 3\"/>",
                x, y, NODE_WIDTH, NODE_HEIGHT);
        return;
    case PICTURE_SERVICE:
        break;
    }
    fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" rx=\"6\"/>", x, y,
            NODE_WIDTH, NODE_HEIGHT);
}

static void put_node(FILE *out, const struct frame *f, const struct drawing_node *n)
{
    double x = left_of(f, n), y = top_of(f, n);
    fprintf(out, "<g class=\"node\" fill=\"#F6F8FA\" stroke=\"%s\" stroke-width=\"%.1f\"",
            n->pen.color, n->pen.width);
    fprintf(out, " stroke-dasharray=\"%s\"><title>", n->pen.dashes);
    put_escaped(out, n->name);
    fputs("</title>", out);
    put_shape(out, n->kind, x, y);
    fprintf(out,
            "<text x=\"%.1f\" y=\"%.1f\" fill=\"#1F2328\" stroke=\"none\" font-size=\"12\" "
            "text-anchor=\"middle\">%s%s",
            x + NODE_WIDTH / 2.0, y + NODE_HEIGHT / 2.0 + 4, n->sign, n->sign[0] ? " " : "");
    put_name(out, n->name);
    fputs("</text></g>\n", out);
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

static void put_edge(FILE *out, const struct drawing *d, struct line l,
                     const struct drawing_edge *e)
{
    double bend = COLUMN / 3.0;
    fprintf(out,
            "<g fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-dasharray=\"%s\"><title>",
            e->pen.color, e->pen.width, e->pen.dashes);
    put_escaped(out, d->node[e->client].name);
    fputs(" - ", out);
    put_escaped(out, d->node[e->server].name);
    fprintf(out, ", port %u, ", e->port);
    put_escaped(out, e->protocol);
    fprintf(out,
            "</title><path d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>"
            "<path d=\"M%.1f %.1fl-7 -4v8z\" fill=\"%s\" stroke=\"none\"/></g>\n",
            l.x1, l.y1, l.x1 + bend, l.y1 + l.below, l.x2 - bend, l.y2 + l.below, l.x2, l.y2,
            l.x2 + 5, l.y2, e->pen.color);
}

/* Its lines stand one below the other, above the middle of the edge. */
static void put_label(FILE *out, struct line l, const struct drawing_edge *e)
{
    double x = (l.x1 + l.x2) / 2, y = (l.y1 + l.y2) / 2 + 0.75 * l.below - 3;
    char line[sizeof e->label];
    for (const char *at = e->label; *at; at++)
        y -= *at == '\n' ? LINE : 0;
    for (const char *at = e->label; *at; y += LINE) {
        size_t len = strcspn(at, "\n");
        memcpy(line, at, len);
        line[len] = '\0';
        fprintf(out,
                "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\" stroke=\"#FFFFFF\" stroke-width=\"3\" "
                "paint-order=\"stroke\" font-size=\"9\" text-anchor=\"middle\">",
                x, y, e->ink);
        put_escaped(out, line);
        fputs("</text>\n", out);
        at += len + (at[len] == '\n');
    }
}

static void put_edges(FILE *out, const struct frame *f, const struct drawing *d, bool labels)
{
    size_t nth = 0;
    for (size_t i = 0; i < d->edge_len; i++) {
        const struct drawing_edge *e = &d->edge[i];
        bool again = i && e[-1].client == e->client && e[-1].server == e->server;
        nth = again ? nth + 1 : 0;
        struct line l = line_of(f, &d->node[e->client], &d->node[e->server], nth);
        if (labels)
            put_label(out, l, e);
        else
            put_edge(out, d, l, e);
    }
}

void drawing_put(FILE *out, const struct drawing *d)
{
    struct frame f = frame_of(d);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#FFFFFF\"/>\n",
            f.width, f.height + ROW, f.width, f.height + ROW);
    put_edges(out, &f, d, false);
    for (size_t i = 0; i < d->node_len; i++)
        put_node(out, &f, &d->node[i]);
    put_edges(out, &f, d, true); /* what they say lies above all lines */
    fputs("</svg>\n", out);
}
