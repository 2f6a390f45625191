/* csv.c - rows as comma-separated values (RFC 4180), with a header.
 *
 * A text that a spreadsheet would take for a formula gets an apostrophe before it. */
#include <inttypes.h>
#include <string.h>

#include "store/columns.h"
#include "store/export/exporter.h"
#include "store/export/time_text.h"

static void put_text(FILE *out, const char *text)
{
    fputc('"', out);
    if (text[0] && strchr("=+-@\t\r", text[0]))
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_number(FILE *out, uint64_t number)
{
    fprintf(out, ",%" PRIu64, number);
}

static void put_ms(FILE *out, uint64_t ns, bool known)
{
    if (known)
        fprintf(out, ",%.3f", (double)ns / 1e6);
    else
        fputc(',', out);
}

static void put_time(FILE *out, uint64_t time_ns)
{
    char text[TIME_TEXT_MAX];
    time_to_text(time_ns, text);
    fprintf(out, ",%s", time_ns ? text : "");
}

#define HEAD(column, field) "," #column

static const char figures_heads[] =
    "requests,errors,error_rate,rate_per_s,p50_ms,p90_ms,p95_ms,p99_ms,max_ms,ttfb_p50_ms,"
    "ttfb_p95_ms,request_bytes,response_bytes,health";

static void put_figures(FILE *out, const struct figures *f)
{
    bool timed = f->duration.count, answered = f->ttfb.count;
    put_number(out, f->requests);
    put_number(out, f->errors);
    fprintf(out, ",%.6f,%.6f", f->error_rate, f->rate_per_s);
    put_ms(out, f->duration.p50_ns, timed);
    put_ms(out, f->duration.p90_ns, timed);
    put_ms(out, f->duration.p95_ns, timed);
    put_ms(out, f->duration.p99_ns, timed);
    put_ms(out, f->duration.max_ns, timed);
    put_ms(out, f->ttfb.p50_ns, answered);
    put_ms(out, f->ttfb.p95_ns, answered);
    put_number(out, f->request_bytes);
    put_number(out, f->response_bytes);
    fprintf(out, ",%s", health_name(f->health));
}

/* "one-way missing": the worst kinds first. */
static void put_marks(FILE *out, const struct marks *m)
{
    const char *before = ",";
    for (int i = 0; i < MARKS; i++) {
        if (!m->of[i])
            continue;
        fprintf(out, "%s%s", before, mark_name((enum mark)i));
        before = " ";
    }
    if (before[0] == ',')
        fputc(',', out);
}

static void put_each_way(FILE *out, const uint64_t counts[2])
{
    put_number(out, counts[0]);
    put_number(out, counts[1]);
}

static void put_tcp(FILE *out, const struct edge_row *row)
{
    put_number(out, row->refused);
    put_number(out, edge_unanswered(row));
    put_number(out, row->closed);
    put_number(out, row->reset_by_client);
    put_number(out, row->reset_by_server);
    put_ms(out, row->rtt_client_ns, row->rtt_client_ns);
    put_ms(out, row->rtt_server_ns, row->rtt_server_ns);
    put_ms(out, row->least_client_ns, row->least_client_ns);
    put_ms(out, row->least_server_ns, row->least_server_ns);
    put_each_way(out, row->packets);
    put_each_way(out, row->bytes);
    put_each_way(out, row->missing_bytes);
    put_each_way(out, row->retransmits);
    put_each_way(out, row->out_of_order);
    put_each_way(out, row->zero_windows);
    put_ms(out, row->zero_window_ns[0], row->zero_window_ns[0]);
    put_ms(out, row->zero_window_ns[1], row->zero_window_ns[1]);
}

static bool edges(FILE *out, struct range r, const struct edge_rows *rows)
{
    (void)r;
    fprintf(out,
            "client,server,port,protocol,%s,opened,failed,active,retransmits,resets,"
            "missing_bytes,connect_ms,first_seen,last_seen,refused,unanswered,closed,"
            "resets_by_client,resets_by_server,rtt_client_ms,rtt_server_ms,least_rtt_client_ms,"
            "least_rtt_server_ms,packets_to_server,packets_to_client,bytes_to_server,"
            "bytes_to_client,missing_to_server,missing_to_client,retransmits_to_server,"
            "retransmits_to_client,out_of_order_to_server,out_of_order_to_client,"
            "zero_windows_to_server,zero_windows_to_client,zero_window_to_server_ms,"
            "zero_window_to_client_ms,duplicates,one_way,marks\r\n",
            figures_heads);
    for (size_t i = 0; i < rows->len; i++) {
        const struct edge_row *row = &rows->row[i];
        put_text(out, row->client);
        fputc(',', out);
        put_text(out, row->server);
        put_number(out, row->port);
        fputc(',', out);
        put_text(out, row->protocol);
        put_figures(out, &row->figures);
        put_number(out, row->opened);
        put_number(out, row->failed);
        put_number(out, row->active);
        put_number(out, row->retransmits[0] + row->retransmits[1]);
        put_number(out, row->reset_by_client + row->reset_by_server);
        put_number(out, row->missing_bytes[0] + row->missing_bytes[1]);
        put_ms(out, row->connect_ns, row->connect_ns);
        put_time(out, row->first_seen_ns);
        put_time(out, row->last_seen_ns);
        put_tcp(out, row);
        put_number(out, row->quality.duplicates);
        put_number(out, row->quality.one_way);
        put_marks(out, &row->marks);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static bool services(FILE *out, struct range r, const struct service_rows *rows)
{
    (void)r;
    fprintf(out,
            "service,address,addresses,named_by,protocols,callers,callees,%s,first_seen,"
            "last_seen,marks,group,tags\r\n",
            figures_heads);
    for (size_t i = 0; i < rows->len; i++) {
        const struct service_row *row = &rows->row[i];
        put_text(out, row->name);
        fputc(',', out);
        put_text(out, row->address);
        put_number(out, row->addresses);
        fprintf(out, ",%s,", name_source_name(row->source));
        put_text(out, row->protocols);
        put_number(out, row->callers);
        put_number(out, row->callees);
        put_figures(out, &row->served);
        put_time(out, row->first_seen_ns);
        put_time(out, row->last_seen_ns);
        put_marks(out, &row->marks);
        fputc(',', out);
        put_text(out, row->group);
        fputc(',', out);
        put_text(out, row->tags);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static bool operations(FILE *out, struct range r, const struct operation_rows *rows)
{
    (void)r;
    fprintf(out, "client,server,port,protocol,operation,%s,marks,first_seen,last_seen\r\n",
            figures_heads);
    for (size_t i = 0; i < rows->len; i++) {
        const struct operation_row *row = &rows->row[i];
        put_text(out, row->client);
        fputc(',', out);
        put_text(out, row->server);
        put_number(out, row->port);
        fputc(',', out);
        put_text(out, row->protocol);
        fputc(',', out);
        put_text(out, row->name);
        put_figures(out, &row->figures);
        put_marks(out, &row->marks);
        put_time(out, row->first_seen_ns);
        put_time(out, row->last_seen_ns);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static bool series(FILE *out, struct range r, const struct points *points)
{
    (void)r;
    fputs("time,requests,errors,p50_ms,p95_ms,p99_ms,bytes\r\n", out);
    for (size_t i = 0; i < points->len; i++) {
        const struct point *p = &points->point[i];
        char text[TIME_TEXT_MAX];
        time_to_text(p->time_ns, text);
        fputs(text, out);
        put_number(out, p->requests);
        put_number(out, p->errors);
        put_ms(out, p->p50_ns, p->p50_ns);
        put_ms(out, p->p95_ns, p->p95_ns);
        put_ms(out, p->p99_ns, p->p99_ns);
        put_number(out, p->bytes);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

/* Cell by cell. */
static bool heatmap(FILE *out, struct range r, const struct heatmap *h)
{
    (void)r;
    fputs("time,over_ms,to_ms,requests\r\n", out);
    for (size_t i = 0; i < h->len * h->rows; i++) {
        char text[TIME_TEXT_MAX];
        if (!h->cell[i])
            continue;
        time_to_text(h->column[i / h->rows].point.time_ns, text);
        fprintf(out, "%s,%.6f,%.6f,%" PRIu64 "\r\n", text, heatmap_floor_ns(h, i % h->rows) / 1e6,
                heatmap_floor_ns(h, i % h->rows + 1) / 1e6, h->cell[i]);
    }
    return !ferror(out);
}

static bool health(FILE *out, struct range r, const struct health_row *row)
{
    (void)r;
    fputs("windows" CAPTURE_COLUMNS(HEAD) DECODE_COLUMNS(HEAD)
              LIMIT_COLUMNS(HEAD) ",connections_forgotten\r\n",
          out);
    fprintf(out, "%" PRIu64, row->windows);
    for (int i = 0; i < CAPTURE_COUNTERS; i++)
        put_number(out, counter_of(&row->capture, capture_counter_at[i]));
    for (int i = 0; i < DECODE_COUNTERS; i++)
        put_number(out, counter_of(&row->decode, decode_counter_at[i]));
#define PUT(column, field) put_number(out, row->field);
    LIMIT_COLUMNS(PUT)
#undef PUT
    put_number(out, row->connections_forgotten);
    fputs("\r\n", out);
    return !ferror(out);
}

static bool events(FILE *out, struct range r, const struct event_rows *rows)
{
    (void)r;
    fputs("time,kind,text,severity,subject\r\n", out);
    for (size_t i = 0; i < rows->len; i++) {
        char time[TIME_TEXT_MAX];
        time_to_text(rows->row[i].time_ns, time);
        fprintf(out, "%s,", time);
        put_text(out, rows->row[i].kind);
        fputc(',', out);
        put_text(out, rows->row[i].text);
        fprintf(out, ",%s,", rows->row[i].severity);
        put_text(out, rows->row[i].subject);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static void put_place(FILE *out, const char *address, uint16_t port, const char *protocol)
{
    fputc(',', out);
    put_text(out, address);
    put_number(out, port);
    fputc(',', out);
    put_text(out, protocol);
}

static bool backends(FILE *out, struct range r, const struct backend_rows *rows)
{
    (void)r;
    fprintf(out, "service,address,port,protocol,calls,share,open_calls,connections,%s,marks\r\n",
            figures_heads);
    for (size_t i = 0; i < rows->len; i++) {
        const struct backend_row *row = &rows->row[i];
        put_text(out, row->service);
        put_place(out, row->address, row->port, row->protocol);
        put_number(out, row->calls);
        fprintf(out, ",%.6f", row->share);
        put_number(out, row->open_calls);
        put_number(out, row->connections);
        put_figures(out, &row->figures);
        put_marks(out, &row->marks);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static void put_connection(FILE *out, const struct connection_row *row)
{
    const struct certainty *c = &row->certainty;
    put_text(out, row->client);
    fputc(',', out);
    put_text(out, row->server);
    fputc(',', out);
    put_text(out, row->client_address);
    put_number(out, row->client_port);
    put_place(out, row->server_address, row->port, row->protocol);
    put_time(out, row->began_ns);
    put_time(out, row->last_ns);
    fprintf(out, ",%d", row->closed);
    put_number(out, row->calls);
    fprintf(out, ",%.6f", row->share);
    const uint64_t numbers[] = {row->open_calls, row->resets[0], row->resets[1], row->stalls[0],
                                row->stalls[1],  row->goaways,   c->fields,      c->known,
                                c->late_fields,  c->late_known};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        put_number(out, numbers[i]);
    put_ms(out, row->ping_rtt_ns, row->ping_rtt_ns);
    put_marks(out, &row->marks);
    fputs("\r\n", out);
}

static bool connections(FILE *out, struct range r, const struct connection_rows *rows)
{
    (void)r;
    fputs("client,server,client_address,client_port,server_address,port,protocol,began,last,closed,"
          "calls,share,open_calls,resets_by_client,resets_by_server,stalls_to_server,"
          "stalls_to_client,goaways,fields,fields_known,late_fields,late_fields_known,"
          "ping_rtt_ms,marks\r\n",
          out);
    for (size_t i = 0; i < rows->len; i++)
        put_connection(out, &rows->row[i]);
    return !ferror(out);
}

static bool open_calls(FILE *out, struct range r, const struct open_call_rows *rows)
{
    (void)r;
    fputs("client,server,client_port,server_address,port,protocol,stream_id,operation,kind,began,"
          "seen,last_message,request_messages,response_messages,request_messages_per_s,"
          "response_messages_per_s,marks\r\n",
          out);
    for (size_t i = 0; i < rows->len; i++) {
        const struct open_call_row *row = &rows->row[i];
        put_text(out, row->client);
        fputc(',', out);
        put_text(out, row->server);
        put_number(out, row->client_port);
        put_place(out, row->server_address, row->port, row->protocol);
        put_number(out, row->stream_id);
        fputc(',', out);
        put_text(out, row->operation);
        fprintf(out, ",%s", call_kind_name(row->call));
        put_time(out, row->began_ns);
        put_time(out, row->seen_ns);
        put_time(out, row->last_message_ns);
        put_number(out, row->request_messages);
        put_number(out, row->response_messages);
        fprintf(out, ",%.6f,%.6f", row->request_messages_per_s, row->response_messages_per_s);
        put_marks(out, &row->marks);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static void put_certificate(FILE *out, const struct certificate_row *c)
{
    const char *const texts[] = {c->fingerprint, c->subject, c->issuer, c->names, c->serial};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fputc(',', out);
        put_text(out, texts[i]);
    }
    fprintf(out, ",%s,%" PRIu32, c->key, c->key_bits);
    put_time(out, c->not_before_s * 1000000000);
    put_time(out, c->not_after_s * 1000000000);
}

/* Of a client's certificate there is more in JSON. */
static bool tls(FILE *out, struct range r, const struct tls_rows *rows)
{
    (void)r;
    fputs("client,server,port,protocol,version,cipher,server_name,alpn,alpn_offered,inside,ja4,"
          "mutual,"
          "handshakes,established,resumed,verdict,weak,fingerprint,subject,issuer,names,serial,key,"
          "key_bits,"
          "not_before,not_after,client_subject\r\n",
          out);
    for (size_t i = 0; i < rows->len; i++) {
        const struct tls_row *row = &rows->row[i];
        const char *const texts[] = {
            row->version,      row->cipher, row->server_name, row->alpn,
            row->alpn_offered, row->inside, row->ja4,         tls_mutual_name(row->mutual)};
        put_text(out, row->client);
        fputc(',', out);
        put_text(out, row->server);
        put_number(out, row->port);
        fputc(',', out);
        put_text(out, row->protocol);
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
            fputc(',', out);
            put_text(out, texts[t]);
        }
        put_number(out, row->handshakes);
        put_number(out, row->established);
        put_number(out, row->resumed);
        fputc(',', out);
        put_text(out, row->verdict ? row->verdict : "");
        fputc(',', out);
        put_text(out, row->weak ? row->weak : "");
        put_certificate(out, &row->certificate);
        fputc(',', out);
        put_text(out, row->client_certificate.subject);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

/* A finding a row; its evidence is in JSON only. */
static bool relays(FILE *out, struct range r, const struct relay_rows *rows)
{
    (void)r;
    fputs("client,via,via_address,server,port,protocol,requests,passed_on\r\n", out);
    for (size_t i = 0; i < rows->len; i++) {
        const struct relay_row *row = &rows->row[i];
        put_text(out, row->client);
        fputc(',', out);
        put_text(out, row->via);
        fputc(',', out);
        put_text(out, row->via_address);
        put_place(out, row->server, row->port, row->protocol);
        put_number(out, row->requests);
        put_number(out, row->passed_on);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static bool names(FILE *out, struct range r, const struct name_rows *rows)
{
    (void)r;
    fputs("address,port,tenant,name,source,is_name,count,first_seen,last_seen\r\n", out);
    for (size_t i = 0; i < rows->len; i++) {
        const struct name_row *row = &rows->row[i];
        put_text(out, row->address);
        put_number(out, row->port);
        put_number(out, row->tenant);
        fputc(',', out);
        put_text(out, row->name);
        fprintf(out, ",%s", name_source_name(row->source));
        put_number(out, row->is_name);
        put_number(out, row->count);
        put_time(out, row->first_ns);
        put_time(out, row->last_ns);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static void put_cell(FILE *out, const char *text)
{
    fputc(',', out);
    put_text(out, text);
}

/* Names joined by spaces, as of bits. */
static void put_bits(FILE *out, uint32_t bits, int len, const char *(*name)(int bit))
{
    bool first = true;
    fputc(',', out);
    for (int bit = 0; bit < len; bit++)
        if (bits >> bit & 1) {
            fprintf(out, "%s%s", first ? "" : " ", name(bit));
            first = false;
        }
}

static const char *reason_name(int bit)
{
    return kept_name((enum kept_for)bit);
}

static void put_request(FILE *out, const struct request_row *row)
{
    const struct exchange *x = &row->exchange;
    char client[ADDRESS_TEXT_MAX], server[ADDRESS_TEXT_MAX];
    address_to_text(&x->client_address, client, sizeof client);
    address_to_text(&x->server_address, server, sizeof server);
    fprintf(out, "%lld,%lld", (long long)row->id, (long long)row->edge_id);
    put_time(out, row->time_ns);
    put_cell(out, row->protocol);
    put_cell(out, client);
    put_number(out, x->client_port);
    put_cell(out, server);
    put_number(out, x->server_port);
    const char *const texts[] = {row->client, row->server,  x->method, x->host,
                                 x->path,     x->operation, x->status, outcome_name(x->outcome)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        put_cell(out, texts[i]);
    put_ms(out, row->duration_ns, row->is_timed);
    put_ms(out, row->ttfb_ns, row->has_ttfb);
    put_number(out, x->request_bytes);
    put_number(out, x->response_bytes);
    put_cell(out, x->trace_id);
    put_cell(out, x->span_id);
    put_cell(out, x->request_id);
    put_bits(out, x->notes, NOTES, note_name);
    put_bits(out, row->kept, KEPTS, reason_name);
    fputs("\r\n", out);
}

static bool requests(FILE *out, struct range r, const struct request_rows *rows)
{
    (void)r;
    fputs("id,edge_id,time,protocol,client_address,client_port,server_address,server_port,"
          "client_name,server_name,method,host,path,operation,status,outcome,duration_ms,ttfb_ms,"
          "request_bytes,response_bytes,trace_id,span_id,request_id,notes,kept\r\n",
          out);
    for (size_t i = 0; i < rows->len; i++)
        put_request(out, &rows->row[i]);
    return !ferror(out);
}

static bool traces(FILE *out, struct range r, const struct trace_rows *rows)
{
    (void)r;
    fputs("trace_id,time,duration_ms,client_name,server_name,protocol,operation,slowest,slowest_ms,"
          "hops,loose_hops,services,errors\r\n",
          out);
    for (size_t i = 0; i < rows->len; i++) {
        const struct trace_row *row = &rows->row[i];
        fputs(row->trace_id, out);
        put_time(out, row->begin_ns);
        put_ms(out, row->end_ns - row->begin_ns, true);
        const char *const texts[] = {row->client, row->server, row->protocol, row->operation,
                                     row->slowest};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            put_cell(out, texts[t]);
        put_ms(out, row->slowest_ns, row->slowest[0]);
        put_number(out, row->hops);
        put_number(out, row->loose);
        put_number(out, row->services);
        put_number(out, row->errors);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static bool insights(FILE *out, struct range r, const struct insight_rows *rows)
{
    (void)r;
    fputs("kind,subject,weight,title,advice\r\n", out);
    for (size_t i = 0; i < rows->len; i++) {
        const struct insight_row *row = &rows->row[i];
        put_text(out, row->kind);
        fputc(',', out);
        put_text(out, row->subject);
        fprintf(out, ",%.6f,", row->weight);
        put_text(out, row->title);
        fputc(',', out);
        put_text(out, row->advice);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

static void put_side(FILE *out, const struct diff_side *side)
{
    const struct figures *f = &side->figures;
    if (!side->there) {
        fputs(",,,,,,,", out);
        return;
    }
    fputc(',', out);
    put_text(out, side->protocol);
    put_number(out, f->requests);
    fprintf(out, ",%.6f", f->rate_per_s);
    put_number(out, f->errors);
    put_ms(out, f->duration.p50_ns, f->duration.count);
    put_ms(out, f->duration.p95_ns, f->duration.count);
    fprintf(out, ",%s", side->tls);
}

static bool diff(FILE *out, const struct diff *d)
{
    fputs("what,changes,few,client,server,port,operation,"
          "before_protocol,before_requests,before_rate_per_s,before_errors,before_p50_ms,"
          "before_p95_ms,before_tls,"
          "after_protocol,after_requests,after_rate_per_s,after_errors,after_p50_ms,after_p95_ms,"
          "after_tls\r\n",
          out);
    for (size_t i = 0; i < d->len; i++) {
        const struct diff_row *row = &d->row[i];
        char changes[DIFF_CHANGES_TEXT_MAX];
        diff_changes_text(row, " ", changes);
        fprintf(out, "%s,%s,%d,", row->operation[0] ? "operation" : "edge", changes, row->few);
        put_text(out, row->client);
        fputc(',', out);
        put_text(out, row->server);
        put_number(out, row->port);
        fputc(',', out);
        put_text(out, row->operation);
        put_side(out, &row->before);
        put_side(out, &row->after);
        fputs("\r\n", out);
    }
    return !ferror(out);
}

const struct exporter csv_exporter = {
    .name = "csv",
    .type = "text/csv; charset=utf-8",
    .edges = edges,
    .services = services,
    .operations = operations,
    .series = series,
    .heatmap = heatmap,
    .health = health,
    .events = events,
    .backends = backends,
    .connections = connections,
    .open_calls = open_calls,
    .tls = tls,
    .relays = relays,
    .names = names,
    .requests = requests,
    .traces = traces,
    .insights = insights,
    .diff = diff,
};
