/* query_connections.c - how the calls of an edge are spread over its connections. */
#include <stdlib.h>
#include <string.h>

#include "store/live.h"
#include "store/spoiled.h"

/* Who talks over the connections of a pair. */
struct ends {
    int64_t pair_id;
    struct connection_row row; /* with what all of them share */
};

struct ends_list {
    struct ends *at; /* owned; by rising pair_id */
    size_t len;
};

static const char sql[] =
    "SELECT p.id, p.edge_id, c.name, s.name, ce.address, se.address, se.port, p.protocol "
    "FROM pair p JOIN endpoint ce ON ce.id = p.client_id JOIN endpoint se ON se.id = p.server_id "
    "JOIN service c ON c.id = ce.service_id JOIN service s ON s.id = se.service_id "
    "WHERE p.id IN (SELECT pair_id FROM connection) AND (?1 = 0 OR p.edge_id = ?1) ORDER BY p.id";

static void read_ends(sqlite3_stmt *s, struct ends *ret)
{
    *ret = (struct ends){.pair_id = sqlite3_column_int64(s, 0)};
    struct connection_row *row = &ret->row;
    row->edge_id = sqlite3_column_int64(s, 1);
    column_text(s, 2, row->client, sizeof row->client);
    column_text(s, 3, row->server, sizeof row->server);
    column_text(s, 4, row->client_address, sizeof row->client_address);
    column_text(s, 5, row->server_address, sizeof row->server_address);
    row->port = (uint16_t)column_count(s, 6);
    column_text(s, 7, row->protocol, sizeof row->protocol);
}

static bool load_ends(struct query *q, int64_t edge_id, struct ends_list *ret, struct err *err)
{
    bool failed = false;
    size_t room = 0;
    sqlite3_stmt *s = question_ask(q, sql, err);
    if (s)
        bind_id(s, 1, edge_id);
    while (s && question_row(q, s, &failed, err)) {
        if (ret->len == room) {
            room = room ? 2 * room : 64;
            struct ends *more = realloc(ret->at, room * sizeof *more);
            if (!more) {
                failed = !question_no_memory(q, err);
                break;
            }
            ret->at = more;
        }
        read_ends(s, &ret->at[ret->len++]);
    }
    sqlite3_finalize(s);
    return s && !failed;
}

static int compare_pair(const void *key, const void *ends)
{
    int64_t id = *(const int64_t *)key;
    const struct ends *e = ends;
    return (id > e->pair_id) - (id < e->pair_id);
}

static struct connection_row connection_row(const struct ends *e, const struct live *l)
{
    struct connection_row row = e->row;
    row.client_port = l->client_port;
    row.began_ns = l->began_ns;
    row.last_ns = l->last_ns;
    row.closed = l->closed;
    row.calls = l->calls;
    memcpy(row.resets, l->resets, sizeof row.resets);
    memcpy(row.stalls, l->stalls, sizeof row.stalls);
    row.goaways = l->goaways;
    row.ping_rtt_ns = l->ping_rtt_ns;
    row.open_calls = l->open_calls;
    row.certainty = l->certainty;
    return row;
}

static int compare_row(const void *left, const void *right)
{
    const struct connection_row *a = left, *b = right;
    int order = strcmp(a->client, b->client);
    if (!order)
        order = strcmp(a->server, b->server);
    if (!order)
        order = (a->port > b->port) - (a->port < b->port);
    if (!order)
        order = strcmp(a->protocol, b->protocol);
    if (!order)
        order = (a->began_ns > b->began_ns) - (a->began_ns < b->began_ns);
    if (!order)
        order = (a->client_port > b->client_port) - (a->client_port < b->client_port);
    if (!order)
        order = strcmp(a->client_address, b->client_address);
    return order ? order : strcmp(a->server_address, b->server_address);
}

/* Rows of an edge stand side by side. */
static void share_out(struct connection_rows *rows)
{
    size_t end;
    for (size_t begin = 0; begin < rows->len; begin = end) {
        uint64_t calls = 0;
        for (end = begin; end < rows->len && rows->row[end].edge_id == rows->row[begin].edge_id;)
            calls += rows->row[end++].calls;
        for (size_t i = begin; calls && i < end; i++)
            rows->row[i].share = (double)rows->row[i].calls / (double)calls;
    }
}

static bool make_rows(const struct ends_list *ends, const struct lives *lives,
                      struct connection_rows *ret)
{
    *ret = (struct connection_rows){.row = malloc((lives->len + 1) * sizeof *ret->row)};
    for (size_t i = 0; ret->row && i < lives->len; i++) {
        const struct ends *e = ends->len ? bsearch(&lives->row[i].pair_id, ends->at, ends->len,
                                                   sizeof *e, compare_pair)
                                         : NULL;
        if (e)
            ret->row[ret->len++] = connection_row(e, &lives->row[i]);
    }
    if (!ret->row)
        return false;
    qsort(ret->row, ret->len, sizeof *ret->row, compare_row);
    share_out(ret);
    return true;
}

bool connection_rows_of(struct query *q, int64_t edge_id, const struct lives *lives,
                        struct connection_rows *ret, struct err *err)
{
    struct ends_list ends = {0};
    bool made = load_ends(q, edge_id, &ends, err) &&
                (make_rows(&ends, lives, ret) || question_no_memory(q, err));
    free(ends.at);
    return made;
}

bool query_connections(struct query *q, struct range r, int64_t edge_id,
                       struct connection_rows *ret, struct err *err)
{
    struct lives lives = {0};
    if (!question_begin(q, err))
        return false;
    struct spoiled_rows spoiled = {0};
    bool made = lives_load(q, r, false, &lives, err) &&
                spoiled_load(q, r, SPOILED_BY_EDGE, &spoiled, err) &&
                connection_rows_of(q, edge_id, &lives, ret, err);
    question_end(q);
    for (size_t i = 0; made && i < ret->len; i++)
        ret->row[i].marks = spoiled_marks(&spoiled, ret->row[i].edge_id);
    free(lives.row);
    free(spoiled.row);
    return made;
}
