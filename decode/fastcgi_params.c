/* fastcgi_params.c - see fastcgi_params.h. */
#include "decode/fastcgi_params.h"

#include <ctype.h>

#include "decode/http_note.h"
#include "decode/trace_context.h"

static bool is_named(const struct fastcgi_params *p, const char *name)
{
    return p->name_len == strlen(name) && memcmp(p->name, name, p->name_len) == 0;
}

enum wanted {
    NOT_WANTED,
    METHOD,
    REQUEST_ID,
    FORWARDED_FOR,
    TRACEPARENT,
    B3,
    SERVER_NAME, /* the later in this list, the better, of hosts */
    HOST,
    SCRIPT_NAME, /* and of paths */
    DOCUMENT_URI,
    REQUEST_URI,
};

static enum wanted wanted(const struct fastcgi_params *p)
{
    static const char *const names[] = {
        [METHOD] = "REQUEST_METHOD",
        [REQUEST_ID] = "HTTP_X_REQUEST_ID",
        [TRACEPARENT] = "HTTP_TRACEPARENT",
        [FORWARDED_FOR] = "HTTP_X_FORWARDED_FOR",
        [B3] = "HTTP_B3",
        [SERVER_NAME] = "SERVER_NAME",
        [HOST] = "HTTP_HOST",
        [SCRIPT_NAME] = "SCRIPT_NAME",
        [DOCUMENT_URI] = "DOCUMENT_URI",
        [REQUEST_URI] = "REQUEST_URI",
    };
    for (size_t i = METHOD; i <= REQUEST_URI; i++)
        if (is_named(p, names[i]))
            return (enum wanted)i;
    return NOT_WANTED;
}

static void note_trace(struct exchange *x, enum wanted which, struct bytes value)
{
    struct trace_context trace;
    if (!(which == B3 ? trace_context_of_b3(value, &trace)
                      : trace_context_of_traceparent(value, &trace)))
        return;
    trace_context_note(&trace, x);
}

static void note(struct fastcgi_params *p, struct exchange *x)
{
    struct bytes value = bytes_of(p->value, p->kept);
    enum wanted which = wanted(p);
    if (which != NOT_WANTED && p->kept < p->value_len)
        x->notes |= NOTE_TRUNCATED;
    switch (which) {
    case NOT_WANTED:
        break;
    case METHOD:
        exchange_text(x, x->method, sizeof x->method, value);
        break;
    case REQUEST_ID:
        exchange_text(x, x->request_id, sizeof x->request_id, value);
        break;
    case FORWARDED_FOR:
        http_note_forwarded_for(x, value);
        break;
    case TRACEPARENT:
    case B3:
        note_trace(x, which, value);
        break;
    case SERVER_NAME:
    case HOST:
        if (value.len && p->host_rank < which) {
            p->host_rank = (uint8_t)which;
            http_note_host(x, value);
        }
        break;
    case SCRIPT_NAME:
    case DOCUMENT_URI:
    case REQUEST_URI:
        if (value.len && p->path_rank < which) {
            p->path_rank = (uint8_t)which;
            http_note_target(x, bytes_of_text(x->method), value);
        }
    }
}

/* One byte, or four of which the first bit is set. */
static void read_length(struct fastcgi_params *p, uint8_t byte)
{
    uint32_t *length = p->lengths ? &p->value_len : &p->name_len;
    bool is_long = !p->length_bytes ? byte & 0x80 : true;
    *length = *length << 8 | (p->length_bytes ? byte : byte & 0x7f);
    p->length_bytes++;
    if (is_long && p->length_bytes < 4)
        return;
    p->length_bytes = 0;
    p->lengths++;
}

/* Of the name, or else of the value, as much as there is; returns its length. */
static size_t read_text(struct fastcgi_params *p, struct bytes in)
{
    bool in_name = p->at < p->name_len;
    uint32_t whole = in_name ? p->name_len : p->name_len + p->value_len;
    struct bytes part = bytes_first(in, whole - p->at);
    if (in_name && p->name_len <= FASTCGI_NAME_MAX && part.len)
        memcpy(p->name + p->at, part.at, part.len);
    if (!in_name && p->name_len <= FASTCGI_NAME_MAX && wanted(p) != NOT_WANTED) {
        struct bytes kept = bytes_first(part, (size_t)FASTCGI_VALUE_MAX - p->kept);
        if (kept.len)
            memcpy(p->value + p->kept, kept.at, kept.len);
        p->kept = (uint16_t)(p->kept + kept.len);
    }
    p->at += (uint32_t)part.len;
    return part.len;
}

static void begin_pair(struct fastcgi_params *p)
{
    p->name_len = p->value_len = p->at = 0;
    p->kept = 0;
    p->lengths = p->length_bytes = 0;
}

void fastcgi_read_params(struct fastcgi_params *p, struct exchange *x, struct bytes in)
{
    while (in.len) {
        if (p->lengths < 2) {
            read_length(p, in.at[0]);
            in = bytes_after(in, 1);
        } else {
            in = bytes_after(in, read_text(p, in));
        }
        if (p->lengths < 2 || p->at < (uint64_t)p->name_len + p->value_len)
            continue;
        if (p->name_len <= FASTCGI_NAME_MAX)
            note(p, x);
        begin_pair(p);
    }
}

void fastcgi_lose_params(const struct fastcgi_params *p, struct exchange *x)
{
    if (p->host_rank != HOST)
        x->host[0] = '\0';
    if (p->path_rank != REQUEST_URI)
        x->path[0] = '\0';
}

/* Does the byte stand at this place of the name of a field? */
static bool is_at(const char *name, uint16_t column, uint8_t byte)
{
    return column >= strlen(name) || tolower(byte) == name[column];
}

static void read_in_line(struct fastcgi_head *h, uint8_t byte)
{
    static const char status[] = "status:", location[] = "location:";
    bool first = !h->column;
    h->may_be_status = (first || h->may_be_status) && is_at(status, h->column, byte);
    h->may_be_location = (first || h->may_be_location) && is_at(location, h->column, byte);
    if (h->may_be_location && h->column + 1U == strlen(location))
        h->has_location = true;
    if (h->may_be_status && h->column >= strlen(status) && h->digits < 3) {
        if (isdigit(byte))
            h->status[h->digits++] = (char)byte;
        else if (byte != ' ' || h->digits)
            h->may_be_status = false;
    }
    if (h->column < UINT16_MAX)
        h->column++;
}

static void note_head(const struct fastcgi_head *h, struct exchange *x)
{
    const char *status = h->digits == 3 ? h->status : h->has_location ? "302" : "200";
    unsigned code = (unsigned)(status[0] - '0') * 100;
    http_note_status(x, bytes_of(status, 3), code);
}

size_t fastcgi_read_head(struct fastcgi_head *h, struct exchange *x, struct bytes in)
{
    size_t at = 0;
    while (at < in.len && !h->done) {
        uint8_t byte = in.at[at++];
        h->done = (byte == '\n' && !h->column) || ++h->len == FASTCGI_HEAD_MAX;
        if (byte == '\n')
            h->column = 0;
        else if (byte != '\r')
            read_in_line(h, byte);
        if (h->done)
            note_head(h, x);
    }
    return at;
}
