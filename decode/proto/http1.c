/* http1.c - HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112).
 *
 * A head is a message that includes its body when the length is declared, so bodies pass by
 * unseen. A chunked body is a run of further messages: the line with a chunk's size together with
 * the chunk, then each line of trailers. Only a body of gRPC is looked at: it, or each chunk of it,
 * is a run of messages as grpc_body_read() reads them; and the front of one that may be a statement
 * for ClickHouse (decode/clickhouse_http.h). An exchange begins with its start line, even
 * if the rest of the head never comes. Where the length of a body is in doubt, and the two ends may
 * differ about it, the place is given up instead of guessed. */
#include <stdlib.h>
#include <strings.h>

#include "decode/clickhouse_http.h"
#include "decode/decoder.h"
#include "decode/grpc.h"
#include "decode/http_note.h"
#include "decode/websocket.h"

enum { LONG_LINE = 256 }; /* a target so long that the probe does not wait for its end */

enum place {
    AT_HEAD,
    AT_CHUNK,   /* a line with a size comes next */
    AFTER_DATA, /* the end of line behind a chunk, and then such a line */
    AT_TRAILER,
    IN_BODY, /* of known length, which is read for gRPC's messages; likewise... */
    IN_CHUNK,
    IN_REST, /* ...one that lasts until the close */
};

struct side {
    enum place place;
    bool begun;            /* the start line of the head being fed has been noted */
    bool started;          /* a message has been read whole since the last loss */
    bool reads;            /* its body, for gRPC's messages... */
    bool statement;        /* ...or for a statement at its front */
    struct http_scan scan; /* of the head being fed */
    uint64_t left;         /* bytes of the body, or of the chunk, that is being read */
};

struct body {
    struct grpc_body grpc;
    uint64_t message_ns; /* when its latest message began; 0 = none, or more may have come since */
};

struct http1 {
    struct side side[2];
    struct body *body[2]; /* owned; NULL: no body of gRPC has come yet */
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

static void note_start(struct conn *c, enum dir dir, const struct head *h)
{
    if (dir == TO_SERVER)
        http_note_request_line(conn_begin(c, dir, KEY_IN_ORDER), &h->request);
    else if (!is_interim(&h->status))
        http_note_status_line(conn_begin(c, dir, KEY_IN_ORDER), &h->status);
}

static void end_message(struct conn *c, enum dir dir)
{
    const struct http1 *http = conn_state(c);
    struct exchange *x = http->side[dir].reads ? conn_find(c, dir, KEY_IN_ORDER) : NULL;
    if (x && dir == TO_CLIENT && exchange_is_past_deadline(x, conn_now_ns(c)))
        x->notes |= NOTE_DEADLINE;
    conn_end(c, dir, KEY_IN_ORDER);
}

static int64_t reads_body(struct conn *c, enum dir dir, const struct head *h, int64_t body)
{
    struct http1 *http = conn_state(c);
    http->side[dir].place = body == DECODE_REST ? IN_REST : IN_BODY;
    http->side[dir].left = (uint64_t)body;
    if (body == DECODE_REST)
        conn_end_with_close(c, dir);
    return h->len;
}

/* The head is the whole message, or all but the `body` that passes by or is read. */
static int64_t ends_after(struct conn *c, enum dir dir, const struct head *h, int64_t body)
{
    const struct http1 *http = conn_state(c);
    if (body && http->side[dir].reads)
        return reads_body(c, dir, h, body);
    end_message(c, dir);
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

/* A 101 whose request is answered in the protocol that follows: HTTP/2 on its stream 1 (RFC 7540,
 * 3.2). Of others nobody knows, and the 101 is the answer. */
static bool is_answered_later(const struct head *h)
{
    return h->status.code == 101 && bytes_equal_text(h->fields.upgrade, "h2c");
}

static bool is_websocket(struct bytes upgrade)
{
    static const char name[] = "websocket";
    return upgrade.len == sizeof name - 1 &&
           strncasecmp((const char *)upgrade.at, name, sizeof name - 1) == 0;
}

static int64_t go_on_as_http2(struct conn *c, struct exchange *x, const struct head *h)
{
    x->notes |= NOTE_UPGRADED;
    x->response_ns = 0;
    x->status[0] = '\0';
    x->outcome = OUTCOME_UNKNOWN;
    memset(exchange_state(x), 0, EXCHANGE_STATE_MAX);
    conn_carry(c, 1);
    conn_become(c, decoder_named("http2"));
    return h->len;
}

static int64_t response_body(struct conn *c, struct exchange *x, struct head *h, struct bytes in)
{
    unsigned code = h->status.code;
    if (is_interim(&h->status))
        return h->len;
    if (x && is_answered_later(h))
        return go_on_as_http2(c, x, h);
    if (is_handed_over(x, code)) {
        if (x && code == 101)
            x->notes |= NOTE_UPGRADED;
        if (code == 101 && is_websocket(h->fields.upgrade))
            websocket_follow(c, x);
        else
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

static void begin_message(struct conn *c, enum dir dir, struct exchange *x,
                          const struct http_fields *f)
{
    struct http1 *http = conn_state(c);
    enum grpc_form form = grpc_form_of(f->content_type);
    http_note_fields(x, dir, f);
    if (form != GRPC_NO)
        grpc_note_call(x);
    if (x->call != CALL_NONE)
        http_note_call(x, dir, f);
    if (dir == TO_SERVER)
        conn_expect(c, x);
    if (dir == TO_SERVER && form == GRPC_NO && clickhouse_http_wants_body(x)) {
        http->side[dir].reads = http->side[dir].statement = true;
        return;
    }
    if (form == GRPC_NO)
        return;
    struct body **body = &http->body[dir];
    if (!*body)
        *body = calloc(1, sizeof **body);
    http->side[dir].reads = *body != NULL;
    if (*body)
        **body = (struct body){.grpc.form = (uint8_t)form};
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
    if (x && (dir == TO_SERVER || !is_interim(&h->status)))
        begin_message(c, dir, x, &h->fields);
    return dir == TO_SERVER ? request_body(c, x, h) : response_body(c, x, h, in);
}

/* Bytes of which nobody knows what they are: is there nothing against a request? Bodies are full of
 * words with a blank between them; a method is in capitals, and a target in one of three forms. */
static bool may_be_request(struct bytes in)
{
    size_t len = 0;
    while (len < in.len &&
           ((in.at[len] >= 'A' && in.at[len] <= 'Z') || in.at[len] == '-' || in.at[len] == '_'))
        len++;
    struct bytes method = bytes_first(in, len), target = bytes_after(in, len + 1);
    if (len == in.len || !target.len)
        return len == in.len || in.at[len] == ' ';
    uint8_t first = target.at[0] | 0x20; /* of "http://", in any case */
    return in.at[len] == ' ' && (target.at[0] == '/' || target.at[0] == '*' || first == 'h' ||
                                 bytes_equal_text(method, "CONNECT"));
}

static int64_t feed_head(struct conn *c, enum dir dir, struct bytes in)
{
    struct side *side = &((struct http1 *)conn_state(c))->side[dir];
    struct head h;
    if (side->begun) {
        int64_t end = http_scan_head(in, &side->scan);
        if (end <= 0)
            return end;
    } else if (dir == TO_SERVER && conn_is_lost(c, dir) && !may_be_request(in)) {
        return DECODE_LOST;
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
    if (size && side->reads) {
        side->place = IN_CHUNK;
        side->left = size;
        size = 0;
    }
    return len + (int64_t)(skip + size);
}

static int64_t feed_trailer(struct conn *c, enum dir dir, struct bytes in)
{
    struct side *side = &((struct http1 *)conn_state(c))->side[dir];
    bool last;
    struct http_fields field;
    int64_t len = http_read_trailer(in, &last, &field);
    if (len <= 0)
        return len;
    struct exchange *x = conn_find(c, dir, KEY_IN_ORDER);
    if (x && dir == TO_CLIENT && !last)
        http_note_trailer(x, &field);
    if (last) {
        side->place = AT_HEAD;
        end_message(c, dir);
    }
    return len;
}

/* `len` bytes of what is left pass by, and perhaps the message ends with them. */
static int64_t body_passes(struct conn *c, enum dir dir, int64_t len)
{
    struct http1 *http = conn_state(c);
    struct side *side = &http->side[dir];
    if (side->place == IN_REST || (side->left -= (uint64_t)len))
        return len;
    if (side->place == IN_BODY)
        end_message(c, dir);
    side->place = side->place == IN_BODY ? AT_HEAD : AFTER_DATA;
    return len;
}

static void note_gap(struct conn *c, struct body *body, struct exchange *x)
{
    uint64_t now_ns = conn_now_ns(c), before_ns = body->message_ns;
    body->message_ns = now_ns;
    if (before_ns && now_ns >= before_ns)
        conn_message(c, x, now_ns - before_ns);
}

/* What is behind the front of it, or of its first chunk, passes by. */
static int64_t feed_statement(struct conn *c, enum dir dir, struct bytes in, struct exchange *x)
{
    struct http1 *http = conn_state(c);
    struct side *side = &http->side[dir];
    uint64_t left = side->left;
    size_t shown = left < CLICKHOUSE_STATEMENT_SEEN ? (size_t)left : CLICKHOUSE_STATEMENT_SEEN;
    if (in.len < shown)
        return DECODE_MORE;
    if (x)
        clickhouse_http_body(x, bytes_first(in, shown), shown == left && side->place == IN_BODY);
    side->reads = side->statement = false;
    return body_passes(c, dir, (int64_t)left);
}

static int64_t feed_body(struct conn *c, enum dir dir, struct bytes in)
{
    struct http1 *http = conn_state(c);
    struct body *body = http->body[dir];
    struct exchange *x = conn_find(c, dir, KEY_IN_ORDER);
    struct grpc_read read;
    if (http->side[dir].statement)
        return feed_statement(c, dir, in, x);
    int64_t len = grpc_body_read(&body->grpc, in, http->side[dir].left, &read);
    if (x)
        grpc_note_read(x, dir, &body->grpc, &read, conn_now_ns(c));
    if (x && read.message)
        note_gap(c, body, x);
    return body_passes(c, dir, len);
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
    case IN_BODY:
    case IN_CHUNK:
    case IN_REST:
        return feed_body(c, dir, in);
    }
    return DECODE_LOST;
}

/* A hole in a body that is read does no more harm than in one that is not, but to what the messages
 * would have told. */
static int64_t http1_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct http1 *http = conn_state(c);
    struct side *side = &http->side[dir];
    bool is_read = side->place == IN_BODY || side->place == IN_CHUNK || side->place == IN_REST;
    if (!is_read || !len) {
        *side = (struct side){.place = AT_HEAD};
        return DECODE_LOST;
    }
    if (side->statement)
        side->reads = side->statement = false;
    else
        grpc_body_lose(&http->body[dir]->grpc, len);
    if (http->body[dir])
        http->body[dir]->message_ns = 0;
    conn_find(c, dir, KEY_IN_ORDER);
    return body_passes(c, dir, (int64_t)side->left);
}

static void http1_free(void *state)
{
    struct http1 *http = state;
    free(http->body[0]);
    free(http->body[1]);
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
    if (bytes_equal_text(line.method, "PRI")) /* what HTTP/2 begins with, to be refused here */
        return GUESS_NO;
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

static const struct http1 at_rest = {.side = {{.started = true}, {.started = true}}};

const struct decoder http1_decoder = {
    .name = "http",
    .transport = OVER_TCP,
    .ports = {80, 8080, 8000, 8888},
    .state_size = sizeof(struct http1),
    .probe = http1_probe,
    .feed = http1_feed,
    .free = http1_free,
    .gap = http1_gap,
    .at_rest = &at_rest,
};
