/* bson.c - see bson.h. */
#include "decode/bson.h"

enum { LENGTH = 4, REGEX_MAX = 1024, NUMBER_MAX = 1 << 30 };

enum bson_step bson_begin(struct bson_walk *w, struct bytes in, uint32_t limit)
{
    struct cursor c = cursor_over(bytes_first(in, limit));
    uint32_t len = cursor_le32(&c);
    if (c.starved)
        return in.len >= limit ? BSON_WRONG : BSON_MORE;
    if (len < BSON_LEAST || len > limit)
        return BSON_WRONG;
    *w = (struct bson_walk){.depth = 1};
    w->left[0] = len - LENGTH;
    return BSON_ELEMENT;
}

/* What a value takes up, if its type says so; -1: its own first bytes do. */
static int fixed_size(uint8_t type)
{
    switch (type) {
    case BSON_DOUBLE:
    case 9:  /* a date */
    case 17: /* a timestamp */
    case BSON_INT64:
        return 8;
    case 6:   /* undefined */
    case 10:  /* null */
    case 127: /* the greatest key */
    case 255: /* the least */
        return 0;
    case 7: /* an object's id */
        return 12;
    case BSON_BOOL:
        return 1;
    case BSON_INT32:
        return 4;
    case 19: /* a decimal */
        return 16;
    default:
        return -1;
    }
}

/* Two texts, each up to its end. */
static enum bson_step regex_size(struct bytes in, uint64_t *ret_size)
{
    struct bytes rest = bytes_first(in, REGEX_MAX);
    for (int i = 0; i < 2; i++) {
        const uint8_t *end = rest.len ? memchr(rest.at, '\0', rest.len) : NULL;
        if (!end)
            return in.len >= REGEX_MAX ? BSON_WRONG : BSON_MORE;
        *ret_size += (uint64_t)(end - rest.at) + 1;
        rest = bytes_after(rest, (size_t)(end - rest.at) + 1);
    }
    return BSON_ELEMENT;
}

static enum bson_step value_size(uint8_t type, struct bytes in, uint64_t *ret_size)
{
    int fixed = fixed_size(type);
    struct cursor c = cursor_over(in);
    *ret_size = fixed > 0 ? (uint64_t)fixed : 0;
    if (fixed >= 0)
        return BSON_ELEMENT;
    if (type == 11)
        return regex_size(in, ret_size);
    uint64_t len = cursor_le32(&c);
    switch (type) {
    case BSON_DOCUMENT:
    case BSON_ARRAY:
    case 15: /* code with its scope */
        *ret_size = len;
        break;
    case BSON_STRING:
    case 13: /* code */
    case 14: /* a symbol */
        *ret_size = LENGTH + len;
        break;
    case 5: /* bytes, and of what kind */
        *ret_size = LENGTH + 1 + len;
        break;
    case 12: /* a pointer */
        *ret_size = LENGTH + len + 12;
        break;
    default:
        return BSON_WRONG;
    }
    bool document = type == BSON_DOCUMENT || type == BSON_ARRAY || type == 15;
    if (c.starved)
        return BSON_MORE;
    return document && len < BSON_LEAST ? BSON_WRONG : BSON_ELEMENT;
}

/* More can only be awaited if the document goes on behind what is there. */
static enum bson_step more(struct bytes in, uint32_t left)
{
    return in.len >= left ? BSON_WRONG : BSON_MORE;
}

enum bson_step bson_next(const struct bson_walk *w, struct bytes in, struct bson_element *ret)
{
    uint32_t left = w->depth ? w->left[w->depth - 1] : 0;
    struct bytes seen = bytes_first(in, left);
    *ret = (struct bson_element){0};
    if (!left)
        return BSON_WRONG;
    if (!seen.len)
        return BSON_MORE;
    ret->type = seen.at[0];
    if (!ret->type)
        return left == 1 ? BSON_ENDED : BSON_WRONG;
    struct bytes name = bytes_first(bytes_after(seen, 1), BSON_NAME_MAX);
    const uint8_t *end = name.len ? memchr(name.at, '\0', name.len) : NULL;
    if (!end)
        return name.len == BSON_NAME_MAX ? BSON_WRONG : more(in, left);
    ret->name = bytes_first(name, (size_t)(end - name.at));
    ret->head = (uint32_t)ret->name.len + 2;
    ret->value = bytes_after(seen, ret->head);
    uint64_t size;
    enum bson_step step = value_size(ret->type, ret->value, &size);
    if (step != BSON_ELEMENT)
        return step == BSON_MORE ? more(in, left) : step;
    if (size >= left - ret->head) /* its end is a byte of the document */
        return BSON_WRONG;
    ret->size = (uint32_t)size;
    ret->value = bytes_first(ret->value, ret->size);
    return BSON_ELEMENT;
}

static void take(struct bson_walk *w, uint32_t len)
{
    for (unsigned i = 0; i < w->depth; i++)
        w->left[i] -= len;
}

uint32_t bson_pass(struct bson_walk *w, const struct bson_element *e)
{
    take(w, e->head + e->size);
    return e->head + e->size;
}

uint32_t bson_enter(struct bson_walk *w, const struct bson_element *e)
{
    if ((e->type != BSON_DOCUMENT && e->type != BSON_ARRAY) || w->depth == BSON_DEPTH_MAX)
        return 0;
    take(w, e->head + LENGTH);
    w->left[w->depth++] = e->size - LENGTH;
    return e->head + LENGTH;
}

uint32_t bson_leave(struct bson_walk *w)
{
    uint32_t len = w->left[w->depth - 1];
    take(w, len);
    w->depth--;
    return len;
}

bool bson_number(const struct bson_element *e, int64_t *ret)
{
    struct cursor c = cursor_over(e->value);
    double real = 0;
    uint64_t word = e->size == 8 ? cursor_le64(&c) : 0;
    switch (e->type) {
    case BSON_BOOL:
        *ret = cursor_u8(&c);
        break;
    case BSON_INT32:
        *ret = (int32_t)cursor_le32(&c);
        break;
    case BSON_INT64:
        *ret = (int64_t)word;
        break;
    case BSON_DOUBLE:
        memcpy(&real, &word, sizeof real);
        if (!(real > -NUMBER_MAX && real < NUMBER_MAX))
            return false;
        *ret = (int64_t)real;
        break;
    default:
        return false;
    }
    return !c.starved;
}

struct bytes bson_text(const struct bson_element *e)
{
    if (e->type != BSON_STRING || e->value.len < e->size || e->size < LENGTH + 1)
        return (struct bytes){0};
    return bytes_of(e->value.at + LENGTH, e->size - LENGTH - 1);
}
