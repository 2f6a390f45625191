/* requests.h - what the lists of requests share. */
#pragma once

#include "cli/listing.h"
#include "store/query.h"

enum { ASKED_TEXT_MAX = 96 };

/* "GET /users/42", "SELECT * FROM orders": what was asked, cut. */
void asked_to_text(const struct exchange *x, char text[ASKED_TEXT_MAX]);

/* "500", "timeout", "ok": how it ended, in a word or two. */
void end_to_text(const struct exchange *x, char text[64]);
