/* bson.h - reads a document of BSON (https://bsonspec.org/spec.html) element by element, as its
 * bytes come. An element is known by its type and name before its value is there; the reader goes
 * into it, takes it or lets it pass by unseen, however large it is. */
#pragma once

#include "base/bytes.h"

enum {
    BSON_DEPTH_MAX = 4,  /* of documents in each other that are gone into */
    BSON_NAME_MAX = 128, /* a longer name is none that anybody looks for */
    BSON_LEAST = 5,      /* bytes of a document: its length and its end */
};

enum bson_type {
    BSON_DOUBLE = 1,
    BSON_STRING = 2,
    BSON_DOCUMENT = 3,
    BSON_ARRAY = 4,
    BSON_BOOL = 8,
    BSON_INT32 = 16,
    BSON_INT64 = 18,
};

/* Zero is no document. */
struct bson_walk {
    uint32_t left[BSON_DEPTH_MAX]; /* bytes of each document that has been gone into */
    uint8_t depth;                 /* 0: it has ended */
};

struct bson_element {
    uint8_t type;
    struct bytes name;  /* without its end */
    uint32_t head;      /* bytes of type and name */
    uint32_t size;      /* bytes of the value */
    struct bytes value; /* as much of it as is there */
};

enum bson_step {
    BSON_ELEMENT,
    BSON_ENDED, /* the document ends with the next byte, which is to be let pass */
    BSON_MORE,
    BSON_WRONG,
};

/* A document begins with `in`, of which there are `limit` bytes at most. BSON_ELEMENT: its length,
 * 4 bytes, has been read. */
enum bson_step bson_begin(struct bson_walk *w, struct bytes in, uint32_t limit);

/* What is next in the document. */
enum bson_step bson_next(const struct bson_walk *w, struct bytes in, struct bson_element *ret);

/* Each returns how many bytes it takes up. The element is let pass, */
uint32_t bson_pass(struct bson_walk *w, const struct bson_element *e);

/* or, a document or an array, gone into: 0 if that is not possible. */
uint32_t bson_enter(struct bson_walk *w, const struct bson_element *e);

/* The innermost document is done with: what is left of it passes. */
uint32_t bson_leave(struct bson_walk *w);

/* Is the value there, as a number that is not too large? */
bool bson_number(const struct bson_element *e, int64_t *ret);

/* The text of a string that is there; else empty. */
struct bytes bson_text(const struct bson_element *e);
