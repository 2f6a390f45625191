/* http_head.c - see http_head.h. */
#include "decode/http_head.h"

#include <strings.h>

enum {
    CHUNK_LINE_MAX = 4 * 1024, /* size and extensions */
    VERSION_LEN = 8,           /* "HTTP/1.1" */
    NAME_MAX_OURS = 17 + 8,    /* bytes of the longest field name, and some blanks behind it */
};

static const uint64_t LENGTH_MAX = (uint64_t)1 << 60;

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* tchar of RFC 9110, 5.6.2. */
static bool is_token_char(uint8_t c)
{
    static const uint64_t low = 0x03ff6cfa00000000;  /* !#$%&'*+-. and digits */
    static const uint64_t high = 0x57ffffffc7fffffe; /* letters and ^_`|~ */
    return c < 128 && ((c < 64 ? low >> c : high >> (c - 64)) & 1);
}

static struct bytes trim_end(struct bytes b)
{
    while (b.len &&
           (is_blank(b.at[b.len - 1]) || b.at[b.len - 1] == '\r' || b.at[b.len - 1] == '\n'))
        b.len--;
    return b;
}

static struct bytes trim(struct bytes b)
{
    size_t skip = 0;
    while (skip < b.len && (is_blank(b.at[skip]) || b.at[skip] == '\r' || b.at[skip] == '\n'))
        skip++;
    return trim_end(bytes_after(b, skip));
}

/* The index of the first `c` at or after `from`, or the length if there is none. */
static size_t index_of(struct bytes in, size_t from, uint8_t c)
{
    const uint8_t *found = from < in.len ? memchr(in.at + from, c, in.len - from) : NULL;
    return found ? (size_t)(found - in.at) : in.len;
}

static struct bytes between(struct bytes in, size_t from, size_t to)
{
    return bytes_first(bytes_after(in, from), to - from);
}

/* The word begins with a letter, in lower case. */
static bool is_word(struct bytes b, const char *word, size_t len)
{
    return b.len == len && (b.at[0] | 0x20) == word[0] &&
           strncasecmp((const char *)b.at, word, len) == 0;
}

bool http_is_common_method(struct bytes method)
{
    static const char *const names[] = {"GET",     "POST",    "PUT",   "HEAD", "DELETE",
                                        "OPTIONS", "CONNECT", "TRACE", "PATCH"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bytes_equal_text(method, names[i]))
            return true;
    return false;
}

/* "HTTP/1." and a digit, or as much of that as is there. */
static bool is_version(struct bytes b)
{
    static const char name[] = "HTTP/1.";
    size_t len = b.len < sizeof name - 1 ? b.len : sizeof name - 1;
    if (len && memcmp(b.at, name, len) != 0)
        return false;
    return b.len < VERSION_LEN || is_digit(b.at[VERSION_LEN - 1]);
}

/* Splits a line, without its end, into the parts of a request. */
static bool request_split(struct bytes line, size_t method_len, struct http_request_line *ret_line)
{
    line = trim_end(line);
    struct bytes method = bytes_first(line, method_len);
    struct bytes rest = trim(bytes_after(line, method_len));
    bool versioned = false;
    if (rest.len > VERSION_LEN + 1) {
        size_t at = rest.len - VERSION_LEN;
        versioned = is_blank(rest.at[at - 1]) && is_version(bytes_after(rest, at));
        if (versioned)
            rest = trim_end(bytes_first(rest, at));
    }
    if (!rest.len)
        return false;
    if (!versioned) {
        for (size_t i = 0; i < rest.len; i++)
            if (rest.at[i] <= ' ' || rest.at[i] >= 0x7f)
                return false;
        if (!http_is_common_method(method))
            return false;
    }
    *ret_line =
        (struct http_request_line){.method = method, .target = rest, .versioned = versioned};
    return true;
}

int64_t http_read_request_line(struct bytes in, struct http_request_line *ret_line)
{
    size_t method_len = 0;
    while (method_len < in.len && is_token_char(in.at[method_len]))
        method_len++;
    if (method_len > HTTP_METHOD_MAX)
        return DECODE_LOST;
    if (method_len == in.len)
        return DECODE_MORE;
    if (!method_len || !is_blank(in.at[method_len]))
        return DECODE_LOST;
    size_t end = index_of(in, method_len, '\n');
    if (end == in.len)
        return DECODE_MORE;
    return request_split(bytes_first(in, end), method_len, ret_line) ? (int64_t)end + 1
                                                                     : DECODE_LOST;
}

int64_t http_read_status_line(struct bytes in, struct http_status_line *ret_line)
{
    if (!is_version(in))
        return DECODE_LOST;
    if (in.len <= VERSION_LEN)
        return DECODE_MORE;
    size_t at = VERSION_LEN, from;
    while (at < in.len && is_blank(in.at[at]))
        at++;
    if (at == VERSION_LEN)
        return DECODE_LOST;
    unsigned code = 0;
    for (from = at; at < in.len && at - from < 4 && is_digit(in.at[at]); at++)
        code = code * 10 + (unsigned)(in.at[at] - '0');
    if (at - from > 3 || (at == from && at < in.len))
        return DECODE_LOST;
    size_t end = index_of(in, at, '\n');
    if (end == in.len)
        return DECODE_MORE;
    *ret_line = (struct http_status_line){.digits = between(in, from, at), .code = code};
    return (int64_t)end + 1;
}

/* Reads a Content-Length: a number, or the same number several times (RFC 9112, 6.3). */
static void length_read(struct http_fields *f, struct bytes value)
{
    for (size_t at = 0; at <= value.len;) {
        size_t end = index_of(value, at, ',');
        struct bytes digits = trim(between(value, at, end));
        uint64_t length = 0;
        bool is_number = digits.len > 0;
        for (size_t i = 0; i < digits.len && is_number; i++) {
            is_number = is_digit(digits.at[i]) && length < LENGTH_MAX / 10;
            length = length * 10 + (uint64_t)(digits.at[i] - '0');
        }
        if (!is_number || (f->content_length >= 0 && (uint64_t)f->content_length != length)) {
            f->bad_length = true;
            return;
        }
        f->content_length = (int64_t)length;
        at = end + 1;
    }
}

/* Only the last coding says how the message is framed. "identity", of an older edition, is none. */
static void coding_read(struct http_fields *f, struct bytes value)
{
    size_t last = value.len;
    while (last && value.at[last - 1] != ',')
        last--;
    struct bytes coding = trim(bytes_after(value, last));
    if (is_word(coding, "identity", 8))
        return;
    f->coded = true;
    f->chunked = is_word(coding, "chunked", 7);
}

static void keep_first(struct bytes *field, struct bytes value)
{
    if (!field->len)
        *field = value;
}

/* By length first. */
static void field_read(struct http_fields *f, struct bytes name, struct bytes value)
{
    switch (name.len) {
    case 2:
        if (is_word(name, "b3", 2))
            keep_first(&f->b3, value);
        break;
    case 4:
        if (is_word(name, "host", 4))
            keep_first(&f->host, value);
        break;
    case 7:
        if (is_word(name, "upgrade", 7))
            keep_first(&f->upgrade, value);
        break;
    case 11:
        if (is_word(name, "traceparent", 11))
            keep_first(&f->traceparent, value);
        else if (is_word(name, "x-b3-spanid", 11))
            keep_first(&f->b3_span_id, value);
        else if (is_word(name, "grpc-status", 11))
            keep_first(&f->grpc_status, value);
        break;
    case 12:
        if (is_word(name, "content-type", 12))
            keep_first(&f->content_type, value);
        else if (is_word(name, "x-request-id", 12))
            keep_first(&f->request_id, value);
        else if (is_word(name, "x-b3-traceid", 12))
            keep_first(&f->b3_trace_id, value);
        else if (is_word(name, "grpc-message", 12))
            keep_first(&f->grpc_message, value);
        else if (is_word(name, "grpc-timeout", 12))
            keep_first(&f->grpc_timeout, value);
        break;
    case 14:
        if (is_word(name, "content-length", 14))
            length_read(f, value);
        break;
    case 15:
        if (is_word(name, "x-forwarded-for", 15))
            keep_first(&f->forwarded_for, value);
        break;
    case 17:
        if (is_word(name, "transfer-encoding", 17))
            coding_read(f, value);
        else if (is_word(name, "x-b3-parentspanid", 17))
            keep_first(&f->b3_parent_id, value);
        break;
    default:
        break;
    }
}

static bool is_length_of_ours(size_t len)
{
    static const uint32_t lengths =
        1U << 2 | 1U << 4 | 1U << 7 | 1U << 11 | 1U << 12 | 1U << 14 | 1U << 15 | 1U << 17;
    return len < 32 && (lengths >> len & 1);
}

/* Is the first letter, in either case, one that a field of ours begins with? */
static bool may_be_ours(uint8_t first)
{
    static const uint32_t letters = 1U << ('b' & 31) | 1U << ('c' & 31) | 1U << ('g' & 31) |
                                    1U << ('h' & 31) | 1U << ('t' & 31) | 1U << ('u' & 31) |
                                    1U << ('x' & 31);
    return first >= 'A' && (letters >> (first & 31) & 1);
}

/* X-ClickHouse-...: of all of them that there are such, of one what it says. */
static bool is_clickhouse(struct http_fields *f, struct bytes line)
{
    static const char prefix[] = "x-clickhouse-", code[] = "exception-code:";
    const size_t prefix_len = sizeof prefix - 1, code_len = sizeof code - 1;
    if (!is_word(bytes_first(line, prefix_len), prefix, prefix_len))
        return false;
    struct bytes rest = bytes_after(line, prefix_len);
    f->clickhouse = true;
    if (is_word(bytes_first(rest, code_len), code, code_len))
        keep_first(&f->clickhouse_exception, trim(bytes_after(rest, code_len)));
    return true;
}

static void line_read(struct http_fields *f, struct bytes line)
{
    if (!line.len || !may_be_ours(line.at[0]))
        return;
    if ((line.at[0] | 0x20) == 'x' && is_clickhouse(f, line))
        return;
    struct bytes front = bytes_first(line, NAME_MAX_OURS + 2);
    size_t colon = index_of(front, 0, ':');
    if (colon == front.len)
        return;
    struct bytes name = trim_end(bytes_first(line, colon));
    if (is_length_of_ours(name.len))
        field_read(f, name, trim(bytes_after(line, colon + 1)));
}

static bool is_empty_line(struct bytes in, size_t at, size_t end)
{
    return end == at || (end == at + 1 && in.at[at] == '\r');
}

int64_t http_read_fields(struct bytes in, struct http_fields *ret_fields)
{
    struct http_fields f = {.content_length = -1};
    for (size_t at = 0, end, lines = 0;; at = end + 1) {
        end = index_of(in, at, '\n');
        if (end == in.len)
            return DECODE_MORE;
        if (++lines > HTTP_FIELDS_MAX)
            return DECODE_LOST;
        if (is_empty_line(in, at, end)) {
            *ret_fields = f;
            return (int64_t)end + 1;
        }
        while (end + 1 < in.len && is_blank(in.at[end + 1])) { /* folded: the field goes on */
            end = index_of(in, end + 1, '\n');
            if (end == in.len)
                return DECODE_MORE;
            if (++lines > HTTP_FIELDS_MAX)
                return DECODE_LOST;
        }
        line_read(&f, between(in, at, end));
    }
}

bool http_read_fields_cr(struct bytes in, struct http_fields *ret_fields)
{
    struct http_fields f = {.content_length = -1};
    for (size_t at = 0; at < in.len;) {
        size_t cr = index_of(in, at, '\r'), lf = index_of(in, at, '\n');
        size_t end = cr < lf ? cr : lf;
        if (end > at)
            line_read(&f, between(in, at, end));
        at = end + 1;
    }
    *ret_fields = f;
    return f.coded || f.content_length >= 0 || f.bad_length;
}

int64_t http_scan_head(struct bytes in, struct http_scan *scan)
{
    for (;; scan->seen++, scan->lines++) {
        scan->seen = (uint32_t)index_of(in, scan->seen, '\n');
        struct bytes next = bytes_first(bytes_after(in, (size_t)scan->seen + 1), 2);
        if (scan->seen < in.len && scan->lines > HTTP_FIELDS_MAX)
            return DECODE_LOST;
        if (!next.len || (next.len == 1 && next.at[0] == '\r'))
            return DECODE_MORE;
        if (next.at[0] == '\n' || (next.at[0] == '\r' && next.at[1] == '\n'))
            return (int64_t)scan->seen + 1;
    }
}

struct bytes http_without_credentials(struct bytes authority)
{
    const uint8_t *at = authority.len ? memrchr(authority.at, '@', authority.len) : NULL;
    return at ? bytes_after(authority, (size_t)(at - authority.at) + 1) : authority;
}

/* The length of "scheme://" at the front (RFC 3986, 3.1), or 0. */
static size_t scheme_len(struct bytes target)
{
    size_t colon = index_of(bytes_first(target, HTTP_METHOD_MAX), 0, ':');
    struct bytes after = bytes_first(bytes_after(target, colon), 3);
    if (!colon || !bytes_equal_text(after, "://"))
        return 0;
    for (size_t i = 0; i < colon; i++)
        if (!is_token_char(target.at[i]))
            return 0;
    return colon + 3;
}

static size_t path_end(struct bytes path)
{
    size_t end = 0;
    while (end < path.len && path.at[end] != '?' && path.at[end] != '#')
        end++;
    return end;
}

struct http_target http_read_target(struct bytes method, struct bytes target)
{
    struct http_target t = {{0}, {0}};
    if (bytes_equal_text(method, "CONNECT")) {
        t.authority = http_without_credentials(target);
        return t;
    }
    size_t from = target.len && target.at[0] != '/' ? scheme_len(target) : 0;
    if (from) {
        size_t end = from;
        while (end < target.len && target.at[end] != '/' && target.at[end] != '?' &&
               target.at[end] != '#')
            end++;
        t.authority = http_without_credentials(between(target, from, end));
        target = bytes_after(target, end);
    }
    t.path = bytes_first(target, path_end(target));
    if (!t.path.len)
        t.path = bytes_of_text("/");
    return t;
}

struct bytes http_first_of_list(struct bytes value)
{
    size_t end = 0;
    while (end < value.len && value.at[end] != ',' && value.at[end] > ' ')
        end++;
    return bytes_first(value, end);
}

static int hex_value(uint8_t c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Blanks before the size are an error that some servers make. */
int64_t http_read_chunk_size(struct bytes in, uint64_t *ret_size)
{
    size_t at = 0, from;
    while (at < in.len && is_blank(in.at[at]))
        at++;
    uint64_t size = 0;
    int digit;
    for (from = at; at < in.len && (digit = hex_value(in.at[at])) >= 0; at++) {
        size = size << 4 | (unsigned)digit;
        if (size >= LENGTH_MAX)
            return DECODE_LOST;
    }
    if (at > CHUNK_LINE_MAX)
        return DECODE_LOST;
    if (at == in.len)
        return DECODE_MORE;
    bool ends = is_blank(in.at[at]) || in.at[at] == ';' || in.at[at] == '\r' || in.at[at] == '\n';
    if (at == from || !ends)
        return DECODE_LOST;
    size_t end = index_of(in, at, '\n');
    if (end > CHUNK_LINE_MAX)
        return DECODE_LOST;
    if (end == in.len)
        return DECODE_MORE;
    *ret_size = size;
    return (int64_t)end + 1;
}

int64_t http_read_trailer(struct bytes in, bool *ret_last, struct http_fields *ret_field)
{
    size_t end = index_of(in, 0, '\n');
    if (end == in.len)
        return DECODE_MORE;
    *ret_last = is_empty_line(in, 0, end);
    if (*ret_last)
        return (int64_t)end + 1;
    *ret_field = (struct http_fields){.content_length = -1};
    line_read(ret_field, bytes_first(in, end));
    return (int64_t)end + 1;
}
