/* log_line.c - one exchange as a line of JSON. See exporter.h.
 *
 * Written by hand: it is done for every exchange, and a library would allocate a tree each time.
 * Text is in canonical form already, so only quotes and backslashes can need an escape. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "capture/tenant.h"
#include "store/export/exporter.h"
#include "store/export/time_text.h"

/* Escaped, canonical text is twice as long at most; and then keys, numbers and notes. */
enum { LINE_MAX_BYTES = 8192, KEYS_MAX_BYTES = 2048 };

static_assert(2 * sizeof(struct exchange) + 4 * NAME_TEXT_MAX + KEYS_MAX_BYTES <= LINE_MAX_BYTES,
              "all that is told of an exchange has room");

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

/* Inline, for most are of constant length. */
static inline void put_text(struct line *l, const char *text)
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

/* `value` / 10^digits, exactly, without trailing zeroes; at most 6 digits. */
static void put_decimal(struct line *l, uint64_t value, size_t digits)
{
    char fraction[7] = ".";
    size_t len = digits + 1;
    uint64_t whole = value;
    for (size_t i = digits; i >= 1; i--, whole /= 10)
        fraction[i] = (char)('0' + whole % 10);
    put_number(l, whole);
    while (fraction[len - 1] == '0')
        len--;
    if (len > 1)
        put(l, fraction, len);
}

/* Nanoseconds as milliseconds. */
static void put_ms(struct line *l, uint64_t ns)
{
    put_decimal(l, ns, 6);
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

/* Where it must have been: empty if it came as a reference to what was sent before the capture
 * began, null if bytes are missing. */
static void request_field(struct line *l, const char *name, const char *text,
                          const struct exchange *x)
{
    if (text[0]) {
        text_field(l, name, text);
    } else if (x->notes & NOTE_UNKNOWN_FIELDS) {
        put_text(l, name);
        put_text(l, x->notes & NOTE_GAP ? "null" : "\"\"");
    }
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
    char address[ADDRESS_TEXT_MAX], tenant[TENANT_TEXT_MAX];
    address_to_text(&x->client_address, address, sizeof address);
    text_field(l, ",\"client_address\":", address);
    number_field(l, ",\"client_port\":", x->client_port);
    address_to_text(&x->server_address, address, sizeof address);
    text_field(l, ",\"server_address\":", address);
    number_field(l, ",\"server_port\":", x->server_port);
    tenant_to_text(x->tenant, tenant, sizeof tenant);
    text_if_any(l, ",\"tenant\":", tenant);
    text_field(l, ",\"client_name\":", names->client);
    text_field(l, ",\"server_name\":", names->server);
}

static void put_statement(struct line *l, const struct exchange *x)
{
    static const char digits[] = "0123456789abcdef";
    char text[17] = "";
    for (int i = 0; i < 16; i++)
        text[i] = digits[x->fingerprint >> (60 - 4 * i) & 15];
    text_field(l, ",\"statement\":", x->path);
    text_field(l, ",\"fingerprint\":", text);
}

static void put_request(struct line *l, const struct exchange *x)
{
    request_field(l, ",\"method\":", x->method, x);
    request_field(l, ",\"host\":", x->host, x);
    if (x->fingerprint)
        put_statement(l, x);
    else
        request_field(l, ",\"path\":", x->path, x);
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
    else if (x->call != CALL_NONE && strcmp(x->protocol, "grpc") == 0)
        put_text(l, ",\"grpc_status\":null");
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
    text_if_any(l, ",\"parent_id\":", x->parent_id);
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

/* Rounded down: 1 means all. */
static void share_field(struct line *l, const char *name, uint32_t part, uint32_t whole)
{
    if (!whole)
        return;
    put_text(l, name);
    put_decimal(l, UINT64_C(1000) * part / whole, 3);
}

static void put_error_code(struct line *l, int64_t code)
{
    const char *name = error_code_name(code);
    if (code < 0)
        return;
    put_text(l, ",\"error_code\":\"");
    if (name)
        put_text(l, name);
    else
        put_number(l, (uint64_t)code);
    put_text(l, "\"");
}

static void put_call(struct line *l, const struct exchange *x)
{
    text_if_any(l, ",\"call\":", call_kind_name(x->call));
    text_if_any(l, ",\"grpc_message\":", x->message);
    if (x->deadline_ns) {
        put_text(l, ",\"deadline_ms\":");
        put_ms(l, x->deadline_ns);
    }
    if (x->call != CALL_NONE)
        span_field(l, ",\"first_message_ms\":", x->request_ns, x->first_message_ns);
    put_error_code(l, x->error_code);
    share_field(l, ",\"fields_known\":", x->certainty.known, x->certainty.fields);
    share_field(l, ",\"fields_known_late\":", x->certainty.late_known, x->certainty.late_fields);
}

static void flag_field(struct line *l, const char *name, bool flag)
{
    put_text(l, name);
    put_text(l, flag ? "true" : "false");
}

/* null: the server has not chosen, as far as was seen. */
static void chosen_field(struct line *l, const char *name, const char *text)
{
    put_text(l, name);
    if (text[0])
        put_escaped(l, text);
    else
        put_text(l, "null");
}

static void put_cipher(struct line *l, const struct tls_facts *t)
{
    char number[8];
    const char *name = t->answered ? tls_cipher_name(t->cipher) : "";
    if (!name)
        snprintf(number, sizeof number, "0x%04x", t->cipher);
    chosen_field(l, ",\"cipher\":", name ? name : number);
}

static void put_fingerprint(struct line *l, const char *name, const struct fingerprint *f)
{
    char text[FINGERPRINT_TEXT_MAX];
    fingerprint_to_text(f, text);
    text_if_any(l, name, text);
}

static void put_mutual(struct line *l, enum tls_mutual mutual)
{
    put_text(l, ",\"mutual\":");
    put_text(l, mutual == MUTUAL_HIDDEN ? "null" : mutual == MUTUAL_YES ? "true" : "false");
}

static void put_tls(struct line *l, const struct tls_facts *t)
{
    if (!t->told)
        return;
    put_text(l, ",\"tls\":{");
    chosen_field(l, "\"version\":", tls_version_name(t->version));
    put_cipher(l, t);
    text_if_any(l, ",\"alpn\":", t->alpn);
    text_if_any(l, ",\"alpn_offered\":", t->alpn_offered);
    text_if_any(l, ",\"version_offered\":", tls_version_name(t->offered));
    text_if_any(l, ",\"inside\":", t->inside);
    text_if_any(l, ",\"ja4\":", t->ja4);
    flag_field(l, ",\"resumed\":", t->resumed);
    put_mutual(l, t->mutual);
    if (t->retried)
        flag_field(l, ",\"retried\":", true);
    if (t->ech)
        flag_field(l, ",\"ech\":", true);
    if (t->unreadable)
        flag_field(l, ",\"readable\":", false);
    put_fingerprint(l, ",\"certificate\":", &t->certificate);
    put_fingerprint(l, ",\"client_certificate\":", &t->client_certificate);
    put_text(l, "}");
}

/* All but the braces. */
static void put_exchange(struct line *l, const struct exchange *x, const struct log_names *names)
{
    char time[TIME_TEXT_MAX];
    /* An answer whose request was not seen has no first byte of a request; its end is what we know.
     */
    time_to_text(x->request_ns ? x->request_ns : x->end_ns, time);
    text_field(l, "\"time\":", time);
    text_field(l, ",\"protocol\":", x->protocol);
    put_ends(l, x, names);
    put_request(l, x);
    put_answer(l, x);
    put_context(l, x);
    put_call(l, x);
    put_tls(l, &x->tls);
}

static void put_hop(struct line *l, const struct trace_hop *hop)
{
    number_field(l, ",\"depth\":", hop->depth);
    put_text(l, ",\"own_ms\":");
    put_ms(l, hop->own_ns);
    flag_field(l, ",\"slowest\":", hop->is_slowest);
}

bool export_log_line(FILE *out, const struct exchange *x, struct log_names names)
{
    struct line l;
    l.len = 0;
    put_text(&l, "{");
    put_exchange(&l, x, &names);
    put_text(&l, "}\n");
    return fwrite(l.text, 1, l.len, out) == l.len;
}

static void put_reasons(struct line *l, uint32_t kept)
{
    bool first = true;
    put_text(l, ",\"kept\":[");
    for (int reason = 0; reason < KEPTS; reason++)
        if (kept >> reason & 1) {
            put_text(l, first ? "" : ",");
            put_escaped(l, kept_name((enum kept_for)reason));
            first = false;
        }
    put_text(l, "],");
}

bool export_request(FILE *out, const struct request_row *row, const struct trace_hop *hop)
{
    struct line l;
    l.len = 0;
    number_field(&l, "{\"id\":", (uint64_t)row->id);
    number_field(&l, ",\"edge_id\":", (uint64_t)row->edge_id);
    if (hop)
        put_hop(&l, hop);
    put_reasons(&l, row->kept);
    put_exchange(&l, &row->exchange, &(struct log_names){row->client, row->server});
    put_text(&l, "}");
    return fwrite(l.text, 1, l.len, out) == l.len;
}
