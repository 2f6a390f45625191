/* hpack.c - see hpack.h: the representations of fields (RFC 7541, 5 and 6).
 *
 * A block is malformed where its cursor starves; what is wrong with a value starves it too. Text is
 * emitted from where it is: the block, the static table, the dynamic table; only what is compressed
 * goes through a buffer on the stack. A field is emitted before it is inserted, so that what the
 * insertion evicts is still there to be shown. */
#include "decode/hpack.h"

#include "decode/hpack_static.h"
#include "decode/hpack_table.h"
#include "decode/hpack_window.h"
#include "decode/huffman.h"

enum { ENTRY_OVERHEAD = 32, LATE_FIELDS_MAX = 256 };

struct buffers {
    uint8_t name[HPACK_STRING_MAX], value[HPACK_STRING_MAX];
};

struct reader {
    struct hpack *h;
    struct cursor in;
    struct buffers *buffers;
    hpack_emit *emit;
    void *ctx;
    uint32_t fields, known;   /* emitted */
    size_t emitted, inserted; /* bytes of text */
};

void hpack_init(struct hpack *h, bool joined)
{
    *h = (struct hpack){0};
    hpack_window_init(h, joined);
}

void hpack_free(struct hpack *h)
{
    hpack_table_free(h->table);
    h->table = NULL;
}

void hpack_forget(struct hpack *h)
{
    hpack_window_forget(h);
}

size_t hpack_memory(const struct hpack *h)
{
    return h->table ? hpack_table_memory(h->table) : 0;
}

/* RFC 7541, 5.1; what needs more than 32 bits is no number. */
static uint32_t read_long_number(struct cursor *in, uint32_t prefix_max)
{
    uint64_t number = prefix_max;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = cursor_u8(in);
        number += (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80) && number <= UINT32_MAX)
            return (uint32_t)number;
    }
    in->starved = true;
    return 0;
}

static inline uint32_t read_number(struct cursor *in, uint8_t first, unsigned prefix_bits)
{
    uint32_t prefix_max = (1U << prefix_bits) - 1;
    uint32_t prefix = first & prefix_max;
    return prefix < prefix_max ? prefix : read_long_number(in, prefix_max);
}

/* RFC 7541, 5.2. Returns the text, or the beginning of it; `ret_len` is its whole length. */
static struct bytes read_text(struct cursor *in, uint8_t *buffer, size_t *ret_len)
{
    uint8_t first = cursor_u8(in);
    struct bytes text = cursor_take(in, read_number(in, first, 7));
    *ret_len = text.len;
    if (first & 0x80) {
        if (!huffman_decode(text, buffer, HPACK_STRING_MAX, ret_len))
            in->starved = true;
        text = bytes_of(buffer, *ret_len);
    }
    return bytes_first(text, HPACK_STRING_MAX);
}

void hpack_count(struct hpack *h, uint32_t fields, uint32_t known)
{
    struct certainty *c = &h->certainty;
    if (fields <= UINT32_MAX - c->fields) {
        c->fields += fields;
        c->known += known;
    }
    c->late_fields += fields;
    c->late_known += known;
    for (; c->late_fields >= LATE_FIELDS_MAX; c->late_fields /= 2)
        c->late_known /= 2;
}

static void emit(struct reader *r, const struct hpack_field *f)
{
    size_t len = f->name.len + f->value.len;
    if (r->fields == HPACK_FIELDS_MAX || len > HPACK_TEXT_MAX - r->emitted) {
        r->h->shortened++;
        return;
    }
    r->fields++;
    r->emitted += len;
    r->h->shortened += f->cut;
    r->known += f->name_known && f->value_known;
    r->emit(r->ctx, f);
}

static bool find(struct hpack *h, uint32_t index, struct hpack_field *ret_field)
{
    if (index > HPACK_STATIC_LAST)
        return hpack_window_find(h, index - HPACK_STATIC_LAST - 1, ret_field);
    if (!index)
        return false;
    const struct hpack_static *entry = &hpack_static[index];
    *ret_field = (struct hpack_field){.name = entry->name,
                                      .value = entry->value,
                                      .word = entry->word,
                                      .name_known = true,
                                      .value_known = true};
    return true;
}

/* RFC 7541, 6.1 */
static bool read_indexed(struct reader *r, uint8_t first)
{
    struct hpack_field f;
    uint32_t index = read_number(&r->in, first, 7);
    if (r->in.starved || !find(r->h, index, &f))
        return false;
    emit(r, &f);
    return true;
}

/* The name of a literal: its own, or that of an entry. `ret_len` is 0 if it is not known. */
static bool read_name(struct reader *r, uint32_t index, struct hpack_field *f, size_t *ret_len)
{
    if (index) {
        if (!find(r->h, index, f))
            return false;
        *ret_len = f->name.len;
        if (f->name_known)
            f->unknown = 0;
        return true;
    }
    *f = (struct hpack_field){0};
    f->name = read_text(&r->in, r->buffers->name, ret_len);
    f->name_known = *ret_len <= HPACK_STRING_MAX;
    f->cut = !f->name_known;
    if (f->name_known)
        f->word = (uint8_t)http2_word_of(f->name);
    return true;
}

/* Blocks in which few bytes insert much text cost no more than the limit allows. */
static bool insert(struct reader *r, struct hpack_field *f, uint64_t size)
{
    size_t len = f->name.len + f->value.len;
    if (len > HPACK_TEXT_MAX - r->inserted)
        *f = (struct hpack_field){0};
    else
        r->inserted += len;
    bool inserted = hpack_window_insert(r->h, f, size);
    r->h->shortened += !inserted; /* memory is short: the rest of the block is not read */
    return inserted;
}

/* The insertion may move the table's text, and evict where the name was taken from. */
static void copy_name(struct reader *r, struct hpack_field *f)
{
    if (f->name.len)
        memcpy(r->buffers->name, f->name.at, f->name.len);
    f->name.at = r->buffers->name;
}

/* RFC 7541, 6.2 */
static bool read_literal(struct reader *r, uint8_t first, unsigned prefix_bits, bool inserted)
{
    struct hpack_field f;
    size_t name_len, value_len;
    uint32_t index = read_number(&r->in, first, prefix_bits);
    if (!read_name(r, index, &f, &name_len))
        return false;
    f.value = read_text(&r->in, r->buffers->value, &value_len);
    f.value_known = value_len <= HPACK_STRING_MAX;
    f.cut = f.cut || !f.value_known;
    if (r->in.starved)
        return false;
    emit(r, &f);
    if (inserted && index > HPACK_STATIC_LAST)
        copy_name(r, &f);
    return !inserted || insert(r, &f, (uint64_t)ENTRY_OVERHEAD + name_len + value_len);
}

/* RFC 7541, 6.3: only before the first field (4.2). */
static void read_sizes(struct reader *r)
{
    while (cursor_left(&r->in) && (*r->in.at & 0xe0) == 0x20) {
        uint8_t first = cursor_u8(&r->in);
        uint32_t size = read_number(&r->in, first, 5);
        if (!r->in.starved)
            hpack_window_resize(r->h, size);
    }
}

static bool read_field(struct reader *r)
{
    uint8_t first = cursor_u8(&r->in);
    if (first & 0x80)
        return read_indexed(r, first);
    if (first & 0x40)
        return read_literal(r, first, 6, true);
    if (first & 0x20)
        return false;
    return read_literal(r, first, 4, false);
}

bool hpack_read(struct hpack *h, struct bytes block, hpack_emit *emit_field, void *ctx)
{
    struct buffers buffers;
    struct reader r = {
        .h = h, .in = cursor_over(block), .buffers = &buffers, .emit = emit_field, .ctx = ctx};
    uint32_t size_before = h->size_max;
    read_sizes(&r);
    bool fine = !r.in.starved;
    while (fine && cursor_left(&r.in))
        fine = read_field(&r);
    if (!fine) {
        h->size_max = size_before;
        hpack_window_forget(h);
        return false;
    }
    hpack_count(h, r.fields, r.known);
    return true;
}
