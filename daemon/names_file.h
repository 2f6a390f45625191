/* names_file.h - names that the user gives. A line is
 *
 *     WHAT NAME [group=GROUP] [tags=TAG,TAG...]
 *
 * where WHAT is an address or a network, and may be followed by a port or a range of ports:
 * 10.0.0.7, 10.1.0.0/16, 10.0.0.8:5432, 10.0.0.9:9000-9099, 2001:db8::7, [2001:db8::7]:443. What
 * follows a # is a comment. A file in the form of hosts(5) is one of these; its aliases are passed
 * over. */
#pragma once

#include "base/err.h"
#include "graph/given.h"

/* Adds the rules of the file, not sealed. On failure `err` names file, line and what is wrong. */
bool names_file_read(const char *path, struct given *given, struct err *err);

/* Of hosts(5): like the above, but nobody wrote it for us, so what is not understood is passed
 * over, and so are names of the loopback. */
bool hosts_file_read(const char *path, struct given *given, struct err *err);

/* Opens the networks outside `networks` that the file names: they are told apart, by name. */
bool names_file_open_networks(const char *path, struct networks *networks, struct err *err);
