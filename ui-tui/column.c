/* column.c - see column.h. */
#include "ui-tui/column.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"

static struct human in_words(enum column_kind kind, double number)
{
    switch (kind) {
    case COLUMN_COUNT:
        return human_count(number);
    case COLUMN_RATE:
        return human_rate(number);
    case COLUMN_SHARE:
        return human_share(number);
    case COLUMN_TIME:
        return human_time((uint64_t)number);
    case COLUMN_BYTES:
        return human_bytes(number);
    case COLUMN_MOMENT:
        return human_moment((uint64_t)number);
    case COLUMN_TEXT:
    case COLUMN_CHART:
        break;
    }
    return (struct human){""};
}

void column_text_there(const void *text, char *ret)
{
    snprintf(ret, COLUMN_TEXT_MAX, "%s", (const char *)text);
}

double column_count_there(const void *count)
{
    return (double)*(const uint64_t *)count;
}

double column_double_there(const void *value)
{
    return *(const double *)value;
}

static const void *at(const struct column *c, const void *row)
{
    return (const char *)row + c->at;
}

double column_number(const struct column *c, const void *row)
{
    return c->number(at(c, row));
}

void column_value(const struct column *c, const void *row, char *ret)
{
    (c->value ? c->value : c->text)(at(c, row), ret);
}

void column_show(const struct column *c, const void *row, char *ret)
{
    ret[0] = '\0';
    if (c->text) {
        c->text(at(c, row), ret);
    } else if (c->number) {
        double number = column_number(c, row);
        snprintf(ret, COLUMN_TEXT_MAX, "%s", number < 0 ? "-" : in_words(c->kind, number).text);
    }
}

enum align column_align(const struct column *c)
{
    bool left = c->kind == COLUMN_TEXT || c->kind == COLUMN_CHART || c->kind == COLUMN_MOMENT;
    return left ? ALIGN_LEFT : ALIGN_RIGHT;
}

bool column_flexible(const struct column *c)
{
    return c->kind == COLUMN_TEXT && !c->draw;
}

/* "payments.example:8080" in 16 columns is "payments.…:8080": the port tells services apart. */
static void draw_text(const struct pane *field, enum ink ink, const char *text)
{
    bool ascii = field->canvas->ascii;
    const char *tail = strrchr(text, ':');
    int tail_width = tail ? canvas_width(tail, ascii) : 0;
    bool whole = canvas_width(text, ascii) <= field->columns;
    if (whole || !tail || tail_width > 6 || tail_width + 2 > field->columns) {
        pane_field(field, ALIGN_LEFT, ink, text);
        return;
    }
    struct pane head = pane_line(field, 0, 0, field->columns - tail_width);
    pane_field(&head, ALIGN_LEFT, ink, text);
    pane_text(field, 0, field->columns - tail_width, ink, tail);
}

void column_draw(const struct column *c, const struct pane *field, const void *row, void *owner)
{
    if (c->draw) {
        c->draw(field, at(c, row), owner);
        return;
    }
    char text[COLUMN_TEXT_MAX];
    enum ink ink = c->ink ? c->ink(at(c, row)) : INK_PLAIN;
    column_show(c, row, text);
    if (c->kind == COLUMN_TEXT)
        draw_text(field, ink, text);
    else
        pane_field(field, column_align(c), ink, text);
}
