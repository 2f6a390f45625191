/* answer.h - a request as the routes see it, and the answer to it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { ETAG_TEXT_MAX = 48, DISPOSITION_TEXT_MAX = 96, STREAM_END = -1 };

/* Borrowed for the time of the call. */
struct request {
    const char *path; /* decoded, without the query */
    void *connection; /* of the HTTP library */
};

/* NULL where absent. In server.c. */
const char *request_header(const struct request *r, const char *name);
const char *request_argument(const struct request *r, const char *name);

/* A body that goes on. Its owner wakes it when there is more to say. */
struct stream;
void stream_wake(struct stream *s); /* any thread, between open() and close() */

struct stream_source {
    void *state; /* of the stream's owner */
    void (*open)(void *state, struct stream *s);
    /* Bytes written to `at`, at most `max`; 0 = nothing now: sleeps until woken; or STREAM_END. */
    int (*read)(void *state, char *at, size_t max);
    void (*close)(void *state); /* the stream is gone; `state` may be freed */
};

/* Zero is a valid start. Text is borrowed and static unless said otherwise. */
struct answer {
    unsigned status;                        /* 0 = 200 */
    const char *type;                       /* media type */
    const char *cache;                      /* Cache-Control; NULL = "no-store" */
    const char *encoding;                   /* "gzip", or NULL */
    char etag[ETAG_TEXT_MAX];               /* with its quotes; "" = none */
    char disposition[DISPOSITION_TEXT_MAX]; /* Content-Disposition; "" = none */
    const void *body;
    size_t len;
    void *owned; /* freed with the answer; often the body itself; NULL if that is static */
    bool has_stream;
    struct stream_source stream; /* instead of a body */
};

/* {"error": sentence} with this status. */
void answer_error(struct answer *a, unsigned status, const char *sentence);

/* Status 400, of a parameter: with "parameter", and "at", the byte of it that is wrong. */
void answer_misasked(struct answer *a, const char *sentence, const char *parameter, size_t at);

/* A body that the answer takes. NULL makes it an error: memory is short. */
void answer_body(struct answer *a, const char *type, void *body, size_t len);

/* Packs a body of more than ANSWER_PACK_MIN bytes if the client takes gzip. */
enum { ANSWER_PACK_MIN = 1024 };
void answer_pack(struct answer *a, const char *accept_encoding);

/* Makes the answer "304 not modified" if If-None-Match (NULL = absent) has its etag. */
bool answer_if_none_match(struct answer *a, const char *if_none_match);

void answer_free(struct answer *a);
