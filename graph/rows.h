/* rows.h - the rows of an open window: edges, operations, names and connections, each found by its
 * key; and calls that are open.
 *
 * The arrays grow to their caps and keep their memory from window to window. An edge that comes to
 * OPERATIONS_AT_WORK_MAX operations is brought down to half of that by taking together what has
 * great variety (graph/variety.h). That is far more than is kept when the window is whole
 * (graph/settle.h), so that several workers together come to what one alone would. Where nothing
 * can be taken together, an edge keeps the names that are first in order and adds all others into
 * one, whatever the order in which they come. Of connections and open calls there may be
 * twice as many as will be kept; then they are cut to what is kept (graph/live.h). */
#pragma once

#include "base/hash.h"
#include "graph/delta.h"
#include "graph/index.h"

struct rows {
    struct hash_key key;
    struct delta open; /* the rows; not in order */
    struct index edges, operations, names, places, connections, secured, certificates;
    uint32_t edge_room, operation_room, name_room, connection_room, open_call_room;
    uint32_t secured_room, certificate_room, hop_room;
    uint32_t operations_named; /* operation rows that are no "other" */
    uint32_t unused_operation; /* the first of a list by operation_links.next, or NO_ROW */
    uint32_t last_edge;        /* the one asked for last, or NO_ROW */
    struct place_names *place; /* owned; where names by host were heard, see rows_host.c */
    uint32_t place_len, place_room;

    /* What an edge's row is found to lead to; parallel to open.edge. */
    struct edge_links {
        uint32_t named;           /* operations with a name of their own */
        uint32_t first_operation; /* of the list of these, by operation_links.next */
        uint32_t greatest;        /* of these, the last in order; NO_ROW: not known */
        uint32_t other;           /* the operation "other", or NO_ROW */
        uint32_t last_operation;  /* asked for last, or NO_ROW: they tend to repeat */
        bool rigid;               /* there is little to take together */
    } * edge_links;

    struct operation_links {
        uint32_t hash, next;
    } * operation_links; /* parallel to open.operation */
};

void rows_init(struct rows *r, const struct hash_key *key);
void rows_fini(struct rows *r);

/* The row of the edge, made if it is new; NO_ROW at the cap and when memory is short. */
uint32_t rows_edge(struct rows *r, const struct edge_key *key);

/* Likewise of an operation of an edge, under the name it is counted by: `name`, what that has
 * become with others, or "other". `templated`: as in struct operation_delta. */
uint32_t rows_operation(struct rows *r, uint32_t edge, const char *name, bool templated);

/* The window has ended: takes out operations that have no row of their own any more. */
void rows_finish(struct rows *r);

/* Likewise of a name, whose counts and times are not looked at; and if it is there. */
uint32_t rows_name(struct rows *r, const struct name_delta *wanted);
uint32_t rows_find_name(const struct rows *r, const struct name_delta *wanted);

/* Likewise of what clients call the server of `key`, by host. NO_ROW also if that server is called
 * by more than PLACE_NAMES_AT_WORK_MAX names in this window; there is one row more, to tell. */
uint32_t rows_host(struct rows *r, const struct edge_key *key, const char *name);
void rows_clear_places(struct rows *r);
void rows_free_places(struct rows *r);

/* Adds to the row of a connection of an edge, made if it is new. False when memory is short. */
bool rows_connection(struct rows *r, const struct connection_delta *more);

/* Adds the row of an open call of an edge. Likewise. */
bool rows_open_call(struct rows *r, const struct open_call_delta *call);

/* Adds to the row of handshakes that agree with these, made if it is new. Likewise. */
bool rows_secured(struct rows *r, const struct secured_delta *more);

/* Likewise of a certificate. */
bool rows_certificate(struct rows *r, const struct certificate_delta *more);

/* The row of a certificate; NULL if there is none. */
struct certificate_delta *rows_find_certificate(struct rows *r, const struct fingerprint *f);

/* Forgets the rows, which have been moved away, and keeps the memory. */
void rows_clear(struct rows *r);
