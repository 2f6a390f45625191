/* sandbox.h - what the kernel does for a process of ours once it has begun: no more than it needs.
 *
 * A filter of system calls (seccomp) covers all threads and cannot be taken off. A call that a
 * process has no use for fails with EPERM; one that only an intruder makes (to run a program, to
 * look into another process) ends the process. Landlock says which files there are, where the
 * kernel has it. Both are left out where tapgraph was built with a sanitizer, which needs calls of
 * its own, or without libseccomp (sandbox_none.c). SECURITY.md has what each process may do. */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "daemon/options.h"

/* Says in the log what is missing, if anything is. Once, at the start. */
void sandbox_announce(const struct daemon_options *options);

/* For the sensor, after privilege_drop_sensor(), before its threads start: it opens no file and no
 * socket, starts no process, and writes to what it has open. `keylog` (NULL: none) is a file that
 * it may open again when another takes its name. */
bool sandbox_sensor(const struct daemon_options *options, const char *keylog, struct err *err);

/* For the keeper, once its files are open: of files there are from now on the folder of the
 * database, to be written, and those of the names, to be read. For this thread and those that it
 * starts. */
bool sandbox_keeper_files(const struct daemon_options *options, struct err *err);

/* For the keeper, once its page is there: it opens no socket, connects to nothing, starts no
 * process. For all its threads. `child` (0: none) is one that it may send signals to and wait for.
 */
bool sandbox_keeper_calls(const struct daemon_options *options, pid_t child, struct err *err);

/* For a page without a capture (`tapgraph web`), before its threads start and once they have. Of
 * `options` it reads `db` and `no_sandbox`. Files: those in the folder of the database, of which
 * none is removed; if that folder is not there yet, in the one above it. Calls: the keeper's, but
 * those that only the one who writes the database makes. */
bool sandbox_page_files(const struct daemon_options *options, struct err *err);
bool sandbox_page_calls(const struct daemon_options *options, struct err *err);

/* For a command that asks a database (and `other`, or NULL), before it is opened. Files: those in
 * their folders, as for the page. A terminal is taken before, since what is known of it is in
 * files. Who draws starts a program, which may be anywhere: it is read and run, and inherits all
 * this; neither can write another file, or open a socket. */
enum asker { ASKER_PRINTS, ASKER_TERMINAL, ASKER_DRAWS };
bool sandbox_asker(const char *db, const char *other, enum asker asker, struct err *err);
