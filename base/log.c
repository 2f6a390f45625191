/* log.c - see log.h. One write(2) a line, so that lines of several processes do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum log_level highest = LOG_LEVEL_NOTICE;

void log_set_level(enum log_level level)
{
    highest = level;
}

void log_line(enum log_level level, const char *format, ...)
{
    static const char *const priorities[] = {"<3>", "<4>", "<5>", "<7>"}; /* syslog(3) */
    if (level > highest)
        return;
    char line[1024];
    const char *prefix = getenv("JOURNAL_STREAM") ? priorities[level] : "tapgraph: ";
    int used = snprintf(line, sizeof line, "%s", prefix);
    va_list args;
    va_start(args, format);
    int text = vsnprintf(line + used, sizeof line - (size_t)used - 1, format, args);
    va_end(args);
    size_t len = (size_t)used + (text > 0 ? (size_t)text : 0);
    if (len > sizeof line - 2)
        len = sizeof line - 2;
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, len) < 0)
        return; /* nobody is left to tell */
}
