/* crowd.h - many connections at once, all of one kind and at the same point: to see what each of
 * them costs in memory. */
#pragma once

#include "decode/engine.h"

enum crowd {
    CROWD_SYN,          /* asked for, not answered */
    CROWD_TCP,          /* opened, nothing said */
    CROWD_UNKNOWN,      /* something said that nobody decodes */
    CROWD_UDP,          /* likewise, one datagram */
    CROWD_HTTP1_IDLE,   /* kept alive after one request and its answer */
    CROWD_HTTP1_ACTIVE, /* the next request waits for its answer */
    CROWD_HTTP2_IDLE,   /* one call is over */
    CROWD_HTTP2_ACTIVE, /* the next waits for its answer */
    CROWDS,
};

const char *crowd_name(enum crowd kind);

/* An engine with room for them, and none yet; and `count` of them in it. */
struct engine *crowd_engine(uint32_t count);
void crowd_join(struct engine *e, enum crowd kind, uint32_t count);

/* Bytes that the program has allocated now, as malloc counts them. */
size_t crowd_allocated(void);
