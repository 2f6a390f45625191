/* err.h - the text of one failure of the machine: what failed, on what, why, what to do. */
#pragma once

#include <stdbool.h>

struct err {
    char text[512];
};

/* Writes the text, cutting what does not fit. Always returns false, so that a caller can end with
 * `return err_set(...)`. `err` may be NULL. */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
