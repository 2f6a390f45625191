/* protection.h - BOUNDARY: what protects the page when it is served to others than this machine:
 * who may see it, and the certificate that encrypts it. Read once, before rights are given up.
 *
 * A file of secrets has one a line: USER:PASSWORD, for browsers (RFC 7617), or a token without a
 * colon, for programs (RFC 6750); both are accepted as either. Lines that begin with # are not
 * read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum {
    SECRETS_MAX = 64,
    SECRET_TEXT_MAX = 256,
    SECRET_LEAST = 12, /* characters of a password or token: nobody slows down who guesses */
};

/* Paths; NULL: none. A certificate comes with its key, and the other way round. */
struct protection_files {
    const char *secrets, *certificate, *key;
};

struct protection {
    struct secret {
        char text[SECRET_TEXT_MAX]; /* the rest is zero */
    } secret[SECRETS_MAX];
    size_t len;              /* 0: everyone may see it */
    char *certificate, *key; /* PEM, owned; NULL: not encrypted */
};

/* Refuses a file that others than its owner can read, an empty one, and one with secrets that are
 * too short; `err` names the file and what to do. On failure `ret` is empty. */
bool protection_read(struct protection *ret, const struct protection_files *files, struct err *err);
void protection_free(struct protection *p); /* forgets the secrets; NULL is fine */

/* Is `authorization` (the header's value; NULL: there is none) one of the secrets? Takes the same
 * time whatever it shares with one. NULL `p`: everyone is allowed. */
bool protection_allows(const struct protection *p, const char *authorization);
