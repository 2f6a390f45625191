/* diff.c - see diff.h. */
#include "store/diff.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1e9
#define WILSON_Z 2.576 /* 99 % */

/* One side's row before it is joined: an edge's or an operation's, as a diff_row with one side. */
static int compare(const void *a, const void *b)
{
    const struct diff_row *x = a, *y = b;
    int order = strcmp(x->client, y->client);
    if (!order)
        order = strcmp(x->server, y->server);
    if (!order)
        order = (x->port > y->port) - (x->port < y->port);
    if (!order)
        order = strcmp(x->protocol, y->protocol);
    return order ? order : strcmp(x->operation, y->operation);
}

static bool same_ends(const struct diff_row *a, const struct diff_row *b)
{
    return a->port == b->port && strcmp(a->client, b->client) == 0 &&
           strcmp(a->server, b->server) == 0;
}

static void set_key(struct diff_row *row, const char *client, const char *server, uint16_t port,
                    const char *protocol)
{
    snprintf(row->client, sizeof row->client, "%s", client);
    snprintf(row->server, sizeof row->server, "%s", server);
    snprintf(row->protocol, sizeof row->protocol, "%s", protocol);
    row->port = port;
}

/* The rows of one range, in order. Given: free(). */
struct half {
    struct diff_row *row;
    size_t len;
};

static bool no_memory(struct err *err)
{
    return err_set(err, "cannot compare: out of memory");
}

static bool load_edges(struct query *q, struct range r, enum grouping grouping, bool after,
                       struct half *ret, struct err *err)
{
    struct edge_rows rows;
    if (!query_grouped_edges(q, r, grouping, &rows, err))
        return false;
    ret->row = calloc(rows.len + 1, sizeof *ret->row);
    ret->len = ret->row ? rows.len : 0;
    for (size_t i = 0; i < ret->len; i++) {
        const struct edge_row *e = &rows.row[i];
        struct diff_side side = {.there = true, .figures = e->figures};
        snprintf(side.protocol, sizeof side.protocol, "%s", e->protocol);
        snprintf(side.tls, sizeof side.tls, "%s", e->tls.version);
        side.seen = e->figures.requests ? e->figures.requests : e->opened ? e->opened : 1;
        set_key(&ret->row[i], e->client, e->server, e->port, e->protocol);
        *(after ? &ret->row[i].after : &ret->row[i].before) = side;
    }
    free(rows.row);
    if (!ret->row)
        return no_memory(err);
    qsort(ret->row, ret->len, sizeof *ret->row, compare);
    return true;
}

static bool load_operations(struct query *q, struct range r, bool after, struct half *ret,
                            struct err *err)
{
    struct operation_rows rows;
    if (!query_operations(q, r, 0, &rows, err))
        return false;
    ret->row = calloc(rows.len + 1, sizeof *ret->row);
    ret->len = ret->row ? rows.len : 0;
    for (size_t i = 0; i < ret->len; i++) {
        const struct operation_row *o = &rows.row[i];
        struct diff_side side = {.there = true, .figures = o->figures};
        snprintf(side.protocol, sizeof side.protocol, "%s", o->protocol);
        side.seen = o->figures.requests ? o->figures.requests : 1;
        set_key(&ret->row[i], o->client, o->server, o->port, o->protocol);
        snprintf(ret->row[i].operation, sizeof ret->row[i].operation, "%s", o->name);
        *(after ? &ret->row[i].after : &ret->row[i].before) = side;
    }
    free(rows.row);
    if (!ret->row)
        return no_memory(err);
    qsort(ret->row, ret->len, sizeof *ret->row, compare);
    return true;
}

/* Both halves as one, in order; what is in both is one row. */
static bool join(const struct half *before, const struct half *after, struct half *ret,
                 struct err *err)
{
    size_t i = 0, j = 0;
    *ret = (struct half){calloc(before->len + after->len + 1, sizeof *ret->row), 0};
    if (!ret->row)
        return no_memory(err);
    while (i < before->len || j < after->len) {
        int order = i == before->len  ? 1
                    : j == after->len ? -1
                                      : compare(&before->row[i], &after->row[j]);
        struct diff_row *row = &ret->row[ret->len++];
        *row = order > 0 ? after->row[j] : before->row[i];
        if (order == 0)
            row->after = after->row[j].after;
        i += order <= 0;
        j += order >= 0;
    }
    return true;
}

static bool rose(uint64_t from_ns, uint64_t to_ns)
{
    return to_ns >= from_ns + DIFF_SLOWER_NS &&
           (double)to_ns >= (double)from_ns * (1 + DIFF_SLOWER_SHARE);
}

static uint32_t judge_times(const struct percentiles *before, const struct percentiles *after)
{
    uint32_t changes = 0;
    uint64_t least = before->count < after->count ? before->count : after->count;
    const uint64_t pairs[2][3] = {{before->p50_ns, after->p50_ns, DIFF_P50_LEAST},
                                  {before->p95_ns, after->p95_ns, DIFF_P95_LEAST}};
    for (int i = 0; i < 2; i++) {
        if (least < pairs[i][2])
            continue;
        if (rose(pairs[i][0], pairs[i][1]))
            changes |= 1U << DIFF_SLOWER;
        if (rose(pairs[i][1], pairs[i][0]))
            changes |= 1U << DIFF_FASTER;
    }
    return changes;
}

/* Where the true share lies, with a certainty of 99 % (E. B. Wilson, 1927). */
static void wilson(uint64_t part, uint64_t of, double *ret_low, double *ret_high)
{
    double n = (double)of, p = (double)part / n, z2 = WILSON_Z * WILSON_Z;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = WILSON_Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
    *ret_low = middle - half;
    *ret_high = middle + half;
}

static uint32_t judge_errors(const struct figures *before, const struct figures *after)
{
    double low[2], high[2];
    if (!before->requests || !after->requests)
        return 0;
    wilson(before->errors, before->requests, &low[0], &high[0]);
    wilson(after->errors, after->requests, &low[1], &high[1]);
    double more = after->error_rate - before->error_rate;
    if (low[1] > high[0] && more >= DIFF_FAILS_SHARE)
        return 1U << DIFF_FAILS_MORE;
    if (low[0] > high[1] && -more >= DIFF_FAILS_SHARE)
        return 1U << DIFF_FAILS_LESS;
    return 0;
}

static bool is_sealed(const struct diff_side *side)
{
    return side->tls[0] || posture_is_sealed(side->protocol);
}

static uint32_t judge_encryption(const struct diff_side *before, const struct diff_side *after)
{
    bool other = is_sealed(before) != is_sealed(after) ||
                 (before->tls[0] && after->tls[0] && strcmp(before->tls, after->tls) != 0);
    return other ? 1U << DIFF_ENCRYPTION : 0;
}

static double seconds(struct range r)
{
    return (double)(r.to_ns - r.from_ns) / SECOND_NS;
}

static void judge(struct diff_row *row, const struct diff *d)
{
    const struct diff_side *b = &row->before, *a = &row->after;
    if (!b->there || !a->there) {
        double longer = seconds(d->after) / seconds(d->before);
        double expected = b->there ? (double)b->seen * longer : (double)a->seen / longer;
        row->changes = 1U << (b->there ? DIFF_WENT : DIFF_CAME);
        row->few = expected < DIFF_FEW;
        return;
    }
    row->changes = judge_times(&b->figures.duration, &a->figures.duration) |
                   judge_errors(&b->figures, &a->figures);
    if (!row->operation[0])
        row->changes |= judge_encryption(b, a);
}

/* Of edges between the same ends and port, in a row from `from` to `to`: if one went and one came,
 * the one became the other. Returns the index of the row that is to go, or `to`. */
static size_t pair_up(struct half *edges, size_t from, size_t to)
{
    size_t went = to, came = to, wents = 0, cames = 0;
    for (size_t i = from; i < to; i++) {
        const struct diff_row *row = &edges->row[i];
        if (!row->after.there && ++wents)
            went = i;
        if (!row->before.there && ++cames)
            came = i;
    }
    if (wents != 1 || cames != 1)
        return to;
    edges->row[came].before = edges->row[went].before;
    return went;
}

static void pair_protocols(struct half *edges)
{
    size_t left = 0;
    for (size_t from = 0, to; from < edges->len; from = to) {
        for (to = from + 1; to < edges->len; to++)
            if (!same_ends(&edges->row[from], &edges->row[to]))
                break;
        size_t gone = pair_up(edges, from, to);
        for (size_t i = from; i < to; i++)
            if (i != gone)
                edges->row[left++] = edges->row[i];
    }
    edges->len = left;
}

/* Was the edge there in both ranges, with the same protocol? */
static bool stayed(const struct half *edges, const struct diff_row *operation)
{
    struct diff_row key = *operation;
    key.operation[0] = '\0';
    const struct diff_row *edge =
        bsearch(&key, edges->row, edges->len, sizeof *edges->row, compare);
    return edge && edge->before.there && edge->after.there &&
           strcmp(edge->before.protocol, edge->after.protocol) == 0;
}

static bool put_together(struct diff *d, struct half *edges, const struct half *operations,
                         struct err *err)
{
    pair_protocols(edges);
    d->row = calloc(edges->len + operations->len + 1, sizeof *d->row);
    if (!d->row)
        return no_memory(err);
    for (size_t i = 0; i < edges->len; i++) {
        struct diff_row *row = &d->row[d->len++];
        *row = edges->row[i];
        judge(row, d);
        if (row->before.there && row->after.there &&
            strcmp(row->before.protocol, row->after.protocol) != 0)
            row->changes = 1U << DIFF_PROTOCOL | judge_encryption(&row->before, &row->after);
    }
    for (size_t i = 0; i < operations->len; i++) {
        if (!stayed(edges, &operations->row[i]))
            continue;
        d->row[d->len] = operations->row[i];
        judge(&d->row[d->len++], d);
    }
    return true;
}

bool diff_make(struct query *before, struct range before_range, struct query *after,
               struct range after_range, struct diff *ret, struct err *err)
{
    return diff_make_grouped(before, before_range, after, after_range, GROUP_SERVICE, ret, err);
}

bool diff_make_grouped(struct query *before, struct range before_range, struct query *after,
                       struct range after_range, enum grouping grouping, struct diff *ret,
                       struct err *err)
{
    bool operated = grouping == GROUP_SERVICE;
    struct half half[4] = {0}, edges = {0}, operations = {0};
    *ret = (struct diff){.before = before_range, .after = after_range};
    bool made = load_edges(before, before_range, grouping, false, &half[0], err) &&
                load_edges(after, after_range, grouping, true, &half[1], err) &&
                (!operated || (load_operations(before, before_range, false, &half[2], err) &&
                               load_operations(after, after_range, true, &half[3], err))) &&
                join(&half[0], &half[1], &edges, err) &&
                join(&half[2], &half[3], &operations, err) &&
                put_together(ret, &edges, &operations, err);
    for (int i = 0; i < 4; i++)
        free(half[i].row);
    free(edges.row);
    free(operations.row);
    return made;
}

void diff_free(struct diff *d)
{
    free(d->row);
    *d = (struct diff){0};
}

void diff_drop_same(struct diff *d)
{
    size_t left = 0;
    for (size_t i = 0; i < d->len; i++)
        if (d->row[i].changes)
            d->row[left++] = d->row[i];
    d->len = left;
}
