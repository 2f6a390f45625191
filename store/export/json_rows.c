/* json_rows.c - see json_rows.h. A figure that does not exist is null, never 0. */
#include "store/export/json_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/columns.h"
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

static void add_known_text(cJSON *to, const char *name, const char *text)
{
    if (text[0])
        cJSON_AddStringToObject(to, name, text);
    else
        cJSON_AddNullToObject(to, name);
}

/* Those that there are. */
static void add_outcomes(cJSON *to, const uint64_t count[OUTCOMES])
{
    cJSON *outcomes = cJSON_AddObjectToObject(to, "outcomes");
    for (int o = 0; o < OUTCOMES; o++)
        if (count[o])
            add_count(outcomes, outcome_name((enum outcome)o), count[o]);
}

static void add_percentiles(cJSON *to, const char *name, const struct percentiles *p)
{
    cJSON *o = cJSON_AddObjectToObject(to, name);
    bool known = p->count != 0;
    add_count(o, "count", p->count);
    add_ms(o, "p50", p->p50_ns, known);
    add_ms(o, "p90", p->p90_ns, known);
    add_ms(o, "p95", p->p95_ns, known);
    add_ms(o, "p99", p->p99_ns, known);
    add_ms(o, "max", p->max_ns, known);
    add_ms(o, "mean", p->mean_ns, known);
}

/* Only where there are messages: most protocols have none. */
static void add_messages(cJSON *to, const struct figures *f)
{
    add_count(to, "request_messages", f->request_messages);
    add_count(to, "response_messages", f->response_messages);
    add_count(to, "streams", f->streams);
    add_percentiles(to, "first_message_ms", &f->first_message);
    add_percentiles(to, "message_gap_ms", &f->message_gap);
    add_percentiles(to, "age_ms", &f->age);
}

static void add_figures(cJSON *to, const struct figures *f)
{
    add_count(to, "requests", f->requests);
    add_count(to, "errors", f->errors);
    add_ratio(to, "error_rate", f->error_rate);
    add_ratio(to, "rate_per_s", f->rate_per_s);
    add_outcomes(to, f->outcomes);
    add_percentiles(to, "latency_ms", &f->duration);
    add_percentiles(to, "ttfb_ms", &f->ttfb);
    add_count(to, "request_bytes", f->request_bytes);
    add_count(to, "response_bytes", f->response_bytes);
    if (f->streams || f->request_messages || f->response_messages)
        add_messages(to, f);
    cJSON_AddStringToObject(to, "health", health_name(f->health));
}

static void add_notes(cJSON *to, uint64_t notes)
{
    cJSON *list = cJSON_AddArrayToObject(to, "notes");
    for (int bit = 0; bit < NOTES; bit++)
        if (notes >> bit & 1)
            json_append(list, cJSON_CreateString(note_name(bit)));
}

/* "retransmits", "retransmits_to_server", "retransmits_to_client". */
static void add_each_way(cJSON *to, const char *name, const uint64_t counts[2])
{
    static const char *const ways[2] = {"to_server", "to_client"};
    char key[64];
    add_count(to, name, counts[0] + counts[1]);
    for (int dir = 0; dir < 2; dir++) {
        snprintf(key, sizeof key, "%s_%s", name, ways[dir]);
        add_count(to, key, counts[dir]);
    }
}

static void add_connections(cJSON *to, const struct edge_row *row)
{
    cJSON *o = cJSON_AddObjectToObject(to, "connections");
    add_count(o, "opened", row->opened);
    add_count(o, "failed", row->failed);
    add_count(o, "refused", row->refused);
    add_count(o, "unanswered", edge_unanswered(row));
    add_count(o, "closed", row->closed);
    add_count(o, "active", row->active);
}

static void add_tcp(cJSON *to, const struct edge_row *row)
{
    uint64_t full_ns = row->zero_window_ns[0] + row->zero_window_ns[1];
    cJSON *tcp = cJSON_AddObjectToObject(to, "tcp");
    add_ms(tcp, "connect_ms", row->connect_ns, row->connect_ns != 0);
    add_ms(tcp, "rtt_client_ms", row->rtt_client_ns, row->rtt_client_ns != 0);
    add_ms(tcp, "rtt_server_ms", row->rtt_server_ns, row->rtt_server_ns != 0);
    add_ms(tcp, "least_rtt_client_ms", row->least_client_ns, row->least_client_ns != 0);
    add_ms(tcp, "least_rtt_server_ms", row->least_server_ns, row->least_server_ns != 0);
    add_each_way(tcp, "retransmits", row->retransmits);
    add_each_way(tcp, "out_of_order", row->out_of_order);
    add_each_way(tcp, "zero_windows", row->zero_windows);
    add_ms(tcp, "zero_window_ms", full_ns, full_ns != 0);
    add_ms(tcp, "zero_window_to_server_ms", row->zero_window_ns[0], row->zero_window_ns[0] != 0);
    add_ms(tcp, "zero_window_to_client_ms", row->zero_window_ns[1], row->zero_window_ns[1] != 0);
    add_count(tcp, "resets", row->reset_by_client + row->reset_by_server);
    add_count(tcp, "resets_by_client", row->reset_by_client);
    add_count(tcp, "resets_by_server", row->reset_by_server);
}

static cJSON *add_marks(cJSON *to, const struct marks *m)
{
    cJSON *o = cJSON_AddObjectToObject(to, "quality");
    cJSON_AddStringToObject(o, "severity", severity_name(marks_worst(m)));
    cJSON *list = cJSON_AddArrayToObject(o, "marks");
    for (int i = 0; i < MARKS; i++)
        if (m->of[i])
            json_append(list, cJSON_CreateString(mark_name((enum mark)i)));
    return o;
}

static void add_quality(cJSON *to, const struct edge_row *row)
{
    const struct quality *q = &row->quality;
    cJSON *o = add_marks(to, &row->marks);
    add_count(o, "duplicates", q->duplicates);
    add_each_way(o, "missing_bytes", row->missing_bytes);
    add_count(o, "one_way", q->one_way);
    add_count(o, "truncated", q->truncated);
    add_count(o, "skewed", q->skewed);
    for (int t = 0; t < TROUBLES; t++)
        add_count(o, trouble_name((enum trouble)t), q->troubles[t]);
    cJSON *reasons = cJSON_AddArrayToObject(o, "reasons");
    for (int i = 0; i < MARKS; i++) {
        char text[REASON_TEXT_MAX];
        if (!row->marks.of[i])
            continue;
        cJSON *reason = cJSON_CreateObject();
        quality_reason(q, (enum mark)i, text);
        cJSON_AddStringToObject(reason, "mark", mark_name((enum mark)i));
        cJSON_AddStringToObject(reason, "severity", severity_name((enum severity)row->marks.of[i]));
        cJSON_AddStringToObject(reason, "text", text);
        json_append(reasons, reason);
    }
}

static void add_mutual(cJSON *to, enum tls_mutual mutual)
{
    if (mutual == MUTUAL_HIDDEN)
        cJSON_AddNullToObject(to, "mutual");
    else
        cJSON_AddBoolToObject(to, "mutual", mutual == MUTUAL_YES);
}

/* null of what is no TLS; its fields are null where no handshake was seen. */
static void add_edge_tls(cJSON *to, const struct edge_row *row)
{
    if (!row->tls.handshakes && !posture_is_sealed(row->protocol)) {
        cJSON_AddNullToObject(to, "tls");
        return;
    }
    cJSON *tls = cJSON_AddObjectToObject(to, "tls");
    add_known_text(tls, "version", row->tls.version);
    add_known_text(tls, "server_name", row->tls.server_name);
    add_mutual(tls, row->tls.mutual);
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
    add_connections(o, row);
    cJSON *wire = cJSON_AddObjectToObject(o, "wire");
    add_count(wire, "bytes_to_server", row->bytes[0]);
    add_count(wire, "bytes_to_client", row->bytes[1]);
    add_count(wire, "packets_to_server", row->packets[0]);
    add_count(wire, "packets_to_client", row->packets[1]);
    add_tcp(o, row);
    add_edge_tls(o, row);
    add_quality(o, row);
    add_notes(o, row->notes);
    add_time(o, "first_seen", row->first_seen_ns);
    add_time(o, "last_seen", row->last_seen_ns);
    return o;
}

/* "eu,team-a" as a list. */
static void add_tags(cJSON *o, const char *tags)
{
    char tag[GIVEN_TEXT_MAX];
    cJSON *list = cJSON_AddArrayToObject(o, "tags");
    for (size_t len; *tags; tags += len + (tags[len] == ',')) {
        len = strcspn(tags, ",");
        snprintf(tag, sizeof tag, "%.*s", (int)len, tags);
        if (len)
            json_append(list, cJSON_CreateString(tag));
    }
}

/* How it protects what it serves; null if nothing is known of that. */
static void add_service_tls(cJSON *to, const struct service_row *row)
{
    if (!row->tls.asked)
        return;
    if (!row->tls.verdict) {
        cJSON_AddNullToObject(to, "tls");
        return;
    }
    cJSON *tls = cJSON_AddObjectToObject(to, "tls");
    cJSON_AddStringToObject(tls, "verdict", row->tls.verdict);
    add_known_text(tls, "weak", row->tls.why ? row->tls.why : "");
    add_count(tls, "weak_edges", row->tls.weak);
    add_count(tls, "plaintext_edges", row->tls.plaintext);
    add_count(tls, "fine_edges", row->tls.fine);
    add_time(tls, "certificate_expires", row->tls.expires_s * 1000000000);
}

cJSON *json_service(const struct service_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_count(o, "id", (uint64_t)row->id);
    cJSON_AddStringToObject(o, "name", row->name);
    cJSON_AddStringToObject(o, "source", name_source_name(row->source));
    cJSON_AddStringToObject(o, "group", row->group);
    add_tags(o, row->tags);
    cJSON_AddStringToObject(o, "address", row->address);
    add_count(o, "addresses", row->addresses);
    cJSON_AddStringToObject(o, "protocols", row->protocols);
    add_count(o, "callers", row->callers);
    add_count(o, "callees", row->callees);
    add_service_tls(o, row);
    add_figures(cJSON_AddObjectToObject(o, "served"), &row->served);
    add_figures(cJSON_AddObjectToObject(o, "called"), &row->called);
    cJSON_AddStringToObject(
        o, "health", health_name(row->served.requests ? row->served.health : row->called.health));
    add_marks(o, &row->marks);
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
    add_marks(o, &row->marks);
    add_time(o, "first_seen", row->first_seen_ns);
    add_time(o, "last_seen", row->last_seen_ns);
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

/* A bound of a row of a heat map: to a nanosecond, so that what is asked for with it is that row.
 */
static void add_bound(cJSON *to, const char *name, double ns)
{
    cJSON_AddNumberToObject(to, name, round(ns) / 1e6);
}

cJSON *json_heat_rows(const struct heatmap *h)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t row = 0; row < h->rows; row++) {
        cJSON *o = cJSON_CreateObject();
        add_bound(o, "over_ms", heatmap_floor_ns(h, row));
        add_bound(o, "to_ms", heatmap_floor_ns(h, row + 1));
        json_append(list, o);
    }
    return list;
}

static uint64_t heat_of(const struct heatmap *h, size_t column, size_t row)
{
    return h->cell[column * h->rows + row];
}

cJSON *json_heat_column(const struct heatmap *h, size_t at)
{
    cJSON *o = json_point(&h->column[at].point);
    add_outcomes(o, h->column[at].outcomes);
    cJSON *cells = cJSON_AddArrayToObject(o, "cells");
    for (size_t row = 0; row < h->rows; row++)
        if (heat_of(h, at, row)) {
            double pair[] = {(double)row, (double)heat_of(h, at, row)};
            json_append(cells, cJSON_CreateDoubleArray(pair, 2));
        }
    return o;
}

cJSON *json_heat_cell(const struct heatmap *h, size_t column, size_t row)
{
    if (!heat_of(h, column, row))
        return NULL;
    cJSON *o = cJSON_CreateObject();
    add_time(o, "time", h->column[column].point.time_ns);
    add_bound(o, "over_ms", heatmap_floor_ns(h, row));
    add_bound(o, "to_ms", heatmap_floor_ns(h, row + 1));
    add_count(o, "requests", heat_of(h, column, row));
    return o;
}

cJSON *json_backend(const struct backend_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_count(o, "service_id", (uint64_t)row->service_id);
    cJSON_AddStringToObject(o, "service", row->service);
    cJSON_AddStringToObject(o, "address", row->address);
    add_count(o, "port", row->port);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    add_count(o, "calls", row->calls);
    add_ratio(o, "share", row->share);
    add_count(o, "open_calls", row->open_calls);
    add_count(o, "connections", row->connections);
    add_figures(o, &row->figures);
    add_marks(o, &row->marks);
    return o;
}

static void add_share(cJSON *to, const char *name, uint32_t part, uint32_t of)
{
    if (of)
        add_ratio(to, name, (double)part / of);
    else
        cJSON_AddNullToObject(to, name);
}

static void add_certainty(cJSON *to, const struct certainty *c)
{
    cJSON *o = cJSON_AddObjectToObject(to, "certainty");
    add_count(o, "fields", c->fields);
    add_share(o, "known", c->known, c->fields);
    add_count(o, "late_fields", c->late_fields);
    add_share(o, "late_known", c->late_known, c->late_fields);
}

static void add_both(cJSON *to, const char *name, const char *const keys[2],
                     const uint64_t counts[2])
{
    cJSON *o = cJSON_AddObjectToObject(to, name);
    for (int dir = 0; dir < 2; dir++)
        add_count(o, keys[dir], counts[dir]);
}

cJSON *json_connection(const struct connection_row *row)
{
    static const char *const by[2] = {"by_client", "by_server"};
    static const char *const to[2] = {"to_server", "to_client"};
    cJSON *o = cJSON_CreateObject();
    add_count(o, "edge_id", (uint64_t)row->edge_id);
    cJSON_AddStringToObject(o, "client", row->client);
    cJSON_AddStringToObject(o, "server", row->server);
    cJSON_AddStringToObject(o, "client_address", row->client_address);
    add_count(o, "client_port", row->client_port);
    cJSON_AddStringToObject(o, "server_address", row->server_address);
    add_count(o, "port", row->port);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    add_time(o, "began", row->began_ns);
    add_time(o, "last", row->last_ns);
    cJSON_AddBoolToObject(o, "closed", row->closed);
    add_count(o, "calls", row->calls);
    add_ratio(o, "share", row->share);
    add_count(o, "open_calls", row->open_calls);
    add_both(o, "resets", by, row->resets);
    add_both(o, "stalls", to, row->stalls);
    add_count(o, "goaways", row->goaways);
    add_ms(o, "ping_rtt_ms", row->ping_rtt_ns, row->ping_rtt_ns != 0);
    add_certainty(o, &row->certainty);
    add_marks(o, &row->marks);
    return o;
}

cJSON *json_open_call(const struct open_call_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_count(o, "edge_id", (uint64_t)row->edge_id);
    cJSON_AddStringToObject(o, "client", row->client);
    cJSON_AddStringToObject(o, "server", row->server);
    add_count(o, "client_port", row->client_port);
    cJSON_AddStringToObject(o, "server_address", row->server_address);
    add_count(o, "port", row->port);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    add_count(o, "stream_id", row->stream_id);
    add_known_text(o, "operation", row->operation);
    add_known_text(o, "kind", call_kind_name(row->call));
    add_time(o, "began", row->began_ns);
    add_time(o, "seen", row->seen_ns);
    bool timed = row->began_ns && row->seen_ns >= row->began_ns;
    add_ms(o, "age_ms", timed ? row->seen_ns - row->began_ns : 0, timed);
    add_time(o, "last_message", row->last_message_ns);
    add_count(o, "request_messages", row->request_messages);
    add_count(o, "response_messages", row->response_messages);
    add_ratio(o, "request_messages_per_s", row->request_messages_per_s);
    add_ratio(o, "response_messages_per_s", row->response_messages_per_s);
    add_marks(o, &row->marks);
    return o;
}

static cJSON *json_evidence(const struct evidence *e)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "what", e->what);
    cJSON_AddStringToObject(o, "figure", e->figure);
    if (e->share >= 0)
        add_ratio(o, "share", e->share);
    else
        cJSON_AddNullToObject(o, "share");
    return o;
}

static void add_id(cJSON *to, const char *name, int64_t id)
{
    if (id)
        add_count(to, name, (uint64_t)id);
    else
        cJSON_AddNullToObject(to, name);
}

static void add_validity(cJSON *to, const struct certificate_row *c)
{
    static const char *const names[] = {
        [VALIDITY_UNKNOWN] = "",
        [VALIDITY_FINE] = "valid",
        [VALIDITY_NEAR_ITS_END] = "expiring",
        [VALIDITY_OVER] = "expired",
        [VALIDITY_TO_COME] = "not-yet-valid",
    };
    add_time(to, "not_before", c->not_before_s * 1000000000);
    add_time(to, "not_after", c->not_after_s * 1000000000);
    add_known_text(to, "validity", names[c->validity]);
}

static void add_certificate(cJSON *to, const char *name, const struct certificate_row *c)
{
    if (!c->fingerprint[0]) {
        cJSON_AddNullToObject(to, name);
        return;
    }
    cJSON *o = cJSON_AddObjectToObject(to, name);
    cJSON_AddStringToObject(o, "fingerprint", c->fingerprint);
    cJSON_AddBoolToObject(o, "readable", !c->unreadable);
    if (c->unreadable)
        return;
    cJSON_AddStringToObject(o, "subject", c->subject);
    cJSON_AddStringToObject(o, "issuer", c->issuer);
    cJSON_AddStringToObject(o, "names", c->names);
    add_count(o, "names_count", c->names_len);
    cJSON_AddStringToObject(o, "serial", c->serial);
    add_known_text(o, "key", c->key);
    add_count(o, "key_bits", c->key_bits);
    add_known_text(o, "signature", c->signature);
    add_validity(o, c);
    cJSON_AddBoolToObject(o, "self_signed", c->self_signed);
    add_known_text(o, "issued_by", c->issued_by);
}

cJSON *json_tls(const struct tls_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_count(o, "edge_id", (uint64_t)row->edge_id);
    cJSON_AddStringToObject(o, "client", row->client);
    cJSON_AddStringToObject(o, "server", row->server);
    add_count(o, "port", row->port);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    add_known_text(o, "version", row->version);
    add_known_text(o, "cipher", row->cipher);
    add_known_text(o, "server_name", row->server_name);
    add_known_text(o, "alpn", row->alpn);
    add_known_text(o, "alpn_offered", row->alpn_offered);
    add_known_text(o, "inside", row->inside);
    add_known_text(o, "ja4", row->ja4);
    add_mutual(o, row->mutual);
    add_count(o, "handshakes", row->handshakes);
    add_count(o, "established", row->established);
    add_count(o, "resumed", row->resumed);
    add_count(o, "retried", row->retried);
    add_count(o, "unreadable", row->unreadable);
    add_count(o, "ech", row->ech);
    add_known_text(o, "verdict", row->verdict ? row->verdict : "");
    add_known_text(o, "weak", row->weak ? row->weak : "");
    add_certificate(o, "certificate", &row->certificate);
    add_certificate(o, "client_certificate", &row->client_certificate);
    add_time(o, "last_seen", row->last_seen_ns);
    return o;
}

cJSON *json_relay(const struct relay_row *row)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "client", row->client);
    cJSON_AddStringToObject(o, "via", row->via);
    cJSON_AddStringToObject(o, "via_address", row->via_address);
    cJSON_AddStringToObject(o, "server", row->server);
    add_count(o, "port", row->port);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    add_count(o, "requests", row->requests);
    add_count(o, "passed_on", row->passed_on);
    return o;
}

cJSON *json_name(const struct name_row *row)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "address", row->address);
    add_count(o, "port", row->port);
    add_count(o, "tenant", row->tenant);
    cJSON_AddStringToObject(o, "name", row->name);
    cJSON_AddStringToObject(o, "source", name_source_name(row->source));
    cJSON_AddBoolToObject(o, "is_name", row->is_name);
    add_count(o, "count", row->count);
    add_time(o, "first_seen", row->first_ns);
    add_time(o, "last_seen", row->last_ns);
    return o;
}

cJSON *json_insight(const struct insight_row *row)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "kind", row->kind);
    cJSON_AddStringToObject(o, "subject", row->subject);
    cJSON_AddStringToObject(o, "title", row->title);
    cJSON_AddStringToObject(o, "advice", row->advice);
    add_id(o, "service_id", row->service_id);
    add_id(o, "edge_id", row->edge_id);
    add_ratio(o, "weight", row->weight);
    add_count(o, "evidence_count", row->evidence_len);
    cJSON *list = cJSON_AddArrayToObject(o, "evidence");
    for (uint32_t i = 0; i < row->evidence_len && i < EVIDENCE_MAX; i++)
        json_append(list, json_evidence(&row->evidence[i]));
    return o;
}

static void add_capture(cJSON *to, const struct capture_counters *c)
{
    cJSON *o = cJSON_AddObjectToObject(to, "capture");
#define ADD(column, field) add_count(o, #column, c->field);
    CAPTURE_COLUMNS(ADD)
#undef ADD
}

static void add_decode(cJSON *to, const struct decode_counters *d)
{
    cJSON *o = cJSON_AddObjectToObject(to, "decode");
    add_count(o, "flows", d->flows);
#define ADD(column, field) add_count(o, #column, d->field);
    DECODE_COLUMNS(ADD)
#undef ADD
}

/* One finding, or the verdict. */
static cJSON *json_diagnosis(const struct diagnosis *d)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "severity", severity_name(d->severity));
    cJSON_AddStringToObject(o, "what", d->what);
    cJSON_AddStringToObject(o, "effect", d->effect);
    cJSON_AddStringToObject(o, "remedy", d->remedy);
    add_ratio(o, "share", d->share);
    return o;
}

static void add_verdict(cJSON *to, const struct health_row *row)
{
    struct diagnosis found[DIAGNOSES_MAX];
    char text[VERDICT_TEXT_MAX];
    cJSON *verdict = cJSON_AddObjectToObject(to, "verdict");
    cJSON_AddStringToObject(verdict, "severity", severity_name(health_verdict(row, text)));
    cJSON_AddStringToObject(verdict, "text", text);
    cJSON *list = cJSON_AddArrayToObject(to, "findings");
    size_t len = health_diagnoses(row, found);
    for (size_t i = 0; i < len; i++)
        json_append(list, json_diagnosis(&found[i]));
}

/* Sums over edges. */
static void add_sums(cJSON *o, const struct quality *q)
{
    add_count(o, "connections", q->connections);
    add_count(o, "requests", q->requests);
    add_count(o, "bytes", q->bytes);
    add_count(o, "missing_bytes", q->missing_bytes);
    add_ratio(o, "missing_share",
              q->missing_bytes
                  ? (double)q->missing_bytes / ((double)q->missing_bytes + (double)q->bytes)
                  : 0);
    add_count(o, "one_way", q->one_way);
    add_count(o, "skewed", q->skewed);
    cJSON_AddBoolToObject(o, "midstream", q->midstream);
    for (int t = 0; t < TROUBLES; t++)
        add_count(o, trouble_name((enum trouble)t), q->troubles[t]);
}

static void add_protocols(cJSON *to, const struct health_row *row)
{
    cJSON *list = cJSON_AddArrayToObject(to, "protocols");
    for (uint32_t i = 0; i < row->protocol_len; i++) {
        const struct protocol_health *p = &row->protocol[i];
        struct marks marks = quality_marks(&p->quality);
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "protocol", p->name);
        add_sums(o, &p->quality);
        add_marks(o, &marks);
        json_append(list, o);
    }
}

cJSON *json_health(struct range r, const struct health_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_verdict(o, row);
    add_time(o, "time", row->time_ns);
    json_set(o, "range", json_range(r));
    add_count(o, "windows", row->windows);
    add_capture(o, &row->capture);
    add_decode(o, &row->decode);
#define ADD(column, field) add_count(o, #column, row->field);
    LIMIT_COLUMNS(ADD)
#undef ADD
    add_count(o, "connections_forgotten", row->connections_forgotten);
    add_sums(cJSON_AddObjectToObject(o, "edges"), &row->quality);
    add_protocols(o, row);
    return o;
}

cJSON *json_event(const struct event_row *row)
{
    cJSON *o = cJSON_CreateObject();
    add_time(o, "time", row->time_ns);
    cJSON_AddStringToObject(o, "kind", row->kind);
    cJSON_AddStringToObject(o, "text", row->text);
    cJSON_AddStringToObject(o, "severity", row->severity);
    add_known_text(o, "subject", row->subject);
    add_id(o, "service_id", row->service_id);
    add_id(o, "edge_id", row->edge_id);
    return o;
}

cJSON *json_trace(const struct trace_row *row)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "trace_id", row->trace_id);
    add_time(o, "time", row->begin_ns);
    add_ms(o, "duration_ms", row->end_ns - row->begin_ns, true);
    cJSON_AddStringToObject(o, "client_name", row->client);
    cJSON_AddStringToObject(o, "server_name", row->server);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    cJSON_AddStringToObject(o, "operation", row->operation);
    add_count(o, "hops", row->hops);
    add_count(o, "loose_hops", row->loose);
    add_count(o, "services", row->services);
    add_count(o, "errors", row->errors);
    cJSON_AddStringToObject(o, "slowest", row->slowest);
    add_ms(o, "slowest_ms", row->slowest_ns, row->slowest[0] != '\0');
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
    char *text = json_text(object);
    bool written = text && fputs(text, out) >= 0 && fputc('\n', out) != EOF;
    cJSON_free(text);
    return written;
}
