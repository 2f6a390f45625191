/* spoiled.c - see spoiled.h. */
#include "store/spoiled.h"

#include <stdlib.h>
#include <string.h>

#include "store/columns.h"
#include "store/ids.h"
#include "store/sweep.h"

/* What quality_add() asks of an edge. */
#define ASKED(X)                                                                                   \
    X(packets_to_server, packets[0])                                                               \
    X(packets_to_client, packets[1])                                                               \
    X(duplicates_to_server, duplicates[0])                                                         \
    X(duplicates_to_client, duplicates[1])                                                         \
    X(truncated_to_server, truncated[0])                                                           \
    X(truncated_to_client, truncated[1])                                                           \
    X(bytes_to_server, bytes[0])                                                                   \
    X(bytes_to_client, bytes[1])                                                                   \
    X(missing_to_server, missing_bytes[0])                                                         \
    X(missing_to_client, missing_bytes[1])                                                         \
    X(opened, opened)                                                                              \
    X(one_way, one_way)                                                                            \
    X(requests, exchanges.outcomes[OUTCOME_OK]) /* it asks how many, not which */                  \
    X(skewed, skewed)                                                                              \
    X(lost, troubles[TROUBLE_LOST])                                                                \
    X(given_up, troubles[TROUBLE_GIVEN_UP])                                                        \
    X(shed, troubles[TROUBLE_SHED])                                                                \
    X(shortened, troubles[TROUBLE_SHORTENED])                                                      \
    X(stray_answers, troubles[TROUBLE_STRAY_ANSWERS])                                              \
    X(undecrypted, troubles[TROUBLE_UNDECRYPTED])                                                  \
    X(exchanges_evicted, troubles[TROUBLE_EXCHANGES_EVICTED])                                      \
    X(notes, notes)

static const char counted_sql[] =
    "SELECT swept(x.pair_id" ASKED(COLUMN_OF_X) ") FROM " RANGE_WINDOWS
                                                " CROSS JOIN edge_window x ON x.window_id = w.id";

static const char pairs_sql[] = "SELECT id, edge_id, protocol FROM pair ORDER BY id";

/* What spoils the figures of a pair. */
struct part {
    int64_t id, edge;
    char protocol[PROTOCOL_TEXT_MAX];
    bool seen;
    struct quality quality;
};

struct parts {
    struct part *part; /* owned; by rising id */
    size_t len;
};

static bool list_pairs(struct query *q, struct parts *p, struct err *err)
{
    bool failed = false;
    size_t room = 0;
    sqlite3_stmt *s = question_ask(q, pairs_sql, err);
    while (s && question_row(q, s, &failed, err)) {
        if (p->len == room) {
            room = room ? 2 * room : 256;
            struct part *grown = realloc(p->part, room * sizeof *grown);
            if (!grown) {
                failed = !question_no_memory(q, err);
                break;
            }
            p->part = grown;
        }
        struct part *part = &p->part[p->len++];
        *part = (struct part){.id = sqlite3_column_int64(s, 0), .edge = sqlite3_column_int64(s, 1)};
        column_text(s, 2, part->protocol, sizeof part->protocol);
    }
    sqlite3_finalize(s);
    return s && !failed;
}

struct adding {
    struct part *part;
    struct ids ids;
};

static void add_row(void *to, sqlite3_value **row)
{
    static const size_t counter_at[] = {ASKED(OF_EDGE)};
    struct adding *a = to;
    struct edge_delta d;
    size_t at = ids_find(&a->ids, sqlite3_value_int64(row[0]));
    if (at == IDS_NONE)
        return;
    memset(&d, 0, sizeof d);
    for (size_t i = 0; i < sizeof counter_at / sizeof *counter_at; i++)
        *counter_in(&d, counter_at[i]) = value_count(row[1 + i]);
    quality_add(&a->part[at].quality, &d);
    a->part[at].seen = true;
}

static bool add_rows(struct query *q, struct range r, const struct parts *p, struct err *err)
{
    struct adding a = {p->part, {p->part, p->len, sizeof *p->part, 0}};
    return sweep(q, r, counted_sql, add_row, &a, err);
}

/* Of the pairs that were seen, in the order of `compare`; free() p->part, also on failure. */
static bool load_parts(struct query *q, struct range r, int (*compare)(const void *, const void *),
                       struct parts *ret, struct err *err)
{
    *ret = (struct parts){0};
    if (!list_pairs(q, ret, err) || !add_rows(q, r, ret, err))
        return false;
    size_t seen = 0;
    for (size_t i = 0; i < ret->len; i++)
        if (ret->part[i].seen)
            ret->part[seen++] = ret->part[i];
    ret->len = seen;
    if (seen)
        qsort(ret->part, seen, sizeof *ret->part, compare);
    return true;
}

static int compare_edge(const void *left, const void *right)
{
    const struct part *a = left, *b = right;
    return (a->edge > b->edge) - (a->edge < b->edge);
}

static int compare_protocol(const void *left, const void *right)
{
    return strcmp(((const struct part *)left)->protocol, ((const struct part *)right)->protocol);
}

bool spoiled_load(struct query *q, struct range r, enum spoiled_by by, struct spoiled_rows *ret,
                  struct err *err)
{
    struct capture_counters capture;
    struct parts p = {0};
    *ret = (struct spoiled_rows){0};
    bool loaded = captured_load(q, r, &capture, err) &&
                  load_parts(q, r, by == SPOILED_BY_EDGE ? compare_edge : ids_compare, &p, err);
    if (loaded) {
        ret->row = malloc((p.len + 1) * sizeof *ret->row);
        loaded = ret->row || question_no_memory(q, err);
    }
    for (size_t i = 0; loaded && i < p.len; i++) {
        int64_t id = by == SPOILED_BY_EDGE ? p.part[i].edge : p.part[i].id;
        if (!ret->len || ret->row[ret->len - 1].id != id) {
            ret->row[ret->len++] = (struct spoiled){.id = id};
            quality_set_capture(&ret->row[ret->len - 1].quality, &capture);
        }
        quality_join(&ret->row[ret->len - 1].quality, &p.part[i].quality);
    }
    free(p.part);
    return loaded;
}

bool spoiled_protocols(struct query *q, struct health_row *row, struct err *err)
{
    struct parts p;
    bool loaded = load_parts(q, row->range, compare_protocol, &p, err);
    uint32_t protocols = 0;
    for (size_t i = 0; loaded && i < p.len; i++) {
        quality_join(&row->quality, &p.part[i].quality);
        protocols += !i || compare_protocol(&p.part[i - 1], &p.part[i]) != 0;
        if (protocols > PROTOCOLS_TOLD_MAX)
            continue;
        struct protocol_health *told = &row->protocol[protocols - 1];
        memcpy(told->name, p.part[i].protocol, sizeof told->name);
        quality_join(&told->quality, &p.part[i].quality);
        row->protocol_len = protocols;
    }
    free(p.part);
    quality_set_capture(&row->quality, &row->capture);
    return loaded;
}

struct marks spoiled_marks(const struct spoiled_rows *rows, int64_t id)
{
    const struct spoiled *s =
        rows->len ? bsearch(&id, rows->row, rows->len, sizeof *rows->row, ids_compare) : NULL;
    return s ? quality_marks(&s->quality) : (struct marks){0};
}

#define CAPTURE_SUMS CAPTURE_COLUMNS(COLUMN_SUM)

bool captured_load(struct query *q, struct range r, struct capture_counters *ret, struct err *err)
{
    bool failed = false;
    *ret = (struct capture_counters){0};
    sqlite3_stmt *s =
        question_ask_range(q, "SELECT count(*)" CAPTURE_SUMS " FROM " RANGE_WINDOWS, r, err);
    if (s && question_row(q, s, &failed, err))
        for (int i = 0; i < CAPTURE_COUNTERS; i++)
            *counter_in(ret, capture_counter_at[i]) = column_count(s, 1 + i);
    sqlite3_finalize(s);
    return s && !failed;
}
