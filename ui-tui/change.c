/* change.c - see change.h. */
#include "ui-tui/change.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const struct change change_unknown = {-1, -1, -1, false};

struct change change_of(const struct figures *now, const struct figures *then)
{
    struct change c = change_unknown;
    if (then->requests && now->rate_per_s >= 0)
        c.more = now->rate_per_s / then->rate_per_s;
    else if (now->requests)
        c.more = INFINITY;
    if (then->duration.p95_ns && now->duration.p95_ns)
        c.slower = (double)now->duration.p95_ns / (double)then->duration.p95_ns;
    if (then->requests && now->requests) {
        double by = now->error_rate - then->error_rate;
        c.failing = by < 0 ? -1 : by;
        c.better = by <= -0.01;
    }
    return c;
}

double change_more(const void *change)
{
    return ((const struct change *)change)->more;
}

double change_slower(const void *change)
{
    return ((const struct change *)change)->slower;
}

double change_failing(const void *change)
{
    return ((const struct change *)change)->failing;
}

/* What is within a tenth is as it was. */
static void factor_text(double factor, char *ret)
{
    if (factor < 0)
        ret[0] = '\0';
    else if (isinf(factor))
        snprintf(ret, COLUMN_TEXT_MAX, "new");
    else if (factor == 0)
        snprintf(ret, COLUMN_TEXT_MAX, "↓0");
    else if (factor > 1 / 1.1 && factor < 1.1)
        snprintf(ret, COLUMN_TEXT_MAX, "=");
    else if (factor >= 1)
        snprintf(ret, COLUMN_TEXT_MAX, factor < 10 ? "↑%.1fx" : "↑%.0fx", factor);
    else
        snprintf(ret, COLUMN_TEXT_MAX, factor > 0.1 ? "↓%.1fx" : "↓%.0fx", 1 / factor);
}

void change_more_text(const void *change, char *ret)
{
    factor_text(change_more(change), ret);
}

void change_slower_text(const void *change, char *ret)
{
    factor_text(change_slower(change), ret);
}

void change_failing_text(const void *change, char *ret)
{
    const struct change *c = change;
    if (c->failing >= 0.001)
        snprintf(ret, COLUMN_TEXT_MAX, "+%.*f %%", c->failing < 0.1, c->failing * 100);
    else
        snprintf(ret, COLUMN_TEXT_MAX, "%s", c->better ? "better" : c->failing == 0 ? "=" : "");
}

enum ink change_more_ink(const void *change)
{
    double factor = change_more(change);
    return factor >= 2 || (factor >= 0 && factor <= 0.5) ? INK_WARN : INK_DIM;
}

enum ink change_slower_ink(const void *change)
{
    double factor = change_slower(change);
    return factor >= 2                        ? INK_BAD
           : factor >= 1.3                    ? INK_WARN
           : factor >= 0 && factor <= 1 / 1.3 ? INK_GOOD
                                              : INK_DIM;
}

enum ink change_failing_ink(const void *change)
{
    const struct change *c = change;
    return c->failing >= 0.05   ? INK_BAD
           : c->failing >= 0.01 ? INK_WARN
           : c->better          ? INK_GOOD
                                : INK_DIM;
}

/* The time before ----------------------------------------------------------------------------- */

bool past_make(struct past_rows *p, size_t len)
{
    *p = (struct past_rows){.past = calloc(len + 1, sizeof *p->past)};
    p->len = p->past ? len : 0;
    return p->past != NULL;
}

void past_free(struct past_rows *p)
{
    free(p->past);
    *p = (struct past_rows){0};
}

static int compare_ids(const void *left, const void *right)
{
    const struct past *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

void past_sort(struct past_rows *p)
{
    qsort(p->past, p->len, sizeof *p->past, compare_ids);
}

static int compare_key(const void *key, const void *past)
{
    uint64_t id = *(const uint64_t *)key, other = ((const struct past *)past)->id;
    return (id > other) - (id < other);
}

struct change past_compare(const struct past_rows *p, uint64_t id, const struct figures *now)
{
    const struct past *then =
        p->len ? bsearch(&id, p->past, p->len, sizeof *p->past, compare_key) : NULL;
    static const struct figures nothing;
    return change_of(now, then ? &then->figures : &nothing);
}
