/* request_text.c - see request_text.h. */
#include "ui-tui/request_text.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/figures.h"

void request_asked(const struct request_row *row, char ret[REQUEST_TEXT_MAX])
{
    const struct exchange *x = &row->exchange;
    const char *object = x->path[0] ? x->path : protocol_has_host(row->protocol) ? "" : x->host;
    if (object[0] == '/' && strcmp(object + 1, x->operation) == 0)
        object++; /* a method of gRPC: that it is a POST of a path says nothing */
    if (x->fingerprint || object == x->path + 1) /* a statement begins with its verb */
        snprintf(ret, REQUEST_TEXT_MAX, "%s", object);
    else if (object[0])
        snprintf(ret, REQUEST_TEXT_MAX, "%s%s%s", x->method, x->method[0] ? " " : "", object);
    else
        snprintf(ret, REQUEST_TEXT_MAX, "%s", x->operation[0] ? x->operation : x->method);
}

void request_end(const struct request_row *row, char ret[64])
{
    const struct exchange *x = &row->exchange;
    if (!x->status[0])
        snprintf(ret, 64, "%s", outcome_name(x->outcome));
    else if (x->outcome == OUTCOME_OK)
        snprintf(ret, 64, "%s", x->status);
    else
        snprintf(ret, 64, "%s %s", x->status, outcome_name(x->outcome));
}

static enum health health_of(const struct request_row *row)
{
    enum outcome outcome = row->exchange.outcome;
    return outcome == OUTCOME_OK             ? HEALTH_GOOD
           : outcome == OUTCOME_CLIENT_ERROR ? HEALTH_WARN
           : outcome_is_error(outcome)       ? HEALTH_BAD
                                             : HEALTH_IDLE;
}

enum ink request_ink(const struct request_row *row)
{
    return figures_ink_of(health_of(row));
}

const char *request_mark(const struct request_row *row)
{
    return figures_mark_of(health_of(row));
}
