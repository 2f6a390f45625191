/* joiner.h - puts together what comes in fragments to any thread of a live capture.
 *
 * Where the fragments of a packet come from says nothing of where it belongs: their ports are in
 * the first of them, and if they are of a tunnel, other addresses are inside, and may be of a
 * fragment again. So one joiner does it for all threads. Whoever receives a fragment posts it; the
 * joiner takes all in order of time, and posts what comes of them to the mailbox that
 * spread_packet() says. That goes there before the joiner says how far it is: whoever waits for
 * that decodes packets that came in fragments among the others, in order.
 *
 * For one thread, but for joiner_until() and the mailbox. */
#pragma once

#include "daemon/mailbox.h"
#include "daemon/options.h"

struct joiner;

/* `to`: the mailboxes of all workers, kept, as is `counters`, where what is said of fragments is
 * counted. It has come up to `start_ns`. NULL when memory is short. */
struct joiner *joiner_new(const struct daemon_options *options, struct mailbox *const *to,
                          uint64_t start_ns, struct capture_counters *counters, struct err *err);
void joiner_free(struct joiner *j);

/* Where frames are posted that are FRAME_FRAGMENT. */
struct mailbox *joiner_mailbox(const struct joiner *j);

/* Handles all up to `until_ns`; all that were received before have been posted. */
void joiner_join(struct joiner *j, uint64_t until_ns);

/* All packets from before this time that came in fragments have been posted. */
uint64_t joiner_until(const struct joiner *j);

/* The capture is over: handles what is left; then gives up what is still waited for. */
void joiner_take_rest(struct joiner *j);
void joiner_finish(struct joiner *j);

/* Packets for which there was no room. */
uint64_t joiner_lost(const struct joiner *j);

/* Where fragments were seen. */
struct vantages *joiner_vantages(struct joiner *j);
