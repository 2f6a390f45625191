/* hex.h - bytes written as hexadecimal text, with spaces where a reader wants them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Writes the bytes that `hex` spells to `bytes` and returns how many; fails the test if they are
 * more than `size` or no hexadecimal. */
size_t hex_read(const char *hex, uint8_t *bytes, size_t size);
