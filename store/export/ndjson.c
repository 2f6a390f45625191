/* ndjson.c - an answer as one JSON object a line. */
#include "store/export/exporter.h"
#include "store/export/json_rows.h"

static bool edges(FILE *out, struct range r, const struct edge_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_edge(&rows->row[i]));
    return written;
}

static bool services(FILE *out, struct range r, const struct service_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_service(&rows->row[i]));
    return written;
}

static bool operations(FILE *out, struct range r, const struct operation_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_operation(&rows->row[i]));
    return written;
}

static bool series(FILE *out, struct range r, const struct points *points)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < points->len && written; i++)
        written = json_write(out, json_point(&points->point[i]));
    return written;
}

static bool health(FILE *out, struct range r, const struct health_row *row)
{
    return json_write(out, json_health(r, row));
}

static bool events(FILE *out, struct range r, const struct event_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_event(&rows->row[i]));
    return written;
}

const struct exporter ndjson_exporter = {
    .name = "ndjson",
    .type = "application/x-ndjson",
    .edges = edges,
    .services = services,
    .operations = operations,
    .series = series,
    .health = health,
    .events = events,
};
