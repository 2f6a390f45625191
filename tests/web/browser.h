/* browser.h - asks a running page over a socket, as a browser or an attacker would. */
#pragma once

#include <stddef.h>

struct reply {
    int status; /* 0: the connection was closed without an answer */
    char *text; /* all of it, head and body; owned */
    size_t len;
    const char *body; /* in text, behind the head; chunks are not put together */
};

/* Sends `request` to the page at `address` ("http://127.0.0.1:7117/") and reads until the other
 * side closes. */
struct reply browser_send(const char *address, const char *request);

/* GET `target` with the right Host and `headers` ("Name: value\r\n..." or ""). */
struct reply browser_get(const char *address, const char *target, const char *headers);

/* A connection that stays open, for streams; to be closed with close(). */
int browser_open(const char *address, const char *request);

/* Reads from it until `text` was seen; returns whether that was within five seconds. */
int browser_sees(int fd, const char *text);

/* The value of a header is exactly this. */
int reply_has(const struct reply *r, const char *header_line);
void reply_free(struct reply *r);
