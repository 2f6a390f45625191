/* file.c - see file.h: opens files, chooses how each is read, and merges them by time. */
#include "capture/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/file_input.h"

/* One of several files, and the block that its frames lie in until they are merged. */
struct merged {
    struct block *block;
    size_t next; /* frame of the block */
    enum file_status status;
    struct err err; /* of FILE_DAMAGED */
};

struct capture_file {
    struct file_input *input; /* owned */
    struct merged *merged;    /* owned; NULL for one file */
    size_t input_len;
};

struct block *block_new(void)
{
    struct block *b = malloc(sizeof *b);
    uint8_t *bytes = b ? malloc(BLOCK_BYTES) : NULL;
    if (!bytes) {
        free(b);
        return NULL;
    }
    b->frame_len = 0;
    b->bytes = bytes;
    b->bytes_room = BLOCK_BYTES;
    return b;
}

void block_free(struct block *b)
{
    if (!b)
        return;
    free(b->bytes);
    free(b);
}

static bool starts_with(const struct file_input *in, const void *magic, size_t len)
{
    return in->head_len >= len && memcmp(in->head, magic, len) == 0;
}

/* What people hand over by mistake, each with its remedy. */
static bool refuse_others(const struct file_input *in, struct err *err)
{
    if (!in->head_len)
        return err_set(err, "%s: the file is empty", in->name);
    if (starts_with(in, "\x1f\x8b", 2))
        return err_set(err,
                       "%s: it is compressed with gzip: try 'gunzip -c %s | tapgraph replay -'",
                       in->name, in->name);
    if (starts_with(in, "\x28\xb5\x2f\xfd", 4))
        return err_set(err, "%s: it is compressed with zstd: try 'zstdcat %s | tapgraph replay -'",
                       in->name, in->name);
    if (starts_with(in,
                    "\xfd"
                    "7zXZ",
                    5))
        return err_set(err, "%s: it is compressed with xz: try 'xzcat %s | tapgraph replay -'",
                       in->name, in->name);
    return true;
}

static bool read_head(struct file_input *in, struct err *err)
{
    in->head_len = 0;
    while (in->head_len < INPUT_HEAD_BYTES) {
        ssize_t n = read(in->fd, in->head + in->head_len, INPUT_HEAD_BYTES - in->head_len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, "%s: cannot be read: %s", in->name, strerror(errno));
        if (n == 0)
            break;
        in->head_len += (size_t)n;
    }
    return refuse_others(in, err);
}

static bool open_path(struct file_input *in, const char *path, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct stat about;
    in->name = strdup(is_stdin ? "standard input" : path);
    if (!in->name)
        return err_set(err, "%s: out of memory", path);
    in->fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0 || fstat(in->fd, &about) != 0)
        return err_set(err, "cannot open %s: %s", in->name, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return err_set(err, "%s: it is a folder; name the capture files in it", in->name);
    in->is_regular = S_ISREG(about.st_mode) && !is_stdin;
    in->total_bytes = in->is_regular ? (uint64_t)about.st_size : 0;
    return true;
}

static bool start_input(struct file_input *in, const char *filter, struct err *err)
{
    if (!read_head(in, err))
        return false;
    in->format = file_pcap_is(in->head, in->head_len) ? &file_pcap : &file_libpcap;
    return in->format->start(in, filter, err);
}

static bool prepare_merge(struct capture_file *f, struct err *err)
{
    if (f->input_len < 2)
        return true;
    f->merged = calloc(f->input_len, sizeof *f->merged);
    for (size_t i = 0; f->merged && i < f->input_len; i++)
        if (!(f->merged[i].block = block_new()))
            return err_set(err, "out of memory for %zu files", f->input_len);
    return f->merged || err_set(err, "out of memory for %zu files", f->input_len);
}

static bool open_all(struct capture_file *f, const char *const *paths, const char *filter,
                     struct err *err)
{
    for (size_t i = 0; i < f->input_len; i++) {
        f->input[i].number = (uint16_t)i;
        if (!open_path(&f->input[i], paths[i], err) || !start_input(&f->input[i], filter, err))
            return false;
    }
    return prepare_merge(f, err);
}

struct capture_file *file_open(const char *const *paths, size_t paths_len, const char *filter,
                               struct err *err)
{
    struct capture_file *f = calloc(1, sizeof *f);
    if (f)
        f->input = calloc(paths_len ? paths_len : 1, sizeof *f->input);
    if (!f || !f->input) {
        free(f);
        err_set(err, "out of memory for %zu files", paths_len);
        return NULL;
    }
    f->input_len = paths_len;
    for (size_t i = 0; i < paths_len; i++)
        f->input[i].fd = -1;
    if (open_all(f, paths, filter, err))
        return f;
    file_close(f);
    return NULL;
}

static void close_input(struct file_input *in)
{
    if (in->format)
        in->format->stop(in);
    pcap_freecode(&in->filter);
    if (in->fd >= 0)
        close(in->fd);
    free(in->name);
}

void file_close(struct capture_file *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->input_len; i++) {
        close_input(&f->input[i]);
        if (f->merged)
            block_free(f->merged[i].block);
    }
    free(f->merged);
    free(f->input);
    free(f);
}

/* Makes sure that the next frame of an input is there, if it has one. */
static void refill(struct file_input *in, struct merged *m)
{
    while (m->next == m->block->frame_len && m->status == FILE_MORE) {
        m->status = in->format->read(in, m->block, &m->err);
        m->next = 0;
    }
}

/* The input whose next frame comes first, or NULL at the end of all. Of equal times, the one that
 * was named first. */
static struct merged *earliest(struct capture_file *f)
{
    struct merged *first = NULL;
    for (size_t i = 0; i < f->input_len; i++) {
        struct merged *m = &f->merged[i];
        refill(&f->input[i], m);
        if (m->next < m->block->frame_len &&
            (!first || m->block->frame[m->next].time_ns < first->block->frame[first->next].time_ns))
            first = m;
    }
    return first;
}

/* The files that ended with damage are told of at the end, the first of them in words. */
static enum file_status end_of_all(const struct capture_file *f, struct err *err)
{
    for (size_t i = 0; i < f->input_len; i++)
        if (f->merged[i].status == FILE_DAMAGED) {
            *err = f->merged[i].err;
            return FILE_DAMAGED;
        }
    return FILE_END;
}

static enum file_status read_merged(struct capture_file *f, struct block *b, struct err *err)
{
    size_t used = 0;
    struct merged *m = NULL;
    b->frame_len = 0;
    while (b->frame_len < BLOCK_FRAMES_MAX && (m = earliest(f))) {
        const struct frame *from = &m->block->frame[m->next];
        if (from->captured > b->bytes_room - used)
            break;
        struct frame *to = &b->frame[b->frame_len++];
        *to = *from;
        to->data = memcpy(b->bytes + used, from->data, from->captured);
        used += from->captured;
        m->next++;
    }
    return b->frame_len || m ? FILE_MORE : end_of_all(f, err);
}

enum file_status file_read(struct capture_file *f, struct block *b, struct err *err)
{
    b->frame_len = 0;
    if (!f->input_len)
        return FILE_END;
    return f->merged ? read_merged(f, b, err) : f->input->format->read(f->input, b, err);
}

struct file_progress file_progress(const struct capture_file *f)
{
    struct file_progress p = {0};
    bool known = true;
    for (size_t i = 0; i < f->input_len; i++) {
        p.read_bytes += f->input[i].position;
        p.total_bytes += f->input[i].total_bytes;
        known = known && f->input[i].is_regular;
    }
    if (!known)
        p.total_bytes = 0;
    return p;
}

static bool rewind_input(struct file_input *in, struct err *err)
{
    if (!in->is_regular || lseek(in->fd, 0, SEEK_SET) != 0)
        return err_set(err, "%s: it cannot be read again from its beginning", in->name);
    in->format->stop(in);
    in->position = 0;
    return start_input(in, NULL, err);
}

bool file_rewind(struct capture_file *f, struct err *err)
{
    for (size_t i = 0; i < f->input_len; i++) {
        if (!rewind_input(&f->input[i], err))
            return false;
        if (f->merged) {
            f->merged[i].block->frame_len = 0;
            f->merged[i].next = 0;
            f->merged[i].status = FILE_MORE;
        }
    }
    return true;
}
