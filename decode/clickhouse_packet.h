/* clickhouse_packet.h - packets of ClickHouse's native protocol, as they lie in the bytes
 * (https://clickhouse.com/docs/native-protocol/basics; what is written by which revision stands in
 * its src/Core/ProtocolDefines.h).
 *
 * A packet begins with its type, and has no length. What is in it depends on the revision, which is
 * the lower of both sides'. Readers return the length of what they read, DECODE_MORE or
 * DECODE_LOST, and take bytes that begin with the type unless they say otherwise. */
#pragma once

#include "decode/decoder.h"

enum clickhouse_asks {
    CLICKHOUSE_ASKS_HELLO = 0,
    CLICKHOUSE_QUERY = 1,
    CLICKHOUSE_DATA = 2, /* the server's as well, but for its number: 1 */
    CLICKHOUSE_CANCEL = 3,
    CLICKHOUSE_PING = 4,
    CLICKHOUSE_ASKS_TABLES = 5,
    CLICKHOUSE_SCALAR = 7,
    CLICKHOUSE_IGNORED_PARTS = 8,
};

enum clickhouse_says {
    CLICKHOUSE_SAYS_HELLO = 0,
    CLICKHOUSE_ROWS = 1,
    CLICKHOUSE_EXCEPTION = 2,
    CLICKHOUSE_PROGRESS = 3,
    CLICKHOUSE_PONG = 4,
    CLICKHOUSE_END = 5,
    CLICKHOUSE_PROFILE = 6,
    CLICKHOUSE_TOTALS = 7,
    CLICKHOUSE_EXTREMES = 8,
    CLICKHOUSE_TABLES = 9,
    CLICKHOUSE_LOG = 10,
    CLICKHOUSE_COLUMNS = 11,
    CLICKHOUSE_PARTS = 12,
    CLICKHOUSE_READ_TASK = 13,
    CLICKHOUSE_EVENTS = 14,
    CLICKHOUSE_TIMEZONE = 17,
};

enum clickhouse_revision { /* from which on there is... */
                           CLICKHOUSE_TIMEZONES = 54058,
                           CLICKHOUSE_QUOTA_KEY = 54060,
                           CLICKHOUSE_DISPLAY_NAME = 54372,
                           CLICKHOUSE_PATCH = 54401,
                           CLICKHOUSE_WRITTEN = 54420, /* in PROGRESS */
                           CLICKHOUSE_TEXT_SETTINGS =
                               54429, /* values of settings are texts; before, it depends */
                           CLICKHOUSE_SECRET = 54441,
                           CLICKHOUSE_TRACE = 54442,
                           CLICKHOUSE_FORWARDED = 54443,
                           CLICKHOUSE_REFERER = 54447,
                           CLICKHOUSE_DEPTH = 54448,
                           CLICKHOUSE_START_TIME = 54449,
                           CLICKHOUSE_REPLICAS = 54453,
                           CLICKHOUSE_SERIALIZATION =
                               54454, /* a column may be written in a way of its own */
                           CLICKHOUSE_ADDENDUM = 54458, /* behind the server's HELLO */
                           CLICKHOUSE_PARAMETERS = 54459,
                           CLICKHOUSE_ELAPSED = 54460,
                           CLICKHOUSE_PASSWORD_RULES = 54461,
                           CLICKHOUSE_NONCE = 54462,
                           CLICKHOUSE_TOTAL_BYTES = 54463,
                           CLICKHOUSE_READ_ONLY = 54467,
                           CLICKHOUSE_AGGREGATION = 54469,
                           CLICKHOUSE_CHUNKS = 54470,
                           CLICKHOUSE_REPLICAS_VERSION = 54471,
                           CLICKHOUSE_ROLES = 54472,
                           CLICKHOUSE_SERVER_SETTINGS = 54474,
                           CLICKHOUSE_LINES = 54475,
                           CLICKHOUSE_JWT = 54476,
                           CLICKHOUSE_PLANS = 54477,
                           CLICKHOUSE_CLUSTER_VERSION = 54479,
                           CLICKHOUSE_BUCKETS = 54480,
                           CLICKHOUSE_ALL_COMPRESSED = 54481, /* logs and the like too */
                           CLICKHOUSE_AGENT = 54485,
                           CLICKHOUSE_INTERNAL = 54486,
                           CLICKHOUSE_CURRENT_ROLES = 54488,
                           CLICKHOUSE_HANDLER = 54490,
                           CLICKHOUSE_SIZED_STRINGS = 54492, /* text is written in another way */
                           CLICKHOUSE_KNOWN = 54492,         /* what comes later is not known */
};

struct clickhouse_hello {
    uint64_t revision;
};

/* Who asks for a connection, with the password behind it: nothing of it is kept. */
int64_t clickhouse_client_hello(struct bytes in, struct clickhouse_hello *ret);

/* `client` is the revision of the client's. */
int64_t clickhouse_server_hello(struct bytes in, uint64_t client, struct clickhouse_hello *ret);

/* What a client says behind both, without a type. `ret_chunks`: packets are cut in chunks. */
int64_t clickhouse_addendum(struct bytes in, uint64_t revision, bool *ret_chunks);

struct clickhouse_query {
    struct bytes text; /* what is here of it, */
    uint64_t text_len; /* and how long it is */
    bool compressed;   /* blocks of both sides are */
    uint64_t client;   /* the revision that the client knows; 0: it does not say */
    uint64_t trace[2]; /* the higher half first; 0: there is none */
    uint64_t span;
};

/* Up to the end of its text, which may not all be here; parameters follow. */
int64_t clickhouse_query(struct bytes in, uint64_t revision, struct clickhouse_query *ret);

/* A query of a client nobody knows the revision of: the one that makes sense of it. 0: none does,
 * or, if `ret_more`, it cannot be told yet. */
uint64_t clickhouse_query_revision(struct bytes in, bool *ret_more);

/* Settings, up to the empty name that ends them; without a type. */
int64_t clickhouse_settings(struct bytes in, uint64_t revision);

/* The head of an EXCEPTION; without the type, as one follows another. Two texts come behind it, and
 * whether there is another. */
int64_t clickhouse_exception(struct bytes in, int32_t *ret_code);

/* Whose fault it is. */
enum outcome clickhouse_outcome(int32_t code);

struct clickhouse_figures {
    uint64_t rows;    /* of PROFILE: all that were sent */
    uint64_t written; /* of PROGRESS: more that were written */
};

/* A packet of the server that holds numbers and texts only. DECODE_LOST: or any other. */
int64_t clickhouse_small(struct bytes in, uint64_t revision, struct clickhouse_figures *ret);

/* ASKS_TABLES, or IGNORED_PARTS. */
int64_t clickhouse_small_request(struct bytes in);

/* A text's length and text; what is behind `in` of it need not be here. */
int64_t clickhouse_text(struct bytes in);
