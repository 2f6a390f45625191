/* delta.c - see delta.h. */
#include "graph/delta.h"

#include <assert.h>
#include <stdlib.h>

#include "graph/merge.h"

int edge_key_compare(const struct edge_key *a, const struct edge_key *b)
{
    int order = address_compare(&a->client, &b->client);
    if (!order)
        order = address_compare(&a->server, &b->server);
    if (!order)
        order = (a->port > b->port) - (a->port < b->port);
    if (!order)
        order = strcmp(a->protocol, b->protocol);
    if (!order)
        order = (a->tenant > b->tenant) - (a->tenant < b->tenant);
    if (!order)
        order = strcmp(a->asked, b->asked);
    return order ? order : a->by_host - b->by_host;
}

int name_delta_compare(const struct name_delta *a, const struct name_delta *b)
{
    int order = address_compare(&a->address, &b->address);
    if (!order)
        order = (a->port > b->port) - (a->port < b->port);
    if (!order)
        order = (a->tenant > b->tenant) - (a->tenant < b->tenant);
    if (!order)
        order = strcmp(a->name, b->name);
    return order ? order : (a->source > b->source) - (a->source < b->source);
}

const char *name_source_name(enum name_source source)
{
    static const char *const names[NAME_SOURCES] = {
        [NAME_USER] = "user", [NAME_KUBERNETES] = "kubernetes", [NAME_DNS] = "dns",
        [NAME_HOST] = "host", [NAME_HOSTS_FILE] = "hosts-file", [NAME_ADDRESS] = "address",
    };
    assert(source < NAME_SOURCES);
    return names[source];
}

const char *kept_name(enum kept_for kept)
{
    static const char *const names[KEPTS] = {"error", "slow", "fair"};
    assert(kept < KEPTS);
    return names[kept];
}

void delta_free(struct delta *d)
{
    for (uint32_t i = 0; i < d->edge_len; i++)
        tallied_free(&d->edge[i].exchanges);
    for (uint32_t i = 0; i < d->operation_len; i++)
        tallied_free(&d->operation[i].exchanges);
    free(d->edge);
    free(d->operation);
    free(d->name);
    free(d->connection);
    free(d->open_call);
    free(d->vantage);
    free(d->secured);
    free(d->certificate);
    free(d->hop);
    free(d->relay);
    free(d->sample);
    writer_free(&d->sample_bytes);
    *d = (struct delta){0};
}
