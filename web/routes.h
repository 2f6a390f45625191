/* routes.h - which part answers a path. */
#pragma once

#include "web/answer.h"
#include "web/metrics.h"
#include "web/readers.h"
#include "web/sse.h"

struct routes {
    struct readers *readers;
    struct sse *sse;
    struct metrics *metrics;
};

/* A server_handler; `context` is a struct routes. */
void routes_answer(void *context, const struct request *r, struct answer *a);
