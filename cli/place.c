/* place.c - see place.h. */
#include "cli/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *place_of_db(void)
{
    static char path[4096];
    const char *set = getenv("TAPGRAPH_DB"), *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (set && *set)
        return set;
    if (geteuid() == 0)
        return "/var/lib/tapgraph/tapgraph.db";
    if (state && *state)
        snprintf(path, sizeof path, "%s/tapgraph/tapgraph.db", state);
    else
        snprintf(path, sizeof path, "%s/.local/state/tapgraph/tapgraph.db", home ? home : ".");
    return path;
}

const char *place_of_db_help(void)
{
    static char text[4160];
    const char *set = getenv("TAPGRAPH_DB");
    snprintf(text, sizeof text, "the database (%s%s)", set && *set ? "$TAPGRAPH_DB: " : "",
             place_of_db());
    return text;
}

static bool make_folders(char *path, struct err *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0750) == 0 || errno == EEXIST;
        if (!made)
            return err_set(err, "cannot make the folder %s for the database: %s", path,
                           strerror(errno));
        *slash = '/';
    }
    return true;
}

const char *place_for_db(const char *given, struct err *err)
{
    const char *path = given ? given : place_of_db();
    char copy[4096];
    if (given)
        return given; /* a folder that is named and missing is a slip of the pen */
    snprintf(copy, sizeof copy, "%s", path);
    return make_folders(copy, err) ? path : NULL;
}
