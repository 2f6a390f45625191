/* cassandra_message.h - what messages of the CQL native protocol, versions 3 to 5, begin with
 * (https://cassandra.apache.org/doc/latest/cassandra/reference/native-protocol.html).
 *
 * An envelope is 9 bytes and a body. In version 5 envelopes lie in segments once the connection is
 * set up; the head of a segment has a checksum, so that it proves itself. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

enum {
    CQL_HEAD = 9,
    CQL_BODY_MAX = 256 << 20, /* what servers take */
    CQL_SEGMENT_TAIL = 4,
    CQL_SEGMENT_HEAD_MAX = 8,
};

enum cql_opcode {
    CQL_ERROR = 0x00,
    CQL_STARTUP = 0x01,
    CQL_READY = 0x02,
    CQL_AUTHENTICATE = 0x03,
    CQL_OPTIONS = 0x05,
    CQL_SUPPORTED = 0x06,
    CQL_QUERY = 0x07,
    CQL_RESULT = 0x08,
    CQL_PREPARE = 0x09,
    CQL_EXECUTE = 0x0a,
    CQL_REGISTER = 0x0b,
    CQL_EVENT = 0x0c,
    CQL_BATCH = 0x0d,
    CQL_AUTH_CHALLENGE = 0x0e,
    CQL_AUTH_RESPONSE = 0x0f,
    CQL_AUTH_SUCCESS = 0x10,
};

enum cql_flag {
    CQL_COMPRESSED = 1,
    CQL_TRACED = 2,
    CQL_PAYLOAD = 4,
    CQL_WARNED = 8,
    CQL_BETA = 16,
};

enum cql_result { CQL_VOID = 1, CQL_ROWS, CQL_SET_KEYSPACE, CQL_PREPARED, CQL_SCHEMA_CHANGE };

struct cql_head {
    uint8_t version; /* 3 to 5 */
    uint8_t flags;
    uint8_t opcode;
    uint16_t stream;
    uint32_t size; /* of the body */
    bool answer;
};

/* What bytes may be. */
enum cql_proof {
    CQL_NOT,
    CQL_SHORT, /* too little is here */
    CQL_FAIR,  /* all that there is fits */
    CQL_SURE,  /* and there is so much that nothing else looks like it */
};

/* CQL_FAIR if these are the first bytes of an envelope from that side. */
enum cql_proof cql_head(struct bytes in, bool answer, struct cql_head *ret);

/* The same, of what is in its body as well; the body may be cut short. */
enum cql_proof cql_check(struct bytes in, bool answer);

struct cql_segment {
    uint8_t head;  /* bytes in front of the payload */
    uint32_t size; /* of the payload */
    bool whole;    /* envelopes begin and end in it; else it is a part of one */
    bool compressed;
};

/* CQL_SURE: a segment begins here; with heads as of connections that compress (`lz4`), or not. */
enum cql_proof cql_segment(struct bytes in, bool lz4, struct cql_segment *ret);

/* The body without what flags put in front of it: trace id, warnings, payload. Starved if that is
 * not all here. */
struct cursor cql_body(struct bytes body, const struct cql_head *head);

struct bytes cql_long_text(struct cursor *c);  /* [long string] or [bytes] */
struct bytes cql_short_text(struct cursor *c); /* [string] or [short bytes] */

/* How many rows are in a result, behind its kind; 0 if the bytes do not reach that far. */
uint32_t cql_rows(struct cursor c);

/* "QUERY"; NULL: there is no such request. Static. */
const char *cql_request_name(uint8_t opcode);

/* "SYNTAX_ERROR", as the specification has it, and whose fault it is; NULL of others. Static. */
const char *cql_error(uint32_t code, enum outcome *ret_outcome);
