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

/* That memory was short on this thread before now does not concern the next answer. For threads
 * that live longer than one. */
void exporter_begin(void);

enum { LOG_END_MAX = 1024, LOG_LINE_MAX = 20 * 1024 };

/* What lines of the log say of an end, in their own form: it is the same in many of them. */
struct log_end {
    char text[LOG_END_MAX];
    uint16_t name_at, len; /* its address ends where its name begins */
};
void log_client(struct log_end *ret, const struct address *address, const char *name);
void log_server(struct log_end *ret, const struct exchange *x, const char *name);

struct log_ends {
    const struct log_end *client, *server;
};

/* One JSON object and a newline, as DESIGN's --log: keys absent where the protocol has no such
 * thing, null where it was not seen. Returns its length; there is no zero behind it. */
size_t export_log_line(char text[LOG_LINE_MAX], const struct exchange *x, struct log_ends ends);

/* A request that was kept, with the keys of the log and some more, without a newline. `hop`: as
 * part of a trace; or NULL. */
bool export_request(FILE *out, const struct request_row *row, const struct trace_hop *hop);
