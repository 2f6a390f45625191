/* redis_command.h - what is to be known of commands of Redis, Valkey and their likes to tell their
 * exchanges: nothing but their names ever gets into them, no key and no value. */
#pragma once

#include "base/bytes.h"

enum redis_trait {
    REDIS_HAS_PARTS = 1,     /* the next word is part of its name: CONFIG GET */
    REDIS_BLOCKS = 2,        /* the server may wait for something to happen */
    REDIS_MAY_BLOCK = 4,     /* likewise, if BLOCK is among its options */
    REDIS_SUBSCRIBES = 8,    /* one answer for each channel, and then messages unasked */
    REDIS_UNSUBSCRIBES = 16, /* likewise without messages; without channels, one or more */
    REDIS_MONITORS = 32,     /* lines unasked from then on */
    REDIS_REPLICATES = 64,   /* a stream of another kind from then on */
};

enum { REDIS_COMMAND_MAX = 24 };

/* The traits of the command; -1: it is not known (of a module, or none). `name` in any case of
 * letters. */
int redis_command(struct bytes name);

/* Could it be a command's name? Letters, and inside digits, dots, hyphens and underscores. */
bool redis_is_name(struct bytes name);
