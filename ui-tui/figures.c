/* figures.c - see figures.h. */
#include "ui-tui/figures.h"

#include <stdio.h>

static const struct {
    const char *name, *mark;
    enum ink ink;
} healths[HEALTHS] = {
    [HEALTH_IDLE] = {"idle", "○", INK_DIM},
    [HEALTH_GOOD] = {"good", "●", INK_GOOD},
    [HEALTH_WARN] = {"warn", "▲", INK_WARN},
    [HEALTH_BAD] = {"bad", "✖", INK_BAD},
};

const char *figures_mark_of(enum health health)
{
    return healths[health].mark;
}

enum ink figures_ink_of(enum health health)
{
    return healths[health].ink;
}

void figures_health(const void *figures, char *ret)
{
    const struct figures *f = figures;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", healths[f->health].name);
}

double figures_severity(const void *figures)
{
    const struct figures *f = figures;
    return f->health;
}

double figures_requests(const void *figures)
{
    const struct figures *f = figures;
    return (double)f->requests;
}

double figures_rate(const void *figures)
{
    const struct figures *f = figures;
    return f->rate_per_s;
}

double figures_errors(const void *figures)
{
    const struct figures *f = figures;
    return f->requests ? f->error_rate : -1;
}

double figures_p50(const void *figures)
{
    const struct figures *f = figures;
    return (double)f->duration.p50_ns;
}

double figures_p95(const void *figures)
{
    const struct figures *f = figures;
    return (double)f->duration.p95_ns;
}

double figures_p99(const void *figures)
{
    const struct figures *f = figures;
    return (double)f->duration.p99_ns;
}

double figures_bytes(const void *figures)
{
    const struct figures *f = figures;
    return (double)f->request_bytes + (double)f->response_bytes;
}

enum ink figures_rate_ink(const void *figures)
{
    const struct figures *f = figures;
    return f->requests ? INK_PLAIN : INK_DIM;
}

enum ink figures_errors_ink(const void *figures)
{
    const struct figures *f = figures;
    if (!f->errors)
        return INK_DIM;
    return f->health == HEALTH_WARN || f->health == HEALTH_BAD ? healths[f->health].ink : INK_PLAIN;
}

void figures_mark(const struct pane *field, const void *figures, void *owner)
{
    (void)owner;
    const struct figures *f = figures;
    pane_text(field, 0, 0, figures_ink_of(f->health), figures_mark_of(f->health));
}
