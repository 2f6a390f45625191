/* dubbo_body.h - what a Dubbo request asks, in the serializations that say so in their first
 * strings, and what kind of value an answer holds (org.apache.dubbo.rpc.protocol.dubbo). */
#pragma once

#include "base/bytes.h"

enum { DUBBO_NAME_MAX = 160 }; /* longer names are not told */

struct dubbo_call {
    char service[DUBBO_NAME_MAX + 1], version[DUBBO_NAME_MAX + 1], method[DUBBO_NAME_MAX + 1];
};

/* "hessian2"; NULL: no serialization has this number. Static. */
const char *dubbo_serialization(uint8_t id);

/* The call in the first bytes of a request's body. False: they do not say, or not yet. Names are of
 * letters that names are made of. */
bool dubbo_call(uint8_t serialization, struct bytes body, struct dubbo_call *ret);

/* Is an answer's body, of which the first byte is here, an exception? */
bool dubbo_is_exception(uint8_t serialization, uint8_t first);
