/* handle.h - inside the read side: the handle, and how a question is asked. */
#pragma once

#include "store/database.h"
#include "store/plan.h"
#include "store/query.h"

/* Where a node was drawn last. */
struct placed {
    int64_t id;
    int32_t rank, order;
    double x, y;
};

/* As SQL: the windows that answer a question over a range, in the order in which they end; in FROM,
 * before what is joined to them with CROSS JOIN, which keeps that order. */
#define RANGE_WINDOWS "json_each(?9) chosen CROSS JOIN capture_window w ON w.id = chosen.value"

struct query {
    char *path; /* owned */
    sqlite3 *db;
    struct placed *placed[GROUPINGS]; /* owned; by rising id */
    size_t placed_len[GROUPINGS];
    struct plan plan; /* of the range that was asked for last */
    struct range planned;
    int planned_highest;
    bool is_planned; /* within this question */
    struct {
        void (*take)(void *to, sqlite3_value **row);
        void *to;
    } sweeping; /* sweep.h */
};

/* A question: between these two, every statement sees the same state of the database. */
bool question_begin(struct query *q, struct err *err);
void question_end(struct query *q);

/* Prepares a statement of a question; NULL, with the reason in `err`, on failure. Given:
 * sqlite3_finalize(). */
sqlite3_stmt *question_ask(struct query *q, const char *sql, struct err *err);

/* Likewise, about a range: its ends are parameters 1 and 2, and RANGE_WINDOWS those that answer,
 * as far as the statement has them. To be called inside a question. */
sqlite3_stmt *question_ask_range(struct query *q, const char *sql, struct range r, struct err *err);

/* Which windows those are, none longer than those of level `highest` unless nothing else is left;
 * until the question ends, or another range is asked for. */
bool question_plan(struct query *q, struct range r, int highest, struct err *err);

/* The next row. false at the end, and on failure; then `*ret_failed` is set and `err` says why. */
bool question_row(struct query *q, sqlite3_stmt *s, bool *ret_failed, struct err *err);

/* Binds a range to parameters 1 and 2. */
void question_bind_range(sqlite3_stmt *s, struct range r);

/* "Out of memory", as an answer. */
bool question_no_memory(const struct query *q, struct err *err);

/* A whole question: all rows of a statement whose parameters are a range. `read` writes each to
 * `size` bytes, in a row behind each other. *ret_rows is given: free(); NULL if there is none. */
bool question_list(struct query *q, const char *sql, struct range r, size_t size,
                   void (*read)(sqlite3_stmt *s, void *row), void **ret_rows, size_t *ret_len,
                   struct err *err);

/* The rows of query_requests(), within a question. */
bool request_rows_of(struct query *q, struct range r, const struct request_criteria *c,
                     struct request_rows *ret, struct err *err);
