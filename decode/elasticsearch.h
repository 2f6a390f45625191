/* elasticsearch.h - requests of HTTP that are to Elasticsearch or OpenSearch, known by their paths:
 * an action that begins with _, behind the name of an index or at the front. */
#pragma once

#include "decode/exchange.h"

/* Names, of an exchange whose method and path are noted, the operation: action and index, as
 * "search orders-*" of /orders-2026.11.30/_search; if it is none of theirs it is left as it is. */
void elasticsearch_note(struct exchange *x);
