/* log.h - lines for the operator, on standard error.
 *
 * Under systemd (JOURNAL_STREAM set) a line carries its priority as "<3>"; elsewhere it starts
 * with "tapgraph: ". Text from the wire never goes here: whoever can send packets could fill
 * the log. */
#pragma once

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_DEBUG };

/* Lines above `level` are dropped. The default is LOG_LEVEL_NOTICE. */
void log_set_level(enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
