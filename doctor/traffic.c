/* traffic.c - see traffic.h. */
#include "doctor/traffic.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t requests_of(const struct edge_delta *e)
{
    uint64_t requests = 0;
    for (int i = 0; i < OUTCOMES; i++)
        requests += e->exchanges.outcomes[i];
    return requests;
}

/* What was said on a connection is of no known protocol, or nothing was: both are "tcp" here. */
static struct protocol_seen *protocol_of(struct traffic *t, const char *name)
{
    const char *shown = name[0] ? name : "tcp";
    for (size_t i = 0; i < t->protocol_len; i++)
        if (strcmp(t->protocol[i].name, shown) == 0)
            return &t->protocol[i];
    if (t->protocol_len == PROTOCOLS_MAX)
        return NULL;
    struct protocol_seen *new = &t->protocol[t->protocol_len++];
    snprintf(new->name, sizeof new->name, "%s", shown);
    return new;
}

static int compare_protocols(const void *left, const void *right)
{
    const struct protocol_seen *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* Without padding, to be sorted as bytes. */
struct server {
    struct address address;
    uint32_t tenant, port;
};

static int compare_servers(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(struct server));
}

static uint64_t count_servers(const struct delta *d)
{
    struct server *server = calloc(d->edge_len + 1, sizeof *server);
    uint64_t different = 0;
    for (uint32_t i = 0; server && i < d->edge_len; i++)
        server[i] =
            (struct server){d->edge[i].key.server, d->edge[i].key.tenant, d->edge[i].key.port};
    if (server)
        qsort(server, d->edge_len, sizeof *server, compare_servers);
    for (uint32_t i = 0; server && i < d->edge_len; i++)
        different += !i || compare_servers(&server[i - 1], &server[i]) != 0;
    free(server);
    return different;
}

void traffic_measure(const struct delta *d, struct traffic *ret)
{
    *ret = (struct traffic){.edges = d->edge_len, .servers = count_servers(d)};
    for (uint32_t i = 0; i < d->edge_len; i++) {
        const struct edge_delta *e = &d->edge[i];
        struct protocol_seen *p = protocol_of(ret, e->key.protocol);
        ret->requests += requests_of(e);
        if (!p)
            continue;
        p->edges++;
        p->requests += requests_of(e);
        p->bytes += e->bytes[REQUESTS] + e->bytes[ANSWERS];
    }
    qsort(ret->protocol, ret->protocol_len, sizeof *ret->protocol, compare_protocols);
}
