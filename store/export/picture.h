/* picture.h - how nodes and edges look, the same in every drawing: colours that colour-blind people
 * can tell apart (Okabe and Ito, 2008), and a second sign beside each colour. */
#pragma once

#include <stdio.h>

#include "store/diff.h"
#include "store/query.h"

/* "12.3/s\np95 18 ms\n0.4 % errors"; of an edge without requests its bytes. The separator is the
 * caller's. */
void picture_edge_label(const struct edge_row *e, const char *separator, char *text, size_t size);

/* "#D55E00" */
const char *picture_color(enum health h);

/* Line width in points, 1 to 6, by rate. */
double picture_width(const struct edge_row *e);

/* What a node is, by the protocols it serves. */
enum picture_kind { PICTURE_SERVICE, PICTURE_DATABASE, PICTURE_QUEUE, PICTURE_EXTERNAL };
enum picture_kind picture_kind(const struct service_row *s);
enum picture_kind picture_kind_of(const char *protocols); /* "http,redis" */

/* A text as Graphviz reads it, with its quotes. In dot.c. */
void dot_quoted(FILE *out, const char *text);

/* What changed, as a graph in the language of Graphviz. In dot_diff.c. */
bool dot_diff(FILE *out, const struct diff *d);
