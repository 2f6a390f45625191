/* view_requests.c - the exchanges that were kept, the newest first: of all, or of a service or
 * edge. While the time shown ends now, they go by as they come. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/request_ink.h"
#include "ui-tui/view.h"

extern const struct view request_view;

enum { REQUESTS_SHOWN = 2000 };

struct requests {
    struct table table;
    struct request_rows rows;
    struct scope scope;
    bool slowest; /* they come first, of all that were kept; else the newest */
    bool failed;  /* only these */
    bool stale;   /* the rows are those of before a key */
};

static void mark_draw(const struct pane *field, const void *row, void *owner)
{
    (void)owner;
    pane_text(field, 0, 0, request_ink(row), request_mark(row));
}

static double severity(const void *row)
{
    const struct request_row *r = row;
    return outcome_is_error(r->exchange.outcome) ? 2 : r->exchange.outcome != OUTCOME_OK;
}

static void outcome_text(const void *row, char *ret)
{
    const struct request_row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", outcome_name(r->exchange.outcome));
}

static void time_text(const void *row, char *ret)
{
    const struct request_row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", human_clock_ms(r->time_ns).text);
}

static double time_number(const void *row)
{
    const struct request_row *r = row;
    return (double)r->time_ns;
}

static void asked_text(const void *row, char *ret)
{
    char text[REQUEST_ASKED_MAX];
    request_asked(row, text);
    snprintf(ret, COLUMN_TEXT_MAX, "%.*s", COLUMN_TEXT_MAX - 1, text);
}

static void operation_text(const void *row, char *ret)
{
    const struct request_row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", r->exchange.operation);
}

static void end_text(const void *row, char *ret)
{
    request_ended(row, ret);
}

static enum ink end_ink(const void *row)
{
    const struct request_row *r = row;
    return r->exchange.outcome == OUTCOME_OK ? INK_PLAIN : request_ink(row);
}

static double took(const void *row)
{
    const struct request_row *r = row;
    return r->is_timed ? (double)r->duration_ns : -1;
}

static double first_byte(const void *row)
{
    const struct request_row *r = row;
    return r->has_ttfb ? (double)r->ttfb_ns : -1;
}

static double bytes(const void *row)
{
    const struct request_row *r = row;
    return (double)r->exchange.request_bytes + (double)r->exchange.response_bytes;
}

static void kept_text(const void *row, char *ret)
{
    const struct request_row *r = row;
    int len = 0;
    ret[0] = '\0';
    for (int why = 0; why < KEPTS; why++) {
        if (r->kept >> why & 1)
            len += snprintf(ret + len, (size_t)(COLUMN_TEXT_MAX - len), "%s%s", len ? "," : "",
                            kept_name((enum kept_for)why));
    }
}

static double has_trace(const void *row)
{
    const struct request_row *r = row;
    return r->exchange.trace_id[0] ? 1 : -1;
}

static void trace_text(const void *row, char *ret)
{
    const struct request_row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%.8s", r->exchange.trace_id);
}

static void trace_word(const void *row, char *ret)
{
    const struct request_row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", r->exchange.trace_id);
}

static const struct column columns[] = {
    {.name = "outcome",
     .mute = true,
     .width = 1,
     .text = outcome_text,
     .number = severity,
     .draw = mark_draw},
    {.name = "time", .kind = COLUMN_MOMENT, .width = 12, .text = time_text, .number = time_number},
    {.name = "client",
     .width = 8,
     .at = offsetof(struct request_row, client),
     .text = column_text_there},
    {.name = "server",
     .width = 8,
     .at = offsetof(struct request_row, server),
     .text = column_text_there},
    {.name = "protocol",
     .width = 4,
     .leaves = 3,
     .at = offsetof(struct request_row, protocol),
     .text = column_text_there},
    {.name = "request", .width = 12, .text = asked_text},
    {.name = "operation", .width = 8, .hidden = true, .text = operation_text},
    {.name = "end", .width = 6, .text = end_text, .ink = end_ink},
    {.name = "took", .kind = COLUMN_TIME, .width = 7, .number = took},
    {.name = "first", .kind = COLUMN_TIME, .width = 7, .leaves = 4, .number = first_byte},
    {.name = "bytes", .kind = COLUMN_BYTES, .width = 7, .leaves = 6, .number = bytes},
    {.name = "kept", .width = 9, .leaves = 5, .text = kept_text},
    {.name = "trace",
     .width = 8,
     .leaves = 2,
     .sparse = true,
     .text = trace_text,
     .value = trace_word,
     .number = has_trace},
};

static uint64_t request_id(const void *row)
{
    const struct request_row *r = row;
    return (uint64_t)r->id;
}

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .row_size = sizeof(struct request_row),
    .id = request_id,
    .sort = 1,
    .none = "No request was kept in this time. + shows a longer one, Operations all that was "
            "counted.",
};

static void requests_init(void *state, const struct scope *scope)
{
    struct requests *v = state;
    v->scope = *scope;
    table_init(&v->table, &kind, v);
}

static void requests_fini(void *state)
{
    struct requests *v = state;
    table_fini(&v->table);
    free(v->rows.row);
}

/* `operation` of the criteria is a part of its name: here, the whole. A streaming call lasts as
 * long as it is wanted, so it is none of the slowest. */
static bool is_wanted(const void *ctx, const struct request_row *row)
{
    const struct requests *v = ctx;
    return !(v->slowest && call_is_streaming(row->exchange.call)) &&
           (!v->scope.operation[0] || !strcmp(row->exchange.operation, v->scope.operation));
}

static const uint32_t failures = 1U << OUTCOME_CLIENT_ERROR | 1U << OUTCOME_SERVER_ERROR |
                                 1U << OUTCOME_TIMEOUT | 1U << OUTCOME_RESET;

static bool requests_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct requests *v = state;
    struct request_rows rows = {0};
    struct request_criteria criteria = {.edge_id = v->scope.edge_id,
                                        .service_id = v->scope.service_id,
                                        .order = v->slowest ? REQUESTS_SLOWEST : REQUESTS_NEWEST,
                                        .outcomes = v->failed ? failures : 0,
                                        .limit = REQUESTS_SHOWN};
    if (v->scope.operation[0])
        criteria.operation = v->scope.operation;
    if (v->scope.operation[0] || v->slowest) {
        criteria.passes = is_wanted;
        criteria.ctx = v;
    }
    if (!query_requests(q, r, &criteria, &rows, err))
        return false;
    bool enough = table_set(&v->table, rows.row, rows.len);
    free(v->rows.row);
    v->rows = rows;
    v->stale = false;
    return enough || err_set(err, "out of memory for %zu requests", rows.len);
}

static bool requests_fetch(void *state, struct query *q, struct range r)
{
    struct requests *v = state;
    struct err err;
    bool stale = v->stale;
    v->stale = false; /* even if it fails */
    return stale && requests_refresh(state, q, r, &err);
}

static void requests_draw(void *state, const struct pane *pane)
{
    struct requests *v = state;
    table_draw(&v->table, pane);
}

static bool open_request(const struct requests *v, struct visit *ret)
{
    const struct request_row *row = table_selected(&v->table);
    char asked[REQUEST_ASKED_MAX];
    if (!row)
        return true;
    *ret = (struct visit){&request_view, {.request_id = row->id}};
    request_asked(row, asked);
    snprintf(ret->scope.name, sizeof ret->scope.name, "%.60s", asked);
    memcpy(ret->scope.trace_id, row->exchange.trace_id, sizeof ret->scope.trace_id);
    return true;
}

/* Which of them are wanted. */
static bool choose(struct requests *v, struct key key)
{
    if (key.code != 'w' && key.code != 'n' && key.code != 'e')
        return false;
    v->failed = key.code == 'e' ? !v->failed : v->failed;
    v->slowest = key.code == 'e' ? v->slowest : key.code == 'w';
    v->stale = true;
    if (key.code != 'e')
        table_sort(&v->table, v->slowest ? "took" : "time");
    return true;
}

static bool requests_key(void *state, struct key key, struct visit *ret)
{
    struct requests *v = state;
    if (choose(v, key))
        return true;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&v->table, key))
        return open_request(v, ret);
    return table_key(&v->table, key);
}

static struct table *requests_table(void *state)
{
    struct requests *v = state;
    return &v->table;
}

const struct view requests_view = {
    .title = "Requests",
    .brief = "Reqs",
    .opens = "Request",
    .keys = {{"w", "Slowest"}, {"n", "Newest"}, {"e", "Failed"}},
    .state_size = sizeof(struct requests),
    .init = requests_init,
    .fini = requests_fini,
    .refresh = requests_refresh,
    .fetch = requests_fetch,
    .draw = requests_draw,
    .key = requests_key,
    .table = requests_table,
};
