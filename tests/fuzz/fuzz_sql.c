/* fuzz_sql.c - statements of SQL (decode/sql.h).
 *
 * The first byte is the dialect, and whether what follows is text as it stands, or a list of pieces
 * to make a statement of. What is told is always canonical, and the same for the same text. In a
 * statement of pieces literals are where they look to be: it is made twice, with other values in
 * them, which must make no difference; and of no value, even in text that is cut anywhere, may a
 * byte come out. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "decode/sql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool held)
{
    if (!held)
        abort();
}

enum { PIECES_MAX = 128, TEXT_MAX = 128 * PIECES_MAX };

/* %s: a value within quotes; %d: a number. */
static const char *const pieces[] = {
    "'%s'",
    "E'%s\\'%s'",
    "%d",
    "/*%s*/",
    "-- %s\n",
    "N'%s''%s'",
    "X'%s'",
    "SELECT",
    "FROM",
    "WHERE",
    "INSERT",
    "INTO",
    "VALUES",
    "UPDATE",
    "SET",
    "DELETE",
    "WITH",
    "AS",
    "JOIN",
    "ON",
    "USING",
    "IN",
    "LIKE",
    "BETWEEN",
    "AND",
    "IS",
    "NOT",
    "NULL",
    "CREATE",
    "TABLE",
    "INDEX",
    "VIEW",
    "PASSWORD",
    "IDENTIFIED",
    "BY",
    "TO",
    "MERGE",
    "COPY",
    "CALL",
    "EXECUTE",
    "EXPLAIN",
    "PREPARE",
    "BEGIN",
    "COMMIT",
    "SAVEPOINT",
    "LOCK",
    "ROW",
    "TRUE",
    "RECURSIVE",
    "DISTINCT",
    "FOR",
    "ORDER",
    "MATERIALIZED",
    "FUNCTION",
    "DECLARE",
    "DROP",
    "ALTER",
    "LOAD",
    "(",
    ")",
    ",",
    ";",
    ".",
    "=",
    "<",
    "+",
    "-",
    "*",
    "::",
    "->>",
    "@>",
    "?",
    "%",
    "orders",
    "users",
    "u",
    "shop.items",
    "part_2024_01",
    "now",
    "extract",
    "_x",
    "\xc3\xa9t\xc3\xa9",
};

/* And of one dialect. */
static const char *const of_dialect[][6] = {
    [SQL_STANDARD] = {"$$%s$$", "$tag$%s$$%s$tag$", "\"users\"", "$%d", "/*%s/*%s*/%s*/", "u[1:2]"},
    [SQL_MYSQL] = {"\"%s\"", "'%s\\'%s'", "`users`", "#%s\n", "\"%s\\\"%s\"\"%s\"",
                   "/*!40101 SET*/"},
    [SQL_TSQL] = {"[users]", "\"users\"", "@p", "N'%s'", "/*%s/*%s*/%s*/", "[a b]"},
    [SQL_CQL] = {"$$%s$$", "\"users\"", "//%s\n", "$tag$%s$$%s$tag$", "ALLOW", "TTL"},
    [SQL_CLICKHOUSE] = {"\"%s\"", "'%s\\'%s'", "`users`", "#%s\n", "$tag$%s$$%s$tag$", "FORMAT"},
};

enum { PIECES = sizeof pieces / sizeof *pieces };

static const char *piece_of(uint8_t byte, enum sql_dialect dialect)
{
    byte %= PIECES + 6;
    return byte < PIECES ? pieces[byte] : of_dialect[dialect][byte - PIECES];
}

static size_t put(char *text, size_t len, const char *more)
{
    size_t more_len = strlen(more);
    memcpy(text + len, more, more_len);
    return len + more_len;
}

static size_t make(char text[TEXT_MAX], const uint8_t *data, size_t size, enum sql_dialect dialect,
                   const char *value, const char *number)
{
    size_t len = 0;
    for (size_t i = 0; i < size && i < PIECES_MAX; i++) {
        for (const char *p = piece_of(data[i], dialect); *p; p++) {
            if (p[0] == '%' && (p[1] == 's' || p[1] == 'd'))
                len = put(text, len, *++p == 's' ? value : number);
            else
                text[len++] = *p;
        }
        text[len++] = ' ';
    }
    return len;
}

static void note(struct exchange *x, const void *text, size_t len, enum sql_dialect dialect,
                 bool whole)
{
    memset(x, 0, sizeof *x);
    char *alone = malloc(len + 1); /* so that a byte too many is noticed */
    check(alone != NULL);
    memcpy(alone, text, len);
    alone = realloc(alone, len ? len : 1);
    check(alone != NULL);
    sql_note(x, bytes_of(alone, len), dialect, whole);
    free(alone);
    check(text_is_clean(bytes_of_text(x->method)) && text_is_clean(bytes_of_text(x->operation)));
    check(text_is_clean(bytes_of_text(x->path)) && x->operation[0] && x->fingerprint);
}

static void check_same(const struct exchange *a, const struct exchange *b)
{
    check(strcmp(a->method, b->method) == 0 && strcmp(a->operation, b->operation) == 0);
    check(strcmp(a->path, b->path) == 0 && a->fingerprint == b->fingerprint);
}

static void check_hides_values(const struct exchange *x)
{
    const char *const told[] = {x->method, x->operation, x->path};
    for (size_t i = 0; i < 3; i++)
        check(!strcasestr(told[i], "zq") && !strchr(told[i], '7') && !strchr(told[i], '8'));
}

static void check_pieces(const uint8_t *data, size_t size, enum sql_dialect dialect, uint8_t cut)
{
    static char text[TEXT_MAX], other[TEXT_MAX];
    struct exchange x, again;
    size_t len = make(text, data, size, dialect, "zqa", "77771");
    size_t other_len = make(other, data, size, dialect, "ZQ; -- 8 (zq), $x$ ZQ", "8");
    note(&x, text, len, dialect, true);
    check_hides_values(&x);
    note(&again, other, other_len, dialect, true);
    check_same(&x, &again);
    note(&again, text, len * cut / 255, dialect, false);
    check_hides_values(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum sql_dialect dialect = data[0] % 5;
    if (data[0] & 0x80) {
        check_pieces(data + 2, size - 2, dialect, data[1]);
        return 0;
    }
    struct exchange x, again;
    note(&x, data + 1, size - 1, dialect, true);
    note(&again, data + 1, size - 1, dialect, true);
    check_same(&x, &again);
    note(&again, data + 1, size - 1, dialect, false);
    return 0;
}
