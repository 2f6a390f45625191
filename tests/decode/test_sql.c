/* test_sql.c - decode/sql.h: what is told of statements in all dialects, and that no literal ever
 * is. */
#include "decode/sql.h"

#include <stdio.h>

#include "base/text.h"

#include "tests/check.h"

struct row {
    const char *sql, *method, *operation, *statement; /* statement NULL: not looked at */
};

static struct exchange note(const char *sql, enum sql_dialect dialect)
{
    struct exchange x = {0};
    sql_note(&x, bytes_of_text(sql), dialect, true);
    return x;
}

static void tells(const struct row *rows, size_t len, enum sql_dialect dialect)
{
    for (size_t i = 0; i < len; i++) {
        struct exchange x = note(rows[i].sql, dialect);
        print_message("%s\n", rows[i].sql);
        assert_string_equal(x.method, rows[i].method);
        assert_string_equal(x.operation, rows[i].operation);
        if (rows[i].statement)
            assert_string_equal(x.path, rows[i].statement);
        assert_int_not_equal(x.fingerprint, 0);
        assert_int_equal(x.notes, 0);
    }
}
#define TELLS(dialect, ...)                                                                        \
    do {                                                                                           \
        static const struct row rows[] = {__VA_ARGS__};                                            \
        tells(rows, sizeof rows / sizeof *rows, dialect);                                          \
    } while (0)

static void cql(void **state)
{
    (void)state;
    TELLS(SQL_CQL,
          {"SELECT a FROM shop.\"Orders\" // 4111\nWHERE id = $$it's$$ ALLOW FILTERING", "SELECT",
           "SELECT shop.Orders", "SELECT a FROM shop.\"Orders\" WHERE id = ? allow filtering"},
          {"UPDATE stock USING TTL 60 SET n = n + 1 WHERE id = 0x1f IF EXISTS", "UPDATE",
           "UPDATE stock", NULL},
          {"DELETE n FROM stock USING TIMESTAMP 1 WHERE id = 1", "DELETE", "DELETE stock", NULL},
          {"CREATE KEYSPACE IF NOT EXISTS shop WITH durable_writes = false", "CREATE KEYSPACE",
           "CREATE KEYSPACE shop", NULL},
          {"USE shop", "USE", "USE shop", NULL},
          {"INSERT INTO orders JSON '{\"a\": 1}'", "INSERT", "INSERT orders", NULL}, );
}

static void clickhouse(void **state)
{
    (void)state;
    TELLS(SQL_CLICKHOUSE,
          {"SELECT a FROM shop.`orders` WHERE b = 'it\\'s 4111' AND c = $x$4111$x$ --4111\n#4111",
           "SELECT", "SELECT shop.orders", "SELECT a FROM shop.orders WHERE b = ? AND c = ?"},
          {"SELECT a FROM t FINAL PREWHERE b = \"4111\" FORMAT JSON", "SELECT", "SELECT t", NULL},
          {"INSERT INTO shop.orders (a, b) FORMAT CSV 4111,alice\n", "INSERT", "INSERT shop.orders",
           "INSERT INTO shop.orders(a, b) FORMAT CSV"},
          {"insert into t format JSONEachRow {\"card\":\"x\", y: alice}", "INSERT", "INSERT t",
           "INSERT INTO t format JSONEachRow"},
          {"INSERT INTO t VALUES (1, 'alice')", "INSERT", "INSERT t", "INSERT INTO t VALUES (?)"},
          {"CREATE TABLE shop.t (a Enum8('a' = 1)) ENGINE = Memory", "CREATE TABLE",
           "CREATE TABLE shop.t", NULL}, );
}

static void queries(void **state)
{
    (void)state;
    TELLS(SQL_STANDARD,
          {"SELECT * FROM orders WHERE id = 42", "SELECT", "SELECT orders",
           "SELECT * FROM orders WHERE id = ?"},
          {"SELECT a, b FROM orders o, users AS u JOIN \"public\".\"items\" i ON i.id=o.id "
           "WHERE o.x IN (1, 2, 3)",
           "SELECT", "SELECT orders, users, public.items",
           "SELECT a, b FROM orders o, users AS u JOIN public.items i ON i.id = o.id "
           "WHERE o.x IN (?)"},
          {"select count ( * ) from (select distinct a from t) q", "SELECT", "SELECT t",
           "SELECT count(*) FROM (SELECT DISTINCT a FROM t) q"},
          {"SELECT * FROM a NATURAL JOIN (b CROSS JOIN c) LEFT OUTER JOIN d USING (id), e",
           "SELECT", "SELECT a, b, c, d, e", NULL},
          {"(SELECT 1 FROM a) UNION ALL (SELECT 2 FROM b) ORDER BY 1", "SELECT", "SELECT a, b",
           "(SELECT ? FROM a) UNION ALL (SELECT ? FROM b) ORDER BY ?"},
          {"SELECT x FROM a WHERE y > (SELECT max(y) FROM b WHERE EXISTS (SELECT FROM c))",
           "SELECT", "SELECT a, b, c", NULL},
          {"SELECT a FROM a, a AS other", "SELECT", "SELECT a", NULL},
          {"SELECT * FROM t FOR NO KEY UPDATE OF t, u", "SELECT", "SELECT t", NULL},
          {"SELECT * INTO fresh FROM old", "SELECT", "SELECT fresh, old", NULL},
          {"SELECT a IS DISTINCT FROM b FROM c", "SELECT", "SELECT c", NULL},
          {"SELECT * FROM ONLY parts TABLESAMPLE SYSTEM (5)", "SELECT", "SELECT parts", NULL},
          {"SELECT c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_namespace n ON 1=1", "SELECT",
           "SELECT pg_catalog.pg_class, pg_namespace", NULL},
          {"SELECT 1 FROM a, b, c, d, e, f, g, h", "SELECT", "SELECT a, b, c, d, e, f, ...", NULL},
          {"TABLE orders", "TABLE", "TABLE orders", "TABLE orders"},
          {"VALUES (1, 2), (3, 4)", "VALUES", "VALUES", "VALUES (?)"}, {"", "", "empty", ""},
          {" ; /* nothing */ ;", "", "empty", ""});
}

/* FROM that no table follows, and functions where tables are. */
static void functions(void **state)
{
    (void)state;
    TELLS(SQL_STANDARD,
          {"SELECT EXTRACT(YEAR FROM ts), SUBSTRING(name FROM 2 FOR 3), TRIM(BOTH 'x' FROM name), "
           "overlay(a PLACING 'b' FROM 1), position('x' IN y) FROM people",
           "SELECT", "SELECT people", NULL},
          {"SELECT * FROM generate_series(1, 10) g, LATERAL (SELECT * FROM b) z", "SELECT",
           "SELECT b", "SELECT * FROM generate_series(?) g, LATERAL (SELECT * FROM b) z"},
          {"SELECT * FROM pg_catalog.pg_ls_dir('secret') AS d, t", "SELECT", "SELECT t", NULL},
          {"SELECT * FROM ROWS FROM (f(1), g(2)) WITH ORDINALITY, t", "SELECT", "SELECT t", NULL},
          {"SELECT place_order($1, $2)", "SELECT", "SELECT", "SELECT place_order(?)"},
          {"SELECT replace(a, 'x', 'y'), left(b, 1), insert(c, 1) FROM t", "SELECT", "SELECT t",
           NULL});
}

static void common_table_expressions(void **state)
{
    (void)state;
    TELLS(SQL_STANDARD,
          {"WITH x AS (SELECT * FROM a), y(c, d) AS NOT MATERIALIZED (SELECT 1 FROM x) "
           "UPDATE stock SET n = n-1 FROM y WHERE y.c = stock.id",
           "UPDATE", "UPDATE a, stock", NULL},
          {"WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM t WHERE n < 100) "
           "SELECT sum(n) FROM t",
           "SELECT", "SELECT", NULL},
          {"WITH gone AS (DELETE FROM a WHERE id = 5 RETURNING *) INSERT INTO b SELECT * FROM gone",
           "INSERT", "INSERT a, b", NULL},
          {"INSERT INTO t WITH q AS (SELECT 1 FROM z) SELECT * FROM q", "INSERT", "INSERT t, z",
           NULL},
          {"SELECT * FROM (WITH q AS (SELECT * FROM a) SELECT * FROM q, b) s", "SELECT",
           "SELECT a, b", NULL},
          {"CREATE MATERIALIZED VIEW v AS WITH q AS (SELECT 1) SELECT * FROM q, a", "CREATE VIEW",
           "CREATE MATERIALIZED VIEW v, a", NULL});
}

static void changes(void **state)
{
    (void)state;
    TELLS(SQL_STANDARD,
          {"INSERT INTO shop.orders (a, b) VALUES (1, 'x'), (2, 'it''s'), (DEFAULT, now()) "
           "ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b RETURNING id",
           "INSERT", "INSERT shop.orders",
           "INSERT INTO shop.orders(a, b) VALUES (?) ON conflict(a) do UPDATE SET b = excluded.b "
           "RETURNING id"},
          {"INSERT INTO a SELECT * FROM b, c WHERE d = (SELECT max(x) FROM e)", "INSERT",
           "INSERT a, b, c, e", NULL},
          {"UPDATE ONLY stock AS s SET a = 1, b = DEFAULT FROM x, y WHERE s.id = -1", "UPDATE",
           "UPDATE stock, x, y", NULL},
          {"DELETE FROM orders_2024_01 USING users u WHERE a IS NOT NULL AND c = NULL", "DELETE",
           "DELETE orders_*, users", NULL},
          {"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a "
           "WHEN NOT MATCHED THEN INSERT VALUES (s.id)",
           "MERGE", "MERGE t, s", NULL},
          {"TRUNCATE TABLE a, ONLY b CASCADE", "TRUNCATE", "TRUNCATE a, b", NULL},
          {"COPY orders (a, b) FROM STDIN WITH (FORMAT csv)", "COPY", "COPY orders", NULL},
          {"COPY (SELECT * FROM orders) TO STDOUT", "COPY", "COPY orders", NULL},
          {"CALL place_order(1, 'x')", "CALL", "CALL place_order", "CALL place_order(?)"});
}

static void everything_else(void **state)
{
    (void)state;
    TELLS(SQL_STANDARD,
          {"BEGIN; UPDATE stock SET n = 1; COMMIT;", "BEGIN", "BEGIN; UPDATE stock; COMMIT",
           "BEGIN; UPDATE stock SET n = ?; COMMIT"},
          {"INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); SELECT 1", "INSERT",
           "INSERT a; SELECT", NULL},
          {"SELECT 1 FROM a; SELECT 1 FROM b; SELECT 1 FROM c; SELECT 1 FROM d; SELECT 1 FROM e; "
           "SELECT 1 FROM f; SELECT 1 FROM g",
           "SELECT", "SELECT a; SELECT b; SELECT c; SELECT d; SELECT e; ...", NULL},
          {"EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM orders", "EXPLAIN", "EXPLAIN SELECT orders",
           NULL},
          {"EXPLAIN ANALYZE UPDATE orders SET a = 1", "EXPLAIN", "EXPLAIN UPDATE orders", NULL},
          {"PREPARE p AS SELECT * FROM orders WHERE id = $1", "PREPARE", "PREPARE SELECT orders",
           NULL},
          {"EXECUTE stmt_123 (1, 'x')", "EXECUTE", "EXECUTE stmt_*", "EXECUTE stmt_*(?)"},
          {"DECLARE c1 CURSOR FOR SELECT * FROM orders FOR UPDATE", "DECLARE",
           "DECLARE SELECT orders", NULL},
          {"FETCH 100 FROM c1", "FETCH", "FETCH", "FETCH ? FROM c*"},
          {"SAVEPOINT s140_x1", "SAVEPOINT", "SAVEPOINT", "SAVEPOINT s*_x*"},
          {"rollback to savepoint s1", "ROLLBACK", "ROLLBACK", NULL},
          {"start transaction isolation level serializable", "START", "START", NULL},
          {"SET application_name = 'x'", "SET", "SET", "SET application_name = ?"},
          {"SET search_path TO secret, 'x'", "SET", "SET", NULL},
          {"SHOW search_path", "SHOW", "SHOW", NULL}, {"DISCARD ALL", "DISCARD", "DISCARD", NULL},
          {"NOTIFY ch, 'secret'", "NOTIFY", "NOTIFY ch", "NOTIFY ch, ?"},
          {"VACUUM (FULL, ANALYZE) orders", "VACUUM", "VACUUM orders", NULL},
          {"LOCK TABLE a, b IN ACCESS EXCLUSIVE MODE", "LOCK", "LOCK a, b", NULL},
          {"REFRESH MATERIALIZED VIEW CONCURRENTLY mv", "REFRESH", "REFRESH mv", NULL},
          {"DO $$ BEGIN PERFORM 1; END $$", "DO", "DO", "DO ?"},
          {"hunter2 is my password", "", "unknown", "?"}, {"'secret'", "", "unknown", "?"},
          {"hunter2; SELECT 1 FROM t", "", "unknown; SELECT t", "?; SELECT ? FROM t"});
}

static void definitions(void **state)
{
    (void)state;
    TELLS(SQL_STANDARD,
          {"CREATE TEMP TABLE IF NOT EXISTS t1 (id int, ts timestamp with time zone, "
           "x int REFERENCES users (id))",
           "CREATE TABLE", "CREATE TABLE t*", NULL},
          {"CREATE TABLE a AS SELECT * FROM b", "CREATE TABLE", "CREATE TABLE a, b", NULL},
          {"CREATE UNIQUE INDEX CONCURRENTLY idx ON orders USING btree (a, b)", "CREATE INDEX",
           "CREATE INDEX orders",
           "CREATE UNIQUE INDEX CONCURRENTLY idx ON orders USING btree(a, b)"},
          {"CREATE OR REPLACE VIEW v AS SELECT * FROM a", "CREATE VIEW", "CREATE VIEW v, a", NULL},
          {"DROP TABLE IF EXISTS a, b CASCADE", "DROP TABLE", "DROP TABLE a, b", NULL},
          {"ALTER TABLE ONLY orders ADD COLUMN x int, ADD y text", "ALTER TABLE",
           "ALTER TABLE orders", NULL},
          {"ALTER USER bob WITH PASSWORD 'secret'", "ALTER USER", "ALTER USER", NULL},
          {"CREATE USER bob IDENTIFIED BY secret", "CREATE USER", "CREATE USER",
           "CREATE USER bob identified BY ?"},
          {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2 FROM x; END",
           "CREATE FUNCTION", "CREATE FUNCTION", NULL});
}

static void literals(void **state)
{
    (void)state;
    TELLS(SQL_STANDARD,
          {"SELECT $$secret$$, $a$ it's $$ x $a$, E'it\\'s secret', U&'x', X'1F', B'01', 0x1f, "
           "1.5e-3, .5, 1_000, N'x', -7, + 8, - .5",
           "SELECT", "SELECT", "SELECT ?"},
          {"SELECT 'back\\', 'slash', a - 1, a-1, (2 -1)", "SELECT", "SELECT",
           "SELECT ?, a - ?, a - ?, (? - ?)"},
          {"SELECT /* a /* nested */ secret */ 1 -- secret\n, a --", "SELECT", "SELECT",
           "SELECT ?, a"},
          {"SELECT 1 /* secret", "SELECT", "SELECT", "SELECT ?"},
          {"SELECT * FROM a WHERE x = 'unterminated secret", "SELECT", "SELECT a",
           "SELECT * FROM a WHERE x = ?"},
          {"SELECT * FROM a WHERE x = $tag$unterminated secret$ta$", "SELECT", "SELECT a",
           "SELECT * FROM a WHERE x = ?"},
          {"SELECT \"id\" FROM \"userAccounts\" WHERE \"name\" = \"secret\" AND \"a b\" LIKE \"x\" "
           "AND u.\"a\" = v.\"b\" AND c IN (\"x\", \"y\")",
           "SELECT", "SELECT userAccounts",
           "SELECT id FROM \"userAccounts\" WHERE name = ? AND \"a b\" LIKE ? AND u.a = v.b "
           "AND c IN (?)"},
          {"SELECT \"me@example.com\" FROM t", "SELECT", "SELECT t", "SELECT ? FROM t"},
          {"SELECT data->>'x', a::text[], arr[1:2] FROM t WHERE data @> '{\"a\":1}' AND x <> -5 "
           "AND y=+3 AND z BETWEEN -1 AND TRUE AND w IS NOT NULL",
           "SELECT", "SELECT t",
           "SELECT data ->> ?, a::text[], arr[?] FROM t WHERE data @> ? AND x <> ? AND y = ? "
           "AND z BETWEEN ? AND ? AND w IS NOT NULL"},
          {"SELECT * FROM log_20240131, tenant_4f8a91bc.t, \"2024-01-31\", oauth2_clients",
           "SELECT", "SELECT log_*, tenant_*.t, *, oauth2_clients", NULL});
}

static void mysql(void **state)
{
    (void)state;
    TELLS(SQL_MYSQL,
          {"SELECT * FROM `shop`.`orders` WHERE name = \"sec\\\"ret\" AND x = 'it\\'s' # secret",
           "SELECT", "SELECT shop.orders", "SELECT * FROM shop.orders WHERE name = ? AND x = ?"},
          {"INSERT IGNORE INTO sbtest12 (a,b) VALUES (1,\"x\"),(2,\"y\") ON DUPLICATE KEY UPDATE "
           "b = VALUES(b)",
           "INSERT", "INSERT sbtest*", NULL},
          {"INSERT t SET a = 1, b = \"x\"", "INSERT", "INSERT t", "INSERT t SET a = ?, b = ?"},
          {"INSERT INTO t VALUES ROW(1,2), ROW(3,4)", "INSERT", "INSERT t",
           "INSERT INTO t VALUES ROW(?)"},
          {"REPLACE INTO t (a) VALUES (1)", "REPLACE", "REPLACE t", NULL},
          {"/*!40101 SET NAMES utf8 */", "SET", "SET", "SET NAMES utf8"},
          {"SELECT /*!40001 SQL_NO_CACHE */ * FROM `t`", "SELECT", "SELECT t",
           "SELECT SQL_NO_CACHE * FROM t"},
          {"SELECT 1 /* not /* nested */ , 2 FROM t", "SELECT", "SELECT t", "SELECT ? FROM t"},
          {"SELECT 5--1 FROM dual -- secret", "SELECT", "SELECT", "SELECT ? - ? FROM dual"},
          {"UPDATE a, b SET a.x = b.y WHERE a.id = b.id", "UPDATE", "UPDATE a, b", NULL},
          {"DELETE o, i FROM orders o JOIN items i ON o.id = i.id WHERE x=1", "DELETE",
           "DELETE orders, items", NULL},
          {"DELETE t.* FROM t", "DELETE", "DELETE t", NULL},
          {"LOAD DATA LOCAL INFILE 'f' INTO TABLE t FIELDS TERMINATED BY ','", "LOAD", "LOAD t",
           NULL},
          {"SELECT a INTO OUTFILE '/tmp/x' FROM t", "SELECT", "SELECT t", NULL},
          {"SELECT REPLACE(a, 'x'), INSERT(b, 1) FROM t STRAIGHT_JOIN u USE INDEX (i) LIMIT 10, 20",
           "SELECT", "SELECT t, u", NULL},
          {"CREATE DEFINER=`root`@`localhost` PROCEDURE p() BEGIN SELECT 1; UPDATE t SET a=1; END",
           "CREATE PROCEDURE", "CREATE PROCEDURE", NULL},
          {"LOCK TABLES a READ, b WRITE", "LOCK", "LOCK a, b", NULL},
          {"USE shop", "USE", "USE shop", NULL}, {"SHOW TABLES FROM shop", "SHOW", "SHOW", NULL},
          {"select @@version_comment limit 1", "SELECT", "SELECT",
           "SELECT @@version_comment LIMIT ?"},
          {"SET @a = 1, b = \"x\"", "SET", "SET", "SET @a = ?, b = ?"},
          {"CREATE USER 'bob'@'%' IDENTIFIED BY \"secret\"", "CREATE USER", "CREATE USER",
           "CREATE USER ? @ ? IDENTIFIED BY ?"},
          {"SELECT * FROM a WHERE x = \"unterminated secret", "SELECT", "SELECT a", NULL});
}

static void tsql(void **state)
{
    (void)state;
    TELLS(SQL_TSQL,
          {"SELECT TOP (10) [o].[Id] FROM [dbo].[Order Details] AS [o] WITH (NOLOCK) "
           "WHERE [o].[Name] = N'x' AND a = @p0",
           "SELECT", "SELECT dbo.Order Details",
           "SELECT TOP (?) o.Id FROM dbo.[Order Details] AS o WITH (NOLOCK) WHERE o.Name = ? "
           "AND a = ?"},
          {"SET NOCOUNT ON; INSERT INTO [Orders] ([A], [B]) VALUES (@p0, @p1), (@p2, @p3); "
           "SELECT [Id] FROM [Orders] WHERE @@ROWCOUNT = 1",
           "SET", "SET; INSERT Orders; SELECT Orders",
           "SET NOCOUNT ON; INSERT INTO Orders(A, B) VALUES (?); SELECT Id FROM Orders "
           "WHERE @@ROWCOUNT = ?"},
          {"UPDATE TOP (5) t SET a = 1 OUTPUT inserted.id INTO @out", "UPDATE", "UPDATE t", NULL},
          {"EXEC [dbo].[place_order] @a = 1, @b = 'x'", "EXEC", "EXEC dbo.place_order", NULL},
          {"SELECT * FROM #tmp CROSS APPLY dbo.fn(1) x", "SELECT", "SELECT #tmp", NULL},
          {"MERGE [t] USING (VALUES (@p0, 1), (@p1, 2)) AS s (a, b) ON 1=0 WHEN NOT MATCHED THEN "
           "INSERT (a) VALUES (s.a);",
           "MERGE", "MERGE t", NULL},
          {"DELETE orders WHERE id = 1", "DELETE", "DELETE orders", NULL});
}

/* What is asked in the same way has the same fingerprint, and text; all else has another. */
static void fingerprints(void **state)
{
    (void)state;
    static const char *const same[][4] = {
        {"SELECT * FROM t WHERE a = 1", "select  *\nfrom T where A=-2.5e3;",
         "SELECT * FROM t WHERE a = $1", "SELECT/**/* FROM \"t\" WHERE a = E'x\\'y' -- z"},
        {"SELECT 1 FROM t WHERE a IN (1)", "SELECT 2 FROM t WHERE a IN (1,2,'x',NULL,-5)",
         "SELECT 3 FROM t WHERE a in ($1, $2)", "SELECT ? FROM t WHERE a IN ('x')"},
        {"INSERT INTO t (a) VALUES (1)", "insert into t(a) values (1),(2),(3)",
         "INSERT INTO t (a) VALUES ($1), ($2)", "INSERT INTO t (a) VALUES ('x'), (now())"},
        {"SELECT 1 WHERE (a, b) IN ((1, 2))", "SELECT 1 WHERE (a, b) IN ((1, 2), (3, 4))",
         "SELECT 1 WHERE (a,b) IN (($1,$2),($3,$4),($5,$6))", "SELECT 1 WHERE (a,b) IN ((1))"},
    };
    uint64_t seen[sizeof same / sizeof *same];
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct exchange first = note(same[i][0], SQL_STANDARD);
        for (size_t j = 1; j < 4; j++) {
            struct exchange other = note(same[i][j], SQL_STANDARD);
            assert_string_equal(other.path, first.path);
            assert_int_equal(other.fingerprint, first.fingerprint);
        }
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(seen[j], first.fingerprint);
        seen[i] = first.fingerprint;
    }
    assert_int_equal(note("SELECT 1", SQL_STANDARD).fingerprint,
                     note("SELECT 1", SQL_TSQL).fingerprint);
    assert_int_equal(note("SELECT 1", SQL_STANDARD).fingerprint, 0x1cab9ada31915ed1);
}

/* Of text that is cut, the last word may be half a name. */
static void cut_text(void **state)
{
    (void)state;
    struct exchange x = {0};
    sql_note(&x, bytes_of_text("SELECT 'secret' FROM orders, user"), SQL_STANDARD, false);
    assert_string_equal(x.operation, "SELECT orders");
    assert_string_equal(x.path, "SELECT ? FROM orders,");
    assert_int_equal(x.notes, NOTE_TRUNCATED);
    struct exchange y = {0};
    sql_note(&y, bytes_of_text("SELECT a FROM t WHERE b = 'secr"), SQL_STANDARD, false);
    assert_string_equal(y.path, "SELECT a FROM t WHERE b = ?");
}

enum { LONG = 1 << 17 };

/* A list of any length is one literal; deep parentheses, long names and much of everything do no
 * harm. */
static void large_text(void **state)
{
    (void)state;
    static const char *const parts[] = {"'secret',",
                                        "(",
                                        "a,",
                                        "x.",
                                        "[",
                                        "-",
                                        "name_",
                                        ";",
                                        "$a$",
                                        "(1,2),",
                                        "\"",
                                        "/*",
                                        "WITH a AS (",
                                        "SELECT a FROM b;",
                                        "FROM t JOIN ",
                                        "\xff",
                                        "?,",
                                        "SELECT (",
                                        "IN ("};
    char *text = malloc(LONG);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t len = strlen(parts[i]), at = (size_t)sprintf(text, "SELECT a FROM t WHERE b IN (");
        for (; at + len < LONG; at += len)
            memcpy(text + at, parts[i], len);
        for (int dialect = SQL_STANDARD; dialect <= SQL_CLICKHOUSE; dialect++) {
            struct exchange x = {0};
            sql_note(&x, bytes_of(text, at), (enum sql_dialect)dialect, true);
            assert_null(strstr(x.path, "secret"));
            assert_true(text_is_clean(bytes_of_text(x.path)));
            assert_true(text_is_clean(bytes_of_text(x.operation)));
            assert_string_equal(x.method, "SELECT");
        }
    }
    struct exchange x = {0};
    size_t at = (size_t)sprintf(text, "SELECT a FROM t WHERE b IN (");
    while (at < LONG - 20)
        at += (size_t)sprintf(text + at, "%zu, ", at);
    sql_note(&x, bytes_of(text, at), SQL_STANDARD, true);
    assert_string_equal(x.path, "SELECT a FROM t WHERE b IN (?");
    assert_int_equal(x.notes, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clickhouse),
        cmocka_unit_test(cql),
        cmocka_unit_test(queries),
        cmocka_unit_test(functions),
        cmocka_unit_test(common_table_expressions),
        cmocka_unit_test(changes),
        cmocka_unit_test(everything_else),
        cmocka_unit_test(definitions),
        cmocka_unit_test(literals),
        cmocka_unit_test(mysql),
        cmocka_unit_test(tsql),
        cmocka_unit_test(fingerprints),
        cmocka_unit_test(cut_text),
        cmocka_unit_test(large_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
