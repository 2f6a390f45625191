/* diff_look.h - how what changed looks in a drawing, whoever draws it: a colour (Okabe and Ito,
 * 2008) that comes with a sign and a line of its own, and words. */
#pragma once

#include "store/diff.h"

struct diff_look {
    enum diff_change change;
    const char *color, *style, *sign; /* style: as Graphviz has it */
};
extern const struct diff_look diff_look_same; /* nothing changed */

/* Of the worst of these bits of enum diff_change. */
const struct diff_look *diff_look(uint32_t changes);

/* The names of all ends, each once, in order. */
struct diff_names {
    const char **name; /* borrowed from the rows; the array is freed with free() */
    size_t len;
};
bool diff_names_list(const struct diff *d, struct diff_names *ret);
size_t diff_names_find(const struct diff_names *names, const char *name);

/* A service all of whose edges came is new, one all of whose edges went is gone. */
const struct diff_look *diff_look_of_node(const struct diff *d, const char *name);

/* What an edge and its operations came to; `text` gets the words, lines parted by '\n'. */
const struct diff_look *diff_look_of_edge(const struct diff *d, const struct diff_row *edge,
                                          char *text, size_t size);
