/* landlock.c - see landlock.h. Numbers are those of the kernel's interface, of which the headers of
 * Debian 12 know the first two versions only. */
#include "daemon/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Fields that the kernel does not know have to be 0. */
struct ruleset {
    uint64_t files;
    uint64_t network; /* since version 4 */
    uint64_t scopes;  /* since version 6 */
};

enum { TRUNCATE = 1 << 14, CONNECT_TCP = 1 << 1, SCOPE_ABSTRACT_SOCKETS = 1 << 0 };

static long version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool landlock_is_there(void)
{
    return version() > 0;
}

/* What this version can forbid. Its rights on files are bits 0 to 12; each of the
 * versions 2, 3 and 5 has added one. */
static struct ruleset all_of(long v)
{
    int files = v >= 5 ? 16 : v >= 3 ? 15 : v == 2 ? 14 : 13;
    return (struct ruleset){
        .files = (UINT64_C(1) << files) - 1,
        .network = v >= 4 ? CONNECT_TCP : 0,
        .scopes = v >= 6 ? SCOPE_ABSTRACT_SOCKETS : 0,
    };
}

static bool allow(int ruleset, const struct landlock_folder *folder, uint64_t known)
{
    uint64_t may = LANDLOCK_ACCESS_FS_READ_FILE;
    if (folder->use == LANDLOCK_RUN)
        may |= LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;
    if (folder->use >= LANDLOCK_SHARE)
        may |= LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | TRUNCATE;
    if (folder->use >= LANDLOCK_WRITE) /* SQLite opens the folder too, to have it written to disk */
        may |= LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE;
    int fd = open(folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    struct landlock_path_beneath_attr beneath = {.allowed_access = may & known, .parent_fd = fd};
    bool added =
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    close(fd);
    return added;
}

bool landlock_confine(const struct landlock_folder *folder, size_t folder_len, struct err *err)
{
    struct ruleset all = all_of(version());
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    bool fine = ruleset >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    for (size_t i = 0; i < folder_len && fine; i++)
        fine = allow(ruleset, &folder[i], all.files);
    fine = fine && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    if (!fine)
        err_set(err, "cannot confine files (Landlock): %s; --no-sandbox does without",
                strerror(errno));
    if (ruleset >= 0)
        close(ruleset);
    return fine;
}
