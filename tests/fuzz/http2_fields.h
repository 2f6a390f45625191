/* http2_fields.h - writes header blocks the way an encoder does that uses its table (RFC 7541), so
 * that inputs get past header compression. A field is a name and a number, which makes its value.
 */
#pragma once

#include "base/writer.h"

enum field_name {
    FIELD_METHOD,
    FIELD_SCHEME,
    FIELD_PATH,
    FIELD_AUTHORITY,
    FIELD_STATUS,
    FIELD_CONTENT_TYPE,
    FIELD_GRPC_STATUS,
    FIELD_HOST,
    FIELD_FREE, /* from here on, those that may be anywhere and as often as they like */
    FIELD_GRPC_MESSAGE = FIELD_FREE,
    FIELD_GRPC_TIMEOUT,
    FIELD_TRACEPARENT,
    FIELD_REQUEST_ID,
    FIELD_FORWARDED_FOR,
    FIELD_B3,
    FIELD_B3_TRACE,
    FIELD_B3_SPAN,
    FIELD_TE,   /* its value looks like a path */
    FIELD_FILL, /* its value is long */
    FIELD_NAMES,
};

/* Numbers of values that mean something. */
enum {
    METHOD_CONNECT = 7,
    METHODS,
    TYPE_GRPC = 0,
    TYPE_GRPC_PROTO,
    TYPE_JSON,
    TYPES = 8,
    STATUS_INTERIM = 12,
    STATUSES = 14,
};

enum { FIELD_VALUE_MAX = 1100 };

/* How a field is written, beside what comes first: whole by index, or by one as soon as it can. */
enum field_how {
    HOW_FORM = 3, /* 0: by index; 1: inserted; 2: not inserted; 3: never to be inserted */
    HOW_NAME_IN_FULL = 4,
    HOW_HUFFMAN = 8, /* of texts that consist of the shortest codes */
};

enum { FIELDS_ROOM = 65536 / 32 };

/* The dynamic table of one direction. Zeroed it is not ready: fields_init(). */
struct fields {
    struct {
        uint8_t name, number;
        uint16_t size;
    } entry[FIELDS_ROOM]; /* the newest first */
    uint32_t count, size, size_max;
};

void fields_init(struct fields *f);

/* Says how large the table is from now on (RFC 7541, 6.3): 0 to 65,536. */
void fields_resize(struct fields *f, struct writer *w, uint32_t size_max);

/* `number` may be any. */
void fields_put(struct fields *f, struct writer *w, enum field_name name, uint8_t number,
                unsigned how);
