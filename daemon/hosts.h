/* hosts.h - names that the user gives, from a file in the form of hosts(5). */
#pragma once

#include "base/err.h"
#include "graph/name.h"

/* Gives each first name in the file to its address. On failure `err` names file, line and what is
 * wrong with it. */
bool hosts_read(const char *path, struct names *names, struct err *err);
