/* spoiled.c - see spoiled.h. */
#include "store/spoiled.h"

#include <stdlib.h>

#include "store/columns.h"

/* The counters, of which there are few that no mark asks for, and what the notes say of them. */
#define ADDED_UP EDGE_COLUMNS(COLUMN_SUM_OF_X)
#define FROM_RANGE                                                                                 \
    ", sum(requests), max(x.notes & ?3), max(x.notes & ?4) "                                       \
    "FROM " RANGE_WINDOWS " CROSS JOIN edge_window x ON x.window_id = w.id "                       \
    "JOIN pair p ON p.id = x.pair_id "

static const char *const sql[] = {
    [SPOILED_BY_EDGE] = "SELECT p.edge_id" ADDED_UP FROM_RANGE "GROUP BY p.edge_id",
    [SPOILED_BY_PAIR] = "SELECT p.id" ADDED_UP FROM_RANGE "GROUP BY p.id",
};

static const char protocols_sql[] =
    "SELECT p.protocol" ADDED_UP FROM_RANGE "GROUP BY p.protocol ORDER BY p.protocol";

/* From the second column on. */
static struct quality read_quality(sqlite3_stmt *s)
{
    struct quality q = {0};
    struct edge_delta sum = {0};
    int at = 1;
    for (int i = 0; i < EDGE_COUNTERS; i++)
        *counter_in(&sum, edge_counter_at[i]) = column_count(s, at++);
    sum.exchanges.outcomes[OUTCOME_OK] =
        column_count(s, at++); /* quality asks how many, not which */
    sum.notes = column_count(s, at) | column_count(s, at + 1);
    quality_add(&q, &sum);
    return q;
}

/* A question about a range. */
static sqlite3_stmt *ask(struct query *q, struct range r, const char *text, struct err *err)
{
    sqlite3_stmt *s = question_ask_range(q, text, r, err);
    if (!s)
        return NULL;
    bind_id(s, 3, NOTE_MIDSTREAM);
    bind_id(s, 4, NOTE_ONE_WAY);
    return s;
}

static bool add_row(struct spoiled_rows *rows, size_t *room, const struct spoiled *row)
{
    if (rows->len == *room) {
        size_t more = *room ? 2 * *room : 64;
        struct spoiled *grown = realloc(rows->row, more * sizeof *grown);
        if (!grown)
            return false;
        rows->row = grown;
        *room = more;
    }
    rows->row[rows->len++] = *row;
    return true;
}

bool spoiled_load(struct query *q, struct range r, enum spoiled_by by, struct spoiled_rows *ret,
                  struct err *err)
{
    bool failed = false;
    size_t room = 0;
    struct capture_counters capture;
    *ret = (struct spoiled_rows){0};
    if (!captured_load(q, r, &capture, err))
        return false;
    sqlite3_stmt *s = ask(q, r, sql[by], err);
    while (s && question_row(q, s, &failed, err)) {
        struct spoiled row = {sqlite3_column_int64(s, 0), read_quality(s)};
        quality_set_capture(&row.quality, &capture);
        if (!add_row(ret, &room, &row)) {
            failed = !question_no_memory(q, err);
            break;
        }
    }
    sqlite3_finalize(s);
    return s && !failed;
}

bool spoiled_protocols(struct query *q, struct health_row *row, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = ask(q, row->range, protocols_sql, err);
    while (s && question_row(q, s, &failed, err)) {
        struct quality quality = read_quality(s);
        quality_join(&row->quality, &quality);
        if (row->protocol_len == PROTOCOLS_TOLD_MAX)
            continue;
        struct protocol_health *p = &row->protocol[row->protocol_len++];
        column_text(s, 0, p->name, sizeof p->name);
        p->quality = quality;
    }
    sqlite3_finalize(s);
    quality_set_capture(&row->quality, &row->capture);
    return s && !failed;
}

static int compare_id(const void *key, const void *row)
{
    int64_t id = *(const int64_t *)key;
    const struct spoiled *s = row;
    return (id > s->id) - (id < s->id);
}

struct marks spoiled_marks(const struct spoiled_rows *rows, int64_t id)
{
    const struct spoiled *s =
        rows->len ? bsearch(&id, rows->row, rows->len, sizeof *rows->row, compare_id) : NULL;
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
