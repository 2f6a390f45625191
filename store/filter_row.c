/* filter_row.c - does a row pass? See filter.h. */
#include <string.h>
#include <strings.h>

#include "store/filter.h"

static const void *there(const struct field *f, const void *row)
{
    return (const char *)row + f->at;
}

bool fields_have_word(const void *of, const void *row, const char *word)
{
    const struct fields *fields = of;
    char text[FIELD_TEXT_MAX];
    for (size_t i = 0; i < fields->len; i++) {
        const struct field *f = &fields->at[i];
        if (!field_is_text(f))
            continue;
        f->text(there(f, row), text);
        if (strcasestr(text, word))
            return true;
    }
    return false;
}

static bool listed(const char *list, const char *word)
{
    size_t len = strlen(word);
    if (!len)
        return !*list;
    for (size_t part; *list; list += part, list += strspn(list, ", ")) {
        part = strcspn(list, ",");
        if (part == len && strncasecmp(list, word, len) == 0)
            return true;
    }
    return false;
}

static bool is_equal(const struct filter_term *t, const char *text)
{
    return strcasecmp(text, t->text) == 0 || (t->field.kind == FIELD_LIST && listed(text, t->text));
}

static bool text_passes(const struct filter_term *t, const void *row)
{
    char text[FIELD_TEXT_MAX];
    t->field.text(there(&t->field, row), text);
    switch (t->test) {
    case FILTER_EQUAL:
        return is_equal(t, text);
    case FILTER_UNEQUAL:
        return !is_equal(t, text);
    case FILTER_CONTAINS:
        return strcasestr(text, t->text) != NULL;
    case FILTER_LACKS:
        return strcasestr(text, t->text) == NULL;
    case FILTER_HAS:
        return text[0] != '\0';
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
    const struct field *f = &t->field;
    double number = (t->as_share ? f->share : f->number)(there(f, row));
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
    case FILTER_HAS:
        return number > 0;
    case FILTER_WORD:
    case FILTER_CONTAINS:
    case FILTER_LACKS:
        break;
    }
    return false;
}

static bool term_passes(const struct filter_term *t, const void *row, filter_word *word,
                        const void *of)
{
    if (t->test == FILTER_WORD)
        return word(of, row, t->text);
    return field_is_text(&t->field) ? text_passes(t, row) : number_passes(t, row);
}

bool filter_holds(const struct filter *f, const void *row, filter_word *word, const void *of)
{
    bool holds[FILTER_TERMS_MAX + 1] = {true};
    size_t len = 0;
    for (size_t i = 0; i < f->step_len; i++) {
        uint8_t step = f->step[i];
        if (step < FILTER_TERMS_MAX) {
            holds[len++] = term_passes(&f->term[step], row, word, of);
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
