/* rollup_rows.c - see rollup_rows.h. */
#include "store/rollup_rows.h"

#include <stdlib.h>
#include <string.h>

#include "graph/merge.h"
#include "store/columns.h"

#define CONNECTION_COUNTS(X)                                                                       \
    X(calls, )                                                                                     \
    X(resets_by_client, )                                                                          \
    X(resets_by_server, )                                                                          \
    X(stalls_to_server, )                                                                          \
    X(stalls_to_client, )                                                                          \
    X(goaways, )
#define TLS_COUNTS(X)                                                                              \
    X(handshakes, )                                                                                \
    X(established, )                                                                               \
    X(resumed, )                                                                                   \
    X(retried, )                                                                                   \
    X(unreadable, )                                                                                \
    X(ech, )                                                                                       \
    X(mutual_hidden, )                                                                             \
    X(mutual_no, )                                                                                 \
    X(mutual_asked, )                                                                              \
    X(mutual_yes, )
#define RELAY_COUNTS(X) X(requests, ) X(passed_on, )
#define FORWARDED_COUNTS(X) X(requests, )
#define VANTAGE_COUNTS(X)                                                                          \
    X(packets, )                                                                                   \
    X(bytes, )                                                                                     \
    X(duplicates, )                                                                                \
    X(duplicate_bytes, )                                                                           \
    X(uncertain, )
#define TOTAL_COUNTS(X) X(bytes_to_server, ) X(bytes_to_client, )
#define NONE(X)

/* What more there is than counts. */
#define EDGE_REST(X) X(notes, ) X(active, )
#define CONNECTION_REST(X) X(ping_rtt_ns, ) X(open_calls, )

/* Keys, as columns. */
#define BY_PAIR(X) X(pair_id, )
#define BY_OPERATION(X) X(operation_id, )
#define BY_CONNECTION(X) X(connection_id, )
#define BY_TLS(X) X(tls_id, )
#define BY_RELAY(X) X(outer_id, ) X(inner_id, )
#define BY_FORWARDED(X) X(client_id, ) X(pair_id, )
#define BY_VANTAGE(X) X(interface, ) X(vlan, ) X(tunnels, ) X(tunnel_id, )

enum { REST_MAX = 2, VALUES_MAX = EDGE_COUNTERS + REST_MAX };
enum { SUMMED_AT_A_TIME = 1024 };

/* How a value grows by that of a later window. */
enum growth {
    GROWS_BY_ADDING,
    GROWS_BITS,   /* those of either */
    GROWS_LATEST, /* the later one counts */
    GROWS_LEAST,  /* of those that are not 0 */
};

/* Every table whose name ends in _window. A new one has a row here, and no other place to think
 * of: deleting goes by its reference to capture_window. */
struct summed {
    const char *read;  /* of window ?1, from the key ?2... on: keys, struct tallied, values */
    const char *write; /* the window, then likewise, with percentiles behind the histograms */
    int keys, counts;
    bool tallied;
    enum growth rest[REST_MAX]; /* of the values behind the counts; GROWS_BY_ADDING: no more */
};

/* Of columns that are named twice the latter counts: the first is there for its lack of a comma. */
#define TABLE(table, by, from, read_of, written_of, counts_of, rest_of, any)                       \
    .read = "SELECT x.window_id" by(COLUMN_OF_X) read_of(COLUMN_OF_X) counts_of(COLUMN_OF_X)       \
        rest_of(COLUMN_OF_X) " FROM " table " x WHERE x.window_id = ?1" from,                      \
    .write = "INSERT INTO " table " (window_id" by(COLUMN_NAME) written_of(COLUMN_NAME)            \
        counts_of(COLUMN_NAME) rest_of(COLUMN_NAME) ") VALUES (?" by(COLUMN_PLACE)                 \
            written_of(COLUMN_PLACE) counts_of(COLUMN_PLACE)                                       \
                rest_of(COLUMN_PLACE) ") ON CONFLICT (window_id" by(                               \
                    COLUMN_NAME) ") DO UPDATE SET " any " = excluded." any                         \
                written_of(COLUMN_IS_NEW) counts_of(COLUMN_IS_NEW) rest_of(COLUMN_IS_NEW),         \
    .keys = 0 by(COLUMN_ONE), .counts = 0 counts_of(COLUMN_ONE)
#define COUNTED(table, by, from, counts, rest, any)                                                \
    TABLE(table, by, from, NONE, NONE, counts, rest, any)
#define TALLIED_READ_OF(X) TALLIED_COUNTS(X) TALLIED_BLOBS(X)
#define TALLIED(table, by, from, counts, rest)                                                     \
    TABLE(table, by, from, TALLIED_READ_OF, TALLIED_WRITTEN, counts, rest, "ok"), .tallied = true

#define FROM_ONE(key) " AND x." key " >= ?2 ORDER BY x." key
#define FROM_TWO(a, b) " AND (x." a ", x." b ") >= (?2, ?3) ORDER BY x." a ", x." b

static const struct summed tables[ROLLUP_TABLES] = {
    {TALLIED("total_window", NONE, "", TOTAL_COUNTS, NONE)},
    {TALLIED("edge_window", BY_PAIR, FROM_ONE("pair_id"), EDGE_COLUMNS, EDGE_REST),
     .rest = {GROWS_BITS, GROWS_LATEST}},
    {TALLIED("operation_window", BY_OPERATION, FROM_ONE("operation_id"), NONE, NONE)},
    {COUNTED("connection_window", BY_CONNECTION, FROM_ONE("connection_id"), CONNECTION_COUNTS,
             CONNECTION_REST, "calls"),
     .rest = {GROWS_LEAST, GROWS_LATEST}},
    {COUNTED("tls_window", BY_TLS, FROM_ONE("tls_id"), TLS_COUNTS, NONE, "handshakes")},
    {COUNTED("relay_window", BY_RELAY, FROM_TWO("outer_id", "inner_id"), RELAY_COUNTS, NONE,
             "requests")},
    {COUNTED("forwarded_window", BY_FORWARDED, FROM_TWO("client_id", "pair_id"), FORWARDED_COUNTS,
             NONE, "requests")},
    {COUNTED("vantage_window", BY_VANTAGE,
             " AND (x.interface, x.vlan, x.tunnels, x.tunnel_id) >= (?2, ?3, ?4, ?5) "
             "ORDER BY x.interface, x.vlan, x.tunnels, x.tunnel_id",
             VANTAGE_COUNTS, NONE, "packets")},
};

struct rollup_row {
    int64_t key[ROLLUP_KEYS_MAX];
    bool grown; /* not only by what stood there already */
    struct tallied tallied;
    uint64_t value[VALUES_MAX];
};

void rollup_rows_open(struct rollup_rows *r, sqlite3 *db)
{
    r->db = db;
}

void rollup_rows_close(struct rollup_rows *r)
{
    for (int i = 0; i < ROLLUP_TABLES; i++) {
        sqlite3_finalize(r->read[i]);
        sqlite3_finalize(r->write[i]);
    }
    tallied_blobs_free(&r->blobs);
    free(r->row);
    free(r->order);
    *r = (struct rollup_rows){0};
}

/* Unless it is there: what was made before one failed stays. */
static bool prepare_one(sqlite3 *db, const char *sql, sqlite3_stmt **s)
{
    return *s || statement_prepare(db, sql, s);
}

static bool prepare(struct rollup_rows *r)
{
    if (!r->row)
        r->row = calloc(SUMMED_AT_A_TIME, sizeof *r->row);
    if (!r->order)
        r->order = calloc(SUMMED_AT_A_TIME, sizeof *r->order);
    if (!r->row || !r->order)
        return false;
    for (int i = 0; i < ROLLUP_TABLES; i++)
        if (!prepare_one(r->db, tables[i].read, &r->read[i]) ||
            !prepare_one(r->db, tables[i].write, &r->write[i]))
            return false;
    r->prepared = true;
    return true;
}

static int compare(const int64_t *a, const int64_t *b, int keys)
{
    for (int i = 0; i < keys; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* There is no room for this key, nor for what is greater. */
static void leave_out(struct rollup_rows *r, const struct summed *t, const int64_t *key)
{
    if (!r->more || compare(key, r->next, t->keys) < 0)
        memcpy(r->next, key, sizeof r->next);
    r->more = true;
}

/* The sum of a key, made if need be; the one of the greatest key makes room for it. `*at` is a
 * place in the order that is not behind it, and becomes its own. NULL: it is to be left out. */
static struct rollup_row *sum_of(struct rollup_rows *r, const struct summed *t, const int64_t *key,
                                 unsigned *at)
{
    int order = -1;
    while (*at < r->len && (order = compare(r->row[r->order[*at]].key, key, t->keys)) < 0)
        ++*at;
    if (*at < r->len && order == 0)
        return &r->row[r->order[*at]];
    if ((r->more && compare(key, r->next, t->keys) >= 0) || *at == SUMMED_AT_A_TIME) {
        leave_out(r, t, key);
        return NULL;
    }
    unsigned place = r->len;
    if (r->len == SUMMED_AT_A_TIME) {
        place = r->order[--r->len];
        leave_out(r, t, r->row[place].key);
        tallied_free(&r->row[place].tallied);
    }
    memmove(r->order + *at + 1, r->order + *at, (r->len - *at) * sizeof *r->order);
    r->order[*at] = (uint16_t)place;
    r->len++;
    struct rollup_row *row = &r->row[place];
    *row = (struct rollup_row){0};
    memcpy(row->key, key, sizeof row->key);
    return row;
}

static void grow(uint64_t *value, uint64_t by, enum growth growth)
{
    switch (growth) {
    case GROWS_BY_ADDING:
        *value = count_sum(*value, by);
        break;
    case GROWS_BITS:
        *value |= by;
        break;
    case GROWS_LATEST:
        *value = by;
        break;
    case GROWS_LEAST:
        if (by && (!*value || by < *value))
            *value = by;
        break;
    }
}

static int rest_of(const struct summed *t)
{
    int len = 0;
    while (len < REST_MAX && t->rest[len] != GROWS_BY_ADDING)
        len++;
    return len;
}

static void add_row(const struct summed *t, sqlite3_stmt *s, struct rollup_row *row)
{
    int at = 1 + t->keys;
    if (t->tallied) {
        tallied_read(s, at, &row->tallied);
        at += TALLIED_READ;
    }
    for (int i = 0; i < t->counts + rest_of(t); i++)
        grow(&row->value[i], column_count(s, at++),
             i < t->counts ? GROWS_BY_ADDING : t->rest[i - t->counts]);
}

/* Adds the rows of a window; those that stand in the sum already do not make it grow. */
static bool add_window(struct rollup_rows *r, int table, int64_t window, bool is_sum)
{
    const struct summed *t = &tables[table];
    sqlite3_stmt *s = r->read[table];
    unsigned at = 0;
    int status;
    bind_id(s, 1, window);
    for (int i = 0; i < t->keys; i++)
        bind_id(s, 2 + i, r->first[i]);
    while ((status = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t key[ROLLUP_KEYS_MAX] = {0};
        for (int i = 0; i < t->keys; i++)
            key[i] = sqlite3_column_int64(s, 1 + i);
        struct rollup_row *row = sum_of(r, t, key, &at);
        if (!row)
            break;
        add_row(t, s, row);
        row->grown = row->grown || !is_sum;
    }
    return sqlite3_reset(s) == SQLITE_OK && (status == SQLITE_ROW || status == SQLITE_DONE);
}

static bool write_row(struct rollup_rows *r, int table, int64_t into, const struct rollup_row *row)
{
    const struct summed *t = &tables[table];
    sqlite3_stmt *s = r->write[table];
    int at = 1;
    bind_id(s, at++, into);
    for (int i = 0; i < t->keys; i++)
        bind_id(s, at++, row->key[i]);
    if (t->tallied && !tallied_bind(&r->blobs, s, at, &row->tallied, NULL))
        return false;
    at += t->tallied ? TALLIED_BOUND : 0;
    for (int i = 0; i < t->counts + rest_of(t); i++)
        bind_count(s, at++, row->value[i]);
    return statement_run(s);
}

/* The sums are behind, with or without having been written. */
static void clear(struct rollup_rows *r)
{
    for (unsigned i = 0; i < r->len; i++)
        tallied_free(&r->row[r->order[i]].tallied);
    r->len = 0;
    r->more = false;
}

/* The sums of the least keys from `first` on. */
static bool add_some(struct rollup_rows *r, int table, const int64_t *windows, size_t len,
                     int64_t into)
{
    for (size_t i = 0; i < len; i++)
        if (!add_window(r, table, windows[i], windows[i] == into))
            return false;
    for (unsigned i = 0; i < r->len; i++) {
        const struct rollup_row *row = &r->row[r->order[i]];
        if (row->grown && !write_row(r, table, into, row))
            return false;
    }
    return true;
}

bool rollup_rows_add(struct rollup_rows *r, const int64_t *windows, size_t len, int64_t into)
{
    bool added = r->prepared || prepare(r);
    for (int table = 0; added && table < ROLLUP_TABLES; table++) {
        bool more = true;
        for (int i = 0; i < ROLLUP_KEYS_MAX; i++)
            r->first[i] = INT64_MIN;
        while (added && more) {
            added = add_some(r, table, windows, len, into);
            more = r->more;
            clear(r);
            memcpy(r->first, r->next, sizeof r->first);
        }
    }
    return added;
}
