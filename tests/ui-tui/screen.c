/* screen.c - see screen.h. */
#include "tests/ui-tui/screen.h"

#include <locale.h>
#include <string.h>
#include <time.h>

int screen_locale(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

struct frame *screen_open(struct query *q)
{
    struct frame *f = frame_new("shop.db", 0);
    assert_non_null(f);
    assert_true(frame_open(f, "Edges"));
    frame_update(f, q);
    f->now_ns = q->history.to_ns + 1000000000;
    return f;
}

void screen_tab(struct frame *f, struct query *q, const char *title)
{
    assert_true(frame_open(f, title));
    frame_fetch(f, q);
}

static uint32_t code_of(char c)
{
    if (c == '\n')
        return KEYCODE_ENTER;
    return c == '^' ? (uint32_t)KEYCODE_ESCAPE : (uint32_t)(unsigned char)c;
}

void screen_type(struct frame *f, struct query *q, const char *keys)
{
    for (; *keys; keys++) {
        frame_key(f, q, (struct key){.code = code_of(*keys)});
        frame_fetch(f, q);
    }
}

const char *screen_text(struct frame *f, int rows, int columns, bool ascii)
{
    static char text[1 << 16];
    struct canvas *c = canvas_new(rows, columns, ascii);
    assert_non_null(c);
    frame_draw(f, c);
    size_t used = 0;
    for (int row = 0; row < rows; row++) {
        canvas_row_text(c, row, text + used, sizeof text - used - 1);
        used += strlen(text + used);
        text[used++] = '\n';
    }
    text[used] = '\0';
    canvas_free(c);
    return text;
}

void screen_shows(struct frame *f, int rows, int columns, int from, const char *picture)
{
    char part[1 << 14];
    const char *text = screen_text(f, rows, columns, false);
    for (; from; from--)
        text = strchr(text, '\n') + 1;
    strncpy(part, text, sizeof part - 1);
    part[sizeof part - 1] = '\0';
    if (strlen(picture) < sizeof part)
        part[strlen(picture)] = '\0';
    assert_string_equal(part, picture);
}
