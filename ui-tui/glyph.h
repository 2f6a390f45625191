/* glyph.h - look-alikes in ASCII of the characters that the dashboard is drawn with. */
#pragma once

#include <stdint.h>

/* '?' for a character that has none. */
uint32_t glyph_ascii(uint32_t point);
