/* sifted.h - the options --find and --hide. */
#pragma once

#include "cli/command.h"
#include "store/sieve.h"

/* As they were given; NULL: not. */
struct sifted {
    const char *find, *hide;
    char help[96]; /* of --find, with an example of these rows */
};
enum { SIFTED_ARGUMENTS = 2 };

/* Writes their rows of a table of arguments, which keeps `s`. */
void sifted_arguments(struct sifted *s, const struct fields *fields,
                      struct argument ret[SIFTED_ARGUMENTS]);

/* Says what is wrong with one of them, and points at it; returns EXIT_USAGE. */
int sifted_misused(const struct command *self, const struct sifted *s, const struct slip *slip,
                   const struct err *err);

/* The names that they know, for the help. */
void sifted_help(const struct fields *fields);
