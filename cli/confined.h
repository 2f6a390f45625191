/* confined.h - what a command that asks gives up before it reads a database, which may be anybody's
 * and holds what anybody sent. */
#pragma once

#include "daemon/sandbox.h"

/* Before `db` (and `other`, or NULL) is opened. Where the kernel refuses to confine, it says so and
 * goes on: who asks has no more rights than its user. */
void confined_begin(const char *db, const char *other, enum asker asker);
