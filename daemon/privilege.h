/* privilege.h - giving rights up, for good. */
#pragma once

#include "base/err.h"

/* For the sensor, once its source is open: becomes `user` (NULL: "nobody"), if started as root,
 * without groups; no capability is left and none can come back (PR_SET_NO_NEW_PRIVS); no core dump,
 * which would hold captured bytes; ends with its parent. */
bool privilege_drop_sensor(const char *user, struct err *err);

/* For the keeper: becomes `user` if one is given, else stays who it is, so that it can write the
 * database; no capability is left either way, and no core dump is written. */
bool privilege_drop_keeper(const char *user, struct err *err);

/* For a page without a capture, before its threads start: stays who it is, can open the databases
 * of others and the low ports if it could before (as root), and nothing else that takes a
 * capability; no core dump is written. */
bool privilege_drop_page(struct err *err);

/* For a command that asks a database: likewise, but for the ports. */
bool privilege_drop_asker(struct err *err);

/* For the supervisor: keeps CAP_NET_RAW, to open an interface again, and what it needs to start and
 * end the other two. */
bool privilege_keep_capture(struct err *err);
