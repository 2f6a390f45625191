/* naming.h - addresses to rows: the endpoint, service, edge and pair that an edge of a delta
 * belongs to, with names applied.
 *
 * What a person wants to see is one node named `cart`, in the past too, and a past that does not
 * change its story when an address is given to someone else. So:
 * - an address that had no name, and gets one within NAMING_REACH_NS of its last window, was that
 *   service all along: its earlier windows move there;
 * - a name that changes begins a new endpoint, and earlier windows keep the older name;
 * - names by host that are short for another one of the same address and port are that one: the
 *   windows of the short name move to the whole one when that is first heard;
 * - what has no name, of a server that has several by host, belongs to the one that its client has
 *   called last;
 * - a name learned from the wire outlives the process that learned it: "only the address is known"
 *   is no evidence against it. A name from a file that no longer gives it is gone. */
#pragma once

#include "graph/name.h"
#include "store/database.h"

#define NAMING_REACH_NS (24 * 3600 * UINT64_C(1000000000))

enum { NAMING_STATEMENTS = 24, NAMING_SPOKEN = 256 };

struct naming {
    sqlite3_stmt *statement[NAMING_STATEMENTS];
    /* The client of the edge before, since edges come in order of clients. */
    struct address client;
    uint32_t client_tenant;
    int64_t client_endpoint, client_service; /* client_endpoint 0: none */
    enum name_source client_source;
    /* What servers were found to speak in this window, so that a flood of connections on which
     * nothing is said asks once for each server, not once for each client. */
    struct spoken {
        struct address server;
        uint32_t tenant;
        uint16_t port;
        char protocol[PROTOCOL_TEXT_MAX]; /* "": nothing is in this place */
    } spoken[NAMING_SPOKEN];
    bool reviewed;     /* all endpoints have been reviewed at `version` */
    uint64_t version;  /* names_version() */
    uint64_t refused;  /* exchanges not counted under the name that was called, for want of room */
    uint64_t labelled; /* names_given_version() by which services were labelled */
};

/* Zero `n` first. false: the failure is in `db`. */
bool naming_open(struct naming *n, sqlite3 *db);
void naming_close(struct naming *n);

/* Forgets what was remembered: the transaction in which it was learned may have been undone. */
void naming_forget(struct naming *n);

/* Begins a window: gives endpoints that have only an address so far the names known by now. At most
 * a thousand a call, so that no window waits long; the next call goes on. */
bool naming_review(struct naming *n, const struct names *names, uint64_t now_ns);

/* What the server of an edge is known to speak, by its latest pair; "tcp" if that is not known. For
 * connections on which nothing was said: refused, never answered, or closed again; they come after
 * all others of their window, and so this does not change among them. */
bool naming_protocol(struct naming *n, const struct edge_key *key, char *text, size_t size);

struct pair {
    int64_t id;
    uint64_t active, operations; /* as the columns */
};

/* The pair of an edge, made if need be, with its times brought up to date. Edges whose client
 * called by name come before those whose client did not, and those before the ones on which nothing
 * was said: `silent`. `names` may be NULL. */
bool naming_pair(struct naming *n, const struct names *names, const struct edge_delta *edge,
                 bool silent, struct pair *ret_pair);
