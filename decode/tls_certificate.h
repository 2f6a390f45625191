/* tls_certificate.h - what an X.509 certificate says, by way of OpenSSL. */
#pragma once

#include "base/bytes.h"
#include "decode/tls_facts.h"

enum { CERTIFICATE_DER_MAX = 16384 }; /* one that is longer is not read */

/* `der` is one certificate. All but `issued_by` is filled in; what makes no sense is `unreadable`.
 */
void tls_read_certificate(struct bytes der, struct certificate *ret);
