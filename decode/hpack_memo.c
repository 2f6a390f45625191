/* hpack_memo.c - see hpack_memo.h.
 *
 * The block itself is kept behind the values in it, so that one is mostly two lines of the
 * processor's cache. Places are pairs, so that two blocks which are asked for in turn do not drive
 * each other out. A block is compared as a whole; only the state of its table is known by its hash,
 * which nobody outside can make collide. */
#include "decode/hpack_memo.h"

#include <stdlib.h>

enum { PAIRS_BITS = 11 };

struct remembered {
    uint64_t state;
    uint8_t len;            /* of the block; 0: the place is free */
    struct hpack_said said; /* behind its text comes the block */
};

struct pair {
    struct remembered one[2];
    unsigned latest; /* which was found or kept last */
};

struct hpack_memo {
    struct hash_key key;
    struct pair pair[1 << PAIRS_BITS];
};

struct hpack_memo *hpack_memo_new(const struct hash_key *key)
{
    struct hpack_memo *memo = calloc(1, sizeof *memo);
    if (memo)
        memo->key = *key;
    return memo;
}

void hpack_memo_free(struct hpack_memo *memo)
{
    free(memo);
}

/* Each event is hashed behind all before it: their hash is part of the key. */
static uint64_t hash_behind(const struct hpack *h, const void *at, size_t len)
{
    struct hash_key key = h->memo->key;
    key.word[0] ^= h->state;
    return hash_bytes(&key, at, len);
}

void hpack_memo_note(struct hpack *h, enum hpack_event event, uint64_t number,
                     const struct hpack_field *field)
{
    if (!h->memo)
        return;
    uint64_t about[4] = {event, number};
    if (field) {
        about[2] = field->name.len << 1 | field->name_known;
        about[3] = field->value.len << 1 | field->value_known;
    }
    h->state = hash_behind(h, about, sizeof about);
    if (!field)
        return;
    h->state = hash_behind(h, field->name.at, field->name.len);
    h->state = hash_behind(h, field->value.at, field->value.len);
}

void hpack_memo_attach(struct hpack *h, struct hpack_memo *memo)
{
    h->memo = memo;
    h->state = 0;
    h->missed = 0;
    hpack_memo_note(h, TABLE_BEGINS, h->joined, NULL);
}

/* Whose blocks share a place does not matter: the one that came before is read again. A product
 * depends on all bits only in its topmost. */
static struct pair *place_of(struct hpack_memo *memo, uint64_t state, struct bytes block)
{
    uint64_t mixed = state + block.len, word;
    size_t at = 0;
    for (; block.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, block.at + at, sizeof word);
        mixed = (mixed ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        mixed ^= mixed >> 32;
    }
    for (word = 0; at < block.len; at++)
        word = word << 8 | block.at[at];
    mixed = (mixed ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return &memo->pair[mixed >> (64 - PAIRS_BITS)];
}

static bool is_this(const struct remembered *r, uint64_t state, struct bytes block)
{
    return r->state == state && r->len == block.len &&
           !memcmp(r->said.text + r->said.text_len, block.at, block.len);
}

static void miss(struct hpack *h)
{
    if (++h->missed == MEMO_MISSED_MAX)
        h->memo = NULL;
}

const struct hpack_said *hpack_memo_find(struct hpack *h, struct bytes block)
{
    if (!h->memo)
        return NULL;
    if (block.len && block.len <= MEMO_BYTES_MAX) {
        struct pair *p = place_of(h->memo, h->state, block);
        bool other = !is_this(&p->one[p->latest], h->state, block);
        p->latest ^= other;
        const struct remembered *r = &p->one[p->latest];
        if (!other || is_this(r, h->state, block)) {
            h->missed = 0;
            hpack_count(h, r->said.fields, r->said.fields);
            return &r->said;
        }
    }
    miss(h);
    return NULL;
}

/* The place of the pair that hpack_memo_find() has looked at last is the older one. */
void hpack_memo_keep(struct hpack *h, uint64_t state, struct bytes block,
                     const struct hpack_said *said)
{
    if (!h->memo || h->state != state || !block.len ||
        block.len > MEMO_BYTES_MAX - (size_t)said->text_len)
        return;
    struct pair *p = place_of(h->memo, state, block);
    struct remembered *r = &p->one[p->latest];
    r->state = state;
    r->len = (uint8_t)block.len;
    memcpy(&r->said, said, offsetof(struct hpack_said, text) + said->text_len);
    memcpy(r->said.text + said->text_len, block.at, block.len);
}

bool hpack_said_add(struct hpack_said *said, const struct hpack_field *field)
{
    if (said->fields == UINT8_MAX)
        return false;
    said->fields++;
    if (field->name.len && field->name.at[0] == ':')
        said->pseudos++;
    if (field->word == WORD_OTHER)
        return true;
    size_t len = field->value.len, room = MEMO_BYTES_MAX - (size_t)said->text_len;
    if (said->len == MEMO_FIELDS_MAX || len > room)
        return false;
    if (len)
        memcpy(said->text + said->text_len, field->value.at, len);
    said->field[said->len].word = field->word;
    said->field[said->len].at = said->text_len;
    said->field[said->len].len = (uint8_t)len;
    said->text_len = (uint8_t)(said->text_len + len);
    said->len++;
    return true;
}
