/* layout_rank.c - breaks cycles and gives each node its rank; see layout_plan.h. */
#include <stdlib.h>
#include <string.h>

#include "graph/layout_plan.h"

enum { TIGHTEN_ROUNDS = 8 };

enum mark { UNSEEN, ON_PATH, DONE };

struct search {
    const struct layout_plan *plan;
    struct layout_side out;
    uint8_t *mark;       /* by node: enum mark */
    uint32_t *path;      /* the nodes on the way from the root to here */
    uint32_t *next;      /* by node: the first of its links not yet followed */
    uint32_t *ret_order; /* filled from the end */
    uint32_t unfinished; /* nodes that have no place in the order yet */
};

/* Depth first from `root`; each node is put in front of all that it leads to. Links that lead back
 * to the path are the ones to turn: they now lead from what is later in the order. */
static void search_from(struct search *s, uint32_t root)
{
    uint32_t depth = 0;
    s->path[depth++] = root;
    s->mark[root] = ON_PATH;
    while (depth) {
        uint32_t node = s->path[depth - 1];
        if (s->next[node] == s->out.start[node + 1]) {
            s->mark[node] = DONE;
            s->ret_order[--s->unfinished] = node;
            depth--;
            continue;
        }
        uint32_t to = s->out.end[s->next[node]++].vertex;
        if (s->mark[to] == UNSEEN) {
            s->mark[to] = ON_PATH;
            s->path[depth++] = to;
        }
    }
}

static uint32_t degree(const struct layout_side *side, uint32_t vertex)
{
    return side->start[vertex + 1] - side->start[vertex];
}

/* Nodes that nothing calls come first; then, for parts that are all cycles, those that call more
 * than they are called. */
static void search_all(struct search *s, const struct layout_side *in)
{
    uint32_t node_len = s->plan->node_len;
    for (uint32_t v = 0; v < node_len; v++)
        if (!degree(in, v))
            search_from(s, v);
    for (;;) {
        uint32_t root = UINT32_MAX;
        int64_t most = INT64_MIN;
        for (uint32_t v = 0; s->unfinished && v < node_len; v++) {
            int64_t excess = (int64_t)degree(&s->out, v) - (int64_t)degree(in, v);
            if (s->mark[v] == UNSEEN && excess > most) {
                root = v;
                most = excess;
            }
        }
        if (root == UINT32_MAX)
            return;
        search_from(s, root);
    }
}

/* Sorts the links by where their start is in the order, and turns those that lead backwards. */
static bool sort_links(struct layout_plan *p, const uint32_t *order)
{
    uint32_t *place = malloc((p->node_len + 1) * sizeof *place);
    struct layout_side out = {0};
    bool done = false;
    if (!place)
        return false;
    for (uint32_t i = 0; i < p->node_len; i++)
        place[order[i]] = i;
    for (uint32_t i = 0; i < p->link_len; i++) {
        struct layout_link *l = &p->link[i];
        if (place[l->from] > place[l->to])
            *l = (struct layout_link){l->to, l->from, l->weight};
    }
    if (layout_side_init(&out, p, false)) {
        uint32_t len = 0;
        for (uint32_t i = 0; i < p->node_len; i++)
            for (uint32_t e = out.start[order[i]]; e < out.start[order[i] + 1]; e++)
                p->link[len++] =
                    (struct layout_link){order[i], out.end[e].vertex, out.end[e].weight};
        done = true;
    }
    layout_side_fini(&out);
    free(place);
    return done;
}

bool layout_direct(struct layout_plan *p, uint32_t *ret_order)
{
    struct layout_side in = {0};
    struct search s = {
        .plan = p,
        .mark = calloc(p->node_len + 1, sizeof *s.mark),
        .path = malloc((p->node_len + 1) * sizeof *s.path),
        .next = malloc((p->node_len + 1) * sizeof *s.next),
        .ret_order = ret_order,
        .unfinished = p->node_len,
    };
    bool done = s.mark && s.path && s.next && layout_side_init(&s.out, p, false) &&
                layout_side_init(&in, p, true);
    if (done) {
        memcpy(s.next, s.out.start, p->node_len * sizeof *s.next);
        search_all(&s, &in);
        done = sort_links(p, ret_order);
    }
    free(s.mark);
    free(s.path);
    free(s.next);
    layout_side_fini(&s.out);
    layout_side_fini(&in);
    return done;
}

/* Where a node may go, and how strongly each side pulls. */
struct pull {
    int32_t least, greatest;
    double to_left, to_right;
};

static struct pull pull_on(const struct layout_plan *p, const struct layout_side *in,
                           const struct layout_side *out, uint32_t node)
{
    struct pull pull = {.least = 0, .greatest = INT32_MAX};
    for (uint32_t e = in->start[node]; e < in->start[node + 1]; e++) {
        int32_t bound = p->rank[in->end[e].vertex] + 1;
        pull.least = bound > pull.least ? bound : pull.least;
        pull.to_left += in->end[e].weight;
    }
    for (uint32_t e = out->start[node]; e < out->start[node + 1]; e++) {
        int32_t bound = p->rank[out->end[e].vertex] - 1;
        pull.greatest = bound < pull.greatest ? bound : pull.greatest;
        pull.to_right += out->end[e].weight;
    }
    return pull;
}

/* Moves nodes as far as their links allow to the side that pulls harder. Longest paths have put all
 * as far left as can be, so the first rounds move what has few callers and many callees. */
static void tighten(struct layout_plan *p, const uint32_t *order, const struct layout_side *in,
                    const struct layout_side *out)
{
    bool moved = true;
    for (int round = 0; moved && round < TIGHTEN_ROUNDS; round++) {
        moved = false;
        for (uint32_t i = p->node_len; i-- > 0;) {
            uint32_t node = order[i];
            struct pull pull = pull_on(p, in, out, node);
            int32_t rank = p->rank[node];
            if (pull.to_right > pull.to_left)
                rank = pull.greatest;
            else if (pull.to_right < pull.to_left)
                rank = pull.least;
            moved = moved || rank != p->rank[node];
            p->rank[node] = rank;
        }
    }
}

/* Numbers the ranks that nodes have from 0, without holes. */
static bool close_ranks(struct layout_plan *p)
{
    int32_t *used = calloc(p->node_len + 1, sizeof *used);
    if (!used)
        return false;
    for (uint32_t v = 0; v < p->node_len; v++)
        used[p->rank[v]] = 1;
    for (uint32_t r = 0, rank = 0; r < p->node_len; r++) {
        bool here = used[r];
        used[r] = (int32_t)rank;
        rank += here;
    }
    for (uint32_t v = 0; v < p->node_len; v++)
        p->rank[v] = used[p->rank[v]];
    free(used);
    return true;
}

bool layout_rank(struct layout_plan *p)
{
    struct layout_side in = {0}, out = {0};
    uint32_t *order = malloc((p->node_len + 1) * sizeof *order);
    bool done = order && layout_direct(p, order) && layout_side_init(&in, p, true) &&
                layout_side_init(&out, p, false);
    if (done) {
        for (uint32_t i = 0; i < p->link_len; i++) {
            const struct layout_link *l = &p->link[i];
            if (p->rank[l->to] <= p->rank[l->from])
                p->rank[l->to] = p->rank[l->from] + 1;
        }
        tighten(p, order, &in, &out);
        done = close_ranks(p);
    }
    layout_side_fini(&in);
    layout_side_fini(&out);
    free(order);
    return done;
}
