/* http_note.h - what the head of an HTTP message says about an exchange: written to it in canonical
 * form, and without what may be secret. */
#pragma once

#include "decode/http_head.h"

/* Method, path without query, and the target's authority where it has one. */
void http_note_request_line(struct exchange *x, const struct http_request_line *line);

/* Status, and the outcome that follows from it. */
void http_note_status_line(struct exchange *x, const struct http_status_line *status);

/* Host, trace and ids. */
void http_note_fields(struct exchange *x, enum dir dir, const struct http_fields *f);

/* Deadline, or status, of a call of gRPC. That HTTP has gone well says nothing about it: "200" is
 * not its status. */
void http_note_call(struct exchange *x, enum dir dir, const struct http_fields *f);

/* One field of the trailers of an answer, which matters if it is to such a call. */
void http_note_trailer(struct exchange *x, const struct http_fields *f);
