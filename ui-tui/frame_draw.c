/* frame_draw.c - see frame.h. Here: how it looks.
 *
 *   tabs
 *   overview
 *   path, filter, number of rows
 *   the view
 *   keys, or the filter being typed */
#include "ui-tui/frame.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/placard.h"

enum { ROW_TABS, ROW_OVERVIEW, ROW_PATH, ROW_VIEW };

enum { CLOCK_WIDTH = 9, TITLE_MOST = 20 };

static const char *tab_title(size_t tab, bool brief)
{
    const struct view *view = views[tab];
    return brief && view->brief ? view->brief : view->title;
}

/* The tabs, each with a number and `gaps` blanks; of the titles at most `letters`. */
static int tabs_width(int gaps, int letters, bool brief)
{
    int width = 0;
    for (size_t i = 0; i < views_len; i++) {
        int title = (int)strlen(tab_title(i, brief));
        width += 1 + gaps + (title < letters ? title : letters);
    }
    return width;
}

static void draw_tabs(struct frame *f, const struct pane *line)
{
    int letters = TITLE_MOST;
    bool tight = tabs_width(3, letters, false) + 2 + CLOCK_WIDTH > line->columns;
    bool brief = tight && tabs_width(2, letters, false) > line->columns;
    while (brief && letters > 1 && tabs_width(2, letters, true) > line->columns)
        letters--;
    pane_clear(line, INK_TAB);
    int column = 0;
    for (size_t i = 0; i < views_len; i++) {
        enum ink ink = i == f->open ? INK_TAB_OPEN : INK_TAB;
        f->tab_span[i].left = column;
        column = pane_printf(line, 0, column, ink, " %zu %.*s%s", i + 1, letters,
                             tab_title(i, brief), tight ? "" : " ");
        f->tab_span[i].right = column;
    }
    struct human clock = human_clock(f->now_ns);
    const char *name = strrchr(f->db, '/') ? strrchr(f->db, '/') + 1 : f->db;
    char text[300];
    snprintf(text, sizeof text, "%s  %s ", name, clock.text);
    struct pane right = pane_line(line, 0, column + 2, line->columns - column - 2);
    if (canvas_width(text, line->canvas->ascii) > right.columns)
        snprintf(text, sizeof text, "%s ", clock.text);
    if (canvas_width(text, line->canvas->ascii) <= right.columns)
        pane_field(&right, ALIGN_RIGHT, INK_TAB, text);
}

static const struct page *page_at(const struct frame *f, size_t step)
{
    return step ? &f->inner[step - 1] : &f->tab[f->open];
}

/* What a page of the path is about, if that is to be told: not of everything, and not if the page
 * before it on the screen is about the same. */
static const char *subject_of(const struct frame *f, size_t step, size_t first)
{
    const char *name = page_at(f, step)->scope.name;
    bool told = step > first && !strcmp(name, page_at(f, step - 1)->scope.name);
    return step && !told ? name : NULL;
}

/* From the page at `first` on, with what stands before it. */
static int path_width(const struct frame *f, size_t first, bool ascii)
{
    int width = 1;
    for (size_t step = first; step <= f->depth; step++) {
        const char *subject = subject_of(f, step, first);
        width += subject ? canvas_width(subject, ascii) + 3 : 0;
        width += canvas_width(page_at(f, step)->view->title, ascii) + (step ? 3 : 0);
    }
    return width;
}

/* "Services › cart › Edges". What does not fit is left out at the front: the end tells most. */
static int draw_path(const struct frame *f, const struct pane *line)
{
    size_t first = 0;
    while (first < f->depth && path_width(f, first, line->canvas->ascii) > line->columns)
        first++;
    int column = first ? pane_text(line, 0, 1, INK_DIM, "…") : 1;
    for (size_t step = first; step <= f->depth; step++) {
        const char *subject = subject_of(f, step, first);
        if (subject) {
            column = pane_text(line, 0, column, INK_DIM, " › ");
            column = pane_text(line, 0, column, INK_ACCENT, subject);
        }
        if (step)
            column = pane_text(line, 0, column, INK_DIM, " › ");
        enum ink ink = step == f->depth ? INK_STRONG : INK_DIM;
        column = pane_text(line, 0, column, ink, page_at(f, step)->view->title);
    }
    return column;
}

/* "3 of 42": of those that pass the filter, of all. */
static int draw_count(struct frame *f, const struct pane *line)
{
    struct page *p = frame_page(f);
    if (!p->view->table)
        return line->columns;
    const struct table *t = p->view->table(p->state);
    char text[64];
    if (t->list.len != t->row_len)
        snprintf(text, sizeof text, "%zu of %zu", t->list.len, t->row_len);
    else
        snprintf(text, sizeof text, "%zu", t->row_len);
    int width = (int)strlen(text) + 1;
    pane_text(line, 0, line->columns - width, INK_DIM, text);
    return line->columns - width - 2;
}

static void draw_status(struct frame *f, const struct pane *line)
{
    struct pane left = *line;
    if (f->trouble.text[0]) {
        left = pane_line(line, 0, 1, line->columns - 2);
        pane_field(&left, ALIGN_LEFT, INK_BAD, f->trouble.text);
        return;
    }
    left.columns = draw_count(f, line);
    int column = draw_path(f, &left);
    const char *filter = frame_page(f)->filter;
    if (!filter[0] || f->asking == ASKING_FILTER)
        return;
    column = pane_text(&left, 0, column + 3, INK_DIM, "filter ");
    struct pane field = pane_line(&left, 0, column, left.columns - column);
    pane_field(&field, ALIGN_LEFT, INK_WARN, filter);
}

static void draw_prompt(const struct frame *f, const struct pane *line)
{
    static const struct {
        const char *label, *hint;
    } kinds[] = {
        [ASKING_FILTER] = {"Filter:",
                           "server~cart p95>20ms errors>1%   Enter keeps it, Esc does not"},
        [ASKING_TIME] = {"Time:", "14:05   2h ago   13:00 to 13:30   30m   now   Enter goes there"},
        [ASKING_VIEW] = {"Go to:", ""},
    };
    bool wrong = f->asking_err.text[0] != '\0';
    char names[256];
    const char *hint = kinds[f->asking].hint;
    if (f->asking == ASKING_VIEW) {
        const struct view *view = view_named(f->prompt.text);
        view_names(names, sizeof names, false);
        hint = view ? view->title : names;
    }
    int column = pane_text(line, 0, 1, INK_KEY, kinds[f->asking].label);
    column = prompt_draw(&f->prompt, line, column + 1, wrong ? f->asking_bad_at : SIZE_MAX) + 2;
    struct pane right = pane_line(line, 0, column, line->columns - column - 1);
    pane_field(&right, ALIGN_LEFT, wrong ? INK_BAD : INK_DIM, wrong ? f->asking_err.text : hint);
}

struct key_label {
    const char *key, *label; /* no label: not shown */
    uint32_t code;
    bool can_leave; /* when room is short; the last of these first */
};

static int key_width(const struct key_label *k)
{
    return k->label ? (int)(strlen(k->key) + strlen(k->label)) + 3 : 0;
}

static void make_room(struct key_label *keys, size_t len, int width)
{
    int total = 1;
    for (size_t i = 0; i < len; i++)
        total += key_width(&keys[i]);
    for (size_t i = len; i > 0 && total > width; i--) {
        if (!keys[i - 1].can_leave)
            continue;
        total -= key_width(&keys[i - 1]);
        keys[i - 1].label = NULL;
    }
}

/* One of the view's own keys. */
static struct key_label more_key(const struct view *view, size_t i)
{
    _Static_assert(VIEW_KEYS_MAX == 4, "draw_keys() shows them all");
    const char *key = view->keys[i].key;
    return key ? (struct key_label){key, view->keys[i].label, (uint32_t)*key, true}
               : (struct key_label){"", NULL, 0, true};
}

static void draw_keys(struct frame *f, const struct pane *line)
{
    const struct page *p = frame_page(f);
    bool sorted = p->view->table && !p->view->unsorted;
    struct key_label keys[] = {
        {"F1", "Help", '?', false},
        {"/", "Filter", '/', false},
        {"Enter", p->view->opens, KEYCODE_ENTER, false},
        more_key(p->view, 0),
        more_key(p->view, 1),
        more_key(p->view, 2),
        more_key(p->view, 3),
        {"Esc", f->depth || p->filter[0] ? "Back" : NULL, KEYCODE_ESCAPE, false},
        {"s", sorted ? "Sort" : NULL, 's', true},
        {"p",
         f->until_ns ? "Now"
         : f->paused ? "Go on"
                     : "Pause",
         'p', true},
        {"c", "Compare", 'c', true},
        {"[ ]", "Back", '[', true},
        {"- +", "Time", '+', true},
        {"I", sorted ? "Invert" : NULL, 'I', true},
        {"q", "Quit", 'q', false},
    };
    const size_t len = sizeof keys / sizeof *keys;
    _Static_assert(sizeof keys / sizeof *keys <= KEY_BAR_MAX, "a span for every key");
    int column = 1;
    pane_clear(line, INK_LABEL);
    f->key_row = line->row;
    make_room(keys, len, line->columns + 1); /* the last gap may be cut */
    for (size_t i = 0; i < len; i++) {
        f->key_span[i] = (struct span){0, 0};
        bool idle = !f->range.to_ns && keys[i].code != '?' && keys[i].code != 'q';
        if (!keys[i].label || idle)
            continue;
        f->key_span[i].left = column;
        column = pane_text(line, 0, column, INK_KEY, keys[i].key);
        column = pane_text(line, 0, column + 1, INK_LABEL, keys[i].label);
        f->key_span[i].right = column;
        f->key_code[i] = keys[i].code;
        column += 2;
    }
}

static void draw_view(struct frame *f, const struct pane *pane)
{
    struct page *p = frame_page(f);
    if (!f->connected)
        placard_no_database(pane, f->db, f->trouble.text);
    else if (!f->range.to_ns)
        placard_no_traffic(pane, f->db);
    else
        p->view->draw(p->state, pane);
}

enum { PRINT_ROWS = 400, PRINT_COLUMNS = 132 };

/* A screen so large that all is on it, as far as it is used. */
static void print_screen(struct page *p, FILE *file, bool ascii)
{
    struct canvas *c = canvas_new(PRINT_ROWS, PRINT_COLUMNS, ascii);
    if (!c)
        return;
    struct pane whole = pane_whole(c);
    char text[PRINT_COLUMNS * CELL_POINTS * 4 + 1];
    int last = 0;
    p->view->draw(p->state, &whole);
    for (int row = 0; row < c->rows; row++) {
        canvas_row_text(c, row, text, sizeof text);
        last = text[0] ? row : last;
    }
    for (int row = 0; row <= last; row++) {
        canvas_row_text(c, row, text, sizeof text);
        fprintf(file, "%s\n", text);
    }
    canvas_free(c);
}

void frame_print(struct frame *f, FILE *file, bool ascii)
{
    struct page *p = frame_page(f);
    if (p->view->print)
        p->view->print(p->state, file, ascii);
    else if (p->view->table)
        table_print(p->view->table(p->state), file, ascii);
    else
        print_screen(p, file, ascii);
}

void frame_draw(struct frame *f, struct canvas *c)
{
    canvas_clear(c);
    struct pane all = pane_whole(c);
    if (all.rows < FRAME_ROWS_LEAST || all.columns < FRAME_COLUMNS_LEAST) {
        placard_too_small(&all, FRAME_ROWS_LEAST, FRAME_COLUMNS_LEAST);
        return;
    }
    struct pane tabs = pane_line(&all, ROW_TABS, 0, all.columns);
    struct pane overview = pane_line(&all, ROW_OVERVIEW, 0, all.columns);
    struct pane path = pane_line(&all, ROW_PATH, 0, all.columns);
    struct pane view = pane_part(&all, ROW_VIEW, 0, all.rows - ROW_VIEW - 1, all.columns);
    struct pane keys = pane_line(&all, all.rows - 1, 0, all.columns);
    static const char *const against[COMPARISONS] = {
        [COMPARE_HOUR] = "1 h ago", [COMPARE_DAY] = "1 d ago", [COMPARE_SPAN] = "the span before"};
    struct range before = frame_before(f);
    const struct overview_time time = {
        .range = f->range,
        .since_ns = f->since_ns,
        .now_ns = f->now_ns,
        .paused = f->paused,
        .past = f->until_ns != 0,
        .against = against[f->comparison],
        .against_is_known = before.to_ns > f->history.from_ns,
    };
    draw_tabs(f, &tabs);
    if (f->range.to_ns) {
        overview_draw(&f->overview, &time, &overview);
        draw_status(f, &path);
    }
    draw_view(f, &view);
    if (f->asking != ASKING_NOTHING)
        draw_prompt(f, &keys);
    else
        draw_keys(f, &keys);
    if (f->help)
        f->help_end = placard_help(&all, frame_page(f)->view, f->help_top);
}
