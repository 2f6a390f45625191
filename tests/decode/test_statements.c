/* test_statements.c - decode/statements.h: what is prepared is known by its name until it is
 * dropped, and few are kept. */
#include "decode/statements.h"

#include <stdio.h>

#include "decode/sql.h"

#include "tests/check.h"

static struct exchange asks(const char *sql)
{
    struct exchange x = {.client_port = 7};
    sql_note(&x, bytes_of_text(sql), SQL_STANDARD, true);
    return x;
}

static void assert_known(struct statements *s, uint64_t id, const struct exchange *expected)
{
    struct exchange x = {.client_port = 9};
    assert_true(statements_get(s, id, &x));
    assert_string_equal(x.method, expected->method);
    assert_string_equal(x.operation, expected->operation);
    assert_string_equal(x.path, expected->path);
    assert_int_equal(x.fingerprint, expected->fingerprint);
    assert_int_equal(x.notes, expected->notes);
    assert_int_equal(x.client_port, 9);
}

static void assert_unknown(struct statements *s, uint64_t id)
{
    struct exchange x = {.client_port = 9}, before = x;
    assert_false(statements_get(s, id, &x));
    assert_memory_equal(&x, &before, sizeof x);
}

static void put_get_drop(void **state)
{
    (void)state;
    struct statements *s = NULL;
    struct exchange a = asks("SELECT * FROM a WHERE x = 1"), b = asks("DELETE FROM b");
    assert_unknown(s, 1);
    statements_drop(s, 1);
    statements_put(&s, 1, &a);
    statements_put(&s, 2, &b);
    assert_known(s, 1, &a);
    assert_known(s, 2, &b);
    statements_put(&s, 1, &b);
    assert_known(s, 1, &b);
    statements_drop(s, 1);
    assert_unknown(s, 1);
    assert_known(s, 2, &b);
    statements_free(&s);
    assert_null(s);
    statements_free(&s);
}

/* What was cut when it was prepared is cut whenever it is asked. */
static void cut_ones(void **state)
{
    (void)state;
    struct statements *s = NULL;
    struct exchange x = {0};
    sql_note(&x, bytes_of_text("SELECT * FROM a, b"), SQL_STANDARD, false);
    assert_int_equal(x.notes, NOTE_TRUNCATED);
    statements_put(&s, 5, &x);
    assert_known(s, 5, &x);
    statements_free(&s);
}

/* At the cap the one that was not used for longest goes. */
static void many(void **state)
{
    (void)state;
    struct statements *s = NULL;
    char sql[40];
    for (unsigned id = 0; id < STATEMENTS_MAX; id++) {
        snprintf(sql, sizeof sql, "SELECT a%c%c FROM t", 'a' + id % 26, 'a' + id / 26);
        struct exchange x = asks(sql);
        statements_put(&s, id, &x);
    }
    struct exchange first = asks("SELECT aaa FROM t"), more = asks("SELECT more FROM t");
    assert_known(s, 0, &first);
    statements_put(&s, STATEMENTS_MAX, &more);
    assert_known(s, 0, &first);
    assert_unknown(s, 1);
    assert_known(s, STATEMENTS_MAX, &more);
    for (unsigned id = 1000; id < 5000; id++) {
        assert_known(s, 0, &first);
        statements_put(&s, id, &more);
    }
    assert_known(s, 0, &first);
    assert_unknown(s, 2);
    statements_free(&s);
}

static void ids_of_names(void **state)
{
    (void)state;
    assert_int_equal(statements_id(bytes_of_text("s1")), statements_id(bytes_of_text("s1")));
    assert_int_not_equal(statements_id(bytes_of_text("s1")), statements_id(bytes_of_text("s2")));
    assert_int_not_equal(statements_id((struct bytes){0}), statements_id(bytes_of_text("s2")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_get_drop),
        cmocka_unit_test(cut_ones),
        cmocka_unit_test(many),
        cmocka_unit_test(ids_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
