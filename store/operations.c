/* operations.c - see operations.h. */
#include "store/operations.h"

#include <stdlib.h>

#include "graph/merge.h"
#include "graph/variety.h"

enum statement {
    FIND,
    ADD,
    COUNTED,
    COUNT,
    SEEN,
    HISTOGRAMS,
    WRITE,
    SERVER_OF,
    OF_SERVER,
    RENAME,
    WINDOWS_MOVE,
    WINDOWS_LEFT,
    WINDOWS_DROP,
    REQUESTS_MOVE,
    TIMES_MOVE,
    DROP,
};

static const char *const sql[OPERATION_STATEMENTS] = {
    [FIND] = "SELECT id FROM operation WHERE pair_id = ?1 AND name = ?2",
    [ADD] = "INSERT INTO operation (pair_id, name, templated, first_ns) "
            "VALUES (?1, ?2, ?3, ?4) RETURNING id",
    [COUNTED] = "SELECT operations FROM pair WHERE id = ?1",
    [COUNT] = "UPDATE pair SET operations = operations + ?2 WHERE id = ?1",
    /* One whose beginning is not known (0) stays so. */
    [SEEN] = "UPDATE operation SET first_ns = min(first_ns, ?2), last_ns = max(last_ns, ?3), "
             "templated = min(templated, ?4) WHERE id = ?1",
    [HISTOGRAMS] = "SELECT x.operation_id" TALLIED_HISTOGRAM_COLUMNS
                   " FROM operation_window x WHERE window_id = ?1 AND operation_id = ?2",
    [WRITE] = "INSERT INTO operation_window (window_id, operation_id" TALLIED_NAMES ") "
              "VALUES (?, ?" TALLIED_PLACES ") ON CONFLICT (window_id, operation_id) DO UPDATE SET "
              "operation_id = operation_id" TALLIED_GROWS,
    [SERVER_OF] = "SELECT e.server_id, e.port, e.protocol FROM pair p JOIN edge e ON "
                  "e.id = p.edge_id WHERE p.id = ?1",
    [OF_SERVER] = "SELECT o.id, o.pair_id, o.name FROM edge e JOIN pair p ON p.edge_id = e.id "
                  "JOIN operation o ON o.pair_id = p.id WHERE e.server_id = ?1 AND e.port = ?2 AND "
                  "e.protocol = ?3 AND o.templated ORDER BY o.id",
    [RENAME] = "UPDATE operation SET name = ?2 WHERE id = ?1",
    /* To windows that the other operation has not; the rest is added up. */
    [WINDOWS_MOVE] = "UPDATE OR IGNORE operation_window SET operation_id = ?2 "
                     "WHERE operation_id = ?1",
    [WINDOWS_LEFT] =
        "SELECT x.window_id" TALLIED_COLUMNS " FROM operation_window x WHERE x.operation_id = ?1",
    [WINDOWS_DROP] = "DELETE FROM operation_window WHERE operation_id = ?1",
    [REQUESTS_MOVE] = "UPDATE request SET operation_id = ?2 WHERE operation_id = ?1",
    [TIMES_MOVE] =
        "UPDATE operation SET first_ns = min(operation.first_ns, o.first_ns), "
        "last_ns = max(operation.last_ns, o.last_ns) FROM operation o WHERE o.id = ?1 AND "
        "operation.id = ?2",
    [DROP] = "DELETE FROM operation WHERE id = ?1",
};

bool operations_open(struct operations *o, sqlite3 *db)
{
    for (int i = 0; i < OPERATION_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &o->statement[i]))
            return false;
    return true;
}

void operations_forget(struct operations *o)
{
    for (size_t i = 0; i < o->server_len; i++)
        variety_free(o->server[i].variety);
    o->server_len = 0;
}

void operations_close(struct operations *o)
{
    operations_forget(o);
    for (int i = 0; i < OPERATION_STATEMENTS; i++)
        sqlite3_finalize(o->statement[i]);
    tallied_blobs_free(&o->blobs);
    *o = (struct operations){0};
}

/* Ends a question that answers a row at most, whose status is given. */
static bool ended(sqlite3_stmt *s, int status)
{
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

/* Its id; 0: there is none. */
static bool find(struct operations *o, int64_t pair, const char *name, int64_t *ret)
{
    sqlite3_stmt *s = o->statement[FIND];
    bind_id(s, 1, pair);
    bind_text(s, 2, name);
    int status = statement_row(s);
    *ret = status == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    return ended(s, status);
}

static bool change_count(struct operations *o, int64_t pair, int64_t by)
{
    sqlite3_stmt *s = o->statement[COUNT];
    bind_id(s, 1, pair);
    bind_id(s, 2, by);
    return statement_run(s);
}

static bool write_row(struct operations *o, int64_t window, int64_t operation,
                      const struct tallied *t)
{
    sqlite3_stmt *s = o->statement[WRITE], *stored = o->statement[HISTOGRAMS];
    bind_id(s, 1, window);
    bind_id(s, 2, operation);
    bind_id(stored, 1, window);
    bind_id(stored, 2, operation);
    int status = statement_row(stored);
    bool bound = tallied_bind(&o->blobs, s, 3, t, status == SQLITE_ROW ? stored : NULL);
    return ended(stored, status) && bound && statement_run(s);
}

/* Adds one operation to another of the same pair, in each window, and drops it. */
static bool add_up(struct operations *o, int64_t pair, int64_t from, int64_t into)
{
    sqlite3_stmt *move = o->statement[WINDOWS_MOVE], *left = o->statement[WINDOWS_LEFT];
    bind_id(move, 1, from);
    bind_id(move, 2, into);
    if (!statement_run(move))
        return false;
    bool fine = true;
    bind_id(left, 1, from);
    while (fine && sqlite3_step(left) == SQLITE_ROW) {
        struct tallied t = {0};
        tallied_read(left, 1, &t);
        fine = write_row(o, sqlite3_column_int64(left, 0), into, &t);
        tallied_free(&t);
    }
    fine = sqlite3_reset(left) == SQLITE_OK && fine;
    for (int i = WINDOWS_DROP; fine && i <= DROP; i++) {
        bind_id(o->statement[i], 1, from);
        if (i == REQUESTS_MOVE || i == TIMES_MOVE)
            bind_id(o->statement[i], 2, into);
        fine = statement_run(o->statement[i]);
    }
    return fine && change_count(o, pair, -1);
}

/* One stored operation has another name by now. */
struct renamed {
    int64_t id, pair;
    char name[OPERATION_TEXT_MAX];
};

static bool rename_row(struct operations *o, const struct renamed *r)
{
    int64_t there;
    if (!find(o, r->pair, r->name, &there))
        return false;
    if (there)
        return add_up(o, r->pair, r->id, there);
    sqlite3_stmt *s = o->statement[RENAME];
    bind_id(s, 1, r->id);
    bind_text(s, 2, r->name);
    return statement_run(s);
}

static sqlite3_stmt *ask_for_server(struct operations *o, const struct operation_server *server)
{
    sqlite3_stmt *s = o->statement[OF_SERVER];
    bind_id(s, 1, server->service);
    bind_id(s, 2, server->port);
    bind_text(s, 3, server->protocol);
    return s;
}

/* The operations of a server whose names have changed; given. Returns false when memory is short or
 * the database fails. */
static bool list_renamed(struct operations *o, const struct operation_server *server,
                         struct renamed **ret, size_t *ret_len)
{
    sqlite3_stmt *s = ask_for_server(o, server);
    size_t room = 0;
    bool fine = true;
    *ret_len = 0;
    while (fine && sqlite3_step(s) == SQLITE_ROW) {
        struct renamed r = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), ""};
        char name[OPERATION_TEXT_MAX];
        column_text(s, 2, name, sizeof name);
        variety_name(server->variety, name, r.name, sizeof r.name);
        if (strcmp(name, r.name) == 0)
            continue;
        if (*ret_len == room) {
            room = room ? 2 * room : 64;
            struct renamed *more = realloc(*ret, room * sizeof *more);
            fine = more;
            *ret = more ? more : *ret;
        }
        if (fine)
            (*ret)[(*ret_len)++] = r;
    }
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

static bool rename_stored(struct operations *o, const struct operation_server *server)
{
    struct renamed *renamed = NULL;
    size_t len;
    bool fine = list_renamed(o, server, &renamed, &len);
    for (size_t i = 0; fine && i < len; i++)
        fine = rename_row(o, &renamed[i]);
    free(renamed);
    return fine;
}

/* Reads the names that are stored. */
static bool read_server(struct operations *o, struct operation_server *server)
{
    server->variety = variety_new();
    sqlite3_stmt *s = ask_for_server(o, server);
    bool fine = server->variety;
    while (fine && sqlite3_step(s) == SQLITE_ROW) {
        char name[OPERATION_TEXT_MAX];
        column_text(s, 2, name, sizeof name);
        fine = variety_add(server->variety, name);
    }
    fine = sqlite3_reset(s) == SQLITE_OK && fine;
    if (!fine)
        variety_free(server->variety);
    return fine;
}

/* The server of a pair; NULL when memory is short or the database fails. */
static struct operation_server *server_of(struct operations *o, int64_t pair)
{
    sqlite3_stmt *s = o->statement[SERVER_OF];
    struct operation_server wanted = {0};
    bind_id(s, 1, pair);
    int status = statement_row(s);
    if (status == SQLITE_ROW) {
        wanted.service = sqlite3_column_int64(s, 0);
        wanted.port = sqlite3_column_int64(s, 1);
        column_text(s, 2, wanted.protocol, sizeof wanted.protocol);
    }
    if (!ended(s, status))
        return NULL;
    for (size_t i = 0; i < o->server_len; i++) {
        struct operation_server *at = &o->server[i];
        if (at->service == wanted.service && at->port == wanted.port &&
            strcmp(at->protocol, wanted.protocol) == 0)
            return at;
    }
    if (o->server_len == OPERATION_SERVERS_MAX)
        operations_forget(o);
    if (!read_server(o, &wanted))
        return NULL;
    o->server[o->server_len] = wanted;
    return &o->server[o->server_len++];
}

/* Of a name that is new to its pair. */
static bool learn(struct operations *o, int64_t pair, const char *name,
                  char ret[OPERATION_TEXT_MAX])
{
    const size_t known = o->server_len;
    struct operation_server *server = server_of(o, pair);
    if (!server)
        return false;
    /* Of one that was just read nobody knows if its rows have those names. */
    uint32_t places = o->server_len != known ? 0 : variety_places(server->variety);
    if (!variety_add(server->variety, name))
        return false;
    variety_settle(server->variety, OPERATIONS_PER_EDGE_MAX);
    if (variety_places(server->variety) != places && !rename_stored(o, server))
        return false;
    variety_name(server->variety, name, ret, OPERATION_TEXT_MAX);
    return true;
}

bool operations_name(struct operations *o, int64_t pair, const char *name,
                     char ret[OPERATION_TEXT_MAX])
{
    int64_t found;
    if (!find(o, pair, name, &found))
        return false;
    if (!found)
        return learn(o, pair, name, ret);
    bytes_to_text(ret, OPERATION_TEXT_MAX, bytes_of_text(name));
    return true;
}

bool operations_id(struct operations *o, int64_t pair, const char *name, bool templated,
                   int64_t *ret)
{
    char text[OPERATION_TEXT_MAX];
    int64_t found;
    bytes_to_text(text, sizeof text, bytes_of_text(name));
    if ((templated && !operations_name(o, pair, name, text)) || !find(o, pair, text, &found))
        return false;
    if (!found && !find(o, pair, OPERATION_OTHER, &found))
        return false;
    *ret = found;
    return true;
}

static bool is_full(struct operations *o, int64_t pair, bool *ret)
{
    sqlite3_stmt *s = o->statement[COUNTED];
    bind_id(s, 1, pair);
    int status = statement_row(s);
    *ret = status == SQLITE_ROW && column_count(s, 0) >= OPERATIONS_PER_EDGE_MAX;
    return ended(s, status);
}

static bool add(struct operations *o, int64_t pair, const char *name,
                const struct operation_seen *seen, int64_t *ret)
{
    sqlite3_stmt *s = o->statement[ADD];
    bind_id(s, 1, pair);
    bind_text(s, 2, name);
    bind_id(s, 3, seen->delta->templated);
    bind_count(s, 4, seen->first_ns);
    int status = statement_row(s);
    *ret = status == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    return ended(s, status) && *ret && change_count(o, pair, 1);
}

/* The row of an operation that its pair has not; past the cap, that of "other". */
static bool find_or_add(struct operations *o, int64_t pair, const struct operation_seen *seen,
                        int64_t *ret)
{
    const struct operation_delta *d = seen->delta;
    char name[OPERATION_TEXT_MAX];
    int64_t found;
    bool full;
    memcpy(name, d->name, sizeof name);
    if (d->templated && !learn(o, pair, d->name, name))
        return false;
    for (int tries = 0; tries < 2; tries++) {
        if (!find(o, pair, name, &found) || !is_full(o, pair, &full))
            return false;
        if (found || !full)
            break;
        memcpy(name, OPERATION_OTHER, sizeof OPERATION_OTHER);
    }
    *ret = found;
    return found || add(o, pair, name, seen, ret);
}

bool operations_write(struct operations *o, int64_t window, int64_t pair,
                      const struct operation_seen *seen)
{
    const struct operation_delta *d = seen->delta;
    sqlite3_stmt *s = o->statement[SEEN];
    int64_t found;
    if (!find(o, pair, d->name, &found))
        return false;
    if (!found && !find_or_add(o, pair, seen, &found))
        return false;
    bind_id(s, 1, found);
    bind_count(s, 2, seen->first_ns);
    bind_count(s, 3, seen->last_ns);
    bind_id(s, 4, d->templated);
    return statement_run(s) && write_row(o, window, found, &d->exchanges);
}
