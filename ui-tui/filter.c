/* filter.c - see filter.h. */
#include "ui-tui/filter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

struct unit {
    const char *name;
    double size;
};

/* By kind: how many of the column's own unit each is; ended by a NULL. */
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

static const struct unit *units_of(enum column_kind kind)
{
    switch (kind) {
    case COLUMN_COUNT:
        return counts;
    case COLUMN_RATE:
        return rates;
    case COLUMN_SHARE:
        return shares;
    case COLUMN_TIME:
        return times;
    case COLUMN_BYTES:
        return sizes;
    case COLUMN_TEXT:
    case COLUMN_MOMENT:
    case COLUMN_CHART:
        break;
    }
    return NULL;
}

/* The text that is being parsed. */
struct parser {
    const char *text, *at;
    const char *blame; /* what an error is about */
    struct columns columns;
    struct filter *filter;
    struct err *err;
    unsigned depth; /* of parentheses */
    bool failed;
};

enum { DEPTH_MAX = 16 };

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool sign(char c)
{
    return c && strchr("=!~<>", c);
}

static void skip_blanks(struct parser *p)
{
    while (blank(*p->at))
        p->at++;
}

/* Within parentheses a closing one ends a text too. */
static bool ends_text(const struct parser *p, bool stop_at_sign)
{
    char c = *p->at;
    return !c || blank(c) || c == '"' || (c == ')' && p->depth) || (stop_at_sign && sign(c));
}

/* A run of characters up to a blank or, in a word, a sign; or all between quotes. */
static bool read_text(struct parser *p, bool stop_at_sign, char *ret)
{
    const char *start = p->at, *end;
    p->blame = start;
    if (*start == '"') {
        end = strchr(++start, '"');
        if (!end)
            return err_set(p->err, "a closing \" is missing");
        p->at = end + 1;
    } else {
        while (!ends_text(p, stop_at_sign))
            p->at++;
        end = p->at;
    }
    bytes_to_text(ret, FILTER_TEXT_MAX, bytes_of(start, (size_t)(end - start)));
    return true;
}

/* The longer signs first. */
static const struct {
    const char *sign;
    enum filter_test test;
} signs[] = {
    {"==", FILTER_EQUAL},   {"!=", FILTER_UNEQUAL},  {"!~", FILTER_LACKS},
    {"<=", FILTER_AT_MOST}, {">=", FILTER_AT_LEAST}, {"=", FILTER_EQUAL},
    {"~", FILTER_CONTAINS}, {"<", FILTER_LESS},      {">", FILTER_MORE},
};

static bool read_sign(struct parser *p, enum filter_test *ret)
{
    p->blame = p->at;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t len = strlen(signs[i].sign);
        if (strncmp(p->at, signs[i].sign, len) == 0) {
            p->at += len;
            *ret = signs[i].test;
            return true;
        }
    }
    return err_set(p->err, "\"!\" alone compares nothing: use != or !~");
}

static const struct column *find_column(const struct parser *p, const char *name)
{
    for (size_t i = 0; i < p->columns.len; i++) {
        const struct column *c = &p->columns.at[i];
        if (strcasecmp(c->name, name) == 0 && (c->kind == COLUMN_TEXT || units_of(c->kind)))
            return c;
    }
    return NULL;
}

static bool no_such_column(const struct parser *p, const char *name)
{
    char names[300] = "";
    for (size_t i = 0; i < p->columns.len; i++) {
        const struct column *c = &p->columns.at[i];
        if (!find_column(p, c->name) || strlen(names) + strlen(c->name) + 3 > sizeof names)
            continue;
        strcat(strcat(names, names[0] ? ", " : ""), c->name);
    }
    return err_set(p->err, "no column \"%.40s\"; there are %s", name, names);
}

static bool wrong_unit(const struct parser *p, const struct filter_term *t, const char *unit)
{
    char known[100] = "";
    for (const struct unit *u = units_of(t->column->kind); u->name; u++) {
        if (*u->name)
            strcat(strcat(known, known[0] ? " " : ""), u->name);
    }
    if (!*unit)
        return err_set(p->err, "%s needs a unit: %s", t->column->name, known);
    return err_set(p->err, "%s has no unit \"%.20s\"; use %s", t->column->name, unit, known);
}

static bool parse_number(const struct parser *p, struct filter_term *t)
{
    char *unit_text = t->text;
    const struct column *c = t->column;
    bool starts = (t->text[0] >= '0' && t->text[0] <= '9') || t->text[0] == '.';
    double number = starts ? strtod(t->text, &unit_text) : 0;
    if (unit_text == t->text)
        return err_set(p->err, "%s is a number; \"%.40s\" is none", c->name, t->text);
    t->number = number;
    if (number <= 0 && !*unit_text)
        return true;
    for (const struct unit *u = units_of(c->kind); u->name; u++) {
        if (strcasecmp(unit_text, u->name) == 0) {
            t->number = number * u->size;
            return true;
        }
    }
    return wrong_unit(p, t, unit_text);
}

static bool parse_value(struct parser *p, struct filter_term *t)
{
    bool contains = t->test == FILTER_CONTAINS || t->test == FILTER_LACKS;
    bool equals = t->test == FILTER_EQUAL || t->test == FILTER_UNEQUAL;
    if (t->column->kind == COLUMN_TEXT && !contains && !equals)
        return err_set(p->err, "%s is text: compare it with =, !=, ~ or !~", t->column->name);
    if (t->column->kind != COLUMN_TEXT && contains)
        return err_set(p->err,
                       "%s is a number: compare it with =, !=, <, <=, > or >=", t->column->name);
    skip_blanks(p);
    bool quoted = *p->at == '"';
    if (!read_text(p, false, t->text))
        return false;
    if (!t->text[0] && !quoted)
        return err_set(p->err, "%s: what should it be compared with?", t->column->name);
    return t->column->kind == COLUMN_TEXT || parse_number(p, t);
}

/* Adds to what is parsed. */
static bool put_step(struct parser *p, size_t step)
{
    struct filter *f = p->filter;
    if (f->step_len == FILTER_STEPS_MAX)
        return err_set(p->err, "too long");
    f->step[f->step_len++] = (uint8_t)step;
    return true;
}

static bool parse_term(struct parser *p)
{
    struct filter_term t = {.test = FILTER_WORD};
    const char *start = p->at;
    bool quoted = *start == '"';
    if (!read_text(p, true, t.text))
        return false;
    skip_blanks(p);
    if (!quoted && sign(*p->at)) {
        p->blame = start;
        t.column = find_column(p, t.text);
        if (!t.column)
            return no_such_column(p, t.text);
        if (!read_sign(p, &t.test) || !parse_value(p, &t))
            return false;
    }
    if (p->filter->len == FILTER_TERMS_MAX) {
        p->blame = start;
        return err_set(p->err, "more than %d terms", FILTER_TERMS_MAX);
    }
    if (!put_step(p, p->filter->len))
        return false;
    p->filter->term[p->filter->len++] = t;
    return true;
}

/* Takes the joining word, if it is next. A word with a sign behind it is a column. */
static bool take_join(struct parser *p, const char *word, const char *signs_for_it)
{
    size_t len = strlen(word), signs_len = strlen(signs_for_it);
    skip_blanks(p);
    const char *start = p->at, *end = start + len;
    if (strncmp(start, signs_for_it, signs_len) == 0) {
        end = start + signs_len;
    } else {
        if (strncasecmp(start, word, len) != 0 || !(blank(*end) || !*end || strchr("()", *end)))
            return false;
        const char *behind = end;
        while (blank(*behind))
            behind++;
        if (sign(*behind) && *behind != '!')
            return false;
    }
    p->blame = start;
    p->at = end;
    return true;
}

/* The parsers below return whether they put an operand, in part if `failed`. */
static bool parse_either(struct parser *p);

static bool fail(struct parser *p, const char *why)
{
    err_set(p->err, "%s", why);
    p->failed = true;
    return false;
}

static bool parse_group(struct parser *p)
{
    const char *start = p->at++;
    p->blame = start;
    if (p->depth == DEPTH_MAX)
        return fail(p, "too many parentheses within each other");
    p->depth++;
    bool any = parse_either(p);
    p->depth--;
    if (p->failed)
        return any;
    p->blame = start;
    if (!any)
        return fail(p, "nothing stands between ( and )");
    if (*p->at != ')') {
        fail(p, "a closing ) is missing");
        return true;
    }
    p->at++;
    return true;
}

static bool parse_operand(struct parser *p)
{
    bool turned = false;
    while (take_join(p, "not", "!"))
        turned = !turned;
    skip_blanks(p);
    if (!*p->at || (*p->at == ')' && p->depth))
        return fail(p, "what should stand here?");
    bool any = *p->at == '(' ? parse_group(p) : parse_term(p);
    if (!any)
        p->failed = true;
    if (any && turned && !put_step(p, FILTER_NOT))
        p->failed = true;
    return any;
}

static bool parse_both(struct parser *p)
{
    bool any = parse_operand(p);
    while (!p->failed) {
        const char *start = p->at;
        if (take_join(p, "or", "||")) { /* of whoever called */
            p->at = start;
            break;
        }
        bool joined = take_join(p, "and", "&&");
        if (!joined && (!*p->at || (*p->at == ')' && p->depth)))
            break;
        if (parse_operand(p) && !put_step(p, FILTER_AND))
            p->failed = true;
    }
    return any;
}

static bool parse_either(struct parser *p)
{
    skip_blanks(p);
    if (!*p->at || (*p->at == ')' && p->depth))
        return false;
    bool any = parse_both(p);
    while (!p->failed && take_join(p, "or", "||"))
        if (parse_both(p) && !put_step(p, FILTER_OR))
            p->failed = true;
    return any;
}

bool filter_parse(const char *text, struct columns columns, struct filter *ret, struct err *err,
                  size_t *ret_at)
{
    struct parser p = {
        .text = text, .at = text, .blame = text, .columns = columns, .filter = ret, .err = err};
    ret->len = ret->step_len = 0;
    parse_either(&p);
    *ret_at = (size_t)(p.blame - text);
    return !p.failed;
}

/* All texts of the row, so that a word may be looked for without naming a column. */
static bool word_occurs(const struct filter_term *t, struct columns columns, const void *row)
{
    char text[COLUMN_TEXT_MAX];
    for (size_t i = 0; i < columns.len; i++) {
        const struct column *c = &columns.at[i];
        if (c->kind != COLUMN_TEXT)
            continue;
        column_show(c, row, text);
        if (strcasestr(text, t->text))
            return true;
    }
    return false;
}

static bool text_passes(const struct filter_term *t, const void *row)
{
    char text[COLUMN_TEXT_MAX];
    column_value(t->column, row, text);
    switch (t->test) {
    case FILTER_EQUAL:
        return strcasecmp(text, t->text) == 0;
    case FILTER_UNEQUAL:
        return strcasecmp(text, t->text) != 0;
    case FILTER_CONTAINS:
        return strcasestr(text, t->text) != NULL;
    case FILTER_LACKS:
        return strcasestr(text, t->text) == NULL;
    case FILTER_WORD:
    case FILTER_LESS:
    case FILTER_AT_MOST:
    case FILTER_MORE:
    case FILTER_AT_LEAST:
        break;
    }
    return false;
}

static bool number_passes(const struct filter_term *t, const void *row)
{
    double number = column_number(t->column, row);
    if (number < 0) /* there is none, which is neither little nor much */
        return t->test == FILTER_UNEQUAL;
    switch (t->test) {
    case FILTER_EQUAL:
        return number >= t->number && number <= t->number;
    case FILTER_UNEQUAL:
        return number < t->number || number > t->number;
    case FILTER_LESS:
        return number < t->number;
    case FILTER_AT_MOST:
        return number <= t->number;
    case FILTER_MORE:
        return number > t->number;
    case FILTER_AT_LEAST:
        return number >= t->number;
    case FILTER_WORD:
    case FILTER_CONTAINS:
    case FILTER_LACKS:
        break;
    }
    return false;
}

static bool term_passes(const struct filter_term *t, struct columns columns, const void *row)
{
    if (!t->column)
        return word_occurs(t, columns, row);
    return t->column->kind == COLUMN_TEXT ? text_passes(t, row) : number_passes(t, row);
}

bool filter_passes(const struct filter *f, struct columns columns, const void *row)
{
    bool holds[FILTER_TERMS_MAX + 1] = {true};
    size_t len = 0;
    for (size_t i = 0; i < f->step_len; i++) {
        uint8_t step = f->step[i];
        if (step < FILTER_TERMS_MAX) {
            holds[len++] = term_passes(&f->term[step], columns, row);
        } else if (step == FILTER_NOT) {
            holds[len - 1] = !holds[len - 1];
        } else {
            len--;
            holds[len - 1] =
                step == FILTER_AND ? holds[len - 1] && holds[len] : holds[len - 1] || holds[len];
        }
    }
    return holds[0];
}
