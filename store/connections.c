/* connections.c - see connections.h. */
#include "store/connections.h"

#include <stdlib.h>
#include <string.h>

enum statement {
    COUNT,
    DROP,
    TELL_DROPPED,
    CLOSE_ALL,
    FIND,
    ADD,
    UPDATE,
    TAKE_OVER,
    WINDOW_WRITE,
};

static const char *const sql[CONNECTION_STATEMENTS] = {
    [COUNT] = "SELECT count(*) FROM connection",
    [DROP] = "DELETE FROM connection WHERE id IN (SELECT id FROM connection ORDER BY closed DESC, "
             "last_ns, id LIMIT ?1)",
    [TELL_DROPPED] = "UPDATE capture_window SET connections_forgotten = connections_forgotten + ?2 "
                     "WHERE id = ?1",
    [CLOSE_ALL] = "UPDATE connection SET closed = 1, open_calls = 0 WHERE closed = 0",
    [FIND] = "SELECT id, closed FROM connection WHERE pair_id = ?1 AND client_port = ?2 AND "
             "began_ns = ?3",
    [ADD] = "INSERT INTO connection (pair_id, client_port, began_ns, last_ns, closed, open_calls, "
            "fields, fields_known, late_fields, late_fields_known) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
            "?7, ?8, ?9, ?10) RETURNING id",
    /* What is older than what is known only adds to its windows. */
    [UPDATE] = "UPDATE connection SET last_ns = ?4, closed = ?5, open_calls = ?6, fields = ?7, "
               "fields_known = ?8, late_fields = ?9, late_fields_known = ?10 "
               "WHERE id = ?1 AND last_ns <= ?4",
    /* The same connection under the name that one of its ends had before. */
    [TAKE_OVER] =
        "UPDATE connection SET closed = 1, open_calls = 0 "
        "WHERE began_ns = ?3 AND client_port = ?2 AND pair_id <> ?1 AND closed = 0 "
        "AND EXISTS (SELECT 1 FROM pair o JOIN endpoint oc ON oc.id = o.client_id "
        "JOIN endpoint os ON os.id = o.server_id JOIN pair p ON p.id = ?1 "
        "JOIN endpoint pc ON pc.id = p.client_id JOIN endpoint ps ON ps.id = p.server_id "
        "WHERE o.id = connection.pair_id AND oc.address = pc.address AND oc.tenant = pc.tenant "
        "AND os.address = ps.address AND os.port = ps.port)",
    [WINDOW_WRITE] =
        "INSERT INTO connection_window (window_id, connection_id, calls, resets_by_client, "
        "resets_by_server, stalls_to_server, stalls_to_client, goaways, ping_rtt_ns, open_calls) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
        "ON CONFLICT (window_id, connection_id) DO UPDATE SET calls = calls + excluded.calls, "
        "resets_by_client = resets_by_client + excluded.resets_by_client, "
        "resets_by_server = resets_by_server + excluded.resets_by_server, "
        "stalls_to_server = stalls_to_server + excluded.stalls_to_server, "
        "stalls_to_client = stalls_to_client + excluded.stalls_to_client, "
        "goaways = goaways + excluded.goaways, ping_rtt_ns = iif(ping_rtt_ns = 0 OR "
        "(excluded.ping_rtt_ns > 0 AND excluded.ping_rtt_ns < ping_rtt_ns), excluded.ping_rtt_ns, "
        "ping_rtt_ns), open_calls = excluded.open_calls",
};

bool connections_open(struct connections *c, sqlite3 *db)
{
    c->max = CONNECTIONS_KEPT_MAX;
    c->recalled = calloc(CONNECTIONS_RECALLED, sizeof *c->recalled);
    if (!c->recalled)
        return false;
    for (int i = 0; i < CONNECTION_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &c->statement[i]))
            return false;
    return true;
}

void connections_close(struct connections *c)
{
    for (int i = 0; i < CONNECTION_STATEMENTS; i++)
        sqlite3_finalize(c->statement[i]);
    free(c->recalled);
    *c = (struct connections){0};
}

/* Rows have changed, or are gone. */
static void recall_none(struct connections *c)
{
    if (c->recalls)
        memset(c->recalled, 0, CONNECTIONS_RECALLED * sizeof *c->recalled);
    c->recalls = false;
}

bool connections_forget(struct connections *c)
{
    recall_none(c);
    return statement_run(c->statement[CLOSE_ALL]);
}

void connections_undone(struct connections *c)
{
    c->counted = false;
    recall_none(c);
}

static bool count(struct connections *c)
{
    sqlite3_stmt *s = c->statement[COUNT];
    int status = c->counted ? SQLITE_DONE : statement_row(s);
    if (status == SQLITE_ROW)
        c->count = column_count(s, 0);
    c->counted = true;
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

/* Makes room for `more` rows, and for some to come, so that it is not done each time. */
static bool make_room(struct connections *c, int64_t window, uint64_t more)
{
    sqlite3_stmt *drop = c->statement[DROP], *tell = c->statement[TELL_DROPPED];
    if (!count(c))
        return false;
    if (c->count + more <= c->max)
        return true;
    uint64_t surplus = c->count + more - c->max + c->max / 8;
    if (surplus > c->count)
        surplus = c->count;
    bind_count(drop, 1, surplus);
    bind_id(tell, 1, window);
    bind_count(tell, 2, surplus);
    c->count -= surplus;
    recall_none(c);
    return statement_run(drop) && statement_run(tell);
}

/* Where the row of a connection is remembered. */
static struct connection_recalled *recalled_at(struct connections *c,
                                               const struct connection_delta *d, int64_t pair)
{
    uint64_t mixed =
        (d->began_ns ^ (uint64_t)pair << 32 ^ d->client_port) * UINT64_C(0x9e3779b97f4a7c15);
    return &c->recalled[mixed >> 32 & (CONNECTIONS_RECALLED - 1)];
}

static bool find(struct connections *c, const struct connection_delta *d, int64_t pair,
                 int64_t *ret_id, bool *ret_closed)
{
    const struct connection_recalled *r = recalled_at(c, d, pair);
    if (r->id && r->pair == pair && r->client_port == d->client_port &&
        r->began_ns == d->began_ns) {
        *ret_id = r->id;
        *ret_closed = r->closed;
        return true;
    }
    sqlite3_stmt *s = c->statement[FIND];
    bind_id(s, 1, pair);
    bind_id(s, 2, d->client_port);
    bind_count(s, 3, d->began_ns);
    int status = statement_row(s);
    *ret_id = status == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    *ret_closed = status == SQLITE_ROW && sqlite3_column_int64(s, 1);
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

/* Parameters 2 to 10 of ADD and UPDATE. */
static void bind_state(sqlite3_stmt *s, const struct connection_delta *d)
{
    const struct certainty *known = &d->certainty;
    bind_id(s, 2, d->client_port);
    bind_count(s, 3, d->began_ns);
    bind_count(s, 4, d->last_ns);
    bind_id(s, 5, d->closed);
    bind_id(s, 6, d->open_calls);
    bind_id(s, 7, known->fields);
    bind_id(s, 8, known->known);
    bind_id(s, 9, known->late_fields);
    bind_id(s, 10, known->late_known);
}

static bool add(struct connections *c, const struct connection_delta *d, int64_t pair,
                int64_t *ret_id)
{
    sqlite3_stmt *s = c->statement[ADD];
    bind_id(s, 1, pair);
    bind_state(s, d);
    bool added = statement_row(s) == SQLITE_ROW;
    if (added)
        *ret_id = sqlite3_column_int64(s, 0);
    c->count += added;
    return sqlite3_reset(s) == SQLITE_OK && added;
}

static bool take_over(struct connections *c, const struct connection_delta *d, int64_t pair)
{
    sqlite3_stmt *s = c->statement[TAKE_OVER];
    bind_id(s, 1, pair);
    bind_id(s, 2, d->client_port);
    bind_count(s, 3, d->began_ns);
    bool run = statement_run(s);
    if (sqlite3_changes(sqlite3_db_handle(s)))
        recall_none(c);
    return run;
}

/* It stands as `d` says. */
static void recall(struct connections *c, const struct connection_delta *d, int64_t pair,
                   int64_t id)
{
    *recalled_at(c, d, pair) =
        (struct connection_recalled){pair, id, d->began_ns, d->client_port, d->closed};
    c->recalls = true;
}

static bool update(struct connections *c, const struct connection_delta *d, int64_t id,
                   bool *ret_updated)
{
    sqlite3_stmt *s = c->statement[UPDATE];
    bind_state(s, d);
    bind_id(s, 1, id);
    bool run = statement_run(s);
    *ret_updated = run && sqlite3_changes(sqlite3_db_handle(s));
    return run;
}

/* The row of a connection, made if need be, as it stands now. */
static bool connection_row(struct connections *c, const struct connection_delta *d, int64_t pair,
                           int64_t *ret_id)
{
    bool was_closed, stands = true;
    if (!find(c, d, pair, ret_id, &was_closed))
        return false;
    if ((!*ret_id || was_closed) && !take_over(c, d, pair))
        return false;
    if (*ret_id ? !update(c, d, *ret_id, &stands) : !add(c, d, pair, ret_id))
        return false;
    if (stands)
        recall(c, d, pair, *ret_id);
    return true;
}

static bool write_window(struct connections *c, int64_t window, int64_t id,
                         const struct connection_delta *d)
{
    sqlite3_stmt *s = c->statement[WINDOW_WRITE];
    const uint64_t counts[] = {d->calls,     d->resets[0], d->resets[1],   d->stalls[0],
                               d->stalls[1], d->goaways,   d->ping_rtt_ns, d->open_calls};
    bind_id(s, 1, window);
    bind_id(s, 2, id);
    for (int i = 0; i < (int)(sizeof counts / sizeof counts[0]); i++)
        bind_count(s, 3 + i, counts[i]);
    return statement_run(s);
}

bool connections_write(struct connections *c, int64_t window, const struct delta *d,
                       const struct pair *pairs)
{
    if (d->connection_len && !make_room(c, window, d->connection_len))
        return false;
    for (uint32_t i = 0; i < d->connection_len; i++) {
        const struct connection_delta *one = &d->connection[i];
        int64_t id;
        if (one->edge >= d->edge_len)
            continue;
        if (!connection_row(c, one, pairs[one->edge].id, &id) || !write_window(c, window, id, one))
            return false;
    }
    return true;
}
