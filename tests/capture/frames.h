/* frames.h - frames that end where nothing can be read any more. */
#pragma once

#include "capture/frame.h"

/* A frame of copied bytes, the last captured of which is the last readable one. Each call takes the
 * place of the one before. */
struct frame frame_of(int link_type, const uint8_t *bytes, size_t captured, size_t length);
