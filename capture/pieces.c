/* pieces.c - see pieces.h. */
#include "capture/pieces.h"

#include <assert.h>
#include <stdlib.h>

struct piece {
    uint32_t next; /* index; 0: none */
    uint16_t offset, len;
    bool captured; /* its bytes lie in the cell; at most a cell of them */
};

struct piece_pool {
    uint32_t pieces_max, cell_bytes;
    uint32_t made; /* pieces ever used: indices 1 to `made` */
    uint32_t free; /* first of those given back */
    uint32_t left;
    struct piece *piece; /* owned; by index */
    uint8_t *cell;       /* owned; likewise. Pages that are not touched cost nothing */
};

struct piece_pool *piece_pool_new(uint32_t pieces_max, uint32_t cell_bytes)
{
    struct piece_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    *pool = (struct piece_pool){
        .pieces_max = pieces_max,
        .cell_bytes = cell_bytes,
        .left = pieces_max,
        .piece = calloc(pieces_max + 1U, sizeof *pool->piece),
        .cell = calloc(pieces_max + 1U, cell_bytes),
    };
    if (pool->piece && pool->cell)
        return pool;
    piece_pool_free(pool);
    return NULL;
}

void piece_pool_free(struct piece_pool *pool)
{
    if (!pool)
        return;
    free(pool->piece);
    free(pool->cell);
    free(pool);
}

uint32_t piece_pool_left(const struct piece_pool *pool)
{
    return pool->left;
}

static uint8_t *cell_of(const struct piece_pool *pool, uint32_t index)
{
    return pool->cell + (size_t)index * pool->cell_bytes;
}

static uint32_t end_of(const struct piece *piece)
{
    return (uint32_t)piece->offset + piece->len;
}

/* An unused piece; 0 if there is none. */
static uint32_t take(struct piece_pool *pool)
{
    if (!pool->left)
        return 0;
    pool->left--;
    uint32_t index = pool->free;
    if (index)
        pool->free = pool->piece[index].next;
    else
        index = ++pool->made;
    return index;
}

/* Puts one piece behind that with index `before`; 0: at the front. */
static bool insert(struct piece_pool *pool, struct pieces *p, uint32_t *before,
                   const struct piece *piece, const uint8_t *bytes)
{
    uint32_t index = take(pool);
    if (!index)
        return false;
    uint32_t *link = *before ? &pool->piece[*before].next : &p->first;
    pool->piece[index] = *piece;
    pool->piece[index].next = *link;
    *link = index;
    if (piece->captured)
        memcpy(cell_of(pool, index), bytes, piece->len);
    if (*before == p->last) {
        p->last = index;
        p->end = end_of(piece);
    }
    p->count++;
    p->covered += piece->len;
    *before = index;
    return true;
}

/* What is to be added. */
struct addition {
    uint32_t offset, end;
    struct bytes captured;
    uint32_t count_max;
};

/* Fills the gap from `at` to `end` behind the piece `before`. */
static bool fill(struct piece_pool *pool, struct pieces *p, const struct addition *a,
                 uint32_t *before, uint32_t at, uint32_t end)
{
    while (at < end) {
        struct bytes bytes = bytes_first(bytes_after(a->captured, at - a->offset), end - at);
        bytes = bytes_first(bytes, pool->cell_bytes);
        uint32_t len = bytes.len ? (uint32_t)bytes.len : end - at;
        struct piece piece = {
            .offset = (uint16_t)at, .len = (uint16_t)len, .captured = bytes.len != 0};
        if (p->count >= a->count_max || !insert(pool, p, before, &piece, bytes.at))
            return false;
        at += len;
    }
    return true;
}

/* Is what lies in the piece and in the addition the same, as far as both were captured? */
static bool agrees(const struct piece_pool *pool, uint32_t index, const struct addition *a)
{
    const struct piece *piece = &pool->piece[index];
    uint32_t from = piece->offset > a->offset ? piece->offset : a->offset;
    uint32_t to = end_of(piece) < a->end ? end_of(piece) : a->end;
    struct bytes more = bytes_first(bytes_after(a->captured, from - a->offset), to - from);
    return !piece->captured || !more.len ||
           memcmp(cell_of(pool, index) + (from - piece->offset), more.at, more.len) == 0;
}

enum pieces_fate pieces_add(struct piece_pool *pool, struct pieces *p, uint32_t offset,
                            uint32_t len, struct bytes captured, uint32_t count_max)
{
    struct addition a = {offset, offset + len, bytes_first(captured, len), count_max};
    enum pieces_fate fate = PIECES_NEW;
    uint32_t at = offset, before = 0, index = p->first;
    assert(offset + len <= UINT16_MAX);
    if (p->last && offset >= p->end) { /* in order, as they mostly come */
        before = p->last;
        index = 0;
    }
    while (at < a.end) {
        while (index && end_of(&pool->piece[index]) <= at) {
            before = index;
            index = pool->piece[index].next;
        }
        uint32_t next = index ? pool->piece[index].offset : a.end;
        if (next > at && !fill(pool, p, &a, &before, at, next < a.end ? next : a.end))
            return PIECES_FULL;
        if (!index || next >= a.end)
            return fate;
        if (!agrees(pool, index, &a))
            fate = PIECES_CONTRADICT;
        else if (fate == PIECES_NEW)
            fate = PIECES_OVERLAP;
        at = end_of(&pool->piece[index]);
    }
    return fate;
}

size_t pieces_copy(const struct piece_pool *pool, const struct pieces *p, uint8_t *to, size_t room)
{
    size_t len = 0;
    for (uint32_t index = p->first; index; index = pool->piece[index].next) {
        const struct piece *piece = &pool->piece[index];
        if (piece->offset != len || !piece->captured || piece->len > room - len)
            break;
        memcpy(to + len, cell_of(pool, index), piece->len);
        len += piece->len;
    }
    return len;
}

uint32_t pieces_run(const struct piece_pool *pool, const struct pieces *p)
{
    uint32_t len = 0;
    for (uint32_t index = p->first; index && pool->piece[index].offset == len;
         index = pool->piece[index].next)
        len += pool->piece[index].len;
    return len;
}

void pieces_release(struct piece_pool *pool, struct pieces *p)
{
    if (p->last) {
        pool->piece[p->last].next = pool->free;
        pool->free = p->first;
        pool->left += p->count;
    }
    *p = (struct pieces){0};
}
