/* pieces.h - the bytes of a packet that comes in pieces, in any order and overlapping; what came
 * first stays. Inside capture/, for defrag.h.
 *
 * Bytes lie in cells of one size out of a pool, each piece in its own; a piece that no snapshot
 * captured has its length only. */
#pragma once

#include "base/bytes.h"

struct piece_pool;

/* Of at most `pieces_max` pieces of at most `cell_bytes` each. NULL when memory is short. */
struct piece_pool *piece_pool_new(uint32_t pieces_max, uint32_t cell_bytes);
void piece_pool_free(struct piece_pool *pool);
uint32_t piece_pool_left(const struct piece_pool *pool);

/* In order, disjoint. Zeroed: none. */
struct pieces {
    uint32_t first, last; /* index in the pool; 0: none */
    uint32_t count;
    uint32_t covered; /* bytes, captured or not */
    uint32_t end;     /* of the last piece */
};

enum pieces_fate {
    PIECES_NEW,        /* all of it had not been there */
    PIECES_OVERLAP,    /* some of it had, and was the same */
    PIECES_CONTRADICT, /* some of it had, and was different: it stays as it was */
    PIECES_FULL,       /* no room in the pool, or more than `count_max` pieces; part may be added */
};

/* Adds `len` bytes at `offset`, of which `captured` were captured. `offset` + `len` is at most
 * UINT16_MAX. */
enum pieces_fate pieces_add(struct piece_pool *pool, struct pieces *p, uint32_t offset,
                            uint32_t len, struct bytes captured, uint32_t count_max);

/* Copies what was captured from offset 0 on, up to the first byte that is not there. */
size_t pieces_copy(const struct piece_pool *pool, const struct pieces *p, uint8_t *to, size_t room);

/* How many bytes from offset 0 on are there, captured or not? */
uint32_t pieces_run(const struct piece_pool *pool, const struct pieces *p);

/* Gives all back to the pool. */
void pieces_release(struct piece_pool *pool, struct pieces *p);
