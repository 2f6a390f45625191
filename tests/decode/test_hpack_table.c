/* test_hpack_table.c - specifies decode/hpack_table.h: entries come and go, and their text with
 * them. */
#include "decode/hpack_table.h"

#include "../check.h"

enum { PLAIN_MAX = 64 };

/* What a table should hold, kept plainly: oldest first. */
struct plain {
    struct {
        uint8_t text[400];
        uint16_t name_len, value_len;
    } entries[PLAIN_MAX];
    size_t count;
};

static void push(struct hpack_table *t, struct plain *plain, unsigned seed)
{
    uint8_t text[400];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(seed + i * 7);
    struct hpack_entry entry = {.size = seed % 100 + 32,
                                .name_len = (uint16_t)(seed % 37 % 30),
                                .value_len = (uint16_t)(seed % 11 ? seed % 50 : seed % 370)};
    struct hpack_field field = {.name = bytes_of(text, entry.name_len),
                                .value = bytes_of(text + entry.name_len, entry.value_len)};
    assert_true(hpack_table_push(t, &entry, &field));
    memcpy(plain->entries[plain->count].text, text, sizeof text);
    plain->entries[plain->count].name_len = entry.name_len;
    plain->entries[plain->count++].value_len = entry.value_len;
}

static void pop(struct hpack_table *t, struct plain *plain)
{
    hpack_table_pop(t);
    memmove(plain->entries, plain->entries + 1, --plain->count * sizeof plain->entries[0]);
}

static void compare(const struct hpack_table *t, const struct plain *plain)
{
    assert_int_equal(t->count, plain->count);
    for (uint32_t position = 0; position < t->count; position++) {
        const struct hpack_entry *e = hpack_table_at(t, position);
        size_t at = plain->count - 1 - position;
        assert_int_equal(e->name_len, plain->entries[at].name_len);
        assert_int_equal(e->value_len, plain->entries[at].value_len);
        assert_memory_equal(hpack_table_text(t, e), plain->entries[at].text,
                            (size_t)e->name_len + e->value_len);
    }
}

/* Whatever comes and goes, what is there is what a plain list holds; and memory grows no further
 * than is needed. */
static void as_a_list(void **state)
{
    (void)state;
    struct hpack_table *t = calloc(1, sizeof *t);
    static struct plain plain;
    unsigned seed = 1;
    assert_non_null(t);
    for (int step = 0; step < 20000; step++) {
        seed = seed * 1103515245 + 12345;
        unsigned most = step % 1000 < 500 ? PLAIN_MAX : 5;
        while (plain.count && (plain.count >= most || seed >> 30 == 0)) {
            pop(t, &plain);
            seed = seed * 1103515245 + 12345;
        }
        push(t, &plain, seed >> 8);
        if (step % 16 == 0)
            compare(t, &plain);
    }
    assert_in_range(hpack_table_memory(t), 1, 16 * 1024);
    hpack_table_clear(t);
    assert_int_equal(t->size, 0);
    plain.count = 0;
    push(t, &plain, 77);
    compare(t, &plain);
    hpack_table_free(t);
    hpack_table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
