/* finding_connections.c - is one of the connections of an edge used for nearly all of its calls? */
#include <stdlib.h>
#include <string.h>

#include "store/finding.h"

static struct portion portion_of(const struct connection_row *row, uint32_t index, struct range r)
{
    struct portion p = {
        .index = index,
        .from_ns = row->began_ns > r.from_ns ? row->began_ns : r.from_ns,
        .to_ns = row->closed ? row->last_ns : r.to_ns,
        .calls = row->calls,
        .open_calls = row->open_calls,
    };
    if (p.to_ns < p.from_ns)
        p.to_ns = p.from_ns;
    return p;
}

static void name_connection(const struct connection_row *row, char *text, size_t size)
{
    char from[NAME_TEXT_MAX], to[NAME_TEXT_MAX];
    finding_place(row->client_address, row->client_port, from, sizeof from);
    finding_place(row->server_address, row->port, to, sizeof to);
    finding_say(text, size, "%s \xe2\x86\x92 %s", from, to);
}

static void tell(struct insight_row *i, const struct imbalance *found,
                 const struct portion *portions, const struct connection_row *rows)
{
    const struct connection_row *top = &rows[portions[0].index];
    char place[NAME_TEXT_MAX];
    strcpy(i->kind, "connection-imbalance");
    finding_say(i->subject, sizeof i->subject, "%s \xe2\x86\x92 %s", top->client, top->server);
    finding_place(top->client_address, top->client_port, place, sizeof place);
    finding_say(i->title, sizeof i->title, "The connection from %s takes %s from %s to %s; %s",
                place, finding_part(found).text, finding_name(top->client).text,
                finding_name(top->server).text, finding_rest(found, "the", "connection").text);
    finding_say(
        i->advice, sizeof i->advice,
        "Calls are not spread over the connections that there are. Behind a load balancer for "
        "connections (L4) all of them reach one backend: use client-side balancing, such as "
        "round_robin, or a proxy that balances each request.");
    i->edge_id = top->edge_id;
    i->weight = found->weight;
    for (size_t p = 0; p < found->len; p++) {
        struct evidence *e = finding_evidence(i, &portions[p], found->calls);
        if (e)
            name_connection(&rows[portions[p].index], e->what, sizeof e->what);
    }
}

/* Is it the same finding as one that is told of backends? So it is if the connection that takes
 * most leads to the backend that does, and none of the others does. */
static bool is_told(const struct imbalance *found, const struct portion *portions,
                    const struct connection_row *rows, const struct findings *told)
{
    const struct connection_row *top = &rows[portions[0].index];
    char place[NAME_TEXT_MAX];
    finding_place(top->server_address, top->port, place, sizeof place);
    for (size_t p = 1; p < found->len; p++)
        if (strcmp(rows[portions[p].index].server_address, top->server_address) == 0)
            return false;
    for (size_t i = 0; i < told->len; i++)
        if (strcmp(told->row[i].kind, "backend-imbalance") == 0 &&
            strcmp(told->row[i].evidence[0].what, place) == 0)
            return true;
    return false;
}

bool findings_of_connections(struct range r, const struct connection_rows *rows,
                             struct findings *into)
{
    struct portion *portions = malloc((rows->len + 1) * sizeof *portions);
    size_t end;
    bool fine = portions != NULL;
    for (size_t begin = 0; fine && begin < rows->len; begin = end) {
        for (end = begin; end < rows->len && rows->row[end].edge_id == rows->row[begin].edge_id;
             end++)
            portions[end - begin] = portion_of(&rows->row[end], (uint32_t)end, r);
        struct imbalance found = imbalance_of(portions, end - begin);
        if (!found.len || is_told(&found, portions, rows->row, into))
            continue;
        struct insight_row *i = findings_add(into);
        fine = i;
        if (i)
            tell(i, &found, portions, rows->row);
    }
    free(portions);
    return fine;
}
