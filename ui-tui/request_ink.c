/* request_ink.c - see request_ink.h. */
#include "ui-tui/request_ink.h"

#include "ui-tui/figures.h"

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
