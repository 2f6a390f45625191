/* thrift_walk.h - where a struct of Thrift's binary protocol ends, which nothing says but all that
 * is in it. Values pass by unseen. */
#pragma once

#include "base/bytes.h"

enum { THRIFT_DEPTH_MAX = 24 };

struct thrift_walk {
    uint8_t depth; /* 0: it has ended */
    struct thrift_level {
        uint8_t kind;      /* of what is inside of: THRIFT_STRUCT, or else elements follow */
        uint8_t each[2];   /* types of elements, by turns (keys and values of maps) */
        uint64_t elements; /* that are left */
    } level[THRIFT_DEPTH_MAX];
};

/* A field of the outermost struct. */
struct thrift_field {
    uint8_t type; /* 0: what was walked is none */
    uint16_t id;
    uint32_t number; /* of a 32-bit one */
};

enum { THRIFT_I32 = 8, THRIFT_STRUCT = 12 };

struct thrift_walk thrift_walk_begin(void);

/* Walks over what `in` begins with. Returns how many bytes that takes up, which may be more than
 * are here; 0: too little is here; -1: it makes no sense. */
int64_t thrift_walk(struct thrift_walk *w, struct bytes in, struct thrift_field *ret);
