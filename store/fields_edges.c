/* fields_edges.c - what can be asked of edges and operations. */
#include "store/fields_common.h"

#include <stdio.h>

static void edge_server(const void *row, char *ret)
{
    const struct edge_row *e = row;
    field_name_and_port(e->server, e->port, ret);
}

static double edge_bytes(const void *row)
{
    const struct edge_row *e = row;
    return field_both_there(e->bytes);
}

static double no_answer(const void *row)
{
    return (double)edge_unanswered(row);
}

static double edge_one_way(const void *row)
{
    const struct edge_row *e = row;
    return (double)e->quality.one_way;
}

static double edge_duplicates(const void *row)
{
    const struct edge_row *e = row;
    return (double)e->quality.duplicates;
}

static void edge_notes(const void *row, char *ret)
{
    const struct edge_row *e = row;
    size_t used = 0;
    ret[0] = '\0';
    for (int bit = 0; bit < NOTES && used < FIELD_TEXT_MAX; bit++)
        if (e->notes >> bit & 1)
            used += (size_t)snprintf(ret + used, FIELD_TEXT_MAX - used, "%s%s", used ? "," : "",
                                     note_name(bit));
}

static void edge_mutual(const void *row, char *ret)
{
    const struct edge_row *e = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", e->tls.handshakes ? tls_mutual_name(e->tls.mutual) : "");
}

#define EDGE_COUNT(member, name, others, what) COUNT_FIELD(edge_row, member, name, others, what)
#define EDGE_BOTH(member, name, others, what)                                                      \
    NUMBER_FIELD(FIELD_COUNT, edge_row, member, field_both_there, name, others, what)
#define EDGE_NUMBER(kind, function, name, others, what)                                            \
    {                                                                                              \
        name, others, what, kind, 0, NULL, function, NULL                                          \
    }
#define EDGE_TIME(member, name, others, what) TIME_FIELD(edge_row, member, name, others, what)
#define EDGE_BYTES(member, name, what)                                                             \
    NUMBER_FIELD(FIELD_BYTES, edge_row, member, field_count_there, name, "", what)

static const struct field edges[] = {
    TEXT_FIELD(edge_row, client, "client", "", "who calls"),
    {"server", "", "who is called; also with its port, \"cart:8080\"", FIELD_LIST, 0, edge_server,
     NULL, NULL},
    PORT_FIELD(edge_row, port),
    TEXT_FIELD(edge_row, protocol, "protocol", "", "http, grpc, redis, ..."),
    FIGURES_FIELDS(AT(edge_row, figures)),
    EDGE_NUMBER(FIELD_BYTES, edge_bytes, "bytes", "", "on the wire, both ways"),
    EDGE_BYTES(bytes[0], "bytes_to_server", "on the wire"),
    EDGE_BYTES(bytes[1], "bytes_to_client", "on the wire"),
    EDGE_BOTH(packets, "packets", "", "on the wire, both ways"),
    EDGE_COUNT(opened, "opened", "", "connections"),
    EDGE_COUNT(active, "active", "open", "connections at the end"),
    EDGE_COUNT(closed, "closed", "", "connections"),
    EDGE_COUNT(failed, "failed", "", "connects"),
    EDGE_COUNT(refused, "refused", "", "connects, by a reset"),
    EDGE_NUMBER(FIELD_COUNT, no_answer, "no_answer", "", "connects that nobody answered"),
    EDGE_TIME(connect_ns, "connect", "connect_ms", "of the handshake of TCP, mean"),
    EDGE_TIME(rtt_client_ns, "rtt_client", "rtt_client_ms", "round trip between tap and client"),
    EDGE_TIME(rtt_server_ns, "rtt_server", "rtt_server_ms", "round trip between tap and server"),
    EDGE_BOTH(retransmits, "retransmits", "retrans", "segments sent again"),
    EDGE_BOTH(out_of_order, "out_of_order", "late reordered", "segments"),
    EDGE_BOTH(zero_windows, "zero_windows", "", "times that a receiver was full"),
    NUMBER_FIELD(FIELD_TIME, edge_row, zero_window_ns, field_both_there, "zero_window", "full_for",
                 "how long receivers were full"),
    EDGE_BOTH(reset_by_client, "resets", "", "connections reset, by either side"),
    EDGE_COUNT(reset_by_client, "resets_by_client", "", "connections"),
    EDGE_COUNT(reset_by_server, "resets_by_server", "", "connections"),
    NUMBER_FIELD(FIELD_BYTES, edge_row, missing_bytes, field_both_there, "missing_bytes", "",
                 "acknowledged but never seen"),
    EDGE_NUMBER(FIELD_COUNT, edge_duplicates, "duplicates", "", "packets seen twice"),
    EDGE_NUMBER(FIELD_COUNT, edge_one_way, "one_way", "", "connections seen from one side only"),
    EDGE_COUNT(decrypted, "decrypted", "", "requests opened with a key log"),
    TEXT_FIELD(edge_row, tls.version, "tls", "tls_version tls.version", "its version; \"\": none"),
    TEXT_FIELD(edge_row, tls.server_name, "server_name", "sni tls.server_name", "as clients said"),
    {"mutual", "tls.mutual", "has a client proved who it is? no, asked, yes", FIELD_TEXT, 0,
     edge_mutual, NULL, NULL},
    {"notes", "", "what was noted of exchanges: gap, midstream, ...", FIELD_LIST, 0, edge_notes,
     NULL, NULL},
    MARKS_FIELDS(edge_row),
    MOMENT_FIELD(edge_row, first_seen_ns, "first_seen", "", "ever"),
    MOMENT_FIELD(edge_row, last_seen_ns, "last_seen", "", "ever"),
    ID_FIELD(edge_row, id, "id", "its number, as in JSON"),
    ID_FIELD(edge_row, client_id, "client_id", "likewise, of a service"),
    ID_FIELD(edge_row, server_id, "server_id", "likewise"),
};

const struct fields edge_fields = {"edges", edges, sizeof edges / sizeof *edges,
                                   "protocol = grpc and p95 > 200ms"};

static void operation_server(const void *row, char *ret)
{
    const struct operation_row *o = row;
    field_name_and_port(o->server, o->port, ret);
}

static const struct field operations[] = {
    TEXT_FIELD(operation_row, name, "operation", "", "what is asked for"),
    TEXT_FIELD(operation_row, client, "client", "", "who calls"),
    {"server", "service", "who is called; also with its port, \"cart:8080\"", FIELD_LIST, 0,
     operation_server, NULL, NULL},
    PORT_FIELD(operation_row, port),
    TEXT_FIELD(operation_row, protocol, "protocol", "", "http, grpc, redis, ..."),
    FIGURES_FIELDS(AT(operation_row, figures)),
    FIGURE(FIELD_BYTES, AT(operation_row, figures), bytes, "", "of requests and answers"),
    MARKS_FIELDS(operation_row),
    MOMENT_FIELD(operation_row, first_seen_ns, "first_seen", "", "ever"),
    MOMENT_FIELD(operation_row, last_seen_ns, "last_seen", "", "ever"),
    ID_FIELD(operation_row, edge_id, "edge_id", "of its edge"),
};

const struct fields operation_fields = {"operations", operations,
                                        sizeof operations / sizeof *operations,
                                        "errors > 1% and p95 > 200ms"};
