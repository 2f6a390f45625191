/* screen.h - plays keys to the dashboard and compares its screen with a picture. */
#pragma once

#include "tests/check.h"
#include "tests/ui-tui/fake_query.h"
#include "ui-tui/frame.h"

/* A setup for cmocka: UTF-8 and UTC. Fails if the system has no UTF-8 locale. */
int screen_locale(void **state);

/* A dashboard that has been shown the edges of `q`, at one second past its newest window. */
struct frame *screen_open(struct query *q);

/* Opens a tab by its title. */
void screen_tab(struct frame *f, struct query *q, const char *title);

/* Types: a character is itself, \n Enter, \t Tab, ^ Escape. Then asks for what is missing. */
void screen_type(struct frame *f, struct query *q, const char *keys);

/* The screen as text, trailing blanks cut; in a static buffer. */
const char *screen_text(struct frame *f, int rows, int columns, bool ascii);

/* Fails unless the screen from row `from` on begins with the picture. */
void screen_shows(struct frame *f, int rows, int columns, int from, const char *picture);
