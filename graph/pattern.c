/* pattern.c - see pattern.h. */
#include "graph/pattern.h"

#include <string.h>

#include "base/text.h"

static bool is_name(const char *text, size_t len)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    return len && strspn(text, allowed) >= len;
}

/* How long the placeholder at `text` is; 0: there is none. */
static size_t placeholder_len(const char *text)
{
    return *text == '*' ? 1 : *text == '{' ? strcspn(text, "}") + 1 : 0;
}

static bool is_rest(const char *text)
{
    return strcmp(text, "**") == 0;
}

/* Checks a segment, `len` > 0. */
static bool check_segment(const char *text, size_t len, struct err *err)
{
    bool after_placeholder = false;
    if (is_rest(text))
        return true;
    for (size_t i = 0; i < len;) {
        size_t placeholder = placeholder_len(text + i);
        if (text[i] == '}' || placeholder > len - i)
            return err_set(err, "a brace has no other");
        if (text[i] == '{' && !is_name(text + i + 1, placeholder - 2))
            return err_set(err, "a name in braces is made of letters, digits, '_', '-' and '.'");
        if (text[i] == '*' && text[i + 1] == '*')
            return err_set(err, "'**' can only be the whole of the last segment");
        if (placeholder && after_placeholder)
            return err_set(err, "where one placeholder ends and the next begins, nobody knows");
        after_placeholder = placeholder != 0;
        i += placeholder ? placeholder : 1;
    }
    return true;
}

static bool check(const char *text, struct err *err)
{
    if (text[0] != '/')
        return err_set(err, "a pattern begins with '/'");
    if (strlen(text) >= PATTERN_TEXT_MAX)
        return err_set(err, "a pattern has at most %d bytes", PATTERN_TEXT_MAX - 1);
    if (strpbrk(text, " \t?#;") || !text_is_clean(bytes_of_text(text)))
        return err_set(err, "a pattern is for paths: without blanks, '?', '#' and ';'");
    for (const char *at = text; *at;) {
        size_t len = strcspn(++at, "/");
        if (!len && *at == '/')
            return err_set(err, "there is nothing between two slashes");
        if (!check_segment(at, len, err))
            return false;
        at += len;
    }
    return true;
}

bool patterns_add(struct patterns *p, const char *text, struct err *err)
{
    struct err why;
    if (!check(text, &why))
        return err_set(err, "'%.60s' is no pattern of paths: %s", text, why.text);
    if (p->len == PATTERNS_MAX)
        return err_set(err, "at most %d patterns", PATTERNS_MAX);
    memcpy(p->text[p->len++], text, strlen(text) + 1);
    return true;
}

/* Where the path goes on behind parameters of a segment. */
static const char *skip_parameters(const char *path)
{
    return *path == ';' ? path + strcspn(path, "/") : path;
}

/* Of all ways to divide a segment among placeholders it is enough to try the shortest for all but
 * the last of them, as for any pattern with stars: `again` is where to go on from otherwise. */
static bool fits(const char *pattern, const char *path)
{
    const char *behind = NULL, *again = NULL;
    for (;;) {
        path = skip_parameters(path);
        size_t placeholder = placeholder_len(pattern);
        if (is_rest(pattern))
            return true;
        if (placeholder && *path && *path != '/') {
            behind = pattern += placeholder;
            again = ++path;
        } else if (!placeholder && *pattern == *path) {
            if (!*path)
                return true;
            behind = *path == '/' ? NULL : behind;
            pattern++;
            path++;
        } else if (behind && *(again = skip_parameters(again)) && *again != '/') {
            pattern = behind;
            path = ++again;
        } else {
            return false;
        }
    }
}

const char *patterns_find(const struct patterns *p, const char *path)
{
    for (size_t i = 0; i < p->len; i++)
        if (fits(p->text[i], path))
            return p->text[i];
    return NULL;
}
