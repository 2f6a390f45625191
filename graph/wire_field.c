/* wire_field.c - see wire_field.h. */
#include "graph/wire_field.h"

#include <stdlib.h>

#include "base/text.h"

void wire_damage(struct cursor *c)
{
    c->starved = true;
}

void wire_put_number(struct writer *w, uint64_t value)
{
    writer_varint(w, value < INT64_MAX ? value : INT64_MAX);
}

uint64_t wire_get_number(struct cursor *c)
{
    return wire_get_within(c, INT64_MAX);
}

uint64_t wire_get_within(struct cursor *c, uint64_t most)
{
    uint64_t value = cursor_varint(c);
    if (value <= most)
        return value;
    wire_damage(c);
    return 0;
}

void wire_put_address(struct writer *w, const struct address *a)
{
    writer_bytes(w, a->byte, sizeof a->byte);
}

struct address wire_get_address(struct cursor *c)
{
    struct address a = {0};
    struct bytes b = cursor_take(c, sizeof a.byte);
    if (b.len)
        memcpy(a.byte, b.at, sizeof a.byte);
    return a;
}

void wire_put_certainty(struct writer *w, const struct certainty *known)
{
    writer_varint(w, known->fields);
    writer_varint(w, known->known);
    writer_varint(w, known->late_fields);
    writer_varint(w, known->late_known);
}

struct certainty wire_get_certainty(struct cursor *c)
{
    struct certainty known = {0};
    known.fields = (uint32_t)wire_get_within(c, UINT32_MAX);
    known.known = (uint32_t)wire_get_within(c, known.fields);
    known.late_fields = (uint32_t)wire_get_within(c, UINT32_MAX);
    known.late_known = (uint32_t)wire_get_within(c, known.late_fields);
    return known;
}

void wire_put_fingerprint(struct writer *w, const struct fingerprint *f)
{
    bool is_none = fingerprint_is_none(f);
    writer_u8(w, !is_none);
    if (!is_none)
        writer_bytes(w, f->byte, sizeof f->byte);
}

struct fingerprint wire_get_fingerprint(struct cursor *c)
{
    struct fingerprint f = {{0}};
    if (!wire_get_within(c, true))
        return f;
    struct bytes b = cursor_take(c, sizeof f.byte);
    if (b.len)
        memcpy(f.byte, b.at, sizeof f.byte);
    return f;
}

void *wire_get_rows(struct cursor *c, uint64_t most, size_t bytes_min, size_t size,
                    uint32_t *ret_len)
{
    uint64_t len = wire_get_within(c, most);
    *ret_len = 0;
    if (len > cursor_left(c) / bytes_min)
        wire_damage(c);
    if (!len || c->starved)
        return NULL;
    void *rows = calloc(len, size);
    if (rows)
        *ret_len = (uint32_t)len;
    else
        wire_damage(c);
    return rows;
}

void wire_get_text(struct cursor *c, char *text, size_t size)
{
    struct bytes b = cursor_take(c, wire_get_within(c, size - 1));
    if (!text_is_clean(b))
        wire_damage(c);
    bytes_to_text(text, size, c->starved ? bytes_of(NULL, 0) : b);
}
