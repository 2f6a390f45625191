/* query_operations.c - the operations of a range, of one edge or all. */
#include <stdlib.h>
#include <string.h>

#include "store/ids.h"
#include "store/spoiled.h"
#include "store/sums.h"
#include "store/sweep.h"

/* One row of the table `operation`. Several (those of an edge's replicas) make one row of the
 * answer. */
struct known {
    int64_t id;
    uint32_t row; /* of the answer */
};

struct adding {
    struct operation_row *row;
    struct tallied *sum;
    bool *seen;
    size_t row_len;
    struct known *known; /* by rising id */
    size_t known_len, room;
    struct ids ids; /* of `known` */
    struct spoiled_rows spoiled;
};

static const char known_sql[] =
    "SELECT o.id, e.id, c.name, s.name, e.port, e.protocol, o.name, "
    "o.first_ns, o.last_ns "
    "FROM operation o JOIN pair p ON p.id = o.pair_id JOIN edge e ON e.id = p.edge_id "
    "JOIN service c ON c.id = e.client_id JOIN service s ON s.id = e.server_id "
    "WHERE ?3 = 0 OR e.id = ?3 ORDER BY c.name, s.name, e.port, e.protocol, e.id, o.name, o.id";

static const char counted_sql[] =
    "SELECT swept(x.operation_id" TALLIED_COLUMNS ") "
    "FROM " RANGE_WINDOWS " CROSS JOIN operation_window x ON x.window_id = w.id";

static bool make_room(struct adding *a)
{
    if (a->known_len < a->room)
        return true;
    size_t room = a->room ? 2 * a->room : 256;
    struct operation_row *row = realloc(a->row, room * sizeof *row);
    if (row)
        a->row = row;
    struct known *known = realloc(a->known, room * sizeof *known);
    if (known)
        a->known = known;
    if (!row || !known)
        return false;
    a->room = room;
    return true;
}

static void add_known(struct adding *a, sqlite3_stmt *s)
{
    struct operation_row row = {.edge_id = sqlite3_column_int64(s, 1)};
    column_text(s, 6, row.name, sizeof row.name);
    const struct operation_row *last = a->row_len ? &a->row[a->row_len - 1] : NULL;
    if (!last || last->edge_id != row.edge_id || strcmp(last->name, row.name) != 0) {
        column_text(s, 2, row.client, sizeof row.client);
        column_text(s, 3, row.server, sizeof row.server);
        row.port = (uint16_t)column_count(s, 4);
        column_text(s, 5, row.protocol, sizeof row.protocol);
        row.first_seen_ns = UINT64_MAX;
        a->row[a->row_len++] = row;
    }
    struct operation_row *of = &a->row[a->row_len - 1];
    uint64_t first_ns = column_count(s, 7), last_ns = column_count(s, 8);
    if (first_ns < of->first_seen_ns) /* of one of them not known: 0 */
        of->first_seen_ns = first_ns;
    if (last_ns > of->last_seen_ns)
        of->last_seen_ns = last_ns;
    a->known[a->known_len++] =
        (struct known){sqlite3_column_int64(s, 0), (uint32_t)(a->row_len - 1)};
}

static bool load_known(struct query *q, int64_t edge_id, struct adding *a, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask(q, known_sql, err);
    if (s)
        bind_id(s, 3, edge_id);
    while (s && question_row(q, s, &failed, err)) {
        if (!make_room(a)) {
            failed = !question_no_memory(q, err);
            break;
        }
        add_known(a, s);
    }
    sqlite3_finalize(s);
    if (a->known_len)
        qsort(a->known, a->known_len, sizeof *a->known, ids_compare);
    return s && !failed;
}

static void add_row(void *to, sqlite3_value **row)
{
    struct adding *a = to;
    size_t at = ids_find(&a->ids, sqlite3_value_int64(row[0]));
    if (at == IDS_NONE)
        return;
    tallied_take(row + 1, &a->sum[a->known[at].row]);
    a->seen[a->known[at].row] = true;
}

static bool add_counted(struct query *q, struct range r, struct adding *a, struct err *err)
{
    a->sum = calloc(a->row_len + 1, sizeof *a->sum);
    a->seen = calloc(a->row_len + 1, sizeof *a->seen);
    if (!a->sum || !a->seen)
        return question_no_memory(q, err);
    a->ids = (struct ids){a->known, a->known_len, sizeof *a->known, 0};
    bool added = sweep(q, r, counted_sql, add_row, a, err);
    for (size_t i = 0; added && i < a->row_len; i++)
        added = tallied_is_whole(&a->sum[i]) || question_no_memory(q, err);
    return added;
}

/* Leaves the rows that were seen. */
static void conclude(struct adding *a, struct range r, struct operation_rows *ret)
{
    *ret = (struct operation_rows){.row = a->row};
    for (size_t i = 0; i < a->row_len; i++) {
        if (!a->seen[i])
            continue;
        a->row[ret->len] = a->row[i];
        a->row[ret->len].marks = spoiled_marks(&a->spoiled, a->row[i].edge_id);
        a->row[ret->len++].figures = figures_of(&a->sum[i], r);
    }
    a->row = NULL;
}

bool query_operations(struct query *q, struct range r, int64_t edge_id, struct operation_rows *ret,
                      struct err *err)
{
    struct adding a = {0};
    if (!question_begin(q, err))
        return false;
    bool added = load_known(q, edge_id, &a, err) && add_counted(q, r, &a, err) &&
                 spoiled_load(q, r, SPOILED_BY_EDGE, &a.spoiled, err);
    question_end(q);
    if (added)
        conclude(&a, r, ret);
    free(a.spoiled.row);
    for (size_t i = 0; a.sum && i < a.row_len; i++)
        tallied_free(&a.sum[i]);
    free(a.row);
    free(a.known);
    free(a.sum);
    free(a.seen);
    return added;
}
