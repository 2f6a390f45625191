/* table.c - see table.h. */
#include "ui-tui/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    GAP = 2,               /* blanks between columns */
    TEXT_WIDTH_LEAST = 18, /* columns leave before longer text than this is cut further */
    CHART_WIDTH_MOST = 24,
};

void table_fini(struct table *t)
{
    free(t->order);
    t->order = NULL;
}

static const struct column *column_of(const struct table *t, size_t i)
{
    return &t->kind->columns.at[i];
}

static const void *row_of(const struct table *t, size_t row)
{
    return t->row + row * t->kind->row_size;
}

const void *table_selected(const struct table *t)
{
    return t->list.len ? row_of(t, t->order[t->list.cursor]) : NULL;
}

static int compare_rows(const struct table *t, const void *a, const void *b)
{
    const struct column *c = column_of(t, t->sort);
    if (c->number) {
        double x = column_number(c, a), y = column_number(c, b);
        return x < y ? -1 : x > y;
    }
    char x[COLUMN_TEXT_MAX], y[COLUMN_TEXT_MAX];
    column_show(c, a, x);
    column_show(c, b, y);
    return strcmp(x, y);
}

/* Equals keep the order in which the view has them, so that nothing dances. */
static int compare_items(const void *a, const void *b, void *table)
{
    const struct table *t = table;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_rows(t, row_of(t, x), row_of(t, y));
    if (order)
        return t->falling ? -order : order;
    return x < y ? -1 : x > y;
}

static void select_id(struct table *t, uint64_t id)
{
    for (size_t i = 0; i < t->list.len; i++) {
        if (t->kind->id(row_of(t, t->order[i])) == id) {
            list_select(&t->list, i);
            return;
        }
    }
}

/* Filters and sorts anew. `keep` is the id of the row that the cursor shall stay on. */
static void arrange(struct table *t, bool have_id, uint64_t id)
{
    size_t shown = 0;
    for (size_t i = 0; i < t->row_len; i++) {
        if (filter_passes(&t->filter, t->kind->columns, row_of(t, i)))
            t->order[shown++] = (uint32_t)i;
    }
    if (shown)
        qsort_r(t->order, shown, sizeof *t->order, compare_items, t);
    list_resize(&t->list, shown);
    if (!t->touched)
        list_select(&t->list, 0);
    else if (have_id)
        select_id(t, id);
}

static void rearrange(struct table *t)
{
    const void *selected = table_selected(t);
    arrange(t, selected != NULL, selected ? t->kind->id(selected) : 0);
}

static void measure_texts(struct table *t, size_t i)
{
    char text[COLUMN_TEXT_MAX];
    const struct column *c = column_of(t, i);
    t->text_width[i] = (int)strlen(c->name) + 1; /* and the arrow */
    for (size_t row = 0; column_flexible(c) && row < t->row_len; row++) {
        column_show(c, row_of(t, row), text);
        int width = canvas_width(text, false);
        if (width > t->text_width[i])
            t->text_width[i] = width;
    }
}

static bool has_nothing(const struct table *t, size_t i)
{
    const struct column *c = column_of(t, i);
    bool empty = c->number != NULL;
    for (size_t row = 0; empty && row < t->row_len; row++)
        empty = !(column_number(c, row_of(t, row)) > 0);
    return empty;
}

static void measure(struct table *t)
{
    for (size_t i = 0; i < t->kind->columns.len; i++) {
        measure_texts(t, i);
        t->empty[i] = column_of(t, i)->sparse && has_nothing(t, i);
    }
}

void table_init(struct table *t, const struct table_kind *kind, void *owner)
{
    *t = (struct table){.kind = kind, .owner = owner, .sort = kind->sort};
    t->falling = kind->columns.at[kind->sort].number != NULL;
    measure(t);
}

bool table_set(struct table *t, const void *rows, size_t len)
{
    const void *selected = table_selected(t);
    uint64_t id = selected ? t->kind->id(selected) : 0;
    uint32_t *order = realloc(t->order, (len ? len : 1) * sizeof *order);
    if (!order) {
        t->row_len = t->list.len = 0;
        return false;
    }
    t->order = order;
    t->row = rows;
    t->row_len = len;
    measure(t);
    arrange(t, selected != NULL, id);
    return true;
}

bool table_filter(struct table *t, const char *text, struct err *err, size_t *ret_at)
{
    bool right =
        filter_parse_known(text, t->kind->columns, t->kind->fields, &t->filter, err, ret_at);
    rearrange(t);
    return right;
}

static bool shown(const struct table *t, size_t i)
{
    return !column_of(t, i)->hidden && !t->empty[i];
}

/* Layout ------------------------------------------------------------------------------------- */

static int gap_after(const struct column *c)
{
    return c->mute ? 1 : GAP;
}

/* The least width at which a column is still worth having. */
static int least_width(const struct table *t, size_t i)
{
    const struct column *c = column_of(t, i);
    if (!column_flexible(c))
        return c->width;
    int wanted = t->text_width[i] < TEXT_WIDTH_LEAST ? t->text_width[i] : TEXT_WIDTH_LEAST;
    return wanted > c->width ? wanted : c->width;
}

static int total_width(const struct table *t)
{
    int total = 0, gap = 0; /* the gap after the last column is none */
    for (size_t i = 0; i < t->kind->columns.len; i++) {
        if (!t->place[i].width)
            continue;
        total += gap + t->place[i].width;
        gap = gap_after(column_of(t, i));
    }
    return total;
}

/* The column that rows are sorted by leaves last. */
static int leaves_of(const struct table *t, size_t i)
{
    int leaves = column_of(t, i)->leaves;
    return i == t->sort && leaves > 1 ? 1 : leaves;
}

/* Lets the column go that leaves first; false if none leaves as early as `from`. */
static bool drop_column(struct table *t, int from)
{
    size_t least = 0;
    int leaves = from - 1;
    for (size_t i = 0; i < t->kind->columns.len; i++) {
        if (t->place[i].width && leaves_of(t, i) > leaves) {
            leaves = leaves_of(t, i);
            least = i;
        }
    }
    if (leaves >= from)
        t->place[least].width = 0;
    return leaves >= from;
}

/* Takes a column's width from the widest text; false when all are at their least. */
static bool narrow_text(struct table *t)
{
    size_t widest = 0;
    int width = 0;
    for (size_t i = 0; i < t->kind->columns.len; i++) {
        const struct column *c = column_of(t, i);
        if (!column_flexible(c) || t->place[i].width <= c->width || t->place[i].width <= width)
            continue;
        width = t->place[i].width;
        widest = i;
    }
    if (width)
        t->place[widest].width--;
    return width > 0;
}

static void widen(struct table *t, size_t i, int to, int *room)
{
    int more = to - t->place[i].width;
    if (!t->place[i].width || more <= 0)
        return;
    more = more < *room ? more : *room;
    t->place[i].width += more;
    *room -= more;
}

/* Charts get what is left, all the same. */
static void widen_charts(struct table *t, int room)
{
    int charts = 0;
    for (size_t i = 0; i < t->kind->columns.len; i++)
        charts += column_of(t, i)->kind == COLUMN_CHART && t->place[i].width;
    for (size_t i = 0; i < t->kind->columns.len && charts > 0; i++) {
        int share = room / charts, left = share;
        if (column_of(t, i)->kind != COLUMN_CHART || !t->place[i].width)
            continue;
        widen(t, i, CHART_WIDTH_MOST, &left);
        room -= share - left;
        charts--;
    }
}

static void place_columns(struct table *t, int width)
{
    size_t len = t->kind->columns.len;
    for (size_t i = 0; i < len; i++)
        t->place[i].width = shown(t, i) ? least_width(t, i) : 0;
    while (total_width(t) > width && (drop_column(t, 2) || narrow_text(t) || drop_column(t, 1)))
        ;
    int room = width - total_width(t);
    for (size_t i = 0; i < len && room > 0; i++) {
        if (column_flexible(column_of(t, i)))
            widen(t, i, t->text_width[i], &room);
    }
    widen_charts(t, room);
    int left = 0;
    for (size_t i = 0; i < len; i++) {
        t->place[i].left = left;
        if (t->place[i].width)
            left += t->place[i].width + gap_after(column_of(t, i));
    }
}

/* Drawing ------------------------------------------------------------------------------------ */

static void draw_heading(const struct table *t, const struct pane *line, size_t i)
{
    const struct column *c = column_of(t, i);
    char text[64];
    size_t len = 0;
    for (; len < 32 && c->name[len]; len++)
        text[len] = (char)toupper((unsigned char)c->name[len]);
    bool sorted = i == t->sort;
    strcpy(text + len, !sorted ? "" : t->falling ? "↓" : "↑");
    struct pane field = pane_line(line, 0, t->place[i].left, t->place[i].width);
    if (!c->mute)
        pane_field(&field, column_align(c), sorted ? INK_SORTED : INK_HEADER, text);
}

static void draw_headings(const struct table *t, const struct pane *line)
{
    pane_clear(line, INK_HEADER);
    for (size_t i = 0; i < t->kind->columns.len; i++) {
        if (t->place[i].width)
            draw_heading(t, line, i);
    }
}

static void draw_row(const struct table *t, const struct pane *line, const void *row)
{
    for (size_t i = 0; i < t->kind->columns.len; i++) {
        struct pane field = pane_line(line, 0, t->place[i].left, t->place[i].width);
        if (field.columns)
            column_draw(column_of(t, i), &field, row, t->owner);
    }
}

static void say_none(const struct table *t, const struct pane *pane)
{
    const char *why = t->row_len ? "Nothing passes the filter. Esc takes it away." : t->kind->none;
    pane_text(pane, 2, 2, INK_DIM, why);
}

void table_draw(struct table *t, const struct pane *pane)
{
    struct pane inner = pane_part(pane, 0, 1, pane->rows, pane->columns - 1);
    struct pane headings = pane_line(&inner, 0, 0, inner.columns);
    place_columns(t, inner.columns);
    t->top = headings.row;
    for (size_t i = 0; i < t->kind->columns.len; i++)
        t->place[i].left += inner.column; /* now of the canvas: what clicks are compared with */
    list_show(&t->list, pane->rows > 1 ? (size_t)(pane->rows - 1) : 0);

    struct pane canvas = pane_whole(pane->canvas);
    struct pane line = pane_line(&canvas, headings.row, 0, pane->column + pane->columns);
    pane_clear(&line, INK_HEADER);
    draw_headings(t, &line);
    for (size_t i = 0; i < t->list.window && t->list.top + i < t->list.len; i++) {
        size_t item = t->list.top + i;
        line = pane_line(&canvas, headings.row + 1 + (int)i, 0, pane->column + pane->columns);
        draw_row(t, &line, row_of(t, t->order[item]));
        if (item == t->list.cursor)
            pane_ink(&line, INK_SELECTED);
    }
    if (!t->list.len)
        say_none(t, pane);
}

void table_print(struct table *t, FILE *file, bool ascii)
{
    struct canvas *c = canvas_new(1, CANVAS_SIDE_MAX / 2, ascii);
    if (!c)
        return;
    struct pane line = pane_whole(c);
    place_columns(t, line.columns);
    for (size_t i = 0; i < t->kind->columns.len; i++) {
        if (column_of(t, i)->kind == COLUMN_CHART)
            t->place[i].width = 0;
    }
    draw_headings(t, &line);
    canvas_print(c, file);
    for (size_t i = 0; i < t->list.len; i++) {
        canvas_clear(c);
        draw_row(t, &line, row_of(t, t->order[i]));
        canvas_print(c, file);
    }
    canvas_free(c);
}

/* Keys --------------------------------------------------------------------------------------- */

static void sort_by(struct table *t, size_t column)
{
    t->sort = column;
    t->falling = column_of(t, column)->number != NULL; /* the greatest first, but A to Z */
    rearrange(t);
}

void table_sort(struct table *t, const char *column)
{
    for (size_t i = 0; i < t->kind->columns.len; i++)
        if (strcmp(column_of(t, i)->name, column) == 0) {
            t->touched = false;
            sort_by(t, i);
        }
}

/* The next column on that side that can be sorted by and is not hidden; all around. */
static void sort_beside(struct table *t, size_t step)
{
    size_t len = t->kind->columns.len, i = t->sort;
    do
        i = (i + step) % len;
    while (column_of(t, i)->kind == COLUMN_CHART || !shown(t, i));
    sort_by(t, i);
}

static void invert(struct table *t)
{
    t->falling = !t->falling;
    rearrange(t);
}

static void click_heading(struct table *t, int column)
{
    for (size_t i = 0; i < t->kind->columns.len; i++) {
        int left = t->place[i].left;
        if (column < left || column >= left + t->place[i].width)
            continue;
        if (i == t->sort)
            invert(t);
        else if (column_of(t, i)->kind != COLUMN_CHART)
            sort_by(t, i);
        return;
    }
}

/* Which item was clicked; list.len if none was. */
static size_t item_at(const struct table *t, int row)
{
    if (row <= t->top || (size_t)(row - t->top) > t->list.window)
        return t->list.len;
    size_t item = t->list.top + (size_t)(row - t->top - 1);
    return item < t->list.len ? item : t->list.len;
}

bool table_clicked_again(const struct table *t, struct key key)
{
    return key.code == KEYCODE_CLICK && t->list.len && item_at(t, key.row) == t->list.cursor;
}

static bool click(struct table *t, struct key key)
{
    if (key.row == t->top)
        click_heading(t, key.column);
    else if (item_at(t, key.row) < t->list.len)
        list_select(&t->list, item_at(t, key.row));
    t->touched = t->touched || key.row != t->top;
    return true;
}

bool table_key(struct table *t, struct key key)
{
    switch (key.code) {
    case 's':
    case '>':
        sort_beside(t, 1);
        return true;
    case '<':
        sort_beside(t, t->kind->columns.len - 1);
        return true;
    case 'I':
        invert(t);
        return true;
    case KEYCODE_CLICK:
        return click(t, key);
    }
    if (!list_key(&t->list, key))
        return false;
    t->touched = t->list.cursor > 0;
    return true;
}
