/* hpack_window.c - see hpack_window.h.
 *
 * The encoder's table is, newest first, what we keep and at most `behind` more. If its size is
 * known, what is left of that size bounds `behind`, and when nothing more fits the table is known
 * whole: we have not joined late any longer.
 *
 * Mistakes are all to one side. Entries whose name is not known count as smaller than they are, and
 * an entry too large for a table of unknown size is inserted, though it may have emptied it: then
 * we keep what the encoder has evicted, but to that it does not refer. */
#include "decode/hpack_window.h"

#include <assert.h>
#include <stdlib.h>

#include "decode/hpack_memo.h"
#include "decode/hpack_table.h"

enum { SIZE_AT_FIRST = 4096, ENTRY_LEAST = 32 };

static uint32_t count_of(const struct hpack *h)
{
    return h->table ? h->table->count : 0;
}

static uint32_t size_of(const struct hpack *h)
{
    return h->table ? h->table->size : 0;
}

/* The size of entries to keep. An encoder that has not said how large its table is mostly never
 * will, because it is as large as HTTP/2 begins with. */
static uint32_t size_kept(const struct hpack *h)
{
    uint32_t size = h->size_known ? h->size_max : h->size_kept;
    return size < HPACK_TABLE_MAX ? size : HPACK_TABLE_MAX;
}

static void bound_behind(struct hpack *h)
{
    uint32_t fit = HPACK_POSITIONS_MAX;
    if (h->size_known && (h->size_max - size_of(h)) / ENTRY_LEAST < fit)
        fit = (h->size_max - size_of(h)) / ENTRY_LEAST;
    if (h->behind > fit)
        h->behind = fit;
    if (!h->behind)
        h->joined = false;
}

static void empty(struct hpack *h)
{
    if (h->table)
        hpack_table_clear(h->table);
    h->behind = 0;
    h->joined = false;
}

void hpack_window_init(struct hpack *h, bool joined)
{
    h->size_max = h->size_kept = SIZE_AT_FIRST;
    h->size_known = !joined;
    h->joined = joined;
    h->behind = joined ? HPACK_POSITIONS_MAX : 0;
}

void hpack_window_forget(struct hpack *h)
{
    empty(h);
    h->epoch++;
    h->inserted = 0;
    h->numbers_before = h->numbers;
    h->size_known = false;
    h->joined = true;
    h->behind = HPACK_POSITIONS_MAX;
    h->size_kept = h->size_max > SIZE_AT_FIRST ? h->size_max : SIZE_AT_FIRST;
    h->state = 0;
    hpack_memo_note(h, TABLE_BEGINS, true, NULL);
    hpack_memo_note(h, TABLE_RESIZED, h->size_max, NULL);
}

/* Entries from before the epoch have the first numbers, the newest of them 1; then come those
 * inserted since. So a number follows from where the entry is, and need not be kept. */
static uint32_t number_at(struct hpack *h, uint32_t position)
{
    uint64_t number = h->numbers_before + 1;
    if (position >= h->inserted)
        number += position - h->inserted;
    else
        number += HPACK_POSITIONS_MAX + h->inserted - 1 - position;
    if (number > UINT32_MAX)
        number = UINT32_MAX;
    if (number > h->numbers)
        h->numbers = number;
    return (uint32_t)number;
}

/* An entry that is not kept. If it was inserted since the epoch began, the table is larger than we
 * took it for. */
static bool find_behind(struct hpack *h, uint32_t position, struct hpack_field *ret_field)
{
    if (position >= HPACK_POSITIONS_MAX || position - count_of(h) >= h->behind)
        return false;
    if (position < h->inserted && h->size_kept < HPACK_TABLE_MAX) {
        h->size_kept *= 2;
        hpack_memo_note(h, TABLE_TAKEN_FOR, h->size_kept, NULL);
    }
    *ret_field = (struct hpack_field){.unknown = number_at(h, position)};
    return true;
}

bool hpack_window_find(struct hpack *h, uint32_t position, struct hpack_field *ret_field)
{
    const struct hpack_table *t = h->table;
    if (!t || position >= t->count)
        return find_behind(h, position, ret_field);
    const struct hpack_entry *e = hpack_table_at(t, position);
    const uint8_t *text = hpack_table_text(t, e);
    *ret_field = (struct hpack_field){
        .name = bytes_of(text, e->name_len),
        .value = bytes_of(text + e->name_len, e->value_len),
        .word = e->word,
        .name_known = e->name_known,
        .value_known = e->value_known,
        .unknown = e->unknown,
    };
    if (!(e->name_known && e->value_known) && !e->unknown)
        ret_field->unknown = number_at(h, position);
    return true;
}

/* Only what is known is kept; of a text that is cut, nothing. */
static bool keep(struct hpack *h, const struct hpack_field *f, uint32_t size)
{
    if (!h->table)
        h->table = calloc(1, sizeof *h->table);
    if (!h->table)
        return false;
    struct hpack_entry e = {
        .size = size,
        .word = f->name_known ? f->word : WORD_OTHER,
        .name_known = f->name_known,
        .value_known = f->value_known,
        .name_len = f->name_known ? (uint16_t)f->name.len : 0,
        .value_len = f->value_known ? (uint16_t)f->value.len : 0,
        .unknown = f->value_known ? f->unknown : 0,
    };
    assert(e.name_len <= HPACK_STRING_MAX && e.value_len <= HPACK_STRING_MAX);
    return hpack_table_push(h->table, &e, f);
}

/* The encoder evicts its oldest entries until they have no more than this size. If these are ours,
 * none is behind them. */
static void evict(struct hpack *h, uint64_t size)
{
    while (size_of(h) > size) {
        hpack_table_pop(h->table);
        h->behind = 0;
    }
}

/* Likewise we, but those entries stay where they are in the encoder's table. */
static void let_go(struct hpack *h, uint64_t size)
{
    while (size_of(h) > size) {
        hpack_table_pop(h->table);
        h->behind++;
    }
}

bool hpack_window_insert(struct hpack *h, const struct hpack_field *field, uint64_t size)
{
    hpack_memo_note(h, TABLE_GETS, size, field);
    if (h->size_known && size > h->size_max) {
        empty(h);
        return true;
    }
    if (h->size_known)
        evict(h, h->size_max - size);
    uint32_t kept_max = size_kept(h);
    bool fits = size <= kept_max;
    let_go(h, fits ? kept_max - size : 0);
    if (fits && !keep(h, field, (uint32_t)size))
        return false;
    if (!fits)
        h->behind++;
    h->inserted++;
    bound_behind(h);
    return true;
}

void hpack_window_resize(struct hpack *h, uint32_t size_max)
{
    hpack_memo_note(h, TABLE_RESIZED, size_max, NULL);
    h->size_max = size_max;
    h->size_known = true;
    evict(h, size_max);
    bound_behind(h);
}
