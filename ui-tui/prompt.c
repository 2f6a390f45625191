/* prompt.c - see prompt.h. */
#include "ui-tui/prompt.h"

#include <string.h>

#include "base/bytes.h"

void prompt_start(struct prompt *p, const char *text)
{
    bytes_to_text(p->text, sizeof p->text, bytes_of_text(text));
    p->cursor = strlen(p->text);
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t before(const struct prompt *p, size_t at)
{
    while (at > 0 && continues(p->text[--at]))
        ;
    return at;
}

static size_t after(const struct prompt *p, size_t at)
{
    if (p->text[at])
        at++;
    while (continues(p->text[at]))
        at++;
    return at;
}

static void cut(struct prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
    p->cursor = from;
}

/* Back over blanks, then over what is none. */
static size_t word_before(const struct prompt *p, size_t at)
{
    while (at > 0 && p->text[at - 1] == ' ')
        at--;
    while (at > 0 && p->text[at - 1] != ' ')
        at--;
    return at;
}

static void insert(struct prompt *p, uint32_t point)
{
    char utf8[4];
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t used = strlen(p->text);
    if (used + len >= sizeof p->text)
        return;
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        utf8[i] = (char)(0x80 | (point & 0x3f));
    utf8[0] = (char)(lead[len] | point);
    memmove(p->text + p->cursor + len, p->text + p->cursor, used - p->cursor + 1);
    memcpy(p->text + p->cursor, utf8, len);
    p->cursor += len;
}

enum prompt_status prompt_key(struct prompt *p, struct key key)
{
    switch (key.code) {
    case KEYCODE_ENTER:
        return PROMPT_DONE;
    case KEYCODE_ESCAPE:
    case CONTROL('G'):
        return PROMPT_CANCELLED;
    case KEYCODE_BACKSPACE:
        cut(p, before(p, p->cursor), p->cursor);
        break;
    case KEYCODE_DELETE:
        cut(p, p->cursor, after(p, p->cursor));
        break;
    case CONTROL('U'):
        cut(p, 0, p->cursor);
        break;
    case CONTROL('W'):
        cut(p, word_before(p, p->cursor), p->cursor);
        break;
    case KEYCODE_LEFT:
        p->cursor = before(p, p->cursor);
        break;
    case KEYCODE_RIGHT:
        p->cursor = after(p, p->cursor);
        break;
    case KEYCODE_HOME:
    case CONTROL('A'):
        p->cursor = 0;
        break;
    case KEYCODE_END:
    case CONTROL('E'):
        p->cursor = strlen(p->text);
        break;
    default:
        if (key.code >= ' ' && key.code < KEYCODE_NONE)
            insert(p, key.code);
    }
    return PROMPT_OPEN;
}

int prompt_draw(const struct prompt *p, const struct pane *line, int column, size_t bad_at)
{
    char part[sizeof p->text];
    for (size_t at = 0; p->text[at];) {
        size_t next = after(p, at);
        enum ink ink = at >= bad_at ? INK_BAD : INK_STRONG;
        bytes_to_text(part, sizeof part, bytes_of(p->text + at, next - at));
        column = pane_text(line, 0, column, at == p->cursor ? INK_SELECTED : ink, part);
        at = next;
    }
    if (!p->text[p->cursor])
        column = pane_text(line, 0, column, INK_SELECTED, " ");
    return column;
}
