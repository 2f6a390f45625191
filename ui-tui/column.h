/* column.h - what a table shows of its rows; it also says what can be sorted and filtered by. */
#pragma once

#include "ui-tui/canvas.h"

/* How a column's number is written, and which units a filter may give it. */
enum column_kind {
    COLUMN_TEXT, /* has `text`, no number */
    COLUMN_COUNT,
    COLUMN_RATE,  /* a second */
    COLUMN_SHARE, /* 0 to 1, shown in % */
    COLUMN_TIME,  /* ns */
    COLUMN_BYTES,
    COLUMN_MOMENT, /* ns since 1970 */
    COLUMN_CHART,  /* drawn by `draw` only: neither sorted nor filtered by */
};

enum { COLUMN_TEXT_MAX = 512, COLUMNS_MAX = 24 };

struct column {
    const char *name; /* in lower case, one word; heading and word in filters */
    enum column_kind kind;
    bool mute;   /* the heading is left blank */
    bool hidden; /* not shown; there for filters */
    int width;   /* least number of terminal columns; text is given more while there is room */
    int leaves;  /* when room is short, columns go in falling order of this, those of 1 only after
                    text was cut to its least width; 0 stays */
    size_t at;   /* the functions below get a pointer to this offset in the row */

    bool sparse; /* not shown while no row has a number above 0 */

    /* A row's text; shown instead of the number if there are both. `ret` holds COLUMN_TEXT_MAX
     * bytes. */
    void (*text)(const void *row, char *ret);
    /* What a filter compares if that is not the text shown ("cart", not "cart:8080"). Optional. */
    void (*value)(const void *row, char *ret);
    /* All other kinds; text may have one, to be sorted by. Under 0: there is none. */
    double (*number)(const void *row);
    enum ink (*ink)(const void *row); /* optional */
    /* Draws the field instead of text or number. Optional. `owner` is the table's. */
    void (*draw)(const struct pane *field, const void *row, void *owner);
};

struct columns {
    const struct column *at;
    size_t len; /* at most COLUMNS_MAX */
};

/* For columns whose `at` leads to the thing itself: a text, a uint64_t, a double. */
void column_text_there(const void *text, char *ret);
double column_count_there(const void *count);
double column_double_there(const void *value);

/* The column's text or number of a row, as shown. `ret` holds COLUMN_TEXT_MAX bytes. */
void column_show(const struct column *c, const void *row, char *ret);

/* What filters compare and rows are sorted by. */
void column_value(const struct column *c, const void *row, char *ret);
double column_number(const struct column *c, const void *row);

/* Draws the field of a row. */
void column_draw(const struct column *c, const struct pane *field, const void *row, void *owner);

enum align column_align(const struct column *c);
/* Text is given the width it needs while there is room. */
bool column_flexible(const struct column *c);
