/* synth.h - for programs that make frames up: big-endian numbers, and what goes to stdout. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static inline void put32(uint8_t *at, uint32_t v)
{
    put16(at, v >> 16);
    put16(at + 2, v & 0xffff);
}

/* Or the program ends. */
static inline void write_all(const void *at, size_t len)
{
    if (fwrite(at, 1, len, stdout) != len)
        exit(1);
}
