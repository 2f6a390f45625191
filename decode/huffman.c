/* huffman.c - see huffman.h.
 *
 * The code is canonical: shorter codes are smaller numbers, and codes of one length follow each
 * other as their symbols do. So it is one list of symbols and a row for each length, and the first
 * five bits tell the length of the common ones. Text is mostly of these, so a table tells of each
 * 11 bits which one or two symbols they begin with; each thread makes one when it first needs it.
 */
#include "decode/huffman.h"

#include <endian.h>

/* In the order of their codes. */
static const uint8_t symbols[256] = {
    /* 5 bits */
    '0', '1', '2', 'a', 'c', 'e', 'i', 'o', 's', 't',
    /* 6 */
    ' ', '%', '-', '.', '/', '3', '4', '5', '6', '7', '8', '9', '=', 'A', '_', 'b', 'd', 'f', 'g',
    'h', 'l', 'm', 'n', 'p', 'r', 'u',
    /* 7 */
    ':', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S',
    'T', 'U', 'V', 'W', 'Y', 'j', 'k', 'q', 'v', 'w', 'x', 'y', 'z',
    /* 8 */
    '&', '*', ',', ';', 'X', 'Z',
    /* 10 to 15 */
    '!', '"', '(', ')', '?', '\'', '+', '|', '#', '>', 0, '$', '@', '[', ']', '~', '^', '}', '<',
    '`', '{',
    /* 19 to 21 */
    '\\', 195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161, 167, 172, 176, 177, 179, 209,
    216, 217, 227, 229, 230,
    /* 22 */
    129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187,
    189, 190, 196, 198, 228, 232, 233,
    /* 23 */
    1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168,
    174, 175, 180, 182, 183, 188, 191, 197, 231, 239,
    /* 24 to 26 */
    9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237, 199, 207, 234, 235, 192, 193, 200,
    201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255,
    /* 27 */
    203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254,
    /* 28 */
    2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    127, 220, 249,
    /* 30, the last of which is the end */
    10, 13, 22};

/* Codes of one length: `last` is the largest, filled up with ones to 32 bits; `base` is what the
 * place of a symbol exceeds its code by, modulo 2^32. */
struct row {
    uint32_t last, base;
    unsigned bits;
};

enum { ROW_SHORT_LAST = 3, ROWS = 21, END_OF_TEXT = 256 };

#define ROW(bits, first, last, place)                                                              \
    {                                                                                              \
        (((last) + 1ULL) << (32 - (bits))) - 1, (place) - (uint32_t)(first), bits                  \
    }

static const struct row rows[ROWS] = {
    ROW(5, 0x0, 0x9, 0),
    ROW(6, 0x14, 0x2d, 10),
    ROW(7, 0x5c, 0x7b, 36),
    ROW(8, 0xf8, 0xfd, 68),
    ROW(10, 0x3f8, 0x3fc, 74),
    ROW(11, 0x7fa, 0x7fc, 79),
    ROW(12, 0xffa, 0xffb, 82),
    ROW(13, 0x1ff8, 0x1ffd, 84),
    ROW(14, 0x3ffc, 0x3ffd, 90),
    ROW(15, 0x7ffc, 0x7ffe, 92),
    ROW(19, 0x7fff0, 0x7fff2, 95),
    ROW(20, 0xfffe6, 0xfffed, 98),
    ROW(21, 0x1fffdc, 0x1fffe8, 106),
    ROW(22, 0x3fffd2, 0x3fffeb, 119),
    ROW(23, 0x7fffd8, 0x7ffff4, 145),
    ROW(24, 0xffffea, 0xfffff5, 174),
    ROW(25, 0x1ffffec, 0x1ffffef, 186),
    ROW(26, 0x3ffffe0, 0x3ffffee, 190),
    ROW(27, 0x7ffffde, 0x7fffff0, 205),
    ROW(28, 0xfffffe2, 0xffffffe, 224),
    ROW(30, 0x3ffffffc, 0x3fffffff, 253),
};

/* By the first five bits. */
static const uint8_t row_of[32] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1,
                                   1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3};

/* What the next bits begin with, if it is no code longer than they are. */
struct pair {
    uint8_t symbols[2];
    uint8_t count; /* of symbols; 0: a longer code */
    uint8_t bits;  /* of both */
};

enum { PAIR_BITS = 11, STEPS = 5 /* of pairs, from a window of 56 bits */, CODE_BITS_MAX = 30 };

static _Thread_local struct pair pairs[1 << PAIR_BITS];

/* What has not been decoded yet. */
struct bits {
    uint64_t window; /* the next ones, from the top; behind `left` only what follows them, or 0 */
    unsigned left;   /* in the window */
    const uint8_t *at, *end; /* not in the window yet */
};

/* `window`: the next 32 bits. */
static const struct row *find_row(uint32_t window)
{
    const struct row *row = &rows[row_of[window >> 27]];
    while (window > row->last)
        row++;
    return row;
}

static uint32_t place_of(uint32_t window, const struct row *row)
{
    return (window >> (32 - row->bits)) + row->base;
}

static struct pair make_pair(uint32_t window)
{
    struct pair p = {0};
    while (p.count < 2) {
        const struct row *row = find_row(window);
        if (p.bits + row->bits > PAIR_BITS)
            break;
        p.symbols[p.count++] = symbols[place_of(window, row)];
        p.bits = (uint8_t)(p.bits + row->bits);
        window <<= row->bits;
    }
    return p;
}

static void make_pairs(void)
{
    for (uint32_t i = 0; i < 1 << PAIR_BITS; i++)
        pairs[i] = make_pair(i << (32 - PAIR_BITS));
}

static inline uint64_t load32(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return be32toh(word);
}

/* The next eight octets from the top, or all of them and zeros behind; loads may overlap. */
static inline uint64_t load(const uint8_t *at, size_t len)
{
    if (len >= 8)
        return load32(at) << 32 | load32(at + 4);
    if (len >= 4)
        return load32(at) << 32 | load32(at + len - 4) << (64 - 8 * len);
    if (!len)
        return 0;
    size_t middle = len / 2;
    return (uint64_t)at[0] << 56 | (uint64_t)at[middle] << (56 - 8 * middle) |
           (uint64_t)at[len - 1] << (64 - 8 * len);
}

/* After this there are at least 56 bits, or all that are left. */
static inline void refill(struct bits *b)
{
    size_t len = (size_t)(b->end - b->at), fit = (63 - b->left) / 8;
    if (!len)
        return; /* of an empty string, `at` is NULL */
    b->window |= load(b->at, len) >> b->left;
    if (fit > len)
        fit = len;
    b->at += fit;
    b->left += 8 * (unsigned)fit;
}

static inline void skip(struct bits *b, unsigned bits)
{
    b->window <<= bits;
    b->left -= bits;
}

static inline const struct pair *next_pair(const struct bits *b)
{
    return &pairs[b->window >> (64 - PAIR_BITS)];
}

static inline size_t take_pair(struct bits *b, const struct pair *p, uint8_t *out)
{
    memcpy(out, p->symbols, 2);
    skip(b, p->bits);
    return p->count;
}

/* Takes pairs: several at a time as long as bits and room are plenty, then those that are certainly
 * there. What begins with a longer code is an empty pair and takes nothing. Returns how many
 * symbols. */
static inline size_t take_pairs(struct bits *b, uint8_t *out, size_t room)
{
    size_t len = 0, before = SIZE_MAX;
    while (b->left >= STEPS * PAIR_BITS && room - len >= STEPS * 2 && len != before) {
        before = len;
        for (int i = 0; i < STEPS; i++)
            len += take_pair(b, next_pair(b), out + len);
        refill(b);
    }
    const struct pair *p = next_pair(b);
    for (; p->count && p->bits <= b->left && room - len >= 2; p = next_pair(b))
        len += take_pair(b, p, out + len);
    return len;
}

bool huffman_decode(struct bytes in, uint8_t *out, size_t room, size_t *ret_len)
{
    *ret_len = 0;
    if (!in.len)
        return true;
    struct bits b = {.at = in.at, .end = in.at + in.len};
    size_t len = 0;
    if (!pairs[0].count)
        make_pairs();
    for (;;) {
        refill(&b);
        if (len < room)
            len += take_pairs(&b, out + len, room - len);
        if (b.left < CODE_BITS_MAX && b.at < b.end)
            continue;
        uint32_t window = (uint32_t)(b.window >> 32);
        const struct row *row = find_row(window);
        if (row->bits > b.left)
            break;
        uint32_t place = place_of(window, row);
        if (place == END_OF_TEXT)
            return false;
        if (len < room)
            out[len] = symbols[place];
        len++;
        skip(&b, row->bits);
    }
    *ret_len = len;
    return b.left < 8 && b.window == ~(UINT64_MAX >> b.left);
}
