/* place.c - see place.h. */
#include "cli/place.h"

#include <errno.h>
#include <glob.h>
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

bool place_of_quickstart(const char *program, char *ret, size_t size)
{
    char pattern[4096];
    struct stat about, newest = {0};
    glob_t found;
    bool any = false;
    const char *slash = strrchr(program, '/');
    const char *before = slash ? memrchr(program, '/', (size_t)(slash - program)) : NULL;
    int len = before ? snprintf(pattern, sizeof pattern, "%.*s/quickstart/*.db",
                                (int)(before - program), program)
                     : -1;
    if (len < 0 || (size_t)len >= sizeof pattern || glob(pattern, 0, NULL, &found) != 0)
        return false;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        if (strlen(path) >= size || stat(path, &about) != 0 ||
            (any && about.st_mtime <= newest.st_mtime))
            continue;
        snprintf(ret, size, "%s", path);
        newest = about;
        any = true;
    }
    globfree(&found);
    return any;
}

bool place_check(const char *db, struct err *err)
{
    const char *set = getenv("TAPGRAPH_DB");
    char program[4096], made[4096];
    if ((set && *set) || strcmp(db, place_of_db()) != 0 || access(db, F_OK) == 0)
        return true;
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len < 0)
        return true;
    program[len] = '\0';
    if (!place_of_quickstart(program, made, sizeof made))
        return true;
    return err_set(err,
                   "there is no database %s yet, but ./quickstart made one: name it by --db %s, or "
                   "for all commands by 'export TAPGRAPH_DB=%s'",
                   db, made, made);
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
