/* trace.h - how the exchanges of one trace hang together. Pure.
 *
 * Headers tell which trace an exchange belongs to, but mostly not which exchange it was made for:
 * the span that a traceparent names is the caller's own, and is nowhere else on the wire. Only B3
 * names the span of the exchange that led to it. What the tap knows is time, by one clock, and who
 * is who. So the caller of a hop is
 * - the latest hop to its client whose span it names as its parent;
 * - or else the latest to begin of those to its client that were under way when it began. */
#pragma once

#include "store/query.h"

/* Makes a trace of the hops, whose `request` alone is set: finds the others' fields, and puts them
 * in order. false: memory is short, and the order is any. */
bool trace_build(struct trace *t);
