/* clickhouse_block.h - blocks of ClickHouse's native protocol: columns one after the other, none of
 * which says how long it is. Where each ends follows from its type and the number of rows; of a
 * type that is not known here it does not (AggregateFunction, Variant, JSON, what is written
 * sparsely).
 *
 * Compressed, a block is one or more frames with a length in front. */
#pragma once

#include "decode/decoder.h"

enum {
    CLICKHOUSE_STEPS_MAX = 32, /* of a column */
    CLICKHOUSE_DEPTH_MAX = 6,  /* of arrays in arrays */
};

enum clickhouse_stage { CLICKHOUSE_HEAD, CLICKHOUSE_COLUMN, CLICKHOUSE_VALUES, CLICKHOUSE_ENDED };

struct clickhouse_step {
    uint8_t kind;  /* enum step_kind */
    uint8_t depth; /* whose number of rows counts */
    uint32_t width;
};

struct clickhouse_block {
    enum clickhouse_stage stage;
    bool unknown; /* where it ends is not known */
    uint64_t revision;
    uint64_t columns; /* still to come */
    uint64_t rows;
    struct clickhouse_step steps[CLICKHOUSE_STEPS_MAX]; /* what the column's type makes of it */
    uint64_t counts[CLICKHOUSE_DEPTH_MAX + 1];
    uint8_t steps_len, step;
    uint8_t index_width; /* of a LowCardinality */
    bool begun;          /* the step is; */
    uint64_t left;       /* so many texts of it are still to come */
};

/* Begins a block, which follows the name of its table. */
void clickhouse_block_begin(struct clickhouse_block *b, uint64_t revision);

/* Reads on: the length of what has been read, which may exceed what is here; DECODE_MORE;
 * DECODE_LOST: it makes no sense, or `unknown`. Nothing is to be read once it has ENDED. */
int64_t clickhouse_block_read(struct clickhouse_block *b, struct bytes in);

struct clickhouse_frame {
    uint64_t len;  /* all of it */
    uint32_t size; /* of what is in it */
};

enum {
    CLICKHOUSE_FRAME_HEAD = 25,
    CLICKHOUSE_FRAME_FULL = 1 << 20, /* bytes of a frame that another may follow */
    CLICKHOUSE_FRAME_EMPTY = 16,     /* and of one that holds a block without columns, at most */
};

/* A checksum, a method and two lengths, of which the checksum is not looked at. */
enum guess clickhouse_frame(struct bytes in, struct clickhouse_frame *ret);
