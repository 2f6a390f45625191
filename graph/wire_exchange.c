/* wire_exchange.c - exchanges as bytes; see wire.h.
 *
 * There may be a million of them in a few seconds, so numbers are of fixed width, and what most
 * exchanges do not have takes no byte and no time:
 *
 *   le16 length of the rest
 *   u8 version; le32 bits of what there is; COMMON_BYTES that every exchange has
 *   the protocol's name; the numbers that there are, in order of their bits
 *   the texts that there are, each le16 length and bytes; facts of TLS */
#include <assert.h>
#include <endian.h>
#include <stddef.h>

#include "base/text.h"
#include "graph/wire.h"
#include "graph/wire_field.h"
#include "graph/wire_secured.h"

enum {
    EXCHANGE_VERSION = 5,
    PROTOCOLS_MAX = 128, /* of one process; there are as many as there are decoders */
    COMMON_BYTES = 2 * 16 + 2 * 2 + 7 * 8 + 4 + 2,
    /* Numbers are no wider than in the struct, and 16 texts have a length each. */
    ROOM = sizeof(struct exchange) + PROTOCOL_TEXT_MAX + 64,
};

/* Bits of what there is. Those of texts begin at HAS_TEXTS, in order of texts[]. */
enum {
    HAS_NUMBER = 1 << 0,
    HAS_TENANT = 1 << 1,
    HAS_MESSAGES = 1 << 2,
    HAS_DEADLINE = 1 << 3,
    HAS_STREAM = 1 << 4,
    HAS_GRPC_STATUS = 1 << 5,
    HAS_ERROR_CODE = 1 << 6,
    HAS_CERTAINTY = 1 << 7,
    HAS_FINGERPRINT = 1 << 8,
    HAS_ELSEWHERE = 1 << 9,
    HAS_TLS = 1 << 10,
    HAS_TEXTS = 11,
};

#define TEXT(name)                                                                                 \
    {                                                                                              \
        offsetof(struct exchange, name), sizeof((struct exchange *)0)->name                        \
    }

static const struct text {
    uint16_t at, size; /* in the struct */
} texts[] = {
    TEXT(operation), TEXT(method),     TEXT(status),        TEXT(host),
    TEXT(path),      TEXT(trace_id),   TEXT(span_id),       TEXT(parent_id),
    TEXT(asked),     TEXT(request_id), TEXT(forwarded_for), TEXT(message),
};
enum { TEXTS = sizeof texts / sizeof *texts, HAS_OPERATION = 1 << HAS_TEXTS };
static_assert(HAS_TEXTS + TEXTS <= 32 && TEXTS <= 16, "a bit for each text, and room");

/* --- writing --- */

static void put_le16(uint8_t **at, uint16_t value)
{
    value = htole16(value);
    memcpy(*at, &value, 2);
    *at += 2;
}

static void put_le32(uint8_t **at, uint32_t value)
{
    value = htole32(value);
    memcpy(*at, &value, 4);
    *at += 4;
}

static void put_le64(uint8_t **at, uint64_t value)
{
    value = htole64(value);
    memcpy(*at, &value, 8);
    *at += 8;
}

/* One that fits the database's signed 64 bits. */
static void put_number(uint8_t **at, uint64_t value)
{
    put_le64(at, value < INT64_MAX ? value : INT64_MAX);
}

static void put_raw(uint8_t **at, const void *from, size_t len)
{
    memcpy(*at, from, len);
    *at += len;
}

static uint32_t what_has(const struct exchange *x)
{
    uint32_t has = 0;
    has |= x->number ? HAS_NUMBER : 0;
    has |= x->tenant ? HAS_TENANT : 0;
    has |= x->request_messages || x->response_messages || x->first_message_ns || x->last_message_ns
               ? HAS_MESSAGES
               : 0;
    has |= x->deadline_ns ? HAS_DEADLINE : 0;
    has |= x->stream_id ? HAS_STREAM : 0;
    has |= x->grpc_status != -1 ? HAS_GRPC_STATUS : 0;
    has |= x->error_code >= 0 ? HAS_ERROR_CODE : 0;
    has |= x->certainty.fields | x->certainty.known | x->certainty.late_fields |
                   x->certainty.late_known
               ? HAS_CERTAINTY
               : 0;
    has |= x->fingerprint ? HAS_FINGERPRINT : 0;
    has |= x->elsewhere ? HAS_ELSEWHERE : 0;
    has |= x->tls.told ? HAS_TLS : 0;
    for (size_t i = 0; i < TEXTS; i++)
        has |= (uint32_t)(((const char *)x)[texts[i].at] != '\0') << (HAS_TEXTS + i);
    return has;
}

static void put_common(uint8_t **at, const struct exchange *x)
{
    put_raw(at, x->client_address.byte, sizeof x->client_address.byte);
    put_raw(at, x->server_address.byte, sizeof x->server_address.byte);
    put_le16(at, x->client_port);
    put_le16(at, x->server_port);
    put_number(at, x->request_ns);
    put_number(at, x->request_end_ns);
    put_number(at, x->response_ns);
    put_number(at, x->response_end_ns);
    put_number(at, x->end_ns);
    put_number(at, x->request_bytes);
    put_number(at, x->response_bytes);
    put_le32(at, x->notes);
    *(*at)++ = (uint8_t)x->call;
    *(*at)++ = (uint8_t)x->outcome;
}

static void put_numbers(uint8_t **at, const struct exchange *x, uint32_t has)
{
    if (has & HAS_NUMBER)
        put_number(at, x->number);
    if (has & HAS_TENANT)
        put_le32(at, x->tenant);
    if (has & HAS_MESSAGES) {
        put_le32(at, x->request_messages);
        put_le32(at, x->response_messages);
        put_number(at, x->first_message_ns);
        put_number(at, x->last_message_ns);
    }
    if (has & HAS_DEADLINE)
        put_number(at, x->deadline_ns);
    if (has & HAS_STREAM)
        put_le32(at, x->stream_id);
    if (has & HAS_GRPC_STATUS)
        put_le32(at, (uint32_t)x->grpc_status);
    if (has & HAS_ERROR_CODE)
        put_le64(at, (uint64_t)x->error_code);
    if (has & HAS_CERTAINTY) {
        put_le32(at, x->certainty.fields);
        put_le32(at, x->certainty.known);
        put_le32(at, x->certainty.late_fields);
        put_le32(at, x->certainty.late_known);
    }
    if (has & HAS_FINGERPRINT)
        put_le64(at, x->fingerprint);
}

static void put_text(uint8_t **at, const char *text)
{
    size_t len = strlen(text);
    put_le16(at, (uint16_t)len);
    put_raw(at, text, len);
}

/* What `leave_out` has bits of is written as if there were none. */
static void put_exchange(struct writer *w, const struct exchange *x, uint32_t leave_out)
{
    uint32_t has = what_has(x) & ~leave_out;
    size_t from = w->len;
    uint8_t *at = writer_reserve(w, ROOM);
    if (!at)
        return;
    at += 2;
    *at++ = EXCHANGE_VERSION;
    put_le32(&at, has);
    put_common(&at, x);
    put_text(&at, x->protocol);
    put_numbers(&at, x, has);
    for (uint32_t left = has >> HAS_TEXTS; left; left &= left - 1)
        put_text(&at, (const char *)x + texts[__builtin_ctz(left)].at);
    writer_wrote(w, at);
    if (has & HAS_TLS)
        wire_put_tls_facts(w, &x->tls);
    if (w->failed)
        return;
    uint8_t *length = w->at + from;
    put_le16(&length, (uint16_t)(w->len - from - 2));
}

void wire_put_exchange(struct writer *w, const struct exchange *x)
{
    put_exchange(w, x, 0);
}

void wire_put_bare_exchange(struct writer *w, const struct exchange *x)
{
    put_exchange(w, x, HAS_NUMBER | HAS_OPERATION);
}

/* --- reading --- */

static uint16_t get_le16(const uint8_t **at)
{
    uint16_t value;
    memcpy(&value, *at, 2);
    *at += 2;
    return le16toh(value);
}

static uint32_t get_le32(const uint8_t **at)
{
    uint32_t value;
    memcpy(&value, *at, 4);
    *at += 4;
    return le32toh(value);
}

static uint64_t get_le64(const uint8_t **at)
{
    uint64_t value;
    memcpy(&value, *at, 8);
    *at += 8;
    return le64toh(value);
}

static struct address get_address(const uint8_t **at)
{
    struct address a;
    memcpy(a.byte, *at, sizeof a.byte);
    *at += sizeof a.byte;
    return a;
}

static void get_common(struct cursor *c, struct exchange *x)
{
    static const uint8_t none[COMMON_BYTES];
    struct bytes b = cursor_take(c, COMMON_BYTES);
    const uint8_t *at = b.len ? b.at : none;
    x->client_address = get_address(&at);
    x->server_address = get_address(&at);
    x->client_port = get_le16(&at);
    x->server_port = get_le16(&at);
    x->request_ns = get_le64(&at);
    x->request_end_ns = get_le64(&at);
    x->response_ns = get_le64(&at);
    x->response_end_ns = get_le64(&at);
    x->end_ns = get_le64(&at);
    x->request_bytes = get_le64(&at);
    x->response_bytes = get_le64(&at);
    x->notes = get_le32(&at);
    x->call = *at++;
    x->outcome = *at++;
    if ((x->request_ns | x->request_end_ns | x->response_ns | x->response_end_ns | x->end_ns |
         x->request_bytes | x->response_bytes) > INT64_MAX ||
        x->notes >> NOTES || x->call >= CALL_KINDS || x->outcome >= OUTCOMES)
        wire_damage(c);
}

static uint64_t get_number(struct cursor *c, uint64_t most)
{
    uint64_t value = cursor_le64(c);
    if (value <= most)
        return value;
    wire_damage(c);
    return 0;
}

static struct certainty get_certainty(struct cursor *c)
{
    struct certainty known;
    known.fields = cursor_le32(c);
    known.known = cursor_le32(c);
    known.late_fields = cursor_le32(c);
    known.late_known = cursor_le32(c);
    if (known.known > known.fields || known.late_known > known.late_fields)
        wire_damage(c);
    return known;
}

static void get_numbers(struct cursor *c, struct exchange *x, uint32_t has)
{
    bool messages = has & HAS_MESSAGES;
    x->number = has & HAS_NUMBER ? get_number(c, INT64_MAX) : 0;
    x->tenant = has & HAS_TENANT ? cursor_le32(c) : 0;
    x->request_messages = messages ? cursor_le32(c) : 0;
    x->response_messages = messages ? cursor_le32(c) : 0;
    x->first_message_ns = messages ? get_number(c, INT64_MAX) : 0;
    x->last_message_ns = messages ? get_number(c, INT64_MAX) : 0;
    x->deadline_ns = has & HAS_DEADLINE ? get_number(c, INT64_MAX) : 0;
    x->stream_id = has & HAS_STREAM ? cursor_le32(c) : 0;
    x->grpc_status = has & HAS_GRPC_STATUS ? (int32_t)cursor_le32(c) : -1;
    x->error_code = has & HAS_ERROR_CODE ? (int64_t)get_number(c, UINT32_MAX) : -1;
    x->certainty = has & HAS_CERTAINTY ? get_certainty(c) : (struct certainty){0};
    x->fingerprint = has & HAS_FINGERPRINT ? cursor_le64(c) : 0;
    x->elsewhere = has & HAS_ELSEWHERE;
}

static struct protocol {
    char name[PROTOCOL_TEXT_MAX];
    size_t len;
} protocols[PROTOCOLS_MAX];
static size_t protocols_len;

/* The one copy of this name, or NULL if it is none, or there are too many. */
static const char *intern(struct bytes name)
{
    for (size_t i = 0; i < protocols_len; i++)
        if (bytes_equal(name, bytes_of(protocols[i].name, protocols[i].len)))
            return protocols[i].name;
    if (!name.len || name.len >= PROTOCOL_TEXT_MAX || !text_is_clean(name) ||
        protocols_len == PROTOCOLS_MAX)
        return NULL;
    struct protocol *added = &protocols[protocols_len++];
    bytes_to_text(added->name, sizeof added->name, name);
    added->len = name.len;
    return added->name;
}

static void get_protocol(struct cursor *c, struct exchange *x)
{
    struct bytes name = cursor_take(c, cursor_le16(c));
    x->protocol = intern(name);
    if (!x->protocol)
        wire_damage(c);
}

static void get_text(struct cursor *c, char *text, size_t size)
{
    struct bytes b = cursor_take(c, cursor_le16(c));
    if (b.len >= size || !text_is_clean(b)) {
        wire_damage(c);
        b = (struct bytes){0};
    }
    bytes_to_text(text, size, b);
}

static void get_texts(struct cursor *c, struct exchange *x, uint32_t has)
{
    for (size_t i = 0; i < TEXTS; i++) {
        char *text = (char *)x + texts[i].at;
        if (has >> (HAS_TEXTS + i) & 1)
            get_text(c, text, texts[i].size);
        else
            text[0] = '\0';
    }
}

struct bytes wire_next_exchange(struct cursor *c)
{
    struct cursor head = *c;
    uint16_t len = cursor_le16(&head);
    return cursor_take(c, 2 + (size_t)len);
}

bool wire_get_exchange(struct cursor *c, struct exchange *ret)
{
    struct cursor body = cursor_over(bytes_after(wire_next_exchange(c), 2));
    uint8_t version = cursor_u8(&body);
    uint32_t has = cursor_le32(&body);
    get_common(&body, ret);
    get_protocol(&body, ret);
    get_numbers(&body, ret, has);
    get_texts(&body, ret, has);
    ret->tls = has & HAS_TLS ? wire_get_tls_facts(&body) : (struct tls_facts){0};
    if (version != EXCHANGE_VERSION || has >> HAS_TEXTS >> TEXTS || body.starved ||
        cursor_left(&body))
        wire_damage(c);
    return !c->starved;
}
