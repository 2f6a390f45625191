/* order.c - see order.h. */
#include "store/order.h"

#include <stdlib.h>
#include <string.h>

/* Of one row. */
struct key {
    size_t at;  /* of the row, before it is sorted */
    char *text; /* NULL: there is none */
    double number;
    bool there;
};

bool order_read(struct order *ret, const struct fields *fields, const char *text, struct err *err)
{
    *ret = (struct order){0};
    if (!text || !*text)
        return true;
    ret->falling = *text == '-';
    ret->field = field_find(fields, text + ret->falling);
    return ret->field ||
           err_set(err, "sort is \"%.60s\", but %s have no such field; docs/filter.md lists them",
                   text, fields->of);
}

/* From the best to the worst; 0: it is no such word. */
static int badness(const char *text)
{
    static const char *const words[] = {"none", "idle",      "good", "fine", "note",
                                        "warn", "plaintext", "weak", "bad"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], text) == 0)
            return (int)i + 1;
    return 0;
}

static bool fill_key(struct key *key, const struct field *f, const char *row)
{
    char text[FIELD_TEXT_MAX];
    if (!field_is_text(f)) {
        key->number = f->number(row + f->at);
        key->there = key->number >= 0;
        return true;
    }
    f->text(row + f->at, text);
    key->there = text[0] != '\0';
    key->text = strdup(text);
    return key->text != NULL;
}

static int compare(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    int order = (a->number > b->number) - (a->number < b->number);
    if (a->text && b->text) {
        int bad[2] = {badness(a->text), badness(b->text)};
        order = bad[0] && bad[1] ? bad[0] - bad[1] : strverscmp(a->text, b->text);
    }
    return order;
}

static int compare_rising(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    int order = a->there != b->there ? b->there - a->there : compare(a, b);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static int compare_falling(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    int order = a->there != b->there ? b->there - a->there : compare(b, a);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

bool order_rows(const struct order *o, void *rows, size_t len, size_t size)
{
    if (!o->field || len < 2)
        return true;
    struct key *keys = calloc(len, sizeof *keys);
    char *sorted = malloc(len * size);
    bool whole = keys && sorted;
    for (size_t i = 0; whole && i < len; i++) {
        keys[i].at = i;
        whole = fill_key(&keys[i], o->field, (const char *)rows + i * size);
    }
    if (whole) {
        qsort(keys, len, sizeof *keys, o->falling ? compare_falling : compare_rising);
        for (size_t i = 0; i < len; i++)
            memcpy(sorted + i * size, (const char *)rows + keys[i].at * size, size);
        memcpy(rows, sorted, len * size);
    }
    for (size_t i = 0; keys && i < len; i++)
        free(keys[i].text);
    free(keys);
    free(sorted);
    return whole;
}
