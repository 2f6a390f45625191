/* server_library.c - see server_library.h. */
#include "web/server_library.h"

#include <dlfcn.h>
#include <string.h>

struct server_library mhd;

/* A pointer to a function by way of one to an object, as POSIX has it. */
static bool find(void *library, const char *name, void *ret)
{
    void *found = dlsym(library, name);
    memcpy(ret, &found, sizeof found);
    return found;
}

bool server_library_load(struct err *err)
{
    if (mhd.start_daemon)
        return true;
    struct server_library all = {0};
    void *library = dlopen(MICROHTTPD_SONAME, RTLD_NOW | RTLD_LOCAL);
    bool found = library;
#define FIND(name) found = found && find(library, "MHD_" #name, &all.name);
    SERVER_LIBRARY(FIND)
#undef FIND
    if (!found)
        return err_set(err, "web: no page can be served without libmicrohttpd: %s", dlerror());
    mhd = all;
    return true;
}
