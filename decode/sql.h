/* sql.h - what a statement of SQL does, without what it says: its verb, the tables it names, and
 * its text with the literals taken out. One pass, no grammar: any dialect, and a statement that is
 * cut short or makes no sense is read as far as it goes.
 *
 * No literal is ever handed out: numbers and strings, however they are quoted, become ?, and a list
 * of them one ?; comments and line breaks are left out. What cannot be told apart from a literal in
 * some dialect ("x" is a string in MySQL, a name in PostgreSQL) is one. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

enum sql_dialect {
    SQL_STANDARD, /* "x" is a name, $tag$x$tag$ a string, \ nothing special but in E'' */
    SQL_MYSQL,    /* "x" is a string, `x` a name, \ escapes, # begins a comment */
    SQL_TSQL,     /* [x] and "x" are names */
    SQL_CQL,      /* as SQL_STANDARD, // begins a comment, too, and USING names no table */
    /* as SQL_MYSQL without its conditional comments, $tag$x$tag$ a string: ClickHouse's */
    SQL_CLICKHOUSE,
};

/* Does this dialect quote as the standard does? */
static inline bool sql_is_standard(enum sql_dialect dialect)
{
    return dialect == SQL_STANDARD || dialect == SQL_CQL;
}

/* Does \ escape in its strings, and "x" begin one? */
static inline bool sql_escapes(enum sql_dialect dialect)
{
    return dialect == SQL_MYSQL || dialect == SQL_CLICKHOUSE;
}

/* Fills in, of an exchange that carries this statement:
 *   method       the verb: "SELECT", "INSERT", "CREATE TABLE", "BEGIN"; "" if it has none;
 *   operation    verb and tables, in the order of naming, each once: "SELECT orders, users"; the
 *                schema stays ("shop.orders"), digits that tell partitions apart become *;
 *                of several statements in one text those of each, "BEGIN; UPDATE stock; COMMIT";
 *   path         the text without literals, as far as there is room for it;
 *   fingerprint  of that text, of all of it; the same for the same statement with other literals,
 *                with lists of other lengths, in other case of keywords, differently spaced; never
 * 0. `whole` is false where the text goes on behind `text`: what is cut is noted (NOTE_TRUNCATED).
 */
void sql_note(struct exchange *x, struct bytes text, enum sql_dialect dialect, bool whole);
