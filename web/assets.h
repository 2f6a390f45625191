/* assets.h - the files of the page, embedded at build time as gzip.
 *
 * Looked up in a table by exact path: no file system is touched. */
#pragma once

#include <stdint.h>

#include "web/answer.h"

struct asset {
    const char *path; /* "/", "/app-3F2A.js" */
    const char *type;
    const char *etag;       /* with its quotes: of the content */
    bool immutable;         /* its name changes with its content */
    const uint8_t *at, *to; /* gzip */
    size_t plain_len;       /* unpacked */
};

/* Made by web/build.mjs; ends with a NULL path. */
extern const struct asset assets[];

/* False if there is no such file. Unpacks for clients that do not take gzip. */
bool assets_answer(const struct request *r, struct answer *a);
