/* request_text.h - one exchange in words. */
#pragma once

#include "store/query.h"
#include "ui-tui/canvas.h"

enum { REQUEST_TEXT_MAX = 576 };

/* "GET /cart/7", "SELECT orders", "A example.org": what was asked for. */
void request_asked(const struct request_row *row, char ret[REQUEST_TEXT_MAX]);

/* "200", "503 server_error", "timeout". */
void request_end(const struct request_row *row, char ret[64]);

/* Good, a warning for what the client did wrong, bad for errors, dim for what is not known. */
enum ink request_ink(const struct request_row *row);
/* ● ▲ ✖ ○: the same by shape. */
const char *request_mark(const struct request_row *row);
