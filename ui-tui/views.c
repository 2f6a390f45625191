/* views.c - the list of views: the tabs, in order. */
#include "ui-tui/view.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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

#define MORE_VIEWS(X) X(relays) X(names) X(events) X(backends) X(connections) X(tcp)

#define X(name) extern const struct view name##_view;
VIEWS(X)
MORE_VIEWS(X)
#undef X

#define X(name) &name##_view,
const struct view *const views[] = {VIEWS(X)};
const struct view *const more_views[] = {MORE_VIEWS(X)};
#undef X

const size_t views_len = sizeof views / sizeof *views;
const size_t more_views_len = sizeof more_views / sizeof *more_views;
_Static_assert(sizeof views / sizeof *views <= VIEWS_MAX, "a key for every tab");

static const struct view *view_at(size_t i)
{
    return i < views_len                    ? views[i]
           : i < views_len + more_views_len ? more_views[i - views_len]
                                            : NULL;
}

const struct view *view_named(const char *title)
{
    const struct view *begins = NULL, *v;
    size_t len = strlen(title);
    for (size_t i = 0; len && (v = view_at(i)); i++) {
        if (strcasecmp(v->title, title) == 0)
            return v;
        if (!begins && strncasecmp(v->title, title, len) == 0)
            begins = v;
    }
    return begins;
}

void view_names(char *ret, size_t size, bool tabs)
{
    size_t used = 0;
    const struct view *v;
    for (size_t i = tabs ? 0 : views_len; (v = view_at(i)); i++) {
        const char *parts[] = {used ? ", " : "", v->title};
        for (size_t part = 0; part < 2; part++)
            for (const char *at = parts[part]; *at && used + 1 < size; at++)
                ret[used++] = (char)tolower((unsigned char)*at);
    }
    ret[used] = '\0';
}
