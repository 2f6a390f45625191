/* query_backends.c - how the calls of a service are spread over its endpoints. */
#include <stdlib.h>
#include <string.h>

#include "store/live.h"
#include "store/servers.h"
#include "store/spoiled.h"
#include "store/sums.h"

struct asked {
    struct range range;
    struct servers servers;
    struct sum *sums; /* one for each server */
    struct lives lives;
    struct spoiled_rows spoiled; /* by pair */
};

static bool load(struct query *q, int64_t service_id, struct asked *a, struct err *err)
{
    if (!question_begin(q, err))
        return false;
    bool loaded = servers_load(q, service_id, &a->servers, err) &&
                  sums_load(q, a->range, &a->servers.topology, true, &a->sums, err) &&
                  lives_load(q, a->range, true, &a->lives, err) &&
                  spoiled_load(q, a->range, SPOILED_BY_PAIR, &a->spoiled, err);
    question_end(q);
    return loaded;
}

static void unload(struct asked *a)
{
    if (a->sums)
        sums_free(a->sums, a->servers.len);
    servers_free(&a->servers);
    free(a->lives.row);
    free(a->spoiled.row);
}

static bool is_told(const struct sum *s)
{
    return s->seen || s->active;
}

static struct backend_row backend_row(const struct server *s, const struct sum *sum, struct range r)
{
    struct backend_row row = {
        .service_id = s->service_id,
        .port = s->port,
        .connections = sum->active,
        .figures = figures_of_edge(&sum->counted, r),
    };
    memcpy(row.service, s->service, sizeof row.service);
    memcpy(row.address, s->address, sizeof row.address);
    memcpy(row.protocol, s->protocol, sizeof row.protocol);
    row.calls = row.figures.requests;
    return row;
}

static int compare_group(const void *left, const void *right)
{
    const struct backend_row *const *l = left, *const *r = right;
    const struct backend_row *a = *l, *b = *r;
    int order = (a->service_id > b->service_id) - (a->service_id < b->service_id);
    if (!order)
        order = (a->port > b->port) - (a->port < b->port);
    return order ? order : strcmp(a->protocol, b->protocol);
}

/* Among the rows of the same service, port and protocol. false: memory is short. */
static bool share_out(const struct backend_rows *rows)
{
    struct backend_row **group = malloc((rows->len + 1) * sizeof *group);
    size_t end;
    if (!group)
        return false;
    for (size_t i = 0; i < rows->len; i++)
        group[i] = &rows->row[i];
    qsort(group, rows->len, sizeof *group, compare_group);
    for (size_t begin = 0; begin < rows->len; begin = end) {
        uint64_t calls = 0;
        for (end = begin; end < rows->len && compare_group(&group[begin], &group[end]) == 0; end++)
            calls += group[end]->calls;
        for (size_t i = begin; calls && i < end; i++)
            group[i]->share = (double)group[i]->calls / (double)calls;
    }
    free(group);
    return true;
}

/* Each pair's marks go to the row of its server. false: memory is short. */
static bool add_marks(const struct asked *a, struct backend_rows *rows)
{
    struct marks *marks = calloc(a->servers.len + 1, sizeof *marks);
    for (size_t i = 0; marks && i < a->spoiled.len; i++) {
        int64_t id = a->spoiled.row[i].id;
        const struct topology_pair *p = topology_find_pair(&a->servers.topology, id);
        struct marks of_pair = quality_marks(&a->spoiled.row[i].quality);
        if (p)
            marks_add(&marks[p->edge], &of_pair);
    }
    for (size_t i = 0, at = 0; marks && i < a->servers.len; i++)
        if (is_told(&a->sums[i]))
            rows->row[at++].marks = marks[i];
    free(marks);
    return marks;
}

static bool make_rows(const struct asked *a, struct backend_rows *ret)
{
    uint64_t *open_calls = calloc(a->servers.len + 1, sizeof *open_calls);
    *ret = (struct backend_rows){.row = malloc((a->servers.len + 1) * sizeof *ret->row)};
    for (size_t i = 0; open_calls && i < a->lives.len; i++) {
        const struct live *l = &a->lives.row[i];
        const struct topology_pair *p = topology_find_pair(&a->servers.topology, l->pair_id);
        if (p && !l->closed)
            open_calls[p->edge] += l->open_calls;
    }
    bool made = open_calls && ret->row;
    for (size_t i = 0; made && i < a->servers.len; i++) {
        if (!is_told(&a->sums[i]))
            continue;
        struct backend_row *row = &ret->row[ret->len++];
        *row = backend_row(&a->servers.at[i], &a->sums[i], a->range);
        row->open_calls = open_calls[i];
    }
    free(open_calls);
    made = made && add_marks(a, ret) && share_out(ret);
    if (!made) {
        free(ret->row);
        *ret = (struct backend_rows){0};
    }
    return made;
}

bool query_backends(struct query *q, struct range r, int64_t service_id, struct backend_rows *ret,
                    struct err *err)
{
    struct asked a = {.range = r};
    bool made = load(q, service_id, &a, err) && (make_rows(&a, ret) || question_no_memory(q, err));
    unload(&a);
    return made;
}
