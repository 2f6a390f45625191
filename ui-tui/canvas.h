/* canvas.h - a grid of cells that views draw on, and that a terminal, or a test, shows.
 *
 * Nothing but visible characters can get into a cell: all text passes through text_clean(), so a
 * control character from the wire arrives as \xHH whatever happened before. Widths are those of
 * wcwidth(3), so LC_CTYPE must be set. On an ASCII canvas the characters that the views are drawn
 * with have a look-alike, and everything else is a question mark; views need not care. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    CELL_POINTS = 3,       /* a character and up to two marks that combine with it */
    CANVAS_SIDE_MAX = 2000 /* rows and columns; what is more stays unused */
};

/* What text means. A terminal decides how that looks (term.c); all of them work without colour. */
enum ink {
    INK_PLAIN,
    INK_DIM,      /* labels, things at rest */
    INK_STRONG,   /* what the eye should find first */
    INK_HEADER,   /* headings of columns */
    INK_SORTED,   /* the heading of the column that rows are sorted by */
    INK_TAB,      /* tabs at the top */
    INK_TAB_OPEN, /* the tab that is open */
    INK_KEY,      /* a key in the bar at the bottom */
    INK_LABEL,    /* what that key does */
    INK_SELECTED, /* the row under the cursor */
    INK_ACCENT,   /* sparklines, names in titles */
    INK_GOOD,
    INK_WARN,
    INK_BAD,
    INK_ALERT, /* paused, and the like: cannot be overlooked */
    INKS,
};

struct cell {
    uint32_t point[CELL_POINTS]; /* 0 ends; 0 at once: covered by the wide character on the left */
    uint8_t ink;
};

struct canvas {
    int rows, columns; /* both at least 1 */
    bool ascii;
    struct cell *cell; /* rows * columns, row by row */
};

/* All blank. NULL when memory is short. Given to the caller. */
struct canvas *canvas_new(int rows, int columns, bool ascii);
void canvas_free(struct canvas *c);
void canvas_clear(struct canvas *c);

/* A rectangle of a canvas. What is drawn in it is clipped to it. `canvas` is kept. */
struct pane {
    struct canvas *canvas;
    int row, column; /* of the canvas */
    int rows, columns;
};

struct pane pane_whole(struct canvas *c);

/* The part of `p` that starts at its row and column, and has at most the size given. */
struct pane pane_part(const struct pane *p, int row, int column, int rows, int columns);
/* One row of `p`, from `column` on, `columns` wide. */
struct pane pane_line(const struct pane *p, int row, int column, int columns);

/* Writes text. Returns the column after it, which may lie outside. */
int pane_text(const struct pane *p, int row, int column, enum ink ink, const char *text);
int pane_printf(const struct pane *p, int row, int column, enum ink ink, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

enum align { ALIGN_LEFT, ALIGN_RIGHT };

/* Writes text into the first row of `field`; what is too long ends with "…". */
void pane_field(const struct pane *field, enum align align, enum ink ink, const char *text);

/* Blanks it. */
void pane_clear(const struct pane *p, enum ink ink);
/* Gives all its cells another ink. */
void pane_ink(const struct pane *p, enum ink ink);
/* A border on its edge, with a title in it. */
void pane_border(const struct pane *p, enum ink ink, const char *title);

/* How many columns a text takes. */
int canvas_width(const char *text, bool ascii);

/* One row as UTF-8, without blanks at its end. `text` is always terminated. */
void canvas_row_text(const struct canvas *c, int row, char *text, size_t size);
/* All rows, each with a newline. */
void canvas_print(const struct canvas *c, FILE *file);
