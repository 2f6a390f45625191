/* template.h - a path to an operation of bounded variety: /users/42 -> /users/{id}. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Writes the template of `path` (canonical text, no query). A segment that is a number, UUID, ULID,
 * long hex, date, release, or random-looking token becomes {id}; words and versions such as v1
 * stay, and so does what may be a word: graph/variety.h deals with many of them.
 * At most 10 segments, the rest becomes one "...". Always terminated; cuts at `size`. */
void template_path(const char *path, char *text, size_t size);
