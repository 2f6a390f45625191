/* http_note.h - what the head of an HTTP message says about an exchange: written to it in canonical
 * form, and without what may be secret. */
#pragma once

#include "decode/http_head.h"

/* The name of the server as the client has it: lower-case, without credentials. */
void http_note_host(struct exchange *x, struct bytes authority);

/* The target of a request: its path without the query, and its authority if it has one. */
void http_note_target(struct exchange *x, struct bytes method, struct bytes target);

/* The digits of a status, and the outcome that follows from their value. */
void http_note_status(struct exchange *x, struct bytes digits, unsigned code);

/* The first address of a list such as X-Forwarded-For. */
void http_note_forwarded_for(struct exchange *x, struct bytes value);

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
