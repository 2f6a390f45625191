/* name_dns.c - see name_dns.h. */
#include "graph/name_dns.h"

#include <stdlib.h>

void dns_names_free(struct dns_names *d)
{
    free(d->name);
    *d = (struct dns_names){0};
}

static struct dns_name *find(const struct dns_names *d, const char *text)
{
    for (uint32_t i = 0; i < d->len; i++)
        if (strcmp(d->name[i].name, text) == 0)
            return &d->name[i];
    return NULL;
}

static bool grow(struct dns_names *d, size_t *left)
{
    uint32_t room = d->room ? 2 * d->room : 1;
    if (room > DNS_NAMES_PER_ADDRESS_MAX || room - d->room > *left)
        return false;
    struct dns_name *grown = realloc(d->name, room * sizeof *grown);
    if (!grown)
        return false;
    *left -= room - d->room;
    d->name = grown;
    d->room = room;
    return true;
}

/* Asked for later, or, at the same time, first in order. */
static bool is_later(const struct dns_name *a, const struct dns_name *b)
{
    if (a->last_ns != b->last_ns)
        return a->last_ns > b->last_ns;
    return strcmp(a->name, b->name) < 0;
}

/* A place of its own or, at the cap, that of the oldest; NULL: no memory for the first. */
static struct dns_name *place_for_new(struct dns_names *d, size_t *left)
{
    if (d->len < d->room || grow(d, left))
        return &d->name[d->len++];
    if (!d->len)
        return NULL;
    struct dns_name *oldest = &d->name[0];
    for (uint32_t i = 1; i < d->len; i++)
        if (is_later(oldest, &d->name[i]))
            oldest = &d->name[i];
    return oldest;
}

void dns_names_learn(struct dns_names *d, const struct name_delta *evidence, const char *text,
                     size_t *left)
{
    struct dns_name *name = find(d, text);
    bool fresh = !name || name->until_ns < evidence->first_ns;
    if (!name)
        name = place_for_new(d, left);
    if (!name)
        return;
    if (fresh) {
        *name = (struct dns_name){.first_ns = evidence->first_ns};
        bytes_to_text(name->name, sizeof name->name, bytes_of_text(text));
    }
    if (evidence->last_ns > name->last_ns)
        name->last_ns = evidence->last_ns;
    if (evidence->until_ns > name->until_ns)
        name->until_ns = evidence->until_ns;
}

struct dns_choice dns_names_choose(const struct dns_names *d, uint64_t now_ns)
{
    const struct dns_name *latest = d->name;
    for (uint32_t i = 1; i < d->len; i++)
        if (is_later(&d->name[i], latest))
            latest = &d->name[i];
    for (uint32_t i = 0; i < d->len; i++) {
        const struct dns_name *other = &d->name[i];
        if (other != latest && other->until_ns >= now_ns && other->last_ns > latest->first_ns)
            return (struct dns_choice){.ambiguous = true};
    }
    return (struct dns_choice){.name = d->len ? latest->name : NULL};
}
