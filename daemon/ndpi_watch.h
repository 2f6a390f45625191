/* ndpi_watch.h - was the sensor in nDPI when it died? A counter in memory that the sensor shares
 * with whoever started it says how many of its threads were. When another thread was the one that
 * crashed, nDPI is blamed without guilt; that is rare, and only costs labels. */
#pragma once

#include "daemon/options.h"

struct ndpi_watch;

enum { NDPI_CRASHES_MAX = 2 }; /* so often it may crash the sensor; then it is not asked any more */

/* Makes `options` tell it, if nDPI is to be asked at all. To be called before the sensor is forked.
 * Without memory nothing is told, and nobody is ever to blame. Returned to the caller; may be NULL.
 */
struct ndpi_watch *ndpi_watch_open(struct daemon_options *options);
void ndpi_watch_close(struct ndpi_watch *w);

/* The sensor is gone, with this status of waitpid(): did nDPI crash it? Asking begins anew for the
 * next sensor. NULL is fine. */
bool ndpi_watch_crashed(struct ndpi_watch *w, int status);
