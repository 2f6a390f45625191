/* listing.c - see listing.h. */
#include "cli/listing.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { BAR_COLUMNS = 12, TEXT_COLUMNS = 100 };

struct listing {
    char head[LISTING_COLUMNS_MAX][32];
    bool right[LISTING_COLUMNS_MAX], optional[LISTING_COLUMNS_MAX];
    size_t columns;
    char **cell; /* owned, each of them too */
    size_t cell_len, cell_room;
    bool failed;
};

struct listing *listing_new(const char *heads)
{
    struct listing *t = calloc(1, sizeof *t);
    while (t && *heads && t->columns < LISTING_COLUMNS_MAX) {
        size_t len = strcspn(heads, "|");
        size_t signs = strspn(heads, ">?");
        t->right[t->columns] = memchr(heads, '>', signs);
        t->optional[t->columns] = memchr(heads, '?', signs);
        snprintf(t->head[t->columns], sizeof t->head[0], "%.*s", (int)(len - signs), heads + signs);
        t->columns++;
        heads += len + (heads[len] == '|');
    }
    return t;
}

void listing_free(struct listing *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->cell_len; i++)
        free(t->cell[i]);
    free(t->cell);
    free(t);
}

void listing_cell(struct listing *t, const char *text)
{
    if (t->cell_len == t->cell_room) {
        size_t room = t->cell_room ? 2 * t->cell_room : 256;
        char **cell = realloc(t->cell, room * sizeof *cell);
        t->failed = t->failed || !cell;
        if (!cell)
            return;
        t->cell = cell;
        t->cell_room = room;
    }
    char *copy = strndup(text, LISTING_CELL_MAX);
    t->failed = t->failed || !copy;
    if (copy)
        t->cell[t->cell_len++] = copy;
}

size_t text_columns(const char *text)
{
    wchar_t wide[LISTING_CELL_MAX + 1];
    size_t len = mbstowcs(wide, text, LISTING_CELL_MAX);
    int columns = len == (size_t)-1 ? -1 : wcswidth(wide, len);
    return columns < 0 ? strlen(text) : (size_t)columns;
}

static void pad(FILE *out, size_t count)
{
    while (count--)
        fputc(' ', out);
}

/* How wide each column is to be, and whether it is left out. */
struct layout {
    size_t width[LISTING_COLUMNS_MAX];
    bool hidden[LISTING_COLUMNS_MAX];
};

/* No blanks at the end: they are written with what follows them. */
static void print_row(const struct listing *t, FILE *out, const struct layout *layout,
                      char *const *cells)
{
    size_t blanks = 0;
    for (size_t i = 0; i < t->columns; i++) {
        const char *text = cells ? cells[i] : t->head[i];
        if (layout->hidden[i])
            continue;
        size_t room = layout->width[i] - text_columns(text);
        if (!text[0]) {
            blanks += layout->width[i] + 2;
            continue;
        }
        pad(out, blanks + (t->right[i] ? room : 0));
        fputs(text, out);
        blanks = (t->right[i] ? 0 : room) + 2;
    }
    fputc('\n', out);
}

void listing_count(struct listing *t, uint64_t count)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)count);
    listing_cell(t, text);
}

void listing_bar(struct listing *t, double share)
{
    static const char *const parts[] = {"",       "\u258f", "\u258e", "\u258d", "\u258c",
                                        "\u258b", "\u258a", "\u2589", "\u2588"};
    char text[3 * BAR_COLUMNS + 1] = "";
    int eighths = share > 0 ? (int)(share * 8 * BAR_COLUMNS + 0.5) : 0;
    if (share > 0 && !eighths)
        eighths = 1; /* little is not nothing */
    if (eighths > 8 * BAR_COLUMNS)
        eighths = 8 * BAR_COLUMNS;
    for (; eighths > 0; eighths -= 8)
        strcat(text, parts[eighths < 8 ? eighths : 8]);
    listing_cell(t, text);
}

static bool print_rows(const struct listing *t, FILE *out, bool head)
{
    struct layout layout = {0};
    for (size_t i = 0; i < t->cell_len; i++)
        if (text_columns(t->cell[i]) > layout.width[i % t->columns])
            layout.width[i % t->columns] = text_columns(t->cell[i]);
    for (size_t i = 0; i < t->columns; i++) {
        layout.hidden[i] = t->optional[i] && !layout.width[i];
        if (head && text_columns(t->head[i]) > layout.width[i])
            layout.width[i] = text_columns(t->head[i]);
    }
    if (head)
        print_row(t, out, &layout, NULL);
    for (size_t i = 0; i + t->columns <= t->cell_len; i += t->columns)
        print_row(t, out, &layout, t->cell + i);
    return !t->failed && !ferror(out);
}

bool listing_print(const struct listing *t, FILE *out)
{
    return print_rows(t, out, true);
}

bool listing_print_bare(const struct listing *t, FILE *out)
{
    return print_rows(t, out, false);
}

static size_t none_of; /* rows, of which none passed */

void listing_nothing_passed(size_t len)
{
    none_of = len;
}

void listing_say_empty(const char *empty)
{
    if (none_of)
        fprintf(stderr, "None of %zu rows passes --find and --hide.\n", none_of);
    else
        fprintf(stderr, "%s\n", empty);
}

bool listing_finish(struct listing *t, size_t rows, const char *empty, struct err *err)
{
    if (!t)
        return err_set(err, "out of memory");
    bool printed = true;
    if (rows)
        printed = listing_print(t, stdout);
    else
        listing_say_empty(empty);
    listing_free(t);
    return printed || err_set(err, "the table could not be written whole");
}

void text_print(const char *text)
{
    while (*text) {
        size_t len = strlen(text);
        if (len > TEXT_COLUMNS)
            for (len = TEXT_COLUMNS; len > 1 && text[len] != ' ';)
                len--;
        printf("  %.*s\n", (int)len, text);
        text += len;
        text += strspn(text, " ");
    }
}
