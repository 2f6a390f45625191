/* wires.c - see wires.h. */
#include "ui-tui/wires.h"

#include <stdlib.h>
#include <string.h>

enum arm { ARM_LEFT, ARM_DOWN, ARM_RIGHT, ARM_UP };

/* By the arms as digits of base 3: up, right, down, left; each none, light or heavy. */
static const uint16_t glyphs[81] = {
    0x0020, 0x2574, 0x2578, 0x2577, 0x2510, 0x2511, 0x257b, 0x2512, 0x2513, /**/
    0x2576, 0x2500, 0x257e, 0x250c, 0x252c, 0x252d, 0x250e, 0x2530, 0x2531, /* right */
    0x257a, 0x257c, 0x2501, 0x250d, 0x252e, 0x252f, 0x250f, 0x2532, 0x2533, /**/
    0x2575, 0x2518, 0x2519, 0x2502, 0x2524, 0x2525, 0x257d, 0x2527, 0x252a, /* up */
    0x2514, 0x2534, 0x2535, 0x251c, 0x253c, 0x253d, 0x251f, 0x2541, 0x2545, /**/
    0x2515, 0x2536, 0x2537, 0x251d, 0x253e, 0x253f, 0x2522, 0x2546, 0x2548, /**/
    0x2579, 0x251a, 0x251b, 0x257f, 0x2526, 0x2529, 0x2503, 0x2528, 0x252b, /* up, heavy */
    0x2516, 0x2538, 0x2539, 0x251e, 0x2540, 0x2543, 0x2520, 0x2542, 0x2549, /**/
    0x2517, 0x253a, 0x253b, 0x2521, 0x2544, 0x2547, 0x2523, 0x254a, 0x254b, /**/
};

bool wires_reset(struct wires *w, int rows, int columns)
{
    size_t cells = rows > 0 && columns > 0 ? (size_t)rows * (size_t)columns : 0;
    if (cells > w->room) {
        wires_free(w);
        w->arm = malloc(cells);
        w->inked = malloc(cells);
        if (!w->arm || !w->inked) {
            wires_free(w);
            return false;
        }
        w->room = cells;
    }
    w->rows = cells ? rows : 0;
    w->columns = cells ? columns : 0;
    if (cells) {
        memset(w->arm, 0, cells);
        memset(w->inked, 0, cells);
    }
    return true;
}

void wires_free(struct wires *w)
{
    free(w->arm);
    free(w->inked);
    *w = (struct wires){0};
}

static void add_arm(struct wires *w, int row, int column, enum arm arm, uint8_t look)
{
    if (row < 0 || row >= w->rows || column < 0 || column >= w->columns)
        return;
    size_t at = (size_t)row * (size_t)w->columns + (size_t)column;
    unsigned wire = look >> 6, before = (unsigned)w->arm[at] >> (2 * arm) & 3U;
    bool heavy = (w->arm[at] & 0xaa) != 0;
    if (wire > before)
        w->arm[at] = (uint8_t)((w->arm[at] & ~(3U << (2 * arm))) | wire << (2 * arm));
    if (wire == WIRE_HEAVY || !heavy)
        w->inked[at] = look & 0x3f;
}

static uint8_t look_of(enum wire wire, enum ink ink)
{
    _Static_assert(INKS <= 0x40, "an ink beside a wire");
    return (uint8_t)((unsigned)wire << 6 | (unsigned)ink);
}

static int clip(int at, int len)
{
    return at < -1 ? -1 : at > len ? len : at;
}

void wires_across(struct wires *w, int row, int from, int to, enum wire wire, enum ink ink)
{
    int left = clip(from < to ? from : to, w->columns);
    int right = clip(from < to ? to : from, w->columns);
    for (int column = left; column < right; column++) {
        add_arm(w, row, column, ARM_RIGHT, look_of(wire, ink));
        add_arm(w, row, column + 1, ARM_LEFT, look_of(wire, ink));
    }
}

void wires_along(struct wires *w, int column, int from, int to, enum wire wire, enum ink ink)
{
    int top = clip(from < to ? from : to, w->rows), bottom = clip(from < to ? to : from, w->rows);
    for (int row = top; row < bottom; row++) {
        add_arm(w, row, column, ARM_DOWN, look_of(wire, ink));
        add_arm(w, row + 1, column, ARM_UP, look_of(wire, ink));
    }
}

static uint32_t glyph_of(uint8_t arms)
{
    unsigned index = 0;
    for (int arm = ARM_UP; arm >= ARM_LEFT; arm--)
        index = index * 3 + ((unsigned)arms >> (2 * arm) & 3U);
    return glyphs[index];
}

void wires_draw(const struct wires *w, const struct pane *pane)
{
    for (size_t at = 0; at < (size_t)w->rows * (size_t)w->columns; at++) {
        if (!w->arm[at])
            continue;
        uint32_t point = glyph_of(w->arm[at]);
        const char text[] = {(char)(0xe0 | point >> 12), (char)(0x80 | (point >> 6 & 0x3f)),
                             (char)(0x80 | (point & 0x3f)), '\0'};
        pane_text(pane, (int)(at / (size_t)w->columns), (int)(at % (size_t)w->columns),
                  (enum ink)w->inked[at], text);
    }
}
