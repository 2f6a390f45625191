/* file.h - capture files, read in blocks.
 *
 * The common file (pcap, this machine's byte order, microseconds or nanoseconds) is read by a
 * reader of our own with large read(2) calls, since libpcap's stdio reader costs as much as all
 * decoding; everything else (pcapng, the other byte order, odd link types) goes through libpcap,
 * copied into the block. Several files are merged by time; among equal times the file named first
 * comes first. */
#pragma once

#include "base/err.h"
#include "capture/frame.h"

enum { BLOCK_FRAMES_MAX = 4096 };

/* A run of frames and the memory they lie in. The frames are good until the block is filled again
 * or freed. */
struct block {
    struct frame frame[BLOCK_FRAMES_MAX];
    size_t frame_len;
    uint8_t *bytes; /* owned */
    size_t bytes_room;
};

struct block *block_new(void);
void block_free(struct block *b);

struct capture_file;

/* Opens the files at `paths`; "-" is standard input. `filter`, in pcap-filter(7) syntax, may be
 * NULL. On failure returns NULL and names the file and the reason in `err`. Given to the caller. */
struct capture_file *file_open(const char *const *paths, size_t paths_len, const char *filter,
                               struct err *err);
void file_close(struct capture_file *f);

enum file_status {
    FILE_MORE,    /* the block holds frames (none if the filter took all, or a signal came) */
    FILE_END,     /* the block holds the last frames, maybe none */
    FILE_DAMAGED, /* likewise, and `err` says which file is damaged, where and how */
};

/* Fills the block with the next frames. Never blocks on a file; on standard input it waits for at
 * least one frame. Of several files, one that is damaged ends there; the others are read to their
 * ends, and then comes FILE_DAMAGED. After FILE_END or FILE_DAMAGED do not call again. */
enum file_status file_read(struct capture_file *f, struct block *b, struct err *err);

struct file_progress {
    uint64_t read_bytes, total_bytes; /* over all files; total is 0 for standard input */
};
struct file_progress file_progress(const struct capture_file *f);

/* Back to the first frame, for a capture that is played in a loop. Fails on standard input. */
bool file_rewind(struct capture_file *f, struct err *err);
