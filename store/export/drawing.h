/* drawing.h - the graph as a picture of our own, in SVG, where Graphviz cannot be run: nodes stand
 * where graph/layout.h has placed them, as on the page. */
#pragma once

#include <stdio.h>

#include "store/query.h"

/* false: the stream failed. */
bool drawing_svg(FILE *out, const struct graph *g);
