/* table.h - rows in columns: sorted, filtered, with a cursor. What most views are.
 *
 * A table borrows its rows from the view that owns it, and knows of them only what its columns
 * tell. The row under the cursor stays the same one when rows come, go or change places. */
#pragma once

#include "ui-tui/column.h"
#include "ui-tui/filter.h"
#include "ui-tui/list.h"

/* What never changes of a table. */
struct table_kind {
    struct columns columns;
    const struct fields *fields; /* what a filter may ask of its rows besides; NULL: nothing */
    size_t row_size;
    uint64_t (*id)(const void *row); /* the same as long as it is the same thing */
    size_t sort;                     /* the column to begin with */
    const char *none;                /* said when there are no rows */
};

struct table {
    const struct table_kind *kind;
    void *owner; /* handed to column.draw */

    const char *row; /* the rows, as the view has them */
    size_t row_len;
    uint32_t *order; /* which of them are shown, in order; list.len of them */
    struct list list;
    bool touched; /* the cursor was moved, so it follows its row; before that it stays on top */

    size_t sort;
    bool falling;
    struct filter filter;

    int text_width[COLUMNS_MAX]; /* of the longest text in each, the heading's included */
    bool empty[COLUMNS_MAX];     /* a sparse column without a number: not shown */
    struct {
        int left, width; /* where it was drawn last; width 0: not at all */
    } place[COLUMNS_MAX];
    int top; /* the row of the canvas with the headings, when it was drawn last */
};

/* `kind` and `owner` are kept. */
void table_init(struct table *t, const struct table_kind *kind, void *owner);
void table_fini(struct table *t);

/* The view has other rows now. They are kept until the next call. Returns false when memory is
 * short; the table is then empty. */
bool table_set(struct table *t, const void *rows, size_t len);

/* On failure only the terms before the wrong one hold; see filter_parse(). */
bool table_filter(struct table *t, const char *text, struct err *err, size_t *ret_at);

void table_draw(struct table *t, const struct pane *pane);

/* Sorts by the column of that name, the greatest first; the cursor goes to the top. */
void table_sort(struct table *t, const char *column);

/* Moves, sorts, follows clicks. Returns false for a key that means nothing here. */
bool table_key(struct table *t, struct key key);
/* A click on the row that had the cursor already: as good as Enter. To be asked before
 * table_key(). */
bool table_clicked_again(const struct table *t, struct key key);

/* The row under the cursor; NULL: there is none. Good until the next table_set(). */
const void *table_selected(const struct table *t);

/* All rows shown, with headings, as plain lines. */
void table_print(struct table *t, FILE *file, bool ascii);
