/* topology.h - inside the read side: which nodes and edges the pairs of addresses make up, in a
 * grouping. */
#pragma once

#include "store/handle.h"

/* A node, and what is known of it whatever the range. */
struct topology_node {
    int64_t id;
    char name[NAME_TEXT_MAX];
    enum name_source source;
    char address[64]; /* one of them */
    uint32_t addresses;
    char group[GIVEN_TEXT_MAX], tags[GIVEN_TEXT_MAX]; /* of a service */
};

struct topology_edge {
    int64_t id;
    uint32_t client, server; /* indices of nodes */
    uint16_t port;
    char protocol[PROTOCOL_TEXT_MAX];
    uint64_t first_ns, last_ns;
};

struct topology_pair {
    int64_t id;
    uint32_t edge; /* index */
    uint64_t last_ns;
    uint64_t active; /* connections open at its end: now, until whoever adds up a range sets it */
};

/* Nodes in order of name, edges in order of client, server, port, protocol; pairs in order of id.
 */
struct topology {
    struct topology_node *node;
    size_t node_len;
    struct topology_edge *edge;
    size_t edge_len;
    struct topology_pair *pair;
    size_t pair_len;
};

enum { TOPOLOGY_EXTERNAL = 1 }; /* id of the node for all that is outside */

/* To be called inside a question. `ret` is freed with topology_free(), also on failure. */
bool topology_load(struct query *q, enum grouping grouping, struct topology *ret, struct err *err);
void topology_free(struct topology *t);

/* The services that the node of that name is made of; `*ret_ids` is given, also on failure. To be
 * called inside a question. */
bool topology_members(struct query *q, enum grouping grouping, const char *node, int64_t **ret_ids,
                      size_t *ret_len, struct err *err);

/* NULL if there is no such pair. */
struct topology_pair *topology_find_pair(const struct topology *t, int64_t id);

/* The source of that name; NAME_ADDRESS if there is none. */
enum name_source topology_source_named(const char *text);

/* The /24 or /64 that an address lies in: "10.0.0.0/24". */
void topology_subnet(const char *address, char *text, size_t size);
