/* fuzz_filter.c - expressions of the filter language (store/filter.h).
 *
 * The first byte chooses the kind of row, and whether what follows is text as it stands or a list
 * of pieces. An expression is read or refused with a place within it; what is read can be asked of
 * a row, and of an expression that is right, "not" and parentheses around it do what they say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/fields.h"
#include "store/filter.h"
#include "store/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool held)
{
    if (!held)
        abort();
}

enum { TEXT_MAX = 4096 };

static const char *const pieces[] = {
    "and",        "or",
    "not",        "(",
    ")",          "\"",
    "in",         ",",
    "has",        "=",
    "!=",         "~",
    "!~",         "<",
    ">=",         "!",
    "&&",         "||",
    "p95",        "errors",
    "port",       "protocol",
    "tags",       "server",
    "first_seen", "closed",
    "marks",      "10",
    "0.5",        "ms",
    "20ms",       "%",
    "5%",         "kB",
    "yes",        "-2h",
    "10:30",      "2026-03-01T10:00:00Z",
    "now",        "\"2 h ago\"",
    "cart",       "http",
    "\"GET /a\"", "é",
    ".",          "1e400",
    "\t",
};

static size_t make(char text[TEXT_MAX], const uint8_t *data, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < size; i++) {
        const char *piece = pieces[data[i] % (sizeof pieces / sizeof *pieces)];
        if (len + strlen(piece) + 2 > TEXT_MAX)
            break;
        len = (size_t)(stpcpy(text + len, piece) - text);
        if (data[i] < 0x80)
            text[len++] = ' ';
    }
    return len;
}

static bool holds(const char *text, const struct fields *fields, const void *row, bool *ret_right)
{
    static struct filter f;
    struct err err = {""};
    size_t at = 0;
    *ret_right = filter_read(text, fields, &f, &err, &at);
    check(at <= strlen(text) && *ret_right == !err.text[0]);
    filter_settle(&f, 1800000000000000000U);
    return filter_holds(&f, row, fields_have_word, fields);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t row[8192];
    static char text[TEXT_MAX], around[TEXT_MAX + 8];
    if (size < 1 || size > TEXT_MAX - 1)
        return 0;
    size_t tables = 0, len = size - 1;
    while (fields_of_all[tables])
        tables++;
    const struct fields *fields = fields_of_all[(data[0] & 0x7f) % tables];
    if (data[0] & 0x80)
        len = make(text, data + 1, size - 1);
    else
        memcpy(text, data + 1, size - 1);
    char *alone = strndup(text, len); /* so that a byte too many is noticed */
    bool right, again;
    check(alone != NULL);
    bool is = holds(alone, fields, row, &right);
    snprintf(around, sizeof around, "not (%s)", alone);
    bool turned = holds(around, fields, row, &again);
    if (right && again && !strchr(alone, ')')) /* which is text, if nothing was opened */
        check(is != turned);
    free(alone);
    return 0;
}
