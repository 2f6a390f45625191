/* glyph.c - see glyph.h. */
#include "ui-tui/glyph.h"

#include <stddef.h>

static const struct {
    uint32_t point;
    char ascii;
} twins[] = {
    {0x00b5, 'u'}, /* µ */
    {0x00b7, '|'}, /* · between two figures */
    {0x2013, '-'}, /* – */
    {0x2026, '~'}, /* … */
    {0x203a, '>'}, /* › */
    {0x2190, '<'}, /* ← */
    {0x2191, '^'}, /* ↑ */
    {0x2192, '>'}, /* → */
    {0x2193, 'v'}, /* ↓ */
    {0x21bb, '@'}, /* ↻ calls itself */
    {0x25b8, '>'}, /* ▸ */
    {0x25c2, '<'}, /* ◂ */
    {0x25b2, '!'}, /* ▲ warning */
    {0x25cb, '.'}, /* ○ idle */
    {0x25cf, 'o'}, /* ● good */
    {0x2264, '<'}, /* ≤ */
    {0x2716, 'X'}, /* ✖ bad */
};

/* The more of its cell a character fills, the darker its look-alike. */
static uint32_t ascii_of_block(uint32_t point)
{
    static const char levels[] = "_.-:=+*#";
    return (uint32_t)levels[point - 0x2581];
}

static uint32_t ascii_of_braille(uint32_t point)
{
    static const char levels[] = " ..::++##";
    int dots = 0;
    for (uint32_t bits = point - 0x2800; bits; bits &= bits - 1)
        dots++;
    return (uint32_t)levels[dots];
}

/* Lines of boxes; heavy ones can be told from light ones. */
static uint32_t ascii_of_line(uint32_t point)
{
    switch (point) {
    case 0x2500: /* ─ */
    case 0x2574:
    case 0x2576:
        return '-';
    case 0x2501: /* ━ */
    case 0x2578:
    case 0x257a:
    case 0x257c:
    case 0x257e:
        return '=';
    case 0x2502: /* │ */
    case 0x2575:
    case 0x2577:
        return '|';
    case 0x2503: /* ┃ */
    case 0x2579:
    case 0x257b:
    case 0x257d:
    case 0x257f:
        return '#';
    }
    return '+';
}

uint32_t glyph_ascii(uint32_t point)
{
    if (point >= 0x2500 && point <= 0x257f)
        return ascii_of_line(point);
    if (point >= 0x2581 && point <= 0x2588)
        return ascii_of_block(point);
    if (point >= 0x2589 && point <= 0x258f) /* the more of its cell a bar fills */
        return point <= 0x258b ? '#' : point <= 0x258d ? '=' : '-';
    if (point >= 0x2800 && point <= 0x28ff)
        return ascii_of_braille(point);
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++) {
        if (twins[i].point == point)
            return (uint32_t)twins[i].ascii;
    }
    return '?';
}
