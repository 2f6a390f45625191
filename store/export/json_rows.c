/* json_rows.c - see json_rows.h. A figure that does not exist is null, never 0. */
#include "store/export/json_rows.h"

#include <math.h>
#include <stdlib.h>

#include "store/export/time_text.h"

static void add_ms(cJSON *to, const char *name, uint64_t ns, bool known)
{
    if (known) /* microseconds are enough for a person and a chart */
        cJSON_AddNumberToObject(to, name, (double)(ns / 1000) / 1000.0);
    else
        cJSON_AddNullToObject(to, name);
}

static void add_count(cJSON *to, const char *name, uint64_t count)
{
    cJSON_AddNumberToObject(to, name, (double)count);
}

/* With at most six digits after the point. */
static void add_ratio(cJSON *to, const char *name, double value)
{
    cJSON_AddNumberToObject(to, name, round(value * 1e6) / 1e6);
}

static void add_time(cJSON *to, const char *name, uint64_t time_ns)
{
    char text[TIME_TEXT_MAX];
    if (!time_ns) {
        cJSON_AddNullToObject(to, name);
        return;
    }
    time_to_text(time_ns, text);
    cJSON_AddStringToObject(to, name, text);
}

static void add_percentiles(cJSON *to, const char *name, const struct percentiles *p)
{
    cJSON *o = cJSON_AddObjectToObject(to, name);
    bool known = p->count != 0;
    add_ms(o, "p50", p->p50_ns, known);
    add_ms(o, "p90", p->p90_ns, known);
    add_ms(o, "p95", p->p95_ns, known);
    add_ms(o, "p99", p->p99_ns, known);
    add_ms(o, "max", p->max_ns, known);
    add_ms(o, "mean", p->mean_ns, known);
}

static void add_figures(cJSON *to, const struct figures *f)
{
    add_count(to, "requests", f->requests);
    add_count(to, "errors", f->errors);
    add_ratio(to, "error_rate", f->error_rate);
    add_ratio(to, "rate_per_s", f->rate_per_s);
    cJSON *outcomes = cJSON_AddObjectToObject(to, "outcomes");
    for (int o = 0; o < OUTCOMES; o++)
        if (f->outcomes[o])
            add_count(outcomes, outcome_name((enum outcome)o), f->outcomes[o]);
    add_percentiles(to, "latency_ms", &f->duration);
    add_percentiles(to, "ttfb_ms", &f->ttfb);
    add_count(to, "request_bytes", f->request_bytes);
    add_count(to, "response_bytes", f->response_bytes);
    cJSON_AddStringToObject(to, "health", health_name(f->health));
}

static void add_notes(cJSON *to, uint64_t notes)
{
    cJSON *list = cJSON_AddArrayToObject(to, "notes");
    for (int bit = 0; bit < NOTES; bit++)
        if (notes >> bit & 1)
            cJSON_AddItemToArray(list, cJSON_CreateString(note_name(bit)));
}

static void add_tcp(cJSON *to, const struct edge_row *row)
{
    cJSON *tcp = cJSON_AddObjectToObject(to, "tcp");
    add_ms(tcp, "connect_ms", row->connect_ns, row->connect_ns != 0);
    add_ms(tcp, "rtt_client_ms", row->rtt_client_ns, row->rtt_client_ns != 0);
    add_ms(tcp, "rtt_server_ms", row->rtt_server_ns, row->rtt_server_ns != 0);
    add_count(tcp, "retransmits", row->retransmits);
    add_count(tcp, "zero_windows", row->zero_windows);
    add_count(tcp, "resets", row->resets);
}

cJSON *json_edge(const struct edge_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_count(o, "id", (uint64_t)row->id);
    cJSON_AddStringToObject(o, "client", row->client);
    cJSON_AddStringToObject(o, "server", row->server);
    add_count(o, "client_id", (uint64_t)row->client_id);
    add_count(o, "server_id", (uint64_t)row->server_id);
    add_count(o, "port", row->port);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    add_figures(o, &row->figures);
    cJSON *connections = cJSON_AddObjectToObject(o, "connections");
    add_count(connections, "opened", row->opened);
    add_count(connections, "failed", row->failed);
    add_count(connections, "active", row->active);
    cJSON *wire = cJSON_AddObjectToObject(o, "wire");
    add_count(wire, "bytes_to_server", row->bytes[0]);
    add_count(wire, "bytes_to_client", row->bytes[1]);
    add_count(wire, "packets_to_server", row->packets[0]);
    add_count(wire, "packets_to_client", row->packets[1]);
    add_tcp(o, row);
    cJSON *quality = cJSON_AddObjectToObject(o, "quality");
    add_count(quality, "missing_bytes", row->missing_bytes);
    add_notes(o, row->notes);
    add_time(o, "first_seen", row->first_seen_ns);
    add_time(o, "last_seen", row->last_seen_ns);
    return o;
}

cJSON *json_service(const struct service_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_count(o, "id", (uint64_t)row->id);
    cJSON_AddStringToObject(o, "name", row->name);
    cJSON_AddStringToObject(o, "source", name_source_name(row->source));
    cJSON_AddStringToObject(o, "address", row->address);
    add_count(o, "addresses", row->addresses);
    cJSON_AddStringToObject(o, "protocols", row->protocols);
    add_count(o, "callers", row->callers);
    add_count(o, "callees", row->callees);
    add_figures(cJSON_AddObjectToObject(o, "served"), &row->served);
    add_figures(cJSON_AddObjectToObject(o, "called"), &row->called);
    cJSON_AddStringToObject(
        o, "health", health_name(row->served.requests ? row->served.health : row->called.health));
    add_count(o, "rank", (uint64_t)row->rank);
    add_count(o, "order", (uint64_t)row->order);
    add_ratio(o, "x", row->x);
    cJSON_AddNumberToObject(o, "y", round(row->y * 1000) / 1000);
    add_time(o, "first_seen", row->first_seen_ns);
    add_time(o, "last_seen", row->last_seen_ns);
    return o;
}

cJSON *json_operation(const struct operation_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_count(o, "edge_id", (uint64_t)row->edge_id);
    cJSON_AddStringToObject(o, "client", row->client);
    cJSON_AddStringToObject(o, "server", row->server);
    add_count(o, "port", row->port);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    cJSON_AddStringToObject(o, "operation", row->name);
    add_figures(o, &row->figures);
    return o;
}

cJSON *json_point(const struct point *point)
{
    cJSON *o = cJSON_CreateObject();
    bool timed = point->p50_ns != 0;
    add_time(o, "time", point->time_ns);
    add_count(o, "requests", point->requests);
    add_count(o, "errors", point->errors);
    add_ms(o, "p50_ms", point->p50_ns, timed);
    add_ms(o, "p95_ms", point->p95_ns, timed);
    add_ms(o, "p99_ms", point->p99_ns, timed);
    add_count(o, "bytes", point->bytes);
    return o;
}

static void add_capture(cJSON *to, const struct capture_counters *c)
{
    cJSON *o = cJSON_AddObjectToObject(to, "capture");
    add_count(o, "frames", c->frames);
    add_count(o, "bytes", c->bytes);
    add_count(o, "packets", c->packets);
    add_count(o, "not_ip", c->not_ip);
    add_count(o, "other_ip", c->other_ip);
    add_count(o, "fragments", c->fragments);
    add_count(o, "headers_cut", c->headers_cut);
    add_count(o, "malformed", c->malformed);
    add_count(o, "truncated", c->truncated);
    add_count(o, "kernel_drops", c->kernel_drops);
    add_count(o, "interface_drops", c->interface_drops);
}

static void add_decode(cJSON *to, const struct decode_counters *d)
{
    cJSON *o = cJSON_AddObjectToObject(to, "decode");
    add_count(o, "flows", d->flows);
    add_count(o, "flows_opened", d->flows_opened);
    add_count(o, "flows_evicted", d->flows_evicted);
    add_count(o, "segments_held", d->segments_held);
    add_count(o, "segments_dropped", d->segments_dropped);
    add_count(o, "retransmits", d->retransmits);
    add_count(o, "gaps", d->gaps);
    add_count(o, "gap_bytes", d->gap_bytes);
    add_count(o, "lost", d->lost);
    add_count(o, "given_up", d->given_up);
    add_count(o, "stray_answers", d->stray_answers);
    add_count(o, "exchanges_evicted", d->exchanges_evicted);
    add_count(o, "exchanges", d->exchanges);
}

cJSON *json_health(struct range r, const struct health_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_time(o, "time", row->time_ns);
    cJSON_AddItemToObject(o, "range", json_range(r));
    add_count(o, "windows", row->windows);
    add_capture(o, &row->capture);
    add_decode(o, &row->decode);
    add_count(o, "edges_dropped", row->edges_dropped);
    add_count(o, "names_dropped", row->names_dropped);
    return o;
}

cJSON *json_event(const struct event_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_time(o, "time", row->time_ns);
    cJSON_AddStringToObject(o, "kind", row->kind);
    cJSON_AddStringToObject(o, "text", row->text);
    return o;
}

cJSON *json_range(struct range r)
{
    cJSON *o = cJSON_CreateObject();
    add_time(o, "from", r.from_ns);
    add_time(o, "to", r.to_ns);
    return o;
}

bool json_write(FILE *out, cJSON *object)
{
    char *text = object ? cJSON_PrintUnformatted(object) : NULL;
    cJSON_Delete(object);
    bool written = text && fputs(text, out) >= 0 && fputc('\n', out) != EOF;
    free(text);
    return written;
}
