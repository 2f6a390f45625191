/* view_insights.c - findings that a person would act on, and what the chosen one rests on.
 *
 *   the findings, as a table
 *   the chosen one: sentence, advice, evidence with bars */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "ui-tui/bar.h"
#include "ui-tui/placard.h"
#include "ui-tui/view.h"
#include "ui-tui/wrap.h"

extern const struct view backends_view, connections_view, health_view, tls_view;

enum {
    WHAT_WIDTH_MOST = 32,
    BAR_WIDTH = 16,
    DETAIL_LEAST = 9, /* rows kept for the chosen one */
};

struct insights {
    struct table table;
    struct insight_rows rows;
};

static void draw_mark(const struct pane *field, const void *row, void *owner)
{
    (void)row;
    (void)owner;
    pane_text(field, 0, 0, INK_WARN, "▲");
}

static uint64_t insight_id(const void *row)
{
    static const struct hash_key key = {{0, 0}}; /* only to tell rows apart, so no secret */
    const struct insight_row *i = row;
    const char *first = i->evidence[0].what; /* one subject may be found twice, with other ports */
    return hash_bytes(&key, i->kind, strlen(i->kind)) ^
           hash_bytes(&key, i->subject, strlen(i->subject)) ^
           hash_bytes(&key, first, strlen(first)) << 1;
}

static const struct column columns[] = {
    {.name = "weight",
     .kind = COLUMN_COUNT,
     .mute = true,
     .width = 1,
     .at = offsetof(struct insight_row, weight),
     .number = column_double_there,
     .draw = draw_mark},
    {.name = "finding",
     .width = 20,
     .at = offsetof(struct insight_row, title),
     .text = column_text_there},
    {.name = "subject",
     .hidden = true,
     .at = offsetof(struct insight_row, subject),
     .text = column_text_there},
    {.name = "kind",
     .hidden = true,
     .at = offsetof(struct insight_row, kind),
     .text = column_text_there},
};

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &insight_fields,
    .row_size = sizeof(struct insight_row),
    .id = insight_id,
    .sort = 0,
    .none = "Nothing was found in this range of time.",
};

static void insights_init(void *state, const struct scope *scope)
{
    struct insights *i = state;
    (void)scope;
    table_init(&i->table, &kind, i);
}

static void insights_fini(void *state)
{
    struct insights *i = state;
    table_fini(&i->table);
    free(i->rows.row);
}

static bool insights_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct insights *i = state;
    struct insight_rows rows = {0};
    if (!query_insights(q, r, &rows, err))
        return false;
    bool enough = table_set(&i->table, rows.row, rows.len);
    free(i->rows.row);
    i->rows = rows;
    return enough || err_set(err, "out of memory for %zu insights", rows.len);
}

static size_t evidence_shown(const struct insight_row *i)
{
    return i->evidence_len < EVIDENCE_MAX ? i->evidence_len : EVIDENCE_MAX;
}

static int width_of_what(const struct insight_row *i, bool ascii)
{
    int width = 0;
    for (size_t e = 0; e < evidence_shown(i); e++) {
        int this = canvas_width(i->evidence[e].what, ascii);
        width = this > width ? this : width;
    }
    return width < WHAT_WIDTH_MOST ? width : WHAT_WIDTH_MOST;
}

/* "10.0.0.3:50051  ██████████████▌  97 % of calls, 1,204 calls" */
static void draw_evidence(const struct pane *line, const struct evidence *e, int what_width)
{
    struct pane what = pane_line(line, 0, 0, what_width);
    struct pane bar = pane_line(line, 0, what_width + 2, BAR_WIDTH);
    int column = what_width + 2 + (e->share < 0 ? 0 : BAR_WIDTH + 2);
    struct pane figure = pane_line(line, 0, column, line->columns - column);
    pane_field(&what, ALIGN_LEFT, INK_PLAIN, e->what);
    bar_draw(&bar, INK_WARN, e->share);
    pane_field(&figure, ALIGN_LEFT, INK_DIM, e->figure);
}

static void draw_detail(const struct pane *pane, const struct insight_row *i)
{
    struct pane inner = pane_part(pane, 1, 3, pane->rows - 1, pane->columns - 5);
    int row = wrap_draw(&inner, 0, INK_STRONG, i->title);
    row = wrap_draw(&inner, row, INK_DIM, i->advice) + 1;
    int what_width = width_of_what(i, pane->canvas->ascii);
    size_t shown = evidence_shown(i);
    for (size_t e = 0; e < shown && row < inner.rows; e++, row++) {
        struct pane line = pane_line(&inner, row, 0, inner.columns);
        draw_evidence(&line, &i->evidence[e], what_width);
    }
    if (i->evidence_len > shown)
        pane_printf(&inner, row, 0, INK_DIM, "and %u more", i->evidence_len - (uint32_t)shown);
}

static void insights_draw(void *state, const struct pane *pane)
{
    struct insights *i = state;
    if (!i->rows.len) {
        placard_no_insight(pane);
        return;
    }
    int wanted = (int)(i->table.list.len < 100 ? i->table.list.len : 100) + 1;
    int room = pane->rows - DETAIL_LEAST > 3 ? pane->rows - DETAIL_LEAST : 3;
    int upper_rows = wanted < room ? wanted : room;
    struct pane upper = pane_part(pane, 0, 0, upper_rows, pane->columns);
    struct pane lower = pane_part(pane, upper_rows, 0, pane->rows - upper_rows, pane->columns);
    table_draw(&i->table, &upper);
    const struct insight_row *row = table_selected(&i->table);
    if (row)
        draw_detail(&lower, row);
}

/* Where the evidence for a kind of finding is looked at closer. */
static const struct view *view_of(const struct insight_row *row)
{
    static const struct {
        const char *kind;
        const struct view *view;
    } others[] = {
        {"bad-capture", &health_view},
        {"weak-tls", &tls_view},
        {"certificate-expired", &tls_view},
        {"certificate-expiring", &tls_view},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(row->kind, others[i].kind))
            return others[i].view;
    return row->edge_id ? &connections_view : row->service_id ? &backends_view : NULL;
}

static bool open_subject(const struct insights *i, struct visit *ret)
{
    const struct insight_row *row = table_selected(&i->table);
    if (!row)
        return true;
    *ret = (struct visit){view_of(row), scope_of_service(row->service_id, row->subject)};
    ret->scope.edge_id = row->edge_id;
    return true;
}

static bool insights_key(void *state, struct key key, struct visit *ret)
{
    struct insights *i = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&i->table, key))
        return open_subject(i, ret);
    return table_key(&i->table, key);
}

static struct table *insights_table(void *state)
{
    struct insights *i = state;
    return &i->table;
}

const struct view insights_view = {
    .title = "Insights",
    .opens = "Subject",
    .state_size = sizeof(struct insights),
    .init = insights_init,
    .fini = insights_fini,
    .refresh = insights_refresh,
    .draw = insights_draw,
    .key = insights_key,
    .table = insights_table,
};
