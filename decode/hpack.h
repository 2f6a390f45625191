/* hpack.h - header compression of HTTP/2 (RFC 7541), also when joined late: one direction of one
 * connection, seen from beside it.
 *
 * Indices of the dynamic table count from its newest entry (RFC 7541, 2.3.3), so that whatever was
 * inserted since we joined is found exactly, whatever lies behind it. An entry from before is a
 * placeholder: it has a number that stays the same for as long as the table does, and no text. A
 * placeholder is inserted like any other entry (a literal whose name is one keeps its known value).
 * While joined late no eviction is modelled, for an encoder does not refer to what it evicted; that
 * ends once the encoder has said how large its table is and what we know fills it.
 *
 * What cannot be read, or was lost, leaves the table in doubt: then it is forgotten and a new epoch
 * begins, as if joined at that moment. Carrying on would show wrong text; nothing here ever does.
 */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"
#include "decode/http2_word.h"

enum {
    HPACK_TABLE_MAX = 64 * 1024, /* size of the entries kept (RFC 7541, 4.1), however many the
                                    encoder may refer to; older ones become placeholders. As
                                    long as it has not said how many, as few as HTTP/2 begins
                                    with, and more if it refers to one of the older */
    HPACK_POSITIONS_MAX = 64 * 1024 / 32, /* an index past these is no reference to an entry */
    HPACK_FIELDS_MAX = 1024,              /* of one block; the others are read but not emitted */
    HPACK_TEXT_MAX = 256 * 1024,          /* of all names and values emitted of one block, and of
                                             those inserted; the others become placeholders */
    HPACK_STRING_MAX = 16 * 1024, /* of one decoded; longer: emitted cut, marked, and kept as
                                     a placeholder */
};

struct hpack_field {
    struct bytes name, value; /* borrowed for the call; empty if not known */
    uint8_t word;             /* the name, as enum http2_word, if it is known */
    bool name_known, value_known;
    bool cut;         /* the value, or a name, was longer than HPACK_STRING_MAX and is not all here;
                         a cut text counts as not known */
    uint32_t unknown; /* number of the entry that is not known, from 1, never used again on this
                         side of the connection (but the last, 2^32 - 1); 0 if all is known, or what
                         is not is no entry but a text that is cut. If the value is known, it is
                         that of the entry that the name was taken from */
};

struct hpack_table;
struct hpack_memo;

struct hpack {
    struct hpack_table *table;  /* NULL until there is an entry */
    struct certainty certainty; /* of blocks that were read whole; behind one that takes the late
                                   fields to 256 both late counts are halved until they are fewer */
    uint32_t epoch;             /* how often the table has been forgotten */
    uint32_t size_max;          /* of the table, as the encoder last said (RFC 7541, 6.3) */
    uint64_t inserted;          /* entries since the epoch began */
    uint64_t shortened;         /* fields not emitted, or emitted cut, because of a limit above */
    bool joined;                /* there may be entries from before */
    bool size_known;            /* the encoder has said `size_max` in this epoch */
    uint16_t missed;            /* blocks in a row that hpack_memo_find() has not found */

    /* For decode/hpack_window.c. */
    uint64_t numbers;        /* the last one given */
    uint64_t numbers_before; /* likewise, before the epoch began */
    uint32_t behind;         /* at most as many entries are behind those that are kept */
    uint32_t size_kept;      /* of entries, at most, as long as `size_max` is a guess */

    /* For decode/hpack_memo.c. */
    struct hpack_memo *memo; /* NULL: nothing is */
    uint64_t state;          /* what has happened to the table */
};

/* A zeroed struct may be freed. `joined`: the connection began before; else the table is empty and
 * of the size that HTTP/2 begins with, 4,096 (RFC 9113, 6.5.2). */
void hpack_init(struct hpack *h, bool joined);
void hpack_free(struct hpack *h);

/* Something was lost: a new epoch begins. */
void hpack_forget(struct hpack *h);

/* Called for each field, in order. It must not call back into `h`. */
typedef void hpack_emit(void *ctx, const struct hpack_field *field);

/* Reads one whole header block (RFC 7541, 3). Returns false if it is none, after which what was
 * emitted of it must not be believed; the table has been forgotten. Time and memory are bounded by
 * the block's length and the limits above. */
bool hpack_read(struct hpack *h, struct bytes block, hpack_emit *emit, void *ctx);

/* A block was met all of whose fields are known without reading it: counts them. */
void hpack_count(struct hpack *h, uint32_t fields, uint32_t known);

/* Bytes of memory held beside the struct itself. */
size_t hpack_memory(const struct hpack *h);
