/* sensor.h - the half that reads packets: frames in, windows and exchanges out, through the pipe to
 * the keeper.
 *
 * It parses hostile bytes, so it runs as a process of its own with no rights. sensor_run_*() are
 * called in that process after privilege_drop_sensor(), and return its exit status. */
#pragma once

#include "capture/file.h"
#include "capture/live.h"
#include "daemon/options.h"

enum sensor_exit {
    SENSOR_DONE = 0,        /* the capture ended, or SIGTERM asked for the end */
    SENSOR_FAILED = 1,      /* it said why, in the log */
    SENSOR_SOURCE_GONE = 3, /* all interfaces were deleted: open them again and start anew */
};

/* Reads the file from beginning to end as fast as it can, with options->workers workers. */
enum sensor_exit sensor_run_file(const struct daemon_options *options, struct capture_file *file,
                                 int keeper_fd);

/* Plays the file at its own speed, its times moved so that it begins now; again and again if
 * options->loop. */
enum sensor_exit sensor_run_paced(const struct daemon_options *options, struct capture_file *file,
                                  int keeper_fd);

/* Captures from interfaces until SIGTERM. `live` holds options->workers readers for each of the
 * `live_len` interfaces, those of the first interface first. */
enum sensor_exit sensor_run_live(const struct daemon_options *options, struct live *const *live,
                                 uint16_t live_len, int keeper_fd);
