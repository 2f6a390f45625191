/* wire_secured.h - what is known of TLS, as part of messages of wire.h. */
#pragma once

#include "graph/wire_field.h"

struct delta;

void wire_put_tls_facts(struct writer *w, const struct tls_facts *t);
struct tls_facts wire_get_tls_facts(struct cursor *c);

/* The rows about TLS of a delta. Its edges must have been read before. */
void wire_put_secured(struct writer *w, const struct delta *d);
void wire_get_secured(struct cursor *c, struct delta *d);
