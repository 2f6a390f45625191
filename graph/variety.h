/* variety.h - segments of great variety become one: /shop/red-shoes, /shop/blue-hat, ... are
 * /shop/{*} once there are more than VARIETY_WORDS_MAX of them under /shop.
 *
 * The names of operations, "GET /shop/red-shoes", are kept as a tree of segments. Methods do not
 * matter to it. {id}, what else is in braces, "..." and the empty segment behind a last slash are
 * no words: they stay, and do not count. A place that has become {*} stays so, and takes in each
 * word to come, with all that is below it.
 *
 * What becomes of names depends on which they are, not on the order in which they come; and adding
 * the names that came out of two trees to a third gives what adding all to one would have given. So
 * windows and workers may be taken together in any order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VARIETY_ANY "{*}"

enum {
    VARIETY_WORDS_MAX = 50, /* under one segment, */
    VARIETY_FIRST_MAX = 100 /* and of first segments: they are what a server is about */
};

struct variety;

struct variety *variety_new(void); /* given; NULL when memory is short */
void variety_free(struct variety *v);

/* Adds a name. What has no path, or one that does not begin with a slash, is left as it is by all
 * that follows, and does not count. false: memory is short; the name may then be missing. */
bool variety_add(struct variety *v, const char *name);

/* Different names with a path, as they are called now. */
uint32_t variety_len(const struct variety *v);

/* How many places have become {*} so far: names may have changed if this has. */
uint32_t variety_places(const struct variety *v);

/* Takes less and less variety for great, the sooner the deeper in the path, until there are no more
 * than `len_max` names or nothing is left to take together. */
void variety_settle(struct variety *v, uint32_t len_max);

/* What `name` is called now, whether it was added or not. Always terminated; cuts at `size`. */
void variety_name(const struct variety *v, const char *name, char *text, size_t size);
