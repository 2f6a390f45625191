/* fields_calls.c - what can be asked of connections, open calls, TLS, findings and events. */
#include "store/fields_common.h"

#include <stdio.h>
#include <string.h>

#define OWN_TEXT(kind, function, name, others, what)                                               \
    {                                                                                              \
        name, others, what, kind, 0, function, NULL, NULL                                          \
    }
#define OWN_NUMBER(kind, function, name, others, what)                                             \
    {                                                                                              \
        name, others, what, kind, 0, NULL, function, NULL                                          \
    }

static void connection_client(const void *row, char *ret)
{
    const struct connection_row *c = row;
    const char *address = c->client_address[0] ? c->client_address : c->client;
    snprintf(ret, FIELD_TEXT_MAX, "%s,%s,%s:%u", c->client, address, address, c->client_port);
}

static void connection_server(const void *row, char *ret)
{
    const struct connection_row *c = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s,%s,%s:%u", c->server, c->server_address, c->server_address,
             c->port);
}

static double connection_age(const void *row)
{
    const struct connection_row *c = row;
    return c->began_ns && c->last_ns >= c->began_ns ? (double)(c->last_ns - c->began_ns) : -1;
}

static double known(const void *row)
{
    const struct connection_row *c = row;
    return c->certainty.fields ? (double)c->certainty.known / c->certainty.fields : -1;
}

static double known_of_late(const void *row)
{
    const struct certainty *c = &((const struct connection_row *)row)->certainty;
    return c->late_fields ? (double)c->late_known / c->late_fields : -1;
}

static void state(const void *row, char *ret)
{
    const struct connection_row *c = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", c->closed ? "closed" : "open");
}

static const struct field connections[] = {
    OWN_TEXT(FIELD_LIST, connection_client, "client", "client_address",
             "its name, its address, its address and port"),
    OWN_TEXT(FIELD_LIST, connection_server, "server", "service server_address", "likewise"),
    NUMBER_FIELD(FIELD_COUNT, connection_row, client_port, field_port_there, "client_port", "", ""),
    PORT_FIELD(connection_row, port),
    TEXT_FIELD(connection_row, protocol, "protocol", "", "http2, grpc"),
    COUNT_FIELD(connection_row, calls, "calls", "", "in the range"),
    NUMBER_FIELD(FIELD_SHARE, connection_row, share, field_double_there, "share", "",
                 "of its edge's calls"),
    COUNT_FIELD(connection_row, open_calls, "open_calls", "open", "at the end"),
    OWN_NUMBER(FIELD_TIME, connection_age, "age", "", "from its first to its last packet"),
    OWN_NUMBER(FIELD_SHARE, known, "known", "certainty.known", "header fields that are known"),
    OWN_NUMBER(FIELD_SHARE, known_of_late, "late_known", "now of_late certainty.late_known",
               "likewise, of the latest"),
    OWN_TEXT(FIELD_TEXT, state, "state", "", "open, closed"),
    NUMBER_FIELD(FIELD_COUNT, connection_row, resets, field_both_there, "resets", "",
                 "of calls, by either side"),
    NUMBER_FIELD(FIELD_COUNT, connection_row, stalls, field_both_there, "stalls", "",
                 "times that flow control held one side up"),
    COUNT_FIELD(connection_row, goaways, "goaways", "", "told to go elsewhere"),
    TIME_FIELD(connection_row, ping_rtt_ns, "ping", "ping_rtt ping_rtt_ms", "the least"),
    MOMENT_FIELD(connection_row, began_ns, "began", "", ""),
    MOMENT_FIELD(connection_row, last_ns, "last", "", "its last packet"),
    MARKS_FIELDS(connection_row),
    ID_FIELD(connection_row, edge_id, "edge_id", "its edge's number"),
};

const struct fields connection_fields = {"connections", connections,
                                         sizeof connections / sizeof *connections,
                                         "calls > 100 and has resets"};

static void call_client(const void *row, char *ret)
{
    const struct open_call_row *o = row;
    field_name_and_port(o->client, o->client_port, ret);
}

static void call_server(const void *row, char *ret)
{
    const struct open_call_row *o = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s,%s,%s:%u", o->server, o->server_address, o->server_address,
             o->port);
}

/* "server-streaming", and as it is shown: "server". */
static void call_kind(const void *row, char *ret)
{
    const struct open_call_row *o = row;
    const char *name = call_kind_name(o->call);
    snprintf(ret, FIELD_TEXT_MAX, "%s,%.*s", name, (int)strcspn(name, "-"), name);
}

/* One that began before the capture is older than any other. */
static double call_age(const void *row)
{
    const struct open_call_row *o = row;
    return (double)(o->seen_ns > o->began_ns ? o->seen_ns - o->began_ns : 0);
}

static double call_silent(const void *row)
{
    const struct open_call_row *o = row;
    if (!o->last_message_ns)
        return -1;
    return (double)(o->seen_ns > o->last_message_ns ? o->seen_ns - o->last_message_ns : 0);
}

static const struct field open_calls[] = {
    TEXT_FIELD(open_call_row, operation, "operation", "", "what was asked for"),
    OWN_TEXT(FIELD_LIST, call_client, "client", "", "also with its port"),
    OWN_TEXT(FIELD_LIST, call_server, "server", "service server_address",
             "its name, its address, its address and port"),
    NUMBER_FIELD(FIELD_COUNT, open_call_row, client_port, field_port_there, "client_port", "", ""),
    PORT_FIELD(open_call_row, port),
    TEXT_FIELD(open_call_row, protocol, "protocol", "", "grpc, http2, websocket"),
    NUMBER_FIELD(FIELD_COUNT, open_call_row, stream_id, field_count32_there, "stream_id", "stream",
                 ""),
    OWN_TEXT(FIELD_LIST, call_kind, "kind", "", "unary, client-streaming, server-streaming, ..."),
    OWN_NUMBER(FIELD_TIME, call_age, "age", "age_ms", "since it began"),
    OWN_NUMBER(FIELD_TIME, call_silent, "silent", "", "since its last message"),
    COUNT_FIELD(open_call_row, request_messages, "request_messages", "asked", "to the server"),
    COUNT_FIELD(open_call_row, response_messages, "response_messages", "answered", "to the client"),
    NUMBER_FIELD(FIELD_RATE, open_call_row, request_messages_per_s, field_double_there,
                 "request_rate", "request_messages_per_s asks", "messages to the server"),
    NUMBER_FIELD(FIELD_RATE, open_call_row, response_messages_per_s, field_double_there,
                 "response_rate", "response_messages_per_s answers", "messages to the client"),
    MOMENT_FIELD(open_call_row, began_ns, "began", "", ""),
    MOMENT_FIELD(open_call_row, last_message_ns, "last_message", "", ""),
    MARKS_FIELDS(open_call_row),
    ID_FIELD(open_call_row, edge_id, "edge_id", "its edge's number"),
};

const struct fields open_call_fields = {"streams", open_calls,
                                        sizeof open_calls / sizeof *open_calls, "age > 1min"};

static void tls_server(const void *row, char *ret)
{
    const struct tls_row *t = row;
    field_name_and_port(t->server, t->port, ret);
}

static void tls_version(const void *row, char *ret)
{
    const struct tls_row *t = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", t->plaintext ? "plaintext" : t->version);
}

static void tls_mutual(const void *row, char *ret)
{
    const struct tls_row *t = row;
    const char *name = t->mutual == MUTUAL_HIDDEN ? "hidden" : tls_mutual_name(t->mutual);
    snprintf(ret, FIELD_TEXT_MAX, "%s", t->established ? name : "");
}

static void tls_verdict(const void *row, char *ret)
{
    const struct tls_row *t = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", t->verdict ? t->verdict : "");
}

static void tls_weak(const void *row, char *ret)
{
    const struct tls_row *t = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", t->weak ? t->weak : "");
}

static double tls_failed(const void *row)
{
    const struct tls_row *t = row;
    return (double)(t->handshakes - t->established);
}

static double not_before(const void *row)
{
    const struct tls_row *t = row;
    return t->certificate.not_before_s ? (double)t->certificate.not_before_s * 1e9 : -1;
}

static double not_after(const void *row)
{
    const struct tls_row *t = row;
    return t->certificate.not_after_s ? (double)t->certificate.not_after_s * 1e9 : -1;
}

static const struct field tls[] = {
    TEXT_FIELD(tls_row, client, "client", "", "who calls"),
    OWN_TEXT(FIELD_LIST, tls_server, "server", "service", "also with its port"),
    PORT_FIELD(tls_row, port),
    TEXT_FIELD(tls_row, protocol, "protocol", "", "tls, quic, or what is in plaintext"),
    OWN_TEXT(FIELD_TEXT, tls_verdict, "verdict", "", "weak, plaintext, fine"),
    OWN_TEXT(FIELD_TEXT, tls_weak, "weak", "", "what is not good enough"),
    OWN_TEXT(FIELD_TEXT, tls_version, "version", "tls", "\"TLS 1.3\"; plaintext"),
    TEXT_FIELD(tls_row, cipher, "cipher", "", "as IANA names it"),
    TEXT_FIELD(tls_row, server_name, "server_name", "sni", "as the client said"),
    TEXT_FIELD(tls_row, alpn, "alpn", "", "chosen"),
    {"alpn_offered", "", "", FIELD_LIST, AT(tls_row, alpn_offered), field_text_there, NULL, NULL},
    TEXT_FIELD(tls_row, inside, "inside", "", "spoken before TLS, and in it"),
    TEXT_FIELD(tls_row, ja4, "ja4", "", "of a client"),
    OWN_TEXT(FIELD_TEXT, tls_mutual, "mutual", "", "hidden, no, asked, yes"),
    COUNT_FIELD(tls_row, handshakes, "handshakes", "", ""),
    COUNT_FIELD(tls_row, established, "established", "", "handshakes"),
    COUNT_FIELD(tls_row, resumed, "resumed", "", "handshakes"),
    OWN_NUMBER(FIELD_COUNT, tls_failed, "failed", "", "handshakes"),
    TEXT_FIELD(tls_row, certificate.subject, "subject", "certificate certificate.subject", ""),
    TEXT_FIELD(tls_row, certificate.issuer, "issuer", "certificate.issuer", ""),
    {"names", "certificate.names", "alternative names", FIELD_LIST, AT(tls_row, certificate.names),
     field_text_there, NULL, NULL},
    TEXT_FIELD(tls_row, certificate.serial, "serial", "certificate.serial", ""),
    TEXT_FIELD(tls_row, certificate.fingerprint, "fingerprint", "certificate.fingerprint", ""),
    TEXT_FIELD(tls_row, certificate.key, "key", "certificate.key", "its kind"),
    NUMBER_FIELD(FIELD_COUNT, tls_row, certificate.key_bits, field_count32_there, "key_bits",
                 "certificate.key_bits", ""),
    {"self_signed", "certificate.self_signed", "", FIELD_FLAG, AT(tls_row, certificate.self_signed),
     NULL, field_flag_there, NULL},
    OWN_NUMBER(FIELD_MOMENT, not_before, "not_before", "certificate.not_before", ""),
    OWN_NUMBER(FIELD_MOMENT, not_after, "not_after", "certificate.not_after",
               "when it runs out: not_after < +30d"),
    MOMENT_FIELD(tls_row, last_seen_ns, "last_seen", "", "ever"),
    ID_FIELD(tls_row, edge_id, "edge_id", "its edge's number"),
};

const struct fields tls_fields = {"tls", tls, sizeof tls / sizeof *tls, "not_after < +30d"};

static const struct field insights[] = {
    TEXT_FIELD(insight_row, kind, "kind", "", "backend-imbalance, tls-weak, ..."),
    TEXT_FIELD(insight_row, subject, "subject", "", "what it is about"),
    TEXT_FIELD(insight_row, title, "title", "finding", "the sentence"),
    TEXT_FIELD(insight_row, advice, "advice", "", "what to do"),
    NUMBER_FIELD(FIELD_COUNT, insight_row, weight, field_double_there, "weight", "",
                 "the greater, the more it matters"),
    ID_FIELD(insight_row, service_id, "service_id", "what it is about; 0: not this"),
    ID_FIELD(insight_row, edge_id, "edge_id", "likewise"),
};

const struct fields insight_fields = {"insights", insights, sizeof insights / sizeof *insights,
                                      "kind ~ tls"};

static const struct field events[] = {
    TEXT_FIELD(event_row, kind, "kind", "", "sensor-restart, new-edge, ..."),
    TEXT_FIELD(event_row, text, "text", "", "the sentence"),
    TEXT_FIELD(event_row, severity, "severity", "", "note, warn, bad"),
    TEXT_FIELD(event_row, subject, "subject", "", "what it is about; \"\": the collector"),
    MOMENT_FIELD(event_row, time_ns, "time", "", "when"),
    ID_FIELD(event_row, service_id, "service_id", "what it is about; 0: not this"),
    ID_FIELD(event_row, edge_id, "edge_id", "likewise"),
};

const struct fields event_fields = {"events", events, sizeof events / sizeof *events,
                                    "severity != note"};

/* clang-format off */
const struct fields *const fields_of_all[] = {
    &edge_fields,
    &service_fields,
    &operation_fields,
    &backend_fields,
    &connection_fields,
    &open_call_fields,
    &tls_fields,
    &relay_fields,
    &name_fields,
    &insight_fields,
    &event_fields,
    &diff_fields,
    &request_fields,
    &trace_fields,
    NULL,
};
/* clang-format on */
