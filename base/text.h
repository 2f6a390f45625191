/* text.h - text from the wire, made safe once, where it comes in.
 *
 * The canonical form is valid UTF-8 without anything that a terminal, a browser or a person
 * could be deceived by. Each place where text leaves still escapes for its own format. */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"

/* Writes `raw` to `text` in canonical form: bytes that are not UTF-8 (RFC 3629), C0 and C1
 * controls, DEL, bidirectional controls (U+202A-E, U+2066-9) and zero-width characters (U+200B-F,
 * U+2060, U+FEFF) become \xHH for each byte, and a backslash stays a backslash. Cuts at a
 * character's border when `size` is reached; always terminated. Returns false if text was cut. */
bool text_clean(char *text, size_t size, struct bytes raw);

/* Is all of it printable ASCII? Nearly everything is, and so canonical as it is. */
bool text_is_plain(struct bytes text);

/* True if `text` is in canonical form already. */
bool text_is_clean(struct bytes text);

/* Are they the same? Inline, for words that mostly differ in their first letter. */
static inline bool text_equal(const char *a, const char *b)
{
    return a[0] == b[0] && strcmp(a, b) == 0;
}

/* How many bytes have to be added, left out or changed to make one word of the other; for words of
 * less than 64 bytes, else 64. */
unsigned text_distance(const char *a, const char *b);
