/* script.h - plays a conversation to a decoder and says, in text, what came out.
 *
 * Every script is played many times: whole, byte by byte, and each step cut in two at every
 * position. All must tell the same story. Steps of a decoder of datagrams are one datagram each,
 * and stay whole; a gap is a datagram that was not captured, and CUTS one of which the end was not.
 * The bytes always end at an unreadable page, so that a read past the end crashes here and not at a
 * customer's. */
#pragma once

#include "decode/conn.h"

enum step_kind {
    STEP_BYTES,
    STEP_CUT,
    STEP_GAP,
    STEP_END,
    STEP_REPEAT,
    STEP_WAIT,
    STEP_TIME_OUT,
    STEP_CLOSE,
};

/* A step takes place 1 ms after the one before it; STEP_WAIT, in which nothing happens, and
 * STEP_TIME_OUT, of what was silent for as long, when `len` ms have passed. */
struct step {
    enum step_kind kind;
    enum dir dir;
    const char *bytes;
    size_t len;
    enum conn_close why;
    uint32_t cut; /* of STEP_CUT */
};

#define SAYS(text) ((struct step){STEP_BYTES, TO_SERVER, text, sizeof(text) - 1, 0, 0})
#define HEARS(text) ((struct step){STEP_BYTES, TO_CLIENT, text, sizeof(text) - 1, 0, 0})
#define CUTS(dir, text, cut) ((struct step){STEP_CUT, dir, text, sizeof(text) - 1, 0, cut})
#define LOSES(dir, len) ((struct step){STEP_GAP, dir, NULL, len, 0, 0})
#define ENDS(dir) ((struct step){STEP_END, dir, NULL, 0, 0, 0})
#define REPEATS(dir) ((struct step){STEP_REPEAT, dir, NULL, 0, 0, 0})
#define WAITS(ms) ((struct step){STEP_WAIT, TO_SERVER, NULL, ms, 0, 0})
#define TIMES_OUT(ms) ((struct step){STEP_TIME_OUT, TO_SERVER, NULL, ms, 0, 0})
#define CLOSES(why) ((struct step){STEP_CLOSE, TO_SERVER, NULL, 0, why, 0})

enum script_option {
    SHOW_BYTES = 1,  /* "18+5 bytes" of request and response */
    SHOW_TIMES = 2,  /* "1-1 2-4 ms": first and last byte of both; the first step is at 1 ms */
    SHOW_IDS = 4,    /* trace, span, request id and forwarded-for, those that are there */
    JOINED = 8,      /* the connection is joined in its middle */
    SHOW_GRPC = 16,  /* protocol, operation, status as a number, kind, messages of both sides, and
                      * what there is of: first and latest message's time, deadline, message, error
                      * code */
    SHOW_GAPS = 32,  /* as it comes, each further message of a call: "/shop.Cart/Watch +2 ms" */
    SHOW_NAMES = 64, /* as they come, names of addresses: "cart 10.0.0.1 for 360 s" */
    SHOW_TLS = 128,  /* what is known of TLS, and of certificates as they are shown */
};

struct script {
    const struct decoder *decoder;
    const struct step *steps;
    size_t steps_len;
    unsigned options; /* enum script_option, AT_PORT() */
};

/* Where the server is, if not at port 80. */
#define AT_PORT(port) ((unsigned)(port) << 16)

/* Fails the test unless each way of cutting tells `expected`: one line an exchange, "GET
 * api.shop/users 200 ok" and its notes; in front its protocol, if that is not the decoder's. */
void script_tells(const struct script *script, const char *expected);

/* How often the connection was put away in the last play: where its decoder says what it is like
 * at rest, each play is repeated with a connection that rests whenever it may. */
unsigned script_rests(void);

/* What was counted in the last play. */
const struct decode_counters *script_counters(void);

#define TELLS_WITH(options, decoder, expected, ...)                                                \
    script_tells(                                                                                  \
        &(struct script){decoder, (const struct step[]){__VA_ARGS__},                              \
                         sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step),         \
                         options},                                                                 \
        expected)
#define TELLS(decoder, expected, ...) TELLS_WITH(0, decoder, expected, __VA_ARGS__)
