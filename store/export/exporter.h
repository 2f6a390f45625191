/* exporter.h - BOUNDARY: one way to write an answer. Page, terminal and command line call the same
 * ones, so each format exists once.
 *
 * To add one: write store/export/NAME.c, which exports `const struct exporter NAME_exporter`, and
 * add X(NAME) to the list in exporters.c. Names come from the wire: each format escapes for itself.
 */
#pragma once

#include <stdio.h>

#include "base/err.h"
#include "store/diff.h"
#include "store/query.h"

struct exporter {
    const char *name; /* "dot", as in --format */
    const char *type; /* media type, "text/vnd.graphviz" */
    /* Any may be NULL: the format has no such thing. They return false when the stream failed or
     * memory is short. */
    bool (*graph)(FILE *out, const struct graph *g);
    bool (*edges)(FILE *out, struct range r, const struct edge_rows *rows);
    bool (*services)(FILE *out, struct range r, const struct service_rows *rows);
    bool (*operations)(FILE *out, struct range r, const struct operation_rows *rows);
    bool (*series)(FILE *out, struct range r, const struct points *points);
    bool (*heatmap)(FILE *out, struct range r, const struct heatmap *h);
    bool (*health)(FILE *out, struct range r, const struct health_row *row);
    bool (*events)(FILE *out, struct range r, const struct event_rows *rows);
    bool (*backends)(FILE *out, struct range r, const struct backend_rows *rows);
    bool (*connections)(FILE *out, struct range r, const struct connection_rows *rows);
    bool (*open_calls)(FILE *out, struct range r, const struct open_call_rows *rows);
    bool (*tls)(FILE *out, struct range r, const struct tls_rows *rows);
    bool (*relays)(FILE *out, struct range r, const struct relay_rows *rows);
    bool (*names)(FILE *out, struct range r, const struct name_rows *rows);
    bool (*requests)(FILE *out, struct range r, const struct request_rows *rows);
    bool (*traces)(FILE *out, struct range r, const struct trace_rows *rows);
    bool (*trace)(FILE *out, const struct trace *t);
    bool (*insights)(FILE *out, struct range r, const struct insight_rows *rows);
    bool (*diff)(FILE *out, const struct diff *d);
    /* Where a format has limits: whether it can have this one, or why not. NULL: it can. */
    bool (*graph_fits)(const struct graph *g, struct err *err);
    bool (*diff_fits)(const struct diff *d, struct err *err);
};

/* All of them; ends with NULL. */
extern const struct exporter *const exporters[];

const struct exporter *exporter_find(const char *name); /* NULL if there is none */

/* One JSON object and a newline, as DESIGN's --log: keys absent where the protocol has no such
 * thing, null where it was not seen. Fast: no library, no allocation. */
struct log_names {
    const char *client, *server;
};
bool export_log_line(FILE *out, const struct exchange *x, struct log_names names);

/* A request that was kept, with the keys of the log and some more, without a newline. `hop`: as
 * part of a trace; or NULL. */
bool export_request(FILE *out, const struct request_row *row, const struct trace_hop *hop);
