/* file_pcap.c - pcap files in this machine's byte order, read in large blocks.
 *
 * The format is draft-ietf-opsawg-pcap: a header of 24 bytes (magic, version, zone, accuracy,
 * snapshot length, link type), then for each frame 16 bytes (seconds, fraction, captured length,
 * length on the wire) and its bytes. A read(2) goes straight into the block and frames point into
 * it; only the frame that lies across its end is carried over to the next. */
#include "capture/file_input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/libpcap.h"

enum { LINKTYPE_RAW = 101 };
static const uint32_t magic_us = 0xa1b2c3d4, magic_ns = 0xa1b23c4d;

struct pcap_state {
    uint32_t fraction_ns;  /* what the fraction of a second counts */
    uint32_t fraction_max; /* its largest value */
    int link_type;
    size_t carried_len;
    uint8_t carried[BLOCK_BYTES]; /* read, but not handed out */
};

struct record {
    uint32_t seconds, fraction, captured, length;
};

static uint32_t u32_at(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint16_t u16_at(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* Older versions had the two lengths the other way round; libpcap knows which. */
bool file_pcap_is(const uint8_t *head, size_t head_len)
{
    if (head_len < INPUT_HEAD_BYTES)
        return false;
    uint32_t magic = u32_at(head);
    return (magic == magic_us || magic == magic_ns) && u16_at(head + 4) == 2 &&
           u16_at(head + 6) == 4;
}

static bool compile_filter(struct file_input *in, int link_type, const char *filter,
                           struct err *err)
{
    pcap_t *dead = pcap_open_dead(link_type, FRAME_BYTES_MAX);
    if (!dead)
        return err_set(err, "%s: out of memory", in->name);
    bool compiled = libpcap_compile(dead, in->name, filter, &in->filter, err);
    pcap_close(dead);
    return compiled;
}

static void stop(struct file_input *in)
{
    free(in->state);
    in->state = NULL;
}

static bool start(struct file_input *in, const char *filter, struct err *err)
{
    int link_type = (int)(u32_at(in->head + 20) & 0x03ffffff); /* above: length of the checksum */
    if (link_type == LINKTYPE_RAW)
        link_type = DLT_RAW;
    if (!libpcap_check_link_type(in->name, link_type, err))
        return false;
    if (filter && !in->filter.bf_insns && !compile_filter(in, link_type, filter, err))
        return false;
    struct pcap_state *s = malloc(sizeof *s);
    if (!s)
        return err_set(err, "%s: out of memory", in->name);
    bool is_ns = u32_at(in->head) == magic_ns;
    s->fraction_ns = is_ns ? 1 : 1000;
    s->fraction_max = NANOSECONDS / s->fraction_ns - 1;
    s->link_type = link_type;
    s->carried_len = 0;
    in->state = s;
    in->position = INPUT_HEAD_BYTES;
    return true;
}

/* Lengths and times that no capture has mean that this is no record: the file is damaged here, or
 * a little earlier. Says so, and returns false. */
static bool check_record(const struct file_input *in, const struct record *r, struct err *err)
{
    const struct pcap_state *s = in->state;
    if (r->captured > FRAME_BYTES_MAX)
        return err_set(err,
                       "%s: damaged at byte %" PRIu64 ": a frame of %" PRIu32
                       " bytes, where %d is the most there can be",
                       in->name, in->position, r->captured, FRAME_BYTES_MAX);
    if (r->fraction > s->fraction_max)
        return err_set(err,
                       "%s: damaged at byte %" PRIu64 ": a time with %" PRIu32
                       " %s in a fraction of a second",
                       in->name, in->position, r->fraction,
                       s->fraction_ns == 1 ? "nanoseconds" : "microseconds");
    return true;
}

static void append_frame(const struct file_input *in, struct block *b, const struct record *r,
                         const uint8_t *data)
{
    const struct pcap_state *s = in->state;
    struct frame *f = &b->frame[b->frame_len];
    f->time_ns = (uint64_t)r->seconds * NANOSECONDS + (uint64_t)r->fraction * s->fraction_ns;
    f->captured = r->captured;
    f->length = r->length > r->captured ? r->length : r->captured;
    f->data = data;
    f->link_type = s->link_type;
    f->interface = in->number;
    b->frame_len += file_input_wants(in, f);
}

/* Makes frames of the first `len` bytes of the block. Returns how many bytes that used up, and
 * whether a record was damaged. */
static size_t cut_frames(struct file_input *in, struct block *b, size_t len, bool *ret_damaged,
                         struct err *err)
{
    size_t used = 0;
    while (len - used >= RECORD_BYTES && b->frame_len < BLOCK_FRAMES_MAX) {
        const uint8_t *at = b->bytes + used;
        struct record r = {u32_at(at), u32_at(at + 4), u32_at(at + 8), u32_at(at + 12)};
        if (!check_record(in, &r, err)) {
            *ret_damaged = true;
            return used;
        }
        if (len - used - RECORD_BYTES < r.captured)
            return used;
        append_frame(in, b, &r, at + RECORD_BYTES);
        used += RECORD_BYTES + r.captured;
        in->position += RECORD_BYTES + r.captured;
    }
    return used;
}

static enum file_status end_of_file(const struct file_input *in, size_t left, struct err *err)
{
    if (!left)
        return FILE_END;
    err_set(err,
            "%s: cut off at byte %" PRIu64 ": the last frame, which starts at byte %" PRIu64
            ", is not whole",
            in->name, in->position + left, in->position);
    return FILE_DAMAGED;
}

static enum file_status read_frames(struct file_input *in, struct block *b, struct err *err)
{
    struct pcap_state *s = in->state;
    bool damaged = false;
    b->frame_len = 0;
    memcpy(b->bytes, s->carried, s->carried_len);
    size_t len = s->carried_len;
    size_t used = cut_frames(in, b, len, &damaged, err);
    enum file_status status = FILE_MORE;
    while (!used && !damaged) {
        ssize_t n = read(in->fd, b->bytes + len, INPUT_READ_BYTES);
        if (n < 0 && errno == EINTR)
            break;
        if (n < 0) {
            err_set(err, "%s: cannot be read at byte %" PRIu64 ": %s", in->name, in->position + len,
                    strerror(errno));
            return FILE_DAMAGED;
        }
        if (n == 0) {
            status = end_of_file(in, len, err);
            break;
        }
        len += (size_t)n;
        used = cut_frames(in, b, len, &damaged, err);
    }
    s->carried_len = len - used;
    memcpy(s->carried, b->bytes + used, s->carried_len);
    return damaged ? FILE_DAMAGED : status;
}

const struct file_format file_pcap = {start, read_frames, stop};
