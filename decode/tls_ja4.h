/* tls_ja4.h - the JA4 fingerprint of a TLS client, as FoxIO specifies it: what the client's
 * software offers, whatever the order, and without what is only there as grease. */
#pragma once

#include "decode/tls_facts.h"
#include "decode/tls_hello.h"

/* `transport`: 't' for TCP, 'q' for QUIC. "t13d1516h2_8daaf6152771_e5627efa2ab1"; "" if the hello
 * offers more than any client does. */
void tls_ja4(const struct tls_client_hello *h, char transport, char text[JA4_TEXT_MAX]);
