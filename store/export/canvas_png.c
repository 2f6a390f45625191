/* canvas_png.c - see canvas.h: pictures as PNG, painted by cairo.
 *
 * Text is put together glyph by glyph: a character is looked up in the fonts, and what none of them
 * has is a box. Nothing is shaped, so Arabic letters stand unjoined and in the order they are
 * written in; what comes from the wire is looked up in tables, and no more is done with it. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/export/canvas.h"
#include "store/export/pixels_private.h"

/* 64 MiB while it is painted. Below LEGIBLE of the drawing's size names cannot be read; cairo takes
 * no side longer than SIDE_MAX. */
#define PIXELS_MAX 16e6
#define SIDE_MAX 32000.0
#define SHARP 2.0
#define LEGIBLE 0.5

static double scale_of(double width, double height)
{
    double scale = fmin(SHARP, sqrt(PIXELS_MAX / (width * height)));
    return fmin(scale, SIDE_MAX / fmax(width, height));
}

bool canvas_png_fits(double width, double height, struct err *err)
{
    return scale_of(width, height) >= LEGIBLE ||
           err_set(err,
                   "a picture of %.0f by %.0f is too large for png, which has 16 million pixels at "
                   "most; svg has no limit, and a grouping or a filter makes it smaller",
                   width, height);
}

static struct canvas_png *self(struct canvas *c)
{
    return (struct canvas_png *)c;
}

static void set_color(const struct pixels *p, cairo_t *pen, const char *color)
{
    unsigned long rgb = strtoul(color + 1, NULL, 16);
    p->cairo_set_source_rgb(pen, (double)(rgb >> 16 & 255) / 255, (double)(rgb >> 8 & 255) / 255,
                            (double)(rgb & 255) / 255);
}

/* Until end(), which gives the libraries back. */
static bool begin(struct canvas *canvas, double width, double height)
{
    struct canvas_png *c = self(canvas);
    if (!pixels_load() || !canvas_png_fits(width, height, NULL))
        return false;
    const struct pixels *p = c->pixels = pixels_borrow();
    double scale = scale_of(width, height);
    c->surface = p->cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width * scale),
                                               (int)ceil(height * scale));
    c->pen = p->cairo_create(c->surface);
    p->cairo_scale(c->pen, scale, scale);
    set_color(p, c->pen, "#FFFFFF");
    p->cairo_paint(c->pen);
    p->cairo_set_line_join(c->pen, CAIRO_LINE_JOIN_ROUND);
    return true;
}

static void walk(const struct pixels *p, cairo_t *pen, const struct canvas_shape *shape)
{
    p->cairo_new_path(pen);
    for (size_t i = 0; i < shape->len; i++) {
        const struct canvas_step *s = &shape->step[i];
        if (s->what == 'M')
            p->cairo_move_to(pen, s->x[0], s->y[0]);
        else if (s->what == 'L')
            p->cairo_line_to(pen, s->x[0], s->y[0]);
        else if (s->what == 'C')
            p->cairo_curve_to(pen, s->x[0], s->y[0], s->x[1], s->y[1], s->x[2], s->y[2]);
        else
            p->cairo_close_path(pen);
    }
}

/* "7 3" */
static void set_dashes(const struct pixels *p, cairo_t *pen, const char *dashes)
{
    double length[2];
    int read = sscanf(dashes, "%lf %lf", &length[0], &length[1]);
    p->cairo_set_dash(pen, length, read == 2 ? 2 : 0, 0);
}

static void put_shape(struct canvas *canvas, const struct canvas_shape *shape)
{
    const struct pixels *p = self(canvas)->pixels;
    cairo_t *pen = self(canvas)->pen;
    walk(p, pen, shape);
    if (shape->fill) {
        set_color(p, pen, shape->fill);
        p->cairo_fill_preserve(pen);
    }
    if (shape->pen.width > 0) {
        set_color(p, pen, shape->pen.color);
        p->cairo_set_line_width(pen, shape->pen.width);
        set_dashes(p, pen, shape->pen.dashes);
        p->cairo_stroke(pen);
    }
    p->cairo_new_path(pen);
}

enum { GLYPHS_MAX = 320, REPLACEMENT = 0xfffd };

/* Takes a character off the text, which ends with 0. What is no UTF-8 is one of its own a byte. */
static uint32_t take(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    size_t more = at[0] < 0x80 ? 0 : at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : at[0] >= 0xc0 ? 1 : 4;
    uint32_t point = more ? at[0] & (0x3fu >> more) : at[0];
    for (size_t i = 1; i <= more; i++) {
        if (more == 4 || (at[i] & 0xc0) != 0x80) {
            ++*text;
            return REPLACEMENT;
        }
        point = point << 6 | (at[i] & 0x3f);
    }
    *text += more + 1;
    return point < 0x20 ? ' ' : point;
}

struct run {
    struct {
        size_t font;
        cairo_glyph_t glyph;
    } at[GLYPHS_MAX];
    size_t len;
    double width;
};

/* Where each glyph stands, from 0 on; what is too long is cut. */
static void set_out(const struct pixels *p, cairo_t *pen, double size, const char *text,
                    struct run *ret)
{
    ret->len = 0;
    ret->width = 0;
    while (*text && ret->len < GLYPHS_MAX) {
        uint32_t point = take(&text);
        size_t font = 0;
        FT_UInt index = 0;
        for (size_t i = 0; i < p->font_len && !index; i++) {
            index = p->FT_Get_Char_Index(p->font[i].face, point);
            font = index ? i : 0;
        }
        cairo_text_extents_t extents;
        cairo_glyph_t glyph = {.index = index, .x = ret->width};
        p->cairo_set_font_face(pen, p->font[font].cairo);
        p->cairo_set_font_size(pen, size);
        p->cairo_glyph_extents(pen, &glyph, 1, &extents);
        ret->at[ret->len].font = font;
        ret->at[ret->len++].glyph = glyph;
        ret->width += extents.x_advance;
    }
}

static void put_text(struct canvas *canvas, const struct canvas_text *how, const char *text)
{
    const struct pixels *p = self(canvas)->pixels;
    cairo_t *pen = self(canvas)->pen;
    struct run run;
    set_out(p, pen, how->size, text, &run);
    p->cairo_new_path(pen);
    for (size_t i = 0; i < run.len; i++) {
        run.at[i].glyph.x += how->x - run.width / 2;
        run.at[i].glyph.y = how->y;
        p->cairo_set_font_face(pen, p->font[run.at[i].font].cairo);
        p->cairo_set_font_size(pen, how->size);
        p->cairo_glyph_path(pen, &run.at[i].glyph, 1);
    }
    set_color(p, pen, how->color);
    p->cairo_fill(pen);
}

/* Groups are for those who point at things. */
static void open_group(struct canvas *c, const char *kind, const char *title)
{
    (void)c;
    (void)kind;
    (void)title;
}

static void close_group(struct canvas *c)
{
    (void)c;
}

static cairo_status_t put_bytes(void *out, const unsigned char *data, unsigned len)
{
    return fwrite(data, 1, len, out) == len ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static bool end(struct canvas *canvas)
{
    struct canvas_png *c = self(canvas);
    const struct pixels *p = c->pixels;
    bool whole = p->cairo_status(c->pen) == CAIRO_STATUS_SUCCESS;
    p->cairo_destroy(c->pen);
    whole =
        whole && p->cairo_surface_status(c->surface) == CAIRO_STATUS_SUCCESS &&
        p->cairo_surface_write_to_png_stream(c->surface, put_bytes, c->out) == CAIRO_STATUS_SUCCESS;
    p->cairo_surface_destroy(c->surface);
    pixels_return();
    return whole;
}

void canvas_png_init(struct canvas_png *c, FILE *out)
{
    *c = (struct canvas_png){
        .canvas = {begin, open_group, put_shape, put_text, close_group, end},
        .out = out,
    };
}
