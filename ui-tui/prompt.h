/* prompt.h - one line of text that is being typed. */
#pragma once

#include "ui-tui/canvas.h"
#include "ui-tui/filter.h"
#include "ui-tui/key.h"

/* `text` is UTF-8; the cursor is a byte in it, never inside a character. */
struct prompt {
    char text[FILTER_TEXT_MAX];
    size_t cursor;
};

void prompt_start(struct prompt *p, const char *text);

enum prompt_status { PROMPT_OPEN, PROMPT_DONE, PROMPT_CANCELLED };

enum prompt_status prompt_key(struct prompt *p, struct key key);

/* The text with its cursor; returns the column after it. `bad_at`: from this byte on it is marked
 * as wrong; SIZE_MAX: nowhere. */
int prompt_draw(const struct prompt *p, const struct pane *line, int column, size_t bad_at);
