/* settle_hosts.h - brings the names by which clients call a server down to what is kept of them. */
#pragma once

#include "graph/delta.h"

/* Of each address and port the PLACE_NAMES_MAX names are kept that were said most, and of a place
 * that had more than PLACE_NAMES_AT_WORK_MAX none: that is no server with many names, but somebody
 * who tries out. What was counted under the others is counted under the same edge without a name,
 * and said in `names_dropped`. Names that nobody said, which are only of connections, go. The rows
 * of `d` must be in order, and stay so. When memory is short all names go. */
void settle_hosts(struct delta *d);
