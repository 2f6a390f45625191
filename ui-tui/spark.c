/* spark.c - see spark.h. */
#include "ui-tui/spark.h"

#include <string.h>

enum { SPARK_VALUES_MAX = 512 }; /* drawn at once */

/* 0 for nothing, else 1 to `steps`. */
static unsigned height(double value, double most, unsigned steps)
{
    if (value <= 0)
        return 0;
    unsigned level = (unsigned)(value / most * steps + 0.5);
    return level < 1 ? 1 : level > steps ? steps : level;
}

/* A block, a pattern of dots or a blank as UTF-8. */
static void append_point(char *text, size_t *used, unsigned point)
{
    if (point == ' ') {
        text[(*used)++] = ' ';
        return;
    }
    text[(*used)++] = (char)(0xe0 | point >> 12);
    text[(*used)++] = (char)(0x80 | (point >> 6 & 0x3f));
    text[(*used)++] = (char)(0x80 | (point & 0x3f));
}

/* Dots of a column of braille, filled from below: the left one, the right one. */
static const unsigned char dots[2][5] = {{0x00, 0x40, 0x44, 0x46, 0x47},
                                         {0x00, 0x80, 0xa0, 0xb0, 0xb8}};

/* Makes `room` values of `len`; returns how many there are then. */
static size_t shrink(const double *values, size_t len, double *ret, size_t room)
{
    if (len <= room) {
        memcpy(ret, values, len * sizeof *ret);
        return len;
    }
    for (size_t i = 0; i < room; i++) {
        size_t from = i * len / room, to = (i + 1) * len / room;
        double sum = 0;
        for (size_t j = from; j < to; j++)
            sum += values[j];
        ret[i] = sum / (double)(to - from);
    }
    return room;
}

void spark_draw(const struct pane *field, enum ink ink, enum spark_style style,
                const double *values, size_t len)
{
    double fitted[SPARK_VALUES_MAX + 1] = {0};
    char text[SPARK_VALUES_MAX * 3 + 1];
    size_t per_column = style == SPARK_BRAILLE ? 2 : 1, used = 0;
    size_t room = (size_t)field->columns * per_column;
    if (!len || !room)
        return;
    len = shrink(values, len, fitted, room < SPARK_VALUES_MAX ? room : SPARK_VALUES_MAX);
    double most = 0;
    for (size_t i = 0; i < len; i++)
        most = fitted[i] > most ? fitted[i] : most;
    for (size_t i = 0; i < len; i += per_column) {
        if (style == SPARK_BLOCKS) {
            unsigned level = height(fitted[i], most, 8);
            append_point(text, &used, level ? 0x2580 + level : ' ');
            continue;
        }
        unsigned left = height(fitted[i], most, 4), right = height(fitted[i + 1], most, 4);
        append_point(text, &used, 0x2800U | dots[0][left] | dots[1][right]);
    }
    text[used] = '\0';
    pane_text(field, 0, 0, ink, text);
}
