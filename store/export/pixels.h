/* pixels.h - the libraries that make pixels, cairo and FreeType, and the fonts, taken in when a
 * picture of pixels is first asked for: they are not linked to, so that no program that draws none
 * waits for them, and tapgraph does without where they are not installed.
 *
 * A process that is confined cannot open them, so it calls pixels_load() before. From then on all
 * is in memory: text is drawn without opening anything. */
#pragma once

#include <stdbool.h>

/* False if something is missing; pixels_missing() says what, and what to install. Once: what comes
 * later is answered as the first was. Safe from any thread. */
bool pixels_load(void);
const char *pixels_missing(void);
