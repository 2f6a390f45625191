/* sandbox.c - see sandbox.h. */
#include "daemon/sandbox.h"

#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/calls.h"
#include "daemon/landlock.h"

/* The database's (and, if it is a symbolic link, that of what it leads to), and three more. */
enum { FOLDERS = 5 };

void sandbox_announce(const struct daemon_options *options)
{
    if (options->no_sandbox)
        log_line(LOG_LEVEL_WARNING, "--no-sandbox: system calls and files are not confined");
    else if (!landlock_is_there())
        log_line(LOG_LEVEL_NOTICE, "this kernel has no Landlock: which files the keeper may open "
                                   "is said by the rights of its user alone");
}

static bool out_of_memory(struct err *err)
{
    return err_set(err, "sandbox: out of memory");
}

/* Given to the caller; NULL: memory is short. */
static char *folder_of(const char *path)
{
    char *copy = strdup(path), *ret = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    return ret;
}

static bool is_written_to_file(int fd)
{
    struct stat is;
    return fstat(fd, &is) == 0 && S_ISREG(is.st_mode);
}

/* No file of the sensor's grows, but for one that its log or report was directed to. */
static void limit_files(void)
{
    const struct rlimit none = {0, 0};
    if (is_written_to_file(STDOUT_FILENO) || is_written_to_file(STDERR_FILENO))
        return;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
}

bool sandbox_sensor(const struct daemon_options *options, const char *keylog, struct err *err)
{
    if (options->no_sandbox)
        return true;
    engine_prepare();
    limit_files();
    char *folder = keylog ? folder_of(keylog) : NULL;
    if (keylog && !folder)
        return out_of_memory(err);
    bool files =
        !landlock_is_there() ||
        landlock_confine(&(struct landlock_folder){folder, LANDLOCK_READ}, folder != NULL, err);
    free(folder);
    return files && calls_confine(keylog ? CALLS_SENSOR_KEYLOG : CALLS_SENSOR, 0, err);
}

/* One that is there: what is not there yet would be made in it. Given to the caller. */
static char *folder_that_is_there(const char *path)
{
    char *folder = folder_of(path);
    while (folder && access(folder, F_OK) != 0 && strcmp(folder, "/") != 0 &&
           strcmp(folder, ".") != 0) {
        char *above = folder_of(folder);
        free(folder);
        folder = above;
    }
    return folder;
}

/* A file that a process goes on to need. */
struct needed {
    const char *path; /* NULL: none */
    enum landlock_use use;
};

/* No files but these, and what else is in their folders, since a file that is written anew is often
 * another of the same name. */
static bool confine_files(const struct needed *file, size_t len, struct err *err)
{
    struct landlock_folder folder[FOLDERS];
    size_t folder_len = 0;
    bool all = true;
    for (size_t i = 0; i < len; i++) {
        if (!file[i].path)
            continue;
        folder[folder_len].path = folder_that_is_there(file[i].path);
        folder[folder_len].use = file[i].use;
        all = all && folder[folder_len++].path;
    }
    bool fine = all ? landlock_confine(folder, folder_len, err) : out_of_memory(err);
    for (size_t i = 0; i < folder_len; i++)
        free((char *)folder[i].path);
    return fine;
}

bool sandbox_keeper_files(const struct daemon_options *options, struct err *err)
{
    if (options->no_sandbox || !landlock_is_there())
        return true;
    char *real = realpath(options->db, NULL);
    const struct needed file[FOLDERS] = {{options->db, LANDLOCK_WRITE},
                                         {real, LANDLOCK_WRITE},
                                         {options->names, LANDLOCK_READ},
                                         {options->kube, LANDLOCK_READ},
                                         {options->hosts, LANDLOCK_READ}};
    bool fine = confine_files(file, FOLDERS, err);
    free(real);
    return fine;
}

bool sandbox_keeper_calls(const struct daemon_options *options, pid_t child, struct err *err)
{
    return options->no_sandbox || calls_confine(CALLS_KEEPER, child, err);
}

/* Of whoever reads a database, or two (else NULL); and, if `draws`, runs what is anywhere. */
static bool confine_reader(const char *db, const char *other, bool draws, struct err *err)
{
    char *real = realpath(db, NULL), *real_other = other ? realpath(other, NULL) : NULL;
    const struct needed file[] = {{db, LANDLOCK_SHARE},
                                  {real, LANDLOCK_SHARE},
                                  {other, LANDLOCK_SHARE},
                                  {real_other, LANDLOCK_SHARE},
                                  {draws ? "/" : NULL, LANDLOCK_RUN}};
    bool fine = confine_files(file, FOLDERS, err);
    free(real);
    free(real_other);
    return fine;
}

bool sandbox_page_files(const struct daemon_options *options, struct err *err)
{
    return options->no_sandbox || !landlock_is_there() ||
           confine_reader(options->db, NULL, false, err);
}

bool sandbox_page_calls(const struct daemon_options *options, struct err *err)
{
    return options->no_sandbox || calls_confine(CALLS_PAGE, 0, err);
}

bool sandbox_asker(const char *db, const char *other, enum asker asker, struct err *err)
{
    static const enum calls_role role[] = {[ASKER_PRINTS] = CALLS_ASKER,
                                           [ASKER_TERMINAL] = CALLS_TERMINAL,
                                           [ASKER_DRAWS] = CALLS_DRAWER};
    bool files = !landlock_is_there() || confine_reader(db, other, asker == ASKER_DRAWS, err);
    return files && calls_confine(role[asker], 0, err);
}
