/* sink.h - BOUNDARY: where exchanges and flow reports go.
 *
 * Both are borrowed for the call, which comes on the worker's thread. The receiver may fill in
 * `operation` of the exchange. */
#pragma once

#include "decode/exchange.h"
#include "decode/flow_report.h"

struct sink {
    void (*exchange)(void *ctx, struct exchange *x);
    void (*flow)(void *ctx, const struct flow_report *r);
    void *ctx;
};
