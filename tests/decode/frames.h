/* frames.h - conversations put together of HTTP/2 frames, as steps of a script. Header blocks are
 * written with indices of the static table, and with literals that are inserted. */
#pragma once

#include "script.h"

#include "decode/http2_frame.h"

/* To be called before each test: forgets the bytes of the one before. */
int frames_setup(void **state);

/* Bytes that live as long as the test. */
struct bytes frames_keep(struct bytes in);

struct step frames_of(enum dir dir, struct bytes in);
struct bytes bytes_of_step(struct step s);

struct step frame(enum dir dir, unsigned type, unsigned flags, unsigned stream,
                  struct bytes payload);

/* In one segment. */
struct step join(struct step a, struct step b);

#define TEXT(text) bytes_of(text, sizeof(text) - 1)
#define CLIENT(type, flags, stream, payload) frame(TO_SERVER, type, flags, stream, TEXT(payload))
#define SERVER(type, flags, stream, payload) frame(TO_CLIENT, type, flags, stream, TEXT(payload))

enum { WHOLE = HTTP2_END_HEADERS, LAST = HTTP2_END_STREAM, ALL = WHOLE | LAST };

#define GRPC "application/grpc"
#define API                                                                                        \
    "\x41\x03"                                                                                     \
    "api"                                  /* :authority */
#define GETS(path) "\x82\x86\x44" path API /* path: its length in one byte, and its text */
#define M1 "\0\0\0\0\1a"                   /* a message */
#define OK_HEAD "\x88\x5f\x10" GRPC        /* :status 200 and the type */
#define STATUS(code) "\x40\x0bgrpc-status\x01" code

/* POST, http, a path of at most 126 bytes, ":authority: api", and a content-type; each literal is
 * inserted into the table, in that order. */
struct bytes asks(const char *path, const char *type);

/* The client's preface, and its settings. */
struct step preface(void);

/* A unary call, and its answer, each in one segment. */
struct step calls(unsigned stream, const char *path);
struct step answers(unsigned stream);
