/* tls_digest.h - SHA-256, and the library that it comes from. */
#pragma once

#include "base/bytes.h"
#include "decode/tls_facts.h"

/* To be called before the library is used otherwise: it reads no configuration, for the sensor can
 * open no file. Cheap when repeated; from any thread. */
void tls_library_ready(void);

/* All zero if the library refuses. */
struct fingerprint tls_sha256(struct bytes in);
