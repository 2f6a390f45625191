/* hex.h - bytes written as hexadecimal text, with spaces where a reader wants them.
 *
 * Lengths of 16 bits need not be counted: LLLL is the length of the braces it stands in, NNNN that
 * of the next braces that open. So "{4500 LLLL ... {9c40 0035 LLLL 0000 616263}}" is a datagram in
 * an IPv4 packet. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Writes the bytes that `hex` spells to `bytes` and returns how many; fails the test if they are
 * more than `size` or no hexadecimal. */
size_t hex_read(const char *hex, uint8_t *bytes, size_t size);
