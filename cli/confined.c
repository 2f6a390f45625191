/* confined.c - see confined.h. */
#include "cli/confined.h"

#include <stdio.h>
#include <time.h>

#include "daemon/privilege.h"

void confined_begin(const char *db, const char *other, enum asker asker)
{
    struct err err = {0};
    tzset(); /* reads a file */
    if (!privilege_drop_asker(&err) || !sandbox_asker(db, other, asker, &err))
        fprintf(stderr, "tapgraph: not confined: %s\n", err.text);
}
