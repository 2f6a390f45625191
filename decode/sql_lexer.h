/* sql_lexer.h - SQL as tokens, in any dialect of sql.h. White space and comments are passed over;
 * what is left open at the end of the text ends there. */
#pragma once

#include "base/bytes.h"
#include "decode/sql.h"

enum sql_kind {
    SQL_END,
    SQL_WORD,    /* bare: a keyword, a name, or a variable with its @ */
    SQL_NAME,    /* in quotes; `text` is without them, with doubled ones inside as they stand */
    SQL_LITERAL, /* a string, a number or a parameter's place */
    SQL_SYMBOL,  /* a mark, or the characters of one operator */
};

struct sql_token {
    enum sql_kind kind;
    uint8_t quote; /* of a name: the opening one */
    bool dotted;   /* of a name: a dot follows */
    bool cut;      /* it reaches the end of the text: more of it may have followed */
    struct bytes text;
};

struct sql_lexer {
    struct bytes rest;
    enum sql_dialect dialect;
    bool after_operand;  /* a dot that follows is no number's */
    bool in_conditional; /* between the marks of a comment that MySQL executes */
};

struct sql_token sql_next(struct sql_lexer *l);

/* Is it this mark or operator? */
bool sql_is_symbol(const struct sql_token *t, const char *text);
