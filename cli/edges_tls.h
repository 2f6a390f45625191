/* edges_tls.h - what protects edges: `tapgraph edges --tls`. */
#pragma once

#include "store/export/exporter.h"

/* Writes the answer in a format; NULL: as a table for people. */
bool edges_tls_answer(struct query *q, struct range r, const struct exporter *e, struct err *err);
