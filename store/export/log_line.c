/* log_line.c - one exchange as a line of JSON. See exporter.h.
 *
 * Written by hand: it is done for every exchange, and a library would allocate a tree each time.
 * Text is in canonical form already, so only quotes and backslashes can need an escape. */
#include <string.h>

#include "store/export/exporter.h"
#include "store/export/time_text.h"

enum { LINE_MAX_BYTES = 8192 }; /* twice all text fields, escaped, and more */

struct line {
    char text[LINE_MAX_BYTES];
    size_t len;
};

static void put(struct line *l, const char *text, size_t len)
{
    if (len > sizeof l->text - l->len)
        len = sizeof l->text - l->len;
    memcpy(l->text + l->len, text, len);
    l->len += len;
}

static void put_text(struct line *l, const char *text)
{
    put(l, text, strlen(text));
}

static void put_escaped(struct line *l, const char *text)
{
    static const char digits[] = "0123456789abcdef";
    put(l, "\"", 1);
    for (const char *from = text;;) {
        size_t plain = 0;
        while ((unsigned char)from[plain] >= 0x20 && from[plain] != '"' && from[plain] != '\\')
            plain++;
        put(l, from, plain);
        from += plain;
        unsigned char c = (unsigned char)*from++;
        if (!c)
            break;
        char escape[6] = {'\\', (char)c, '0', '0', digits[c >> 4], digits[c & 15]};
        if (c < 0x20)
            escape[1] = 'u';
        put(l, escape, c < 0x20 ? 6 : 2);
    }
    put(l, "\"", 1);
}

static void put_number(struct line *l, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    put(l, digits + at, sizeof digits - at);
}

/* Nanoseconds as milliseconds, exactly, without trailing zeroes. */
static void put_ms(struct line *l, uint64_t ns)
{
    char fraction[7] = ".";
    size_t len = 7;
    put_number(l, ns / 1000000);
    ns %= 1000000;
    for (size_t i = 6; i >= 1; i--, ns /= 10)
        fraction[i] = (char)('0' + ns % 10);
    while (fraction[len - 1] == '0')
        len--;
    if (len > 1)
        put(l, fraction, len);
}

static void text_field(struct line *l, const char *name, const char *text)
{
    put_text(l, name);
    put_escaped(l, text);
}

static void text_if_any(struct line *l, const char *name, const char *text)
{
    if (text[0])
        text_field(l, name, text);
}

static void number_field(struct line *l, const char *name, uint64_t value)
{
    put_text(l, name);
    put_number(l, value);
}

/* From one moment to another; null when either was not seen or they are the wrong way round. */
static void span_field(struct line *l, const char *name, uint64_t from_ns, uint64_t to_ns)
{
    put_text(l, name);
    if (from_ns && to_ns >= from_ns)
        put_ms(l, to_ns - from_ns);
    else
        put_text(l, "null");
}

static void put_ends(struct line *l, const struct exchange *x, const struct log_names *names)
{
    char address[ADDRESS_TEXT_MAX];
    address_to_text(&x->client_address, address, sizeof address);
    text_field(l, ",\"client_address\":", address);
    number_field(l, ",\"client_port\":", x->client_port);
    address_to_text(&x->server_address, address, sizeof address);
    text_field(l, ",\"server_address\":", address);
    number_field(l, ",\"server_port\":", x->server_port);
    text_field(l, ",\"client_name\":", names->client);
    text_field(l, ",\"server_name\":", names->server);
}

static void put_request(struct line *l, const struct exchange *x)
{
    text_if_any(l, ",\"method\":", x->method);
    text_if_any(l, ",\"host\":", x->host);
    text_if_any(l, ",\"path\":", x->path);
    text_if_any(l, ",\"operation\":", x->operation);
}

static void put_answer(struct line *l, const struct exchange *x)
{
    put_text(l, ",\"status\":");
    if (x->status[0])
        put_escaped(l, x->status);
    else
        put_text(l, "null");
    if (x->grpc_status >= 0)
        number_field(l, ",\"grpc_status\":", (uint64_t)x->grpc_status);
    text_field(l, ",\"outcome\":", outcome_name(x->outcome));
    span_field(l, ",\"duration_ms\":", x->request_ns, x->response_end_ns);
    span_field(l, ",\"ttfb_ms\":", x->request_end_ns, x->response_ns);
    number_field(l, ",\"request_bytes\":", x->request_bytes);
    number_field(l, ",\"response_bytes\":", x->response_bytes);
    if (x->request_messages || x->response_messages) {
        number_field(l, ",\"request_messages\":", x->request_messages);
        number_field(l, ",\"response_messages\":", x->response_messages);
    }
    if (x->stream_id)
        number_field(l, ",\"stream_id\":", x->stream_id);
}

static void put_context(struct line *l, const struct exchange *x)
{
    text_if_any(l, ",\"trace_id\":", x->trace_id);
    text_if_any(l, ",\"span_id\":", x->span_id);
    text_if_any(l, ",\"request_id\":", x->request_id);
    text_if_any(l, ",\"forwarded_for\":", x->forwarded_for);
    put_text(l, ",\"notes\":[");
    bool first = true;
    for (int bit = 0; bit < NOTES; bit++)
        if (x->notes >> bit & 1) {
            put_text(l, first ? "" : ",");
            put_escaped(l, note_name(bit));
            first = false;
        }
    put_text(l, "]");
}

bool export_log_line(FILE *out, const struct exchange *x, struct log_names names)
{
    struct line l;
    char time[TIME_TEXT_MAX];
    l.len = 0;
    /* An answer whose request was not seen has no first byte of a request; its end is what we know.
     */
    time_to_text(x->request_ns ? x->request_ns : x->end_ns, time);
    text_field(&l, "{\"time\":", time);
    text_field(&l, ",\"protocol\":", x->protocol);
    put_ends(&l, x, &names);
    put_request(&l, x);
    put_answer(&l, x);
    put_context(&l, x);
    put_text(&l, "}\n");
    return fwrite(l.text, 1, l.len, out) == l.len;
}
