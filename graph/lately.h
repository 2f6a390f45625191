/* lately.h - what was found of late for an exchange, while a window is open.
 *
 * The same client asks the same server by the same name again and again, and for the same paths. To
 * find the rows of the edge and the template of the path once more costs more than to see that they
 * are the ones from before. What is kept is only ever what would be found anyhow. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

enum { LATELY_EDGES = 16, LATELY_PATHS_BITS = 10, LATELY_PATH_MAX = 63 };

/* An edge, by all that it depends on. */
struct lately_edge {
    const char *protocol; /* of exchanges, static; NULL: the place is free */
    struct address client, server;
    uint32_t tenant;
    uint16_t port;
    char asked[sizeof((struct exchange *)0)->asked];
    char host[sizeof((struct exchange *)0)->host]; /* what the client calls the server, or "" */
    uint32_t edge, name; /* rows; the name's is NO_ROW where the host has none */
};

/* A path, and what is made of it: two lines of the processor's cache. */
struct lately_path {
    uint8_t len; /* of the path; 0: the place is free */
    char path[LATELY_PATH_MAX];
    uint8_t made_len;
    char made[LATELY_PATH_MAX];
};

struct lately {
    struct lately_edge edge[LATELY_EDGES];
    struct lately_path path[1 << LATELY_PATHS_BITS];
};

/* The place for the edge of this exchange, whose client calls the server `host`. */
struct lately_edge *lately_edge_place(struct lately *l, const struct exchange *x);
bool lately_edge_is(const struct lately_edge *e, const struct exchange *x, const char *host);
void lately_edge_keep(struct lately_edge *e, const struct exchange *x, const char *host);

/* The place for this path; NULL: it is too long to be kept. */
struct lately_path *lately_path_place(struct lately *l, struct bytes path);
bool lately_path_is(const struct lately_path *p, struct bytes path);

/* Keeps what was made of it, unless that is too long. */
void lately_path_keep(struct lately_path *p, struct bytes path, struct bytes made);

/* The window has ended, and with it the rows. */
void lately_forget_rows(struct lately *l);
