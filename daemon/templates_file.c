/* templates_file.c - see templates_file.h. */
#include "daemon/templates_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1024 };

/* A '#' begins a comment at the start of a line and behind a blank. */
static bool read_line(char *line, struct patterns *patterns, struct err *err)
{
    static const char blank[] = " \t\r\n";
    char *text = line + strspn(line, blank), *end = text + strcspn(text, blank);
    const char *rest = end + strspn(end, blank);
    if (!*text || *text == '#')
        return true;
    if (*rest && *rest != '#')
        return err_set(err, "there is one pattern a line, without blanks");
    *end = '\0';
    return patterns_add(patterns, text, err);
}

bool templates_file_read(const char *path, struct patterns *patterns, struct err *err)
{
    char line[LINE_MAX_BYTES];
    unsigned number = 0;
    bool good = true;
    struct err why;
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(err, "--templates: cannot read %s: %s", path, strerror(errno));
    while (good && fgets(line, sizeof line, file)) {
        number++;
        good = strlen(line) + 1 < sizeof line || err_set(&why, "the line is too long");
        good = good && read_line(line, patterns, &why);
    }
    bool failed = ferror(file);
    fclose(file);
    if (failed)
        return err_set(err, "--templates: cannot read %s: %s", path, strerror(EIO));
    return good || err_set(err, "--templates: %s, line %u: %s", path, number, why.text);
}
