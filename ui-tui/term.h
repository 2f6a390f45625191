/* term.h - the terminal: shows a canvas, reads keys. There is one, and one thread uses it.
 *
 * term.c is the only file that knows ncurses. */
#pragma once

#include "base/err.h"
#include "ui-tui/canvas.h"
#include "ui-tui/key.h"

/* Takes the terminal over until term_close(), which also runs at exit. A crash gives it back too,
 * before it goes its way. */
bool term_open(bool no_color, struct err *err);
void term_close(void);

void term_size(int *ret_rows, int *ret_columns);

/* Shows a canvas; writes only what differs from what is seen. */
void term_show(const struct canvas *c);

/* Waits for a key, at most `timeout_ms`; KEYCODE_NONE if none came, or a signal did. */
struct key term_key(int timeout_ms);

/* A signal asked the program to end. */
bool term_interrupted(void);

/* The locale is not UTF-8, or the terminal's font is known to lack what views are drawn with. */
bool term_wants_ascii(void);
