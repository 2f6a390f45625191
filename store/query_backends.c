/* query_backends.c - how the calls of a service are spread over its endpoints. */
#include "store/handle.h"

bool query_backends(struct query *q, struct range r, int64_t service_id, struct backend_rows *ret,
                    struct err *err)
{
    (void)q, (void)r, (void)service_id, (void)err;
    *ret = (struct backend_rows){0};
    return true;
}
