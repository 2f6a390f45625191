/* kafka_check.c - see kafka_check.h. */
#include "decode/kafka_check.h"

#include <ctype.h>

#include "decode/kafka_api.h"
#include "decode/kafka_walk.h"

enum {
    LENGTH = 4,
    BEFORE_CLIENT = 8, /* of the size: key, version, correlation id */
    CLIENT_MAX = 256,
    ENOUGH = 600, /* bytes in which a first topic would have been */
    FRAMES_MAX = 16,
};

enum kafka_proof kafka_request_head(struct bytes in, struct kafka_head *ret)
{
    struct cursor c = cursor_over(in);
    *ret = (struct kafka_head){.size = cursor_be32(&c)};
    if (in.len && in.at[0] > KAFKA_SIZE_MAX >> 24)
        return KAFKA_NOT;
    if (!c.starved && (ret->size < BEFORE_CLIENT + 2 || ret->size > KAFKA_SIZE_MAX))
        return KAFKA_NOT;
    ret->key = cursor_be16(&c);
    if (!c.starved && !kafka_is_request(ret->key, 0))
        return KAFKA_NOT;
    ret->version = cursor_be16(&c);
    if (!c.starved && !kafka_is_request(ret->key, ret->version))
        return KAFKA_NOT;
    ret->correlation = cursor_be32(&c);
    int16_t client = (int16_t)cursor_be16(&c);
    if (c.starved)
        return KAFKA_SHORT;
    if (client < -1 || (client > 0 && (uint32_t)client > ret->size - BEFORE_CLIENT - 2))
        return KAFKA_NOT;
    return KAFKA_FAIR;
}

bool kafka_is_topic(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum(name.at[i]) && !memchr("._-", name.at[i], 3))
            return false;
    return name.len;
}

bool kafka_is_mechanism(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isupper(name.at[i]) && !isdigit(name.at[i]) && !memchr("-_", name.at[i], 2))
            return false;
    return name.len && name.len <= 20;
}

/* The client's id, which people choose. */
static enum kafka_proof check_client(struct bytes in, const struct kafka_head *head)
{
    struct cursor c = cursor_over(bytes_after(in, KAFKA_REQUEST_HEAD - 2));
    int16_t len = (int16_t)cursor_be16(&c);
    if (len < 0)
        return KAFKA_FAIR;
    if (len > CLIENT_MAX)
        return KAFKA_NOT;
    struct bytes seen = bytes_first(bytes_after(in, KAFKA_REQUEST_HEAD), (size_t)len);
    for (size_t i = 0; i < seen.len; i++)
        if (seen.at[i] < ' ' || seen.at[i] == 0x7f)
            return KAFKA_NOT;
    if (seen.len < (size_t)len)
        return KAFKA_SHORT;
    if (head->key == KAFKA_API_VERSIONS && head->version < 3)
        return head->size == (uint32_t)(BEFORE_CLIENT + 2 + len) ? KAFKA_SURE : KAFKA_NOT;
    return len ? KAFKA_FAIR : KAFKA_WEAK;
}

static bool fits(const struct kafka_field *f)
{
    switch (f->kind) {
    case 'a':
        return f->number >= -1 && f->number <= 1;
    case 'r':
        return f->number >= -2;
    case 'T':
        return kafka_is_topic(f->text);
    case 'K':
        return kafka_is_mechanism(f->text);
    default:
        return true;
    }
}

/* What it says, as far as it is known how it is laid out. */
static enum kafka_proof check_body(struct bytes in, const struct kafka_head *head,
                                   enum kafka_proof so_far)
{
    const char *layout = kafka_request_layout(head->key, head->version);
    bool flexible = kafka_is_flexible(head->key, head->version);
    struct kafka_walk w = kafka_walk_begin(layout, head->size - BEFORE_CLIENT, flexible, false);
    struct kafka_field f;
    size_t used = LENGTH + BEFORE_CLIENT;
    bool topic = false, named = false;
    if (strcmp(layout, KAFKA_ONLY_CLIENT) == 0)
        return so_far;
    for (;;) {
        enum kafka_step step = kafka_walk(&w, bytes_after(in, used), &f);
        if (step == KAFKA_MORE || (step == KAFKA_FIELD && f.len > in.len - used))
            return named ? KAFKA_SURE : in.len >= ENOUGH ? so_far : KAFKA_SHORT;
        if (step == KAFKA_WRONG || !fits(&f))
            return KAFKA_NOT;
        if (step == KAFKA_END) /* it goes to the last byte; and to produce is to name a topic */
            return w.left || (head->key == KAFKA_PRODUCE && !topic) ? KAFKA_NOT : KAFKA_SURE;
        used += f.len;
        named = named || f.kind == 'T';
        topic = named || topic || f.kind == 'U';
    }
}

enum kafka_proof kafka_check_request(struct bytes in)
{
    struct kafka_head head;
    enum kafka_proof proof = kafka_request_head(in, &head);
    if (proof == KAFKA_FAIR)
        proof = check_client(in, &head);
    if (proof == KAFKA_FAIR || proof == KAFKA_WEAK)
        proof = check_body(in, &head, proof);
    return proof;
}

/* The correlation id of the answer at the front of `in`, which is taken off. */
static bool next_answer(struct bytes *in, uint32_t *ret_correlation)
{
    struct cursor c = cursor_over(*in);
    uint32_t size = cursor_be32(&c);
    *ret_correlation = cursor_be32(&c);
    if (c.starved || size < LENGTH || size > KAFKA_SIZE_MAX)
        return false;
    *in = bytes_after(*in, LENGTH + (size_t)size);
    return true;
}

static bool next_request(struct bytes *in, uint32_t *ret_correlation)
{
    struct kafka_head head;
    if (kafka_request_head(*in, &head) != KAFKA_FAIR)
        return false;
    *in = bytes_after(*in, LENGTH + (size_t)head.size);
    *ret_correlation = head.correlation;
    return true;
}

bool kafka_check_answers(struct bytes requests, struct bytes answers)
{
    uint32_t asked, answered;
    for (int i = 0; i < FRAMES_MAX && next_answer(&answers, &answered); i++) {
        struct bytes rest = requests;
        for (int j = 0; j < FRAMES_MAX && next_request(&rest, &asked); j++)
            if (asked == answered)
                return true;
    }
    return false;
}

bool kafka_check_mismatch(struct bytes requests, struct bytes answers)
{
    uint32_t asked, answered;
    if (answers.len < KAFKA_ANSWER_HEAD || !next_request(&requests, &asked))
        return false;
    return !next_answer(&answers, &answered) || asked != answered;
}
