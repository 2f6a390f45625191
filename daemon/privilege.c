/* privilege.c - see privilege.h. */
#include "daemon/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static bool become(const char *user, struct err *err)
{
    if (geteuid() != 0 || !user)
        return true;
    const struct passwd *who = getpwnam(user);
    if (!who)
        return err_set(err, "--user: there is no user named '%s' on this machine", user);
    if (setgroups(0, NULL) || setgid(who->pw_gid) || setuid(who->pw_uid))
        return err_set(err, "cannot become user '%s': %s", user, strerror(errno));
    return true;
}

/* As `user`, without any capability. */
static bool become_powerless(const char *user, struct err *err)
{
    /* The bounding set needs CAP_SETPCAP to change, which goes with root; who has not got it has
     * nothing to bound. */
    capng_get_caps_process();
    bool bounded = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    capng_clear(CAPNG_SELECT_BOUNDS);
    if (bounded && capng_apply(CAPNG_SELECT_BOUNDS) != 0)
        return err_set(err, "cannot drop capabilities for good: %s", strerror(errno));
    if (!become(user, err))
        return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return err_set(err, "cannot forbid new privileges: %s", strerror(errno));
    capng_clear(CAPNG_SELECT_ALL);
    if (capng_apply(CAPNG_SELECT_CAPS) != 0)
        return err_set(err, "cannot drop capabilities: %s", strerror(errno));
    return true;
}

/* What is in memory has been captured. */
static void forbid_dumps(void)
{
    const struct rlimit none = {0, 0};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
}

bool privilege_drop_sensor(const char *user, struct err *err)
{
    if (!become_powerless(user ? user : "nobody", err))
        return false;
    forbid_dumps();
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* after the change of user, which clears it */
    return true;
}

bool privilege_drop_keeper(const char *user, struct err *err)
{
    if (!become_powerless(user, err))
        return false;
    forbid_dumps();
    return true;
}

/* Who reads databases, and (if `serves`) may have a low port. */
static bool drop_reader(bool serves, struct err *err)
{
    capng_get_caps_process();
    bool bounded = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    bool reads = capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE);
    bool binds = serves && capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_BIND_SERVICE);
    capng_clear(CAPNG_SELECT_BOTH);
    if (reads)
        capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_OVERRIDE);
    if (binds)
        capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_BIND_SERVICE);
    if (capng_apply(bounded ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) != 0)
        return err_set(err, "cannot drop capabilities: %s", strerror(errno));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return err_set(err, "cannot forbid new privileges: %s", strerror(errno));
    forbid_dumps();
    return true;
}

bool privilege_drop_page(struct err *err)
{
    return drop_reader(true, err);
}

bool privilege_drop_asker(struct err *err)
{
    return drop_reader(false, err);
}

bool privilege_keep_capture(struct err *err)
{
    if (geteuid() != 0)
        return true; /* only file capabilities then; they are CAP_NET_RAW at most */
    capng_clear(CAPNG_SELECT_BOTH);
    capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET, CAP_NET_RAW,
                  CAP_SETUID, CAP_SETGID, CAP_SETPCAP, CAP_KILL, CAP_DAC_OVERRIDE, -1);
    if (capng_apply(CAPNG_SELECT_BOTH) != 0)
        return err_set(err, "cannot drop capabilities: %s", strerror(errno));
    return true;
}
