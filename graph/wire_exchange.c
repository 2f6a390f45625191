/* wire_exchange.c - exchanges as bytes; see wire.h. */
#include "graph/wire.h"
#include "graph/wire_field.h"
#include "graph/wire_secured.h"

enum {
    EXCHANGE_VERSION = 4,
    PROTOCOLS_MAX = 128, /* of one process; there are as many as there are decoders */
};

static struct protocol {
    char name[PROTOCOL_TEXT_MAX];
} protocols[PROTOCOLS_MAX];
static size_t protocols_len;

/* The one copy of this name, or NULL if there are too many. */
static const char *intern(const char *name)
{
    for (size_t i = 0; i < protocols_len; i++)
        if (strcmp(protocols[i].name, name) == 0)
            return protocols[i].name;
    if (!name[0] || protocols_len == PROTOCOLS_MAX)
        return NULL;
    struct protocol *added = &protocols[protocols_len++];
    bytes_to_text(added->name, sizeof added->name, bytes_of_text(name));
    return added->name;
}

/* 32 bits (RFC 9113, 7), or none. */
static void put_error_code(struct writer *w, int64_t code)
{
    writer_varint(w, code < 0 ? 0 : (uint64_t)code + 1);
}

static int64_t get_error_code(struct cursor *c)
{
    return (int64_t)wire_get_within(c, (uint64_t)UINT32_MAX + 1) - 1;
}

static void put_texts(struct writer *w, const struct exchange *x, const char *operation)
{
    writer_text(w, x->method);
    writer_text(w, x->status);
    writer_text(w, x->host);
    writer_text(w, x->path);
    writer_text(w, operation);
    writer_text(w, x->trace_id);
    writer_text(w, x->span_id);
    writer_text(w, x->parent_id);
    writer_text(w, x->request_id);
    writer_text(w, x->forwarded_for);
    writer_text(w, x->asked);
    writer_text(w, x->message);
}

static void put_exchange(struct writer *w, const struct exchange *x, uint64_t number,
                         const char *operation)
{
    writer_u8(w, EXCHANGE_VERSION);
    writer_text(w, x->protocol);
    wire_put_number(w, number);
    wire_put_address(w, &x->client_address);
    wire_put_address(w, &x->server_address);
    writer_varint(w, x->client_port);
    writer_varint(w, x->server_port);
    writer_varint(w, x->tenant);
    wire_put_number(w, x->request_ns);
    wire_put_number(w, x->request_end_ns);
    wire_put_number(w, x->response_ns);
    wire_put_number(w, x->response_end_ns);
    wire_put_number(w, x->end_ns);
    wire_put_number(w, x->request_bytes);
    wire_put_number(w, x->response_bytes);
    writer_varint(w, x->request_messages);
    writer_varint(w, x->response_messages);
    wire_put_number(w, x->first_message_ns);
    wire_put_number(w, x->last_message_ns);
    wire_put_number(w, x->deadline_ns);
    writer_varint(w, x->stream_id);
    writer_le32(w, (uint32_t)x->grpc_status);
    put_error_code(w, x->error_code);
    writer_varint(w, x->call);
    wire_put_certainty(w, &x->certainty);
    writer_le64(w, x->fingerprint);
    writer_varint(w, x->notes);
    writer_varint(w, x->outcome);
    writer_varint(w, x->elsewhere);
    put_texts(w, x, operation);
    wire_put_tls_facts(w, &x->tls);
}

void wire_put_exchange(struct writer *w, const struct exchange *x)
{
    put_exchange(w, x, x->number, x->operation);
}

void wire_put_bare_exchange(struct writer *w, const struct exchange *x)
{
    put_exchange(w, x, 0, "");
}

static void get_protocol(struct cursor *c, struct exchange *x)
{
    char name[PROTOCOL_TEXT_MAX];
    wire_get_text(c, name, sizeof name);
    x->protocol = c->starved ? NULL : intern(name);
    if (!x->protocol)
        wire_damage(c);
}

static void get_texts(struct cursor *c, struct exchange *x)
{
    wire_get_text(c, x->method, sizeof x->method);
    wire_get_text(c, x->status, sizeof x->status);
    wire_get_text(c, x->host, sizeof x->host);
    wire_get_text(c, x->path, sizeof x->path);
    wire_get_text(c, x->operation, sizeof x->operation);
    wire_get_text(c, x->trace_id, sizeof x->trace_id);
    wire_get_text(c, x->span_id, sizeof x->span_id);
    wire_get_text(c, x->parent_id, sizeof x->parent_id);
    wire_get_text(c, x->request_id, sizeof x->request_id);
    wire_get_text(c, x->forwarded_for, sizeof x->forwarded_for);
    wire_get_text(c, x->asked, sizeof x->asked);
    wire_get_text(c, x->message, sizeof x->message);
}

bool wire_get_exchange(struct cursor *c, struct exchange *ret)
{
    struct exchange *x = ret;
    *x = (struct exchange){0};
    if (cursor_u8(c) != EXCHANGE_VERSION)
        wire_damage(c);
    get_protocol(c, x);
    x->number = wire_get_number(c);
    x->client_address = wire_get_address(c);
    x->server_address = wire_get_address(c);
    x->client_port = (uint16_t)wire_get_within(c, UINT16_MAX);
    x->server_port = (uint16_t)wire_get_within(c, UINT16_MAX);
    x->tenant = (uint32_t)wire_get_within(c, UINT32_MAX);
    x->request_ns = wire_get_number(c);
    x->request_end_ns = wire_get_number(c);
    x->response_ns = wire_get_number(c);
    x->response_end_ns = wire_get_number(c);
    x->end_ns = wire_get_number(c);
    x->request_bytes = wire_get_number(c);
    x->response_bytes = wire_get_number(c);
    x->request_messages = (uint32_t)wire_get_within(c, UINT32_MAX);
    x->response_messages = (uint32_t)wire_get_within(c, UINT32_MAX);
    x->first_message_ns = wire_get_number(c);
    x->last_message_ns = wire_get_number(c);
    x->deadline_ns = wire_get_number(c);
    x->stream_id = (uint32_t)wire_get_within(c, UINT32_MAX);
    x->grpc_status = (int32_t)cursor_le32(c);
    x->error_code = get_error_code(c);
    x->call = (enum call_kind)wire_get_within(c, CALL_KINDS - 1);
    x->certainty = wire_get_certainty(c);
    x->fingerprint = cursor_le64(c);
    x->notes = (uint32_t)wire_get_within(c, (1U << NOTES) - 1);
    x->outcome = (enum outcome)wire_get_within(c, OUTCOMES - 1);
    x->elsewhere = wire_get_within(c, 1);
    get_texts(c, x);
    x->tls = wire_get_tls_facts(c);
    return !c->starved;
}
