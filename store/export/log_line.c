/* log_line.c - one exchange as a line of JSON. See exporter.h.
 *
 * Written by hand: it is done for every exchange, and a library would allocate a tree each time.
 * Nothing asks for room: a line has enough for the longest, were each byte of it to be escaped. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "capture/tenant.h"
#include "store/export/digits.h"
#include "store/export/exporter.h"
#include "store/export/time_text.h"

/* A byte is six at most when it is escaped. All else: keys, numbers and notes. */
enum { ESCAPED = 6, KEYS_MAX = 2048 };

static_assert(ESCAPED * sizeof(struct exchange) + 2 * LOG_END_MAX + KEYS_MAX <= LOG_LINE_MAX,
              "all that is told of an exchange has room");
static_assert(ESCAPED * NAME_TEXT_MAX + ADDRESS_TEXT_MAX + TENANT_TEXT_MAX + 128 <= LOG_END_MAX,
              "all that is told of an end has room");

struct line {
    char *at; /* where it goes on */
};

static inline void put(struct line *l, const char *text, size_t len)
{
    memcpy(l->at, text, len);
    l->at += len;
}

/* Inline, for most are of constant length. */
static inline void put_text(struct line *l, const char *text)
{
    put(l, text, strlen(text));
}

static bool word_is_plain(uint64_t word)
{
    static const uint64_t ones = 0x0101010101010101;
    uint64_t quote = word ^ '"' * ones, backslash = word ^ '\\' * ones;
    uint64_t found = (word - 0x20 * ones) & ~word;
    found |= ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
    return !(found & 0x80 * ones);
}

/* Does none of it need an escape? Nearly always so; eight bytes at a time. */
static bool is_plain(const char *text, size_t len)
{
    uint64_t word;
    size_t i = 0;
    for (; len - i >= 8; i += 8) {
        memcpy(&word, text + i, 8);
        if (!word_is_plain(word))
            return false;
    }
    memset(&word, ' ', 8);
    memcpy(&word, text + i, len - i);
    return word_is_plain(word);
}

static void put_escapes(struct line *l, const char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned char c; (c = (unsigned char)*text); text++) {
        char escape[ESCAPED] = {'\\', (char)c, '0', '0', digits[c >> 4], digits[c & 15]};
        if (c < 0x20) {
            escape[1] = 'u';
            put(l, escape, ESCAPED);
        } else if (c == '"' || c == '\\') {
            put(l, escape, 2);
        } else {
            *l->at++ = (char)c;
        }
    }
}

static void put_escaped(struct line *l, const char *text)
{
    size_t len = strlen(text);
    *l->at++ = '"';
    if (is_plain(text, len))
        put(l, text, len);
    else
        put_escapes(l, text);
    *l->at++ = '"';
}

/* A word of ours, which needs no escape. */
static inline void put_word(struct line *l, const char *word)
{
    *l->at++ = '"';
    put_text(l, word);
    *l->at++ = '"';
}

static void put_number(struct line *l, uint64_t value)
{
    l->at = digits_put(l->at, value);
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
    uint32_t fraction = (uint32_t)(ns % 1000000);
    put_number(l, ns / 1000000);
    if (!fraction)
        return;
    *l->at = '.';
    char *end = digits_put_six(l->at + 1, fraction);
    while (end[-1] == '0')
        end--;
    l->at = end;
}

static inline void text_field(struct line *l, const char *name, const char *text)
{
    put_text(l, name);
    put_escaped(l, text);
}

static inline void text_if_any(struct line *l, const char *name, const char *text)
{
    if (text[0])
        text_field(l, name, text);
}

/* Where it must have been: empty if it came as a reference to what was sent before the capture
 * began, null if bytes are missing. */
static inline void request_field(struct line *l, const char *name, const char *text,
                                 const struct exchange *x)
{
    if (text[0]) {
        text_field(l, name, text);
    } else if (x->notes & NOTE_UNKNOWN_FIELDS) {
        put_text(l, name);
        put_text(l, x->notes & NOTE_GAP ? "null" : "\"\"");
    }
}

static inline void number_field(struct line *l, const char *name, uint64_t value)
{
    put_text(l, name);
    put_number(l, value);
}

/* From one moment to another; null when either was not seen or they are the wrong way round. */
static inline void span_field(struct line *l, const char *name, uint64_t from_ns, uint64_t to_ns)
{
    put_text(l, name);
    if (from_ns && to_ns >= from_ns)
        put_ms(l, to_ns - from_ns);
    else
        put_text(l, "null");
}

void log_client(struct log_end *ret, const struct address *address, const char *name)
{
    struct line l = {ret->text};
    char text[ADDRESS_TEXT_MAX];
    address_to_text(address, text, sizeof text);
    text_field(&l, ",\"client_address\":", text);
    put_text(&l, ",\"client_port\":");
    ret->name_at = (uint16_t)(l.at - ret->text);
    text_field(&l, ",\"client_name\":", name);
    ret->len = (uint16_t)(l.at - ret->text);
}

void log_server(struct log_end *ret, const struct exchange *x, const char *name)
{
    struct line l = {ret->text};
    char text[ADDRESS_TEXT_MAX], tenant[TENANT_TEXT_MAX];
    address_to_text(&x->server_address, text, sizeof text);
    text_field(&l, ",\"server_address\":", text);
    number_field(&l, ",\"server_port\":", x->server_port);
    tenant_to_text(x->tenant, tenant, sizeof tenant);
    text_if_any(&l, ",\"tenant\":", tenant);
    ret->name_at = (uint16_t)(l.at - ret->text);
    text_field(&l, ",\"server_name\":", name);
    ret->len = (uint16_t)(l.at - ret->text);
}

static void put_ends(struct line *l, const struct exchange *x, struct log_ends ends)
{
    const struct log_end *client = ends.client, *server = ends.server;
    put(l, client->text, client->name_at);
    put_number(l, x->client_port);
    put(l, server->text, server->name_at);
    put(l, client->text + client->name_at, (size_t)client->len - client->name_at);
    put(l, server->text + server->name_at, (size_t)server->len - server->name_at);
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

static void put_answer(struct line *l, const struct exchange *x, const char *protocol)
{
    put_text(l, ",\"status\":");
    if (x->status[0])
        put_escaped(l, x->status);
    else
        put_text(l, "null");
    if (x->grpc_status >= 0)
        number_field(l, ",\"grpc_status\":", (uint64_t)x->grpc_status);
    else if (x->call != CALL_NONE && strcmp(protocol, "grpc") == 0)
        put_text(l, ",\"grpc_status\":null");
    put_text(l, ",\"outcome\":");
    put_word(l, outcome_name(x->outcome));
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
    for (uint32_t left = x->notes; left; left &= left - 1) {
        put_word(l, note_name(__builtin_ctz(left)));
        if (left & (left - 1))
            *l->at++ = ',';
    }
    *l->at++ = ']';
}

/* Rounded down: 1 means all. */
static void share_field(struct line *l, const char *name, uint32_t part, uint32_t whole)
{
    if (!whole)
        return;
    put_text(l, name);
    if (part == whole)
        *l->at++ = '1';
    else
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
static void put_exchange(struct line *l, const struct exchange *x, const char *protocol,
                         struct log_ends ends)
{
    /* An answer whose request was not seen has no first byte of a request; its end is what we know.
     */
    put_text(l, "\"time\":\"");
    time_to_text(x->request_ns ? x->request_ns : x->end_ns, l->at);
    l->at += TIME_TEXT_LEN;
    put_text(l, "\",\"protocol\":");
    put_escaped(l, protocol);
    put_ends(l, x, ends);
    put_request(l, x);
    put_answer(l, x, protocol);
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

size_t export_log_line(char text[LOG_LINE_MAX], const struct exchange *x, struct log_ends ends)
{
    struct line l = {text};
    *l.at++ = '{';
    put_exchange(&l, x, x->protocol, ends);
    put_text(&l, "}\n");
    return (size_t)(l.at - text);
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
    char text[LOG_LINE_MAX];
    struct line l = {text};
    struct log_end client, server;
    log_client(&client, &row->exchange.client_address, row->client);
    log_server(&server, &row->exchange, row->server);
    number_field(&l, "{\"id\":", (uint64_t)row->id);
    number_field(&l, ",\"edge_id\":", (uint64_t)row->edge_id);
    if (hop)
        put_hop(&l, hop);
    put_reasons(&l, row->kept);
    put_exchange(&l, &row->exchange, row->protocol, (struct log_ends){&client, &server});
    *l.at++ = '}';
    size_t len = (size_t)(l.at - text);
    return fwrite(text, 1, len, out) == len;
}
