/* given_files.h - the files that names are read from, and read again when they change. */
#pragma once

#include "daemon/options.h"
#include "graph/name.h"

struct given_files;

/* Reads the files that the options name. NULL if one cannot be read, with the reason in `err`.
 * `names` is kept. */
struct given_files *given_files_open(const struct daemon_options *options, struct names *names,
                                     struct err *err);
void given_files_close(struct given_files *f); /* NULL is fine */

enum given_news { GIVEN_SAME, GIVEN_READ_AGAIN, GIVEN_UNREADABLE };

/* Reads the next file that has changed, if one has; then `text` says how that went. A file that
 * cannot be read leaves its names as they were, and is tried again when it changes again. Cheap if
 * nothing has changed. */
enum given_news given_files_check(struct given_files *f, struct err *text);
