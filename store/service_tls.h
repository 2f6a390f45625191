/* service_tls.h - inside the read side: how services protect what they serve. */
#pragma once

#include "store/query.h"

/* Fills in `tls` of the rows, which are in order of name. Not to be called inside a question. */
bool service_tls_add(struct query *q, struct range r, const struct edge_rows *edges,
                     struct service_rows *to, struct err *err);
