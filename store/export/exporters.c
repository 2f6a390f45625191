/* exporters.c - the list of formats. */
#include <string.h>

#include "store/export/exporter.h"

#define EXPORTERS(X)                                                                               \
    X(json)                                                                                        \
    X(ndjson)                                                                                      \
    X(csv)                                                                                         \
    X(dot)                                                                                         \
    X(svg)                                                                                         \
    X(png)                                                                                         \
    X(mermaid)                                                                                     \
    X(grafana_nodes)                                                                               \
    X(grafana_edges)

#define DECLARE(name) extern const struct exporter name##_exporter;
#define ENTRY(name) &name##_exporter,

EXPORTERS(DECLARE)

const struct exporter *const exporters[] = {EXPORTERS(ENTRY) NULL};

const struct exporter *exporter_find(const char *name)
{
    for (const struct exporter *const *e = exporters; *e; e++)
        if (strcmp((*e)->name, name) == 0)
            return *e;
    return NULL;
}
