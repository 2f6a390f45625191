/* key.h - what the user pressed. */
#pragma once

#include <stdint.h>

/* A character is its code point, a control key its code: KEYCODE_ESCAPE, 'D' & 31. What has no
 * character comes after all of them. */
enum {
    KEYCODE_TAB = 9,
    KEYCODE_ENTER = 13,
    KEYCODE_ESCAPE = 27,
    KEYCODE_BACKSPACE = 127,
    KEYCODE_NONE = 0x110000, /* nothing was pressed in time */
    KEYCODE_UP,
    KEYCODE_DOWN,
    KEYCODE_LEFT,
    KEYCODE_RIGHT,
    KEYCODE_HOME,
    KEYCODE_END,
    KEYCODE_PAGE_UP,
    KEYCODE_PAGE_DOWN,
    KEYCODE_DELETE,
    KEYCODE_BACK_TAB,
    KEYCODE_F1,
    KEYCODE_F10 = KEYCODE_F1 + 9,
    KEYCODE_RESIZE, /* the terminal has another size */
    KEYCODE_CLICK,  /* at row and column */
    KEYCODE_WHEEL_UP,
    KEYCODE_WHEEL_DOWN,
};

#define CONTROL(letter) ((letter)&31)

struct key {
    uint32_t code;
    int row, column; /* of a click, on the canvas */
};
