/* thrift_message.c - see thrift_message.h. */
#include "decode/thrift_message.h"

#include <ctype.h>

enum {
    BINARY = 0x80,
    BINARY_VERSION = 0x01,
    COMPACT = 0x82,
    COMPACT_VERSION = 1,
    THEADER = 0x0fff,
};

/* Does a message of this type come from that side? */
static bool comes_from(unsigned type, bool answer)
{
    bool answers = type == THRIFT_REPLY || type == THRIFT_EXCEPTION;
    return type >= THRIFT_CALL && type <= THRIFT_ONEWAY && answers == answer;
}

static bool is_name(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum(name.at[i]) && name.at[i] != '_' && name.at[i] != '.' && name.at[i] != ':')
            return false;
    return true;
}

/* Takes as much of the name as is here. */
static enum thrift_proof take_name(struct cursor *c, uint64_t len, struct bytes *ret)
{
    size_t here = cursor_left(c);
    if (c->starved)
        return THRIFT_SHORT;
    if (!len || len > THRIFT_NAME_MAX)
        return THRIFT_NOT;
    *ret = cursor_take(c, len < here ? len : here);
    if (!is_name(*ret))
        return THRIFT_NOT;
    return ret->len == len ? THRIFT_YES : THRIFT_SHORT;
}

static enum thrift_proof read_binary(struct cursor *c, bool answer, struct thrift_head *ret)
{
    if (cursor_left(c) > 1 && c->at[1] != BINARY_VERSION)
        return THRIFT_NOT;
    cursor_skip(c, 3);
    uint8_t type = cursor_u8(c);
    uint32_t len = cursor_be32(c);
    if (!c->starved && !comes_from(type, answer))
        return THRIFT_NOT;
    ret->type = type;
    enum thrift_proof proof = take_name(c, len, &ret->name);
    ret->sequence = cursor_be32(c);
    return proof == THRIFT_YES && c->starved ? THRIFT_SHORT : proof;
}

static enum thrift_proof read_compact(struct cursor *c, bool answer, struct thrift_head *ret)
{
    cursor_skip(c, 1);
    uint8_t kind = cursor_u8(c);
    ret->type = kind >> 5;
    ret->compact = true;
    if (!c->starved && ((kind & 0x1f) != COMPACT_VERSION || !comes_from(ret->type, answer)))
        return THRIFT_NOT;
    ret->sequence = (uint32_t)cursor_varint(c);
    return take_name(c, cursor_varint(c), &ret->name);
}

static enum thrift_proof read_theader(struct cursor *c, struct thrift_head *ret)
{
    cursor_skip(c, 2);
    uint16_t flags = cursor_be16(c);
    cursor_skip(c, 4);
    uint32_t words = cursor_be16(c);
    uint8_t protocol = cursor_u8(c);
    ret->theader = true;
    if (c->starved)
        return THRIFT_SHORT;
    return flags || !words || 14 + words * 4 > ret->whole || (protocol && protocol != 2)
               ? THRIFT_NOT
               : THRIFT_YES;
}

enum thrift_proof thrift_head(struct bytes in, bool answer, struct thrift_head *ret)
{
    struct cursor c = cursor_over(in);
    enum thrift_proof proof;
    *ret = (struct thrift_head){0};
    if (!in.len)
        return THRIFT_SHORT;
    if (in.at[0] == BINARY) {
        proof = read_binary(&c, answer, ret);
        ret->len = (uint32_t)(c.starved ? 0 : c.at - in.at);
        return proof;
    }
    uint32_t size = cursor_be32(&c);
    if (in.at[0] > THRIFT_FRAME_MAX >> 24 || (!c.starved && (size > THRIFT_FRAME_MAX || size < 6)))
        return THRIFT_NOT;
    if (!cursor_left(&c))
        return THRIFT_SHORT;
    ret->framed = true;
    ret->whole = size + THRIFT_FRAME_HEAD;
    uint8_t first = c.at[0];
    proof = first == BINARY    ? read_binary(&c, answer, ret)
            : first == COMPACT ? read_compact(&c, answer, ret)
            : first == THEADER >> 8 && (cursor_left(&c) < 2 || c.at[1] == 0xff)
                ? read_theader(&c, ret)
                : THRIFT_NOT;
    ret->len = (uint32_t)(c.starved ? 0 : c.at - in.at);
    return proof == THRIFT_YES && ret->len > ret->whole ? THRIFT_NOT : proof;
}

/* --- results --- */

static int64_t unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* The head of a field: its type, and its number, which compact ones count from the one before.
 * Type 0 ends them. */
static uint8_t take_field(struct cursor *c, bool compact, int64_t *id)
{
    uint8_t first = cursor_u8(c);
    if (!first || c->starved)
        return 0;
    if (!compact) {
        *id = cursor_be16(c);
        return first;
    }
    *id = first >> 4 ? *id + (first >> 4) : unzigzag(cursor_varint(c));
    return first & 15;
}

enum thrift_result thrift_result(struct bytes result, bool compact)
{
    struct cursor c = cursor_over(result);
    int64_t id = 0;
    uint8_t type = take_field(&c, compact, &id);
    if (c.starved)
        return THRIFT_UNSEEN;
    return type && id ? THRIFT_DECLARED : THRIFT_VALUE;
}

int64_t thrift_exception(struct bytes exception, bool compact)
{
    enum { TEXT = 11, NUMBER = 8, COMPACT_TEXT = 8, COMPACT_NUMBER = 5, KIND = 2 };
    struct cursor c = cursor_over(exception);
    int64_t id = 0;
    for (;;) {
        uint8_t type = take_field(&c, compact, &id);
        bool text = type == (compact ? COMPACT_TEXT : TEXT);
        bool number = type == (compact ? COMPACT_NUMBER : NUMBER);
        if (c.starved || (!text && !number))
            return -1;
        if (text)
            cursor_skip(&c, compact ? cursor_varint(&c) : cursor_be32(&c));
        int64_t value = !number   ? 0
                        : compact ? unzigzag(cursor_varint(&c))
                                  : (int64_t)cursor_be32(&c);
        if (number && id == KIND)
            return c.starved ? -1 : value;
    }
}

const char *thrift_exception_name(int64_t kind, enum outcome *ret_outcome)
{
    static const struct {
        const char *name;
        enum outcome outcome;
    } kinds[] = {
        {"UNKNOWN", OUTCOME_SERVER_ERROR},
        {"UNKNOWN_METHOD", OUTCOME_CLIENT_ERROR},
        {"INVALID_MESSAGE_TYPE", OUTCOME_CLIENT_ERROR},
        {"WRONG_METHOD_NAME", OUTCOME_CLIENT_ERROR},
        {"BAD_SEQUENCE_ID", OUTCOME_CLIENT_ERROR},
        {"MISSING_RESULT", OUTCOME_SERVER_ERROR},
        {"INTERNAL_ERROR", OUTCOME_SERVER_ERROR},
        {"PROTOCOL_ERROR", OUTCOME_CLIENT_ERROR},
        {"INVALID_TRANSFORM", OUTCOME_CLIENT_ERROR},
        {"INVALID_PROTOCOL", OUTCOME_CLIENT_ERROR},
        {"UNSUPPORTED_CLIENT_TYPE", OUTCOME_CLIENT_ERROR},
        {"LOADSHEDDING", OUTCOME_SERVER_ERROR},
        {"TIMEOUT", OUTCOME_TIMEOUT},
    };
    if (kind < 0 || kind >= (int64_t)(sizeof kinds / sizeof *kinds))
        return NULL;
    *ret_outcome = kinds[kind].outcome;
    return kinds[kind].name;
}
