/* trace_context.c - see trace_context.h. */
#include "decode/trace_context.h"

#include "decode/exchange.h"

enum { TRACE_LEN = 32, SHORT_TRACE_LEN = 16, SPAN_LEN = 16 };

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Writes an id in lower case, padded with zeros on the left; false if it is none, or all zero. */
static bool id_read(struct bytes id, char *text, size_t len)
{
    bool is_zero = true;
    for (size_t i = 0; i < len; i++) {
        size_t pad = len - id.len;
        int digit = i < pad ? 0 : hex_digit(id.at[i - pad]);
        if (digit < 0)
            return false;
        is_zero = is_zero && digit == 0;
        text[i] = "0123456789abcdef"[digit];
    }
    text[len] = '\0';
    return !is_zero;
}

static bool is_lower_hex(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (hex_digit(b.at[i]) < 0 || (b.at[i] >= 'A' && b.at[i] <= 'F'))
            return false;
    return true;
}

bool trace_context_of_traceparent(struct bytes value, struct trace_context *ret_context)
{
    struct trace_context context = {.parent_id = ""};
    struct cursor c = cursor_over(value);
    struct bytes version = cursor_take(&c, 2);
    uint8_t dash1 = cursor_u8(&c);
    struct bytes trace_id = cursor_take(&c, TRACE_LEN);
    uint8_t dash2 = cursor_u8(&c);
    struct bytes span_id = cursor_take(&c, SPAN_LEN);
    uint8_t dash3 = cursor_u8(&c);
    struct bytes flags = cursor_take(&c, 2);
    if (c.starved || dash1 != '-' || dash2 != '-' || dash3 != '-')
        return false;
    if (!is_lower_hex(version) || !is_lower_hex(trace_id) || !is_lower_hex(span_id) ||
        !is_lower_hex(flags) || bytes_equal_text(version, "ff"))
        return false;
    if (cursor_left(&c) && (bytes_equal_text(version, "00") || cursor_u8(&c) != '-'))
        return false;
    if (!id_read(trace_id, context.trace_id, TRACE_LEN) ||
        !id_read(span_id, context.span_id, SPAN_LEN))
        return false;
    *ret_context = context;
    return true;
}

bool trace_context_of_b3_fields(struct bytes trace_id, struct bytes span_id, struct bytes parent_id,
                                struct trace_context *ret_context)
{
    struct trace_context context = {.span_id = ""};
    if (trace_id.len != TRACE_LEN && trace_id.len != SHORT_TRACE_LEN)
        return false;
    if (!id_read(trace_id, context.trace_id, TRACE_LEN))
        return false;
    if (span_id.len && (span_id.len != SPAN_LEN || !id_read(span_id, context.span_id, SPAN_LEN)))
        return false;
    if (parent_id.len != SPAN_LEN || !id_read(parent_id, context.parent_id, SPAN_LEN))
        context.parent_id[0] = '\0';
    *ret_context = context;
    return true;
}

/* What follows the span id: "-1", "-d-<16 hex>". */
static struct bytes parent_in(struct bytes rest)
{
    const uint8_t *dash = rest.len > 1 ? memchr(rest.at + 1, '-', rest.len - 1) : NULL;
    return dash ? bytes_after(rest, (size_t)(dash - rest.at) + 1) : bytes_of(NULL, 0);
}

bool trace_context_of_b3(struct bytes value, struct trace_context *ret_context)
{
    const uint8_t *dash = value.len ? memchr(value.at, '-', value.len) : NULL;
    if (!dash) /* "0", "1" or "d": a decision about sampling, without a trace */
        return false;
    size_t trace_len = (size_t)(dash - value.at);
    struct bytes rest = bytes_after(value, trace_len + 1);
    if (rest.len < SPAN_LEN || (rest.len > SPAN_LEN && rest.at[SPAN_LEN] != '-'))
        return false;
    return trace_context_of_b3_fields(bytes_first(value, trace_len), bytes_first(rest, SPAN_LEN),
                                      parent_in(bytes_after(rest, SPAN_LEN)), ret_context);
}

void trace_context_note(const struct trace_context *context, struct exchange *x)
{
    memcpy(x->trace_id, context->trace_id, sizeof x->trace_id);
    memcpy(x->span_id, context->span_id, sizeof x->span_id);
    memcpy(x->parent_id, context->parent_id, sizeof x->parent_id);
}
