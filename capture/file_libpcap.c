/* file_libpcap.c - what file_pcap.c does not read, through libpcap, copied into the block: pcapng,
 * the other byte order, older versions of pcap, modified pcap.
 *
 * libpcap wants a stream from its first byte, of which the head is taken already; fopencookie(3)
 * puts it back. It also tells where the next frame lies. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/file_input.h"
#include "capture/libpcap.h"

struct libpcap_state {
    pcap_t *pcap;
    int link_type;
    uint64_t told;        /* bytes given to libpcap */
    struct frame waiting; /* a frame that did not fit the last block; `captured` 0: none */
    bool has_waiting;
};

/* Reads for libpcap: the head first. The cookie is the input. */
static ssize_t read_stream(void *cookie, char *into, size_t size)
{
    struct file_input *in = cookie;
    struct libpcap_state *s = in->state;
    if (s->told < in->head_len) {
        size_t left = in->head_len - (size_t)s->told;
        size_t len = size < left ? size : left;
        memcpy(into, in->head + s->told, len);
        s->told += len;
        return (ssize_t)len;
    }
    ssize_t n;
    do
        n = read(in->fd, into, size);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        s->told += (uint64_t)n;
    return n;
}

static void stop(struct file_input *in)
{
    struct libpcap_state *s = in->state;
    if (s && s->pcap)
        pcap_close(s->pcap); /* closes the stream too */
    free(s);
    in->state = NULL;
}

static bool open_stream(struct file_input *in, struct libpcap_state *s, struct err *err)
{
    char why[PCAP_ERRBUF_SIZE];
    cookie_io_functions_t functions = {.read = read_stream};
    FILE *stream = fopencookie(in, "r", functions);
    if (!stream)
        return err_set(err, "%s: out of memory", in->name);
    s->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, why);
    if (s->pcap)
        return true;
    fclose(stream);
    return err_set(err, "%s: not a capture file that can be read: %s", in->name, why);
}

static bool start(struct file_input *in, const char *filter, struct err *err)
{
    struct libpcap_state *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(err, "%s: out of memory", in->name);
    in->state = s;
    bool good = open_stream(in, s, err);
    if (good) {
        s->link_type = pcap_datalink(s->pcap);
        good = libpcap_check_link_type(in->name, s->link_type, err) &&
               (!filter || in->filter.bf_insns ||
                libpcap_compile(s->pcap, in->name, filter, &in->filter, err));
    }
    if (!good)
        stop(in);
    return good;
}

/* Copies the frame to the end of what the block holds. false: there is no room. */
static bool append_copy(struct block *b, size_t *used, const struct frame *f)
{
    if (b->frame_len == BLOCK_FRAMES_MAX || f->captured > b->bytes_room - *used)
        return false;
    struct frame *copy = &b->frame[b->frame_len++];
    *copy = *f;
    copy->data = b->bytes + *used;
    memcpy(b->bytes + *used, f->data, f->captured);
    *used += f->captured;
    return true;
}

static struct frame frame_of(const struct file_input *in, const struct pcap_pkthdr *header,
                             const u_char *data)
{
    const struct libpcap_state *s = in->state;
    /* With nanosecond precision tv_usec holds nanoseconds. */
    return (struct frame){
        .time_ns = (uint64_t)header->ts.tv_sec * NANOSECONDS + (uint64_t)header->ts.tv_usec,
        .captured = header->caplen,
        .length = header->len > header->caplen ? header->len : header->caplen,
        .data = data,
        .link_type = s->link_type,
        .interface = in->number,
    };
}

static enum file_status read_frames(struct file_input *in, struct block *b, struct err *err)
{
    struct libpcap_state *s = in->state;
    size_t used = 0;
    b->frame_len = 0;
    if (s->has_waiting) {
        append_copy(b, &used, &s->waiting);
        s->has_waiting = false;
    }
    for (;;) {
        struct pcap_pkthdr *header;
        const u_char *data;
        int got = pcap_next_ex(s->pcap, &header, &data);
        in->position = s->told;
        if (got == PCAP_ERROR_BREAK)
            return FILE_END;
        if (got != 1) {
            err_set(err, "%s: damaged before byte %" PRIu64 ": %s", in->name, s->told,
                    pcap_geterr(s->pcap));
            return FILE_DAMAGED;
        }
        struct frame f = frame_of(in, header, data);
        if (f.captured > FRAME_BYTES_MAX)
            f.captured = FRAME_BYTES_MAX;
        if (!file_input_wants(in, &f))
            continue;
        if (!append_copy(b, &used, &f)) {
            s->waiting = f; /* libpcap's buffer is good until the next call for a frame */
            s->has_waiting = true;
            return FILE_MORE;
        }
        if (!in->is_regular) /* a stream: hand over what there is */
            return FILE_MORE;
    }
}

const struct file_format file_libpcap = {start, read_frames, stop};
