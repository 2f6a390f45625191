/* exact.h - are the windows of minutes and hours the sums of those under them? */
#pragma once

/* In every column of every table whose name ends in _window. Nothing was deleted. */
void assert_sums(const char *path);
