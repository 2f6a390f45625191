/* topology.c - see topology.h.
 *
 * Pairs are read into one array of raw rows; nodes and edges are made by sorting them. */
#include "store/topology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/address.h"

struct end {
    int64_t id; /* of the node, before equal nodes are merged: the smallest wins */
    char name[NAME_TEXT_MAX];
    char address[64];
    enum name_source source;
};

struct raw {
    int64_t pair_id, edge_id;
    uint16_t port;
    char protocol[PROTOCOL_TEXT_MAX];
    uint64_t first_ns, last_ns, active;
    struct end client, server;
};

static const char sql[] =
    "SELECT p.id, p.edge_id, se.port, p.protocol, p.first_ns, p.last_ns, "
    "ce.id, ce.address, ce.service_id, "
    "iif(?1 AND cs.service_group <> '', cs.service_group, cs.name), ce.name_source, se.id, "
    "se.address, se.service_id, "
    "iif(?1 AND ss.service_group <> '', ss.service_group, ss.name), se.name_source, p.active "
    "FROM pair p JOIN endpoint ce ON ce.id = p.client_id JOIN endpoint se ON se.id = p.server_id "
    "JOIN service cs ON cs.id = ce.service_id JOIN service ss ON ss.id = se.service_id "
    "ORDER BY p.id";

const char *grouping_name(enum grouping g)
{
    static const char *const names[GROUPINGS] = {"service", "group", "host", "subnet"};
    return names[g];
}

enum name_source topology_source_named(const char *text)
{
    for (int i = 0; i < NAME_SOURCES; i++)
        if (strcmp(text, name_source_name((enum name_source)i)) == 0)
            return (enum name_source)i;
    return NAME_ADDRESS;
}

void topology_subnet(const char *address, char *text, size_t size)
{
    struct address a;
    char base[ADDRESS_TEXT_MAX];
    snprintf(text, size, "%s", address);
    if (!address_from_text(address, &a))
        return;
    bool v4 = address_is_v4(&a);
    memset(a.byte + (v4 ? 15 : 8), 0, v4 ? 1 : 8);
    address_to_text(&a, base, sizeof base);
    snprintf(text, size, "%s/%d", base, v4 ? 24 : 64);
}

static void read_end(sqlite3_stmt *s, int at, enum grouping grouping, struct end *ret)
{
    char source[16];
    int64_t endpoint = sqlite3_column_int64(s, at);
    column_text(s, at + 1, ret->address, sizeof ret->address);
    int64_t service = sqlite3_column_int64(s, at + 2);
    column_text(s, at + 3, ret->name, sizeof ret->name);
    column_text(s, at + 4, source, sizeof source);
    ret->source = topology_source_named(source);
    ret->id = service;
    if (grouping == GROUP_SERVICE || grouping == GROUP_GROUP || service == TOPOLOGY_EXTERNAL)
        return;
    ret->id = endpoint < INT64_MAX ? endpoint + TOPOLOGY_EXTERNAL : endpoint; /* not external's */
    ret->source = NAME_ADDRESS;
    if (grouping == GROUP_SUBNET)
        topology_subnet(ret->address, ret->name, sizeof ret->name);
    else
        snprintf(ret->name, sizeof ret->name, "%s", ret->address);
}

static void read_pair(sqlite3_stmt *s, enum grouping grouping, struct raw *ret)
{
    ret->pair_id = sqlite3_column_int64(s, 0);
    ret->edge_id = sqlite3_column_int64(s, 1);
    ret->port = (uint16_t)column_count(s, 2);
    column_text(s, 3, ret->protocol, sizeof ret->protocol);
    ret->first_ns = column_count(s, 4);
    ret->last_ns = column_count(s, 5);
    read_end(s, 6, grouping, &ret->client);
    read_end(s, 11, grouping, &ret->server);
    ret->active = column_count(s, 16);
}

static bool read_all(struct query *q, enum grouping grouping, struct raw **ret, size_t *ret_len,
                     struct err *err)
{
    bool failed = false;
    size_t room = 0;
    sqlite3_stmt *s = question_ask(q, sql, err);
    if (s)
        bind_id(s, 1, grouping == GROUP_GROUP);
    while (s && question_row(q, s, &failed, err)) {
        if (*ret_len == room) {
            room = room ? 2 * room : 256;
            struct raw *more = realloc(*ret, room * sizeof *more);
            if (!more) {
                failed = !question_no_memory(q, err);
                break;
            }
            *ret = more;
        }
        read_pair(s, grouping, &(*ret)[(*ret_len)++]);
    }
    sqlite3_finalize(s);
    return s && !failed;
}

static int by_name(const void *left, const void *right)
{
    const struct end *const *a = left, *const *b = right;
    int order = strcmp((*a)->name, (*b)->name);
    return order ? order : strcmp((*a)->address, (*b)->address);
}

/* Nodes of the ends, which are sorted by name and address. */
static void merge_ends(struct topology *t, struct end *const *ends, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct topology_node *n = t->node_len ? &t->node[t->node_len - 1] : NULL;
        if (!n || strcmp(n->name, ends[i]->name) != 0) {
            n = &t->node[t->node_len++];
            *n = (struct topology_node){.id = ends[i]->id, .source = ends[i]->source};
            memcpy(n->name, ends[i]->name, sizeof n->name);
            memcpy(n->address, ends[i]->address, sizeof n->address);
            n->addresses = ends[i]->address[0] != '\0';
        } else if (strcmp(ends[i]->address, ends[i - 1]->address) != 0) {
            n->addresses++;
        }
        if (ends[i]->id < n->id)
            n->id = ends[i]->id;
        if (ends[i]->source < n->source)
            n->source = ends[i]->source;
    }
}

static bool make_nodes(struct topology *t, struct raw *raw, size_t len)
{
    struct end **ends = malloc((2 * len + 1) * sizeof *ends);
    t->node = malloc((2 * len + 1) * sizeof *t->node);
    if (ends && t->node) {
        for (size_t i = 0; i < len; i++) {
            ends[2 * i] = &raw[i].client;
            ends[2 * i + 1] = &raw[i].server;
        }
        qsort(ends, 2 * len, sizeof(struct end *), by_name);
        merge_ends(t, ends, 2 * len);
    }
    free(ends);
    return ends && t->node;
}

static int compare_raw(const void *left, const void *right)
{
    const struct raw *a = left, *b = right;
    int order = strcmp(a->client.name, b->client.name);
    if (!order)
        order = strcmp(a->server.name, b->server.name);
    if (!order)
        order = (a->port > b->port) - (a->port < b->port);
    return order ? order : strcmp(a->protocol, b->protocol);
}

static int compare_node(const void *key, const void *node)
{
    return strcmp(key, ((const struct topology_node *)node)->name);
}

static uint32_t index_of(const struct topology *t, const char *name)
{
    const struct topology_node *n =
        bsearch(name, t->node, t->node_len, sizeof *t->node, compare_node);
    return (uint32_t)(n - t->node);
}

static void begin_edge(struct topology *t, const struct raw *r, enum grouping grouping)
{
    struct topology_edge *e = &t->edge[t->edge_len++];
    *e = (struct topology_edge){
        .id = grouping == GROUP_SERVICE ? r->edge_id : r->pair_id,
        .client = index_of(t, r->client.name),
        .server = index_of(t, r->server.name),
        .port = r->port,
        .first_ns = r->first_ns,
        .last_ns = r->last_ns,
    };
    memcpy(e->protocol, r->protocol, sizeof e->protocol);
}

static void make_edges(struct topology *t, struct raw *raw, size_t len, enum grouping grouping)
{
    if (len) /* then there is an array */
        qsort(raw, len, sizeof *raw, compare_raw);
    for (size_t i = 0; i < len; i++) {
        if (!i || compare_raw(&raw[i - 1], &raw[i]) != 0)
            begin_edge(t, &raw[i], grouping);
        struct topology_edge *e = &t->edge[t->edge_len - 1];
        if (raw[i].first_ns < e->first_ns)
            e->first_ns = raw[i].first_ns;
        if (raw[i].last_ns > e->last_ns)
            e->last_ns = raw[i].last_ns;
        if (grouping != GROUP_SERVICE && raw[i].pair_id < e->id)
            e->id = raw[i].pair_id;
        t->pair[t->pair_len++] = (struct topology_pair){
            .id = raw[i].pair_id,
            .edge = (uint32_t)(t->edge_len - 1),
            .last_ns = raw[i].last_ns,
            .active = raw[i].active,
        };
    }
}

static bool read_labels(struct query *q, struct topology *t, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask(q,
                                   "SELECT name, service_group, tags FROM service "
                                   "WHERE service_group <> '' OR tags <> ''",
                                   err);
    while (s && question_row(q, s, &failed, err)) {
        char name[NAME_TEXT_MAX];
        column_text(s, 0, name, sizeof name);
        struct topology_node *n =
            t->node_len ? bsearch(name, t->node, t->node_len, sizeof *t->node, compare_node) : NULL;
        if (!n)
            continue;
        column_text(s, 1, n->group, sizeof n->group);
        column_text(s, 2, n->tags, sizeof n->tags);
    }
    sqlite3_finalize(s);
    return s && !failed;
}

static int compare_pair(const void *left, const void *right)
{
    const struct topology_pair *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

bool topology_load(struct query *q, enum grouping grouping, struct topology *ret, struct err *err)
{
    struct raw *raw = NULL;
    size_t len = 0;
    *ret = (struct topology){0};
    bool loaded = read_all(q, grouping, &raw, &len, err);
    if (loaded) {
        ret->edge = malloc((len + 1) * sizeof *ret->edge);
        ret->pair = malloc((len + 1) * sizeof *ret->pair);
        loaded =
            (ret->edge && ret->pair && make_nodes(ret, raw, len)) || question_no_memory(q, err);
    }
    loaded = loaded && (grouping != GROUP_SERVICE || read_labels(q, ret, err));
    if (loaded) {
        make_edges(ret, raw, len, grouping);
        qsort(ret->pair, ret->pair_len, sizeof *ret->pair, compare_pair);
    }
    free(raw);
    return loaded;
}

void topology_free(struct topology *t)
{
    free(t->node);
    free(t->edge);
    free(t->pair);
    *t = (struct topology){0};
}

struct topology_pair *topology_find_pair(const struct topology *t, int64_t id)
{
    struct topology_pair key = {.id = id};
    return bsearch(&key, t->pair, t->pair_len, sizeof *t->pair, compare_pair);
}

bool topology_members(struct query *q, enum grouping grouping, const char *node, int64_t **ret_ids,
                      size_t *ret_len, struct err *err)
{
    static const char members_sql[] =
        "SELECT e.id, e.address, e.service_id, "
        "iif(?1 AND s.service_group <> '', s.service_group, s.name), e.name_source "
        "FROM endpoint e JOIN service s ON s.id = e.service_id ORDER BY e.service_id";
    bool failed = false;
    struct end end;
    sqlite3_stmt *s = question_ask(q, members_sql, err);
    if (s)
        bind_id(s, 1, grouping == GROUP_GROUP);
    for (*ret_len = 0; s && question_row(q, s, &failed, err);) {
        int64_t service = sqlite3_column_int64(s, 2);
        read_end(s, 0, grouping, &end);
        if (strcmp(end.name, node) != 0 || (*ret_len && (*ret_ids)[*ret_len - 1] == service))
            continue;
        int64_t *more = realloc(*ret_ids, (*ret_len + 1) * sizeof *more);
        if (!more) {
            failed = !question_no_memory(q, err);
            break;
        }
        *ret_ids = more;
        more[(*ret_len)++] = service;
    }
    sqlite3_finalize(s);
    return s && !failed;
}
