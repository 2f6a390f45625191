/* http1.c - HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112).
 *
 * A head is a message that includes its body when the length is declared, so bodies pass by
 * unseen. A chunked body is a run of further messages: the line with a chunk's size together with
 * the chunk, then each line of trailers. An exchange begins with its start line, even if the rest
 * of the head never comes. Where the length of a body is in doubt, and the two ends may differ
 * about it, the place is given up instead of guessed. */
#include <stdlib.h>

#include "decode/decoder.h"
#include "decode/http_head.h"
#include "decode/trace_context.h"

enum { LONG_LINE = 256 }; /* a target so long that the probe does not wait for its end */

enum place {
    AT_HEAD,
    AT_CHUNK,   /* a line with a size comes next */
    AFTER_DATA, /* the end of line behind a chunk, and then such a line */
    AT_TRAILER,
};

struct side {
    enum place place;
    bool begun;            /* the start line of the head being fed has been noted */
    bool started;          /* a message has been read whole since the last loss */
    struct http_scan scan; /* of the head being fed */
};

struct http1 {
    struct side side[2];
};

struct head {
    struct http_request_line request;
    struct http_status_line status;
    struct http_fields fields;
    int64_t len;
};

static bool is_interim(const struct http_status_line *status)
{
    return status->digits.len == 3 && status->code / 100 == 1 && status->code != 101;
}

static int64_t start_line_read(enum dir dir, struct bytes in, struct head *h)
{
    return dir == TO_SERVER ? http_read_request_line(in, &h->request)
                            : http_read_status_line(in, &h->status);
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text | 0x20);
}

static void note_host(struct exchange *x, struct bytes authority)
{
    exchange_text(x, x->host, sizeof x->host, http_without_credentials(authority));
    lower(x->host);
}

static void note_request_line(struct exchange *x, const struct http_request_line *line)
{
    struct http_target target = http_read_target(line->method, line->target);
    exchange_text(x, x->method, sizeof x->method, line->method);
    exchange_text(x, x->path, sizeof x->path, target.path);
    if (target.authority.len)
        note_host(x, target.authority);
}

static void note_status_line(struct exchange *x, const struct http_status_line *status)
{
    exchange_text(x, x->status, sizeof x->status, status->digits);
    x->outcome = status->code >= 500   ? OUTCOME_SERVER_ERROR
                 : status->code >= 400 ? OUTCOME_CLIENT_ERROR
                                       : OUTCOME_OK;
}

static void note_trace(struct exchange *x, const struct http_fields *f)
{
    struct trace_context trace;
    if (trace_context_of_traceparent(f->traceparent, &trace) ||
        trace_context_of_b3(f->b3, &trace) ||
        trace_context_of_b3_pair(f->b3_trace_id, f->b3_span_id, &trace)) {
        memcpy(x->trace_id, trace.trace_id, sizeof x->trace_id);
        memcpy(x->span_id, trace.span_id, sizeof x->span_id);
    }
}

static void note_fields(struct exchange *x, enum dir dir, const struct http_fields *f)
{
    if (f->request_id.len && !x->request_id[0])
        exchange_text(x, x->request_id, sizeof x->request_id, f->request_id);
    if (dir == TO_CLIENT)
        return;
    if (!x->host[0]) /* the target's authority goes before the field (RFC 9112, 3.2.2) */
        note_host(x, f->host);
    note_trace(x, f);
    exchange_text(x, x->forwarded_for, sizeof x->forwarded_for,
                  http_first_of_list(f->forwarded_for));
}

static void note_start(struct conn *c, enum dir dir, const struct head *h)
{
    if (dir == TO_SERVER)
        note_request_line(conn_begin(c, dir, KEY_IN_ORDER), &h->request);
    else if (!is_interim(&h->status))
        note_status_line(conn_begin(c, dir, KEY_IN_ORDER), &h->status);
}

/* The head is the whole message, or all but the `body` that passes by. */
static int64_t ends_after(struct conn *c, enum dir dir, const struct head *h, int64_t body)
{
    conn_end(c, dir, KEY_IN_ORDER);
    return body == DECODE_REST ? DECODE_REST : h->len + body;
}

/* Both lengths in one head are the stuff of request smuggling; chunked wins (RFC 9112, 6.3). */
static int64_t body_declared(struct conn *c, enum dir dir, struct exchange *x, const struct head *h)
{
    const struct http_fields *f = &h->fields;
    struct http1 *http = conn_state(c);
    if (x && (f->bad_length || (f->coded && f->content_length >= 0)))
        x->notes |= NOTE_AMBIGUOUS_LENGTH;
    if (f->chunked) {
        http->side[dir].place = AT_CHUNK;
        return h->len;
    }
    if (f->coded && dir == TO_CLIENT)
        return ends_after(c, dir, h, DECODE_REST);
    if (f->bad_length || f->coded)
        return DECODE_LOST;
    return ends_after(c, dir, h, f->content_length);
}

static bool is_declared(const struct http_fields *f)
{
    return f->coded || f->bad_length || f->content_length >= 0;
}

static int64_t request_body(struct conn *c, struct exchange *x, const struct head *h)
{
    if (!is_declared(&h->fields))
        return ends_after(c, TO_SERVER, h, 0);
    return body_declared(c, TO_SERVER, x, h);
}

/* The connection goes on as something else. */
static bool is_handed_over(const struct exchange *x, unsigned code)
{
    return code == 101 || (code / 100 == 2 && x && strcmp(x->method, "CONNECT") == 0);
}

static int64_t response_body(struct conn *c, struct exchange *x, struct head *h, struct bytes in)
{
    unsigned code = h->status.code;
    if (is_interim(&h->status))
        return h->len;
    if (is_handed_over(x, code)) {
        if (x && code == 101)
            x->notes |= NOTE_UPGRADED;
        conn_become(c, NULL);
        return ends_after(c, TO_CLIENT, h, 0);
    }
    if (code == 204 || code == 304 || (x && strcmp(x->method, "HEAD") == 0))
        return ends_after(c, TO_CLIENT, h, 0);
    if (is_declared(&h->fields))
        return body_declared(c, TO_CLIENT, x, h);
    if (!x) /* to a request that was not seen, perhaps HEAD: the next head will be found anyhow */
        return ends_after(c, TO_CLIENT, h, 0);
    if (http_read_fields_cr(bytes_first(in, (size_t)h->len), &h->fields)) {
        x->notes |= NOTE_AMBIGUOUS_LENGTH;
        return body_declared(c, TO_CLIENT, x, h);
    }
    return ends_after(c, TO_CLIENT, h, DECODE_REST);
}

/* The start line is here; `line_len` is its length. */
static int64_t feed_fields(struct conn *c, enum dir dir, struct bytes in, struct head *h,
                           int64_t line_len)
{
    struct side *side = &((struct http1 *)conn_state(c))->side[dir];
    int64_t len = http_read_fields(bytes_after(in, (size_t)line_len), &h->fields);
    if (len <= 0)
        return len;
    h->len = line_len + len;
    if (h->len > HTTP_HEAD_MAX)
        return DECODE_LOST;
    *side = (struct side){.started = true};
    struct exchange *x = conn_find(c, dir, KEY_IN_ORDER);
    if (x)
        note_fields(x, dir, &h->fields);
    return dir == TO_SERVER ? request_body(c, x, h) : response_body(c, x, h, in);
}

static int64_t feed_head(struct conn *c, enum dir dir, struct bytes in)
{
    struct side *side = &((struct http1 *)conn_state(c))->side[dir];
    struct head h;
    if (side->begun) {
        int64_t end = http_scan_head(in, &side->scan);
        if (end <= 0)
            return end;
    }
    int64_t len = start_line_read(dir, in, &h);
    if (len <= 0)
        return len;
    if (!side->begun)
        note_start(c, dir, &h);
    side->begun = true;
    if (dir == TO_SERVER && !h.request.versioned) {
        *side = (struct side){.started = true};
        h.len = len;
        return ends_after(c, dir, &h, 0);
    }
    return feed_fields(c, dir, in, &h, len);
}

static size_t empty_lines(struct bytes in)
{
    size_t len = 0;
    while (len < in.len && (in.at[len] == '\n' ||
                            (in.at[len] == '\r' && len + 1 < in.len && in.at[len + 1] == '\n')))
        len += in.at[len] == '\n' ? 1 : 2;
    return len;
}

/* Empty lines before a start line pass (RFC 9112, 2.2), but are no proof that one follows. */
static int64_t feed_between(struct conn *c, enum dir dir, struct bytes in)
{
    const struct side *side = &((struct http1 *)conn_state(c))->side[dir];
    size_t skip = side->begun ? 0 : empty_lines(in);
    struct bytes rest = bytes_after(in, skip);
    if (rest.len == 1 && rest.at[0] == '\r')
        return skip && side->started ? (int64_t)skip : DECODE_MORE;
    if (!skip)
        return feed_head(c, dir, in);
    if (side->started)
        return (int64_t)skip;
    struct head h;
    if (!rest.len || rest.len == in.len)
        return DECODE_MORE;
    return start_line_read(dir, rest, &h) == DECODE_LOST ? DECODE_LOST : (int64_t)skip;
}

static int64_t feed_chunk(struct conn *c, enum dir dir, struct bytes in)
{
    struct side *side = &((struct http1 *)conn_state(c))->side[dir];
    size_t skip = 0;
    uint64_t size;
    if (side->place == AFTER_DATA) {
        skip = in.at[0] == '\r';
        if (in.len == skip)
            return DECODE_MORE;
        if (in.at[skip++] != '\n')
            return DECODE_LOST;
        if (in.len == skip)
            return DECODE_MORE;
    }
    int64_t len = http_read_chunk_size(bytes_after(in, skip), &size);
    if (len <= 0)
        return len;
    side->place = size ? AFTER_DATA : AT_TRAILER;
    conn_find(c, dir, KEY_IN_ORDER);
    return len + (int64_t)(skip + size);
}

static int64_t feed_trailer(struct conn *c, enum dir dir, struct bytes in)
{
    struct side *side = &((struct http1 *)conn_state(c))->side[dir];
    bool last;
    int64_t len = http_read_trailer(in, &last);
    if (len <= 0)
        return len;
    conn_find(c, dir, KEY_IN_ORDER);
    if (last) {
        side->place = AT_HEAD;
        conn_end(c, dir, KEY_IN_ORDER);
    }
    return len;
}

static int64_t http1_feed(struct conn *c, enum dir dir, struct bytes in)
{
    const struct http1 *http = conn_state(c);
    switch (http->side[dir].place) {
    case AT_HEAD:
        return feed_between(c, dir, in);
    case AT_CHUNK:
    case AFTER_DATA:
        return feed_chunk(c, dir, in);
    case AT_TRAILER:
        return feed_trailer(c, dir, in);
    }
    return DECODE_LOST;
}

static int64_t http1_gap(struct conn *c, enum dir dir, uint64_t len)
{
    (void)len;
    ((struct http1 *)conn_state(c))->side[dir] = (struct side){.place = AT_HEAD};
    return DECODE_LOST;
}

static bool begins_with(struct bytes b, const char *text)
{
    return bytes_equal_text(bytes_first(b, strlen(text)), text);
}

/* The line is not all here. A target in a form that only HTTP has says enough if it is long. */
static enum guess guess_by_beginning(struct bytes in)
{
    size_t len = 0;
    while (len < in.len && in.at[len] != ' ')
        len++;
    struct bytes target = bytes_after(in, len + 1);
    if (in.len < LONG_LINE || !http_is_common_method(bytes_first(in, len)))
        return GUESS_MORE;
    bool is_http = begins_with(target, "/") || begins_with(target, "http://");
    return is_http ? GUESS_YES : GUESS_MORE;
}

static enum guess guess_response(struct bytes in)
{
    struct http_status_line status;
    int64_t len = http_read_status_line(in, &status);
    if (len == DECODE_LOST)
        return GUESS_NO;
    return len > 0 ? GUESS_YES : GUESS_MORE;
}

/* A request without a version could be many things; the answer tells. */
static enum guess guess_request(struct bytes in, struct bytes answer)
{
    struct http_request_line line;
    in = bytes_after(in, empty_lines(in));
    int64_t len = http_read_request_line(in, &line);
    if (len == DECODE_LOST)
        return GUESS_NO;
    if (len == DECODE_MORE)
        return guess_by_beginning(in);
    if (line.versioned)
        return GUESS_YES;
    return answer.len ? guess_response(answer) : GUESS_MORE;
}

static enum guess http1_probe(const struct opening *opening)
{
    enum guess request = GUESS_MORE, response = GUESS_MORE;
    if (opening->to_server.len)
        request = guess_request(opening->to_server, opening->to_client);
    if (opening->to_client.len)
        response = guess_response(opening->to_client);
    if (request == GUESS_YES || (request == GUESS_NO && !opening->midstream))
        return request;
    return request == GUESS_NO && response == GUESS_MORE ? GUESS_NO : response;
}

const struct decoder http1_decoder = {
    .name = "http",
    .transport = OVER_TCP,
    .ports = {80, 8080, 8000, 8888},
    .state_size = sizeof(struct http1),
    .probe = http1_probe,
    .feed = http1_feed,
    .gap = http1_gap,
};
