/* test_fields.c - the tables of fields: complete, unambiguous, and told in docs/filter.md. */
#include "store/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/query.h"
#include "tests/check.h"

static void are_sound(void **state)
{
    (void)state;
    for (const struct fields *const *t = fields_of_all; *t; t++) {
        for (size_t i = 0; i < (*t)->len; i++) {
            const struct field *f = &(*t)->at[i];
            if (!(field_is_text(f) ? f->text && !f->number : f->number && !f->text))
                fail_msg("%s: %s cannot be read", (*t)->of, f->name);
            if (f->share && f->kind != FIELD_COUNT)
                fail_msg("%s: %s has a share", (*t)->of, f->name);
            for (size_t j = 0; j < (*t)->len; j++)
                if (j != i && field_is_called(&(*t)->at[j], f->name))
                    fail_msg("%s: %s is two", (*t)->of, f->name);
        }
    }
}

/* A name of one table is of the same kind in each. */
static void mean_the_same(void **state)
{
    (void)state;
    for (const struct fields *const *t = fields_of_all; *t; t++)
        for (const struct fields *const *u = fields_of_all; *u; u++)
            for (size_t i = 0; i < (*t)->len; i++) {
                const struct field *f = &(*t)->at[i], *g = field_find(*u, f->name);
                if (g && (field_is_text(f) != field_is_text(g) ||
                          (!field_is_text(f) && f->kind != g->kind)))
                    fail_msg("%s is a %s in %s, a %s in %s", f->name, field_kind_name(f->kind),
                             (*t)->of, field_kind_name(g->kind), (*u)->of);
            }
}

/* Rows of nothing can be asked for everything. */
static void read_empty_rows(void **state)
{
    (void)state;
    void *row = calloc(1, sizeof(struct insight_row) + sizeof(struct tls_row));
    assert_non_null(row);
    for (const struct fields *const *t = fields_of_all; *t; t++)
        for (size_t i = 0; i < (*t)->len; i++) {
            const struct field *f = &(*t)->at[i];
            const void *there = (char *)row + f->at;
            char text[FIELD_TEXT_MAX] = "";
            if (field_is_text(f))
                f->text(there, text);
            else if (f->number(there) > 0 || (f->share && f->share(there) > 0))
                fail_msg("%s: %s of nothing", (*t)->of, f->name);
        }
    free(row);
}

static char *manual(void)
{
    static char text[100000];
    FILE *in = fopen(TESTS_DIR "/../docs/filter.md", "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    return text;
}

/* A line a field, as it stands in the manual; printed, if it does not. */
static void are_told(void **state)
{
    const char *text = manual();
    bool whole = true;
    (void)state;
    for (const struct fields *const *t = fields_of_all; *t; t++) {
        char head[64];
        snprintf(head, sizeof head, "\n### %s\n", (*t)->of);
        const char *section = strstr(text, head);
        if (!section)
            printf("%s\n| field | also | kind | |\n| --- | --- | --- | --- |\n", head);
        for (size_t i = 0; i < (*t)->len; i++) {
            const struct field *f = &(*t)->at[i];
            char line[400];
            snprintf(line, sizeof line, "\n| `%s` | %s | %s%s | %s |\n", f->name, f->others,
                     field_kind_name(f->kind), f->share ? ", share" : "", f->what);
            const char *there = section ? strstr(section, line) : NULL;
            const char *end = section ? strstr(section + strlen(head), "\n### ") : NULL;
            if (there && (!end || there < end))
                continue;
            printf("%s", line + 1);
            whole = false;
        }
    }
    if (!whole)
        fail_msg("the lines above are missing in docs/filter.md");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_sound),
        cmocka_unit_test(mean_the_same),
        cmocka_unit_test(read_empty_rows),
        cmocka_unit_test(are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
