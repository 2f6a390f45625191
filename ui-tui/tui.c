/* tui.c - see tui.h. The loop: look at the database each second, draw, wait for a key.
 *
 * The database may not be there yet, may come, and may be replaced by another file; the loop
 * notices each. Questions are asked only when the database says that it has changed. */
#include "ui-tui/tui.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ui-tui/frame.h"
#include "ui-tui/term.h"

enum { TICK_MS = 1000 };

/* The database file, and what is known of it. */
struct source {
    const char *path;
    struct query *query; /* NULL: there is none that can be read */
    dev_t device;        /* of the file that is open */
    ino_t inode;
    bool known; /* version holds */
    uint64_t version;
};

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void close_source(struct source *s)
{
    query_close(s->query);
    s->query = NULL;
    s->known = false;
}

static bool open_source(struct source *s, struct err *err)
{
    struct stat file = {0};
    bool there = stat(s->path, &file) == 0;
    if (s->query && there && (file.st_dev != s->device || file.st_ino != s->inode))
        close_source(s); /* another file has taken its place */
    if (s->query)
        return true;
    s->query = query_open(s->path, err);
    s->device = file.st_dev;
    s->inode = file.st_ino;
    return s->query != NULL;
}

/* Has the database changed since the last call? */
static bool source_changed(struct source *s, struct err *err)
{
    uint64_t version = 0;
    if (!query_version(s->query, &version, err)) {
        close_source(s); /* opening it again says what is wrong, or helps */
        return false;
    }
    bool changed = !s->known || version != s->version;
    s->version = version;
    s->known = true;
    return changed;
}

static void tick(struct frame *f, struct source *s)
{
    struct err err = {""};
    if (f->paused && s->query)
        return;
    if (open_source(s, &err) && source_changed(s, &err))
        frame_update(f, s->query);
    if (err.text[0])
        frame_disconnect(f, err.text);
}

/* A canvas of the terminal's size. */
static bool fit_canvas(struct canvas **canvas, bool ascii)
{
    int rows, columns;
    term_size(&rows, &columns);
    if (*canvas && (*canvas)->rows == rows && (*canvas)->columns == columns)
        return true;
    canvas_free(*canvas);
    *canvas = canvas_new(rows, columns, ascii);
    return *canvas != NULL;
}

static bool run(struct frame *f, struct source *s, bool ascii, struct err *err)
{
    struct canvas *canvas = NULL;
    uint64_t next_tick_ns = 0;
    while (!f->quit && !term_interrupted()) {
        uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
        if (now_ns >= next_tick_ns) {
            tick(f, s);
            next_tick_ns = now_ns + TICK_MS * UINT64_C(1000000);
        }
        if (!fit_canvas(&canvas, ascii))
            return err_set(err, "tui: out of memory for the screen");
        f->now_ns = clock_ns(CLOCK_REALTIME);
        frame_draw(f, canvas);
        bool more = s->query && frame_fetch(f, s->query);
        if (more)
            frame_draw(f, canvas);
        term_show(canvas);
        int wait_ms = (int)((next_tick_ns - now_ns) / 1000000) + 1;
        struct key key = term_key(more ? 0 : wait_ms);
        if (key.code != KEYCODE_NONE && key.code != KEYCODE_RESIZE)
            frame_key(f, s->query, key);
    }
    canvas_free(canvas);
    return true;
}

static bool print_once(struct frame *f, struct source *s, bool ascii, struct err *err)
{
    if (!open_source(s, err))
        return false;
    frame_update(f, s->query);
    if (f->trouble.text[0])
        return err_set(err, "%s", f->trouble.text);
    frame_print(f, stdout, ascii);
    return true;
}

static bool refuse_view(const char *view, struct err *err)
{
    char titles[256];
    view_names(titles, sizeof titles, true);
    return err_set(err, "tui: there is no view \"%s\"; views are %s", view, titles);
}

static bool begin(struct tui_options *options, struct frame *f, struct err *err)
{
    if (options->begin && !options->begin(options, err))
        return false;
    if (options->range.to_ns)
        frame_fix(f, options->range);
    return true;
}

bool tui_run(struct tui_options *options, struct err *err)
{
    const char *no_color = getenv("NO_COLOR");
    bool ascii = term_wants_ascii() || options->ascii;
    bool batch = options->batch || !isatty(STDOUT_FILENO);
    struct source source = {.path = options->db};
    struct frame *f = frame_new(options->db, options->since_ns);
    if (!f)
        return err_set(err, "tui: out of memory");
    if (options->view && !frame_open(f, options->view)) {
        frame_free(f);
        return refuse_view(options->view, err);
    }
    bool good;
    if (batch) {
        good = begin(options, f, err) && print_once(f, &source, ascii, err);
    } else {
        good = term_open(options->no_color || (no_color && *no_color), err) &&
               begin(options, f, err) && run(f, &source, ascii, err);
        term_close();
    }
    close_source(&source);
    frame_free(f);
    return good;
}
