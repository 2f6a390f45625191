/* marks.h - the column that says which rows' figures are spoiled, and below a table what the marks
 * of the row under the cursor mean.
 *
 * The functions of the column take a pointer to a struct marks. */
#pragma once

#include "store/query.h"
#include "ui-tui/column.h"

void marks_shown(const void *marks, char *ret); /* "~MB" */
void marks_names(const void *marks, char *ret); /* for filters: "missing midstream" */
double marks_severity(const void *marks);       /* to sort by; 0: no mark */
enum ink marks_ink(const void *marks);          /* beside its symbol, so not by colour alone */

/* Writes at the bottom of `pane` what the marks mean, with `quality` how much there is of each; not
 * if room is short. Returns what is left above. `marks` NULL: there is no row. */
struct pane marks_below(const struct pane *pane, const struct marks *marks,
                        const struct quality *quality);
