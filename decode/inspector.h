/* inspector.h - IP packets of one flow to the word for what is spoken there: what we use nDPI for.
 *
 * The library parses some seventy protocols and has no security support; so it runs in the sensor
 * only, and sees nothing but packets of flows that no decoder claims (decode/label.h). Only content
 * counts: what it guesses by port or address is not believed. Of its protocols only those are
 * asked that we have a word for and no decoder, and none whose recognition depends on other flows
 * (STUN, DTLS, BitTorrent...), so that the result is the same whoever saw the others.
 *
 * Implemented by ndpi.c, or by ndpi_none.c where nDPI is missing. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct inspector; /* one thread's: no two calls at a time; making one takes some milliseconds */
struct inspected; /* what it knows of one flow */

/* Is there one in this build? */
bool inspector_exists(void);

/* Not from two threads at a time. NULL when memory is short. Given to the caller. */
struct inspector *inspector_new(struct err *err);
void inspector_free(struct inspector *i);

/* NULL when memory is short. Given to the caller. */
struct inspected *inspected_new(void);
void inspected_free(struct inspected *flow);

enum { INSPECTOR_SPARE = 64 }; /* zeros that have to follow a packet, should it read too far */

/* The flow's next packet, its IP header first. Returns the protocol's word (static, in lower case,
 * shorter than 16 bytes), or NULL while it is not known. */
const char *inspector_packet(struct inspector *i, struct inspected *flow, uint64_t time_ns,
                             struct bytes ip);
