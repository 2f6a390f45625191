/* hpack_table.c - see hpack_table.h.
 *
 * Text in use is one stretch, in order of entries: new text joins at its end and old text goes at
 * its beginning. At the end of the memory the stretch moves to the front. It moves no further than
 * text has come since it last did, as a rule, so a byte kept costs about a byte moved. */
#include "decode/hpack_table.h"

#include <stdlib.h>

enum { RING_LEAST = 8, TEXT_LEAST = 256 };

static bool grow_ring(struct hpack_table *t)
{
    uint32_t room = t->room ? 2 * t->room : RING_LEAST;
    struct hpack_entry *ring = malloc(room * sizeof *ring);
    if (!ring)
        return false;
    for (uint32_t i = 0; i < t->count; i++)
        ring[i] = t->ring[(t->oldest + i) & (t->room - 1)];
    free(t->ring);
    t->ring = ring;
    t->room = room;
    t->oldest = 0;
    return true;
}

static bool grow_text(struct hpack_table *t, uint32_t needed)
{
    uint32_t room = t->text_room ? t->text_room : TEXT_LEAST;
    while (room < needed)
        room *= 2;
    uint8_t *text = realloc(t->text, room);
    if (!text)
        return false;
    t->text = text;
    t->text_room = room;
    return true;
}

/* Makes room for `len` bytes behind what is in use. */
static bool make_room(struct hpack_table *t, uint32_t len)
{
    if (t->text && len <= t->text_room - t->text_end)
        return true;
    uint32_t used = t->text_end - t->text_begin;
    if (t->text_begin && used)
        memmove(t->text, t->text + t->text_begin, used);
    t->text_gone += t->text_begin;
    t->text_begin = 0;
    t->text_end = used;
    return (t->text && len <= t->text_room - used) || grow_text(t, used + len);
}

static void add_text(struct hpack_table *t, const uint8_t *at, uint32_t len)
{
    if (len)
        memcpy(t->text + t->text_end, at, len);
    t->text_end += len;
}

bool hpack_table_push(struct hpack_table *t, const struct hpack_entry *entry,
                      const struct hpack_field *field)
{
    if (t->count == t->room && !grow_ring(t))
        return false;
    if (!make_room(t, (uint32_t)entry->name_len + entry->value_len))
        return false;
    struct hpack_entry *e = &t->ring[(t->oldest + t->count) & (t->room - 1)];
    *e = *entry;
    e->at = t->text_gone + t->text_end;
    add_text(t, field->name.at, e->name_len);
    add_text(t, field->value.at, e->value_len);
    t->count++;
    t->size += e->size;
    return true;
}

void hpack_table_pop(struct hpack_table *t)
{
    const struct hpack_entry *e = &t->ring[t->oldest];
    t->text_begin += (uint32_t)e->name_len + e->value_len;
    t->size -= e->size;
    t->oldest = (t->oldest + 1) & (t->room - 1);
    t->count--;
}

void hpack_table_clear(struct hpack_table *t)
{
    t->count = t->size = t->oldest = 0;
    t->text_begin = t->text_end = 0;
}

void hpack_table_free(struct hpack_table *t)
{
    if (!t)
        return;
    free(t->ring);
    free(t->text);
    free(t);
}

size_t hpack_table_memory(const struct hpack_table *t)
{
    return sizeof *t + t->room * sizeof *t->ring + t->text_room;
}
