/* routes.c - events, then the API and the metrics, then the files of the page, else 404. */
#include "web/routes.h"

#include <string.h>

#include "web/api.h"
#include "web/assets.h"

void routes_answer(void *context, const struct request *r, struct answer *a)
{
    struct routes *routes = context;
    if (strcmp(r->path, "/api/v1/stream") == 0) {
        sse_answer(routes->sse, a);
        return;
    }
    if (api_answer(routes->readers, r, a) || metrics_answer(routes->metrics, r, a) ||
        assets_answer(r, a))
        return;
    answer_error(a, 404, "there is nothing at this path; /api/v1/openapi.json lists what there is");
}
