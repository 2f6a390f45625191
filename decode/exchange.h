/* exchange.h - BOUNDARY: one request and what became of it.
 *
 * An exchange holds no pointer that anyone frees, so it may be copied or kept with no thought of
 * ownership. All text is in canonical form (base/text.h) and free of secrets: queries, credentials
 * and bodies never get here. Text that does not fit is cut and NOTE_TRUNCATED set. */
#pragma once

#include "capture/address.h"
#include "decode/tls_facts.h"

enum outcome {
    OUTCOME_UNKNOWN, /* bytes were lost; the zero value, so that forgetting to set it is safe */
    OUTCOME_OK,
    OUTCOME_CLIENT_ERROR, /* the caller's fault: 4xx, NXDOMAIN, a syntax error */
    OUTCOME_SERVER_ERROR, /* the callee's fault: 5xx, SERVFAIL, out of memory */
    OUTCOME_TIMEOUT, /* no answer for as long as we were willing to wait, or the protocol says so */
    OUTCOME_RESET,   /* the server's side reset the connection before the answer was whole */
    OUTCOME_CANCELLED,  /* the client's side reset or abandoned it before the answer was whole */
    OUTCOME_UNANSWERED, /* the connection ended in order, or the capture ended, without an answer */
    OUTCOMES,           /* how many there are */
};

/* "ok", "client_error", ... as the log and the database write it; static. */
const char *outcome_name(enum outcome outcome);

/* Errors of a service, as error rates count them: server_error, timeout, reset. A client error is
 * counted as an error too; cancelled, unanswered and unknown are not. */
bool outcome_is_error(enum outcome outcome);

enum note {
    NOTE_MIDSTREAM = 1 << 0, /* the connection began before the capture */
    NOTE_GAP = 1 << 1,       /* bytes were lost while it was open */
    NOTE_TRUNCATED = 1 << 2, /* a text of it was too long and is cut, or the capture cut packets */
    NOTE_RETRANSMITTED = 1 << 3,      /* bytes of it were sent again */
    NOTE_INFERRED_DIRECTION = 1 << 4, /* no handshake was seen; who is client was inferred */
    NOTE_PIPELINED = 1 << 5,          /* asked before the previous answer ended */
    NOTE_EARLY_ANSWER = 1 << 6,       /* answered before the request ended */
    NOTE_AMBIGUOUS_LENGTH = 1 << 7, /* both Content-Length and Transfer-Encoding, or two lengths */
    NOTE_UPGRADED = 1 << 8,         /* the connection went on as another protocol */
    NOTE_UNKNOWN_FIELDS = 1 << 9,   /* fields of it are from before the capture, and unreadable */
    NOTE_PUSHED = 1 << 10,          /* nobody asked: the server promised it (PUSH_PROMISE) */
    NOTE_REFUSED = 1 << 11,         /* the server said that it has not begun with it */
    NOTE_DEADLINE = 1 << 12,        /* its end was seen after the client's deadline had passed */
    NOTE_COMPRESSED = 1 << 13,      /* a message of it was compressed */
    NOTE_ONE_WAY = 1 << 14,         /* only one side's packets reach the tap */
    NOTE_SKEW = 1 << 15,            /* its answer is stamped before its request */
    NOTE_DECRYPTED = 1 << 16,       /* it was encrypted, and opened with keys of a key log */
    NOTES = 17,                     /* how many there are */
};

/* What kind of call it was, as far as its messages show. */
enum call_kind {
    CALL_NONE, /* not made of messages */
    CALL_UNARY,
    CALL_CLIENT_STREAMING,
    CALL_SERVER_STREAMING,
    CALL_BIDI_STREAMING,
    CALL_KINDS,
};

/* "", "unary", "client-streaming", "server-streaming", "bidi-streaming"; static. */
const char *call_kind_name(enum call_kind kind);

/* Streaming calls have an age, messages and gaps between them; their duration is no latency. */
bool call_is_streaming(enum call_kind kind);

/* Of how many header fields of a connection the text is known; the others were set by blocks that
 * were not seen. 0 fields: the protocol has no such thing, or none has come. */
struct certainty {
    uint32_t fields, known;           /* since it began, or since we joined */
    uint32_t late_fields, late_known; /* of late: the latest 128 to 256 */
};

/* "NO_ERROR", "CANCEL", ... of an error code of HTTP/2 (RFC 9113, 7); NULL of others. Static. */
const char *error_code_name(int64_t code);

/* "midstream", "gap", ... of the note with this bit number, 0 to NOTES - 1; static. */
const char *note_name(int bit);

struct exchange {
    const char *protocol; /* the decoder's log name, "http"; static */
    uint64_t number;      /* packet.number of the packet that ended it */
    struct address client_address, server_address;
    uint16_t client_port, server_port;
    uint32_t tenant;

    /* First and last byte of each message as seen at the tap, capture clock; 0 = not seen.
     * duration = response_end_ns - request_ns, ttfb = response_ns - request_end_ns. */
    uint64_t request_ns, request_end_ns, response_ns, response_end_ns;
    uint64_t
        end_ns; /* when it was counted: the time of the packet, or of the time-out, that ended it */

    uint64_t request_bytes, response_bytes; /* of the messages on the wire, heads included */
    uint32_t request_messages, response_messages;
    uint64_t first_message_ns; /* first byte of the answer's first message; 0 = none */
    uint64_t last_message_ns;  /* first byte of the latest message, of either side; 0 = none */
    uint64_t deadline_ns;      /* how long the client was willing to wait; 0 = it did not say */
    uint32_t stream_id;        /* of multiplexed protocols, else 0 */
    int32_t grpc_status;       /* -1 where there is none */
    int64_t error_code; /* of the RST_STREAM or GOAWAY that ended it (RFC 9113, 7); -1: none */
    enum call_kind call;
    struct certainty certainty; /* of its connection, as it ended */
    struct tls_facts tls;       /* of a handshake of TLS; else zero */
    uint64_t fingerprint;       /* of the statement asked (sql.h); 0 = none */
    uint32_t notes;             /* enum note */
    enum outcome outcome;

    char method[32]; /* verb or command; "" = the protocol has none, or it was not seen */
    char status[40]; /* as the protocol writes it: "200"; "" = not seen */
    char host[128];  /* authority, server name or query name, as the client wrote it */
    /* Without query; "" where there is none. With a fingerprint it is a statement without its
     * literals. */
    char path[512];
    char operation[192];    /* of bounded variety; "" = to be made of method and path by graph/ */
    char trace_id[33];      /* W3C traceparent or B3, lower-case hex; "" = none */
    char span_id[17];       /* likewise */
    char parent_id[17];     /* of B3: the span that span_id is part of; "" = none */
    char request_id[64];    /* x-request-id */
    char forwarded_for[64]; /* the first address of X-Forwarded-For */
    /* The name that the client had asked the DNS for, and got the server's address, before the
     * connection began; "" = that was not seen. */
    char asked[128];
    char message[128]; /* what the server said beside the status: grpc-message */
    bool elsewhere;    /* asked of a forward proxy: `host` is where that is to go */
};

/* Do exchanges of this protocol have the client's name of the server for a host? */
bool protocol_has_host(const char *protocol);

/* Is its host what the client calls the server? */
bool exchange_calls_server(const struct exchange *x);

/* Was the client no longer willing to wait at this time, as far as it said? With slack, a
 * tenth of it from 5 to 50 ms: its clock started before its request reached us, and it was busy. */
bool exchange_is_past_deadline(const struct exchange *x, uint64_t now_ns);
