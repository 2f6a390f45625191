/* http_head.h - the head of an HTTP/1 message: start line and fields (RFC 9112, 2 to 5).
 *
 * Pure functions from bytes to views of them. They read what real peers accept, not only what
 * they should send: a bare LF ends a line (RFC 9112, 2.2), blanks may be tabs and several, a
 * field may be folded (5.2), space before a colon is passed over, a line without a colon is
 * ignored. Each returns the length read, or DECODE_MORE when the end is not here yet, or
 * DECODE_LOST when no more bytes can make it right. The judgement of a beginning never differs
 * from that of the whole. */
#pragma once

#include "decode/decoder.h"

enum {
    HTTP_HEAD_MAX = 64 * 1024, /* bytes of start line and fields */
    HTTP_METHOD_MAX = 32,      /* bytes of a method */
    HTTP_FIELDS_MAX = 512,     /* lines of fields; more are no head */
};

struct http_request_line {
    struct bytes method, target;
    bool versioned; /* false: a request as HTTP/0.9 had them, nothing but the line */
};

struct http_status_line {
    struct bytes digits; /* one to three, as sent */
    unsigned code;       /* their value */
};

int64_t http_read_request_line(struct bytes in, struct http_request_line *ret_line);
int64_t http_read_status_line(struct bytes in, struct http_status_line *ret_line);

/* A method of RFC 9110 or RFC 5789; capitals matter. */
bool http_is_common_method(struct bytes method);

/* Empty views for fields that are not there; of a field that is there twice the first. */
struct http_fields {
    struct bytes host, forwarded_for, request_id, upgrade;
    struct bytes traceparent, b3, b3_trace_id, b3_span_id, b3_parent_id;
    struct bytes content_type, grpc_status, grpc_message, grpc_timeout;
    struct bytes clickhouse_exception;
    bool clickhouse;        /* there is a field X-ClickHouse-... */
    int64_t content_length; /* -1: none */
    bool coded;             /* there is a Transfer-Encoding */
    bool chunked;           /* and the last coding is chunked */
    bool bad_length;        /* a Content-Length that is no number, or two that differ */
};

/* The lines behind the start line, up to and with the empty one. */
int64_t http_read_fields(struct bytes in, struct http_fields *ret_fields);

/* The framing of a whole head in which, as some clients read it, a CR alone ends a line too.
 * Returns true if that shows a Transfer-Encoding or Content-Length. */
bool http_read_fields_cr(struct bytes in, struct http_fields *ret_fields);

/* How far the search for the end of a head has come; zero at first. */
struct http_scan {
    uint32_t seen, lines;
};

/* Is the end of the head in `in`, which grows with each call while its start stays? Looks at each
 * byte once. DECODE_MORE, DECODE_LOST, or a number above 0 if it is. */
int64_t http_scan_head(struct bytes in, struct http_scan *scan);

/* A target in its four forms (RFC 9112, 3.2): the path without query and fragment, and the
 * authority without credentials where the target has one. */
struct http_target {
    struct bytes path, authority;
};

struct http_target http_read_target(struct bytes method, struct bytes target);

/* "user:password@host:80" without what comes before the host. */
struct bytes http_without_credentials(struct bytes authority);

/* The first address of a list such as X-Forwarded-For. */
struct bytes http_first_of_list(struct bytes value);

/* A line of a chunked body that gives a chunk's size (RFC 9112, 7.1). */
int64_t http_read_chunk_size(struct bytes in, uint64_t *ret_size);

/* One line of trailers, and the field in it; or `ret_last`, and no field: it is the empty one. */
int64_t http_read_trailer(struct bytes in, bool *ret_last, struct http_fields *ret_field);
