/* requests.h - what lists of requests share. */
#pragma once

#include "cli/listing.h"
#include "store/query.h"

enum { ASKED_TEXT_MAX = 96 };

/* "GET /users/42", "SELECT * FROM orders": what was asked, cut. */
void asked_to_text(const struct request_row *row, char text[ASKED_TEXT_MAX]);
