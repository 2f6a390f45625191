/* json_rows.h - rows as JSON objects: the same ones for "json" (a document) and "ndjson" (one a
 * line). */
#pragma once

#include <cjson/cJSON.h>
#include <stdio.h>

#include "store/diff.h"
#include "store/query.h"

/* Each is given to the caller; NULL when memory is short. */
cJSON *json_edge(const struct edge_row *row);
cJSON *json_service(const struct service_row *row);
cJSON *json_operation(const struct operation_row *row);
cJSON *json_point(const struct point *point);
cJSON *json_heat_column(const struct heatmap *h, size_t at);
cJSON *json_heat_rows(const struct heatmap *h);
/* NULL: there is nothing in the cell. */
cJSON *json_heat_cell(const struct heatmap *h, size_t column, size_t row);
cJSON *json_health(struct range r, const struct health_row *row);
cJSON *json_event(const struct event_row *row);
cJSON *json_backend(const struct backend_row *row);
cJSON *json_connection(const struct connection_row *row);
cJSON *json_open_call(const struct open_call_row *row);
cJSON *json_tls(const struct tls_row *row);
cJSON *json_relay(const struct relay_row *row);
cJSON *json_name(const struct name_row *row);
cJSON *json_insight(const struct insight_row *row);
cJSON *json_trace(const struct trace_row *row);
cJSON *json_diff_row(const struct diff_row *row); /* in json_diff.c */
cJSON *json_range(struct range r);

/* Adds `item`, which is taken, also where there is no list or object to add it to. */
void json_append(cJSON *list, cJSON *item);
void json_set(cJSON *object, const char *name, cJSON *item);

/* The object as text, given (cJSON_free()); the object is freed. NULL when memory is short, or was
 * when it was made: what cJSON finds no memory for, it leaves out. In json_memory.c. */
char *json_text(cJSON *object);

/* Writes the object as one line, and frees it. false when memory is or was short, or the stream
 * failed. */
bool json_write(FILE *out, cJSON *object);
