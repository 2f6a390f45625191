/* fields.h - BOUNDARY: the fields of each kind of row that can be asked for; docs/filter.md lists
 * them. */
#pragma once

#include "store/field.h"

extern const struct fields edge_fields, service_fields, operation_fields, backend_fields,
    connection_fields, open_call_fields, tls_fields, relay_fields, name_fields, insight_fields,
    event_fields, diff_fields, request_fields, trace_fields;

/* All of them; ends with NULL. */
extern const struct fields *const fields_of_all[];
