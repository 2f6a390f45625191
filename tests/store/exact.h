/* exact.h - are the windows of minutes and hours, and shortcuts, the sums of those under them? */
#pragma once

/* In every column of every table whose name ends in _window. Nothing was deleted, and no shortcut
 * is missing. */
void assert_sums(const char *path);
