/* tls.h - inside the read side: what is known of TLS in a range. */
#pragma once

#include "store/topology.h"

/* As query_tls() answers. To be called inside a question. `ret->row` is given: free(). */
bool tls_rows_of(struct query *q, struct range r, int64_t edge_id, struct tls_rows *ret,
                 struct err *err);

/* What is said of an edge in few words. */
struct tls_brief {
    uint64_t handshakes, most; /* of all; of one version and server name between two ends */
    char version[24], server_name[NAME_TEXT_MAX]; /* those of `most` */
    uint64_t mutual[MUTUALS];
};

/* One for each edge of the topology, given: free(). To be called inside a question. */
bool tls_briefs_load(struct query *q, struct range r, const struct topology *t,
                     struct tls_brief **ret, struct err *err);

/* The most that any handshake showed. */
enum tls_mutual tls_mutual_of(const uint64_t mutual[MUTUALS]);

/* query_tls(), with the edges of the range at hand. */
bool tls_rows_beside(struct query *q, struct range r, int64_t edge_id,
                     const struct edge_rows *edges, struct tls_rows *ret, struct err *err);
