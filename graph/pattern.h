/* pattern.h - what the user calls paths, as in /shop/{product}/reviews.
 *
 *     {name}  one character or more, up to the next slash: a segment, or a part of one ({id}.json)
 *     *       the same without a name
 *     **      as the last segment: whatever is there, further slashes and nothing included
 *
 * All else must be there as it is written, in the form in which the log shows paths. Parameters of
 * segments (";jsessionid=...") are left out beforehand. The first pattern that fits is the path's
 * operation. */
#pragma once

#include <stddef.h>

#include "base/err.h"

enum { PATTERNS_MAX = 256, PATTERN_TEXT_MAX = 160 };

/* Zeroed is empty. */
struct patterns {
    size_t len;
    char text[PATTERNS_MAX][PATTERN_TEXT_MAX];
};

/* Adds a pattern behind the others. false: it makes no sense, with the reason in `err`. */
bool patterns_add(struct patterns *p, const char *text, struct err *err);

/* The first pattern that fits a path, or NULL. */
const char *patterns_find(const struct patterns *p, const char *path);
