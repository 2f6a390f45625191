/* sifted.c - see sifted.h. */
#include "cli/sifted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/listing.h"

enum { SHOWN_MAX = 200 }; /* bytes of an expression */

void sifted_arguments(struct sifted *s, const struct fields *fields,
                      struct argument ret[SIFTED_ARGUMENTS])
{
    const struct argument table[SIFTED_ARGUMENTS] = {
        {0, "find", "EXPR", s->help, ARGUMENT_TEXT, &s->find},
        {0, "hide", "EXPR", "no rows like this", ARGUMENT_TEXT, &s->hide},
    };
    *s = (struct sifted){.find = NULL};
    snprintf(s->help, sizeof s->help, "only rows like this: '%s'", fields->example);
    memcpy(ret, table, sizeof table);
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Writes `len` bytes of text, those that a terminal would act upon as "?". */
static void plain(const char *text, size_t len, char *ret)
{
    for (size_t i = 0; i < len; i++)
        ret[i] = (unsigned char)text[i] < ' ' || text[i] == 127 ? '?' : text[i];
    ret[len] = '\0';
}

/* The expression, as much of it as a line holds, and below it a caret. */
static void point_at(const char *text, size_t at)
{
    char line[SHOWN_MAX + 1], before[SHOWN_MAX + 1];
    size_t len = strlen(text), start = at > SHOWN_MAX / 2 ? at - SHOWN_MAX / 2 : 0;
    while (start && continues(text[start]))
        start--;
    if (len - start > SHOWN_MAX)
        len = start + SHOWN_MAX;
    while (len > start && len < strlen(text) && continues(text[len]))
        len--;
    plain(text + start, len - start, line);
    plain(text + start, at - start, before);
    fprintf(stderr, "  %s\n  %*s^\n", line, (int)text_columns(before), "");
}

int sifted_misused(const struct command *self, const struct sifted *s, const struct slip *slip,
                   const struct err *err)
{
    fprintf(stderr, "tapgraph %s: --%s: %s\n", self->name, slip->what, err->text);
    point_at(strcmp(slip->what, "find") == 0 ? s->find : s->hide, slip->at);
    fprintf(stderr, "See 'tapgraph %s --help' and docs/filter.md.\n", self->name);
    return EXIT_USAGE;
}

void sifted_help(const struct fields *fields)
{
    char names[2048] = "--find and --hide of ";
    strcat(strcat(names, fields->of), " know ");
    for (size_t i = 0; i < fields->len; i++) {
        const char *name = fields->at[i].name;
        if (strlen(names) + strlen(name) + 8 > sizeof names)
            break;
        strcat(strcat(names, i ? ", " : ""), name);
    }
    strcat(names, ".");
    putchar('\n');
    text_print(names);
}
