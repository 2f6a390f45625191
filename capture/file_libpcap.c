/* file_libpcap.c - every other capture file, read by libpcap: pcapng, the other byte order, old
 * versions and variants.
 *
 * libpcap reads from a stdio stream whose reads end here, so that standard input works after its
 * first bytes were looked at. The stream has a buffer, for without one stdio asks for each byte by
 * itself; how far libpcap has come is known to the byte all the same, by asking where it stands. */
#include "capture/file_input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/libpcap.h"

enum { STREAM_BYTES = 16 * 1024 }; /* the stream's part; what is longer goes by it */

struct libpcap_state {
    pcap_t *pcap;
    FILE *stream; /* libpcap's */
    int fd;
    int read_error;             /* errno, or 0 */
    bool holds_frame;           /* `header` and `data` did not fit into the last block */
    struct pcap_pkthdr *header; /* both borrowed from `pcap`, until its next read */
    const u_char *data;
    uint64_t read_bytes; /* from the start of the file to the end of the buffer */
    size_t at, len;      /* of the buffer: what is handed to the stream next, and its end */
    uint8_t buffer[INPUT_READ_BYTES];
    char stream_buffer[STREAM_BYTES];
};

/* Reads on. Returns false, with errno EINTR, if a signal came. */
static bool fill_buffer(struct libpcap_state *s)
{
    ssize_t n = read(s->fd, s->buffer, sizeof s->buffer);
    if (n < 0 && errno == EINTR)
        return false;
    s->read_error = n < 0 ? errno : 0;
    s->at = 0;
    s->len = n < 0 ? 0 : (size_t)n;
    s->read_bytes += s->len;
    return true;
}

static ssize_t serve(void *cookie, char *to, size_t size)
{
    struct libpcap_state *s = cookie;
    while (s->at == s->len && !fill_buffer(s))
        ; /* a signal in the middle of a frame waits for the rest of it */
    if (s->read_error) {
        errno = s->read_error;
        return -1;
    }
    size_t left = s->len - s->at, len = size < left ? size : left;
    memcpy(to, s->buffer + s->at, len);
    s->at += len;
    return (ssize_t)len;
}

/* A stream does not move, but stdio asks where it is to say where its reader is. */
static int stand(void *cookie, off64_t *offset, int whence)
{
    const struct libpcap_state *s = cookie;
    if (whence != SEEK_CUR || *offset != 0) {
        errno = ESPIPE;
        return -1;
    }
    *offset = (off64_t)(s->read_bytes - (s->len - s->at));
    return 0;
}

/* What libpcap has read. */
static uint64_t position(const struct libpcap_state *s)
{
    return (uint64_t)ftello(s->stream);
}

/* Has libpcap read all that was read from the file? */
static bool is_used_up(const struct libpcap_state *s)
{
    return s->at == s->len && position(s) == s->read_bytes;
}

/* libpcap's words, where a user could not know what to do, in ours. */
static const char *explain(const char *text)
{
    if (strstr(text, "different from the type of the first interface"))
        return "it holds interfaces of different link types, which libpcap cannot read; write "
               "each interface to a file of its own and name them all";
    if (strstr(text, "different from the snapshot length of the first interface"))
        return "it holds interfaces of different snapshot lengths, which libpcap cannot read; "
               "convert it with `editcap -F nsecpcap`";
    return text;
}

static void stop(struct file_input *in)
{
    struct libpcap_state *s = in->state;
    if (s && s->pcap)
        pcap_close(s->pcap);
    free(s);
    in->state = NULL;
}

static pcap_t *open_stream(struct file_input *in, struct libpcap_state *s, struct err *err)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    s->stream = fopencookie(s, "r", (cookie_io_functions_t){.read = serve, .seek = stand});
    if (!s->stream) {
        err_set(err, "%s: out of memory", in->name);
        return NULL;
    }
    setvbuf(s->stream, s->stream_buffer, _IOFBF, sizeof s->stream_buffer);
    pcap_t *pcap =
        pcap_fopen_offline_with_tstamp_precision(s->stream, PCAP_TSTAMP_PRECISION_NANO, text);
    if (!pcap) {
        err_set(err, "%s: %s", in->name, explain(text));
        fclose(s->stream);
    }
    return pcap;
}

static bool start(struct file_input *in, const char *filter, struct err *err)
{
    struct libpcap_state *s = malloc(sizeof *s);
    if (!s)
        return err_set(err, "%s: out of memory", in->name);
    s->fd = in->fd;
    s->read_error = 0;
    s->holds_frame = false;
    s->at = 0;
    s->len = in->head_len;
    s->read_bytes = in->head_len;
    memcpy(s->buffer, in->head, in->head_len);
    in->state = s;
    s->pcap = open_stream(in, s, err);
    if (!s->pcap || !libpcap_check_link_type(in->name, pcap_datalink(s->pcap), err))
        goto fail;
    if (filter && !in->filter.bf_insns &&
        !libpcap_compile(s->pcap, in->name, filter, &in->filter, err))
        goto fail;
    in->position = position(s);
    return true;

fail:
    stop(in);
    return false;
}

static bool append_frame(struct file_input *in, struct block *b, size_t *bytes_len)
{
    struct libpcap_state *s = in->state;
    const struct pcap_pkthdr *h = s->header;
    struct frame f = {
        .time_ns = (uint64_t)h->ts.tv_sec * NANOSECONDS + (uint64_t)h->ts.tv_usec,
        .captured = h->caplen,
        .length = h->len > h->caplen ? h->len : h->caplen,
        .data = s->data,
        .link_type = pcap_datalink(s->pcap),
        .interface = in->number,
    };
    s->holds_frame = false;
    if (!file_input_wants(in, &f))
        return true;
    if (b->frame_len == BLOCK_FRAMES_MAX || f.captured > b->bytes_room - *bytes_len) {
        s->holds_frame = true;
        return false;
    }
    f.data = memcpy(b->bytes + *bytes_len, s->data, f.captured);
    *bytes_len += f.captured;
    b->frame[b->frame_len++] = f;
    return true;
}

static enum file_status damaged(const struct file_input *in, const char *why, struct err *err)
{
    err_set(err, "%s: damaged at byte %" PRIu64 ": %s", in->name, in->position, why);
    return FILE_DAMAGED;
}

/* Takes the next frame from libpcap and holds it. */
static enum file_status next_frame(struct file_input *in, struct err *err)
{
    struct libpcap_state *s = in->state;
    in->position = position(s);
    int result = pcap_next_ex(s->pcap, &s->header, &s->data);
    if (s->read_error) {
        err_set(err, "%s: cannot be read at byte %" PRIu64 ": %s", in->name, in->position,
                strerror(s->read_error));
        return FILE_DAMAGED;
    }
    if (result == PCAP_ERROR_BREAK)
        return FILE_END;
    if (result != 1)
        return damaged(in, explain(pcap_geterr(s->pcap)), err);
    if (s->header->caplen > FRAME_BYTES_MAX)
        return damaged(in, "a frame longer than 262144 bytes", err);
    s->holds_frame = true;
    return FILE_MORE;
}

/* Waits only while there is nothing to hand out: of a stream that is being written, a frame must
 * not be kept until the block is full. */
static enum file_status read_frames(struct file_input *in, struct block *b, struct err *err)
{
    struct libpcap_state *s = in->state;
    size_t bytes_len = 0;
    b->frame_len = 0;
    for (size_t seen = 0; seen < BLOCK_FRAMES_MAX; seen++) {
        if (!s->holds_frame) {
            bool waits = is_used_up(s);
            if (waits && ((seen && !in->is_regular) || !fill_buffer(s)))
                return FILE_MORE;
            enum file_status status = next_frame(in, err);
            if (status != FILE_MORE)
                return status;
        }
        if (!append_frame(in, b, &bytes_len))
            return FILE_MORE;
    }
    return FILE_MORE;
}

const struct file_format file_libpcap = {start, read_frames, stop};
