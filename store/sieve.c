/* sieve.c - see sieve.h. */
#include "store/sieve.h"

#include <stdlib.h>
#include <string.h>

static bool read_one(const char *what, const char *text, const struct fields *fields,
                     struct filter *ret, bool *ret_there, struct err *err, struct slip *ret_slip)
{
    *ret_there = text != NULL;
    if (!text)
        return true;
    ret_slip->what = what;
    return filter_read(text, fields, ret, err, &ret_slip->at);
}

bool sieve_read(struct sieve *ret, const struct fields *fields, const char *find, const char *hide,
                struct err *err, struct slip *ret_slip)
{
    ret->fields = fields;
    return read_one("find", find, fields, &ret->find, &ret->finds, err, ret_slip) &&
           read_one("hide", hide, fields, &ret->hide, &ret->hides, err, ret_slip);
}

void sieve_settle(struct sieve *s, uint64_t end_ns)
{
    filter_settle(&s->find, end_ns);
    filter_settle(&s->hide, end_ns);
}

static bool holds(const struct filter *f, const struct fields *fields, const void *row)
{
    return filter_holds(f, row, fields_have_word, fields);
}

bool sieve_passes(const struct sieve *s, const void *row)
{
    return !(s->finds && !holds(&s->find, s->fields, row)) &&
           !(s->hides && holds(&s->hide, s->fields, row));
}

size_t sieve_rows(const struct sieve *s, void *rows, size_t len, size_t size)
{
    size_t left = 0;
    if (!s->finds && !s->hides)
        return len;
    for (size_t i = 0; i < len; i++) {
        char *row = (char *)rows + i * size;
        if (!sieve_passes(s, row))
            continue;
        if (left != i)
            memcpy((char *)rows + left * size, row, size);
        left++;
    }
    return left;
}

/* By what edges understand; if they do not, by what services do. If neither does, what edges say of
 * it counts. */
static bool read_either(const char *what, const char *text, struct filter *ret, bool *ret_there,
                        const struct fields **ret_fields, struct err *err, struct slip *ret_slip)
{
    size_t at;
    *ret_fields = &edge_fields;
    if (read_one(what, text, &edge_fields, ret, ret_there, err, ret_slip))
        return true;
    if (!filter_read(text, &service_fields, ret, NULL, &at))
        return false;
    *ret_fields = &service_fields;
    return true;
}

bool graph_sieve_read(struct graph_sieve *ret, const char *find, const char *hide, struct err *err,
                      struct slip *ret_slip)
{
    return read_either("find", find, &ret->find, &ret->finds, &ret->find_fields, err, ret_slip) &&
           read_either("hide", hide, &ret->hide, &ret->hides, &ret->hide_fields, err, ret_slip);
}

void graph_sieve_settle(struct graph_sieve *s, uint64_t end_ns)
{
    filter_settle(&s->find, end_ns);
    filter_settle(&s->hide, end_ns);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* A set of ids of services. */
struct ids {
    int64_t *id; /* NULL: there was no memory, or nobody asks */
    size_t len;
};

static bool ids_have(const struct ids *ids, int64_t id)
{
    return ids->id && bsearch(&id, ids->id, ids->len, sizeof id, compare_ids) != NULL;
}

/* Those for which the filter holds. */
static struct ids matching(const struct graph *g, const struct filter *f)
{
    struct ids ret = {malloc((g->nodes.len + 1) * sizeof *ret.id), 0};
    for (size_t i = 0; ret.id && i < g->nodes.len; i++)
        if (holds(f, &service_fields, &g->nodes.row[i]))
            ret.id[ret.len++] = g->nodes.row[i].id;
    if (ret.id)
        qsort(ret.id, ret.len, sizeof *ret.id, compare_ids);
    return ret;
}

/* Those that an edge leads from or to. */
static struct ids ends(const struct graph *g)
{
    struct ids ret = {malloc((2 * g->edges.len + 1) * sizeof *ret.id), 0};
    for (size_t i = 0; ret.id && i < g->edges.len; i++) {
        ret.id[ret.len++] = g->edges.row[i].client_id;
        ret.id[ret.len++] = g->edges.row[i].server_id;
    }
    if (ret.id)
        qsort(ret.id, ret.len, sizeof *ret.id, compare_ids);
    return ret;
}

/* Keeps the edges for which the filter holds, or (hide) those for which it does not. */
static void sift_edges(struct graph *g, const struct filter *f, const struct fields *fields,
                       const struct ids *nodes, bool hide)
{
    size_t left = 0;
    for (size_t i = 0; i < g->edges.len; i++) {
        const struct edge_row *e = &g->edges.row[i];
        bool is = fields == &edge_fields
                      ? holds(f, fields, e)
                      : ids_have(nodes, e->client_id) || ids_have(nodes, e->server_id);
        if (is == hide)
            continue;
        if (left != i)
            g->edges.row[left] = *e;
        left++;
    }
    g->edges.len = left;
}

/* Keeps services with edges, those in `more`, and those that were without edges before and are not
 * looked for by edges. false: memory is short. */
static bool sift_nodes(struct graph *g, const struct ids *before, bool alone_too,
                       const struct ids *more, const struct ids *never)
{
    struct ids now = ends(g);
    size_t left = 0;
    if (!now.id)
        return false;
    for (size_t i = 0; i < g->nodes.len; i++) {
        int64_t id = g->nodes.row[i].id;
        bool stays = ids_have(&now, id) || (alone_too && !ids_have(before, id)) ||
                     (more && ids_have(more, id));
        if (!stays || (never && ids_have(never, id)))
            continue;
        if (left != i)
            g->nodes.row[left] = g->nodes.row[i];
        left++;
    }
    g->nodes.len = left;
    free(now.id);
    return true;
}

bool graph_sieve(const struct graph_sieve *s, struct graph *g)
{
    bool find_nodes = s->finds && s->find_fields == &service_fields;
    bool hide_nodes = s->hides && s->hide_fields == &service_fields;
    struct ids before = ends(g);
    struct ids found = find_nodes ? matching(g, &s->find) : (struct ids){0};
    struct ids hidden = hide_nodes ? matching(g, &s->hide) : (struct ids){0};
    bool sifted = before.id && (found.id || !find_nodes) && (hidden.id || !hide_nodes);
    if (s->finds)
        sift_edges(g, &s->find, s->find_fields, &found, false);
    if (s->hides)
        sift_edges(g, &s->hide, s->hide_fields, &hidden, true);
    if (sifted && (s->finds || s->hides))
        sifted = sift_nodes(g, &before, !s->finds, find_nodes ? &found : NULL,
                            hide_nodes ? &hidden : NULL);
    free(before.id);
    free(found.id);
    free(hidden.id);
    return sifted;
}
