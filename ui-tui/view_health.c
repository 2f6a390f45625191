/* view_health.c - how good the capture was, and what happened to the collector. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/events_table.h"
#include "ui-tui/figures.h"
#include "ui-tui/marks.h"
#include "ui-tui/wrap.h"

enum {
    CELL_WIDTH = 38,
    LABEL_WIDTH = 26,
    VALUE_WIDTH = 9,
    COUNTERS_MAX = 50,
    EVENTS_LEAST = 4, /* rows kept for the events, headings included */
};

struct health_view {
    struct table table; /* of events */
    struct event_rows rows;
    struct health_row health;
};

static void health_init(void *state, const struct scope *scope)
{
    struct health_view *h = state;
    (void)scope;
    table_init(&h->table, &events_table_kind, h);
}

static void health_fini(void *state)
{
    struct health_view *h = state;
    table_fini(&h->table);
    free(h->rows.row);
}

static bool health_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct health_view *h = state;
    struct event_rows rows = {0};
    if (!query_health(q, r, &h->health, err) || !events_ask(q, r, &rows, err))
        return false;
    bool enough = table_set(&h->table, rows.row, rows.len);
    free(h->rows.row);
    h->rows = rows;
    return enough || err_set(err, "out of memory for %zu events", rows.len);
}

static const enum health healths[SEVERITIES] = {
    [SEVERITY_NONE] = HEALTH_GOOD,
    [SEVERITY_NOTE] = HEALTH_GOOD,
    [SEVERITY_WARN] = HEALTH_WARN,
    [SEVERITY_BAD] = HEALTH_BAD,
};

/* The verdict and its reasons, in at most `rows_max`. Returns the row after them. */
static int draw_findings(const struct pane *pane, const struct health_row *h, int rows_max)
{
    struct diagnosis found[DIAGNOSES_MAX];
    char verdict[VERDICT_TEXT_MAX];
    enum health health = healths[health_verdict(h, verdict)];
    size_t len = health_diagnoses(h, found);
    struct pane inner = pane_part(pane, 0, 3, rows_max, pane->columns - 4);
    int row = 0;
    pane_text(pane, row, 1, figures_ink_of(health), figures_mark_of(health));
    struct pane first = pane_line(pane, row++, 3, pane->columns - 4);
    pane_field(&first, ALIGN_LEFT, INK_STRONG, verdict);
    for (size_t i = 0; i < len && row + 2 <= rows_max; i++) {
        health = healths[found[i].severity];
        if (i || found[i].severity < SEVERITY_WARN) { /* else the verdict has said it */
            struct pane what = pane_line(pane, row, 3, pane->columns - 4);
            pane_text(pane, row++, 1, figures_ink_of(health), figures_mark_of(health));
            pane_field(&what, ALIGN_LEFT, INK_PLAIN, found[i].what);
        }
        row = wrap_draw(&inner, row, INK_DIM, found[i].remedy);
    }
    return row < rows_max ? row : rows_max;
}

/* A counter, and how it is seen. */
struct counter {
    const char *label;
    uint64_t value;
    enum { LOSS, BYTES_LOST, SECONDS_LOST, ODD, ODD_BYTES, PLAIN, PLAIN_BYTES } kind;
};

static struct human counter_text(const struct counter *c)
{
    if (c->kind == BYTES_LOST || c->kind == ODD_BYTES || c->kind == PLAIN_BYTES)
        return human_bytes((double)c->value);
    return c->kind == SECONDS_LOST ? human_span(c->value) : human_count((double)c->value);
}

static void draw_counter(const struct pane *cell, const struct counter *c)
{
    bool loss = c->value && c->kind <= SECONDS_LOST;
    struct pane value = pane_line(cell, 0, LABEL_WIDTH, VALUE_WIDTH);
    pane_text(cell, 0, 0, loss ? INK_PLAIN : INK_DIM, c->label);
    pane_field(&value, ALIGN_RIGHT,
               loss       ? INK_WARN
               : c->value ? INK_PLAIN
                          : INK_DIM,
               counter_text(c).text);
}

/* Those that matter always, and of the others those that counted something. Returns how many. */
static int drawn_counters(const struct health_row *h, struct counter ret[COUNTERS_MAX])
{
    const struct capture_counters *c = &h->capture;
    const struct decode_counters *d = &h->decode;
    const struct counter all[COUNTERS_MAX] = {
        {"frames", c->frames, PLAIN},
        {"bytes", c->bytes, PLAIN_BYTES},
        {"packets, TCP and UDP", c->packets, PLAIN},
        {"other IP", c->other_ip, ODD},
        {"not IP", c->not_ip, ODD},
        {"in a tunnel", c->tunnelled, ODD},
        {"copies, removed", c->duplicates, ODD},
        {"bytes in copies", c->duplicate_bytes, ODD_BYTES},
        {"copies or sent again", c->uncertain, LOSS},
        {"fragments", c->fragments, ODD},
        {"put together of them", c->rebuilt, ODD},
        {"never whole of them", c->unfinished, LOSS},
        {"fragments overlapping", c->overlapped, LOSS},
        {"malformed", c->malformed, LOSS},
        {"joined by offloading", c->oversized, LOSS},
        {"cut short", c->truncated, LOSS},
        {"cut before the ports", c->headers_cut, LOSS},
        {"dropped by the kernel", c->kernel_drops, LOSS},
        {"dropped by the interface", c->interface_drops, LOSS},
        {"numbered by the mirror", c->mirror_seen, ODD},
        {"lost by the mirror", c->mirror_lost, LOSS},
        {"behind by over 1 s", c->behind_ns, SECONDS_LOST},
        {"interface gone", c->source_gone, LOSS},
        {"of connections left out", c->unfollowed, LOSS},
        {"sampled, counts scaled", c->sampled_ns, SECONDS_LOST},
        {"connections now", d->flows, PLAIN},
        {"connections opened", d->flows_opened, PLAIN},
        {"connections given up", d->flows_evicted, LOSS},
        {"requests", d->exchanges, PLAIN},
        {"requests given up", d->exchanges_evicted, LOSS},
        {"answers without request", d->stray_answers, ODD},
        {"TLS records not opened", d->undecrypted, ODD},
        {"segments out of order", d->segments_held, ODD},
        {"segments sent again", d->retransmits, ODD},
        {"segments given up", d->segments_dropped, LOSS},
        {"holes", d->gaps, LOSS},
        {"bytes in holes", d->gap_bytes, BYTES_LOST},
        {"places lost by decoders", d->lost, ODD},
        {"connections not decoded", d->given_up, ODD},
        {"parts too long to read", d->shed, ODD},
        {"stamped too early", d->skewed, ODD},
        {"names forgotten", d->lookups_evicted, ODD},
        {"labelled by nDPI", d->labelled, ODD},
        {"not labelled", d->labels_evicted, ODD},
        {"requests not timed", d->unmeasured, ODD},
        {"reports not kept", h->edges_dropped + h->connections_dropped + h->open_calls_dropped,
         LOSS},
        {"names not kept", h->names_dropped, LOSS},
        {"connections forgotten", h->connections_forgotten, LOSS},
    };
    int len = 0;
    for (int i = 0; i < COUNTERS_MAX; i++)
        if (all[i].label && (all[i].value || all[i].kind >= PLAIN))
            ret[len++] = all[i];
    return len;
}

/* Down, then right, in as many columns as fit. Returns the row after them. */
static int draw_counters(const struct pane *pane, const struct health_row *h, int row)
{
    struct counter counters[COUNTERS_MAX];
    int len = drawn_counters(h, counters);
    int across = pane->columns / CELL_WIDTH > 1 ? pane->columns / CELL_WIDTH : 1;
    int down = (len + across - 1) / across;
    for (int i = 0; i < len; i++) {
        int cell_row = row + i % down;
        struct pane cell = pane_line(pane, cell_row, 1 + i / down * CELL_WIDTH, CELL_WIDTH - 2);
        if (cell_row < pane->rows)
            draw_counter(&cell, &counters[i]);
    }
    return row + down;
}

/* "http  !M  missing 1.2 kB, lost 3": of what something is spoiled. Returns the row after them. */
static int draw_protocols(const struct pane *pane, const struct health_row *h, int row)
{
    for (uint32_t i = 0; i < h->protocol_len && row < pane->rows; i++) {
        const struct quality *q = &h->protocol[i].quality;
        struct marks marks = quality_marks(q);
        char text[256] = "", signs[MARKS_TEXT_MAX];
        size_t used = 0;
        if (q->missing_bytes)
            used = (size_t)snprintf(text, sizeof text, "missing %s",
                                    human_bytes((double)q->missing_bytes).text);
        for (int t = 0; t < TROUBLES && used < sizeof text; t++)
            if (q->troubles[t])
                used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s",
                                         used ? ", " : "", trouble_name((enum trouble)t),
                                         human_count((double)q->troubles[t]).text);
        if (!used)
            continue;
        marks_text(&marks, signs);
        pane_text(pane, row, 1, INK_PLAIN, h->protocol[i].name);
        pane_text(pane, row, 12, marks_ink(&marks), signs);
        struct pane field = pane_line(pane, row++, 19, pane->columns - 20);
        pane_field(&field, ALIGN_LEFT, INK_DIM, text);
    }
    return row;
}

static void health_draw(void *state, const struct pane *pane)
{
    struct health_view *h = state;
    struct pane upper = pane_part(pane, 0, 0, pane->rows - EVENTS_LEAST - 1, pane->columns);
    int row = draw_findings(&upper, &h->health, upper.rows / 2) + 1;
    row = draw_counters(&upper, &h->health, row) + 1;
    int protocols = draw_protocols(&upper, &h->health, row);
    row = protocols > row ? protocols + 1 : row;
    row = row < upper.rows + 1 ? row : upper.rows + 1;
    struct pane lower = pane_part(pane, row, 0, pane->rows - row, pane->columns);
    table_draw(&h->table, &lower);
}

static bool health_key(void *state, struct key key, struct visit *ret)
{
    struct health_view *h = state;
    if (key.code != KEYCODE_ENTER && !table_clicked_again(&h->table, key))
        return table_key(&h->table, key);
    *ret = events_subject(table_selected(&h->table));
    return true;
}

static struct table *health_table(void *state)
{
    struct health_view *h = state;
    return &h->table;
}

const struct view health_view = {
    .title = "Health",
    .opens = "Subject",
    .state_size = sizeof(struct health_view),
    .init = health_init,
    .fini = health_fini,
    .refresh = health_refresh,
    .draw = health_draw,
    .key = health_key,
    .table = health_table,
};
