/* clickhouse_http.h - ClickHouse asked by HTTP: what statement there is in the URL or the body.
 * What is asked for looks like any request; that the server is ClickHouse shows in fields
 * X-ClickHouse-* of either side, and only then is the statement believed to be one.
 *
 * Of the statement nothing is kept but its verb and tables. Uses the exchange's state. */
#pragma once

#include "decode/http_head.h"

enum { CLICKHOUSE_STATEMENT_SEEN = 1024 }; /* bytes of a body that are looked at */

/* Of a request whose method is noted: is there a statement in its target's query? */
void clickhouse_http_target(struct exchange *x, struct bytes target);

/* Or may there be one in its body? Then so much of it is to be shown. */
bool clickhouse_http_wants_body(struct exchange *x);
void clickhouse_http_body(struct exchange *x, struct bytes body, bool whole);

/* A head has fields of ClickHouse's: the statement is the operation, and an exception's code is the
 * message. */
void clickhouse_http_fields(struct exchange *x, const struct http_fields *f);
