/* query.h - BOUNDARY: the read side of the database: questions, and answers as values.
 *
 * Opens read-only; works while the daemon writes, after it stopped, and on a copy of the file. Each
 * question is one short read transaction. A struct query belongs to one thread at a time. */
#pragma once

#include "base/err.h"
#include "graph/delta.h"
#include "graph/posture.h"
#include "graph/quality.h"
#include "graph/verdict.h"

struct query;

/* On failure NULL; `err` names the file, the reason and the remedy. Given to the caller. */
struct query *query_open(const char *path, struct err *err);
void query_close(struct query *q);

/* Packet time [from_ns, to_ns). Windows that begin in it count; where only those of a minute or an
 * hour are left, these. */
struct range {
    uint64_t from_ns, to_ns;
};

/* All of the history; {0, 0} when there is none. */
bool query_history(struct query *q, struct range *ret, struct err *err);

/* The last `since_ns` of it, counted back from the end of the newest window; 0 means all. Of 12
 * hours or more, it begins with the hour that holds that moment. */
bool query_since(struct query *q, uint64_t since_ns, struct range *ret, struct err *err);

/* Changes whenever a window was added. */
bool query_version(struct query *q, uint64_t *ret, struct err *err);

/* Times in ns; 0 when `count` is 0. */
struct percentiles {
    uint64_t count, p50_ns, p90_ns, p95_ns, p99_ns, max_ns, mean_ns;
};

/* What was counted in a range, of an edge, a service (as server), or an operation. */
struct figures {
    uint64_t requests, outcomes[OUTCOMES];
    uint64_t errors;   /* outcome_is_error() */
    double error_rate; /* errors / requests, 0 to 1 */
    double rate_per_s; /* requests / length of the range */
    struct percentiles duration, ttfb;
    uint64_t request_bytes, response_bytes; /* of exchanges; with none, the flow's bytes each way */
    uint64_t request_messages, response_messages;
    /* Of streaming calls, which are not in duration and ttfb: */
    uint64_t streams; /* that ended */
    struct percentiles first_message, message_gap, age;
    enum health health;
};

struct edge_row {
    int64_t
        id; /* stable while the database lives: "client service, server service, port, protocol" */
    char client[NAME_TEXT_MAX]; /* service name, address or "external" */
    char server[NAME_TEXT_MAX];
    int64_t client_id, server_id; /* of service_row */
    uint16_t port;
    char protocol[PROTOCOL_TEXT_MAX];
    struct figures figures;
    uint64_t opened, closed, active; /* connections; active: at the end of the range */
    uint64_t failed, refused;        /* refused: of those that failed; the rest unanswered */
    uint64_t bytes[2], packets[2];   /* on the wire, by enum dir */
    uint64_t missing_bytes[2];       /* these and the next likewise */
    uint64_t retransmits[2];         /* segments whose data had been seen already */
    uint64_t out_of_order[2];        /* segments */
    uint64_t zero_windows[2];        /* times the receiver was full, */
    uint64_t zero_window_ns[2];      /* and how long */
    uint64_t reset_by_client, reset_by_server; /* connections */
    uint64_t connect_ns;                       /* mean; 0 = no handshake seen */
    uint64_t rtt_client_ns, rtt_server_ns;     /* of handshakes, else as below; means; 0 = none */
    uint64_t least_client_ns, least_server_ns; /* means of the least in each report; 0 = none */
    struct quality quality;
    struct marks marks; /* quality_marks() of it */
    uint64_t notes;     /* enum note */
    uint64_t decrypted; /* requests that were under TLS, and opened with a key log */
    struct {
        uint64_t handshakes;             /* of TLS; 0: all of this is zero. Of what was opened
                                          * with a key log, those of the same ends and port */
        char version[24];                /* of most of them; "": not known */
        char server_name[NAME_TEXT_MAX]; /* likewise */
        enum tls_mutual mutual;          /* has any client proved who it is? */
    } tls;
    uint64_t first_seen_ns, last_seen_ns; /* ever, not only in the range */
};

/* Of the connects that failed, those that nobody answered. */
static inline uint64_t edge_unanswered(const struct edge_row *row)
{
    return row->failed > row->refused ? row->failed - row->refused : 0;
}

struct service_row {
    int64_t id;
    char name[NAME_TEXT_MAX];
    enum name_source source;
    uint32_t addresses;                               /* how many endpoints addresses it has */
    char address[64];                                 /* one of them, or "" for external */
    struct figures served;                            /* as server */
    struct figures called;                            /* as client */
    char protocols[64];                               /* those it serves, by name: "http,redis" */
    char group[GIVEN_TEXT_MAX], tags[GIVEN_TEXT_MAX]; /* as it was given; "eu,team-a" */
    struct {
        bool asked;                     /* false: the rest is empty; filled by query_services() */
        uint32_t weak, plaintext, fine; /* of the edges it serves, by what is worst about each */
        const char *verdict; /* "weak" if one is, else "plaintext", else "fine"; NULL: not known */
        const char *why;     /* what is weak about one of them */
        uint64_t expires_s;  /* when the first of its certificates runs out; 0: none was seen */
    } tls;
    uint32_t callers, callees; /* distinct services on the other side */
    struct marks marks;        /* of its edges, the worst of each */
    uint64_t first_seen_ns, last_seen_ns;
    /* Where it is drawn (graph/layout.h): filled by query_graph() only. */
    int32_t rank, order;
    double x, y;
};

struct operation_row {
    int64_t edge_id;
    char client[NAME_TEXT_MAX], server[NAME_TEXT_MAX];
    char protocol[PROTOCOL_TEXT_MAX];
    uint16_t port;
    char name[OPERATION_TEXT_MAX];
    struct figures figures;
    struct marks marks;                   /* of its edge */
    uint64_t first_seen_ns, last_seen_ns; /* ever, to within a window; 0: not known */
};

/* Answers are arrays given to the caller; free() frees them. Rows are in order of name (client,
 * server, port, protocol; then operation), so that output can be compared. */
struct edge_rows {
    struct edge_row *row;
    size_t len;
};
struct service_rows {
    struct service_row *row;
    size_t len;
};
struct operation_rows {
    struct operation_row *row;
    size_t len;
};

bool query_edges(struct query *q, struct range r, struct edge_rows *ret, struct err *err);
bool query_services(struct query *q, struct range r, struct service_rows *ret, struct err *err);
/* edge_id 0: of all edges. */
bool query_operations(struct query *q, struct range r, int64_t edge_id, struct operation_rows *ret,
                      struct err *err);

/* One address and port that answers for a service: how its calls are spread. In order of service,
 * address, port, protocol. */
struct backend_row {
    int64_t service_id;
    char service[NAME_TEXT_MAX]; /* of the server */
    char address[64];
    uint16_t port;
    char protocol[PROTOCOL_TEXT_MAX];
    uint64_t calls; /* that ended in the range */
    double share;   /* of the calls of all backends of this service, port and protocol; 0 to 1 */
    uint64_t open_calls;  /* at the end of the range */
    uint64_t connections; /* open at the end of the range */
    struct figures figures;
    struct marks marks; /* of all that was said to it */
};
struct backend_rows {
    struct backend_row *row;
    size_t len;
};
/* service_id 0: of all services. */
bool query_backends(struct query *q, struct range r, int64_t service_id, struct backend_rows *ret,
                    struct err *err);

/* One connection that carries many exchanges at once and was alive in the range. In order of edge,
 * began_ns, client_port. */
struct connection_row {
    int64_t edge_id;
    char client[NAME_TEXT_MAX], server[NAME_TEXT_MAX];
    char client_address[64], server_address[64]; /* client_address "": external */
    uint16_t client_port, port;
    char protocol[PROTOCOL_TEXT_MAX];
    uint64_t began_ns, last_ns;
    bool closed;
    uint64_t calls; /* in the range */
    double share;   /* of the calls of all connections of this edge in the range; 0 to 1 */
    uint64_t resets[2], stalls[2], goaways; /* in the range; by enum dir */
    uint64_t ping_rtt_ns;                   /* least in the range; 0 = none */
    uint64_t open_calls;
    struct certainty certainty; /* as it stood last */
    struct marks marks;         /* of its edge */
};
struct connection_rows {
    struct connection_row *row;
    size_t len;
};
/* edge_id 0: of all edges. */
bool query_connections(struct query *q, struct range r, int64_t edge_id,
                       struct connection_rows *ret, struct err *err);

/* One call that was open when the newest window of the range ended. Those open longest first. The
 * database knows this of its newest window only: of a range without that window there are none. */
struct open_call_row {
    int64_t edge_id;
    char client[NAME_TEXT_MAX], server[NAME_TEXT_MAX];
    char server_address[64];
    uint16_t client_port, port;
    char protocol[PROTOCOL_TEXT_MAX];
    char operation[OPERATION_TEXT_MAX]; /* "" if not known */
    uint32_t stream_id;
    enum call_kind call;
    uint64_t began_ns;        /* 0: before the capture */
    uint64_t seen_ns;         /* the end of that window */
    uint64_t last_message_ns; /* 0: none yet */
    uint64_t request_messages, response_messages;
    double request_messages_per_s, response_messages_per_s; /* in that window */
    struct marks marks;                                     /* of its edge */
};
struct open_call_rows {
    struct open_call_row *row;
    size_t len;
};
bool query_open_calls(struct query *q, struct range r, int64_t edge_id, struct open_call_rows *ret,
                      struct err *err);

/* A certificate. "" and 0: not known. */
struct certificate_row {
    char fingerprint[FINGERPRINT_TEXT_MAX]; /* SHA-256; "": there is no certificate */
    char issued_by[FINGERPRINT_TEXT_MAX];   /* of the one that was shown behind it; "": none */
    char subject[CERTIFICATE_NAME_MAX], issuer[CERTIFICATE_NAME_MAX];
    char names[CERTIFICATE_NAMES_MAX]; /* alternative names, split by commas; as many as fit */
    uint64_t names_len;                /* how many there are */
    char serial[CERTIFICATE_SERIAL_MAX];
    char key[CERTIFICATE_KEY_MAX];
    uint32_t key_bits;
    char signature[CERTIFICATE_SIGNATURE_MAX];
    uint64_t not_before_s, not_after_s;
    bool self_signed, unreadable;
    enum validity validity; /* at the end of the range */
};

/* What handshakes of TLS on an edge came to, in the range. In order of edge, then of the fields
 * from version on. */
struct tls_row {
    int64_t edge_id;
    char client[NAME_TEXT_MAX], server[NAME_TEXT_MAX];
    uint16_t port;
    char protocol[PROTOCOL_TEXT_MAX];
    char version[24];                /* "TLS 1.3"; "": the server has not chosen */
    char cipher[56];                 /* as IANA names it */
    char server_name[NAME_TEXT_MAX]; /* as the client said */
    char alpn[ALPN_TEXT_MAX];        /* chosen; "": none, or encrypted */
    char alpn_offered[ALPN_OFFERED_TEXT_MAX];
    struct certificate_row certificate, client_certificate;
    char inside[INSIDE_TEXT_MAX]; /* spoken before TLS, and in it; "": it began as TLS */
    char ja4[JA4_TEXT_MAX];       /* of a client, one of those seen */
    uint64_t handshakes, established, resumed, retried, unreadable, ech;
    enum tls_mutual mutual; /* the most that any of those established showed */
    bool plaintext;         /* it is no TLS, and was read: all about TLS is empty */
    const char *weak;       /* what is not good enough about it; NULL: nothing that is known */
    const char *verdict;    /* "plaintext", "weak", "fine"; NULL: nothing was agreed on */
    uint64_t last_seen_ns;  /* ever */
};
struct tls_rows {
    struct tls_row *row;
    size_t len;
};
/* edge_id 0: of all edges. Those in plaintext come last. */
bool query_tls(struct query *q, struct range r, int64_t edge_id, struct tls_rows *ret,
               struct err *err);

/* Requests that reached a server by way of another service. */
struct relay_row {
    int64_t client_id, via_id, server_id; /* of service_row */
    char client[NAME_TEXT_MAX], via[NAME_TEXT_MAX], server[NAME_TEXT_MAX];
    char via_address[64]; /* one of them */
    uint16_t port;        /* of the server */
    char protocol[PROTOCOL_TEXT_MAX];
    uint64_t requests, passed_on; /* on the way from there; those with unchanged method and path */
};
struct relay_rows {
    struct relay_row *row;
    size_t len;
};
/* In order of client, via, server. */
bool query_relays(struct query *q, struct range r, struct relay_rows *ret, struct err *err);

/* What was said of what an address, on a port or (0) on any and as a client, is called. */
struct name_row {
    char address[64];
    uint16_t port;
    uint32_t tenant;
    char name[NAME_TEXT_MAX];
    enum name_source source;
    uint64_t count;
    uint64_t first_ns, last_ns;
    bool is_name;       /* it is called so */
    int64_t service_id; /* of service_row: what is there now */
};
struct name_rows {
    struct name_row *row;
    size_t len;
};
/* In order of address, tenant, port; the names that it has come first. Of all that was said before
 * the end of the range, and then or later. */
bool query_names(struct query *q, struct range r, struct name_rows *ret, struct err *err);

/* One exchange that was kept (docs/requests.md). */
struct request_row {
    int64_t id; /* rises from one stored to the next */
    int64_t edge_id, client_id, server_id;
    char client[NAME_TEXT_MAX], server[NAME_TEXT_MAX];
    char protocol[PROTOCOL_TEXT_MAX];
    uint64_t window_ns; /* start of the window in which it ended */
    uint32_t kept;      /* why: bit n: for this enum kept_for */
    uint64_t time_ns;   /* first byte of the request, or else its end */
    bool is_timed, has_ttfb;
    uint64_t duration_ns, ttfb_ns; /* if so */
    /* As it was seen. Its times are such that they give the spans above; `number`, `asked` and
     * `tls` are not known, and `protocol` is NULL: it stands above, since rows are moved about. */
    struct exchange exchange;
};
struct request_rows {
    struct request_row *row;
    size_t len;
};

/* In words, in request_words.c. */
enum { REQUEST_ASKED_MAX = 576, REQUEST_ENDED_MAX = 64 };

/* "GET /cart/7", "SELECT orders", "A example.org", "shop.Cart/Add": what was asked for. */
void request_asked(const struct request_row *row, char ret[REQUEST_ASKED_MAX]);

/* "200", "503 server_error", "timeout": how it ended. */
void request_ended(const struct request_row *row, char ret[REQUEST_ENDED_MAX]);

enum request_order {
    REQUESTS_NEWEST,  /* by the window in which they ended, and their beginning in it */
    REQUESTS_SLOWEST, /* those with a duration */
    REQUESTS_OLDEST,  /* as they were stored */
};
enum { REQUESTS_LIMIT_DEFAULT = 100, REQUESTS_LIMIT_MAX = 10000 };

/* Which of them; zero asks for all. */
struct request_criteria {
    int64_t edge_id, service_id;           /* service: on either side */
    const char *client, *server, *service; /* names */
    const char *protocol;
    const char *operation;    /* a part of its name, */
    const char *operation_is; /* or the whole of it */
    int64_t id;               /* this one alone */
    const char *trace_id;
    const char *whole_trace; /* likewise, and what has no trace id but a request id of the trace */
    uint32_t outcomes;       /* bit n: of this enum outcome */
    uint32_t kept;           /* bit n: for this enum kept_for */
    uint64_t least_ns;       /* duration */
    int64_t after_id;        /* stored after that one */
    struct range begun;      /* their first byte, to_ns included; to_ns 0: at any time */
    enum request_order order;
    uint32_t limit; /* 0: REQUESTS_LIMIT_DEFAULT */
    /* Only those that it lets pass; NULL: all. */
    bool (*passes)(const void *ctx, const struct request_row *row);
    const void *ctx;
};
bool query_requests(struct query *q, struct range r, const struct request_criteria *c,
                    struct request_rows *ret, struct err *err);

/* What exchanges that carry the same trace id, or a request id that goes with it, tell of each
 * other (store/trace.h). An id may come again: a test or a job that always sends the same, a
 * capture that is played again. So what begins more than TRACE_APART_S after all before it has
 * ended is another trace with that id. */
enum { TRACE_APART_S = 30 };

struct trace_hop {
    struct request_row request;
    int32_t parent; /* index of the hop that called for it, which comes before it; -1: none */
    uint32_t depth;
    uint64_t begin_ns, end_ns; /* as far as it was seen */
    uint64_t own_ns;           /* of that, when no hop that it called for was under way */
    bool is_slowest;           /* its own time is the longest of all */
};

enum {
    TRACE_HOPS_MAX = 1000,
    TRACES_LIMIT_DEFAULT = 50,
    TRACES_LIMIT_MAX = 1000,
    TRACES_LOOKED_AT = 4000,
};

/* The hops in order: each before those it called for, those by their beginning. */
struct trace {
    char trace_id[33];
    struct trace_hop *hop; /* owned: trace_free() */
    size_t len;            /* 0: there is no such trace */
    uint64_t begin_ns, end_ns;
    uint32_t errors;   /* hops; client errors too */
    uint32_t services; /* distinct, of both sides */
    uint32_t loose;    /* hops whose caller is not here, but for the first */
    uint32_t times;    /* how many traces have this id */
    bool is_cut;       /* there are more than TRACE_HOPS_MAX */
};
/* Of several with that id the newest that has to do with the range, or else the nearest to it. */
bool query_trace(struct query *q, const char *trace_id, struct range r, struct trace *ret,
                 struct err *err);
void trace_free(struct trace *t);

/* One trace in short. */
struct trace_row {
    char trace_id[33];
    uint64_t begin_ns, end_ns;
    uint32_t hops, errors, services, loose;
    char client[NAME_TEXT_MAX], server[NAME_TEXT_MAX]; /* of its first hop */
    char protocol[PROTOCOL_TEXT_MAX];
    char operation[OPERATION_TEXT_MAX];
    char slowest[NAME_TEXT_MAX]; /* server of the hop that took most time itself, and that time */
    uint64_t slowest_ns;
};
struct trace_rows {
    struct trace_row *row;
    size_t len;
};
struct trace_criteria {
    const char *service; /* name, on either side of a hop; NULL: any */
    int64_t service_id;  /* likewise; 0: any */
    bool failed;         /* only with an error */
    uint64_t least_ns;   /* a hop took as long */
    uint32_t limit;      /* 0: TRACES_LIMIT_DEFAULT */
    /* Only those that it says true of; NULL: all. Of the newest TRACES_LOOKED_AT, it is asked. */
    bool (*passes)(const void *ctx, const struct trace_row *row);
    const void *ctx;
};
/* Those of which a hop ended in the range, the newest first. */
bool query_traces(struct query *q, struct range r, const struct trace_criteria *c,
                  struct trace_rows *ret, struct err *err);

/* The id of the one stored last; 0: there is none. */
bool query_last_request(struct query *q, int64_t *ret, struct err *err);

/* A finding that a person would act on, with what it rests on. */
enum { EVIDENCE_MAX = 8 };
struct evidence {
    char what[NAME_TEXT_MAX]; /* "10.0.0.3:50051" */
    char figure[96];          /* "97.0 % of calls, 1,204 calls, 2 connections" */
    double share;             /* 0 to 1, for a bar; below 0: none */
};
struct insight_row {
    char kind[32]; /* "backend-imbalance", "connection-imbalance" */
    char subject[2 * NAME_TEXT_MAX + 8];
    char title[256];             /* one sentence */
    char advice[256];            /* what to look at, or to do */
    int64_t service_id, edge_id; /* what it is about; 0: not this */
    double weight;               /* the greater, the more it matters; the order of the rows */
    uint32_t evidence_len;       /* of them the first EVIDENCE_MAX are here */
    struct evidence evidence[EVIDENCE_MAX];
};
struct insight_rows {
    struct insight_row *row;
    size_t len;
};
bool query_insights(struct query *q, struct range r, struct insight_rows *ret, struct err *err);

/* How the services are grouped into nodes when drawn. */
enum grouping { GROUP_SERVICE, GROUP_GROUP, GROUP_HOST, GROUP_SUBNET, GROUPINGS };
const char *grouping_name(enum grouping g); /* "service", "group", ... */

/* The edges between such nodes. */
bool query_grouped_edges(struct query *q, struct range r, enum grouping grouping,
                         struct edge_rows *ret, struct err *err);

/* The graph as it is drawn: services (or groups) with their places, and the edges between them.
 * Services that were placed by an earlier call on this handle keep their places. */
struct graph {
    struct range range;
    struct service_rows nodes;
    struct edge_rows edges; /* client_id and server_id are ids in nodes */
};
bool query_graph(struct query *q, struct range r, enum grouping grouping, struct graph *ret,
                 struct err *err);
void graph_free(struct graph *g);

/* The services that a node of a grouping is made of, in no order; by its name. Of what it is made
 * of ever, not only in a range. */
struct member_ids {
    int64_t *id; /* given: free() */
    size_t len;
};
bool query_members(struct query *q, enum grouping grouping, const char *node,
                   struct member_ids *ret, struct err *err);

/* A figure over time, for charts and sparklines: one point a step. */
struct point {
    uint64_t time_ns; /* start of the step */
    uint64_t requests, errors;
    uint64_t p50_ns, p95_ns, p99_ns;
    uint64_t bytes;
};
struct points {
    struct point *point;
    size_t len;
};
/* Of one edge; edge_id 0: of all edges together. At most `points_max` points; the step is a
 * multiple of the window's length. Steps without traffic are there, with zeroes. */
bool query_series(struct query *q, struct range r, int64_t edge_id, size_t points_max,
                  struct points *ret, struct err *err);

/* Of what a series is: of all edges together, of an edge, of a service as it is asked (as
 * service_row.served is). */
enum series_of { SERIES_OF_ALL, SERIES_OF_EDGE, SERIES_OF_SERVICE };
struct series_ids {
    const int64_t *id;
    size_t len;
};
/* Likewise of many at once: one question, whose answers have the same steps. Writes ids.len of them
 * to `ret` (of SERIES_OF_ALL one), in the order of the ids, each given; on failure none. An id that
 * nothing has gets zeroes. */
bool query_series_of(struct query *q, struct range r, enum series_of of, struct series_ids ids,
                     size_t points_max, struct points *ret, struct err *err);

/* What a heat map is of; zeroed: of all edges together. */
struct subject {
    int64_t edge_id;
    int64_t service_id;    /* without an edge: as it is asked, */
    bool as_client;        /* or by what it asks for */
    const char *operation; /* only what has this name, the whole of it; NULL: all */
};

/* How long requests took over time: columns are as the points of a series, rows are ranges of
 * latency, each so many buckets of the histograms high. Streaming calls are not in it. */
struct heat_column {
    struct point point;
    uint64_t outcomes[OUTCOMES];
};
struct heatmap {
    struct heat_column *column; /* owned: heatmap_free() */
    size_t len;
    uint64_t step_ns; /* from column to column */
    int lowest;       /* bucket (graph/latency.h) that the first row begins with */
    int buckets;      /* in a row */
    size_t rows;      /* 0: nothing was timed */
    uint64_t *cell;   /* owned; requests, of column c and row r at c * rows + r */
};

enum { HEATMAP_ROWS_MAX = 64 };
struct heatmap_size {
    size_t columns, rows; /* at most */
};
bool query_heatmap(struct query *q, struct range r, const struct subject *of,
                   struct heatmap_size most, struct heatmap *ret, struct err *err);
void heatmap_free(struct heatmap *h);

/* Where a row begins, which does not belong to it; `rows`: where the last ends, which does. */
double heatmap_floor_ns(const struct heatmap *h, size_t row);

/* The latency of an edge's exchanges in a range, but for streaming calls, as its percentiles are
 * made from; edge_id 0: of all edges together. Given to the caller: latency_free(). */
bool query_latency(struct query *q, struct range r, int64_t edge_id, struct latency *ret,
                   struct err *err);

/* How one protocol was decoded in a range. */
enum { PROTOCOLS_TOLD_MAX = 32 };
struct protocol_health {
    char name[PROTOCOL_TEXT_MAX];
    struct quality quality; /* of all its edges; not of the capture */
};

/* How good the capture was, at the range's end, and what happened to the collector. */
struct health_row {
    struct range range;
    uint64_t time_ns;
    uint64_t windows;                /* in the range */
    struct capture_counters capture; /* within the range */
    struct decode_counters decode;   /* likewise, but for those that say "now" */
    uint64_t edges_dropped, names_dropped, connections_dropped, open_calls_dropped;
    uint64_t vantages_dropped;
    uint64_t hops_dropped;    /* requests, of which no other side was looked for */
    uint64_t secured_dropped; /* handshakes and certificates of which the facts found no room */
    uint64_t connections_forgotten; /* rows of the oldest, dropped so that there are not too many */
    struct quality quality;         /* of all edges, and of the capture */
    struct protocol_health
        protocol[PROTOCOLS_TOLD_MAX]; /* in order of name; the rest is left out */
    uint32_t protocol_len;
};
bool query_health(struct query *q, struct range r, struct health_row *ret, struct err *err);

/* What spoiled a capture, and what helps. All texts but `what` are static. */
struct diagnosis {
    enum severity severity;
    double share;       /* 0 to 1, of what there was */
    char what[128];     /* a sentence without its stop */
    const char *effect; /* "figures are lower bounds" */
    const char *remedy; /* a sentence or two */
};
enum { DIAGNOSES_MAX = 24 };

/* Writes those that apply, the worst first; returns how many. Notes are among them. Pure. */
size_t health_diagnoses(const struct health_row *h, struct diagnosis ret[DIAGNOSES_MAX]);

/* All of it in one line: "good: ...", "figures are lower bounds: 2.1 % of packets (1,234) were
 * ...". The severity is that of the worst. */
enum { VERDICT_TEXT_MAX = 192 };
enum severity health_verdict(const struct health_row *h, char ret[VERDICT_TEXT_MAX]);

/* Where packets were seen, and how many of them were copies. In order of interface, VLAN, tunnels,
 * tunnel id. */
struct vantage_rows {
    struct vantage *row;
    size_t len;
};
bool query_vantages(struct query *q, struct range r, struct vantage_rows *ret, struct err *err);

struct event_row {
    int64_t id; /* rises from one stored to the next */
    uint64_t time_ns;
    char kind[32];
    char text[256];
    char subject[256];           /* what it is about, by name; "": the collector */
    char severity[8];            /* "note", "warn", "bad" */
    int64_t service_id, edge_id; /* what it is about; 0: not this */
};
struct event_rows {
    struct event_row *row;
    size_t len;
};
/* In order of time; of a range with more than 1,000, the latest. */
bool query_events(struct query *q, struct range r, struct event_rows *ret, struct err *err);
/* Makes a range of windows one of events: where it goes to the end of all windows, or begins with
 * the first, it has what lies beyond. What happens to the collector has the time of the wall, which
 * lies behind the windows of a capture that is replayed; and it may happen before there is a
 * window. */
bool query_events_range(struct query *q, struct range *r, struct err *err);
/* Those stored after that one, in that order; the first 1,000. */
bool query_events_after(struct query *q, int64_t after_id, struct event_rows *ret, struct err *err);
/* The id of the one stored last; 0: there is none. */
bool query_last_event(struct query *q, int64_t *ret, struct err *err);
