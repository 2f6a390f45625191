/* metrics.c - which families there are, and all of those asked for. See metrics.h. */
#include "store/export/metrics.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned bit;
    bool (*write)(FILE *out, const struct totals *t);
} families[] = {
    {"own", METRICS_OWN, metrics_own},
    {"tempo", METRICS_TEMPO, metrics_tempo},
    {"istio", METRICS_ISTIO, metrics_istio},
    {"spanmetrics", METRICS_SPANS, metrics_spans},
};

bool metrics_read(const char *text, unsigned *ret)
{
    unsigned chosen = 0;
    for (;;) {
        size_t len = strcspn(text, ","), i = 0;
        while (i < sizeof families / sizeof *families &&
               (strlen(families[i].name) != len || strncmp(families[i].name, text, len) != 0))
            i++;
        if (i == sizeof families / sizeof *families)
            return false;
        chosen |= families[i].bit;
        if (!text[len])
            break;
        text += len + 1;
    }
    *ret = chosen;
    return true;
}

bool export_metrics(FILE *out, const struct totals *t, unsigned chosen)
{
    bool whole = true;
    for (size_t i = 0; whole && i < sizeof families / sizeof *families; i++)
        if (chosen & families[i].bit)
            whole = families[i].write(out, t);
    return whole && !ferror(out);
}
