/* test_pairing.c - decode/pairing.c: what is used again is as new. Whose an answer is, is specified
 * by tests/decode/test_conn.c and test_conn_exchange.c. */
#include "decode/pairing.h"

#include "tests/check.h"

enum { TEXTS = 12 };

struct text {
    char *at;
    size_t size;
};

#define TEXT(name)                                                                                 \
    {                                                                                              \
        x->name, sizeof x->name                                                                    \
    }

static void write_all(struct exchange *x, size_t len)
{
    const struct text texts[TEXTS] = {
        TEXT(method),     TEXT(status),   TEXT(host),    TEXT(path),
        TEXT(operation),  TEXT(trace_id), TEXT(span_id), TEXT(parent_id),
        TEXT(request_id), TEXT(asked),    TEXT(message), TEXT(forwarded_for),
    };
    for (int i = 0; i < TEXTS; i++) {
        size_t most = texts[i].size - 1;
        memset(texts[i].at, 'x', len < most ? len : most);
        texts[i].at[len < most ? len : most] = '\0';
    }
}

/* Also behind a text that another has shortened, or taken away. */
static void nothing_is_left_of_who_was_there_before(void **state)
{
    (void)state;
    static const size_t written[][2] = {{1, 1},   {15, 15},   {63, 63},   {64, 64},   {65, 65},
                                        {511, 1}, {511, 511}, {511, 300}, {511, 128}, {511, 0}};
    static struct conn_shared shared;
    static struct decode_counters counters;
    static struct exchange_room fresh = {.x = {.grpc_status = -1, .error_code = -1}};
    struct conn_ends ends = {0};
    struct moment m = {0};
    struct pairing p;
    shared = (struct conn_shared){.counters = &counters, .open_max = 4};
    pairing_init(&p, &shared, &ends);
    struct open *open = pairing_add(&p, m, 1, false), *before = open;
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        assert_memory_equal(&open->room, &fresh, sizeof fresh);
        write_all(&open->x, written[i][0]);
        write_all(&open->x, written[i][1]);
        open->x.elsewhere = open->x.tls.told = open->told = true;
        memset(open->room.state, 'x', sizeof open->room.state);
        pairing_withdraw(&p, open);
        open = pairing_add(&p, m, 1, false);
        assert_ptr_equal(open, before);
    }
    assert_memory_equal(&open->room, &fresh, sizeof fresh);
    assert_false(open->told);
    pairing_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_of_who_was_there_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
