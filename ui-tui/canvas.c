/* canvas.c - see canvas.h.
 *
 * A wide character takes two cells, the second of which is empty. Whoever writes over one half
 * blanks the other, so that a row is always as wide as its cells. */
#include "ui-tui/canvas.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/text.h"
#include "ui-tui/glyph.h"

enum { TEXT_ROOM = 4096 };

/* Text on its way to the cells. */
struct reader {
    char clean[TEXT_ROOM];
    const uint8_t *at;
    bool ascii;
};

struct glyph {
    uint32_t point; /* 0: the text is over */
    int width;      /* 0 to 2 */
};

static void reader_open(struct reader *r, const char *text, bool ascii)
{
    text_clean(r->clean, sizeof r->clean, bytes_of_text(text));
    r->at = (const uint8_t *)r->clean;
    r->ascii = ascii;
}

/* Clean text is valid UTF-8, so the first byte tells the length. */
static uint32_t read_point(struct reader *r)
{
    uint8_t first = *r->at;
    if (!first)
        return 0;
    r->at++;
    if (first < 0x80)
        return first;
    int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    uint32_t point = first & (0x3fU >> more);
    for (; more; more--)
        point = point << 6 | (*r->at++ & 0x3fU);
    return point;
}

static struct glyph read_glyph(struct reader *r)
{
    uint32_t point = read_point(r);
    if (point < 0x80)
        return (struct glyph){point, 1};
    if (r->ascii)
        return (struct glyph){glyph_ascii(point), 1};
    int width = wcwidth((wchar_t)point);
    if (width < 0) /* not known to this system, so its width on the terminal is anyone's guess */
        return (struct glyph){0xfffd, 1};
    return (struct glyph){point, width};
}

struct canvas *canvas_new(int rows, int columns, bool ascii)
{
    rows = rows < 1 ? 1 : rows > CANVAS_SIDE_MAX ? CANVAS_SIDE_MAX : rows;
    columns = columns < 1 ? 1 : columns > CANVAS_SIDE_MAX ? CANVAS_SIDE_MAX : columns;
    struct canvas *c = malloc(sizeof *c);
    if (!c)
        return NULL;
    *c = (struct canvas){.rows = rows, .columns = columns, .ascii = ascii};
    c->cell = calloc((size_t)rows * (size_t)columns, sizeof *c->cell);
    if (!c->cell) {
        canvas_free(c);
        return NULL;
    }
    canvas_clear(c);
    return c;
}

void canvas_free(struct canvas *c)
{
    if (!c)
        return;
    free(c->cell);
    free(c);
}

void canvas_clear(struct canvas *c)
{
    struct pane whole = pane_whole(c);
    pane_clear(&whole, INK_PLAIN);
}

static struct cell *cell_at(const struct canvas *c, int row, int column)
{
    assert(row >= 0 && row < c->rows && column >= 0 && column < c->columns);
    return &c->cell[(size_t)row * (size_t)c->columns + (size_t)column];
}

static bool covered(const struct cell *cell)
{
    return cell->point[0] == 0;
}

static void set_blank(struct cell *cell)
{
    cell->point[0] = ' ';
    cell->point[1] = 0;
}

/* Makes a cell free to be written: no wide character may reach into or out of it. */
static struct cell *free_cell(const struct canvas *c, int row, int column)
{
    struct cell *cell = cell_at(c, row, column);
    if (covered(cell) && column > 0)
        set_blank(cell - 1);
    if (column + 1 < c->columns && covered(cell + 1))
        set_blank(cell + 1);
    return cell;
}

struct pane pane_whole(struct canvas *c)
{
    return (struct pane){.canvas = c, .rows = c->rows, .columns = c->columns};
}

static int clamp(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

struct pane pane_part(const struct pane *p, int row, int column, int rows, int columns)
{
    int top = clamp(row, 0, p->rows), left = clamp(column, 0, p->columns);
    return (struct pane){.canvas = p->canvas,
                         .row = p->row + top,
                         .column = p->column + left,
                         .rows = clamp(rows, 0, p->rows - top),
                         .columns = clamp(columns, 0, p->columns - left)};
}

struct pane pane_line(const struct pane *p, int row, int column, int columns)
{
    return pane_part(p, row, column, row < 0 ? 0 : 1, columns);
}

static void put_glyph(const struct pane *p, int row, int column, enum ink ink, struct glyph g)
{
    if (row < 0 || row >= p->rows || column < 0 || column >= p->columns)
        return;
    struct cell *cell = free_cell(p->canvas, p->row + row, p->column + column);
    *cell = (struct cell){.point = {g.point}, .ink = (uint8_t)ink};
    if (g.width < 2)
        return;
    if (column + 1 >= p->columns) { /* half of it would stick out */
        set_blank(cell);
        return;
    }
    struct cell *half = free_cell(p->canvas, p->row + row, p->column + column + 1);
    *cell = (struct cell){.point = {g.point}, .ink = (uint8_t)ink}; /* free_cell blanked it */
    *half = (struct cell){.ink = (uint8_t)ink};
}

/* Adds a mark to the character that ends before `column`. Past two it is left out. */
static void put_mark(const struct pane *p, int row, int column, uint32_t mark)
{
    if (row < 0 || row >= p->rows || column < 1 || column > p->columns)
        return;
    struct cell *cell = cell_at(p->canvas, p->row + row, p->column + column - 1);
    if (covered(cell) && p->column + column > 1)
        cell--;
    for (int i = 1; i < CELL_POINTS; i++) {
        if (cell->point[i])
            continue;
        cell->point[i] = mark;
        if (i + 1 < CELL_POINTS)
            cell->point[i + 1] = 0;
        return;
    }
}

int pane_text(const struct pane *p, int row, int column, enum ink ink, const char *text)
{
    struct reader r;
    int start = column;
    reader_open(&r, text, p->canvas->ascii);
    for (struct glyph g = read_glyph(&r); g.point && column < p->columns; g = read_glyph(&r)) {
        if (g.width)
            put_glyph(p, row, column, ink, g);
        else if (column > start)
            put_mark(p, row, column, g.point);
        column += g.width;
    }
    return column;
}

int pane_printf(const struct pane *p, int row, int column, enum ink ink, const char *format, ...)
{
    char text[TEXT_ROOM];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return pane_text(p, row, column, ink, text);
}

int canvas_width(const char *text, bool ascii)
{
    struct reader r;
    int width = 0;
    reader_open(&r, text, ascii);
    for (struct glyph g = read_glyph(&r); g.point; g = read_glyph(&r))
        width += g.width;
    return width;
}

void pane_field(const struct pane *field, enum align align, enum ink ink, const char *text)
{
    if (field->rows < 1 || field->columns < 1)
        return;
    int width = canvas_width(text, field->canvas->ascii);
    if (width <= field->columns) {
        pane_text(field, 0, align == ALIGN_RIGHT ? field->columns - width : 0, ink, text);
        return;
    }
    struct pane head = pane_line(field, 0, 0, field->columns - 1);
    pane_text(&head, 0, 0, ink, text);
    pane_text(field, 0, field->columns - 1, ink, "…");
}

void pane_clear(const struct pane *p, enum ink ink)
{
    const struct glyph blank = {' ', 1};
    for (int row = 0; row < p->rows; row++) {
        for (int column = 0; column < p->columns; column++)
            put_glyph(p, row, column, ink, blank);
    }
}

void pane_ink(const struct pane *p, enum ink ink)
{
    for (int row = 0; row < p->rows; row++) {
        for (int column = 0; column < p->columns; column++)
            cell_at(p->canvas, p->row + row, p->column + column)->ink = (uint8_t)ink;
    }
}

void pane_border(const struct pane *p, enum ink ink, const char *title)
{
    int last = p->columns - 1, bottom = p->rows - 1;
    for (int column = 1; column < last; column++) {
        pane_text(p, 0, column, ink, "─");
        pane_text(p, bottom, column, ink, "─");
    }
    for (int row = 1; row < bottom; row++) {
        pane_text(p, row, 0, ink, "│");
        pane_text(p, row, last, ink, "│");
    }
    pane_text(p, 0, 0, ink, "┌");
    pane_text(p, 0, last, ink, "┐");
    pane_text(p, bottom, 0, ink, "└");
    pane_text(p, bottom, last, ink, "┘");
    pane_text(p, 0, 2, INK_STRONG, title);
}

/* Appends one code point as UTF-8 if it fits. */
static size_t append_point(char *text, size_t used, size_t size, uint32_t point)
{
    uint8_t out[4];
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    if (used + len >= size)
        return used;
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        out[i] = (uint8_t)(0x80 | (point & 0x3f));
    out[0] = (uint8_t)(lead[len] | point);
    memcpy(text + used, out, len);
    return used + len;
}

void canvas_row_text(const struct canvas *c, int row, char *text, size_t size)
{
    size_t used = 0, kept = 0; /* kept: up to the last character that is not a blank */
    for (int column = 0; column < c->columns; column++) {
        const struct cell *cell = cell_at(c, row, column);
        for (int i = 0; i < CELL_POINTS && cell->point[i]; i++)
            used = append_point(text, used, size, cell->point[i]);
        if (cell->point[0] && cell->point[0] != ' ')
            kept = used;
    }
    text[kept] = '\0';
}

void canvas_print(const struct canvas *c, FILE *file)
{
    char text[CANVAS_SIDE_MAX * CELL_POINTS * 4 + 1];
    for (int row = 0; row < c->rows; row++) {
        canvas_row_text(c, row, text, sizeof text);
        fprintf(file, "%s\n", text);
    }
}
