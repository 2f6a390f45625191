/* tls_record.h - records of TLS, and the messages of a handshake that they carry (RFC 8446, 5.1 and
 * 4; RFC 5246, 6.2).
 *
 * A message may be spread over records, and a record hold several. One that lies in one record is
 * not copied; of others only those whose content is wanted are, and up to a limit. */
#pragma once

#include "base/bytes.h"

enum {
    TLS_RECORD_HEADER = 5,
    TLS_RECORD_MAX = 16384 + 2048, /* of content, protected (RFC 5246, 6.2.3) */
    TLS_MESSAGE_HEADER = 4,
    TLS_MESSAGE_MAX = 16384, /* of a message whose content is wanted; past it, it is cut */
};

enum tls_record_type {
    TLS_CHANGE_CIPHER_SPEC = 20,
    TLS_ALERT = 21,
    TLS_HANDSHAKE = 22,
    TLS_APPLICATION_DATA = 23,
    TLS_HEARTBEAT = 24,
};

struct tls_record {
    uint8_t type; /* enum tls_record_type */
    uint16_t version;
    uint16_t len; /* of its content */
};

enum tls_found { TLS_NONE, TLS_PART, TLS_WHOLE };

/* TLS_PART: so far this may be the header of a record. */
enum tls_found tls_read_record(struct bytes in, struct tls_record *ret);

/* How many headers are chained at the front of `in`, at most `most`; and do the records end where
 * `in` does? */
unsigned tls_count_records(struct bytes in, unsigned most, bool *ret_exact);

enum tls_message_type {
    TLS_CLIENT_HELLO = 1,
    TLS_SERVER_HELLO = 2,
    TLS_NEW_SESSION_TICKET = 4,
    TLS_ENCRYPTED_EXTENSIONS = 8,
    TLS_CERTIFICATE = 11,
    TLS_CERTIFICATE_REQUEST = 13,
    TLS_SERVER_HELLO_DONE = 14,
    TLS_FINISHED = 20,
};

struct tls_message {
    uint8_t type; /* enum tls_message_type, or another */
    bool cut;     /* `body` is only the beginning of it */
    struct bytes body;
};

/* The messages of one direction. Zero is a fresh one. */
struct tls_messages {
    uint8_t *bytes; /* owned; the beginning of a message, header included */
    uint32_t len, room;
    uint32_t passing; /* bytes of a message still to pass by */
    bool delivered;   /* what is kept has been handed out */
    bool adrift;      /* part of a message is missing */
};

void tls_messages_free(struct tls_messages *m);

/* A hole: where the next message begins is not known. It is found again in a record that messages
 * fill to the byte. */
void tls_messages_lose(struct tls_messages *m);

/* A record of a handshake begins; `content` is all of it. */
void tls_messages_record(struct tls_messages *m, struct bytes content);

/* The next message that begins or goes on in `rest`, which moves on. `ret` is good until the next
 * call. A message whose content nobody wants is handed out at its header, with no body. False:
 * there is none, or memory is short, and the message is passed over. */
bool tls_messages_next(struct tls_messages *m, struct bytes *rest, struct tls_message *ret);
