/* sql_tables.h - what a statement does, and to which tables, token by token. Where tables stand is
 * known from the words before them; a comma, a parenthesis or a dot decides about the rest. */
#pragma once

#include "decode/sql_lexer.h"
#include "decode/sql_name.h"
#include "decode/sql_words.h"

enum {
    SQL_FRAMES_MAX = 24, /* parentheses in each other; tables further down are not told */
    SQL_CTES_MAX = 16,
    SQL_TABLES_MAX = 6,     /* of a statement; of more: "..." */
    SQL_STATEMENTS_MAX = 5, /* likewise of a text */
    SQL_OPERATION_MAX = sizeof(((struct exchange *)0)->operation),
};

/* Within a pair of parentheses, and outside of all. */
struct sql_frame {
    uint8_t place;    /* enum place of sql_tables.c */
    bool fresh;       /* nothing has been read in it */
    bool list;        /* a comma is followed by a further table */
    bool of_query;    /* what is named may be a function: FROM, JOIN */
    bool queries;     /* it has a FROM of its own */
    bool with;        /* its common table expressions are being read */
    bool with_name;   /* and the name of the next one is to come */
    bool used;        /* its first USING has been read */
    bool may_be_none; /* DELETE a FROM ...: a is named again */
};

struct sql_tables {
    enum sql_dialect dialect;
    char method[sizeof(((struct exchange *)0)->method)];
    char operation[SQL_OPERATION_MAX];
    size_t operation_len;
    uint8_t statements;
    bool cut; /* something had no room */

    /* Of the statement. */
    const struct sql_keyword *verb, *inner; /* SQL_KW_NONE: not yet read */
    const struct sql_keyword *object;       /* of CREATE and the like */
    const struct sql_keyword *before;       /* the word just before, if that was one */
    uint8_t words;                          /* how many, as long as they matter */
    bool awaits_on;                         /* of CREATE INDEX: the table is still to come */
    bool is_body;                           /* of a procedure: what follows is no statement */
    char verbs[64];                         /* "EXPLAIN SELECT" */
    char text[SQL_OPERATION_MAX];           /* its tables */
    size_t verbs_len, text_len;
    uint64_t table[SQL_TABLES_MAX], cte[SQL_CTES_MAX]; /* hashes of their names */
    uint8_t tables, ctes;

    struct sql_frame frame[SQL_FRAMES_MAX];
    uint32_t depth; /* may exceed that */

    /* The name that is being read. */
    char name[3 * (SQL_NAME_MAX + 1)];
    size_t name_len; /* 0: none */
    bool name_goes_on;
};

void sql_tables_begin(struct sql_tables *t, enum sql_dialect dialect);

/* `keyword` is sql_keyword() of a word. */
void sql_tables_add(struct sql_tables *t, const struct sql_token *token,
                    const struct sql_keyword *keyword);

void sql_tables_end(struct sql_tables *t);
