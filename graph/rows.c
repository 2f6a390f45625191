/* rows.c - see rows.h. */
#include "graph/rows.h"

#include <stdlib.h>

#include "graph/live.h"
#include "graph/merge.h"
#include "graph/sample.h"
#include "graph/variety.h"

enum { ROWS_MIN = 64 };

void rows_init(struct rows *r, const struct hash_key *key)
{
    *r = (struct rows){.key = *key, .last_edge = NO_ROW, .unused_operation = NO_ROW};
}

void rows_fini(struct rows *r)
{
    delta_free(&r->open);
    index_free(&r->edges);
    index_free(&r->operations);
    index_free(&r->names);
    index_free(&r->connections);
    index_free(&r->secured);
    index_free(&r->certificates);
    rows_free_places(r);
    free(r->edge_links);
    free(r->operation_links);
}

void rows_clear(struct rows *r)
{
    index_clear(&r->edges);
    index_clear(&r->operations);
    index_clear(&r->names);
    index_clear(&r->connections);
    index_clear(&r->secured);
    index_clear(&r->certificates);
    rows_clear_places(r);
    r->edge_room = r->open.edge ? r->edge_room : 0;
    r->operation_room = r->open.operation ? r->operation_room : 0;
    r->name_room = r->open.name ? r->name_room : 0;
    r->operations_named = 0;
    r->last_edge = r->unused_operation = NO_ROW;
}

static uint32_t next_room(uint32_t room)
{
    return room ? 2 * room : ROWS_MIN;
}

static bool make_edge_room(struct rows *r)
{
    if (r->open.edge_len < r->edge_room)
        return true;
    uint32_t room = next_room(r->edge_room);
    struct edge_delta *edge = realloc(r->open.edge, room * sizeof *edge);
    if (!edge)
        return false;
    r->open.edge = edge;
    struct edge_links *links = realloc(r->edge_links, room * sizeof *links);
    if (!links)
        return false;
    r->edge_links = links;
    r->edge_room = room;
    return true;
}

static bool make_operation_room(struct rows *r)
{
    if (r->open.operation_len < r->operation_room)
        return true;
    uint32_t room = next_room(r->operation_room);
    struct operation_delta *operation = realloc(r->open.operation, room * sizeof *operation);
    if (!operation)
        return false;
    r->open.operation = operation;
    struct operation_links *links = realloc(r->operation_links, room * sizeof *links);
    if (!links)
        return false;
    r->operation_links = links;
    r->operation_room = room;
    return true;
}

static bool make_name_room(struct rows *r)
{
    if (r->open.name_len < r->name_room)
        return true;
    uint32_t room = next_room(r->name_room);
    struct name_delta *name = realloc(r->open.name, room * sizeof *name);
    if (!name)
        return false;
    r->open.name = name;
    r->name_room = room;
    return true;
}

static uint32_t add_edge(struct rows *r, const struct edge_key *key, uint32_t hash)
{
    if (r->open.edge_len == EDGES_MAX || !make_edge_room(r) || !index_reserve(&r->edges))
        return NO_ROW;
    uint32_t row = r->open.edge_len++;
    r->open.edge[row] = (struct edge_delta){.key = *key};
    r->edge_links[row] = (struct edge_links){
        .first_operation = NO_ROW,
        .greatest = NO_ROW,
        .other = NO_ROW,
        .last_operation = NO_ROW,
    };
    index_put(&r->edges, hash, row);
    return row;
}

static bool same_key(const struct edge_key *a, const struct edge_key *b)
{
    return address_equal(&a->client, &b->client) && address_equal(&a->server, &b->server) &&
           a->port == b->port && a->tenant == b->tenant && strcmp(a->protocol, b->protocol) == 0 &&
           strcmp(a->asked, b->asked) == 0 && a->by_host == b->by_host;
}

/* Field by field: the bytes between fields are nobody's. */
static uint32_t hash_of_key(const struct rows *r, const struct edge_key *key)
{
    struct {
        struct address client, server;
        uint32_t port, tenant;
        char protocol[PROTOCOL_TEXT_MAX];
    } packed = {
        .client = key->client, .server = key->server, .port = key->port, .tenant = key->tenant};
    bytes_to_text(packed.protocol, sizeof packed.protocol, bytes_of_text(key->protocol));
    uint64_t hash = hash_bytes(&r->key, &packed, sizeof packed);
    if (key->asked[0])
        hash += hash_bytes(&r->key, key->asked, strlen(key->asked)) + key->by_host;
    return (uint32_t)hash;
}

uint32_t rows_edge(struct rows *r, const struct edge_key *key)
{
    if (r->last_edge != NO_ROW && same_key(key, &r->open.edge[r->last_edge].key))
        return r->last_edge;
    uint32_t hash = hash_of_key(r, key), row;
    for (uint32_t at = index_start(&r->edges, hash);
         (row = index_next(&r->edges, hash, &at)) != NO_ROW;)
        if (same_key(key, &r->open.edge[row].key))
            break;
    if (row == NO_ROW)
        row = add_edge(r, key, hash);
    if (row != NO_ROW)
        r->last_edge = row;
    return row;
}

/* A new row, in no list and not indexed. */
static uint32_t append_operation(struct rows *r, uint32_t edge, const char *name)
{
    uint32_t row = r->unused_operation;
    if (row != NO_ROW)
        r->unused_operation = r->operation_links[row].next;
    else if (make_operation_room(r))
        row = r->open.operation_len++;
    else
        return NO_ROW;
    struct operation_delta *operation = &r->open.operation[row];
    *operation = (struct operation_delta){.edge = edge, .templated = true};
    bytes_to_text(operation->name, sizeof operation->name, bytes_of_text(name));
    return row;
}

static uint32_t find_other(struct rows *r, uint32_t edge)
{
    struct edge_links *links = &r->edge_links[edge];
    if (links->other == NO_ROW)
        links->other = append_operation(r, edge, OPERATION_OTHER);
    return links->other;
}

static uint32_t add_named(struct rows *r, uint32_t edge, const char *name, uint32_t hash)
{
    uint32_t row = index_reserve(&r->operations) ? append_operation(r, edge, name) : NO_ROW;
    if (row == NO_ROW)
        return NO_ROW;
    struct edge_links *links = &r->edge_links[edge];
    r->operation_links[row] = (struct operation_links){hash, links->first_operation};
    links->first_operation = row;
    links->named++;
    r->operations_named++;
    index_put(&r->operations, hash, row);
    return row;
}

static uint32_t find_greatest(const struct rows *r, uint32_t edge)
{
    const struct operation_delta *operation = r->open.operation;
    uint32_t greatest = r->edge_links[edge].first_operation;
    for (uint32_t row = greatest; row != NO_ROW; row = r->operation_links[row].next)
        if (strcmp(operation[row].name, operation[greatest].name) > 0)
            greatest = row;
    return greatest;
}

/* The edge is at its cap. A name past all that it has is counted as "other"; any other takes the
 * row of the greatest, which goes there in its stead. */
static uint32_t displace(struct rows *r, uint32_t edge, const char *name, uint32_t hash)
{
    struct edge_links *links = &r->edge_links[edge];
    uint32_t other = find_other(r, edge);
    if (links->greatest == NO_ROW)
        links->greatest = find_greatest(r, edge);
    uint32_t row = links->greatest;
    struct operation_delta *operation = &r->open.operation[row];
    if (other == NO_ROW || strcmp(name, operation->name) > 0)
        return other;
    tallied_move(&r->open.operation[other].exchanges, &operation->exchanges);
    index_remove(&r->operations, r->operation_links[row].hash, row);
    *operation = (struct operation_delta){.edge = edge, .templated = true};
    bytes_to_text(operation->name, sizeof operation->name, bytes_of_text(name));
    r->operation_links[row].hash = hash;
    index_put(&r->operations, hash, row);
    links->greatest = NO_ROW;
    return row;
}

/* The factor is odd: the same name on different edges never has the same hash. */
static uint32_t hash_of_operation(const struct rows *r, uint32_t edge, const char *name)
{
    return (uint32_t)(hash_bytes(&r->key, name, strlen(name)) + edge * 0x9e3779b97f4a7c15U);
}

static uint32_t look_up(const struct rows *r, uint32_t edge, const char *name, uint32_t hash)
{
    uint32_t row;
    for (uint32_t at = index_start(&r->operations, hash);
         (row = index_next(&r->operations, hash, &at)) != NO_ROW;) {
        const struct operation_delta *operation = &r->open.operation[row];
        if (operation->edge == edge && strcmp(operation->name, name) == 0)
            return row;
    }
    return NO_ROW;
}

/* Calls a row, which is in no list, by the name that it has by now. Returns false if there is a row
 * of that name, to which it was added. */
static bool rename_operation(struct rows *r, uint32_t row, const struct variety *v)
{
    char name[OPERATION_TEXT_MAX];
    struct operation_delta *operation = &r->open.operation[row];
    struct operation_links *links = &r->operation_links[row];
    variety_name(v, operation->name, name, sizeof name);
    if (!operation->templated || strcmp(name, operation->name) == 0)
        return true;
    uint32_t edge = operation->edge, hash = hash_of_operation(r, edge, name);
    uint32_t found = look_up(r, edge, name, hash);
    index_remove(&r->operations, links->hash, row);
    if (found == NO_ROW) {
        memcpy(operation->name, name, sizeof name);
        links->hash = hash;
        index_put(&r->operations, hash, row);
        return true;
    }
    operation_move(&r->open.operation[found], operation);
    *operation = (struct operation_delta){.edge = NO_ROW};
    links->next = r->unused_operation;
    r->unused_operation = row;
    r->operations_named--;
    return false;
}

static struct variety *make_variety(const struct rows *r, uint32_t edge, const char *name)
{
    const struct operation_delta *operation = r->open.operation;
    struct variety *v = variety_new();
    bool fine = v && variety_add(v, name);
    uint32_t row = r->edge_links[edge].first_operation;
    for (; fine && row != NO_ROW; row = r->operation_links[row].next)
        fine = !operation[row].templated || variety_add(v, operation[row].name);
    if (fine)
        return v;
    variety_free(v);
    return NULL;
}

/* The edge is at its cap: takes together what has great variety, and says what becomes of `name`.
 * Where that does not help much it is not tried again. */
static void take_together(struct rows *r, uint32_t edge, char name[OPERATION_TEXT_MAX])
{
    struct edge_links *links = &r->edge_links[edge];
    char text[OPERATION_TEXT_MAX];
    struct variety *v = make_variety(r, edge, name);
    links->rigid = true;
    if (!v)
        return;
    variety_settle(v, OPERATIONS_AT_WORK_MAX / 2);
    uint32_t row = links->first_operation, next;
    links->first_operation = links->greatest = links->last_operation = NO_ROW;
    links->named = 0;
    for (; row != NO_ROW; row = next) {
        next = r->operation_links[row].next;
        if (!rename_operation(r, row, v))
            continue;
        r->operation_links[row].next = links->first_operation;
        links->first_operation = row;
        links->named++;
    }
    variety_name(v, name, text, sizeof text);
    memcpy(name, text, sizeof text);
    samples_rename(&r->open, edge, v);
    variety_free(v);
    links->rigid = links->named > OPERATIONS_AT_WORK_MAX / 4 * 3;
}

static uint32_t find_operation(struct rows *r, uint32_t edge, const char *wanted, bool templated)
{
    char name[OPERATION_TEXT_MAX];
    bytes_to_text(name, sizeof name, bytes_of_text(wanted));
    uint32_t hash = hash_of_operation(r, edge, name), row = look_up(r, edge, name, hash);
    const struct edge_links *links = &r->edge_links[edge];
    if (row == NO_ROW && links->named >= OPERATIONS_AT_WORK_MAX && templated && !links->rigid) {
        take_together(r, edge, name);
        hash = hash_of_operation(r, edge, name);
        row = look_up(r, edge, name, hash);
    }
    if (row != NO_ROW)
        return row;
    if (links->named >= OPERATIONS_AT_WORK_MAX)
        return displace(r, edge, name, hash);
    if (r->operations_named >= OPERATIONS_NAMED_MAX)
        return find_other(r, edge);
    return add_named(r, edge, name, hash);
}

uint32_t rows_operation(struct rows *r, uint32_t edge, const char *name, bool templated)
{
    uint32_t row = r->edge_links[edge].last_operation;
    if (row == NO_ROW || strcmp(r->open.operation[row].name, name) != 0) {
        bool other = strcmp(name, OPERATION_OTHER) == 0;
        row = other ? find_other(r, edge) : find_operation(r, edge, name, templated);
        r->edge_links[edge].last_operation = row;
    }
    if (row != NO_ROW)
        r->open.operation[row].templated &= templated;
    return row;
}

void rows_finish(struct rows *r)
{
    struct delta *d = &r->open;
    uint32_t to = 0;
    for (uint32_t i = 0; i < d->operation_len; i++)
        if (d->operation[i].edge != NO_ROW)
            d->operation[to++] = d->operation[i];
    d->operation_len = to;
}

static bool is_name(const struct name_delta *row, const struct name_delta *wanted)
{
    return row->port == wanted->port && row->tenant == wanted->tenant &&
           row->source == wanted->source && address_equal(&row->address, &wanted->address) &&
           strcmp(row->name, wanted->name) == 0;
}

static uint32_t hash_of_name(const struct rows *r, const struct name_delta *wanted)
{
    uint64_t of_name = hash_bytes(&r->key, wanted->name, strlen(wanted->name));
    uint64_t of_address = hash_bytes(&r->key, &wanted->address, sizeof wanted->address);
    return (uint32_t)(of_name ^ (of_address + wanted->port));
}

uint32_t rows_find_name(const struct rows *r, const struct name_delta *wanted)
{
    uint32_t hash = hash_of_name(r, wanted), row;
    for (uint32_t at = index_start(&r->names, hash);
         (row = index_next(&r->names, hash, &at)) != NO_ROW;)
        if (is_name(&r->open.name[row], wanted))
            return row;
    return NO_ROW;
}

uint32_t rows_name(struct rows *r, const struct name_delta *wanted)
{
    uint32_t row = rows_find_name(r, wanted);
    if (row != NO_ROW)
        return row;
    if (r->open.name_len == NAMES_MAX || !make_name_room(r) || !index_reserve(&r->names))
        return NO_ROW;
    row = r->open.name_len++;
    r->open.name[row] = *wanted;
    r->open.name[row].count = 0;
    index_put(&r->names, hash_of_name(r, wanted), row);
    return row;
}

/* Field by field: the bytes between fields are nobody's. */
static uint32_t hash_of_connection(const struct rows *r, const struct connection_delta *c)
{
    const uint64_t packed[2] = {c->began_ns, (uint64_t)c->edge << 16 | c->client_port};
    return (uint32_t)hash_bytes(&r->key, packed, sizeof packed);
}

static void cut_connections(struct rows *r)
{
    live_settle_connections(&r->open);
    index_clear(&r->connections);
    for (uint32_t row = 0; row < r->open.connection_len; row++)
        index_put(&r->connections, hash_of_connection(r, &r->open.connection[row]), row);
}

static bool make_connection_room(struct rows *r)
{
    if (r->open.connection_len < r->connection_room)
        return true;
    if (r->connection_room >= 2 * CONNECTIONS_MAX) {
        cut_connections(r);
        return true;
    }
    uint32_t room = next_room(r->connection_room);
    struct connection_delta *connection = realloc(r->open.connection, room * sizeof *connection);
    if (!connection)
        return false;
    r->open.connection = connection;
    r->connection_room = room;
    return true;
}

bool rows_connection(struct rows *r, const struct connection_delta *more)
{
    uint32_t hash = hash_of_connection(r, more), row;
    for (uint32_t at = index_start(&r->connections, hash);
         (row = index_next(&r->connections, hash, &at)) != NO_ROW;) {
        struct connection_delta *found = &r->open.connection[row];
        if (found->edge == more->edge && found->began_ns == more->began_ns &&
            found->client_port == more->client_port) {
            connection_add(found, more);
            return true;
        }
    }
    if (!make_connection_room(r) || !index_reserve(&r->connections))
        return false;
    row = r->open.connection_len++;
    r->open.connection[row] = *more;
    index_put(&r->connections, hash, row);
    return true;
}

static bool make_open_call_room(struct rows *r)
{
    if (r->open.open_call_len < r->open_call_room)
        return true;
    if (r->open_call_room >= 2 * OPEN_CALLS_MAX) {
        live_settle_open_calls(&r->open);
        return true;
    }
    uint32_t room = next_room(r->open_call_room);
    struct open_call_delta *call = realloc(r->open.open_call, room * sizeof *call);
    if (!call)
        return false;
    r->open.open_call = call;
    r->open_call_room = room;
    return true;
}

bool rows_open_call(struct rows *r, const struct open_call_delta *call)
{
    if (!make_open_call_room(r))
        return false;
    r->open.open_call[r->open.open_call_len++] = *call;
    return true;
}
