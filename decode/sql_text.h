/* sql_text.h - a statement written down without its literals, token by token, in one spelling: one
 * space where there is any, keywords in capitals, lists of literals and of rows as one. */
#pragma once

#include "decode/sql_lexer.h"
#include "decode/sql_words.h"

struct sql_text {
    enum sql_dialect dialect;
    char text[sizeof(((struct exchange *)0)->path)];
    size_t len;
    bool full; /* there was more than has room */
    uint64_t hash;

    /* What has been read. */
    const struct sql_keyword *verb;   /* of the statement; NULL: it has not begun */
    const struct sql_keyword *before; /* the word just before, if that was one */
    uint8_t mark;                     /* the first character of the symbol just before, or 0 */
    bool passing_names;               /* of the statement: made up by a program */
    bool to_value;                    /* of SET: what stands here is what something is set to */
    bool after_secret;                /* the word that follows may be a password */
    int depth;                        /* of parentheses */
    int list_depth;                   /* of the list behind IN; -1: there is none */
    int rows_depth;                   /* of a list of rows; -1: there is none */
    bool after_row;                   /* one of its rows has just ended */
    bool in_further_row;              /* its second or later row is passed over */

    /* What has been written, and what is to be once it is known what follows. */
    uint8_t last; /* enum piece of sql_text.c */
    bool held_end, held_comma;
    char held_sign; /* or 0 */
};

void sql_text_begin(struct sql_text *t, enum sql_dialect dialect);

/* `keyword` is sql_keyword() of a word. */
void sql_text_add(struct sql_text *t, const struct sql_token *token,
                  const struct sql_keyword *keyword);

/* Of all that was added, however long; never 0. */
uint64_t sql_text_fingerprint(const struct sql_text *t);
