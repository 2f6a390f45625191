/* control.h - the line between supervisor and keeper: one datagram a message, a descriptor may come
 * with it. Closing it asks the keeper to end. */
#pragma once

#include "base/err.h"

enum control_kind {
    CONTROL_PIPE,   /* to the keeper: read from this descriptor from now on */
    CONTROL_EVENT,  /* to the keeper: `name` and `text` */
    CONTROL_READY,  /* from the keeper: `text` is the page's address, or "" */
    CONTROL_FAILED, /* from the keeper: it cannot start; `text` says why */
    CONTROL_ENDED,  /* from the keeper: the sensor said that the capture is over; `text`: its damage
                     */
};

struct control {
    enum control_kind kind;
    char name[32];
    char text[512];
};

/* The two ends, for supervisor and keeper. */
bool control_open(int ret_fd[2], struct err *err);

/* `fd` goes along unless it is -1. Never blocks for long; false: the other side is gone. */
bool control_send(int control_fd, const struct control *message, int fd);

/* Waits for a message. `ret_fd` is -1 or a descriptor given to the caller. false: the other side is
 * gone. */
bool control_receive(int control_fd, struct control *ret_message, int *ret_fd);
