/* scratch.h - capture files made by a test, byte by byte, in a folder of its own. */
#pragma once

#include <stdbool.h>

#include "base/writer.h"

enum byte_order { LITTLE, BIG };

/* How a capture file is written. */
struct layout {
    const char *name;
    uint32_t magic; /* of pcap; 0: pcapng, in nanoseconds */
    enum byte_order order;
    uint32_t fraction_ns; /* what the fraction of a second counts */
    uint32_t link_type;   /* the number for files */
};

extern const struct layout layout_us, layout_ns, layout_swapped, layout_ng;

/* The header of a file, and one frame. */
void scratch_header(struct writer *w, const struct layout *layout);
void scratch_frame(struct writer *w, const struct layout *layout, uint64_t time_ns,
                   struct bytes captured, uint32_t length);

/* An interface of a pcapng file besides the one that scratch_header() writes. */
void scratch_interface(struct writer *w, const struct layout *layout);

/* Writes a file and returns its path, which is good until scratch_clear(). */
const char *scratch_write(const char *name, struct bytes content);

/* The path that a file of that name would have. */
const char *scratch_path(const char *name);

/* Removes the files and their folder. Fits cmocka's teardown. */
int scratch_clear(void **state);
