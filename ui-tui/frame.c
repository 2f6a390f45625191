/* frame.c - see frame.h. Here: pages, time and keys; frame_draw.c draws. */
#include "ui-tui/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "ui-tui/go_to.h"

static const uint64_t second_ns = 1000000000;
static const uint64_t range_s[] = {60, 300, 900, 3600, 21600, 86400}; /* past the last: all */
enum { RANGES = sizeof range_s / sizeof *range_s };

static bool open_page(struct page *p, const struct view *view, const struct scope *scope)
{
    *p = (struct page){.view = view, .scope = *scope, .state = calloc(1, view->state_size)};
    if (!p->state) {
        p->view = NULL;
        return false;
    }
    view->init(p->state, &p->scope);
    return true;
}

static void close_page(struct page *p)
{
    if (!p->view)
        return;
    p->view->fini(p->state);
    free(p->state);
    *p = (struct page){0};
}

struct frame *frame_new(const char *db, uint64_t since_ns)
{
    struct frame *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->db = db;
    f->since_ns = since_ns;
    f->generation = 1;
    for (size_t i = 0; i < views_len; i++) {
        if (!open_page(&f->tab[i], views[i], &(struct scope){0})) {
            frame_free(f);
            return NULL;
        }
    }
    return f;
}

void frame_fix(struct frame *f, struct range range)
{
    f->range = range;
    f->since_ns = range.to_ns - range.from_ns;
    f->until_ns = range.to_ns;
}

void frame_free(struct frame *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < VIEWS_MAX; i++)
        close_page(&f->tab[i]);
    for (size_t i = 0; i < FRAME_DEPTH_MAX; i++)
        close_page(&f->inner[i]);
    free(f);
}

struct page *frame_page(struct frame *f)
{
    return f->depth ? &f->inner[f->depth - 1] : &f->tab[f->open];
}

static struct table *table_of(const struct page *p)
{
    return p->view->table ? p->view->table(p->state) : NULL;
}

/* The database ------------------------------------------------------------------------------- */

void frame_disconnect(struct frame *f, const char *why)
{
    bytes_to_text(f->trouble.text, sizeof f->trouble.text, bytes_of_text(why));
}

struct range frame_before(const struct frame *f)
{
    const uint64_t ago_ns[COMPARISONS] = {
        [COMPARE_HOUR] = UINT64_C(3600) * second_ns,
        [COMPARE_DAY] = UINT64_C(86400) * second_ns,
        [COMPARE_SPAN] = f->range.to_ns - f->range.from_ns,
    };
    uint64_t ago = ago_ns[f->comparison];
    if (!ago || f->range.from_ns < ago)
        return (struct range){0, 0};
    return (struct range){f->range.from_ns - ago, f->range.to_ns - ago};
}

static bool refresh_page(struct frame *f, struct query *q, struct page *p)
{
    if (p->refreshed == f->generation || !f->range.to_ns)
        return false;
    p->refreshed = f->generation; /* even if it fails: once a change is often enough */
    if (!p->view->refresh(p->state, q, f->range, &f->trouble))
        return false;
    struct range before = frame_before(f);
    bool recorded = before.to_ns > f->history.from_ns;
    return !p->view->compare || !recorded || p->view->compare(p->state, q, before, &f->trouble);
}

/* Up to the time gone to, else up to the newest window; while paused, up to the one that was the
 * newest then. */
static bool find_range(struct frame *f, struct query *q, struct range *ret, struct err *err)
{
    if (!query_history(q, &f->history, err))
        return false;
    uint64_t to_ns = f->until_ns ? f->until_ns : f->paused ? f->range.to_ns : 0;
    if (!to_ns || !f->history.to_ns)
        return query_since(q, f->since_ns, ret, err);
    bool all = !f->since_ns || f->history.from_ns + f->since_ns > to_ns;
    *ret = (struct range){all ? f->history.from_ns : to_ns - f->since_ns, to_ns};
    return true;
}

void frame_update(struct frame *f, struct query *q)
{
    struct err err = {""};
    struct range range;
    f->connected = true;
    if (find_range(f, q, &range, &err) &&
        (!range.to_ns || overview_refresh(&f->overview, q, range, &err))) {
        f->range = range;
        f->generation++;
    }
    f->trouble = err;
    refresh_page(f, q, frame_page(f));
}

bool frame_fetch(struct frame *f, struct query *q)
{
    struct page *p = frame_page(f);
    if (refresh_page(f, q, p))
        return true;
    return f->range.to_ns && p->view->fetch && p->view->fetch(p->state, q, f->range);
}

/* The time shown, one step longer or shorter. */
static uint64_t longer(uint64_t since_ns)
{
    for (size_t i = 0; since_ns && i < RANGES; i++) {
        if (range_s[i] * second_ns > since_ns)
            return range_s[i] * second_ns;
    }
    return 0;
}

static uint64_t shorter(uint64_t since_ns)
{
    for (size_t i = RANGES; i > 0; i--) {
        if (!since_ns || range_s[i - 1] * second_ns < since_ns)
            return range_s[i - 1] * second_ns;
    }
    return since_ns;
}

static void show_range(struct frame *f, struct query *q, uint64_t since_ns)
{
    f->since_ns = since_ns;
    if (q)
        frame_update(f, q);
}

static void compare_next(struct frame *f)
{
    f->comparison = (enum comparison)((f->comparison + 1) % COMPARISONS);
    f->generation++;
}

static void pause_or_go_on(struct frame *f, struct query *q)
{
    bool resting = f->paused || f->until_ns;
    f->paused = !resting;
    f->until_ns = 0;
    if (resting && q)
        frame_update(f, q);
}

/* To the same length of time before or after. What was the newest is followed again. */
static void step_time(struct frame *f, struct query *q, bool back)
{
    uint64_t length_ns = f->range.to_ns - f->range.from_ns;
    uint64_t end_ns = back ? f->range.from_ns : f->range.to_ns + length_ns;
    if (!f->since_ns || (back && end_ns <= f->history.from_ns))
        return; /* all is shown, or there is nothing before */
    f->until_ns = end_ns < f->history.to_ns ? end_ns : 0;
    f->paused = f->paused && f->until_ns;
    if (q)
        frame_update(f, q);
}

/* Going about -------------------------------------------------------------------------------- */

static void go_back(struct frame *f)
{
    if (f->depth)
        close_page(&f->inner[--f->depth]);
}

static void open_tab(struct frame *f, size_t tab)
{
    while (f->depth)
        go_back(f);
    f->open = tab;
}

static void visit(struct frame *f, const struct visit *v)
{
    if (f->depth < FRAME_DEPTH_MAX && open_page(&f->inner[f->depth], v->view, &v->scope))
        f->depth++;
}

bool frame_open(struct frame *f, const char *title)
{
    const struct view *view = view_named(title);
    if (!view)
        return false;
    for (size_t i = 0; i < views_len; i++) {
        if (views[i] == view) {
            open_tab(f, i);
            return true;
        }
    }
    open_tab(f, f->open);
    visit(f, &(struct visit){view, {0}});
    return true;
}

/* The filter --------------------------------------------------------------------------------- */

/* Of a filter that is wrong, perhaps because it is half typed, the terms up to there hold. */
static void apply_filter(struct frame *f, const char *text)
{
    struct page *p = frame_page(f);
    f->asking_err = (struct err){""};
    if (table_filter(table_of(p), text, &f->asking_err, &f->asking_bad_at))
        bytes_to_text(p->filter, sizeof p->filter, bytes_of_text(text));
}

static void start_typing(struct frame *f)
{
    struct page *p = frame_page(f);
    if (!table_of(p))
        return;
    f->asking = ASKING_FILTER;
    f->asking_err = (struct err){""};
    memcpy(f->filter_before, p->filter, sizeof f->filter_before);
    prompt_start(&f->prompt, p->filter);
}

static void start_asking(struct frame *f, enum asking asking)
{
    f->asking = asking;
    f->asking_err = (struct err){""};
    prompt_start(&f->prompt, "");
}

/* Enter goes there; while it is typed, what it cannot become is marked. */
static void type_view(struct frame *f, struct key key)
{
    enum prompt_status status = prompt_key(&f->prompt, key);
    const struct view *view = view_named(f->prompt.text);
    f->asking_err = (struct err){""};
    f->asking_bad_at = 0;
    if (f->prompt.text[0] && !view) {
        char names[256];
        view_names(names, sizeof names, true);
        err_set(&f->asking_err, "views are %s", names);
    }
    if (status == PROMPT_OPEN || (status == PROMPT_DONE && f->asking_err.text[0]))
        return;
    f->asking = ASKING_NOTHING;
    if (status == PROMPT_DONE && view)
        frame_open(f, view->title);
}

/* Enter goes there; a time that is wrong stays, so that it can be put right. */
static void type_time(struct frame *f, struct query *q, struct key key)
{
    struct go_to to = {f->since_ns, 0};
    enum prompt_status status = prompt_key(&f->prompt, key);
    f->asking_err = (struct err){""};
    f->asking_bad_at = 0;
    if (status == PROMPT_DONE && f->prompt.text[0] &&
        !go_to_read(f->prompt.text, f->history, &to, &f->asking_err))
        return;
    if (status == PROMPT_OPEN)
        return;
    f->asking = ASKING_NOTHING;
    if (status == PROMPT_CANCELLED || !f->prompt.text[0])
        return;
    f->since_ns = to.since_ns;
    f->until_ns = to.until_ns;
    f->paused = false;
    if (q)
        frame_update(f, q);
}

/* Enter keeps a wrong filter in the prompt, so that it can be put right. */
static void type(struct frame *f, struct key key)
{
    switch (prompt_key(&f->prompt, key)) {
    case PROMPT_OPEN:
        apply_filter(f, f->prompt.text);
        return;
    case PROMPT_DONE:
        if (!f->asking_err.text[0])
            f->asking = ASKING_NOTHING;
        return;
    case PROMPT_CANCELLED:
        apply_filter(f, f->filter_before);
        f->asking = ASKING_NOTHING;
        return;
    }
}

/* Keys --------------------------------------------------------------------------------------- */

static void escape(struct frame *f)
{
    if (frame_page(f)->filter[0])
        apply_filter(f, "");
    else
        go_back(f);
}

/* Keys that mean the same in all views. */
static bool common_key(struct frame *f, struct query *q, struct key key)
{
    switch (key.code) {
    case 'q':
    case KEYCODE_F10:
        f->quit = true;
        return true;
    case '?':
    case 'h':
    case KEYCODE_F1:
        f->help = true;
        f->help_top = 0;
        return true;
    case '/':
    case KEYCODE_F1 + 2:
    case KEYCODE_F1 + 3:
        start_typing(f);
        return true;
    case ':':
        start_asking(f, ASKING_VIEW);
        return true;
    case KEYCODE_ESCAPE:
    case KEYCODE_BACKSPACE:
        escape(f);
        return true;
    case KEYCODE_TAB:
        open_tab(f, (f->open + 1) % views_len);
        return true;
    case KEYCODE_BACK_TAB:
        open_tab(f, (f->open + views_len - 1) % views_len);
        return true;
    case 'p':
    case ' ':
        pause_or_go_on(f, q);
        return true;
    case 'c':
        compare_next(f);
        return true;
    case 't':
        start_asking(f, ASKING_TIME);
        return true;
    case '[':
    case ']':
        step_time(f, q, key.code == '[');
        return true;
    case 'L':
        if (f->paused || f->until_ns)
            pause_or_go_on(f, q);
        return true;
    case '+':
    case '=':
        show_range(f, q, longer(f->since_ns));
        return true;
    case '-':
        show_range(f, q, shorter(f->since_ns));
        return true;
    }
    if (key.code < '1' || key.code >= '1' + views_len)
        return false;
    open_tab(f, key.code - '1');
    return true;
}

static bool inside(struct span s, int column)
{
    return column >= s.left && column < s.right;
}

/* A click on a tab or on the key bar is the key it shows. */
static struct key key_of_click(const struct frame *f, struct key click)
{
    for (size_t i = 0; click.row == 0 && i < views_len; i++) {
        if (inside(f->tab_span[i], click.column))
            return (struct key){.code = '1' + (uint32_t)i};
    }
    for (size_t i = 0; click.row == f->key_row && i < KEY_BAR_MAX; i++) {
        if (inside(f->key_span[i], click.column))
            return (struct key){.code = f->key_code[i]};
    }
    return click;
}

/* Up and down while there is more; any other key closes it. */
static bool scroll_help(struct frame *f, struct key key)
{
    int by = 0;
    if (key.code == 'j' || key.code == KEYCODE_DOWN || key.code == KEYCODE_WHEEL_DOWN)
        by = 1;
    else if (key.code == 'k' || key.code == KEYCODE_UP || key.code == KEYCODE_WHEEL_UP)
        by = -1;
    int top = f->help_top + by;
    if (by && f->help_end)
        f->help_top = top < 0 ? 0 : top > f->help_end ? f->help_end : top;
    return by && f->help_end;
}

void frame_key(struct frame *f, struct query *q, struct key key)
{
    if (key.code == KEYCODE_CLICK)
        key = key_of_click(f, key);
    if (f->help) {
        f->help = scroll_help(f, key);
        return;
    }
    switch (f->asking) {
    case ASKING_FILTER:
        type(f, key);
        return;
    case ASKING_TIME:
        type_time(f, q, key);
        return;
    case ASKING_VIEW:
        type_view(f, key);
        return;
    case ASKING_NOTHING:
        break;
    }
    if (common_key(f, q, key))
        return;
    struct visit v = {0};
    struct page *p = frame_page(f);
    if (f->range.to_ns && p->view->key(p->state, key, &v) && v.view)
        visit(f, &v);
}
