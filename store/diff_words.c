/* diff_words.c - what changes are called; apart, since a filter knows them and asks no database. */
#include <stdio.h>

#include "store/diff.h"

const char *diff_change_name(enum diff_change c)
{
    static const char *const names[DIFF_CHANGES] = {
        "came", "went", "slower", "faster", "fails-more", "fails-less", "protocol", "encryption"};
    return names[c];
}

void diff_changes_text(const struct diff_row *row, const char *between,
                       char ret[DIFF_CHANGES_TEXT_MAX])
{
    size_t used = 0;
    ret[0] = '\0';
    for (int c = 0; c < DIFF_CHANGES && used < DIFF_CHANGES_TEXT_MAX; c++)
        if (row->changes >> c & 1)
            used += (size_t)snprintf(ret + used, DIFF_CHANGES_TEXT_MAX - used, "%s%s",
                                     used ? between : "", diff_change_name((enum diff_change)c));
}
