/* postgresql_state.c - see postgresql_state.h. */
#include "decode/postgresql_state.h"

struct postgresql_asked *postgresql_asked_of(struct exchange *x)
{
    return exchange_state(x);
}

void postgresql_tell(struct exchange *x, const char *verb, const char *operation)
{
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(verb));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(operation));
}

bool postgresql_is_of_epoch(struct exchange *x, uint32_t epoch)
{
    return postgresql_asked_of(x)->kind == POSTGRESQL_EXTENDED &&
           postgresql_asked_of(x)->epoch == epoch;
}
