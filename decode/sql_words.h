/* sql_words.h - the keywords of SQL that matter to what a statement does or how it is written down.
 */
#pragma once

#include "base/bytes.h"

enum sql_word {              /* those that are asked for one by one */
                SQL_KW_NONE, /* it is no keyword */
                SQL_KW_OTHER,
                SQL_KW_BEGIN,
                SQL_KW_BY,
                SQL_KW_COPY,
                SQL_KW_DELETE,
                SQL_KW_DISTINCT,
                SQL_KW_DROP,
                SQL_KW_EXECUTE,
                SQL_KW_FALSE,
                SQL_KW_FOR,
                SQL_KW_FROM,
                SQL_KW_IDENTIFIED,
                SQL_KW_IN,
                SQL_KW_INSERT,
                SQL_KW_INTO,
                SQL_KW_IS,
                SQL_KW_JOIN,
                SQL_KW_LOAD,
                SQL_KW_MATERIALIZED,
                SQL_KW_MERGE,
                SQL_KW_NOT,
                SQL_KW_NOTIFY, /* LISTEN, too */
                SQL_KW_NULL,
                SQL_KW_OFF,
                SQL_KW_ON,
                SQL_KW_PASSWORD,
                SQL_KW_RECURSIVE,
                SQL_KW_ROW,
                SQL_KW_SELECT,
                SQL_KW_SET,
                SQL_KW_TO,
                SQL_KW_TRUE,
                SQL_KW_UPDATE,
                SQL_KW_USING,
                SQL_KW_VALUES,
                SQL_KW_WITH,
};

enum sql_trait {
    SQL_VERB = 1,       /* statements begin with it */
    SQL_PREFIX = 2,     /* and it is followed by a statement */
    SQL_DDL = 4,        /* or by a kind of object */
    SQL_TABLE = 8,      /* or by a table, or by what stands for one */
    SQL_LIST = 16,      /* or by several */
    SQL_OBJECT = 32,    /* a kind of object */
    SQL_NAMED = 64,     /* whose name is of interest */
    SQL_ON_TABLE = 128, /* or the name of the table that it is on */
    SQL_RESERVED = 256, /* it names no table */
    SQL_ENDS = 512,     /* a list of tables ends before it */
    SQL_SKIPPED = 1024, /* it may stand where a table is to come */
};

struct sql_keyword {
    const char *text; /* in capitals */
    enum sql_word word;
    uint32_t traits; /* enum sql_trait */
};

enum { SQL_WORD_MAX = 23 }; /* no keyword is longer */

/* The keyword that this is, in any case of letters; else one that is SQL_KW_NONE. Never NULL. */
const struct sql_keyword *sql_keyword(struct bytes word);
