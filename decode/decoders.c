/* decoders.c - the list of protocols. Order is probe order: strict grammars before loose ones. */
#include "decode/decoder.h"

/* clang-format off */
#define DECODERS(X) \
    X(tls)          \
    X(http2)        \
    X(mysql)        \
    X(tds)          \
    X(smtp)         \
    X(fastcgi)      \
    X(postgresql)   \
    X(starttls)     \
    X(http1)        \
    X(amqp)         \
    X(nats)         \
    X(mongodb)      \
    X(cassandra)    \
    X(clickhouse)   \
    X(dubbo)        \
    X(thrift)       \
    X(ldap)         \
    X(mqtt)         \
    X(redis)        \
    X(memcached)    \
    X(websocket)    \
    X(kafka)        \
    X(dns_tcp)      \
    X(quic)         \
    X(dns)
/* clang-format on */

#define DECLARE(name) extern const struct decoder name##_decoder;
#define ENTRY(name) &name##_decoder,

DECODERS(DECLARE)

const struct decoder *const decoders[] = {DECODERS(ENTRY) NULL};
