/* window.c - see window.h. */
#include "store/window.h"

#include <stdlib.h>

#include "graph/merge.h"
#include "store/columns.h"

enum statement {
    WINDOW_FIND,
    WINDOW_WRITE,
    EDGE_HISTOGRAMS,
    EDGE_WRITE,
    CONNECTIONS_FORGET,
    VANTAGE_WRITE,
    NAMES_REFUSED,
    TOTAL_WRITE,
};

/* The lists of columns.h, as names, as parameters, and as sums with what is there. */
#define WINDOW_NAMES WINDOW_COLUMNS(COLUMN_NAME)
#define WINDOW_PLACES WINDOW_COLUMNS(COLUMN_PLACE)
#define WINDOW_GROWS WINDOW_COLUMNS(COLUMN_GROWS)
#define EDGE_NAMES TALLIED_NAMES EDGE_COLUMNS(COLUMN_NAME)
#define EDGE_PLACES TALLIED_PLACES EDGE_COLUMNS(COLUMN_PLACE)
#define EDGE_GROWS TALLIED_GROWS EDGE_COLUMNS(COLUMN_GROWS)
#define TOTAL_MERGES(column, field) ", " #column " = merged(" #column ", excluded." #column ")"
#define TOTAL_FIGURE(column, quantile)                                                             \
    ", " #column " = quantile_ms(merged(duration, excluded.duration), " #quantile ")"

static const char *const sql[WINDOW_STATEMENTS] = {
    [WINDOW_FIND] = "SELECT id, rolled FROM capture_window WHERE level = 0 AND start_ns = ?1",
    [WINDOW_WRITE] =
        "INSERT INTO capture_window (level, start_ns, end_ns, flows, windows" WINDOW_NAMES ") "
        "VALUES (?, ?, ?, ?, ?" WINDOW_PLACES ") ON CONFLICT (level, start_ns) DO UPDATE SET "
        "end_ns = max(end_ns, excluded.end_ns), flows = excluded.flows" WINDOW_GROWS
        " RETURNING id",
    [EDGE_HISTOGRAMS] = "SELECT x.pair_id" TALLIED_HISTOGRAM_COLUMNS
                        " FROM edge_window x WHERE window_id = ?1 AND pair_id = ?2",
    [EDGE_WRITE] =
        "INSERT INTO edge_window (window_id, pair_id" EDGE_NAMES ", notes, active) "
        "VALUES (?, ?" EDGE_PLACES ", ?, ?) ON CONFLICT (window_id, pair_id) DO UPDATE SET "
        "notes = notes | excluded.notes, active = excluded.active" EDGE_GROWS,
    [CONNECTIONS_FORGET] = "UPDATE pair SET active = 0 WHERE active <> 0",
    [NAMES_REFUSED] = "UPDATE capture_window SET names_dropped = names_dropped + ?2 WHERE id = ?1",
    [TOTAL_WRITE] =
        "INSERT INTO total_window (window_id" TALLIED_NAMES ", bytes_to_server, bytes_to_client) "
        "VALUES (?" TALLIED_PLACES ", ?, ?) ON CONFLICT (window_id) DO UPDATE SET "
        "bytes_to_server = bytes_to_server + excluded.bytes_to_server, "
        "bytes_to_client = bytes_to_client + excluded.bytes_to_client" TALLIED_COUNTS(COLUMN_GROWS)
            TALLIED_BLOBS(TOTAL_MERGES) TALLIED_QUANTILES(TOTAL_FIGURE),
    [VANTAGE_WRITE] =
        "INSERT INTO vantage_window (window_id, interface, vlan, tunnels, tunnel_id, packets, "
        "bytes, duplicates, duplicate_bytes, uncertain) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
        "?9, ?10) ON CONFLICT (window_id, interface, vlan, tunnels, tunnel_id) DO UPDATE SET "
        "packets = packets + excluded.packets, bytes = bytes + excluded.bytes, duplicates = "
        "duplicates + excluded.duplicates, duplicate_bytes = duplicate_bytes + "
        "excluded.duplicate_bytes, uncertain = uncertain + excluded.uncertain",
};

bool window_open(struct window_writer *w, sqlite3 *db)
{
    for (int i = 0; i < WINDOW_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &w->statement[i]))
            return false;
    return naming_open(&w->naming, db) && connections_open(&w->connections, db) &&
           secured_open(&w->secured, db) && open_calls_open(&w->open_calls, db) &&
           relays_open(&w->relays, db) && evidence_open(&w->evidence, db) &&
           operations_open(&w->operations, db) && requests_open(&w->requests, db) &&
           events_open(&w->events, db) && rollup_open(&w->rollup, db);
}

void window_close(struct window_writer *w)
{
    naming_close(&w->naming);
    connections_close(&w->connections);
    secured_close(&w->secured);
    open_calls_close(&w->open_calls);
    relays_close(&w->relays);
    evidence_close(&w->evidence);
    operations_close(&w->operations);
    requests_close(&w->requests);
    rollup_close(&w->rollup);
    events_close(&w->events);
    for (int i = 0; i < WINDOW_STATEMENTS; i++)
        sqlite3_finalize(w->statement[i]);
    tallied_blobs_free(&w->blobs);
    *w = (struct window_writer){0};
}

/* The id that a statement answers; 0 if it answers no row. */
static bool answered_id(sqlite3_stmt *s, int64_t *ret)
{
    int status = statement_row(s);
    *ret = status == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

/* What a total has grown by. A sensor that was started anew counts from 0 again. */
static uint64_t grown(uint64_t now, uint64_t before, bool anew)
{
    return anew || now < before ? now : now - before;
}

/* Is this the first window of a sensor? */
static bool is_anew(const struct window_writer *w, const struct delta *d)
{
    return !w->begun || d->capture.frames < w->capture.frames;
}

static void bind_counters(const struct window_writer *w, sqlite3_stmt *s, const struct delta *d)
{
    bool anew = is_anew(w, d);
    int at = 6;
    for (int i = 0; i < CAPTURE_COUNTERS; i++)
        bind_count(s, at++,
                   grown(counter_of(&d->capture, capture_counter_at[i]),
                         counter_of(&w->capture, capture_counter_at[i]), anew));
    for (int i = 0; i < DECODE_COUNTERS; i++)
        bind_count(s, at++,
                   grown(counter_of(&d->decode, decode_counter_at[i]),
                         counter_of(&w->decode, decode_counter_at[i]), anew));
#define BIND(column, field) bind_count(s, at++, d->field);
    LIMIT_COLUMNS(BIND)
#undef BIND
}

/* The window that is written. */
struct target {
    int64_t id;    /* where its counters go */
    int64_t shown; /* as which it is known: another one if `id` is a window of LEVEL_APART */
    bool added_to; /* rows of it may be there already */
};

static bool find_window(struct window_writer *w, uint64_t start_ns, int64_t *ret_id,
                        bool *ret_rolled)
{
    sqlite3_stmt *s = w->statement[WINDOW_FIND];
    bind_count(s, 1, start_ns);
    int status = statement_row(s);
    *ret_id = status == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    *ret_rolled = status == SQLITE_ROW && sqlite3_column_int(s, 1);
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

static bool write_capture(struct window_writer *w, const struct delta *d, struct target *ret)
{
    sqlite3_stmt *write = w->statement[WINDOW_WRITE];
    bool rolled;
    if (!find_window(w, d->start_ns, &ret->shown, &rolled))
        return false;
    bind_id(write, 1, rolled ? LEVEL_APART : LEVEL_WINDOW);
    bind_count(write, 2, d->start_ns);
    bind_count(write, 3, d->end_ns);
    bind_count(write, 4, d->decode.flows);
    bind_id(write, 5, !ret->shown);
    bind_counters(w, write, d);
    if (!answered_id(write, &ret->id))
        return false;
    ret->added_to = ret->shown && !rolled;
    ret->shown = rolled ? ret->shown : ret->id;
    return true;
}

/* Where a row goes. */
struct row {
    int64_t window, id;
    bool added_to; /* the row may be there already */
};

enum { ROW_TALLIED = 3, ROW_REST = ROW_TALLIED + TALLIED_BOUND }; /* parameters */

/* Binds `t` to the statement `write`, merged with what statement `histograms` says is stored. */
static bool bind_merged(struct window_writer *w, enum statement write, enum statement histograms,
                        const struct row *row, const struct tallied *t)
{
    sqlite3_stmt *s = w->statement[write], *stored = w->statement[histograms];
    bind_id(s, 1, row->window);
    bind_id(s, 2, row->id);
    if (!row->added_to)
        return tallied_bind(&w->blobs, s, ROW_TALLIED, t, NULL);
    bind_id(stored, 1, row->window);
    bind_id(stored, 2, row->id);
    int status = statement_row(stored);
    bool bound = (status == SQLITE_ROW || status == SQLITE_DONE) &&
                 tallied_bind(&w->blobs, s, ROW_TALLIED, t, status == SQLITE_ROW ? stored : NULL);
    return sqlite3_reset(stored) == SQLITE_OK && bound;
}

static bool write_edge(struct window_writer *w, const struct row *row, const struct edge_delta *e,
                       uint64_t active)
{
    sqlite3_stmt *s = w->statement[EDGE_WRITE];
    int at = ROW_REST;
    if (!bind_merged(w, EDGE_WRITE, EDGE_HISTOGRAMS, row, &e->exchanges))
        return false;
    for (int i = 0; i < EDGE_COUNTERS; i++)
        bind_count(s, at++, counter_of(e, edge_counter_at[i]));
    bind_count(s, at++, e->notes);
    bind_count(s, at++, active);
    return statement_run(s);
}

static bool write_pair(struct window_writer *w, struct row *row, const struct names *names,
                       const struct edge_delta *e, bool silent, struct pair *ret_pair)
{
    if (!naming_pair(&w->naming, names, e, silent, ret_pair))
        return false;
    row->id = ret_pair->id;
    return write_edge(w, row, e, ret_pair->active);
}

/* Connections on which nothing was said, once it is known what others said to that server. Their
 * row may be there by now. */
static bool write_silent(struct window_writer *w, struct row *row, const struct names *names,
                         const struct edge_delta *e, struct pair *ret_pair)
{
    struct edge_delta of_protocol = *e;
    struct row there = {.window = row->window, .added_to = true};
    char *protocol = of_protocol.key.protocol;
    return naming_protocol(&w->naming, &e->key, protocol, sizeof of_protocol.key.protocol) &&
           write_pair(w, &there, names, &of_protocol, true, ret_pair);
}

/* Edges that differ in nothing but what their clients call the server may have one row. */
static bool may_share_row(const struct edge_key *a, const struct edge_key *b)
{
    return address_equal(&a->client, &b->client) && address_equal(&a->server, &b->server) &&
           a->port == b->port && a->tenant == b->tenant && strcmp(a->protocol, b->protocol) == 0;
}

/* Is the row of edge `i` in another's, that is next to it? */
static bool may_be_written(const struct delta *d, uint32_t i)
{
    const struct edge_delta *e = &d->edge[i];
    return (i && may_share_row(&e[-1].key, &e->key)) ||
           (i + 1 < d->edge_len && may_share_row(&e->key, &e[1].key));
}

/* Those whose clients call the server by name, or those whose clients do not. */
static bool write_speaking(struct window_writer *w, const struct row *window, const struct delta *d,
                           const struct names *names, bool called, struct pair *pairs)
{
    for (uint32_t i = 0; i < d->edge_len; i++) {
        const struct edge_key *key = &d->edge[i].key;
        struct row row = *window;
        row.added_to = row.added_to || may_be_written(d, i);
        if (key->protocol[0] && (key->asked[0] != '\0') == called &&
            !write_pair(w, &row, names, &d->edge[i], false, &pairs[i]))
            return false;
    }
    return true;
}

static bool count_refused(struct window_writer *w, int64_t window)
{
    sqlite3_stmt *s = w->statement[NAMES_REFUSED];
    if (!w->naming.refused)
        return true;
    bind_id(s, 1, window);
    bind_count(s, 2, w->naming.refused);
    return statement_run(s);
}

static bool write_edges(struct window_writer *w, struct row *row, const struct delta *d,
                        const struct names *names, struct pair *pairs)
{
    w->naming.refused = 0;
    if (!write_speaking(w, row, d, names, true, pairs) ||
        !write_speaking(w, row, d, names, false, pairs))
        return false;
    for (uint32_t i = 0; i < d->edge_len; i++)
        if (!d->edge[i].key.protocol[0] && !write_silent(w, row, names, &d->edge[i], &pairs[i]))
            return false;
    return count_refused(w, row->window);
}

/* A new sensor knows no connections, and counts those that go on as opened again. */
static bool forget(struct window_writer *w)
{
    return statement_run(w->statement[CONNECTIONS_FORGET]) && connections_forget(&w->connections) &&
           open_calls_forget(&w->open_calls);
}

static bool write_vantages(struct window_writer *w, int64_t window, const struct delta *d)
{
    sqlite3_stmt *s = w->statement[VANTAGE_WRITE];
    for (size_t row = 0; row < d->vantage_len; row++) {
        const struct vantage *v = &d->vantage[row];
        uint64_t value[] = {v->interface, v->vlan,  v->tunnels,    v->tunnel_id,
                            v->packets,   v->bytes, v->duplicates, v->duplicate_bytes,
                            v->uncertain};
        bind_id(s, 1, window);
        for (size_t i = 0; i < sizeof value / sizeof *value; i++)
            bind_count(s, (int)i + 2, value[i]);
        if (!statement_run(s))
            return false;
    }
    return true;
}

static bool write_total(struct window_writer *w, int64_t window, const struct delta *d)
{
    sqlite3_stmt *s = w->statement[TOTAL_WRITE];
    struct tallied sum = {0};
    uint64_t bytes[2] = {0};
    for (uint32_t i = 0; i < d->edge_len; i++) {
        tallied_add(&sum, &d->edge[i].exchanges);
        for (int dir = 0; dir < 2; dir++)
            bytes[dir] += d->edge[i].bytes[dir];
    }
    bind_id(s, 1, window);
    bool written = tallied_bind(&w->blobs, s, 2, &sum, NULL);
    for (int dir = 0; dir < 2; dir++)
        bind_count(s, 2 + TALLIED_BOUND + dir, bytes[dir]);
    tallied_free(&sum);
    return written && statement_run(s);
}

static bool write_operations(struct window_writer *w, int64_t window, const struct delta *d,
                             const struct pair *pairs)
{
    for (uint32_t i = 0; i < d->operation_len; i++) {
        uint32_t edge = d->operation[i].edge;
        if (edge >= d->edge_len)
            continue;
        struct operation_seen seen = {&d->operation[i], d->edge[edge].first_ns,
                                      d->edge[edge].last_ns};
        if (!operations_write(&w->operations, window, pairs[edge].id, &seen))
            return false;
    }
    return true;
}

static bool write_rows(struct window_writer *w, const struct delta *d, const struct names *names,
                       struct pair *pairs)
{
    struct target to = {0};
    if (is_anew(w, d) && !forget(w))
        return false;
    if (!write_capture(w, d, &to))
        return false;
    struct row row = {.window = to.id, .added_to = to.added_to};
    return naming_review(&w->naming, names, d->end_ns) && write_edges(w, &row, d, names, pairs) &&
           write_total(w, to.id, d) && write_operations(w, to.id, d, pairs) &&
           write_vantages(w, to.id, d) && connections_write(&w->connections, to.id, d, pairs) &&
           secured_write(&w->secured, to.id, d, pairs) &&
           relays_write(&w->relays, &w->naming, names, to.id, d, pairs) &&
           evidence_write(&w->evidence, names, d) &&
           requests_write(&w->requests, &w->operations, d, pairs) &&
           open_calls_write(&w->open_calls, &w->operations, to.shown, d, pairs) &&
           (to.id == to.shown || rollup_fold(&w->rollup, to.id, d->start_ns));
}

bool window_write(struct window_writer *w, const struct delta *d, const struct names *names)
{
    struct pair *pairs = calloc(d->edge_len ? d->edge_len : 1, sizeof *pairs);
    bool written = pairs && write_rows(w, d, names, pairs) && events_write(&w->events, d);
    free(pairs);
    return written;
}

void window_forget(struct window_writer *w)
{
    naming_forget(&w->naming);
    operations_forget(&w->operations);
    connections_undone(&w->connections);
    secured_undone(&w->secured);
}

void window_done(struct window_writer *w, const struct delta *d, bool committed)
{
    events_done(&w->events, committed);
    if (!committed) {
        window_forget(w);
        return;
    }
    w->capture = d->capture;
    w->decode = d->decode;
    w->begun = true;
}
