/* trace_context.h - the trace that a request belongs to, as its headers tell.
 *
 * W3C Trace Context (https://www.w3.org/TR/trace-context/, 3.2) and B3
 * (https://github.com/openzipkin/b3-propagation), single and multiple headers. Pure functions. */
#pragma once

#include "base/bytes.h"

/* Lower-case hex. A B3 trace id of 64 bits is padded with zeros on its left, as W3C advises, so
 * that both forms of one trace are equal. */
struct trace_context {
    char trace_id[33];
    char span_id[17];
    char parent_id[17]; /* "": not said; traceparent never does */
};

struct exchange;

/* The exchange is of this trace. */
void trace_context_note(const struct trace_context *context, struct exchange *x);

/* Each returns false, and leaves `ret_context` alone, if the value is not valid or names no
 * trace. */

/* traceparent: "00-<32 hex>-<16 hex>-<2 hex>"; of a later version, what version 00 knows. */
bool trace_context_of_traceparent(struct bytes value, struct trace_context *ret_context);

/* b3: "<16 or 32 hex>-<16 hex>[-<sampling>[-<16 hex>]]" */
bool trace_context_of_b3(struct bytes value, struct trace_context *ret_context);

/* x-b3-traceid, x-b3-spanid and x-b3-parentspanid; the second and third may be empty. A parent that
 * is not valid is left out. */
bool trace_context_of_b3_fields(struct bytes trace_id, struct bytes span_id, struct bytes parent_id,
                                struct trace_context *ret_context);
