/* alike.h - inside the read side: which servers are backends of the same service.
 *
 * Their name says so; and where only addresses are known, probably those that one client calls on
 * the same port, with the same protocol, in the same /24 or /64, which have operations in common.
 * At least half of the operations of the one with fewer: a health check alone makes no replicas. A
 * server whose operations are not known is no evidence against. */
#pragma once

#include "store/servers.h"

/* `*ret` has for each server the index of the first of its group; given: free(). `calls` has those
 * of each server. To be called inside a question. */
bool alike_load(struct query *q, const struct servers *s, const uint64_t *calls, uint32_t **ret,
                struct err *err);
