/* settle_hosts.c - see settle_hosts.h. */
#include "graph/settle_hosts.h"

#include <stdlib.h>

#include "graph/merge.h"

static bool is_same_place(const struct name_delta *a, const struct name_delta *b)
{
    return address_equal(&a->address, &b->address) && a->port == b->port && a->tenant == b->tenant;
}

/* Those said most come first. */
static int compare_use(const void *left, const void *right)
{
    const struct name_delta *a = *(struct name_delta *const *)left,
                            *b = *(struct name_delta *const *)right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* Marks a name as one that goes. */
static void drop(struct delta *d, struct name_delta *name)
{
    d->names_dropped += name->count;
    name->source = NAME_SOURCES;
}

/* The names of one place, d->name[first, end). `room` is for as many pointers. */
static bool settle_place(struct delta *d, uint32_t first, uint32_t end, struct name_delta **room)
{
    uint32_t len = 0;
    for (uint32_t i = first; i < end; i++)
        if (d->name[i].source == NAME_HOST)
            room[len++] = &d->name[i];
    uint32_t kept = len > PLACE_NAMES_AT_WORK_MAX ? 0 : PLACE_NAMES_MAX;
    if (len <= kept)
        return false;
    qsort(room, len, sizeof *room, compare_use);
    for (uint32_t i = kept; i < len; i++)
        drop(d, room[i]);
    return true;
}

/* Returns whether any is to go. */
static bool settle_names(struct delta *d, struct name_delta **room)
{
    bool any = false;
    for (uint32_t first = 0, end; first < d->name_len; first = end) {
        for (end = first + 1; end < d->name_len; end++)
            if (!is_same_place(&d->name[first], &d->name[end]))
                break;
        any |= settle_place(d, first, end, room);
    }
    return any;
}

static bool drop_all(struct delta *d)
{
    for (uint32_t i = 0; i < d->name_len; i++)
        if (d->name[i].source == NAME_HOST)
            drop(d, &d->name[i]);
    return true;
}

/* A name that is marked has another source, and comes behind. */
static int compare_with_name(const void *wanted, const void *row)
{
    struct name_delta name = *(const struct name_delta *)row;
    if (name.source == NAME_SOURCES)
        name.source = NAME_HOST;
    return name_delta_compare(wanted, &name);
}

static bool keeps_its_name(const struct delta *d, const struct edge_key *key)
{
    struct name_delta wanted = {
        .address = key->server, .port = key->port, .tenant = key->tenant, .source = NAME_HOST};
    memcpy(wanted.name, key->asked, sizeof wanted.name);
    const struct name_delta *found =
        d->name_len ? bsearch(&wanted, d->name, d->name_len, sizeof wanted, compare_with_name)
                    : NULL;
    return found && found->source == NAME_HOST;
}

/* Edges that have lost their name are one with those that never had one. */
static void unite_edges(struct delta *d)
{
    struct delta united = {0};
    for (uint32_t i = 0; i < d->edge_len; i++) {
        struct edge_key *key = &d->edge[i].key;
        if (!key->by_host || keeps_its_name(d, key))
            continue;
        key->by_host = false;
        memset(key->asked, 0, sizeof key->asked);
    }
    if (!merge_rows(&united, d)) {
        merge_drop_rows(d, d);
        return;
    }
    united.start_ns = d->start_ns;
    united.end_ns = d->end_ns;
    united.vantage = d->vantage;
    united.vantage_len = d->vantage_len;
    united.vantages_dropped = d->vantages_dropped;
    united.capture = d->capture;
    united.decode = d->decode;
    d->vantage = NULL;
    delta_free(d);
    *d = united;
}

static void forget_names(struct delta *d)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < d->name_len; i++)
        if (d->name[i].count && d->name[i].source != NAME_SOURCES)
            d->name[len++] = d->name[i];
    d->name_len = len;
}

void settle_hosts(struct delta *d)
{
    struct name_delta **room = malloc((d->name_len + 1) * sizeof(struct name_delta *));
    bool any = room ? settle_names(d, room) : drop_all(d);
    free(room);
    if (any)
        unite_edges(d);
    forget_names(d);
}
