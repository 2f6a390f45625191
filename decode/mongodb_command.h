/* mongodb_command.h - what is to be known of MongoDB's commands and errors by their names. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

enum mongodb_trait {
    MONGODB_COLLECTION = 1, /* what the command is given is a collection, if it is a text */
    MONGODB_DATABASE = 2,   /* it is about its database */
    MONGODB_WRITES = 4,     /* "n" of its answer counts documents that were written */
    MONGODB_GET_MORE = 8,   /* it goes on with a cursor, and says of which collection elsewhere */
    MONGODB_HELLO = 16,     /* it may wait until the server's state changes */
};

/* The traits of a command; 0 for one that has none, or is not known. */
int mongodb_traits(struct bytes name);

/* Could it be a command's name, or an error's? Letters, and digits behind them. */
bool mongodb_is_word(struct bytes name);

/* "DuplicateKey" of a code that comes without its name; static; NULL if it is not known. */
const char *mongodb_error_name(int64_t code);

/* Whose fault an error is. */
enum outcome mongodb_error_outcome(int64_t code);
