/* sql_name.h - names of tables, columns and other objects, such that their variety is bounded. */
#pragma once

#include "base/bytes.h"

enum sql_mask {
    SQL_MASK_IDS,    /* what looks like an id: four digits or more, long hexadecimal numbers */
    SQL_MASK_PARTS,  /* and numbers at the end or of their own: those of partitions and tenants */
    SQL_MASK_DIGITS, /* and all other digits: names made up by programs */
};

enum { SQL_NAME_MAX = 64 };

/* Could it be a name that somebody has given to something, rather than a value? */
bool sql_is_name(struct bytes raw);

/* Writes the name to `text` with * for what is masked, cut to SQL_NAME_MAX; terminated. Returns its
 * length. Not in canonical form yet. */
size_t sql_name(char text[SQL_NAME_MAX + 1], struct bytes raw, enum sql_mask mask);
