/* keeping.h - what the keeper does with the sensor's messages: names, database, log. */
#pragma once

#include "daemon/link.h"
#include "daemon/options.h"

/* What a replay shows while it runs. */
struct progress {
    uint64_t read_bytes, total_bytes, frames;
    uint64_t exchanges, windows; /* that were stored */
    uint64_t added_to;           /* of the windows, how many were there before */
};

struct keeping;

/* Opens the database and the log. On failure NULL, with the reason in `err`. `options` is kept. */
struct keeping *keeping_open(const struct daemon_options *options, struct err *err);

/* Writes what is still waiting, as far as it can, and closes. NULL is fine. */
void keeping_close(struct keeping *k);

/* Handles one message. false: it is damaged, and the sensor that sent it is not to be believed; or
 * there is no memory to read it, or it is refused. */
bool keeping_message(struct keeping *k, enum message_type type, struct bytes body);

/* Tries again to write windows that the database could not take; call it about once a second. */
void keeping_retry(struct keeping *k);

/* Reads files of names again that have changed; likewise. */
void keeping_read_names(struct keeping *k);

/* Notes that something happened to the collector, now. */
void keeping_event(struct keeping *k, const char *kind, const char *text);

struct progress keeping_progress(const struct keeping *k);

/* NULL until the sensor has said that the capture is over; then what was wrong with it, or "". */
const char *keeping_end(const struct keeping *k);

/* Why the capture is refused, with nothing of it stored; NULL: it is not. */
const char *keeping_refusal(const struct keeping *k);

/* Was the database removed or replaced since it was opened? Only a new keeper can begin another. */
bool keeping_is_gone(const struct keeping *k);

/* Was a window lost, or does one still wait, because the database cannot be written? */
bool keeping_failed(const struct keeping *k);
