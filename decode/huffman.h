/* huffman.h - the Huffman code of header compression (RFC 7541, 5.2 and B). */
#pragma once

#include "base/bytes.h"

/* Writes the text to `out`, or the first `room` bytes of it, and its whole length to `ret_len`;
 * that is at most 8/5 of `in.len`. Returns false, with `out` spoilt, if `in` is no text: the code
 * for its end is in it, or what fills up its last byte is not the seven or fewer one-bits it must
 * be. */
bool huffman_decode(struct bytes in, uint8_t *out, size_t room, size_t *ret_len);
