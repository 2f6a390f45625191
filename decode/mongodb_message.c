/* mongodb_message.c - see mongodb_message.h. */
#include "decode/mongodb_message.h"

#include <ctype.h>

enum {
    FLAGS_NEEDED = 0xffff & ~(MSG_CHECKSUM | MSG_MORE_TO_COME), /* none is known; bits to reject */
    RESPONSE_TO = 8,                                            /* its place */
    KEY_MAX = 64,
    NAMESPACE_MAX = 256,
    COMPRESSOR_LAST = 3,
};

static bool is_opcode(uint32_t opcode)
{
    return opcode == OP_REPLY || (opcode >= OP_UPDATE && opcode <= OP_KILL_CURSORS) ||
           opcode == OP_COMPRESSED || opcode == OP_MSG;
}

enum mongodb_proof mongodb_head(struct bytes in, struct mongodb_head *ret)
{
    struct cursor c = cursor_over(in);
    *ret = (struct mongodb_head){.size = cursor_le32(&c)};
    if (!c.starved && (ret->size < MONGODB_HEAD + 4 || ret->size > MONGODB_SIZE_MAX))
        return MONGODB_NOT;
    ret->id = cursor_le32(&c);
    ret->response_to = cursor_le32(&c);
    ret->opcode = cursor_le32(&c);
    if (c.starved)
        return MONGODB_SHORT;
    return is_opcode(ret->opcode) ? MONGODB_SURE : MONGODB_NOT;
}

/* A document with a first element that has a name. */
static enum mongodb_proof check_document(struct cursor *c, uint32_t limit)
{
    uint32_t len = cursor_le32(c);
    uint8_t type = cursor_u8(c);
    if (c->starved)
        return MONGODB_SHORT;
    if (len < 5 || len > limit || type > 19 || (!type && len != 5))
        return MONGODB_NOT;
    struct bytes rest = bytes_first(cursor_rest(c), KEY_MAX);
    for (size_t i = 0; type && i < rest.len; i++) {
        if (!rest.at[i])
            return i ? MONGODB_SURE : MONGODB_NOT;
        if (!isgraph(rest.at[i]))
            return MONGODB_NOT;
    }
    return !type ? MONGODB_SURE : rest.len < KEY_MAX ? MONGODB_SHORT : MONGODB_NOT;
}

static enum mongodb_proof check_msg(struct cursor *c, const struct mongodb_head *head)
{
    uint32_t flags = cursor_le32(c);
    uint8_t kind = cursor_u8(c);
    if (c->starved)
        return MONGODB_SHORT;
    if (flags & FLAGS_NEEDED || kind > 1)
        return MONGODB_NOT;
    if (!kind)
        return check_document(c, head->size - MONGODB_MSG_HEAD - 1);
    uint32_t size = cursor_le32(c);
    uint8_t name = cursor_u8(c);
    if (c->starved)
        return MONGODB_SHORT;
    return size < 4 || size > head->size - MONGODB_MSG_HEAD - 1 || !isalpha(name) ? MONGODB_NOT
                                                                                  : MONGODB_SURE;
}

/* "shop.orders" */
static enum mongodb_proof check_namespace(struct cursor *c)
{
    bool dot = false;
    for (size_t i = 0; i < NAMESPACE_MAX; i++) {
        uint8_t byte = cursor_u8(c);
        if (c->starved)
            return MONGODB_SHORT;
        if (!byte)
            return dot ? MONGODB_SURE : MONGODB_NOT;
        if (byte < ' ' || byte == 0x7f)
            return MONGODB_NOT;
        dot = dot || (byte == '.' && i);
    }
    return MONGODB_NOT;
}

static enum mongodb_proof check_compressed(struct cursor *c)
{
    uint32_t opcode = cursor_le32(c), size = cursor_le32(c);
    uint8_t compressor = cursor_u8(c);
    if (c->starved)
        return MONGODB_SHORT;
    bool fits = is_opcode(opcode) && opcode != OP_COMPRESSED && size <= MONGODB_SIZE_MAX;
    return fits && compressor <= COMPRESSOR_LAST ? MONGODB_SURE : MONGODB_NOT;
}

static enum mongodb_proof check_reply(struct cursor *c, const struct mongodb_head *head)
{
    uint32_t flags = cursor_le32(c);
    cursor_skip(c, 12);
    uint32_t documents = cursor_le32(c);
    if (c->starved)
        return MONGODB_SHORT;
    if (flags > 15 || documents > head->size)
        return MONGODB_NOT;
    return documents ? check_document(c, head->size - MONGODB_REPLY_HEAD) : MONGODB_SURE;
}

enum mongodb_proof mongodb_check(struct bytes in, bool answer)
{
    struct mongodb_head head;
    enum mongodb_proof proof = mongodb_head(in, &head);
    struct cursor c = cursor_over(bytes_after(in, MONGODB_HEAD));
    /* What is here of the number of the message that is answered decides for a request at once. */
    struct bytes to = bytes_after(bytes_first(in, MONGODB_HEAD - 4), RESPONSE_TO);
    if (!answer && to.len && memcmp(to.at, "\0\0\0", to.len < 4 ? to.len : 4) != 0)
        return MONGODB_NOT;
    if (proof != MONGODB_SURE)
        return proof;
    if (answer && !head.response_to)
        return MONGODB_NOT;
    switch (head.opcode) {
    case OP_MSG:
        return check_msg(&c, &head);
    case OP_COMPRESSED:
        return check_compressed(&c);
    case OP_REPLY:
        return answer && head.size >= MONGODB_REPLY_HEAD ? check_reply(&c, &head) : MONGODB_NOT;
    case OP_KILL_CURSORS:
        return !answer && head.size == MONGODB_HEAD + 16 ? MONGODB_SURE : MONGODB_NOT;
    default:
        cursor_skip(&c, 4);
        return answer ? MONGODB_NOT : check_namespace(&c);
    }
}
