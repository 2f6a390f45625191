/* events_table.h - the columns that a list of events has, and what Enter opens there. */
#pragma once

#include "ui-tui/view.h"

extern const struct table_kind events_table_kind; /* of struct event_row, the newest first */

/* Those of a range; of one that goes to the end of the history, also what came behind it. */
bool events_ask(struct query *q, struct range r, struct event_rows *ret, struct err *err);

/* What an event is about; nowhere for what the collector did itself, and for NULL. */
struct visit events_subject(const struct event_row *row);
