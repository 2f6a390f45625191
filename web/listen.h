/* listen.h - where the page listens, and which hosts it answers to. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { LISTEN_TEXT_MAX = 128, LISTEN_BACKLOG = 64 };

struct listening {
    int fd;                        /* listening, closed on exec; -1 when closed */
    char host[LISTEN_TEXT_MAX];    /* as written, without brackets: "127.0.0.1", "::1" */
    char address[LISTEN_TEXT_MAX]; /* "http://127.0.0.1:7117/", with the port it got */
    bool loopback;                 /* only this machine can connect */
};

/* Listens on `text`: "127.0.0.1:7117", "[::1]:7117", "localhost:7117". Port 0 takes a free one.
 * Other than loopback addresses are accepted if the page is `locked` by a password. On failure
 * returns false; `err` says what is wrong with the text, or why the port cannot be had. */
struct listen_options {
    bool locked, encrypted;
};
bool listen_open(struct listening *ret, const char *text, struct listen_options options,
                 struct err *err);
