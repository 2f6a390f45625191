/* metrics.h - /metrics: counters for Prometheus, kept from one scrape to the next. */
#pragma once

#include "web/answer.h"
#include "web/readers.h"

struct metrics;

/* `readers` is kept. NULL when memory is short. */
struct metrics *metrics_new(struct readers *readers);
void metrics_free(struct metrics *m);

/* False if `path` is not /metrics. Any thread; one scrape at a time. */
bool metrics_answer(struct metrics *m, const struct request *r, struct answer *a);
