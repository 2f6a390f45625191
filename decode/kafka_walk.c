/* kafka_walk.c - see kafka_walk.h. */
#include "decode/kafka_walk.h"

enum {
    UUID = 16,
    VARINT_MAX = 5,    /* bytes of a length */
    REPLICA_STATE = 1, /* the tag of a Fetch that has the number of the replica */
    MAGIC_AT = 16,     /* in a batch or message: which format it has */
    ATTRIBUTES_AT = 21,
    COUNT_AT = 57,
    COMPRESSION = 7, /* bits of attributes */
    CONTROL = 32,    /* bit of attributes: it says how a transaction ended */
    BEFORE_LENGTH = 12,
    RECORD_LEAST = 7, /* bytes of a record */
};

struct kafka_walk kafka_walk_begin(const char *layout, uint32_t left, bool flexible, bool tagged)
{
    return (struct kafka_walk){
        .at = layout, .left = left, .flexible = flexible, .tagged = tagged && flexible};
}

/* What is left of the message ends before the field does: it never will be there. */
static enum kafka_step starved(const struct kafka_walk *w, struct bytes in)
{
    return in.len >= w->left ? KAFKA_WRONG : KAFKA_MORE;
}

static enum kafka_step take(struct kafka_walk *w, uint64_t len, struct kafka_field *f)
{
    if (len > w->left)
        return KAFKA_WRONG;
    f->len = (uint32_t)len;
    w->left -= f->len;
    return KAFKA_FIELD;
}

/* The length in front of a text, bytes or an array: -1 is null. `ret_len`: bytes that it takes up.
 * False: not there. */
static bool read_length(const struct kafka_walk *w, struct bytes in, unsigned plain, bool compact,
                        int64_t *ret_value, size_t *ret_len)
{
    size_t most = compact && w->left > VARINT_MAX ? VARINT_MAX : w->left;
    struct cursor c = cursor_over(bytes_first(in, most));
    size_t before = cursor_left(&c);
    if (compact)
        *ret_value = (int64_t)(cursor_varint(&c) & UINT32_MAX) - 1;
    else if (plain == 2)
        *ret_value = (int16_t)cursor_be16(&c);
    else
        *ret_value = (int32_t)cursor_be32(&c);
    *ret_len = before - cursor_left(&c);
    return !c.starved;
}

static enum kafka_step no_length(const struct kafka_walk *w, struct bytes in, bool compact)
{
    return compact && in.len >= VARINT_MAX ? KAFKA_WRONG : starved(w, in);
}

/* A text or bytes that nobody wants. */
static enum kafka_step pass_text(struct kafka_walk *w, struct bytes in, unsigned plain,
                                 bool compact, struct kafka_field *f)
{
    int64_t len;
    size_t head;
    if (!read_length(w, in, plain, compact, &len, &head))
        return no_length(w, in, compact);
    return take(w, head + (len > 0 ? (uint64_t)len : 0), f);
}

/* A text that is wanted, with `behind` bytes that belong to it. */
static enum kafka_step read_text(struct kafka_walk *w, struct bytes in, size_t behind,
                                 struct kafka_field *f)
{
    int64_t len;
    size_t head;
    if (!read_length(w, in, 2, w->flexible, &len, &head))
        return no_length(w, in, w->flexible);
    if (len > KAFKA_TOPIC_MAX)
        return KAFKA_WRONG;
    size_t size = len > 0 ? (size_t)len : 0;
    struct cursor c = cursor_over(bytes_first(bytes_after(in, head), w->left - head));
    f->text = cursor_take(&c, size);
    f->id = cursor_take(&c, behind);
    return c.starved ? starved(w, in) : take(w, head + size + behind, f);
}

static enum kafka_step read_number(struct kafka_walk *w, struct bytes in, size_t size,
                                   struct kafka_field *f)
{
    struct cursor c = cursor_over(bytes_first(in, w->left));
    f->number = size == 2 ? (int16_t)cursor_be16(&c) : (int32_t)cursor_be32(&c);
    return c.starved ? starved(w, in) : take(w, size, f);
}

/* Behind the bracket that closes the array which `at` is in. */
static const char *behind_array(const char *at)
{
    for (int depth = 1; *at && depth; at++)
        depth += *at == '[' || *at == '(' ? 1 : *at == ']' || *at == ')' ? -1 : 0;
    return at;
}

static enum kafka_step begin_array(struct kafka_walk *w, struct bytes in, struct kafka_field *f)
{
    int64_t len;
    size_t head;
    if (!read_length(w, in, 4, w->flexible, &len, &head))
        return no_length(w, in, w->flexible);
    if (w->depth == KAFKA_DEPTH_MAX || len > (int64_t)w->left)
        return KAFKA_WRONG;
    w->at++;
    if (len > 0) {
        w->loop[w->depth].begin = w->at;
        w->loop[w->depth++].left = (uint32_t)len;
    } else {
        w->at = behind_array(w->at);
    }
    return take(w, head, f);
}

static void end_element(struct kafka_walk *w)
{
    w->untagged = false;
    if (--w->loop[w->depth - 1].left) {
        w->at = w->loop[w->depth - 1].begin;
        return;
    }
    w->depth--;
    w->at++;
}

static enum kafka_step pass_numbers(struct kafka_walk *w, struct bytes in, struct kafka_field *f)
{
    int64_t len;
    size_t head;
    if (!read_length(w, in, 4, w->flexible, &len, &head))
        return no_length(w, in, w->flexible);
    return take(w, head + (len > 0 ? (uint64_t)len * 4 : 0), f);
}

static enum kafka_step read_tags(struct kafka_walk *w, struct bytes in, struct kafka_field *f)
{
    size_t most = w->tagged ? VARINT_MAX : 2 * VARINT_MAX;
    struct cursor c = cursor_over(bytes_first(in, w->left < most ? w->left : most));
    size_t before = cursor_left(&c);
    if (w->tagged) {
        uint64_t count = cursor_varint(&c);
        if (c.starved)
            return no_length(w, in, true);
        w->tagged = false;
        w->untagged = !count;
        w->tags = (uint32_t)count;
        return count > w->left ? KAFKA_WRONG : take(w, before - cursor_left(&c), f);
    }
    uint64_t tag = cursor_varint(&c), size = cursor_varint(&c);
    size_t head = before - cursor_left(&c);
    if (c.starved)
        return in.len >= 2 * VARINT_MAX ? KAFKA_WRONG : starved(w, in);
    if (*w->at == 'G' && tag == REPLICA_STATE && size >= 4) {
        c = cursor_over(bytes_first(bytes_after(in, head), w->left - head));
        f->number = (int32_t)cursor_be32(&c);
        if (c.starved)
            return starved(w, in);
        f->kind = 'G';
    }
    w->untagged = !--w->tags;
    return size > w->left ? KAFKA_WRONG : take(w, head + size, f);
}

static enum kafka_step begin_records(struct kafka_walk *w, struct bytes in, struct kafka_field *f)
{
    int64_t len;
    size_t head;
    if (!read_length(w, in, 4, w->flexible, &len, &head))
        return no_length(w, in, w->flexible);
    if (len > (int64_t)(w->left - head))
        return KAFKA_WRONG;
    w->records = len > 0 ? (uint32_t)len : 0;
    return take(w, head, f);
}

/* Of a batch or, in formats before that, a message. What an answer cuts short is no record. */
static void read_batch(const struct kafka_walk *w, struct bytes head, struct kafka_field *f)
{
    struct cursor c = cursor_over(bytes_after(head, 8));
    uint64_t len = BEFORE_LENGTH + (uint64_t)cursor_be32(&c);
    uint8_t magic = head.at[MAGIC_AT];
    f->len = w->records;
    if (magic > 2 || len < (magic == 2 ? KAFKA_BATCH_HEAD : KAFKA_MESSAGE_HEAD) || len > w->records)
        return;
    f->len = (uint32_t)len;
    f->kind = 'B';
    f->number = 1;
    f->compressed = head.at[MAGIC_AT + 1] & COMPRESSION;
    if (magic < 2)
        return;
    f->compressed = head.at[ATTRIBUTES_AT + 1] & COMPRESSION;
    c = cursor_over(bytes_after(head, COUNT_AT));
    f->number = cursor_be32(&c);
    bool many = !f->compressed && (uint64_t)f->number * RECORD_LEAST > len;
    if (head.at[ATTRIBUTES_AT + 1] & CONTROL || many)
        f->number = 0;
}

static enum kafka_step pass_batch(struct kafka_walk *w, struct bytes in, struct kafka_field *f)
{
    size_t need = w->records < KAFKA_BATCH_HEAD ? w->records : KAFKA_BATCH_HEAD;
    if (in.len < need)
        return KAFKA_MORE;
    if (need < KAFKA_MESSAGE_HEAD)
        f->len = w->records;
    else
        read_batch(w, bytes_first(in, need), f);
    w->records -= f->len;
    return take(w, f->len, f);
}

static enum kafka_step read_field(struct kafka_walk *w, struct bytes in, struct kafka_field *f)
{
    static const char fixed[] = "bhiluaerEPU", size[] = {1, 2, 4, 8, UUID, 2, 2, 4, 4, 4, UUID};
    static const char told[] = "aerEPTUMK";
    char letter = *w->at;
    const char *found = strchr(fixed, letter);
    size_t len = found ? (size_t)size[found - fixed] : 0;
    bool number = strchr("aerEP", letter);
    f->kind = '\0';
    if (strchr(told, letter))
        f->kind = letter;
    if (number)
        return read_number(w, in, len, f);
    if (letter == 'U') {
        struct cursor c = cursor_over(bytes_first(in, w->left));
        f->text = cursor_take(&c, len);
        return c.starved ? starved(w, in) : take(w, len, f);
    }
    if (found)
        return take(w, len, f);
    if (letter == 'I')
        return pass_numbers(w, in, f);
    if (letter == 'R')
        return begin_records(w, in, f);
    if (letter == 'T' || letter == 'K' || letter == 'M')
        return read_text(w, in, letter == 'M' ? UUID : 0, f);
    bool compact = w->flexible && letter != 'c';
    return pass_text(w, in, letter == 'y' ? 4 : 2, compact, f);
}

enum kafka_step kafka_walk(struct kafka_walk *w, struct bytes in, struct kafka_field *ret)
{
    *ret = (struct kafka_field){0};
    if (!w->left || !w->at)
        return KAFKA_END;
    if (w->records)
        return pass_batch(w, in, ret);
    if (w->tagged || w->tags)
        return read_tags(w, in, ret);
    char letter = *w->at;
    if (letter == '\0' || (letter == 'G' && w->untagged))
        return KAFKA_END;
    if (letter == '[' || letter == '(') {
        w->untagged = false;
        return begin_array(w, in, ret);
    }
    if (letter == ']' && w->flexible && !w->untagged) {
        w->tagged = true;
        return read_tags(w, in, ret);
    }
    if (letter == ']' || letter == ')') {
        end_element(w);
        return KAFKA_FIELD;
    }
    if (letter == 'G') {
        w->tagged = true;
        return KAFKA_FIELD;
    }
    if (letter == 'F') {
        w->at++;
        ret->kind = 'F';
        return KAFKA_FIELD;
    }
    enum kafka_step step = read_field(w, in, ret);
    if (step != KAFKA_FIELD)
        return step;
    w->at++;
    w->untagged = false;
    w->tagged = letter == 'c' && w->flexible;
    return step;
}
