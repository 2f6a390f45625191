/* line_names.h - what the ends of exchanges are called in the lines of a log.
 *
 * A busy client asks the same server by the same name thousands of times in a window, and the
 * answer is the same until names are learned: so the latest ones are kept, as the lines have them.
 */
#pragma once

#include "graph/name.h"
#include "store/export/exporter.h"

struct line_names; /* what was answered of late */

/* `names` is kept. NULL when memory is short. Given to the caller. */
struct line_names *line_names_new(const struct names *names);
void line_names_free(struct line_names *l);

/* Names have been learned, or given, or it has become later. */
void line_names_changed(struct line_names *l);

/* Both ends with their names. Borrowed until the next call. */
struct log_ends line_names_of(struct line_names *l, const struct exchange *x);
