/* hpack_memo.h - header blocks that were read of late, and what they said.
 *
 * Clients say the same again and again, and so do servers: in the same bytes, as long as their
 * table does not change. To see that a block is one from before costs a tenth of reading it. What
 * it said holds for every direction whose table has come to hold the same in the same way, which
 * `hpack.state` tells, a keyed hash of all that has happened to it; so connections that one program
 * makes by the hundred share what is remembered.
 *
 * Only blocks are kept of which everything is known and that leave the table as it is. A direction
 * in which none comes again is not looked up any more: there is nothing to gain. */
#pragma once

#include "base/hash.h"
#include "decode/hpack.h"

enum {
    MEMO_BYTES_MAX = 152,   /* of a block, and of the values in it that mean something, */
    MEMO_FIELDS_MAX = 8,    /* of which there are no more */
    MEMO_MISSED_MAX = 1024, /* new blocks in a row, after which a direction is given up */
};

struct hpack_memo;

/* What a block said, all of which is known. */
struct hpack_said {
    uint8_t fields;  /* all that it has, */
    uint8_t pseudos; /* those whose names begin with a colon, */
    uint8_t len;     /* and those whose names mean something, in their order: */
    struct {
        uint8_t word;    /* enum http2_word */
        uint8_t at, len; /* of the value, in `text` */
    } field[MEMO_FIELDS_MAX];
    uint8_t text_len;
    uint8_t text[MEMO_BYTES_MAX];
};

/* Empty; NULL if there is no memory. The key is secret (base/hash.h). */
struct hpack_memo *hpack_memo_new(const struct hash_key *key);
void hpack_memo_free(struct hpack_memo *memo); /* NULL is fine */

/* From now on blocks of this direction are remembered, of which none must have been read yet. The
 * memo is kept; NULL: they are not remembered. */
void hpack_memo_attach(struct hpack *h, struct hpack_memo *memo);

/* What this block says, which is as good as read by that; or NULL: it must be read. Borrowed until
 * the next hpack_memo_keep(). */
const struct hpack_said *hpack_memo_find(struct hpack *h, struct bytes block);

/* Keeps what a block said, before which the table was in this state, if it has left it so. */
void hpack_memo_keep(struct hpack *h, uint64_t state, struct bytes block,
                     const struct hpack_said *said);

/* The next field of a block, which is known. Returns false if it is more than can be kept. */
bool hpack_said_add(struct hpack_said *said, const struct hpack_field *field);

/* What happens to a table: it begins (1: as one that was joined), it gets an entry (of this size),
 * or its size is changed by the encoder or by what we have learned (to this). */
enum hpack_event { TABLE_BEGINS = 1, TABLE_GETS, TABLE_RESIZED, TABLE_TAKEN_FOR };
void hpack_memo_note(struct hpack *h, enum hpack_event event, uint64_t number,
                     const struct hpack_field *field);
