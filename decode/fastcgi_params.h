/* fastcgi_params.h - the two streams of FastCGI that are read: parameters, as pairs of name and
 * value (FastCGI Specification 1.0, 3.4), and the head of what the application answers (RFC 3875,
 * 6). Both are read byte by byte, however they are cut into records and segments, and what is not
 * wanted passes by unseen. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

enum {
    FASTCGI_NAME_MAX = 24,   /* longer names are none that is wanted */
    FASTCGI_VALUE_MAX = 384, /* kept of a value */
    FASTCGI_HEAD_MAX = 16 * 1024,
};

/* How far the pairs have been read; zero at first. */
struct fastcgi_params {
    uint32_t name_len, value_len;
    uint32_t at;                  /* bytes of the name, or of the value, that have passed */
    uint8_t lengths;              /* both have been read: 2 */
    uint8_t length_bytes;         /* of the length that is being read */
    uint8_t host_rank, path_rank; /* how good a source they came from */
    uint16_t kept;
    char name[FASTCGI_NAME_MAX];
    uint8_t value[FASTCGI_VALUE_MAX];
};

/* Takes all of `in`, and notes on the exchange what is known by then. */
void fastcgi_read_params(struct fastcgi_params *p, struct exchange *x, struct bytes in);

/* The rest of them is lost: what a better source may have told is forgotten. */
void fastcgi_lose_params(const struct fastcgi_params *p, struct exchange *x);

/* How far the head has been read; zero at first. */
struct fastcgi_head {
    uint32_t len;
    uint16_t column; /* in its line */
    bool may_be_status, may_be_location, has_location;
    uint8_t digits;
    char status[4];
    bool done; /* the rest is the body */
};

/* Takes bytes up to the end of the head; returns how many. When it is done, the status is noted on
 * the exchange: 200, or 302 where there is a Location, if the head does not say. */
size_t fastcgi_read_head(struct fastcgi_head *h, struct exchange *x, struct bytes in);
