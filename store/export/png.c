/* png.c - the graph as pixels: the drawing of our own, the same everywhere. Unlike the SVG of the
 * command line it is not made by Graphviz. */
#include "store/export/drawing.h"
#include "store/export/exporter.h"
#include "store/export/pixels.h"

static bool fits(const struct canvas_measure *m, struct err *err)
{
    if (m->width <= 0)
        return err_set(err, "memory is short");
    return canvas_png_fits(m->width, m->height, err);
}

static bool graph_fits(const struct graph *g, struct err *err)
{
    struct canvas_measure m;
    if (!pixels_load())
        return err_set(err, "%s", pixels_missing());
    canvas_measure_init(&m);
    drawing_graph(&m.canvas, g);
    return fits(&m, err);
}

static bool diff_fits(const struct diff *d, struct err *err)
{
    struct canvas_measure m;
    if (!pixels_load())
        return err_set(err, "%s", pixels_missing());
    canvas_measure_init(&m);
    drawing_diff(&m.canvas, d);
    return fits(&m, err);
}

static bool graph(FILE *out, const struct graph *g)
{
    struct canvas_png c;
    canvas_png_init(&c, out);
    return drawing_graph(&c.canvas, g);
}

static bool diff(FILE *out, const struct diff *d)
{
    struct canvas_png c;
    canvas_png_init(&c, out);
    return drawing_diff(&c.canvas, d);
}

const struct exporter png_exporter = {
    .name = "png",
    .type = "image/png",
    .graph_fits = graph_fits,
    .graph = graph,
    .diff_fits = diff_fits,
    .diff = diff,
};
