/* recorded.h - what the sensor writes of a capture, kept in a file in memory instead of a pipe. */
#pragma once

#include "daemon/link.h"
#include "daemon/sensor.h"

/* Replays `path` to `fd` in this process, with one worker and small tables. What is wrong with the
 * file is written to `words`. */
enum sensor_exit recorded_sense(const char *path, int fd, int words);

/* Hands on each of the messages. false: they are not well-formed, or memory is short. */
typedef void recorded_take(void *context, enum message_type type, struct bytes body);
bool recorded_read(int fd, recorded_take *take, void *context);
