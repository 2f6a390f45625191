/* scope.c - see view.h: what a page that is opened is about. */
#include <stdio.h>

#include "ui-tui/view.h"

struct scope scope_of_edge(int64_t edge_id, struct edge_ends ends)
{
    struct scope s = {.edge_id = edge_id};
    snprintf(s.name, sizeof s.name, "%s → %s:%u %s", ends.client, ends.server, ends.port,
             ends.protocol);
    return s;
}

struct scope scope_of_service(int64_t service_id, const char *name)
{
    struct scope s = {.service_id = service_id};
    snprintf(s.name, sizeof s.name, "%s", name);
    return s;
}

void scope_keep_edges(const struct scope *scope, struct edge_rows *rows)
{
    size_t kept = 0;
    int64_t id = scope->service_id;
    for (size_t i = 0; i < rows->len; i++)
        if (!id || rows->row[i].client_id == id || rows->row[i].server_id == id)
            rows->row[kept++] = rows->row[i];
    rows->len = kept;
}
