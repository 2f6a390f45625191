/* hpack_table.h - the entries of a dynamic table that are kept, newest first, and their text.
 *
 * Which entries there are is decode/hpack_window.h's to decide. Here they are only held: in a ring,
 * with their text in one piece of memory that they slide through. Both grow as needed. */
#pragma once

#include "decode/hpack.h"

struct hpack_entry {
    uint32_t at;      /* of its name, to which its value joins, in bytes of text ever kept */
    uint32_t size;    /* RFC 7541, 4.1; if the name is not known, the least it can be */
    uint32_t unknown; /* number of the entry that its name was taken from and that is not known; 0:
                         none */
    uint16_t name_len, value_len;
    uint8_t word; /* as in struct hpack_field */
    bool name_known, value_known;
};

struct hpack_table {
    uint32_t count; /* of entries */
    uint32_t size;  /* of all of them */

    struct hpack_entry *ring;
    uint32_t room;   /* of the ring; a power of two, or 0 */
    uint32_t oldest; /* where it is in the ring */

    uint8_t *text;
    uint32_t text_room;            /* likewise */
    uint32_t text_begin, text_end; /* what of `text` is in use */
    uint32_t text_gone;            /* bytes of text ever kept that are before `text`, modulo 2^32 */
};

/* Keeps a copy of `entry` as the newest, with the text of the field, as much of it as the entry
 * says; each of the two is at most HPACK_STRING_MAX. Returns false if there is no memory. The text
 * must not be the table's own. */
bool hpack_table_push(struct hpack_table *t, const struct hpack_entry *entry,
                      const struct hpack_field *field);

/* Drops the oldest entry. There must be one. */
void hpack_table_pop(struct hpack_table *t);

void hpack_table_clear(struct hpack_table *t);

/* The entry at this position; 0 is the newest. There must be one. Borrowed until the next push. */
static inline const struct hpack_entry *hpack_table_at(const struct hpack_table *t,
                                                       uint32_t position)
{
    return &t->ring[(t->oldest + t->count - 1 - position) & (t->room - 1)];
}

/* Its name, and the value behind it. Borrowed until the next push. */
static inline const uint8_t *hpack_table_text(const struct hpack_table *t,
                                              const struct hpack_entry *entry)
{
    return t->text + (uint32_t)(entry->at - t->text_gone);
}

void hpack_table_free(struct hpack_table *t);

/* Bytes held, this struct among them. */
size_t hpack_table_memory(const struct hpack_table *t);
