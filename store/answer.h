/* answer.h - inside the read side: a range, added up, from which edges, services and graph are
 * made. */
#pragma once

#include "store/sums.h"

struct answer {
    struct range range;
    struct topology topology;
    struct sum *sums; /* one for each edge of the topology */
};

/* One question. On failure `ret` is empty. */
bool answer_load(struct query *q, struct range r, enum grouping grouping, struct answer *ret,
                 struct err *err);
void answer_free(struct answer *a);

/* Given to the caller. false: memory is short. */
bool answer_edges(const struct answer *a, struct edge_rows *ret);
bool answer_services(const struct answer *a, struct service_rows *ret);
