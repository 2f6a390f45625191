/* json_diff.c - what changed, as a JSON object. */
#include "store/export/json_rows.h"

#include <math.h>

static void add_ms(cJSON *to, const char *name, const struct percentiles *p, uint64_t ns)
{
    if (p->count)
        cJSON_AddNumberToObject(to, name, (double)(ns / 1000) / 1000.0);
    else
        cJSON_AddNullToObject(to, name);
}

/* null if it was not there. */
static void add_side(cJSON *to, const char *name, const struct diff_side *side, bool edge)
{
    const struct figures *f = &side->figures;
    if (!side->there) {
        cJSON_AddNullToObject(to, name);
        return;
    }
    cJSON *o = cJSON_AddObjectToObject(to, name);
    cJSON_AddStringToObject(o, "protocol", side->protocol);
    cJSON_AddNumberToObject(o, "requests", (double)f->requests);
    cJSON_AddNumberToObject(o, "rate_per_s", round(f->rate_per_s * 1e6) / 1e6);
    cJSON_AddNumberToObject(o, "errors", (double)f->errors);
    cJSON_AddNumberToObject(o, "error_rate", round(f->error_rate * 1e6) / 1e6);
    add_ms(o, "p50_ms", &f->duration, f->duration.p50_ns);
    add_ms(o, "p95_ms", &f->duration, f->duration.p95_ns);
    if (edge && side->tls[0])
        cJSON_AddStringToObject(o, "tls", side->tls);
    else if (edge)
        cJSON_AddNullToObject(o, "tls");
}

cJSON *json_diff_row(const struct diff_row *row)
{
    bool edge = !row->operation[0];
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "what", edge ? "edge" : "operation");
    cJSON *list = cJSON_AddArrayToObject(o, "changes");
    for (int c = 0; c < DIFF_CHANGES; c++)
        if (row->changes >> c & 1)
            json_append(list, cJSON_CreateString(diff_change_name((enum diff_change)c)));
    cJSON_AddBoolToObject(o, "few", row->few);
    cJSON_AddStringToObject(o, "client", row->client);
    cJSON_AddStringToObject(o, "server", row->server);
    cJSON_AddNumberToObject(o, "port", row->port);
    cJSON_AddStringToObject(o, "protocol", row->protocol);
    if (edge)
        cJSON_AddNullToObject(o, "operation");
    else
        cJSON_AddStringToObject(o, "operation", row->operation);
    add_side(o, "before", &row->before, edge);
    add_side(o, "after", &row->after, edge);
    return o;
}
