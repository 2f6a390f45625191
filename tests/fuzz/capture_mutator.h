/* capture_mutator.h - changes captures as networks, mirrors and attackers do: frames are lost,
 * repeated, out of order, cut, late; segments are split and their bytes changed, with lengths and
 * sequence numbers that still fit. What comes out is a capture file again. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Changes bytes in place, to a length of at most `max`: libFuzzer's own. */
typedef size_t change_bytes(uint8_t *at, size_t len, size_t max);

/* Of pcap, in this machine's byte order; what is no such file is changed byte by byte. Returns the
 * new size, at most `max`. */
size_t capture_mutate(uint8_t *data, size_t size, size_t max, unsigned seed, change_bytes *change);

/* Frames of two captures, in turns. Returns the size of what is written to `out`. */
size_t capture_cross(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                     size_t max, unsigned seed);
