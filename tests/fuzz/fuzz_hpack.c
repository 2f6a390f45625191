/* fuzz_hpack.c - bytes to header blocks to decode/hpack.h, read in several ways at once.
 *
 * Input: an octet that says where others join, then blocks, each behind its length. All of them are
 * read from the start of the connection, which is the truth up to the first that is bad. Joined
 * late, or with a block lost, no more blocks may be bad, each has as many fields, and what is known
 * of them is the same. Memory and what is shown of a block stay within limits. */
#include <stdlib.h>

#include "decode/hpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SHOWN_MAX = HPACK_FIELDS_MAX, HELD_MAX = HPACK_TABLE_MAX + 48 * 1024 };

struct shown {
    struct hpack_field fields[SHOWN_MAX];
    size_t len, bytes;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static struct bytes copy_of(struct bytes b)
{
    uint8_t *copy = malloc(b.len + 1);
    check(copy);
    if (b.len)
        memcpy(copy, b.at, b.len);
    return bytes_of(copy, b.len);
}

static void show(void *ctx, const struct hpack_field *f)
{
    struct shown *s = ctx;
    check(s->len < SHOWN_MAX);
    check(f->name.len <= HPACK_STRING_MAX && f->value.len <= HPACK_STRING_MAX);
    check(!f->cut || !f->name_known || !f->value_known);
    check(f->cut || !f->unknown == (f->name_known && f->value_known));
    check(f->cut || f->name_known || !f->name.len);
    check(f->cut || f->value_known || !f->value.len);
    struct hpack_field *copy = &s->fields[s->len++];
    *copy = *f;
    copy->name = copy_of(f->name);
    copy->value = copy_of(f->value);
    s->bytes += f->name.len + f->value.len;
    check(s->bytes <= HPACK_TEXT_MAX);
}

static void clear(struct shown *s)
{
    while (s->len) {
        const struct hpack_field *f = &s->fields[--s->len];
        free((void *)f->name.at);
        free((void *)f->value.at);
    }
    s->bytes = 0;
}

/* Reads a block, and holds what can be said of any against what came of it. */
static bool read_block(struct hpack *h, struct bytes block, struct shown *s)
{
    struct certainty before = h->certainty;
    uint32_t epoch = h->epoch, known = 0;
    clear(s);
    bool fine = hpack_read(h, block, show, s);
    for (size_t i = 0; i < s->len; i++)
        known += s->fields[i].name_known && s->fields[i].value_known;
    const struct certainty *c = &h->certainty;
    check(c->fields == before.fields + (fine ? s->len : 0));
    check(c->known == before.known + (fine ? known : 0));
    check(c->late_known <= c->late_fields && c->late_fields < 256 && c->known <= c->fields);
    check(h->epoch == epoch + !fine && (fine || h->joined));
    check(hpack_memory(h) <= HELD_MAX);
    return fine;
}

static void compare(const struct shown *truth, const struct shown *s)
{
    bool all = truth->len < SHOWN_MAX && truth->bytes < HPACK_TEXT_MAX - 2 * HPACK_STRING_MAX;
    check(!all || truth->len == s->len);
    for (size_t i = 0; all && i < s->len; i++) {
        const struct hpack_field *t = &truth->fields[i], *f = &s->fields[i];
        check(!f->name_known || !t->name_known || bytes_equal(f->name, t->name));
        check(!f->value_known || !t->value_known || bytes_equal(f->value, t->value));
    }
}

static struct bytes next_block(struct cursor *c)
{
    size_t len = cursor_u8(c);
    if (len == 255)
        len = cursor_be16(c);
    return cursor_take(c, len < cursor_left(c) ? len : cursor_left(c));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct shown truth, shown;
    struct hpack whole, late, lossy;
    struct cursor c = cursor_over(bytes_of(data, size));
    uint8_t where = cursor_u8(&c);
    bool true_so_far = true;
    hpack_init(&whole, where & 0x80);
    hpack_init(&late, true);
    hpack_init(&lossy, where & 0x80);
    for (unsigned at = 0; cursor_left(&c); at++) {
        struct bytes block = next_block(&c);
        true_so_far = read_block(&whole, block, &truth) && true_so_far;
        if (at >= (where & 7U)) {
            check(read_block(&late, block, &shown) || !true_so_far);
            if (true_so_far)
                compare(&truth, &shown);
        }
        if (at == (where >> 3 & 7U)) {
            hpack_forget(&lossy);
            continue;
        }
        check(read_block(&lossy, block, &shown) || !true_so_far);
        if (true_so_far)
            compare(&truth, &shown);
    }
    clear(&truth);
    clear(&shown);
    hpack_free(&whole);
    hpack_free(&late);
    hpack_free(&lossy);
    return 0;
}
