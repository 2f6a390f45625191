/* settle.h - brings the operations of each edge down to what is kept of them. */
#pragma once

#include "graph/delta.h"

/* Segments of great variety become one (graph/variety.h) in operations that are `templated`, and
 * more so while an edge has more than `most` operations; of what is then left those first in order
 * are kept and the others added to "other". The rows of `d` must be in order, and stay so; its open
 * calls are renamed along. When memory is short nothing becomes one, but the cap holds. */
void settle_operations(struct delta *d, uint32_t most);
