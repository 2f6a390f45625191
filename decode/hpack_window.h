/* hpack_window.h - the dynamic table as seen from beside the connection: which entries an encoder
 * may refer to, and what is known of them (RFC 7541, 2.3.2 and 4).
 *
 * Known entries are the newest ones, in one row. Behind them may lie older ones: from before we
 * joined, or let go because HPACK_TABLE_MAX is reached. Only how many there can be is kept of
 * those; they have numbers but no memory. */
#pragma once

#include "decode/hpack.h"

/* Begins with an empty table, or with one of which nothing is known. */
void hpack_window_init(struct hpack *h, bool joined);

/* Nothing is known of the table any more: a new epoch begins. */
void hpack_window_forget(struct hpack *h);

/* The entry at this position; 0 is the newest. Returns false if there can be none. What is not
 * known of it is empty and has a number. Text is borrowed until the next entry. */
bool hpack_window_find(struct hpack *h, uint32_t position, struct hpack_field *ret_field);

/* The encoder inserts this field. `size` is that of the entry (RFC 7541, 4.1), or the least it can
 * be if the name is not known. Text must not be the table's own. Returns false if there is no
 * memory. */
bool hpack_window_insert(struct hpack *h, const struct hpack_field *field, uint64_t size);

/* The encoder changes the size of the table (RFC 7541, 6.3). */
void hpack_window_resize(struct hpack *h, uint32_t size_max);
