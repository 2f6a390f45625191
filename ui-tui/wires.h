/* wires.h - lines at right angles that meet, branch and cross, as box-drawing characters.
 *
 * Rows and columns are those of the pane that it is drawn on; what lies outside is clipped. Where
 * lines share a cell, the character shows the arms of all of them. */
#pragma once

#include "ui-tui/canvas.h"

enum wire { WIRE_NONE, WIRE_LIGHT, WIRE_HEAVY };

/* Zeroed is empty; wires_free() gives the memory back. */
struct wires {
    int rows, columns;
    size_t room;    /* cells there is memory for */
    uint8_t *arm;   /* owned: two bits a direction */
    uint8_t *inked; /* owned: enum ink; the last heavy line, or the last of all, tells */
};

/* Blank, of this size. false: memory is short; then it has no cells. */
bool wires_reset(struct wires *w, int rows, int columns);
void wires_free(struct wires *w);

/* From the middle of one cell to that of another; either may come first. */
void wires_across(struct wires *w, int row, int from, int to, enum wire wire, enum ink ink);
void wires_along(struct wires *w, int column, int from, int to, enum wire wire, enum ink ink);

void wires_draw(const struct wires *w, const struct pane *pane);
