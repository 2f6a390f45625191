/* stream.h - one direction of a TCP flow, put in order (RFC 9293, 3.4).
 *
 * Bytes that arrive in order go straight from the packet to the reader. What arrives above a hole
 * is kept, first copy wins, until the hole is filled or given up. A hole is given up and told to
 * the reader as a gap
 *   - once the receiver has acknowledged it and bytes above it have passed: it had what we lack;
 *   - once the receiver has acknowledged past it, STREAM_ACKED_WAIT_NS after the first sign of it
 *     (a mirror may show an acknowledgment before the bytes);
 *   - STREAM_SILENT_WAIT_NS after the first sign of it, acknowledged or not;
 *   - when a cap on what is kept is reached; and when the flow ends.
 * Bytes that were acknowledged but never captured are a hole too, with nothing above it; so are
 * those that their sender, by its own sequence number, has sent. The last of these may be a FIN,
 * which counts as one: it is in doubt, and missing only when something shows that it was a byte; at
 * the end of the flow, when it comes with bytes and the other side sent no FIN either. A segment
 * too far away to belong to the stream is a stray: ignored, but the owner may count them.
 *
 * A mirror of two ports may show an answer before what it answers. A segment that acknowledges
 * bytes of the other stream which have not passed yet is early: it is kept like one above a hole,
 * until they have (decode/duplex.h sees to that). If it is stamped a little before them too, it is
 * taken to have come with the last of them.
 *
 * A zeroed struct is a stream of which nothing was seen. It starts at its SYN, at what a SYN-ACK
 * acknowledges, or else at its first segment; but one that is empty may show the number before (a
 * keep-alive probe), or have overtaken the first data. */
#pragma once

#include "base/bytes.h"
#include "decode/counters.h"

enum {
    STREAM_HELD_MAX = 256 << 10,     /* bytes kept for one stream, bookkeeping included */
    STREAM_HELD_SEGMENTS_MAX = 1024, /* and pieces, so that a search among them stays short */
    STREAM_SPAN_MAX = 16 << 20,      /* no segment is longer than this */
    STREAM_AHEAD_MAX = 1 << 30,      /* farther above the next byte is a stray... */
    STREAM_BEHIND_MAX = 64 << 20,    /* ...and so is farther below: no window is so large */
    STREAM_ACKED_WAIT_NS = 20000000, /* 20 ms */
    STREAM_EARLY_WAIT_NS = 5000000,  /* 5 ms */
    STREAM_STRAYS_MAX = 127,         /* so many are counted */
};
#define STREAM_SILENT_WAIT_NS UINT64_C(5000000000) /* 5 s */

struct held;

struct stream {
    struct held *first;  /* pieces above the hole at `next`; in order, disjoint */
    uint64_t hole_ns;    /* packet time of the first sign of the hole; valid if `hole` */
    uint64_t latest_ns;  /* when the bytes handed out last came */
    uint32_t next;       /* sequence number of the next byte to hand out */
    uint32_t acked;      /* what the receiver has proven to have; never before `next` */
    uint32_t sent;       /* as far as the sender has said to have got; may lag behind */
    uint32_t doubt_at;   /* valid if `doubt` */
    uint32_t isn;        /* sequence number of the SYN; valid if `isn_known` */
    uint32_t end;        /* sequence number of the FIN; valid if `fin` */
    uint32_t held_bytes; /* charged for the pieces */
    uint16_t held_count;
    uint8_t strays : 7; /* in a row */
    bool blind : 1;     /* set by the owner: nobody reads, so keep places and not bytes */
    bool placed : 1;    /* `next` and `acked` are valid, if only by an acknowledgment */
    bool started : 1;   /* a segment was seen, so that `next` is certain */
    bool heard : 1;     /* a segment was seen, be it an empty one */
    bool doubt : 1;     /* what is acknowledged last, at `next` or just before it, may be a FIN */
    bool isn_known : 1;
    bool fin : 1;
    bool ended : 1; /* all up to the FIN was handed out */
    bool hole : 1;
};

/* What the streams of one worker share. */
struct stream_shared {
    struct decode_counters *counters;
    size_t held_bytes; /* by all streams now */
    size_t held_bytes_max;
};

/* Where a stream goes; all but `ctx` and the last two are required. */
struct stream_out {
    struct stream_shared *shared;
    void (*bytes)(void *ctx, uint64_t arrived_ns, struct bytes in);
    /* This many were never captured, which the reader must know (`cut`: their packet was, but not
     * the whole of it), and which are to be counted. */
    void (*gap)(void *ctx, uint64_t len, bool cut);
    void (*missing)(void *ctx, uint64_t len);
    void (*end)(void *ctx); /* the sender's FIN: nothing follows */
    void *ctx;
    /* Both may be NULL. The next bytes are stamped before those that they answer; */
    void (*skewed)(void *ctx);
    const struct stream *other; /* the other direction, which segments acknowledge */
};

struct segment {
    uint64_t arrived_ns;
    uint32_t sequence;     /* as in the header */
    uint32_t cut;          /* bytes after `payload` that were not captured */
    uint32_t acknowledged; /* of the other stream; valid if `answers` */
    struct bytes payload;
    bool syn, fin;
    bool answers;
    bool waits;  /* if it is early, until what it acknowledges has passed */
    bool unread; /* its bytes were not kept: `cut` of them were seen all the same */
};

enum segment_fate {
    SEGMENT_EMPTY, /* no data, a keep-alive probe, or data past the FIN */
    SEGMENT_NEW,
    SEGMENT_HELD,
    SEGMENT_EARLY, /* new and in order, and kept until what it answers has passed */
    SEGMENT_OLD,   /* a retransmission: all of it was seen before */
    SEGMENT_DROPPED,
    SEGMENT_STRAY,
};

/* Packet time since `then`; 0 if it is yet to come, for captures jump backwards. */
static inline uint64_t elapsed_ns(uint64_t now_ns, uint64_t then_ns)
{
    return now_ns > then_ns ? now_ns - then_ns : 0;
}

/* Is sequence number `a` after `b`, in a space that wraps (RFC 9293, 3.4)? */
static inline bool sequence_after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

/* The stream's next byte is `sequence`: the receiver's SYN-ACK says so. Once only. */
void stream_start(struct stream *s, uint32_t sequence);

/* Could a segment with this sequence number belong to the stream, or is it a stray? */
bool stream_expects(const struct stream *s, uint32_t sequence);

/* Has all that its sender sent before `sequence` passed, and something at all? */
bool stream_has_passed(const struct stream *s, uint32_t sequence);

/* The next segment as captured. Hands out what is in order. */
enum segment_fate stream_segment(struct stream *s, const struct segment *segment,
                                 const struct stream_out *out);

/* The receiver expects `acknowledged` next. Hands out nothing: stream_check() does. */
void stream_acked(struct stream *s, uint32_t acknowledged, uint64_t now_ns);

/* Hands out what has become ready, and gives up the holes whose time has come. Cheap if there is
 * none. */
void stream_check(struct stream *s, uint64_t now_ns, const struct stream_out *out);

/* Has it waited for what it acknowledges for as long as it may (EARLY_WAIT)? Then, and how far. */
bool stream_is_overdue(const struct stream *s, uint64_t now_ns, const struct stream_out *out,
                       uint32_t *ret_acknowledged);

/* The first early segment waits no longer. */
void stream_release(struct stream *s, uint64_t now_ns, const struct stream_out *out);

/* Hands out all up to `sequence`, with gaps where there are holes. */
void stream_advance(struct stream *s, uint32_t sequence, uint64_t now_ns,
                    const struct stream_out *out);

/* The flow is over: hands out all that is kept, with gaps where there are holes. */
void stream_flush(struct stream *s, uint64_t now_ns, const struct stream_out *out);

/* Frees what is kept. */
void stream_fini(struct stream *s, struct stream_shared *shared);
