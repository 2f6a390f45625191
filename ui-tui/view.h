/* view.h - one tab of the dashboard.
 *
 * A view asks the database in refresh() and fetch(), and keeps the answers in its state; draw() and
 * key() use nothing but the state. It acts on nothing outside: key() answers where to go, and the
 * frame goes. A new view is a file view_NAME.c that exports `const struct view NAME_view`, and a
 * line in views.c. */
#pragma once

#include "store/query.h"
#include "ui-tui/canvas.h"
#include "ui-tui/key.h"
#include "ui-tui/table.h"

/* What the view is about; zeroed: everything. */
struct scope {
    int64_t service_id, edge_id;        /* 0: any */
    int64_t client_id, server_id;       /* of the edge, where that is known; 0: it is not */
    char operation[OPERATION_TEXT_MAX]; /* of the edge; "": all */
    enum grouping grouping;             /* not GROUP_SERVICE: of the node `name` of that grouping */
    int64_t request_id;                 /* of an exchange that was kept; 0: none */
    char trace_id[33];                  /* that it is part of; "": of none */
    char name[2 * NAME_TEXT_MAX + 32];  /* of the service, edge or exchange */
};

/* What tells an edge from others, as rows of many kinds have it. */
struct edge_ends {
    const char *client, *server, *protocol;
    uint16_t port;
};
/* "web → cart:8080 http" */
struct scope scope_of_edge(int64_t edge_id, struct edge_ends ends);
struct scope scope_of_service(int64_t service_id, const char *name);

/* Leaves the edges of the scope's service, whichever end it is; all if it has none. */
void scope_keep_edges(const struct scope *scope, struct edge_rows *rows);

/* Where a key leads. `view` NULL: nowhere. */
struct visit {
    const struct view *view;
    struct scope scope;
};

enum { VIEW_KEYS_MAX = 4 };

struct view {
    const char *title;
    const char *brief; /* where room is short; NULL: there is no shorter one */
    const char *opens; /* what Enter opens, as one word; NULL: nothing */
    struct {
        const char *key, *label; /* one character, one word */
    } keys[VIEW_KEYS_MAX];       /* more keys for the key bar; NULL ends */
    bool unsorted;               /* its table is not seen, so it is not sorted */
    size_t state_size;           /* zeroed bytes, from the frame */

    void (*init)(void *state, const struct scope *scope);
    void (*fini)(void *state); /* frees what `state` points to */

    /* Asks for all that the view shows of a range. On failure the old answers stay. */
    bool (*refresh)(void *state, struct query *q, struct range r, struct err *err);
    /* Asks for a part of what the last draw() found missing, for a few ms at most. Returns true if
     * there is something new to draw. Optional. */
    bool (*fetch)(void *state, struct query *q, struct range r);

    /* After each refresh() while times are compared: what all was in the same span before.
     * Optional.
     */
    bool (*compare)(void *state, struct query *q, struct range before, struct err *err);

    void (*draw)(void *state, const struct pane *pane);
    /* Returns false for a key that means nothing here. */
    bool (*key)(void *state, struct key key, struct visit *ret);
    /* The table that is filtered, counted and printed. Optional. */
    struct table *(*table)(void *state);
    /* All of it as plain text, for --batch. Optional: without it, the table is printed; without a
     * table, a large screen. */
    void (*print)(void *state, FILE *file, bool ascii);
};

enum { VIEWS_MAX = 9 }; /* tabs: keys 1 to 9 */

/* The tabs, in order. */
extern const struct view *const views[];
extern const size_t views_len;

/* Those that are no tabs, but can be gone to by name (`:relays`), of everything. */
extern const struct view *const more_views[];
extern const size_t more_views_len;

/* The one that a title means, or the beginning of one, in any case; NULL: there is none. */
const struct view *view_named(const char *title);

/* "services, edges, ...", in lower case: those that are no tabs, and the tabs too if wanted. */
void view_names(char *ret, size_t size, bool tabs);
