/* frame.h - what is around the views: tabs, overview, path and filter, key bar; and which view is
 * seen, of what, over which time.
 *
 * It knows neither terminal nor clock: keys and a database handle come in, a canvas goes out. */
#pragma once

#include "ui-tui/overview.h"
#include "ui-tui/prompt.h"
#include "ui-tui/view.h"

enum {
    FRAME_DEPTH_MAX = 6, /* how far one can drill in */
    FRAME_ROWS_LEAST = 10,
    FRAME_COLUMNS_LEAST = 40,
    KEY_BAR_MAX = 16,
};

/* What figures are compared with. */
enum comparison { COMPARE_NOT, COMPARE_HOUR, COMPARE_DAY, COMPARE_SPAN, COMPARISONS };

enum asking { ASKING_NOTHING, ASKING_FILTER, ASKING_TIME, ASKING_VIEW };

/* A view with what it shows. */
struct page {
    const struct view *view; /* NULL: not opened yet */
    void *state;
    struct scope scope;
    char filter[FILTER_TEXT_MAX];
    uint64_t refreshed; /* frame.generation of its answers; 0: never */
};

struct span {
    int left, right; /* columns [left, right); for clicks */
};

struct frame {
    const char *db; /* kept */
    bool quit;
    bool help;
    int help_top, help_end; /* the row it is read from; the last such, when it was drawn last */
    bool paused;
    enum comparison comparison;

    struct page tab[VIEWS_MAX];
    size_t open; /* which tab */
    struct page inner[FRAME_DEPTH_MAX];
    size_t depth; /* pages opened inside that tab */

    enum asking asking; /* what is being typed */
    struct prompt prompt;
    char filter_before[FILTER_TEXT_MAX];
    struct err asking_err; /* "" if what is typed is right, */
    size_t asking_bad_at;  /* or wrong from this byte on */

    uint64_t since_ns; /* how much is shown; 0: all */
    uint64_t until_ns; /* its end; 0: the newest there is */
    struct range history;
    uint64_t now_ns;
    struct range range;
    uint64_t generation; /* of the range and data; pages refreshed at an older one are old */
    bool connected;      /* there is a database */
    struct err trouble;  /* what went wrong with it; "" if nothing */
    struct overview overview;

    struct span tab_span[VIEWS_MAX], key_span[KEY_BAR_MAX];
    uint32_t key_code[KEY_BAR_MAX]; /* what a click there means */
    int key_row;                    /* of the canvas, when it was drawn last */
};

/* `db` is kept. NULL when memory is short. Given to the caller. */
struct frame *frame_new(const char *db, uint64_t since_ns);

/* Shows a range of the past, as if it had been gone to. */
void frame_fix(struct frame *f, struct range range);
void frame_free(struct frame *f);

/* The database cannot be read, for this reason; what is on the screen stays. */
void frame_disconnect(struct frame *f, const char *why);

/* The database has news, if not paused; or the range changed. Asks again for what is seen. */
void frame_update(struct frame *f, struct query *q);
/* Asks for what is seen and not there yet: after a key. True if something came. */
bool frame_fetch(struct frame *f, struct query *q);

/* Does what a key means. The canvas must be that of the last frame_draw(), for clicks. */
void frame_key(struct frame *f, struct query *q, struct key key);

/* Goes to a view by its title, or the beginning of it, in any case. false: there is none. */
bool frame_open(struct frame *f, const char *title);

void frame_draw(struct frame *f, struct canvas *c);

/* What is open as plain text: all rows, not only those that a screen has room for. */
void frame_print(struct frame *f, FILE *file, bool ascii);

struct page *frame_page(struct frame *f);

/* The time that is compared with; {0, 0}: none is. */
struct range frame_before(const struct frame *f);
