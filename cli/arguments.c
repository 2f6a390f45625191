/* arguments.c - see arguments.h. */
#include "cli/arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct argument *find(const struct argument *table, const char *name, size_t len)
{
    for (const struct argument *a = table; a->name; a++)
        if (strlen(a->name) == len && strncmp(a->name, name, len) == 0)
            return a;
    return NULL;
}

static const struct argument *find_letter(const struct argument *table, char letter)
{
    for (const struct argument *a = table; a->name; a++)
        if (a->letter && a->letter == letter)
            return a;
    return NULL;
}

static bool unknown(const struct argument *table, const char *given, struct err *err)
{
    const char *near = NULL;
    unsigned least = 3;
    for (const struct argument *a = table; a->name; a++)
        if (text_distance(given, a->name) < least) {
            least = text_distance(given, a->name);
            near = a->name;
        }
    if (near)
        return err_set(err, "there is no option --%s; did you mean --%s?", given, near);
    return err_set(err, "there is no option --%s", given);
}

/* A number and the unit behind it. */
static bool scaled(const char *text, const char *units, const double *factors, double *ret)
{
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (end == text || errno || !(number >= 0) || strchr("nNiI", text[0]))
        return false;
    const char *unit = *end ? strchr(units, *end) : NULL;
    if (*end && (!unit || end[1]))
        return false;
    *ret = number * (unit ? factors[unit - units] : 1);
    return true;
}

static bool read_duration(const char *text, uint64_t *ret_ns)
{
    static const double factors[] = {1, 60, 3600, 86400};
    double seconds;
    if (strcmp(text, "all") == 0) {
        *ret_ns = 0;
        return true;
    }
    size_t len = strlen(text);
    char number[32];
    bool thousandths = len > 2 && len < sizeof number && strcmp(text + len - 2, "ms") == 0;
    snprintf(number, sizeof number, "%.*ss", (int)(thousandths ? len - 2 : 0), text);
    if (!scaled(thousandths ? number : text, "smhd", factors, &seconds))
        return false;
    if (thousandths)
        seconds /= 1000;
    if (seconds <= 0 || seconds > 1e9)
        return false;
    *ret_ns = (uint64_t)(seconds * 1e9);
    return true;
}

static bool read_size(const char *text, uint32_t *ret)
{
    static const double factors[] = {1 << 10, 1 << 20, 1 << 30, 1 << 10};
    double bytes;
    if (!scaled(text, "KMGk", factors, &bytes) || bytes > UINT32_MAX)
        return false;
    *ret = (uint32_t)bytes;
    return true;
}

static bool read_count(const char *text, uint32_t *ret)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (end == text || *end || errno || text[0] == '-' || number > UINT32_MAX)
        return false;
    *ret = (uint32_t)number;
    return true;
}

static bool add_text(struct texts *into, const char *text)
{
    if (into->len == TEXTS_MAX)
        return false;
    into->text[into->len++] = text;
    return true;
}

static bool add_word(struct words *into, const char *text, size_t len)
{
    for (unsigned i = 0; into->known[i]; i++)
        if (strlen(into->known[i]) == len && strncmp(into->known[i], text, len) == 0) {
            into->chosen |= 1U << i;
            return true;
        }
    return false;
}

/* Words between commas. */
static bool add_words(struct words *into, const char *text)
{
    uint32_t before = into->chosen;
    for (size_t len;; text += len + 1) {
        len = strcspn(text, ",");
        if (!add_word(into, text, len)) {
            into->chosen = before;
            return false;
        }
        if (!text[len])
            return true;
    }
}

static void add_all_words(struct words *into)
{
    for (unsigned i = 0; into->known[i]; i++)
        into->chosen |= 1U << i;
}

static bool wrong_words(const struct argument *a, const char *value, struct err *err)
{
    const struct words *words = a->into;
    char known[256] = "";
    for (size_t i = 0, len = 0; words->known[i] && len < sizeof known; i++)
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%s", i ? "," : "",
                                words->known[i]);
    return err_set(err, "--%s takes some of %s, not '%s'", a->name, known, value);
}

static bool set(const struct argument *a, const char *value, struct err *err)
{
    static const char *const wants[] = {
        [ARGUMENT_COUNT] = "a whole number",
        [ARGUMENT_SIZE] = "a number of bytes such as 65535 or 64M",
        [ARGUMENT_DURATION] = "a time such as 90s, 15m, 2h, 1d or all",
        [ARGUMENT_TEXTS] = "at most 64 times",
    };
    bool good = true;
    switch (a->kind) {
    case ARGUMENT_FLAG:
        *(bool *)a->into = true;
        break;
    case ARGUMENT_TEXT:
        *(const char **)a->into = value;
        break;
    case ARGUMENT_TEXTS:
        good = add_text(a->into, value);
        break;
    case ARGUMENT_COUNT:
        good = read_count(value, a->into);
        break;
    case ARGUMENT_SIZE:
        good = read_size(value, a->into);
        break;
    case ARGUMENT_DURATION:
        good = read_duration(value, a->into);
        break;
    case ARGUMENT_WORDS:
        return add_words(a->into, value) || wrong_words(a, value, err);
    }
    return good || err_set(err, "--%s takes %s, not '%s'", a->name, wants[a->kind], value);
}

/* The value of the option at argv[*at]: behind it, or the next argument. */
static bool take(const struct argument *a, const char *attached, char **argv, int *at,
                 struct err *err)
{
    if (a->kind == ARGUMENT_FLAG) {
        if (attached)
            return err_set(err, "--%s takes no value", a->name);
        return set(a, NULL, err);
    }
    const char *value = attached ? attached : argv[*at + 1];
    if (a->kind == ARGUMENT_WORDS && !attached) {
        if (value && add_words(a->into, value))
            ++*at;
        else
            add_all_words(a->into);
        return true;
    }
    if (!value)
        return err_set(err, "--%s needs a value: %s", a->name, a->value);
    if (!attached)
        ++*at;
    return set(a, value, err);
}

static bool read_long(const struct argument *table, char **argv, int *at, struct err *err)
{
    const char *text = argv[*at] + 2, *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : strlen(text);
    const struct argument *a = find(table, text, len);
    if (a)
        return take(a, equals ? equals + 1 : NULL, argv, at, err);
    char given[64];
    snprintf(given, sizeof given, "%.*s", (int)(len < 60 ? len : 60), text);
    return unknown(table, given, err);
}

static bool read_short(const struct argument *table, char **argv, int *at, struct err *err)
{
    for (const char *letter = argv[*at] + 1; *letter; letter++) {
        const struct argument *a = find_letter(table, *letter);
        if (!a)
            return err_set(err, "there is no option -%c", *letter);
        if (a->kind != ARGUMENT_FLAG)
            return take(a, letter[1] ? letter + 1 : NULL, argv, at, err);
        set(a, NULL, err);
    }
    return true;
}

bool arguments_read(int argc, char **argv, const struct argument *table, struct texts *operands,
                    bool *ret_help, struct err *err)
{
    bool options = true;
    for (int i = 1; i < argc; i++) {
        const char *text = argv[i];
        bool option = options && text[0] == '-' && text[1];
        if (option && strcmp(text, "--") == 0) {
            options = false;
        } else if (option && (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0)) {
            *ret_help = true;
            return true;
        } else if (option) {
            if (!(text[1] == '-' ? read_long : read_short)(table, argv, &i, err))
                return false;
        } else if (!operands) {
            return err_set(err, "'%s' is not expected here", text);
        } else if (!add_text(operands, text)) {
            return err_set(err, "at most %d arguments can be handled at once", TEXTS_MAX);
        }
    }
    return true;
}

void arguments_print(const struct argument *table)
{
    for (const struct argument *a = table; a->name; a++) {
        char left[64], letter[8] = "    ";
        if (a->letter)
            snprintf(letter, sizeof letter, "-%c, ", a->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, a->name, a->value ? " " : "",
                 a->value ? a->value : "");
        printf("  %-28s %s\n", left, a->help);
    }
    printf("  %-28s %s\n", "-h, --help", "this text");
}
