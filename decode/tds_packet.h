/* tds_packet.h - packets and tokens of TDS ([MS-TDS] 2.2.3, 2.2.7), as bytes.
 *
 * A message is a chain of packets of one type; the last has the bit "end of message". What a server
 * answers is a stream of tokens in them, of which no length says where a row ends. So only what
 * stands in front of the rows is read, and the tokens that end the message, from its end. */
#pragma once

#include "base/bytes.h"

enum {
    TDS_HEADER = 8,
    TDS_PACKET_MAX = 32767,
    TDS_TAIL = 64, /* of an answer so many bytes tell how it ended */
};

enum tds_type {
    TDS_BATCH = 0x01,
    TDS_RPC = 0x03,
    TDS_ANSWER = 0x04,
    TDS_ATTENTION = 0x06,
    TDS_BULK = 0x07,
    TDS_TOKEN = 0x08,       /* of federated authentication */
    TDS_TRANSACTION = 0x0e, /* a request to the transaction manager */
    TDS_LOGIN = 0x10,
    TDS_SSPI = 0x11,
    TDS_PRELOGIN = 0x12,
};

enum {
    TDS_END_OF_MESSAGE = 1 << 0,
    TDS_RESETS = 1 << 3 | 1 << 4, /* the connection is given to another user of a pool */
};

struct tds_packet {
    uint8_t type, status, number;
    uint16_t len;      /* with the header */
    struct bytes body; /* as much of it as is here */
};

enum tds_encryption { TDS_ENCRYPT_OFF, TDS_ENCRYPT_ON, TDS_ENCRYPT_NOT_SUP, TDS_ENCRYPT_REQ };

/* False: not all of the header is here, or it is none (`len` is then 0). */
bool tds_packet(struct bytes in, struct tds_packet *ret);

/* Behind what a side says before the login: what it says on encryption; -1: it is no such thing. */
int tds_prelogin(struct bytes body);

/* A login of TDS 7: its length and version make sense. */
bool tds_is_login(struct bytes body);

/* What the tokens before the rows say. */
struct tds_head {
    uint32_t error; /* its number; 0: there is none */
    uint8_t severity;
    bool logged_in;
    bool short_counts; /* of a login: rows are counted in 32 bits, as before TDS 7.2 */
};
void tds_read_head(struct bytes body, struct tds_head *ret);

/* What the tokens at the end of the message say. `tail` ends where the message does. */
enum { TDS_DONE_ERROR = 1 << 1, TDS_DONE_COUNT = 1 << 4, TDS_DONE_ATTENTION = 1 << 5 };
struct tds_tail {
    uint16_t status; /* of the last one */
    uint64_t rows;   /* of the last that counts some, if it does */
    bool counted;
    bool has_value; /* a number was returned, as that of a statement that was prepared */
    uint32_t value;
    uint32_t
        error; /* the latest before the end; 0: there is none, or it does not fit into `tail` */
    uint8_t severity;
};
bool tds_read_tail(struct bytes tail, bool short_counts, struct tds_tail *ret);

/* Whether this begins an answer, as far as the first token shows. */
bool tds_is_token(uint8_t token);
