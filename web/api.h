/* api.h - /api/v1/: questions to the database, each answered in the format asked for.
 *
 * A database that is not there yet answers with empty tables. Described in docs/api.md and
 * web/openapi.json. */
#pragma once

#include "web/answer.h"
#include "web/readers.h"

/* False if `path` is no question of the API. */
bool api_answer(struct readers *readers, const struct request *r, struct answer *a);
