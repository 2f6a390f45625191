/* postgresql_state.h - what decode/proto/postgresql.c knows of a connection, and beside an
 * exchange. The client's messages are read by postgresql_request.c, the server's by
 * postgresql_answer.c. */
#pragma once

#include "decode/decoder.h"
#include "decode/statements.h"

/* Keys of what is not paired in order. */
enum { POSTGRESQL_PUSHED_KEY = 1, POSTGRESQL_CANCEL_KEY = 2 };

enum postgresql_kind {
    POSTGRESQL_NOBODYS, /* the zero value: of scratch exchanges */
    POSTGRESQL_STARTUP,
    POSTGRESQL_SIMPLE,
    POSTGRESQL_EXTENDED,
    POSTGRESQL_FUNCTION_CALL,
};

/* Beside an exchange. */
struct postgresql_asked {
    uint8_t kind;
    bool executes;
    bool ends_at_ready; /* with ReadyForQuery */
    uint16_t due;       /* of POSTGRESQL_EXTENDED without Execute: answers still to come */
    uint32_t epoch;     /* counts Syncs and Queries */
    uint64_t rows;      /* that were sent */
    uint64_t affected;  /* as the server says */
};

struct postgresql {
    struct statements *statements, *portals;
    uint64_t bound; /* the statement that the unnamed portal was bound to last; 0: none */
    uint32_t epoch, skipped_epoch;
    uint8_t plain_answers; /* of one byte, to requests for encryption */
    bool began;            /* typed messages only from here on */
    bool started;          /* the server has let the client in, or we have joined later */
    bool replicates;
    bool asking;   /* a group of the extended protocol has begun and not ended */
    bool executed; /* and the one before ended with an Execute, behind which nothing came */
    bool bound_here, described_here, parsed_here; /* what is in that group */
    bool answering;                               /* an answer has begun and not ended */
    bool stray;                                   /* and it is nobody's */
    bool skipping;                                /* after an error, until ReadyForQuery */
    bool copies_in;                               /* the client sends what is to be copied */
    bool void_sync; /* a Sync that the server has read while copying has no effect */
};

struct postgresql_asked *postgresql_asked_of(struct exchange *x);

/* Its method and operation. */
void postgresql_tell(struct exchange *x, const char *verb, const char *operation);

/* Of the extended protocol, before that Sync? */
bool postgresql_is_of_epoch(struct exchange *x, uint32_t epoch);

/* As decoder.feed. */
int64_t postgresql_request(struct conn *c, struct bytes in);
int64_t postgresql_answer(struct conn *c, struct bytes in);
