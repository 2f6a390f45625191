/* filter.c - see filter.h. */
#include "ui-tui/filter.h"

#include <string.h>

enum { FIELDS_MAX = 128 }; /* of a table, columns and all */

/* false: there is nothing to compare. */
static bool kind_of(const struct column *c, enum field_kind *ret)
{
    static const enum field_kind kinds[] = {
        [COLUMN_TEXT] = FIELD_TEXT,     [COLUMN_COUNT] = FIELD_COUNT, [COLUMN_RATE] = FIELD_RATE,
        [COLUMN_SHARE] = FIELD_SHARE,   [COLUMN_TIME] = FIELD_TIME,   [COLUMN_BYTES] = FIELD_BYTES,
        [COLUMN_MOMENT] = FIELD_MOMENT,
    };
    if (c->kind == COLUMN_CHART || !c->name[0])
        return false;
    *ret = kinds[c->kind];
    return true;
}

/* The fields of the table, and its columns that are none. */
static size_t list(struct columns columns, const struct fields *fields,
                   struct field ret[FIELDS_MAX])
{
    size_t len = fields ? fields->len : 0;
    if (len > FIELDS_MAX)
        len = FIELDS_MAX;
    if (len)
        memcpy(ret, fields->at, len * sizeof *ret);
    for (size_t i = 0; i < columns.len && len < FIELDS_MAX; i++) {
        const struct column *c = &columns.at[i];
        enum field_kind kind;
        if (!kind_of(c, &kind) || (fields && field_find(fields, c->name)))
            continue;
        ret[len++] = (struct field){.name = c->name,
                                    .others = "",
                                    .what = "",
                                    .kind = kind,
                                    .at = c->at,
                                    .text = c->value ? c->value : c->text,
                                    .number = c->number};
    }
    return len;
}

bool filter_parse_known(const char *text, struct columns columns, const struct fields *fields,
                        struct filter *ret, struct err *err, size_t *ret_at)
{
    struct field known[FIELDS_MAX];
    const struct fields all = {"table", known, list(columns, fields, known), ""};
    return filter_read(text, &all, ret, err, ret_at);
}

bool filter_parse(const char *text, struct columns columns, struct filter *ret, struct err *err,
                  size_t *ret_at)
{
    return filter_parse_known(text, columns, NULL, ret, err, ret_at);
}

/* All texts of the row as shown, so that a word may be looked for without naming a column. */
static bool columns_have_word(const void *of, const void *row, const char *word)
{
    const struct columns *columns = of;
    char text[COLUMN_TEXT_MAX];
    for (size_t i = 0; i < columns->len; i++) {
        const struct column *c = &columns->at[i];
        if (c->kind != COLUMN_TEXT)
            continue;
        column_show(c, row, text);
        if (strcasestr(text, word))
            return true;
    }
    return false;
}

bool filter_passes(const struct filter *f, struct columns columns, const void *row)
{
    return filter_holds(f, row, columns_have_word, &columns);
}
