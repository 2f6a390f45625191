/* log_file.h - the file of --log. Lines are written where they go to the file from: stdio would
 * copy each, and write it in pieces of 4 KiB. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct log_file;

/* "-" is standard output. `goes_on`: behind what the file has, else in its place. NULL on failure.
 */
struct log_file *log_file_open(const char *path, bool goes_on, struct err *err);

/* Room for a line of LOG_LINE_MAX bytes; what is there counts once log_file_wrote() is told. */
char *log_file_line(struct log_file *f);
void log_file_wrote(struct log_file *f, size_t len);

/* Whoever reads the file is to see all that was written. Where the disk is full, lines are dropped
 * until there is room; none is left in part. */
void log_file_flush(struct log_file *f);

/* false: it could not be written whole. */
bool log_file_close(struct log_file *f);
