/* list.h - the cursor in a list that may be longer than its window, and the part that is seen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ui-tui/key.h"

/* Zeroed is an empty list. cursor < len whenever len > 0. */
struct list {
    size_t len;
    size_t cursor;
    size_t top;    /* the first item seen */
    size_t window; /* how many can be seen; set by list_show() */
};

/* The list has another length; the cursor stays, or goes to the last item. */
void list_resize(struct list *l, size_t len);

void list_select(struct list *l, size_t item);

/* Says how many items can be seen now, and scrolls so that the cursor is among them. */
void list_show(struct list *l, size_t window);

/* Moves the cursor. Returns false for a key that moves nothing in any list. */
bool list_key(struct list *l, struct key key);
