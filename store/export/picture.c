/* picture.c - see picture.h. */
#include "store/export/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"

enum { EXTERNAL_ID = 1 };

void picture_edge_label(const struct edge_row *e, const char *separator, char *text, size_t size)
{
    const struct figures *f = &e->figures;
    if (!f->requests) {
        snprintf(text, size, "%s%s%s", e->protocol, separator,
                 human_bytes((double)(e->bytes[0] + e->bytes[1])).text);
        return;
    }
    int used = snprintf(text, size, "%s", human_rate(f->rate_per_s).text);
    if (f->duration.count && used > 0 && (size_t)used < size)
        used += snprintf(text + used, size - (size_t)used, "%sp95 %s", separator,
                         human_time(f->duration.p95_ns).text);
    if (f->errors && used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, "%s%s errors", separator,
                 human_share(f->error_rate).text);
}

const char *picture_color(enum health h)
{
    static const char *const colors[HEALTHS] = {
        [HEALTH_IDLE] = "#8C959F",
        [HEALTH_GOOD] = "#0072B2",
        [HEALTH_WARN] = "#B87700",
        [HEALTH_BAD] = "#C4391D",
    };
    return colors[h];
}

double picture_width(const struct edge_row *e)
{
    double width = 1 + log2(1 + e->figures.rate_per_s) / 2;
    return width < 6 ? width : 6;
}

static bool any_of(const char *protocols, const char *const *names)
{
    for (; *names; names++) {
        const char *found = strstr(protocols, *names);
        size_t len = strlen(*names);
        if (found && (found == protocols || found[-1] == ',') &&
            (found[len] == '\0' || found[len] == ','))
            return true;
    }
    return false;
}

enum picture_kind picture_kind_of(const char *protocols)
{
    static const char *const databases[] = {"postgresql", "mysql",      "redis",
                                            "mongodb",    "memcached",  "cassandra",
                                            "tds",        "clickhouse", NULL};
    static const char *const queues[] = {"kafka", "amqp", "mqtt", "nats", NULL};
    if (any_of(protocols, databases))
        return PICTURE_DATABASE;
    return any_of(protocols, queues) ? PICTURE_QUEUE : PICTURE_SERVICE;
}

enum picture_kind picture_kind(const struct service_row *s)
{
    return s->id == EXTERNAL_ID ? PICTURE_EXTERNAL : picture_kind_of(s->protocols);
}
