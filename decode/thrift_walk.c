/* thrift_walk.c - see thrift_walk.h. */
#include "decode/thrift_walk.h"

enum { TEXT = 11, MAP = 13, SET = 14, LIST = 15, FIELD_HEAD = 3, LENGTH_MAX = 1 << 28 };

struct thrift_walk thrift_walk_begin(void)
{
    return (struct thrift_walk){.depth = 1, .level = {{.kind = THRIFT_STRUCT}}};
}

/* 0: it has no fixed size. */
static unsigned size_of(uint8_t type)
{
    static const uint8_t sizes[] = {
        [2] = 1, [3] = 1, [4] = 8, [6] = 2, [THRIFT_I32] = 4, [10] = 8, [16] = 16};
    return type < sizeof sizes ? sizes[type] : 0;
}

static bool push(struct thrift_walk *w, uint8_t kind, const uint8_t each[2], uint64_t elements)
{
    if (w->depth == THRIFT_DEPTH_MAX)
        return false;
    w->level[w->depth++] =
        (struct thrift_level){.kind = kind, .each = {each[0], each[1]}, .elements = elements};
    return true;
}

static int64_t enter(struct thrift_walk *w, uint8_t type, struct cursor *c)
{
    uint8_t each[2];
    each[0] = each[1] = cursor_u8(c);
    if (type == MAP)
        each[1] = cursor_u8(c);
    uint32_t count = cursor_be32(c);
    if (c->starved)
        return 0;
    if (count > LENGTH_MAX || !push(w, type, each, (uint64_t)count * (type == MAP ? 2 : 1)))
        return -1;
    return type == MAP ? 6 : 5;
}

/* A value, or the head of one; the same answers as thrift_walk(). */
static int64_t walk_value(struct thrift_walk *w, uint8_t type, struct cursor *c)
{
    static const uint8_t none[2] = {0};
    if (size_of(type))
        return size_of(type);
    if (type == TEXT) {
        uint32_t len = cursor_be32(c);
        return c->starved ? 0 : len > LENGTH_MAX ? -1 : 4 + (int64_t)len;
    }
    if (type == MAP || type == SET || type == LIST)
        return enter(w, type, c);
    return -(type != THRIFT_STRUCT || !push(w, type, none, 0));
}

static int64_t walk_field(struct thrift_walk *w, struct bytes in, struct thrift_field *ret)
{
    struct cursor c = cursor_over(in);
    bool outermost = w->depth == 1;
    uint8_t type = cursor_u8(&c);
    if (c.starved)
        return 0;
    if (!type) {
        w->depth--;
        return 1;
    }
    uint16_t id = cursor_be16(&c);
    struct cursor value = c;
    uint32_t number = type == THRIFT_I32 ? cursor_be32(&value) : 0;
    if (c.starved || value.starved)
        return 0;
    int64_t len = walk_value(w, type, &c);
    if (len < 0 || (!len && type != THRIFT_STRUCT))
        return len;
    if (outermost)
        *ret = (struct thrift_field){.type = type, .id = id, .number = number};
    return FIELD_HEAD + len;
}

static int64_t walk_elements(struct thrift_walk *w, struct bytes in)
{
    struct thrift_level *l = &w->level[w->depth - 1];
    struct cursor c = cursor_over(in);
    unsigned first = size_of(l->each[0]), second = size_of(l->each[1]);
    if (first && second) { /* all of them at once */
        uint64_t len = l->elements / 2 * (first + second) + (l->elements % 2 ? first : 0);
        w->depth--;
        return (int64_t)len;
    }
    bool is_value = l->kind == MAP && l->elements % 2;
    uint8_t type = l->each[is_value];
    int64_t len = walk_value(w, type, &c);
    if (len > 0 || (!len && type == THRIFT_STRUCT))
        l->elements--;
    return len;
}

int64_t thrift_walk(struct thrift_walk *w, struct bytes in, struct thrift_field *ret)
{
    *ret = (struct thrift_field){0};
    for (;;) { /* ends: each turn goes a level down, of which there are few, or up */
        struct thrift_level *l = &w->level[w->depth - 1];
        if (l->kind != THRIFT_STRUCT && !l->elements) {
            w->depth--;
            continue;
        }
        uint8_t depth = w->depth;
        int64_t len = l->kind == THRIFT_STRUCT ? walk_field(w, in, ret) : walk_elements(w, in);
        if (len || w->depth == depth)
            return len;
    }
}
