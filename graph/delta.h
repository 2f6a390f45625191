/* delta.h - BOUNDARY: all that was counted in one window, as arrays of rows.
 *
 * Rows are unique by key and in rising order of it, so that the same capture gives the same delta
 * whatever the number of workers. */
#pragma once

#include <stddef.h>

#include "base/writer.h"
#include "capture/counters.h"
#include "capture/vantage.h"
#include "decode/counters.h"
#include "decode/exchange.h"
#include "graph/latency.h"

enum {
    PROTOCOL_TEXT_MAX = 16,
    OPERATION_TEXT_MAX = 192,
    NAME_TEXT_MAX = 128,
    GIVEN_TEXT_MAX = 128, /* of a group, and of all tags of a service, with the zero */
    EDGES_MAX = 65536, /* in one window; past it the rest is not counted, but `edges_dropped` is */
    OPERATIONS_MAX = 262144,
    OPERATIONS_PER_EDGE_MAX = 200, /* past it: the operation "other" */
    OPERATIONS_AT_WORK_MAX = 1000, /* likewise, until the window is whole */
    NAMES_MAX = 65536,
    PLACE_NAMES_MAX = 64, /* of a server's address and port, by host; past it the others are
                           * counted as if they were not called by name */
    PLACE_NAMES_AT_WORK_MAX = 1024, /* likewise, past it all of that window are */
    CONNECTIONS_MAX = 16384, /* in one window, those first in order; the rest is in `..._dropped` */
    OPEN_CALLS_MAX = 4096,   /* likewise, which are those that have been open longest */
    SECURED_MAX = 16384,     /* likewise, of rows about TLS, */
    SECURED_PER_EDGE_MAX = 64,
    CERTIFICATES_MAX = 4096, /* and of certificates */
    HOPS_MAX = 32768,        /* in one window, see graph/hops.h; the rest is in `hops_dropped` */
    RELAYS_MAX = 4096,       /* likewise */
    SAMPLES_MAX = 1280,      /* in one window, see graph/sample.h; what is not kept is not lost */
};

/* Ordered by client, server, port, protocol, tenant, asked, by_host. */
struct edge_key {
    struct address client; /* none = external: outside the internal networks */
    struct address server;
    uint16_t port;
    uint32_t tenant;
    char protocol[PROTOCOL_TEXT_MAX]; /* "": connections on which nothing was said */
    char asked[NAME_TEXT_MAX]; /* the name that the client had asked for (decode/exchange.h); else,
                                  `by_host`, what it calls the server (graph/host.h); or "" */
    bool by_host;
};

int edge_key_compare(const struct edge_key *a, const struct edge_key *b);

/* What is counted for exchanges, of an edge and of each of its operations. */
struct tallied {
    uint64_t outcomes[OUTCOMES]; /* requests by enum outcome; their sum is the number of requests */
    uint64_t request_bytes, response_bytes;
    uint64_t request_messages, response_messages; /* of exchanges that are made of messages */
    struct latency duration; /* of exchanges whose answer was seen whole, but for streaming calls */
    struct latency ttfb;     /* likewise */
    /* Of streaming calls: */
    uint64_t streams;             /* that ended, in whatever way; in `outcomes` too */
    struct latency first_message; /* first byte of the request to that of the first message back */
    struct latency message_gap;   /* between two messages of the same side, counted as they come */
    struct latency age;           /* first byte of the request to the end, seen or not */
};

struct edge_delta {
    struct edge_key key;
    uint64_t first_ns, last_ns; /* earliest and latest event counted here */
    struct tallied exchanges;
    /* From here to `notes`, numbers of 64 bits that are added up. */
    uint64_t opened, failed, closed, reset_by_client, reset_by_server; /* connections */
    uint64_t refused;                                                  /* of `failed`: by a RST */
    uint64_t packets[2], bytes[2], missing_bytes[2];                   /* by enum dir */
    uint64_t duplicates[2]; /* copies of these packets, counted nowhere else */
    uint64_t retransmits[2], zero_windows[2];
    uint64_t rtt_server_sum_ns, rtt_client_sum_ns; /* over `handshakes` */
    uint64_t handshakes;
    uint64_t one_way; /* connections of which one side's packets do not reach the tap */
    uint64_t out_of_order[2], zero_window_ns[2];
    /* Sums of the least round trip in each report, and how many had one, by which end of it. */
    uint64_t rtt_least_server_sum_ns, rtt_least_client_sum_ns, rtt_least_servers, rtt_least_clients;
    uint64_t truncated[2];       /* packets of which the capture has only a part */
    uint64_t troubles[TROUBLES]; /* by enum trouble */
    uint64_t skewed;             /* exchanges whose times are not in the order of their bytes */
    uint64_t decrypted;          /* exchanges that were encrypted, and opened with a key log */
    uint64_t notes;              /* enum note: seen on any exchange or connection */
};

/* How many numbers there are from `opened` to `notes`, not counting that. */
#define EDGE_NUMBERS                                                                               \
    ((offsetof(struct edge_delta, notes) - offsetof(struct edge_delta, opened)) / sizeof(uint64_t))

/* The first of them. */
static inline uint64_t *edge_numbers(struct edge_delta *e)
{
    return (uint64_t *)(void *)((char *)e + offsetof(struct edge_delta, opened));
}

/* One connection that carries many exchanges at once. Ordered by edge, began_ns, client_port.
 * Clients outside that agree in all of these count as one connection. */
struct connection_delta {
    uint32_t edge; /* index of its edge in the delta */
    uint16_t client_port;
    uint64_t began_ns, last_ns; /* its first packet ever, the latest */
    bool closed;
    /* In the window: */
    uint64_t reports;                       /* that were added up here */
    uint64_t calls;                         /* exchanges that ended */
    uint64_t resets[2], stalls[2], goaways; /* as in struct flow_report */
    uint64_t ping_rtt_ns;                   /* least; 0 = none */
    /* As it stood at its end: */
    uint32_t open_calls;
    struct certainty certainty;
};

/* One call that was open at the window's end. Ordered by request_ns, edge, client_port, stream_id;
 * request_ns is 0 if its beginning was not seen. */
struct open_call_delta {
    uint32_t edge;
    uint16_t client_port;
    uint32_t stream_id;
    enum call_kind call;
    uint64_t request_ns, last_message_ns;
    uint64_t request_messages, response_messages; /* so far */
    char operation[OPERATION_TEXT_MAX];           /* "" if not known */
    bool templated;                               /* as of struct operation_delta */
};

/* What handshakes of TLS on an edge came to, and how many of them came to this. Ordered by edge,
 * then by the fields in this order up to client_certificate. */
struct secured_delta {
    uint32_t edge;
    uint16_t version, cipher; /* as chosen; 0 and 0: not known */
    char server_name[NAME_TEXT_MAX];
    char alpn[ALPN_TEXT_MAX];                 /* chosen */
    char alpn_offered[ALPN_OFFERED_TEXT_MAX]; /* by the client */
    struct fingerprint certificate, client_certificate;
    uint64_t handshakes, established, resumed, retried, unreadable, ech;
    uint64_t mutual[MUTUALS]; /* of those established, by enum tls_mutual */
    uint64_t last_ns;
    char inside[INSIDE_TEXT_MAX]; /* what is spoken in it, of those that were seen the first */
    char ja4[JA4_TEXT_MAX];       /* of the clients' fingerprints the first in order; "" = none */
};

/* A certificate that was shown in the window. Ordered by fingerprint. */
struct certificate_delta {
    struct certificate certificate;
    uint64_t shown; /* how often */
};

/* An exchange that carries identifiers, or is said to be for another. Its order is in graph/hops.c.
 */
enum { HOP_IDS = 2 };
struct hop_delta {
    uint64_t id[HOP_IDS]; /* hashes, of x-request-id and of the trace; 0: it has none */
    uint64_t begin_ns, end_ns;
    uint64_t operation;  /* hash of method and path */
    struct address said; /* for whom it is, by X-Forwarded-For; none: not said, or outside */
    uint32_t edge;
};

/* What both sides of a hop have in common. */
static inline uint64_t hop_order(const struct hop_delta *h)
{
    uint64_t id = h->id[0] ? h->id[0] : h->id[1];
    return id ? id : h->begin_ns * UINT64_C(0x9e3779b97f4a7c15);
}

/* Exchanges of an edge, whose server asked another one on their behalf; or, if nobody saw them, the
 * other one's, who are said to be for `said`. Ordered by edge, inner, said. */
struct relay_delta {
    uint32_t edge; /* of the outer side; with `said`, of `inner` */
    struct address said;
    struct edge_key inner; /* the edge from there on, which need not be in this window */
    uint64_t last_ns;      /* the end of the latest exchange on that */
    uint64_t requests;     /* on that */
    uint64_t passed_on;    /* of these, with the method and path of the one outside */
};

/* Why an exchange is kept (graph/sample.h). */
enum kept_for { KEPT_ERROR, KEPT_SLOW, KEPT_FAIR, KEPTS };

/* "error", "slow", "fair"; static. */
const char *kept_name(enum kept_for kept);

/* An exchange that is kept, to be looked at. Ordered by time_ns, edge, tie, when the window is
 * whole. */
struct sample_delta {
    uint32_t edge;
    uint32_t kept;      /* bit n: for this enum kept_for */
    uint64_t rank, tie; /* graph/sample.h; not on the wire */
    uint64_t time_ns;   /* first byte of the request, else its end; not on the wire */
    size_t at;          /* the rest of it, in sample_bytes: wire_put_bare_exchange() */
    uint32_t len;
    bool templated;                     /* as of struct operation_delta */
    char operation[OPERATION_TEXT_MAX]; /* as it is counted; "" if not known */
};

struct operation_delta {
    uint32_t edge;  /* index of its edge in the delta */
    bool templated; /* its path is one of ours: variety may become {*} (graph/variety.h) */
    char name[OPERATION_TEXT_MAX];
    struct tallied exchanges;
};

/* Where a name comes from, best first (DESIGN: names are evidence with a rank). */
enum name_source {
    NAME_USER,
    NAME_KUBERNETES,
    NAME_DNS,
    NAME_HOST, /* TLS server name, HTTP Host */
    NAME_HOSTS_FILE,
    NAME_ADDRESS,
    NAME_SOURCES,
};

/* "user", "kubernetes", "dns", "host", "hosts-file", "address"; static. */
const char *name_source_name(enum name_source source);

/* A name that the wire gave to a server in this window; from the DNS, to a whole address, with port
 * 0. Ordered by address, port, tenant, name, source. */
struct name_delta {
    struct address address;
    uint16_t port;
    uint32_t tenant;
    enum name_source source;
    uint64_t count, first_ns, last_ns;
    uint64_t until_ns; /* of the DNS: until when whoever asked may use it */
    char name[NAME_TEXT_MAX];
};

int name_delta_compare(const struct name_delta *a, const struct name_delta *b);

struct delta {
    uint64_t start_ns, end_ns; /* packet time; a multiple of the window's length */
    struct edge_delta *edge;
    uint32_t edge_len;
    struct operation_delta *operation;
    uint32_t operation_len;
    struct name_delta *name;
    uint32_t name_len;
    uint64_t edges_dropped; /* exchanges and reports not counted because EDGES_MAX was reached */
    uint64_t names_dropped; /* answers of the DNS and exchanges, whose name is not in `name` */
    struct connection_delta *connection;
    uint32_t connection_len;
    struct open_call_delta *open_call;
    uint32_t open_call_len;
    uint64_t connections_dropped; /* reports on connections past CONNECTIONS_MAX */
    uint64_t open_calls_dropped;  /* past OPEN_CALLS_MAX, or not to be told from another */
    struct vantage *vantage;      /* in order */
    uint32_t vantage_len;
    uint64_t vantages_dropped; /* packets not counted by vantage, past VANTAGES_MAX */
    struct secured_delta *secured;
    uint32_t secured_len;
    struct certificate_delta *certificate;
    uint32_t certificate_len;
    struct hop_delta *hop; /* until they are joined: graph/relays.h */
    uint32_t hop_len;
    struct relay_delta *relay;
    uint32_t relay_len;
    struct sample_delta *sample;
    uint32_t sample_len;
    struct writer sample_bytes;
    uint64_t hops_dropped;           /* exchanges, for which no other side was looked for */
    uint64_t secured_dropped;        /* handshakes and certificates past the caps on their rows */
    struct capture_counters capture; /* totals since the sensor's start, at the window's end */
    struct decode_counters decode;   /* likewise, summed over workers */
};

void delta_free(struct delta *d); /* frees the rows and their histograms, zeroes *d */
