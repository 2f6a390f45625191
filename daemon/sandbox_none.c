/* sandbox_none.c - in place of sandbox.c, landlock.c and calls.c, where tapgraph is built with a
 * sanitizer, or without libseccomp. Users and capabilities are the same (privilege.h). */
#include "base/log.h"
#include "daemon/sandbox.h"

void sandbox_announce(const struct daemon_options *options)
{
    (void)options;
    log_line(LOG_LEVEL_WARNING, "this tapgraph was built without a sandbox (with a sanitizer, or "
                                "without libseccomp): system calls and files are not confined");
}

bool sandbox_sensor(const struct daemon_options *options, const char *keylog, struct err *err)
{
    (void)options, (void)keylog, (void)err;
    return true;
}

bool sandbox_keeper_files(const struct daemon_options *options, struct err *err)
{
    (void)options, (void)err;
    return true;
}

bool sandbox_page_files(const struct daemon_options *options, struct err *err)
{
    (void)options, (void)err;
    return true;
}

bool sandbox_asker(const char *db, const char *other, enum asker asker, struct err *err)
{
    (void)db, (void)other, (void)asker, (void)err;
    return true;
}

bool sandbox_page_calls(const struct daemon_options *options, struct err *err)
{
    (void)options, (void)err;
    return true;
}

bool sandbox_keeper_calls(const struct daemon_options *options, pid_t child, struct err *err)
{
    (void)options, (void)child, (void)err;
    return true;
}
