/* tls_note.h - what is written into the exchange of a TLS handshake. */
#pragma once

#include "decode/exchange.h"
#include "decode/tls_hello.h"

/* Method and operation: "handshake", "resumption TLS 1.3". */
void tls_note_operation(struct exchange *x);

/* `transport` as for tls_ja4(). */
void tls_note_client_hello(struct exchange *x, const struct tls_client_hello *hello,
                           char transport);
void tls_note_server_hello(struct exchange *x, const struct tls_server_hello *hello);

void tls_note_established(struct exchange *x);

enum { TLS_LEVEL_FATAL = 2, TLS_ALERT_CLOSE_NOTIFY = 0, TLS_ALERT_USER_CANCELED = 90 };

/* An alert ended the handshake; `alert` below 0: a sealed one. Whoever gets an alert is to blame
 * for it; but internal_error is its sender's own, and one that only says goodbye is nobody's. */
void tls_note_alert(struct exchange *x, bool by_client, int alert);

/* A side of QUIC closed before the handshake was over, and says why (RFC 9000, 20.1). */
void tls_note_quic_error(struct exchange *x, bool by_client, uint64_t error);
