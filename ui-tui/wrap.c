/* wrap.c - see wrap.h. */
#include "ui-tui/wrap.h"

#include <string.h>

#include "base/bytes.h"

enum { LINE_TEXT_MAX = 1024 };

/* How much of `text` goes on one line: whole words, at least one. Writes it to `line`. */
static size_t take_line(const char *text, int columns, bool ascii, char line[LINE_TEXT_MAX])
{
    size_t len = 0, word = 0;
    while (text[len]) {
        word = strspn(text + len, " ");
        word += strcspn(text + len + word, " ");
        bytes_to_text(line, LINE_TEXT_MAX, bytes_of(text, len + word));
        if (len && canvas_width(line, ascii) > columns)
            break;
        len += word;
    }
    bytes_to_text(line, LINE_TEXT_MAX, bytes_of(text, len));
    return len;
}

int wrap_draw(const struct pane *p, int row, enum ink ink, const char *text)
{
    char line[LINE_TEXT_MAX];
    text += strspn(text, " ");
    while (*text) {
        text += take_line(text, p->columns, p->canvas->ascii, line);
        text += strspn(text, " ");
        struct pane field = pane_line(p, row++, 0, p->columns);
        pane_field(&field, ALIGN_LEFT, ink, line);
    }
    return row;
}
