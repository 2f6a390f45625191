/* fields_requests.c - what can be asked of a request that was kept. */
#include <stdio.h>
#include <string.h>

#include "store/fields_common.h"

#define OF(member) offsetof(struct request_row, exchange.member)
#define X_TEXT(member, name, others, what)                                                         \
    {                                                                                              \
        name, others, what, FIELD_TEXT, OF(member), field_text_there, NULL, NULL                   \
    }
#define X_NUMBER(kind, member, number, name, what)                                                 \
    {                                                                                              \
        name, "", what, kind, OF(member), NULL, number, NULL                                       \
    }
#define ROW_TEXT(kind, function, name, others, what)                                               \
    {                                                                                              \
        name, others, what, kind, 0, function, NULL, NULL                                          \
    }
#define ROW_NUMBER(kind, function, name, others, what)                                             \
    {                                                                                              \
        name, others, what, kind, 0, NULL, function, NULL                                          \
    }

static void name_and_address(const char *name, const struct address *a, char *ret)
{
    char address[ADDRESS_TEXT_MAX];
    address_to_text(a, address, sizeof address);
    snprintf(ret, FIELD_TEXT_MAX, "%s%s%s", name, name[0] ? "," : "",
             address_is_none(a) || strcmp(name, address) == 0 ? "" : address);
}

static void client(const void *row, char *ret)
{
    const struct request_row *r = row;
    name_and_address(r->client, &r->exchange.client_address, ret);
}

static void server(const void *row, char *ret)
{
    const struct request_row *r = row;
    name_and_address(r->server, &r->exchange.server_address, ret);
}

static void outcome(const void *row, char *ret)
{
    const struct request_row *r = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", outcome_name(r->exchange.outcome));
}

static void call(const void *row, char *ret)
{
    const struct request_row *r = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", call_kind_name(r->exchange.call));
}

static void fingerprint(const void *row, char *ret)
{
    const struct request_row *r = row;
    if (r->exchange.fingerprint)
        snprintf(ret, FIELD_TEXT_MAX, "%016llx", (unsigned long long)r->exchange.fingerprint);
}

static void notes(const void *row, char *ret)
{
    const struct request_row *r = row;
    ret[0] = '\0';
    for (int bit = 0; bit < NOTES; bit++)
        if (r->exchange.notes >> bit & 1) {
            strcat(ret, ret[0] ? "," : "");
            strcat(ret, note_name(bit));
        }
}

static void kept(const void *row, char *ret)
{
    const struct request_row *r = row;
    ret[0] = '\0';
    for (int reason = 0; reason < KEPTS; reason++)
        if (r->kept >> reason & 1) {
            strcat(ret, ret[0] ? "," : "");
            strcat(ret, kept_name((enum kept_for)reason));
        }
}

static double failed(const void *row)
{
    const struct request_row *r = row;
    return outcome_is_error(r->exchange.outcome) || r->exchange.outcome == OUTCOME_CLIENT_ERROR;
}

static double duration(const void *row)
{
    const struct request_row *r = row;
    return r->is_timed ? (double)r->duration_ns : -1;
}

static double ttfb(const void *row)
{
    const struct request_row *r = row;
    return r->has_ttfb ? (double)r->ttfb_ns : -1;
}

static double grpc_status(const void *row)
{
    const struct request_row *r = row;
    return r->exchange.grpc_status > 0 || r->exchange.call != CALL_NONE ? r->exchange.grpc_status
                                                                        : -1;
}

static double id(const void *row)
{
    const struct request_row *r = row;
    return (double)r->id;
}

static double edge_id(const void *row)
{
    const struct request_row *r = row;
    return (double)r->edge_id;
}

static const struct field requests[] = {
    MOMENT_FIELD(request_row, time_ns, "time", "", "its first byte"),
    ROW_TEXT(FIELD_LIST, client, "client", "client_name client_address", "its name, its address"),
    X_NUMBER(FIELD_COUNT, client_port, field_port_there, "client_port", ""),
    ROW_TEXT(FIELD_LIST, server, "server", "service server_name server_address", "likewise"),
    X_NUMBER(FIELD_COUNT, server_port, field_port_there, "port", "the server's port"),
    TEXT_FIELD(request_row, protocol, "protocol", "", "http, grpc, redis, ..."),
    X_TEXT(method, "method", "", "verb, command or query type"),
    X_TEXT(host, "host", "", "authority, server name or name asked for"),
    X_TEXT(path, "path", "statement", "without its query; of SQL the statement"),
    X_TEXT(operation, "operation", "", "what it is counted as"),
    X_TEXT(status, "status", "", "as the protocol writes it: 503, NOT_FOUND"),
    ROW_NUMBER(FIELD_COUNT, grpc_status, "grpc_status", "", "its number"),
    X_TEXT(message, "grpc_message", "", "what the server said beside it"),
    ROW_TEXT(FIELD_TEXT, outcome, "outcome", "", "ok, client_error, timeout, ..."),
    ROW_NUMBER(FIELD_FLAG, failed, "failure", "", "it failed, in whatever way"),
    ROW_NUMBER(FIELD_TIME, duration, "duration", "duration_ms took", ""),
    ROW_NUMBER(FIELD_TIME, ttfb, "ttfb", "ttfb_ms", "to the first byte of the answer"),
    X_NUMBER(FIELD_TIME, deadline_ns, field_time_there, "deadline", "that the client gave"),
    X_NUMBER(FIELD_BYTES, request_bytes, field_count_there, "request_bytes", ""),
    X_NUMBER(FIELD_BYTES, response_bytes, field_count_there, "response_bytes", ""),
    X_NUMBER(FIELD_COUNT, request_messages, field_count32_there, "request_messages", ""),
    X_NUMBER(FIELD_COUNT, response_messages, field_count32_there, "response_messages", ""),
    X_NUMBER(FIELD_COUNT, stream_id, field_count32_there, "stream_id", ""),
    ROW_TEXT(FIELD_TEXT, call, "call", "", "unary, server-streaming, ..."),
    X_TEXT(trace_id, "trace_id", "trace", ""),
    X_TEXT(span_id, "span_id", "span", ""),
    X_TEXT(parent_id, "parent_id", "", "of B3"),
    X_TEXT(request_id, "request_id", "", ""),
    X_TEXT(forwarded_for, "forwarded_for", "", ""),
    ROW_TEXT(FIELD_TEXT, fingerprint, "statement_id", "", "of a statement: the log's fingerprint"),
    ROW_TEXT(FIELD_LIST, notes, "notes", "note", "midstream, gap, truncated, ..."),
    ROW_TEXT(FIELD_LIST, kept, "kept", "", "error, slow, fair"),
    ROW_NUMBER(FIELD_COUNT, id, "id", "", ""),
    ROW_NUMBER(FIELD_COUNT, edge_id, "edge_id", "", "its edge's number"),
};

const struct fields request_fields = {"requests", requests, sizeof requests / sizeof *requests,
                                      "status = 503 and path ~ /cart"};
