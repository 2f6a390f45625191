/* file.c - see file.h: opening and choosing a reader, and merging what several read.
 *
 * One file is read straight into the caller's block. Of several, each has a block of its own, and
 * the frames are copied from there in the order of time. */
#include "capture/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/file_input.h"

enum { FILES_MAX = UINT16_MAX }; /* frames carry the number of theirs in 16 bits */

/* One of several files. */
struct lane {
    struct file_input *in;
    struct block *block;
    size_t next; /* frame of the block to hand out next */
    bool ended;  /* the block is the last */
};

struct capture_file {
    struct file_input *inputs;
    size_t inputs_len;
    struct lane *lanes; /* NULL for one file */
    struct err damage;  /* the first that was met; reported when the other files have ended */
    bool damaged;
};

struct block *block_new(void)
{
    struct block *b = malloc(sizeof *b);
    if (!b)
        return NULL;
    b->frame_len = 0;
    b->bytes_room = BLOCK_BYTES;
    b->bytes = malloc(b->bytes_room);
    if (b->bytes)
        return b;
    free(b);
    return NULL;
}

void block_free(struct block *b)
{
    if (!b)
        return;
    free(b->bytes);
    free(b);
}

static bool open_descriptor(struct file_input *in, const char *path, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    in->name = strdup(is_stdin ? "standard input" : path);
    if (!in->name)
        return err_set(err, "%s: out of memory", path);
    in->fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (in->fd < 0 || fstat(in->fd, &status) != 0)
        return err_set(err, "%s: cannot be opened: %s", in->name, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return err_set(err, "%s: is a directory; name the capture files in it", in->name);
    in->is_regular = S_ISREG(status.st_mode) && !is_stdin;
    in->total_bytes = in->is_regular ? (uint64_t)status.st_size : 0;
    return true;
}

static bool read_head(struct file_input *in, struct err *err)
{
    while (in->head_len < INPUT_HEAD_BYTES) {
        ssize_t n = read(in->fd, in->head + in->head_len, INPUT_HEAD_BYTES - in->head_len);
        if (n < 0)
            return err_set(err, "%s: cannot be read: %s", in->name, strerror(errno));
        if (n == 0)
            break;
        in->head_len += (size_t)n;
    }
    if (!in->head_len)
        return err_set(err, "%s: is empty; a capture file has at least a header", in->name);
    return true;
}

/* The tool that unpacks a compressed file to its standard output, or NULL if it is not one. */
static const char *name_unpacker(const uint8_t *head, size_t head_len)
{
    static const struct {
        uint8_t magic[4];
        size_t magic_len;
        const char *unpacker;
    } compressions[] = {
        {{0x1f, 0x8b}, 2, "gunzip"},
        {{0x28, 0xb5, 0x2f, 0xfd}, 4, "unzstd"},
        {{0xfd, '7', 'z', 'X'}, 4, "unxz"},
        {{'B', 'Z', 'h'}, 3, "bunzip2"},
        {{0x04, 0x22, 0x4d, 0x18}, 4, "unlz4"},
    };
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        if (head_len >= compressions[i].magic_len &&
            memcmp(head, compressions[i].magic, compressions[i].magic_len) == 0)
            return compressions[i].unpacker;
    return NULL;
}

/* The first four bytes of pcap in its variants, either byte order, and of pcapng. */
static bool is_capture(const uint8_t *head, size_t head_len)
{
    static const uint32_t magics[] = {
        0xa1b2c3d4, 0xd4c3b2a1, /* microseconds */
        0xa1b23c4d, 0x4d3cb2a1, /* nanoseconds */
        0xa1b2cd34, 0x34cdb2a1, /* Kuznetzov's, with longer records */
        0x0a0d0d0a,             /* pcapng */
    };
    uint32_t magic;
    if (head_len < sizeof magic)
        return false;
    memcpy(&magic, head, sizeof magic);
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (magic == magics[i])
            return true;
    return false;
}

static bool choose_format(struct file_input *in, struct err *err)
{
    const char *unpacker = name_unpacker(in->head, in->head_len);
    if (unpacker)
        return err_set(err,
                       "%s: is compressed; unpack it, or pipe it in: %s -c FILE | tapgraph "
                       "replay -",
                       in->name, unpacker);
    if (!is_capture(in->head, in->head_len)) {
        char hex[4 * 3 + 1] = "";
        for (size_t i = 0; i < in->head_len && i < 4; i++)
            snprintf(hex + 3 * i, 4, " %02x", in->head[i]);
        return err_set(err, "%s: is not a capture file: it starts with%s, neither pcap nor pcapng",
                       in->name, hex);
    }
    if (in->head_len < INPUT_HEAD_BYTES)
        return err_set(err, "%s: is cut off after %zu bytes, within its header", in->name,
                       in->head_len);
    in->format = file_pcap_is(in->head, in->head_len) ? &file_pcap : &file_libpcap;
    return true;
}

static bool open_input(struct file_input *in, const char *path, const char *filter, struct err *err)
{
    return open_descriptor(in, path, err) && read_head(in, err) && choose_format(in, err) &&
           in->format->start(in, filter, err);
}

static void close_input(struct file_input *in)
{
    if (in->format)
        in->format->stop(in);
    if (in->filter.bf_insns)
        pcap_freecode(&in->filter);
    if (in->fd >= 0)
        close(in->fd);
    free(in->name);
}

static bool open_lanes(struct capture_file *f, struct err *err)
{
    f->lanes = calloc(f->inputs_len, sizeof *f->lanes);
    for (size_t i = 0; f->lanes && i < f->inputs_len; i++) {
        f->lanes[i].in = &f->inputs[i];
        f->lanes[i].block = block_new();
        if (!f->lanes[i].block)
            return err_set(err, "%s: out of memory", f->inputs[i].name);
    }
    return f->lanes || err_set(err, "%s: out of memory", f->inputs[0].name);
}

struct capture_file *file_open(const char *const *paths, size_t paths_len, const char *filter,
                               struct err *err)
{
    struct capture_file *f = calloc(1, sizeof *f);
    if (!paths_len || paths_len > FILES_MAX) {
        err_set(err, "a capture is of 1 to %d files, not %zu", FILES_MAX, paths_len);
        goto fail;
    }
    if (!f || !(f->inputs = calloc(paths_len, sizeof *f->inputs))) {
        err_set(err, "%s: out of memory", paths[0]);
        goto fail;
    }
    for (size_t i = 0; i < paths_len; i++) {
        struct file_input *in = &f->inputs[f->inputs_len++];
        in->fd = -1;
        in->number = (uint16_t)i;
        if (!open_input(in, paths[i], filter, err))
            goto fail;
    }
    if (paths_len > 1 && !open_lanes(f, err))
        goto fail;
    return f;

fail:
    file_close(f);
    return NULL;
}

void file_close(struct capture_file *f)
{
    if (!f)
        return;
    for (size_t i = 0; f->lanes && i < f->inputs_len; i++)
        block_free(f->lanes[i].block);
    for (size_t i = 0; i < f->inputs_len; i++)
        close_input(&f->inputs[i]);
    free(f->lanes);
    free(f->inputs);
    free(f);
}

/* Reads on in every file whose frames are used up. Returns false if one of them has nothing to
 * hand out now and has not ended, so that nobody knows which frame is next. */
static bool refill_lanes(struct capture_file *f)
{
    for (size_t i = 0; i < f->inputs_len; i++) {
        struct lane *lane = &f->lanes[i];
        if (lane->ended || lane->next < lane->block->frame_len)
            continue;
        struct err damage;
        enum file_status status = lane->in->format->read(lane->in, lane->block, &damage);
        lane->next = 0;
        lane->ended = status != FILE_MORE;
        if (status == FILE_DAMAGED && !f->damaged) {
            f->damaged = true;
            f->damage = damage;
        }
        if (!lane->ended && !lane->block->frame_len)
            return false;
    }
    return true;
}

static const struct frame *first_frame(const struct lane *lane)
{
    return lane->next < lane->block->frame_len ? &lane->block->frame[lane->next] : NULL;
}

/* The file whose next frame is the earliest, or NULL when all have ended. `ret_until_ns` is how
 * long it stays that: until just before the next frame of another. */
static struct lane *earliest_lane(const struct capture_file *f, uint64_t *ret_until_ns)
{
    struct lane *best = NULL;
    uint64_t best_ns = 0, until_ns = UINT64_MAX;
    for (size_t i = 0; i < f->inputs_len; i++) {
        const struct frame *frame = first_frame(&f->lanes[i]);
        if (!frame)
            continue;
        if (!best || frame->time_ns < best_ns) {
            /* The one that was best so far comes first at equal times. */
            if (best && best_ns - 1 < until_ns)
                until_ns = best_ns - 1;
            best = &f->lanes[i];
            best_ns = frame->time_ns;
        } else if (frame->time_ns < until_ns) {
            until_ns = frame->time_ns;
        }
    }
    *ret_until_ns = until_ns;
    return best;
}

/* Copies frames of a file to the block. Returns false if the block is full. */
static bool copy_frames(struct lane *lane, uint64_t until_ns, struct block *b, size_t *bytes_len)
{
    const struct frame *frame;
    while ((frame = first_frame(lane)) && frame->time_ns <= until_ns) {
        if (b->frame_len == BLOCK_FRAMES_MAX || frame->captured > b->bytes_room - *bytes_len)
            return false;
        struct frame *copy = &b->frame[b->frame_len++];
        *copy = *frame;
        copy->data = memcpy(b->bytes + *bytes_len, frame->data, frame->captured);
        *bytes_len += frame->captured;
        lane->next++;
    }
    return true;
}

static enum file_status merge(struct capture_file *f, struct block *b, struct err *err)
{
    size_t bytes_len = 0;
    uint64_t until_ns;
    b->frame_len = 0;
    while (refill_lanes(f)) {
        struct lane *lane = earliest_lane(f, &until_ns);
        if (!lane) {
            if (f->damaged && err)
                *err = f->damage;
            return f->damaged ? FILE_DAMAGED : FILE_END;
        }
        if (!copy_frames(lane, until_ns, b, &bytes_len))
            return FILE_MORE;
    }
    return FILE_MORE;
}

enum file_status file_read(struct capture_file *f, struct block *b, struct err *err)
{
    if (f->lanes)
        return merge(f, b, err);
    return f->inputs[0].format->read(&f->inputs[0], b, err);
}

struct file_progress file_progress(const struct capture_file *f)
{
    struct file_progress progress = {0};
    bool is_known = true;
    for (size_t i = 0; i < f->inputs_len; i++) {
        progress.read_bytes += f->inputs[i].position;
        progress.total_bytes += f->inputs[i].total_bytes;
        is_known = is_known && f->inputs[i].is_regular;
    }
    if (!is_known)
        progress.total_bytes = 0;
    return progress;
}

static bool rewind_input(struct file_input *in, struct err *err)
{
    if (!in->is_regular)
        return err_set(err, "%s: cannot be played again, since it is no regular file", in->name);
    if (lseek(in->fd, (off_t)in->head_len, SEEK_SET) < 0)
        return err_set(err, "%s: cannot be played again: %s", in->name, strerror(errno));
    in->format->stop(in);
    return in->format->start(in, NULL, err); /* the filter is compiled already */
}

bool file_rewind(struct capture_file *f, struct err *err)
{
    for (size_t i = 0; i < f->inputs_len; i++) {
        if (!rewind_input(&f->inputs[i], err))
            return false;
        if (f->lanes) {
            f->lanes[i].block->frame_len = 0;
            f->lanes[i].next = 0;
            f->lanes[i].ended = false;
        }
    }
    f->damaged = false;
    return true;
}
