/* filter_value.c - see filter_value.h. */
#include "store/filter_value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct unit {
    const char *name;
    double size;
};

/* By kind: how many of the field's own unit each is; ended by a NULL. */
static const struct unit counts[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {NULL, 0}};
static const struct unit rates[] = {{"", 1},      {"/s", 1},    {"k", 1e3},
                                    {"k/s", 1e3}, {"M/s", 1e6}, {NULL, 0}};
static const struct unit shares[] = {{"%", 0.01}, {"", 0.01}, {NULL, 0}};
static const struct unit times[] = {{"ns", 1},      {"us", 1e3},   {"µs", 1e3}, {"ms", 1e6},
                                    {"s", 1e9},     {"min", 60e9}, {"m", 60e9}, {"h", 3600e9},
                                    {"d", 86400e9}, {NULL, 0}};
static const struct unit sizes[] = {{"", 1},         {"B", 1},     {"kB", 1e3},   {"MB", 1e6},
                                    {"GB", 1e9},     {"TB", 1e12}, {"KiB", 1024}, {"MiB", 0x1p20},
                                    {"GiB", 0x1p30}, {NULL, 0}};

static const struct unit *units_of(enum field_kind kind)
{
    switch (kind) {
    case FIELD_COUNT:
        return counts;
    case FIELD_RATE:
        return rates;
    case FIELD_SHARE:
        return shares;
    case FIELD_TIME:
        return times;
    case FIELD_BYTES:
        return sizes;
    case FIELD_TEXT:
    case FIELD_LIST:
    case FIELD_FLAG:
    case FIELD_MOMENT:
        break;
    }
    return NULL;
}

static const struct unit *find_unit(enum field_kind kind, const char *text)
{
    for (const struct unit *u = units_of(kind); u && u->name; u++)
        if (strcasecmp(text, u->name) == 0)
            return u;
    return NULL;
}

bool filter_is_unit(const struct field *f, const char *text)
{
    return *text && find_unit(f->kind, text) != NULL;
}

bool filter_fits(const struct filter_term *t, struct err *err)
{
    const struct field *f = &t->field;
    bool equals = t->test == FILTER_EQUAL || t->test == FILTER_UNEQUAL;
    bool contains = t->test == FILTER_CONTAINS || t->test == FILTER_LACKS;
    if (field_is_text(f))
        return contains || equals ||
               err_set(err, "%s is text: compare it with =, !=, ~ or !~", f->name);
    if (f->kind == FIELD_FLAG)
        return equals || err_set(err, "%s is yes or no: compare it with = or !=", f->name);
    if (!contains)
        return true;
    return err_set(err, "%s is a %s: compare it with =, !=, <, <=, > or >=", f->name,
                   f->kind == FIELD_MOMENT ? "time" : "number");
}

static bool wrong_unit(const struct field *f, const char *unit, struct err *err)
{
    char known[100] = "";
    for (const struct unit *u = units_of(f->kind); u->name; u++) {
        if (*u->name)
            strcat(strcat(known, known[0] ? " " : ""), u->name);
    }
    if (f->share)
        strcat(known, " %");
    if (!*unit)
        return err_set(err, "%s needs a unit: %s", f->name, known);
    return err_set(err, "%s has no unit \"%.20s\"; use %s", f->name, unit, known);
}

static bool read_flag(struct filter_term *t, struct err *err)
{
    static const char *const words[] = {"no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(t->text, words[i]) != 0)
            continue;
        t->number = (double)(i & 1);
        return true;
    }
    return err_set(err, "%s is yes or no; \"%.40s\" is neither", t->field.name, t->text);
}

static bool read_number(struct filter_term *t, struct err *err)
{
    char *unit_text = t->text;
    const struct field *f = &t->field;
    bool starts = (t->text[0] >= '0' && t->text[0] <= '9') || t->text[0] == '.';
    double number = starts ? strtod(t->text, &unit_text) : 0;
    if (unit_text == t->text)
        return err_set(err, "%s is a number; \"%.40s\" is none", f->name, t->text);
    while (*unit_text == ' ')
        unit_text++;
    t->number = number;
    if (number <= 0 && !*unit_text)
        return true;
    t->as_share = f->share && strcmp(unit_text, "%") == 0;
    const struct unit *u = find_unit(t->as_share ? FIELD_SHARE : f->kind, unit_text);
    if (!u)
        return wrong_unit(f, unit_text, err);
    t->number = number * u->size;
    return true;
}

bool filter_value_read(struct filter_term *t, struct err *err)
{
    if (field_is_text(&t->field))
        return true;
    if (t->field.kind == FIELD_FLAG)
        return read_flag(t, err);
    if (t->field.kind == FIELD_MOMENT)
        return moment_read(t->text, &t->moment, err);
    return read_number(t, err);
}
