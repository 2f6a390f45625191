/* spark.h - a line of figures as small as text. */
#pragma once

#include "ui-tui/canvas.h"

enum spark_style {
    SPARK_BLOCKS,  /* one value a column, eight heights: ▁▂▃▄▅▆▇█ */
    SPARK_BRAILLE, /* two values a column, four heights */
};

/* Draws the values from the left of `field`'s first row; if they are more than fit, the means of
 * neighbours. The greatest is full height, whatever is not 0 can be seen, 0 is blank. */
void spark_draw(const struct pane *field, enum ink ink, enum spark_style style,
                const double *values, size_t len);
