/* templates_file.h - the user's patterns of paths: one a line, '#' begins a comment. */
#pragma once

#include "graph/pattern.h"

/* Adds the patterns of a file. false: it cannot be read or a line makes no sense, with file, line
 * and reason in `err`. */
bool templates_file_read(const char *path, struct patterns *patterns, struct err *err);
