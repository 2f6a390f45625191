/* services_table.h - the columns that a list of services has; the Graph tab finds by them. */
#pragma once

#include "ui-tui/change.h"
#include "ui-tui/table.h"

/* What it is of. */
struct service_seen {
    struct service_row row;
    struct change change; /* of what it serves, against the time before */
};

extern const struct table_kind services_table_kind;
