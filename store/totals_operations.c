/* totals_operations.c - see totals_operations.h. */
#include "store/totals_operations.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "graph/merge.h"
#include "store/handle.h"
#include "store/tallied.h"

static const uint64_t BEGIN_NS = 3600 * UINT64_C(1000000000);

static const char counted_sql[] =
    "SELECT s.name, o.name" TALLIED_COLUMNS " "
    "FROM " RANGE_WINDOWS " CROSS JOIN operation_window x ON x.window_id = w.id "
    "JOIN operation o ON o.id = x.operation_id JOIN pair p ON p.id = o.pair_id "
    "JOIN edge e ON e.id = p.edge_id JOIN service s ON s.id = e.server_id";

static uint64_t hash_names(const char *server, const char *name)
{
    static const struct hash_key first = {{0x6f7065726174696fU, 0x6e730a746f74616cU}};
    struct hash_key key = first;
    key.word[1] ^= hash_bytes(&first, server, strlen(server));
    return hash_bytes(&key, name, strlen(name));
}

static bool make_room(struct operation_totals *t)
{
    if (!t->slot)
        t->slot = calloc(TOTALS_OPERATION_SLOTS, sizeof *t->slot);
    if (!t->slot || t->len < t->room)
        return t->slot != NULL;
    size_t room = t->room ? 2 * t->room : 64;
    struct operation_total *row = realloc(t->row, room * sizeof *row);
    if (!row)
        return false;
    t->row = row;
    t->room = room;
    return true;
}

/* The row of these, which is made if there is room; else NULL. */
static struct operation_total *row_of(struct operation_totals *t, const char *server,
                                      const char *name)
{
    size_t at = hash_names(server, name) & (TOTALS_OPERATION_SLOTS - 1);
    for (; t->slot[at]; at = (at + 1) & (TOTALS_OPERATION_SLOTS - 1)) {
        struct operation_total *row = &t->row[t->slot[at] - 1];
        if (strcmp(row->server, server) == 0 && strcmp(row->name, name) == 0)
            return row;
    }
    if (t->len == TOTALS_OPERATIONS_MAX)
        return NULL;
    struct operation_total *row = &t->row[t->len++];
    memset(row, 0, sizeof *row);
    strcpy(row->server, server);
    strcpy(row->name, name);
    t->slot[at] = (uint32_t)t->len;
    return row;
}

/* A row of the answer. */
static bool add(struct operation_totals *t, sqlite3_stmt *s)
{
    char server[NAME_TEXT_MAX], name[OPERATION_TEXT_MAX];
    struct tallied counted = {0};
    if (!make_room(t))
        return false;
    column_text(s, 0, server, sizeof server);
    column_text(s, 1, name, sizeof name);
    tallied_read(s, 2, &counted);
    bool whole = tallied_is_whole(&counted);
    struct operation_total *row = row_of(t, server, name);
    if (row) {
        row->calls += tallied_requests(&counted);
        for (int o = 0; o < OUTCOMES; o++)
            row->failed += outcome_is_error((enum outcome)o) ? counted.outcomes[o] : 0;
        latency_merge(&row->duration, &counted.duration);
        whole = whole && !row->duration.is_short;
    } else {
        t->left_out += tallied_requests(&counted);
    }
    tallied_free(&counted);
    return whole;
}

static bool add_all(struct operation_totals *t, struct query *q, struct range r, struct err *err)
{
    bool failed = false;
    if (!question_begin(q, err))
        return false;
    sqlite3_stmt *s = question_ask_range(q, counted_sql, r, err);
    while (s && !failed && question_row(q, s, &failed, err))
        if (!add(t, s))
            failed = !question_no_memory(q, err);
    sqlite3_finalize(s);
    question_end(q);
    return s && !failed;
}

bool operation_totals_update(struct operation_totals *t, struct query *q, struct err *err)
{
    struct range history;
    if (!query_history(q, &history, err))
        return false;
    struct range r = {t->to_ns, history.to_ns};
    if (!t->to_ns)
        r.from_ns = history.to_ns > BEGIN_NS ? history.to_ns - BEGIN_NS : 0;
    if (r.from_ns >= r.to_ns)
        return true;
    if (!add_all(t, q, r, err)) {
        operation_totals_free(t);
        return false;
    }
    if (!t->to_ns)
        t->from_ns = r.from_ns;
    t->to_ns = r.to_ns;
    return true;
}

void operation_totals_free(struct operation_totals *t)
{
    for (size_t i = 0; i < t->len; i++)
        latency_free(&t->row[i].duration);
    free(t->row);
    free(t->slot);
    *t = (struct operation_totals){0};
}
