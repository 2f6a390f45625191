/* arguments.h - a command line against a table that says what it may hold. The table makes the help
 * too. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum argument_kind {
    ARGUMENT_FLAG,     /* bool *: true */
    ARGUMENT_TEXT,     /* const char **: borrowed from argv */
    ARGUMENT_TEXTS,    /* struct texts *: may be given again */
    ARGUMENT_COUNT,    /* uint32_t *: a number */
    ARGUMENT_SIZE,     /* uint32_t *: bytes, "64M" */
    ARGUMENT_DURATION, /* uint64_t *: ns, "250ms", "90s", "15m", "2h", "1d"; "all": 0 */
    ARGUMENT_WORDS,    /* struct words *: "a,b"; without a value, all of them */
};

enum { TEXTS_MAX = 64 };

struct texts {
    const char *text[TEXTS_MAX];
    uint16_t len;
};

/* What is no known word is not taken for the value, unless it follows a "=". */
struct words {
    const char *const *known; /* at most 32; ends with NULL */
    uint32_t chosen;          /* bit n: the nth */
};

struct argument {
    char letter;       /* 'i', or 0 */
    const char *name;  /* "interface", as in --interface */
    const char *value; /* "IFACE": what help calls its value; NULL for a flag */
    const char *help;
    enum argument_kind kind;
    void *into;
};

/* Reads argv from its second element on. What is no option goes to `operands`, or is an error if
 * that is NULL. "--" ends the options. `table` ends with a zeroed element. Sets *ret_help at -h or
 * --help. */
bool arguments_read(int argc, char **argv, const struct argument *table, struct texts *operands,
                    bool *ret_help, struct err *err);

void arguments_print(const struct argument *table);
