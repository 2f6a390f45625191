/* time_text.h - packet time as text. */
#pragma once

#include <stdint.h>

enum { TIME_TEXT_LEN = 30, TIME_TEXT_MAX = 40 };

/* "2026-02-03T10:33:20.123456789Z" (RFC 3339, UTC, always nine digits). */
void time_to_text(uint64_t time_ns, char text[TIME_TEXT_MAX]);
