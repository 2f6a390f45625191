/* summary.h - inside the read side: a range, added up, from which edges, services and graph are
 * made. */
#pragma once

#include "store/sums.h"
#include "store/tls.h"

struct summary {
    struct range range;
    struct topology topology;
    struct sum *sums;      /* one for each edge of the topology */
    struct tls_brief *tls; /* likewise */
    struct capture_counters capture;
};

/* One question. On failure `ret` is empty. */
bool summary_load(struct query *q, struct range r, enum grouping grouping, struct summary *ret,
                  struct err *err);
void summary_free(struct summary *a);

/* Given to the caller. false: memory is short. */
bool summary_edges(const struct summary *a, struct edge_rows *ret);
bool summary_services(const struct summary *a, struct service_rows *ret);
