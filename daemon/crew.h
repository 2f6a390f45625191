/* crew.h - the threads of a live sensor. Each reads its share of every interface, and decodes its
 * share of the flows.
 *
 * Which flow is whose is said by spread_packet(), and the kernel, told the same, hands most frames
 * to the right thread: that one reads them where they lie. What comes in a tunnel the kernel sees
 * only from outside; whoever receives such a frame copies it to the mailbox of the thread it
 * belongs to. Fragments go to the joiner, and what it makes of them there. So what a thread decodes
 * may come to it by several ways, some later than others, as it always does from several
 * interfaces. Then everything goes through the mailboxes, and is taken out in order of time, as
 * soon as all threads have read, and the joiner has joined, what came before it. That costs a copy,
 * and LIVE_DELAY_NS. A crew of several begins like that, and with one interface ends it when
 * nothing had to be handed over for CREW_PLAIN_NS, until something has. */
#pragma once

#include "capture/live.h"
#include "daemon/sensing.h"

#define CREW_PLAIN_NS UINT64_C(10000000000)

struct crew;

/* `live` holds options->workers readers for each of the `live_len` interfaces, those of the first
 * interface first, and is kept, as is `options`. No thread runs yet. NULL on failure. */
struct crew *crew_new(const struct daemon_options *options, struct live *const *live,
                      uint16_t live_len, struct err *err);
bool crew_start(struct crew *c, struct err *err);

/* What the threads have read and decoded so far, for sensing_collect(): they become the parts of
 * `whole` and their workers its workers. Between crew_pause() and crew_resume() nobody works. */
void crew_join(struct crew *c, struct sensing *whole);
void crew_pause(struct crew *c);
void crew_resume(struct crew *c);

/* Of connections, one in 2^level is to be followed (capture/follow.h). Whoever decodes does so from
 * the next second of packet time on. */
void crew_follow(struct crew *c, unsigned level);

/* All frames up to this time have been read, but for those that come late. */
uint64_t crew_read_until(const struct crew *c);

/* Can all threads go on? To be asked between those two. If not, it is time to stop. */
bool crew_is_fine(const struct crew *c, struct err *err);

/* Ends the threads, lets them handle what they have read, and ends all flows and the open window.
 */
void crew_stop(struct crew *c);
void crew_free(struct crew *c);
