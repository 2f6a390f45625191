/* canvas_svg.c - see canvas.h: pictures as SVG, and the measuring of them. */
#include <string.h>

#include "store/export/canvas.h"

static FILE *stream(struct canvas *c)
{
    return ((struct canvas_svg *)c)->out;
}

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

static bool begin(struct canvas *c, double width, double height)
{
    fprintf(stream(c),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#FFFFFF\"/>\n",
            width, height, width, height);
    return true;
}

static void open_group(struct canvas *c, const char *kind, const char *title)
{
    fprintf(stream(c), "<g class=\"%s\"><title>", kind);
    put_escaped(stream(c), title);
    fputs("</title>", stream(c));
}

static void put_step(FILE *out, const struct canvas_step *step)
{
    size_t points = step->what == 'C' ? 3 : step->what != 'Z';
    fputc(step->what, out);
    for (size_t i = 0; i < points; i++)
        fprintf(out, "%s%.1f %.1f", i ? " " : "", step->x[i], step->y[i]);
}

static void put_shape(struct canvas *c, const struct canvas_shape *shape)
{
    FILE *out = stream(c);
    fputs("<path d=\"", out);
    for (size_t i = 0; i < shape->len; i++)
        put_step(out, &shape->step[i]);
    fprintf(out, "\" fill=\"%s\"", shape->fill ? shape->fill : "none");
    if (shape->pen.width > 0)
        fprintf(out, " stroke=\"%s\" stroke-width=\"%.1f\" stroke-dasharray=\"%s\"",
                shape->pen.color, shape->pen.width, shape->pen.dashes);
    fputs("/>", out);
}

static void put_text(struct canvas *c, const struct canvas_text *how, const char *text)
{
    fprintf(stream(c),
            "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\" font-size=\"%.0f\" text-anchor=\"middle\">",
            how->x, how->y, how->color, how->size);
    put_escaped(stream(c), text);
    fputs("</text>\n", stream(c));
}

static void close_group(struct canvas *c)
{
    fputs("</g>\n", stream(c));
}

static bool end(struct canvas *c)
{
    fputs("</svg>\n", stream(c));
    return !ferror(stream(c));
}

void canvas_svg_init(struct canvas_svg *c, FILE *out)
{
    *c = (struct canvas_svg){
        .canvas = {begin, open_group, put_shape, put_text, close_group, end},
        .out = out,
    };
}

static bool measure(struct canvas *c, double width, double height)
{
    ((struct canvas_measure *)c)->width = width;
    ((struct canvas_measure *)c)->height = height;
    return false;
}

void canvas_measure_init(struct canvas_measure *c)
{
    *c = (struct canvas_measure){.canvas = {.begin = measure}};
}
