/* wire_field.h - the fields that messages of wire.h are made of.
 *
 * Reading is sticky like the cursor: a field that is damaged starves it, and the caller asks once,
 * at the end. */
#pragma once

#include "base/bytes.h"
#include "base/writer.h"
#include "decode/exchange.h"

/* A number that fits the database's signed 64 bits; a greater one is cut when written. */
void wire_put_number(struct writer *w, uint64_t value);
uint64_t wire_get_number(struct cursor *c);

/* A number of at most `most`. */
uint64_t wire_get_within(struct cursor *c, uint64_t most);

void wire_put_address(struct writer *w, const struct address *a);
struct address wire_get_address(struct cursor *c);

/* Nobody knows more than there is. */
void wire_put_certainty(struct writer *w, const struct certainty *known);
struct certainty wire_get_certainty(struct cursor *c);

/* Written with writer_text(); in canonical form (base/text.h), and short enough for `size`. */
void wire_get_text(struct cursor *c, char *text, size_t size);

void wire_put_fingerprint(struct writer *w, const struct fingerprint *f);
struct fingerprint wire_get_fingerprint(struct cursor *c);

/* Reads a count of rows, at most `most` and none of them shorter than `bytes_min`, and makes zeroed
 * rows of `size` for it: given to the caller. NULL, with *ret_len 0, if there are none. */
void *wire_get_rows(struct cursor *c, uint64_t most, size_t bytes_min, size_t size,
                    uint32_t *ret_len);

/* What was read makes no sense. */
void wire_damage(struct cursor *c);
