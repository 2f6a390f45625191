/* grpc.c - see grpc.h: the values of fields, and what they say of an exchange. */
#include "decode/grpc.h"

#include <stdio.h>
#include <strings.h>

enum {
    STATUSES = 17,
};

const char *grpc_status_name(int32_t status)
{
    static const char *const names[STATUSES] = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    };
    return status >= 0 && status < STATUSES ? names[status] : NULL;
}

/* A number that has no name is taken for UNKNOWN, as clients must. */
enum outcome grpc_outcome(int32_t status)
{
    switch (status) {
    case 0:
        return OUTCOME_OK;
    case 1:
        return OUTCOME_CANCELLED;
    case 4:
        return OUTCOME_TIMEOUT;
    case 2:
    case 12:
    case 13:
    case 14:
    case 15:
        return OUTCOME_SERVER_ERROR;
    default:
        return grpc_status_name(status) ? OUTCOME_CLIENT_ERROR : OUTCOME_SERVER_ERROR;
    }
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool grpc_read_status(struct bytes value, int32_t *ret_status)
{
    int64_t status = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (!is_digit(value.at[i]))
            return false;
        status = status * 10 + (value.at[i] - '0');
        if (status > INT32_MAX)
            return false;
    }
    if (!value.len)
        return false;
    *ret_status = (int32_t)status;
    return true;
}

static uint64_t unit_ns(uint8_t unit)
{
    switch (unit) {
    case 'H':
        return UINT64_C(3600000000000);
    case 'M':
        return UINT64_C(60000000000);
    case 'S':
        return 1000000000;
    case 'm':
        return 1000000;
    case 'u':
        return 1000;
    case 'n':
        return 1;
    default:
        return 0;
    }
}

/* Timeout of PROTOCOL-HTTP2: at most eight digits, and a unit. */
uint64_t grpc_read_timeout(struct bytes value)
{
    enum { DIGITS_MAX = 8 };
    uint64_t count = 0;
    size_t digits = 0;
    while (digits < value.len && digits < DIGITS_MAX && is_digit(value.at[digits]))
        count = count * 10 + (uint64_t)(value.at[digits++] - '0');
    if (!digits || value.len != digits + 1)
        return 0;
    uint64_t unit = unit_ns(value.at[digits]);
    return unit && count > INT64_MAX / unit ? INT64_MAX : count * unit;
}

/* Takes `word`, in any case, off the front. */
static bool take_word(struct bytes *b, const char *word)
{
    size_t len = strlen(word);
    if (b->len < len || strncasecmp((const char *)b->at, word, len) != 0)
        return false;
    *b = bytes_after(*b, len);
    return true;
}

enum grpc_form grpc_form_of(struct bytes content_type)
{
    enum { AT_GRPC = 12 };
    enum grpc_form form = GRPC_PLAIN;
    if (content_type.len <= AT_GRPC || (content_type.at[AT_GRPC] | 0x20) != 'g')
        return GRPC_NO; /* nearly always */
    if (!take_word(&content_type, "application/grpc"))
        return GRPC_NO;
    if (take_word(&content_type, "-web")) {
        form = GRPC_WEB;
        if (take_word(&content_type, "-text")) {
            form = GRPC_WEB_TEXT;
            take_word(&content_type, "-base64");
        }
    }
    uint8_t next = content_type.len ? content_type.at[0] : ' ';
    return next == '+' || next == ';' || next == ' ' || next == '\t' ? form : GRPC_NO;
}

void grpc_note_call(struct exchange *x)
{
    x->protocol = "grpc";
    if (x->call == CALL_NONE)
        x->call = CALL_UNARY;
    if (x->operation[0])
        return;
    struct bytes path = bytes_of_text(x->path);
    exchange_text(x, x->operation, sizeof x->operation, bytes_after(path, x->path[0] == '/'));
}

void grpc_note_status(struct exchange *x, int32_t status)
{
    const char *name = grpc_status_name(status);
    x->grpc_status = status;
    x->outcome = grpc_outcome(status);
    if (name)
        bytes_to_text(x->status, sizeof x->status, bytes_of_text(name));
    else
        snprintf(x->status, sizeof x->status, "%d", (int)status);
}

static int hex_value(uint8_t c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%XX" at the front stands for, or -1. */
static int escaped(struct bytes b)
{
    if (b.len < 3 || b.at[0] != '%')
        return -1;
    int high = hex_value(b.at[1]), low = hex_value(b.at[2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* What is no escape stands for itself: a message must be shown even if it is not encoded right. */
void grpc_note_message(struct exchange *x, struct bytes value)
{
    uint8_t decoded[sizeof x->message + 1]; /* room to see that it does not fit */
    size_t len = 0;
    while (value.len && len < sizeof decoded) {
        int byte = escaped(value);
        decoded[len++] = byte < 0 ? value.at[0] : (uint8_t)byte;
        value = bytes_after(value, byte < 0 ? 1 : 3);
    }
    exchange_text(x, x->message, sizeof x->message, bytes_of(decoded, len));
}

static enum call_kind kind_of(const struct exchange *x)
{
    if (x->request_messages > 1)
        return x->response_messages > 1 ? CALL_BIDI_STREAMING : CALL_CLIENT_STREAMING;
    return x->response_messages > 1 ? CALL_SERVER_STREAMING : CALL_UNARY;
}

static void note_begun(struct exchange *x, enum dir dir, uint64_t now_ns)
{
    uint32_t *count = dir == TO_SERVER ? &x->request_messages : &x->response_messages;
    *count += *count < UINT32_MAX;
    if (dir == TO_CLIENT && !x->first_message_ns)
        x->first_message_ns = now_ns;
    if (x->last_message_ns < now_ns)
        x->last_message_ns = now_ns;
    x->call = kind_of(x);
}

void grpc_note_read(struct exchange *x, enum dir dir, const struct grpc_body *b,
                    const struct grpc_read *read, uint64_t now_ns)
{
    if (read->message)
        note_begun(x, dir, now_ns);
    if (b->compressed)
        x->notes |= NOTE_COMPRESSED;
    if (dir == TO_SERVER)
        return;
    if (read->status_read && x->grpc_status < 0)
        grpc_note_status(x, read->status);
    if (read->text.len && !x->message[0]) {
        grpc_note_message(x, read->text);
        x->notes |= read->text_cut ? NOTE_TRUNCATED : 0;
    }
}
