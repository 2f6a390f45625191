/* test_index.c - graph/index.c. */
#include "graph/index.h"

#include <string.h>

#include "tests/check.h"

static bool has(const struct index *ix, uint32_t hash, uint32_t wanted)
{
    for (uint32_t at = index_start(ix, hash), row; (row = index_next(ix, hash, &at)) != NO_ROW;)
        if (row == wanted)
            return true;
    return false;
}

/* Few hashes, so that all rows stand in each other's way. */
static uint32_t hash_of(uint32_t row)
{
    return row * 2654435761U % 61;
}

static void rows_put_in_are_found(void **state)
{
    (void)state;
    struct index ix = {0};
    assert_false(has(&ix, 0, 0));
    for (uint32_t row = 0; row < 1000; row++) {
        assert_true(index_reserve(&ix));
        index_put(&ix, hash_of(row), row);
    }
    for (uint32_t row = 0; row < 1000; row++)
        assert_true(has(&ix, hash_of(row), row));
    assert_false(has(&ix, hash_of(7), 1000));
    index_clear(&ix);
    assert_false(has(&ix, hash_of(7), 7));
    index_free(&ix);
}

/* After any removal all the others are still found. */
static void removing_hides_no_other(void **state)
{
    (void)state;
    enum { ROWS = 40 };
    for (uint32_t step = 1; step < ROWS; step += 2) {
        struct index ix = {0};
        bool in[ROWS];
        memset(in, true, sizeof in);
        for (uint32_t row = 0; row < ROWS; row++) {
            assert_true(index_reserve(&ix));
            index_put(&ix, 60 + hash_of(row) % 7, row); /* round the end of the table */
        }
        for (uint32_t i = 0, gone = step % ROWS; i < ROWS; i++, gone = (gone + step) % ROWS) {
            if (in[gone])
                index_remove(&ix, 60 + hash_of(gone) % 7, gone);
            in[gone] = false;
            for (uint32_t row = 0; row < ROWS; row++)
                assert_int_equal(has(&ix, 60 + hash_of(row) % 7, row), in[row]);
        }
        index_free(&ix);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_put_in_are_found),
        cmocka_unit_test(removing_hides_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
