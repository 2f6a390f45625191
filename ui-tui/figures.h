/* figures.h - the columns that edges, services and operations have in common.
 *
 * Each function takes a pointer to a struct figures; a column says with `at` where in its row they
 * are. */
#pragma once

#include "store/query.h"
#include "ui-tui/column.h"

void figures_health(const void *figures, char *ret); /* for filters: "good", "bad", ... */
double figures_severity(const void *figures);        /* to sort by health */
double figures_requests(const void *figures);
double figures_rate(const void *figures);
double figures_errors(const void *figures); /* the share; under 0 without requests */
double figures_p50(const void *figures);
double figures_p95(const void *figures);
double figures_p99(const void *figures);
double figures_bytes(const void *figures); /* both ways */

enum ink figures_rate_ink(const void *figures);
enum ink figures_errors_ink(const void *figures);

/* ● good, ▲ warning, ✖ bad, ○ idle: colour and shape say the same. */
void figures_mark(const struct pane *field, const void *figures, void *owner);
const char *figures_mark_of(enum health health);
enum ink figures_ink_of(enum health health);
