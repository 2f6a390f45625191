/* http2_control.h - what an HTTP/2 connection says of itself: settings, flow-control windows, pings
 * (RFC 9113, 5.2, 6.5, 6.7 and 6.9).
 *
 * `dir` of a window is that of the data it bounds; it is opened by frames that go the other way. A
 * window is only known on a connection that was seen from its start without loss. */
#pragma once

#include "decode/decoder.h"

struct http2_window {
    int64_t left;   /* bytes that may still be sent */
    uint32_t first; /* of a stream's: what one began with, as far as `left` knows */
    bool of_stream;
    bool stalled; /* it has been used up, and not been opened since */
};

struct http2_ping {
    uint64_t sent_ns; /* 0: none is waiting for its answer */
    uint64_t opaque;
};

struct http2_control {
    struct http2_window window[2]; /* of the connection */
    uint32_t window_first[2];      /* of a stream, as it begins */
    struct http2_ping ping[2];     /* the latest, by who sent it */
    bool windows_known;
    /* Since the latest report: */
    uint64_t ping_rtt_ns; /* least; 0 = none */
    uint32_t stalls[2], resets[2], goaways;
};

void http2_control_init(struct http2_control *c, bool windows_known);

/* A stream begins. Its window grows and shrinks with what the settings say that one begins with
 * (RFC 9113, 6.9.2): when it is looked at, so that a setting costs the same however many there are.
 */
struct http2_window http2_window_of_stream(const struct http2_control *c, enum dir dir);

/* `len` bytes of data, padding and all, take room in a window: of the connection or of a stream. */
void http2_window_take(struct http2_control *c, struct http2_window *w, enum dir dir, uint32_t len);
void http2_window_give(struct http2_window *w, int64_t len);

/* To be called before a stream's window is given room. */
void http2_window_settle(const struct http2_control *c, struct http2_window *w, enum dir dir);

/* A SETTINGS payload sent in `dir`. Returns how much the windows of all streams in the other
 * direction grow by. */
int64_t http2_read_settings(struct http2_control *c, enum dir dir, struct bytes payload);

/* A PING payload sent in `dir` at `now_ns`. */
void http2_read_ping(struct http2_control *c, enum dir dir, bool ack, struct bytes payload,
                     uint64_t now_ns);

/* Moves the counters into a report. */
void http2_control_report(struct http2_control *c, struct flow_report *r);
