/* mqtt_packet.h - control packets of MQTT 3.1, 3.1.1 and 5 (OASIS MQTT 3.1.1, 5.0): their fixed
 * headers, and what of the rest is needed to tell exchanges. Payloads are never looked at, nor are
 * user names, passwords and client ids. */
#pragma once

#include "base/bytes.h"

enum mqtt_type {
    MQTT_CONNECT = 1,
    MQTT_CONNACK,
    MQTT_PUBLISH,
    MQTT_PUBACK,
    MQTT_PUBREC,
    MQTT_PUBREL,
    MQTT_PUBCOMP,
    MQTT_SUBSCRIBE,
    MQTT_SUBACK,
    MQTT_UNSUBSCRIBE,
    MQTT_UNSUBACK,
    MQTT_PINGREQ,
    MQTT_PINGRESP,
    MQTT_DISCONNECT,
    MQTT_AUTH,
};

enum mqtt_status { MQTT_READ, MQTT_MORE, MQTT_WRONG };

enum {
    MQTT_SEEN = 4096, /* of a packet at most: what is read of it is in there */
    MQTT_VERSION_5 = 5,
};

struct mqtt_packet {
    enum mqtt_type type;
    uint8_t flags;
    uint32_t head; /* length of the fixed header */
    uint64_t len;  /* of the packet, with it */
};

/* Reads a fixed header. WRONG: no sender may write it so, whichever it is. */
enum mqtt_status mqtt_read_head(struct bytes in, struct mqtt_packet *ret);

/* May a client, or a server, send that? */
bool mqtt_may_send(enum mqtt_type type, bool is_client);

/* What of its variable header matters. */
struct mqtt_fields {
    uint8_t version; /* of CONNECT: 3, 4 or 5 */
    uint8_t qos;     /* of PUBLISH */
    uint16_t id;     /* of those that have one, else 0 */
    uint16_t alias;  /* of PUBLISH: for its topic, 0: none */
    uint8_t reason; /* of acknowledgements, DISCONNECT and AUTH: the worst, 0 where there is none */
    struct bytes topic; /* of PUBLISH; of SUBSCRIBE and UNSUBSCRIBE the first filter */
};

/* Reads them from the first bytes of a packet, MQTT_SEEN of it or all. `version` is that of the
 * connection, 0 if it is not known, and is set where it shows. */
enum mqtt_status mqtt_read_fields(const struct mqtt_packet *p, struct bytes in, uint8_t *version,
                                  struct mqtt_fields *ret);

/* Packets of one side, from the front of `in`: how many are whole and make sense, and whether `in`
 * ends with one of them. WRONG: one does not. A PUBLISH that goes on behind `in` counts as whole.
 * `version` as above; only of version 5 are topics that are known by an alias believed. */
enum mqtt_status mqtt_walk(struct bytes in, bool is_client, uint8_t version, unsigned *ret_count);

/* "OK", "not-authorized", ... of a reason code of version 5; static. */
const char *mqtt_reason_name(uint8_t reason);

/* The reason that a return code of CONNACK before version 5 stands for. */
uint8_t mqtt_reason_of(uint8_t return_code);

/* Is it the server's own trouble? */
bool mqtt_is_of_server(uint8_t reason);
