/* services_table.h - the columns that a list of services has; the Graph tab finds by them. */
#pragma once

#include "ui-tui/table.h"

/* Of struct service_row. */
extern const struct table_kind services_table_kind;
