/* shop.h - a small database of gRPC calls, and what a command says of it. */
#pragma once

#include "cli/command.h"

enum { ANSWER_MAX = 16384 };

struct answer {
    int status;
    char out[ANSWER_MAX], err[ANSWER_MAX];
};

/* Writes a database: web calls cart, whose first of three replicas takes 97 % of the calls, each
 * replica over one connection, and two calls are open. Empty: one without windows. */
void shop_write(const char *path, bool empty);

/* Runs "tapgraph NAME --db PATH OPTION"; `option` may be NULL. */
void shop_ask(const struct command *command, const char *path, const char *option,
              struct answer *ret);
