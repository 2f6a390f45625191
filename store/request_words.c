/* request_words.c - a request that was kept, in words for people: those of query.h. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "store/query.h"

static_assert(sizeof((struct exchange *)0)->method + sizeof((struct exchange *)0)->path + 1 <=
                  REQUEST_ASKED_MAX,
              "verb and object have room");

/* What follows the verb: a path, a name that was asked for; or "". */
static const char *object_of(const struct request_row *row)
{
    const struct exchange *x = &row->exchange;
    if (x->path[0])
        return x->path;
    return protocol_has_host(row->protocol) ? "" : x->host;
}

void request_asked(const struct request_row *row, char ret[REQUEST_ASKED_MAX])
{
    const struct exchange *x = &row->exchange;
    const char *object = object_of(row);
    bool call = object[0] == '/' && strcmp(object + 1, x->operation) == 0;
    if (call) /* a method of gRPC: that it is a POST of a path says nothing */
        snprintf(ret, REQUEST_ASKED_MAX, "%s", x->operation);
    else if (x->fingerprint) /* a statement begins with its verb */
        snprintf(ret, REQUEST_ASKED_MAX, "%s", object);
    else if (object[0])
        snprintf(ret, REQUEST_ASKED_MAX, "%s%s%s", x->method, x->method[0] ? " " : "", object);
    else
        snprintf(ret, REQUEST_ASKED_MAX, "%s", x->operation[0] ? x->operation : x->method);
}

void request_ended(const struct request_row *row, char ret[REQUEST_ENDED_MAX])
{
    const struct exchange *x = &row->exchange;
    if (!x->status[0])
        snprintf(ret, REQUEST_ENDED_MAX, "%s", outcome_name(x->outcome));
    else if (x->outcome == OUTCOME_OK)
        snprintf(ret, REQUEST_ENDED_MAX, "%s", x->status);
    else
        snprintf(ret, REQUEST_ENDED_MAX, "%s %s", x->status, outcome_name(x->outcome));
}
