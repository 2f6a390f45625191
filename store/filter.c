/* filter.c - the grammar. See filter.h. */
#include "store/filter.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/bytes.h"
#include "base/text.h"
#include "store/filter_value.h"

/* The text that is being parsed. */
struct parser {
    const char *at;
    const char *blame; /* what an error is about */
    const struct fields *fields;
    struct filter *filter;
    struct err *err;
    unsigned depth; /* of parentheses */
    bool failed;
};

enum { DEPTH_MAX = 16, NEAR_MAX = 2 };

/* What a text without quotes ends at, besides blanks and quotes. */
enum stop { AT_BLANK, AT_SIGN, AT_COMMA };

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool sign(char c)
{
    return c && strchr("=!~<>", c);
}

static const char *behind_blanks(const char *at)
{
    while (blank(*at))
        at++;
    return at;
}

static void skip_blanks(struct parser *p)
{
    p->at = behind_blanks(p->at);
}

/* Within parentheses a closing one ends a text too. */
static bool ends_text(const struct parser *p, enum stop stop)
{
    char c = *p->at;
    return !c || blank(c) || c == '"' || (c == ')' && (p->depth || stop == AT_COMMA)) ||
           (c == ',' && stop == AT_COMMA) || (stop == AT_SIGN && sign(c));
}

/* A run of characters, or all between quotes. */
static bool read_text(struct parser *p, enum stop stop, char *ret)
{
    const char *start = p->at, *end;
    p->blame = start;
    if (*start == '"') {
        end = strchr(++start, '"');
        if (!end)
            return err_set(p->err, "a closing \" is missing");
        p->at = end + 1;
    } else {
        while (!ends_text(p, stop))
            p->at++;
        end = p->at;
    }
    if (end - start >= FILTER_TEXT_MAX)
        return err_set(p->err, "a text of more than %d bytes", FILTER_TEXT_MAX - 1);
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

/* The name that is most like this one, or NULL. */
static const char *nearest(const struct fields *fields, const char *name)
{
    const char *ret = NULL;
    unsigned least = NEAR_MAX + 1;
    for (size_t i = 0; i < fields->len; i++) {
        unsigned distance = text_distance(name, fields->at[i].name);
        if (distance < least && distance < strlen(name)) {
            least = distance;
            ret = fields->at[i].name;
        }
    }
    return ret;
}

static bool no_such_field(const struct parser *p, const char *name)
{
    char names[400] = "", hint[64] = "";
    const char *near = nearest(p->fields, name);
    for (size_t i = 0; i < p->fields->len; i++) {
        const char *known = p->fields->at[i].name;
        if (strlen(names) + strlen(known) + 8 > sizeof names) {
            strcat(names, ", ...");
            break;
        }
        strcat(strcat(names, names[0] ? ", " : ""), known);
    }
    if (near)
        snprintf(hint, sizeof hint, "did you mean %s? ", near);
    return err_set(p->err, "no field \"%.40s\"; %sthere are %s", name, hint, names);
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

static bool put_term(struct parser *p, const struct filter_term *t, const char *start)
{
    if (p->filter->len == FILTER_TERMS_MAX) {
        p->blame = start;
        return err_set(p->err, "more than %d terms", FILTER_TERMS_MAX);
    }
    if (!put_step(p, p->filter->len))
        return false;
    p->filter->term[p->filter->len++] = *t;
    return true;
}

/* "200 ms" is "200ms" where the number needs a unit. */
static void take_unit(struct parser *p, struct filter_term *t)
{
    char word[8];
    const char *start = behind_blanks(p->at), *end = start;
    while (*end && !blank(*end) && !strchr("(),\"", *end))
        end++;
    size_t len = (size_t)(end - start);
    if (!len || len >= sizeof word || t->text[strspn(t->text, "0123456789.")])
        return;
    memcpy(word, start, len);
    word[len] = '\0';
    if (!filter_is_unit(&t->field, word))
        return;
    strcat(t->text, word);
    p->at = end;
}

static bool parse_value(struct parser *p, struct filter_term *t, enum stop stop)
{
    if (!filter_fits(t, p->err))
        return false;
    skip_blanks(p);
    bool quoted = *p->at == '"';
    if (!read_text(p, stop, t->text))
        return false;
    if (!t->text[0] && !quoted)
        return err_set(p->err, "%s: what should it be compared with?", t->field.name);
    if (t->field.kind == FIELD_TIME && !quoted && strlen(t->text) < FILTER_TEXT_MAX - 8)
        take_unit(p, t);
    return filter_value_read(t, p->err);
}

/* The values between parentheses, each a term. */
static bool parse_values(struct parser *p, struct filter_term *t, const char *start)
{
    t->test = FILTER_EQUAL;
    for (bool first = true;; first = false) {
        if (!parse_value(p, t, AT_COMMA) || !put_term(p, t, start) ||
            (!first && !put_step(p, FILTER_OR)))
            return false;
        skip_blanks(p);
        p->blame = p->at;
        if (*p->at == ')')
            break;
        if (*p->at++ != ',')
            return err_set(p->err, "a , or a closing ) is missing");
    }
    p->at++;
    return true;
}

/* Behind `at`, is there this word, and then such a character (or the end, if there are none)? Where
 * that is; else NULL. */
static const char *behind_word(const char *at, const char *word, const char *then)
{
    size_t len = strlen(word);
    at = behind_blanks(at);
    if (strncasecmp(at, word, len) != 0)
        return NULL;
    const char *end = behind_blanks(at + len);
    bool apart = end > at + len || *end == '(';
    return apart && *end && strchr(then, *end) ? end : NULL;
}

/* "in (a, b)" or "not in (a, b)" behind a field. */
static const char *behind_in(const char *at, bool *ret_not)
{
    const char *list = behind_word(at, "in", "(");
    const char *turned = list ? NULL : behind_word(at, "not", "iI");
    *ret_not = turned != NULL;
    return turned ? behind_word(turned, "in", "(") : list;
}

static bool name_field(struct parser *p, struct filter_term *t, const char *start)
{
    p->blame = start;
    const struct field *f = field_find(p->fields, t->text);
    if (!f)
        return no_such_field(p, t->text);
    t->field = *f;
    return true;
}

static bool parse_in(struct parser *p, struct filter_term *t, const char *start, const char *list,
                     bool turned)
{
    size_t len = p->filter->len, step_len = p->filter->step_len;
    if (!name_field(p, t, start))
        return false;
    p->at = list + 1;
    if (parse_values(p, t, start) && (!turned || put_step(p, FILTER_NOT)))
        return true;
    p->filter->len = len;
    p->filter->step_len = step_len;
    return false;
}

/* Is "has" the word before a field, and not a word that is looked for? */
static bool is_has(const struct parser *p, const char *word)
{
    const char *next = behind_blanks(p->at);
    return strcasecmp(word, "has") == 0 && next > p->at && *next && !sign(*next) &&
           !strchr("()\"&|", *next);
}

static bool parse_term(struct parser *p)
{
    struct filter_term t = {.test = FILTER_WORD};
    const char *start = p->at, *list;
    bool quoted = *start == '"', turned = false;
    if (!read_text(p, AT_SIGN, t.text))
        return false;
    if (!quoted && is_has(p, t.text)) {
        skip_blanks(p);
        const char *name = p->at;
        t.test = FILTER_HAS;
        return read_text(p, AT_SIGN, t.text) && name_field(p, &t, name) && put_term(p, &t, start);
    }
    if (!quoted && (list = behind_in(p->at, &turned)))
        return parse_in(p, &t, start, list, turned);
    const char *behind = behind_blanks(p->at);
    if (!quoted && sign(*behind)) {
        p->at = behind;
        if (!name_field(p, &t, start) || !read_sign(p, &t.test) || !parse_value(p, &t, AT_BLANK))
            return false;
    }
    return put_term(p, &t, start);
}

/* Takes the joining word, if it is next. A word with a sign behind it is a field. */
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
        const char *behind = behind_blanks(end);
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
    bool none = !*p->at || (*p->at == ')' && p->depth);
    if (none || take_join(p, "and", "&&") || take_join(p, "or", "||"))
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

void filter_settle(struct filter *f, uint64_t end_ns)
{
    for (size_t i = 0; i < f->len; i++)
        if (f->term[i].field.name && f->term[i].field.kind == FIELD_MOMENT)
            f->term[i].number = (double)moment_resolve(f->term[i].moment, end_ns);
}

bool filter_read(const char *text, const struct fields *fields, struct filter *ret, struct err *err,
                 size_t *ret_at)
{
    struct timespec now;
    struct parser p = {.at = text, .blame = text, .fields = fields, .filter = ret, .err = err};
    ret->len = ret->step_len = 0;
    parse_either(&p);
    clock_gettime(CLOCK_REALTIME, &now);
    filter_settle(ret, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
    *ret_at = (size_t)(p.blame - text);
    return !p.failed;
}
