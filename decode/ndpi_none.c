/* ndpi_none.c - see inspector.h. There is no nDPI here. */
#include "decode/inspector.h"

bool inspector_exists(void)
{
    return false;
}

struct inspector *inspector_new(struct err *err)
{
    err_set(err, "this tapgraph was built without nDPI");
    return NULL;
}

void inspector_free(struct inspector *i)
{
    (void)i;
}

struct inspected *inspected_new(void)
{
    return NULL;
}

void inspected_free(struct inspected *flow)
{
    (void)flow;
}

const char *inspector_packet(struct inspector *i, struct inspected *flow, uint64_t time_ns,
                             struct bytes ip)
{
    (void)i;
    (void)flow;
    (void)time_ns;
    (void)ip;
    return NULL;
}
