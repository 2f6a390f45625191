/* file_input.h - one open file of a capture, and the two ways to read one. Inside capture/. */
#pragma once

#include <pcap/pcap.h>

#include "capture/file.h"

enum {
    FRAME_BYTES_MAX = 262144,         /* libpcap's MAXIMUM_SNAPLEN: more is damage */
    RECORD_BYTES = 16,                /* before each frame of a pcap file */
    INPUT_READ_BYTES = 256 * 1024,    /* asked of read(2): fits the cache, 3,000 frames or so */
    INPUT_HEAD_BYTES = 24,            /* the header of a pcap file; enough to know any format */
    NANOSECONDS = 1000 * 1000 * 1000, /* in a second */

    /* What is left over of one read, at most a frame that is not whole, and the next read. */
    BLOCK_BYTES = RECORD_BYTES + FRAME_BYTES_MAX + INPUT_READ_BYTES,
};

struct file_input {
    char *name;           /* owned; the path, or "standard input" */
    int fd;               /* owned */
    uint16_t number;      /* its place on the command line */
    bool is_regular;      /* has a size, and can be read again */
    uint64_t total_bytes; /* 0 unless regular */
    uint64_t position;    /* in bytes: where the first frame lies that was not handed out */
    uint8_t head[INPUT_HEAD_BYTES]; /* the first bytes; taken from `fd` already */
    size_t head_len;
    struct bpf_program filter; /* compiled once, at opening; bf_insns is NULL without a filter */
    const struct file_format *format;
    void *state; /* the format's */
};

/* How to read a file. */
struct file_format {
    /* Starts at the first frame; `fd` stands behind the head. Compiles `filter`, unless that is
     * NULL or was done before. Leaves `state` NULL on failure. */
    bool (*start)(struct file_input *in, const char *filter, struct err *err);

    /* As file_read(). Returns FILE_MORE with what there is when a signal comes. */
    enum file_status (*read)(struct file_input *in, struct block *b, struct err *err);

    /* Frees `state`; NULL is fine. */
    void (*stop)(struct file_input *in);
};

extern const struct file_format file_pcap;    /* plain pcap, this machine's byte order */
extern const struct file_format file_libpcap; /* everything else */

/* Does frame `f` pass the filter? */
static inline bool file_input_wants(const struct file_input *in, const struct frame *f)
{
    return !in->filter.bf_insns ||
           bpf_filter(in->filter.bf_insns, f->data, f->length, f->captured) != 0;
}

/* Is this the head of a file that file_pcap reads? */
bool file_pcap_is(const uint8_t *head, size_t head_len);
