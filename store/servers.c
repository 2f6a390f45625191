/* servers.c - see servers.h. */
#include "store/servers.h"

#include <stdlib.h>
#include <string.h>

static const char sql[] =
    "SELECT p.id, p.last_ns, p.active, ce.service_id, s.id, s.name, se.name_source, se.address, "
    "se.port, p.protocol "
    "FROM pair p JOIN endpoint ce ON ce.id = p.client_id JOIN endpoint se ON se.id = p.server_id "
    "JOIN service s ON s.id = se.service_id WHERE ?1 = 0 OR s.id = ?1 "
    "ORDER BY s.name, se.address, se.port, p.protocol, p.id";

/* A pair while they are read: in order of servers. */
struct read {
    struct topology_pair pair;
    int64_t client_id;
};

struct reading {
    struct read *pair;
    size_t pair_len, pair_room, server_room;
};

static bool make_room(struct servers *s, struct reading *r)
{
    if (r->pair_len == r->pair_room) {
        size_t room = r->pair_room ? 2 * r->pair_room : 256;
        struct read *pair = realloc(r->pair, room * sizeof *pair);
        if (!pair)
            return false;
        r->pair = pair;
        r->pair_room = room;
    }
    if (s->len == r->server_room) {
        size_t room = r->server_room ? 2 * r->server_room : 64;
        struct server *at = realloc(s->at, room * sizeof *at);
        if (!at)
            return false;
        s->at = at;
        r->server_room = room;
    }
    return true;
}

static bool is_same(const struct server *a, const struct server *b)
{
    return a->service_id == b->service_id && a->port == b->port &&
           strcmp(a->address, b->address) == 0 && strcmp(a->protocol, b->protocol) == 0;
}

static void read_row(sqlite3_stmt *s, struct servers *into, struct reading *r)
{
    struct server server = {.service_id = sqlite3_column_int64(s, 4)};
    char source[16];
    column_text(s, 5, server.service, sizeof server.service);
    column_text(s, 6, source, sizeof source);
    server.source = topology_source_named(source);
    column_text(s, 7, server.address, sizeof server.address);
    server.port = (uint16_t)column_count(s, 8);
    column_text(s, 9, server.protocol, sizeof server.protocol);
    if (!into->len || !is_same(&into->at[into->len - 1], &server))
        into->at[into->len++] = server;
    r->pair[r->pair_len++] = (struct read){
        .pair = {.id = sqlite3_column_int64(s, 0),
                 .edge = (uint32_t)(into->len - 1),
                 .last_ns = column_count(s, 1),
                 .active = column_count(s, 2)},
        .client_id = sqlite3_column_int64(s, 3),
    };
}

static int compare_read(const void *left, const void *right)
{
    const struct read *a = left, *b = right;
    return (a->pair.id > b->pair.id) - (a->pair.id < b->pair.id);
}

static bool conclude(struct servers *s, struct reading *r)
{
    struct topology *t = &s->topology;
    if (r->pair_len)
        qsort(r->pair, r->pair_len, sizeof *r->pair, compare_read);
    t->pair = malloc((r->pair_len + 1) * sizeof *t->pair);
    s->client_id = malloc((r->pair_len + 1) * sizeof *s->client_id);
    if (!t->pair || !s->client_id)
        return false;
    for (; t->pair_len < r->pair_len; t->pair_len++) {
        t->pair[t->pair_len] = r->pair[t->pair_len].pair;
        s->client_id[t->pair_len] = r->pair[t->pair_len].client_id;
    }
    s->pair_len = t->pair_len;
    t->edge_len = s->len;
    return true;
}

bool servers_load(struct query *q, int64_t service_id, struct servers *ret, struct err *err)
{
    bool failed = false;
    struct reading reading = {0};
    *ret = (struct servers){0};
    sqlite3_stmt *s = question_ask(q, sql, err);
    if (s)
        bind_id(s, 1, service_id);
    while (s && question_row(q, s, &failed, err)) {
        if (!make_room(ret, &reading)) {
            failed = !question_no_memory(q, err);
            break;
        }
        read_row(s, ret, &reading);
    }
    sqlite3_finalize(s);
    bool loaded = s && !failed && (conclude(ret, &reading) || question_no_memory(q, err));
    free(reading.pair);
    return loaded;
}

void servers_free(struct servers *s)
{
    topology_free(&s->topology);
    free(s->at);
    free(s->client_id);
    *s = (struct servers){0};
}
