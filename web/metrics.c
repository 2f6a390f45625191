/* metrics.c - see metrics.h. */
#include "web/metrics.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/export/metrics.h"

struct metrics {
    struct readers *readers;
    pthread_mutex_t lock; /* guards the rest */
    uint64_t file;        /* what was counted of; another one is counted anew */
    struct totals totals;
};

struct metrics *metrics_new(struct readers *readers)
{
    struct metrics *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->readers = readers;
    pthread_mutex_init(&m->lock, NULL);
    return m;
}

void metrics_free(struct metrics *m)
{
    if (!m)
        return;
    totals_free(&m->totals);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* Without a database there is nothing to count, which is no failure. */
static bool update(struct metrics *m, unsigned families, struct err *err)
{
    struct query *q;
    uint64_t file = readers_file(m->readers);
    enum reader_state state = readers_borrow(m->readers, READER_ANY, &q, err);
    if (state != READER_LENT)
        return state == READER_ABSENT;
    if (file != m->file)
        totals_free(&m->totals);
    m->file = file;
    bool updated = totals_update(&m->totals, q, err);
    if (updated && families & METRICS_SPANS)
        updated = operation_totals_update(&m->totals.operations, q, err);
    readers_return(m->readers, READER_ANY, q);
    return updated;
}

static void write_answer(struct metrics *m, unsigned families, struct answer *a)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool whole = out && export_metrics(out, &m->totals, families);
    if (out && fclose(out) != 0)
        whole = false;
    if (!whole) {
        free(text);
        text = NULL;
    }
    answer_body(a, METRICS_TYPE, text, len);
}

bool metrics_answer(struct metrics *m, const struct request *r, struct answer *a)
{
    if (strcmp(r->path, "/metrics") != 0)
        return false;
    const char *asked = request_argument(r, "families");
    unsigned families = METRICS_OWN;
    struct err err = {0};
    if (asked && !metrics_read(asked, &families)) {
        answer_error(a, 400,
                     "there are these families: own, tempo, istio, spanmetrics; as in "
                     "?families=own,tempo");
        return true;
    }
    pthread_mutex_lock(&m->lock);
    if (update(m, families, &err))
        write_answer(m, families, a);
    else
        answer_error(a, 503, err.text);
    pthread_mutex_unlock(&m->lock);
    answer_pack(a, request_header(r, "Accept-Encoding"));
    return true;
}
