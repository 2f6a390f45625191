/* metrics_text.c - see metrics_text.h. */
#include "store/export/metrics_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct labels *l, size_t more)
{
    if (l->failed || l->len + more < l->room)
        return !l->failed;
    size_t room = 2 * l->room + more + 64;
    char *text = realloc(l->text, room);
    l->failed = !text;
    if (text) {
        l->text = text;
        l->room = room;
    }
    return text != NULL;
}

void labels_add(struct labels *l, const char *name, const char *value)
{
    if (!make_room(l, strlen(name) + 2 * strlen(value) + sizeof ",=\"\""))
        return;
    char *at = l->text + l->len;
    if (l->len)
        *at++ = ',';
    at = stpcpy(stpcpy(at, name), "=\"");
    for (; *value; value++) {
        bool escaped = *value == '\\' || *value == '"' || *value == '\n';
        if (escaped)
            *at++ = '\\';
        *at++ = *value == '\n' ? 'n' : *value;
    }
    *at++ = '"';
    *at = '\0';
    l->len = (size_t)(at - l->text);
}

void labels_add_number(struct labels *l, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    labels_add(l, name, text);
}

void labels_free(struct labels *l)
{
    free(l->text);
    *l = (struct labels){0};
}

void metrics_family(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* All of a line but the value. */
static void put_head(FILE *out, const char *name, const char *part, const struct labels *l,
                     const char *more)
{
    bool some = l && l->len;
    fprintf(out, "%s%s", name, part);
    if (some || more)
        fprintf(out, "{%s%s%s}", some ? l->text : "", some && more ? "," : "", more ? more : "");
    fputc(' ', out);
}

void metrics_count(FILE *out, const char *name, const struct labels *l, const char *more,
                   uint64_t value)
{
    put_head(out, name, "", l, more);
    fprintf(out, "%" PRIu64 "\n", value);
}

void metrics_value(FILE *out, const char *name, const struct labels *l, const char *more,
                   double value)
{
    put_head(out, name, "", l, more);
    fprintf(out, "%.9g\n", value);
}

void metrics_histogram(FILE *out, const char *name, const struct labels *l,
                       const struct latency *values, struct bounds bounds)
{
    uint64_t below = 0;
    int bucket = LATENCY_LOWEST;
    for (size_t i = 0; i < bounds.len; i++) {
        char le[40];
        double bound_ns = bounds.at[i] / bounds.unit * 1e9;
        /* A bucket belongs below a bound if more than half of it does. */
        for (; bucket <= LATENCY_HIGHEST &&
               (latency_lower_ns(bucket) + latency_upper_ns(bucket)) / 2 <= bound_ns;
             bucket++)
            below += latency_at(values, bucket);
        snprintf(le, sizeof le, "le=\"%.9g\"", bounds.at[i]);
        put_head(out, name, "_bucket", l, le);
        fprintf(out, "%" PRIu64 "\n", below);
    }
    put_head(out, name, "_bucket", l, "le=\"+Inf\"");
    fprintf(out, "%" PRIu64 "\n", values->count);
    put_head(out, name, "_sum", l, NULL);
    fprintf(out, "%.9g\n", (double)values->sum_ns / 1e9 * bounds.unit);
    put_head(out, name, "_count", l, NULL);
    fprintf(out, "%" PRIu64 "\n", values->count);
}
