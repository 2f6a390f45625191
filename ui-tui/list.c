/* list.c - see list.h. */
#include "ui-tui/list.h"

void list_resize(struct list *l, size_t len)
{
    l->len = len;
    list_select(l, l->cursor);
}

void list_select(struct list *l, size_t item)
{
    l->cursor = item < l->len ? item : l->len ? l->len - 1 : 0;
}

void list_show(struct list *l, size_t window)
{
    l->window = window;
    if (l->cursor < l->top)
        l->top = l->cursor;
    if (window && l->cursor >= l->top + window)
        l->top = l->cursor - window + 1;
    if (l->top + window > l->len) /* no empty rows below while there are items above */
        l->top = l->len > window ? l->len - window : 0;
}

static void move_up(struct list *l, size_t by)
{
    l->cursor = l->cursor > by ? l->cursor - by : 0;
}

static void move_down(struct list *l, size_t by)
{
    list_select(l, l->cursor + by);
}

bool list_key(struct list *l, struct key key)
{
    size_t page = l->window > 1 ? l->window - 1 : 1, half = l->window > 2 ? l->window / 2 : 1;
    switch (key.code) {
    case 'k':
    case KEYCODE_UP:
        move_up(l, 1);
        return true;
    case 'j':
    case KEYCODE_DOWN:
        move_down(l, 1);
        return true;
    case KEYCODE_WHEEL_UP:
        move_up(l, 3);
        return true;
    case KEYCODE_WHEEL_DOWN:
        move_down(l, 3);
        return true;
    case KEYCODE_PAGE_UP:
        move_up(l, page);
        return true;
    case KEYCODE_PAGE_DOWN:
        move_down(l, page);
        return true;
    case CONTROL('U'):
        move_up(l, half);
        return true;
    case CONTROL('D'):
        move_down(l, half);
        return true;
    case 'g':
    case KEYCODE_HOME:
        l->cursor = 0;
        return true;
    case 'G':
    case KEYCODE_END:
        move_down(l, l->len);
        return true;
    }
    return false;
}
