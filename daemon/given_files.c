/* given_files.c - see given_files.h. */
#include "daemon/given_files.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "daemon/kube_file.h"
#include "daemon/names_file.h"

enum { FILES = 3 };

/* A file that is written anew differs in one of these, also when it is put in the old one's place.
 */
struct state {
    struct timespec changed;
    off_t size;
    ino_t inode;
};

struct given_files {
    struct names *names;
    struct given_file {
        const char *path; /* NULL: there is none */
        enum name_source source;
        bool (*read)(const char *path, struct given *given, struct err *err);
        struct state state; /* when it was read, or could not be */
    } file[FILES];
};

static struct state state_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return (struct state){0};
    return (struct state){st.st_mtim, st.st_size, st.st_ino};
}

static bool same_state(const struct state *a, const struct state *b)
{
    return a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec &&
           a->size == b->size && a->inode == b->inode;
}

static bool read_file(struct given_files *f, struct given_file *file, struct err *err)
{
    struct given *given = given_new();
    file->state = state_of(file->path);
    if (!given)
        return err_set(err, "names: out of memory");
    if (!file->read(file->path, given, err)) {
        given_free(given);
        return false;
    }
    given_seal(given);
    names_set_given(f->names, file->source, given);
    return true;
}

struct given_files *given_files_open(const struct daemon_options *options, struct names *names,
                                     struct err *err)
{
    struct given_files *f = calloc(1, sizeof *f);
    if (!f) {
        err_set(err, "names: out of memory");
        return NULL;
    }
    f->names = names;
    f->file[0] =
        (struct given_file){.path = options->names, .source = NAME_USER, .read = names_file_read};
    f->file[1] = (struct given_file){
        .path = options->kube, .source = NAME_KUBERNETES, .read = kube_file_read};
    f->file[2] = (struct given_file){
        .path = options->hosts, .source = NAME_HOSTS_FILE, .read = hosts_file_read};
    for (int i = 0; i < FILES; i++)
        if (f->file[i].path && !read_file(f, &f->file[i], err)) {
            given_files_close(f);
            return NULL;
        }
    return f;
}

void given_files_close(struct given_files *f)
{
    free(f);
}

enum given_news given_files_check(struct given_files *f, struct err *text)
{
    for (int i = 0; i < FILES; i++) {
        struct given_file *file = &f->file[i];
        if (!file->path)
            continue;
        struct state now = state_of(file->path);
        if (same_state(&now, &file->state))
            continue;
        if (!read_file(f, file, text))
            return GIVEN_UNREADABLE;
        err_set(text, "%s has changed, and was read again", file->path);
        return GIVEN_READ_AGAIN;
    }
    return GIVEN_SAME;
}
