/* http2_control.c - see http2_control.h. */
#include "decode/http2_control.h"

#include "decode/http2_frame.h"

enum { SETTINGS_INITIAL_WINDOW_SIZE = 4 }; /* RFC 9113, 6.5.2 */

void http2_control_init(struct http2_control *c, bool windows_known)
{
    *c = (struct http2_control){.windows_known = windows_known};
    for (int dir = 0; dir < 2; dir++)
        c->window[dir].left = c->window_first[dir] = HTTP2_WINDOW_FIRST;
}

struct http2_window http2_window_of_stream(const struct http2_control *c, enum dir dir)
{
    uint32_t first = c->window_first[dir];
    return (struct http2_window){.left = first, .first = first, .of_stream = true};
}

void http2_window_settle(const struct http2_control *c, struct http2_window *w, enum dir dir)
{
    uint32_t first = c->window_first[dir];
    if (!w->of_stream || w->first == first)
        return;
    http2_window_give(w, (int64_t)first - w->first);
    w->first = first;
}

void http2_window_take(struct http2_control *c, struct http2_window *w, enum dir dir, uint32_t len)
{
    http2_window_settle(c, w, dir);
    w->left -= len;
    if (!c->windows_known || w->left > 0 || w->stalled)
        return;
    w->stalled = true;
    c->stalls[dir]++;
}

void http2_window_give(struct http2_window *w, int64_t len)
{
    w->left += len;
    w->stalled = w->stalled && w->left <= 0;
}

int64_t http2_read_settings(struct http2_control *c, enum dir dir, struct bytes payload)
{
    struct cursor in = cursor_over(payload);
    uint32_t *first = &c->window_first[!dir], before = *first;
    for (;;) {
        uint16_t id = cursor_be16(&in);
        uint32_t value = cursor_be32(&in);
        if (in.starved)
            break;
        if (id == SETTINGS_INITIAL_WINDOW_SIZE && value <= INT32_MAX)
            *first = value;
    }
    return (int64_t)*first - before;
}

void http2_read_ping(struct http2_control *c, enum dir dir, bool ack, struct bytes payload,
                     uint64_t now_ns)
{
    struct cursor in = cursor_over(payload);
    uint64_t opaque = cursor_be64(&in);
    if (!ack) {
        c->ping[dir] = (struct http2_ping){.sent_ns = now_ns, .opaque = opaque};
        return;
    }
    struct http2_ping *asked = &c->ping[!dir];
    if (!asked->sent_ns || asked->opaque != opaque || now_ns < asked->sent_ns)
        return;
    uint64_t rtt_ns = now_ns - asked->sent_ns;
    if (rtt_ns && (!c->ping_rtt_ns || rtt_ns < c->ping_rtt_ns))
        c->ping_rtt_ns = rtt_ns;
    asked->sent_ns = 0;
}

void http2_control_report(struct http2_control *c, struct flow_report *r)
{
    for (int dir = 0; dir < 2; dir++) {
        r->stalls[dir] = c->stalls[dir];
        r->resets[dir] = c->resets[dir];
        c->stalls[dir] = c->resets[dir] = 0;
    }
    r->goaways = c->goaways;
    r->ping_rtt_ns = c->ping_rtt_ns;
    c->goaways = 0;
    c->ping_rtt_ns = 0;
}
