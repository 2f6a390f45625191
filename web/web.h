/* web.h - the page and its API, from a database file.
 *
 * Reads only; serves GET and HEAD only; the page is embedded in the binary. Runs on threads of its
 * own, so that the caller goes on. It never sees a packet. */
#pragma once

#include "base/err.h"
#include "web/protection.h"

struct web_options {
    const char *db;     /* path of the database; kept until web_stop() */
    const char *listen; /* "127.0.0.1:7117", "[::1]:7117"; port 0 takes a free one */
    const struct protection *protection; /* kept likewise; NULL: none */
};

struct web;

/* Takes in what the page needs of the machine's files: the library that paints pictures, and fonts.
 * Before the process is confined; without it, or where they are missing, there is no PNG. */
void web_prepare(void);

/* NULL on failure: `err` says what is wrong with the address, or who else listens. The database
 * need not exist yet: the page then says that nothing was captured so far. */
struct web *web_start(const struct web_options *options, struct err *err);
void web_stop(struct web *w); /* NULL is fine */

/* "http://127.0.0.1:7117/"; lives as long as `w`. */
const char *web_address(const struct web *w);
