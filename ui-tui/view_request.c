/* view_request.c - one exchange with all that is known of it, and below it the trace that it is
 * part of: which hop took the time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/request_ink.h"
#include "ui-tui/view.h"

enum { LABEL = 12, HOP_MOST = 44, TIME_WIDTH = 9, MARK_WIDTH = 2 };

struct request {
    struct scope scope;
    struct request_rows found; /* one, or none any more */
    struct trace trace;
    struct list list; /* of hops */
};

static void request_init(void *state, const struct scope *scope)
{
    struct request *v = state;
    v->scope = *scope;
}

static void request_fini(void *state)
{
    struct request *v = state;
    free(v->found.row);
    trace_free(&v->trace);
}

/* It does not change, so it is asked for once; its trace may grow. */
static bool request_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct request *v = state;
    struct trace trace = {.len = 0};
    const struct request_criteria criteria = {
        .after_id = v->scope.request_id - 1, .order = REQUESTS_OLDEST, .limit = 1};
    (void)r;
    if (!v->found.row &&
        !query_requests(q, (struct range){0, INT64_MAX}, &criteria, &v->found, err))
        return false;
    if (!v->scope.trace_id[0])
        return true;
    uint64_t time_ns = v->found.len ? v->found.row[0].time_ns : INT64_MAX;
    if (!query_trace(q, v->scope.trace_id, (struct range){time_ns, time_ns}, &trace, err))
        return false;
    trace_free(&v->trace);
    v->trace = trace;
    list_resize(&v->list, trace.len);
    return true;
}

/* Fields -------------------------------------------------------------------------------------- */

/* A label and its text, if there is one; returns the next row. */
static int draw_field(const struct pane *pane, int row, const char *label, enum ink ink,
                      const char *text)
{
    if (!text[0])
        return row;
    struct pane field = pane_line(pane, row, LABEL, pane->columns - LABEL);
    pane_text(pane, row, 0, INK_DIM, label);
    pane_field(&field, ALIGN_LEFT, ink, text);
    return row + 1;
}

static void ends_text(const struct request_row *row, char *ret, size_t size)
{
    const struct exchange *x = &row->exchange;
    char client[ADDRESS_TEXT_MAX], server[ADDRESS_TEXT_MAX];
    address_to_text(&x->client_address, client, sizeof client);
    address_to_text(&x->server_address, server, sizeof server);
    snprintf(ret, size, "%s (%s:%u) → %s (%s:%u)  %s", row->client, client, x->client_port,
             row->server, server, x->server_port, row->protocol);
}

static void times_text(const struct request_row *row, char *ret, size_t size)
{
    const struct exchange *x = &row->exchange;
    snprintf(ret, size, "%s to the last byte, %s to the first",
             row->is_timed ? human_time(row->duration_ns).text : "not seen",
             row->has_ttfb ? human_time(row->ttfb_ns).text : "not seen");
    size_t used = strlen(ret);
    if (x->deadline_ns)
        snprintf(ret + used, size - used, ", deadline %s", human_time(x->deadline_ns).text);
}

static void notes_text(const struct request_row *row, char *ret, size_t size)
{
    size_t used = 0;
    ret[0] = '\0';
    for (int bit = 0; bit < NOTES && used < size; bit++) {
        if (row->exchange.notes >> bit & 1)
            used +=
                (size_t)snprintf(ret + used, size - used, "%s%s", used ? ", " : "", note_name(bit));
    }
}

static int draw_fields(const struct request_row *row, const struct pane *pane)
{
    const struct exchange *x = &row->exchange;
    char text[1024], asked[REQUEST_ASKED_MAX], end[REQUEST_ENDED_MAX];
    request_asked(row, asked);
    request_ended(row, end);
    int at = draw_field(pane, 0, "asked", INK_STRONG, asked);
    at =
        draw_field(pane, at, "ended", x->outcome == OUTCOME_OK ? INK_PLAIN : request_ink(row), end);
    at = draw_field(pane, at, "said", INK_WARN, x->message);
    at = draw_field(pane, at, "when", INK_PLAIN, human_moment_ms(row->time_ns).text);
    times_text(row, text, sizeof text);
    at = draw_field(pane, at, "took", INK_PLAIN, text);
    ends_text(row, text, sizeof text);
    at = draw_field(pane, at, "between", INK_PLAIN, text);
    at = draw_field(pane, at, "host", INK_PLAIN, x->host);
    at = draw_field(pane, at, "operation", INK_PLAIN, x->operation);
    snprintf(text, sizeof text, "%s there, %s back", human_bytes((double)x->request_bytes).text,
             human_bytes((double)x->response_bytes).text);
    at = draw_field(pane, at, "bytes", INK_PLAIN, text);
    notes_text(row, text, sizeof text);
    at = draw_field(pane, at, "notes", INK_WARN, text);
    at = draw_field(pane, at, "for", INK_PLAIN, x->forwarded_for);
    at = draw_field(pane, at, "request id", INK_PLAIN, x->request_id);
    return draw_field(pane, at, "trace", INK_PLAIN, x->trace_id);
}

/* The trace ----------------------------------------------------------------------------------- */

/* Where in the trace the hop lies, to half a column. */
static void draw_span(const struct trace *t, const struct trace_hop *hop, const struct pane *field)
{
    double whole = t->end_ns > t->begin_ns ? (double)(t->end_ns - t->begin_ns) : 1;
    int halves = 2 * field->columns;
    int from = (int)((double)(hop->begin_ns - t->begin_ns) / whole * halves);
    int to = (int)((double)(hop->end_ns - t->begin_ns) / whole * halves + 0.5);
    from = from < halves ? from : halves - 1;
    to = to > from ? to : from + 1;
    enum ink ink = hop->is_slowest ? INK_WARN : INK_ACCENT;
    for (int column = from / 2; 2 * column < to; column++) {
        bool left = 2 * column >= from, right = 2 * column + 1 < to;
        pane_text(field, 0, column, ink, left && right ? "█" : left ? "▌" : "▐");
    }
}

static void draw_hop(const struct request *v, const struct trace_hop *hop, const struct pane *line)
{
    char asked[REQUEST_ASKED_MAX], text[REQUEST_ASKED_MAX + 2 * NAME_TEXT_MAX];
    int hops = line->columns / 2 < HOP_MOST ? line->columns / 2 : HOP_MOST;
    int indent = (int)(hop->depth < 10 ? hop->depth : 10) * 2;
    int bar = line->columns - MARK_WIDTH - hops - 2 * (TIME_WIDTH + 1) - 2;
    request_asked(&hop->request, asked);
    snprintf(text, sizeof text, "%s  %s", hop->request.server, asked);
    pane_text(line, 0, 0, request_ink(&hop->request), request_mark(&hop->request));
    struct pane name = pane_line(line, 0, MARK_WIDTH + indent, hops - indent);
    bool here = hop->request.id == v->scope.request_id;
    pane_field(&name, ALIGN_LEFT, here ? INK_STRONG : INK_PLAIN, text);
    struct pane span = pane_line(line, 0, MARK_WIDTH + hops + 1, bar);
    draw_span(&v->trace, hop, &span);
    struct pane took = pane_line(line, 0, MARK_WIDTH + hops + bar + 2, TIME_WIDTH);
    struct pane own = pane_line(line, 0, MARK_WIDTH + hops + bar + 3 + TIME_WIDTH, TIME_WIDTH);
    pane_field(&took, ALIGN_RIGHT, INK_PLAIN, human_time(hop->end_ns - hop->begin_ns).text);
    pane_field(&own, ALIGN_RIGHT, hop->is_slowest ? INK_WARN : INK_DIM,
               human_time(hop->own_ns).text);
}

/* Who took the time, in a sentence, and that the trace is one of several with its id. Returns the
 * rows that it takes. */
static int draw_verdict(const struct trace *t, const struct pane *pane)
{
    int row = 0;
    for (size_t i = 0; i < t->len && !row; i++)
        if (t->hop[i].is_slowest)
            pane_printf(pane, row++, 0, INK_STRONG,
                        "Most of the time was taken by %.60s itself: %s of %s.",
                        t->hop[i].request.server, human_time(t->hop[i].own_ns).text,
                        human_time(t->end_ns - t->begin_ns).text);
    if (t->times > 1)
        pane_printf(pane, row++, 0, INK_DIM, "Its id was used at %u times; this is one of them.",
                    t->times);
    return row;
}

static void draw_trace(struct request *v, const struct pane *whole)
{
    const struct trace *t = &v->trace;
    int said = whole->rows > 4 ? draw_verdict(t, whole) : 0;
    struct pane below = pane_part(whole, said, 0, whole->rows - said, whole->columns);
    const struct pane *pane = &below;
    struct pane head = pane_line(pane, 0, 0, pane->columns);
    pane_clear(&head, INK_HEADER);
    pane_printf(&head, 0, 0, INK_HEADER, "trace of %zu hops, %u services, %s", t->len, t->services,
                human_time(t->end_ns - t->begin_ns).text);
    struct pane right = pane_line(&head, 0, head.columns - 19, 19);
    pane_text(&right, 0, 0, INK_HEADER, "     TOOK       OWN");
    list_show(&v->list, (size_t)(pane->rows - 1));
    for (size_t i = 0; i < v->list.window && v->list.top + i < t->len; i++) {
        struct pane line = pane_line(pane, (int)i + 1, 0, pane->columns);
        draw_hop(v, &t->hop[v->list.top + i], &line);
        if (v->list.top + i == v->list.cursor)
            pane_ink(&line, INK_SELECTED);
    }
}

static void request_draw(void *state, const struct pane *pane)
{
    struct request *v = state;
    struct pane inner = pane_part(pane, 1, 2, pane->rows - 1, pane->columns - 3);
    if (!v->found.len || v->found.row[0].id != v->scope.request_id) {
        pane_text(&inner, 0, 0, INK_DIM, "This request is not kept any more.");
        return;
    }
    int row = draw_fields(&v->found.row[0], &inner) + 1;
    struct pane below = pane_part(&inner, row, 0, inner.rows - row, inner.columns);
    if (below.rows > 1 && v->trace.len)
        draw_trace(v, &below);
    else if (below.rows > 0 && !v->scope.trace_id[0])
        pane_text(&below, 0, 0, INK_DIM, "It carries no trace id.");
}

static bool request_key(void *state, struct key key, struct visit *ret)
{
    struct request *v = state;
    (void)ret;
    return list_key(&v->list, key);
}

const struct view request_view = {
    .title = "Request",
    .state_size = sizeof(struct request),
    .init = request_init,
    .fini = request_fini,
    .refresh = request_refresh,
    .draw = request_draw,
    .key = request_key,
};
