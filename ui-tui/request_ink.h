/* request_ink.h - how a request went, by ink and shape. */
#pragma once

#include "store/query.h"
#include "ui-tui/canvas.h"

/* Good, a warning for what the client did wrong, bad for errors, dim for what is not known. */
enum ink request_ink(const struct request_row *row);
/* ● ▲ ✖ ○: the same by shape. */
const char *request_mark(const struct request_row *row);
