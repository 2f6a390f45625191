/* http2_talk.h - a conversation in HTTP/2, made of the records that an input of the fuzzer holds.
 *
 * A record is an octet that says what it is (enum record, and two bits), one with the length of the
 * rest, and what it needs; what is not there is zero. Some records make frames that keep to the
 * rules wherever they stand, for the state of streams and header tables is kept; the others break
 * the rules, or lose bytes. Made without those, a talk is one that two peers might have. */
#pragma once

#include "base/writer.h"
#include "decode/decoder.h"
#include "http2_fields.h"

enum record {
    RECORD_REQUEST,  /* options, block */
    RECORD_ANSWER,   /* stream, options, block: the head, or behind that the trailers */
    RECORD_DATA,     /* stream, options, length */
    RECORD_TRAILERS, /* stream, block: of the client */
    RECORD_PROMISE,  /* stream, options, block */
    RECORD_CONTROL,  /* type, number */
    RECORD_RESET,    /* stream, code */
    RECORD_LOOK,     /* what is open and what is new is asked */
    RECORD_REPEAT,   /* a segment is sent again */
    RECORDS_LEGAL,
    RECORD_FRAME = RECORDS_LEGAL, /* type, flags, stream, how its length lies, payload */
    RECORD_BLOCK,                 /* stream, options, block */
    RECORD_RAW,                   /* how often (from 192 on: more than once), bytes */
    RECORD_LOSE,                  /* place, length: of what the side says next */
    RECORD_GAP,                   /* length, twofold so often */
    RECORD_END,                   /* FIN */
    RECORD_TIME_OUT,              /* limit */
    RECORDS,
    RECORD_TO_CLIENT = 32, /* of those that either side may send */
    RECORD_TOGETHER = 64,  /* no time has passed since the one before */
};

/* Of a request, an answer, data, a promise. A block is such an octet of options, a number of fields
 * and three octets for each: name, number, how. */
enum option {
    OPTION_END = 1, /* nothing follows */
    OPTION_PADDED = 2,
    OPTION_PRIORITY = 4,
    OPTION_PIECES = 0x18, /* frames that continue a block */
    OPTION_RESIZE = 0x20, /* the table, first; an octet says to what */
    OPTION_GRPC = 0x40,
    OPTION_JSON = 0x80,    /* of a request: the type of its content; else there is none */
    OPTION_INTERIM = 0x80, /* of an answer that does not end */
};

enum talk_what { TALK_SAY, TALK_LOSE, TALK_END, TALK_TIME_OUT, TALK_REPEAT, TALK_LOOK };

struct talk_event {
    enum talk_what what;
    enum dir dir;
    bool together;
    size_t at, len;           /* of what is said in `bytes`; `len` also of a loss, or a limit */
    size_t lost_at, lost_len; /* of what is said */
    uint32_t begins;          /* the stream that a client begins here; else 0 */
};

enum { EVENTS_MAX = 1024, TALK_STREAMS = 64 };

struct talk_stream {
    uint32_t id;
    bool open[2]; /* the side may still send */
    bool grpc, answered;
    bool messaged; /* grpc-message has been said */
};

struct talk {
    struct writer bytes;
    struct talk_event event[EVENTS_MAX];
    size_t events;
    /* Of the making: */
    struct writer block, text;
    struct fields fields[2];
    struct talk_stream stream[TALK_STREAMS];
    size_t streams;
    uint32_t client_next, server_next;
    size_t lose_at[2], lose_len[2];
};

enum talk_start {
    START_LEGAL = 1,    /* records that break the rules are left out; not with the two below */
    START_BARE = 2,     /* without the client's preface */
    START_UPGRADED = 4, /* the connection begins as HTTP/1.1 */
};

/* `t` is zeroed, or was made before. */
void talk_make(struct talk *t, unsigned start, struct cursor in);
void talk_free(struct talk *t);
