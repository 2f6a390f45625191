/* views.c - the list of views: the tabs, in order. */
#include "ui-tui/view.h"

#define VIEWS(X)                                                                                   \
    X(services)                                                                                    \
    X(edges)                                                                                       \
    X(graph)                                                                                       \
    X(operations)                                                                                  \
    X(requests)                                                                                    \
    X(insights)                                                                                    \
    X(tls)                                                                                         \
    X(health)                                                                                      \
    X(streams)

#define X(name) extern const struct view name##_view;
VIEWS(X)
#undef X

#define X(name) &name##_view,
const struct view *const views[] = {VIEWS(X)};
#undef X

const size_t views_len = sizeof views / sizeof *views;
_Static_assert(sizeof views / sizeof *views <= VIEWS_MAX, "a key for every tab");
