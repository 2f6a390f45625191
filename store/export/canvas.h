/* canvas.h - what a picture is drawn on: lines, shapes and text, whatever comes of them. Drawings
 * (drawing.h) know only this; canvas_svg.c writes SVG, canvas_png.c pixels. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

/* How a line looks, or the line around a node. */
struct pen {
    const char *color;  /* "#D55E00" */
    double width;       /* 0: no line */
    const char *dashes; /* as in SVG: "7 3"; or "none" */
};

/* A step of a path: 'M' and 'L' have one point, 'C' three, 'Z' none. */
struct canvas_step {
    char what;
    double x[3], y[3];
};

enum { CANVAS_STEPS_MAX = 16 };

struct canvas_shape {
    struct canvas_step step[CANVAS_STEPS_MAX];
    size_t len;
    struct pen pen;
    const char *fill; /* NULL: none */
};

/* A line of text, centred on `x`, standing on `y`. */
struct canvas_text {
    double x, y, size;
    const char *color;
};

/* Sizes are in pixels of the drawing. Text is hostile: names come from the wire. */
struct canvas {
    /* First of all. False: nothing is to be drawn. */
    bool (*begin)(struct canvas *c, double width, double height);
    /* What is drawn up to close() is one thing, which a pointer over it may be told of. */
    void (*open)(struct canvas *c, const char *kind, const char *title);
    void (*shape)(struct canvas *c, const struct canvas_shape *shape);
    void (*text)(struct canvas *c, const struct canvas_text *how, const char *text);
    void (*close)(struct canvas *c);
    bool (*end)(struct canvas *c); /* false: the stream failed, or memory is short */
};

struct canvas_svg {
    struct canvas canvas;
    FILE *out;
};
void canvas_svg_init(struct canvas_svg *c, FILE *out);

/* Draws nothing, and says how large it would have been. */
struct canvas_measure {
    struct canvas canvas;
    double width, height;
};
void canvas_measure_init(struct canvas_measure *c);

/* Pixels: twice as many each way as the drawing has where that is few enough, else as many as are
 * allowed. */
struct canvas_png {
    struct canvas canvas;
    FILE *out;
    const struct pixels *pixels; /* from here on private to canvas_png.c */
    void *surface, *pen;
};
void canvas_png_init(struct canvas_png *c, FILE *out);

/* Whether a drawing of this size can be made legible with as few pixels as are allowed. */
bool canvas_png_fits(double width, double height, struct err *err);
