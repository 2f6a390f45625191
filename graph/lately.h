/* lately.h - what was found of late for an exchange, while a window is open.
 *
 * The same client asks the same server by the same name again and again, and for the same paths. To
 * find the rows of the edge and the template of the path once more costs more than to see that they
 * are the ones from before. What is kept is only ever what would be found anyhow. */
#pragma once

#include "decode/exchange.h"

enum { LATELY_EDGES = 16, LATELY_PATHS = 64, LATELY_PATH_MAX = 128 };

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

/* A path that begins with a slash, and what is made of it. */
struct lately_path {
    char path[LATELY_PATH_MAX]; /* "": the place is free */
    char made[sizeof((struct exchange *)0)->operation];
};

struct lately {
    struct lately_edge edge[LATELY_EDGES];
    struct lately_path path[LATELY_PATHS];
};

/* The place for the edge of this exchange, whose client calls the server `host`. */
struct lately_edge *lately_edge_place(struct lately *l, const struct exchange *x);
bool lately_edge_is(const struct lately_edge *e, const struct exchange *x, const char *host);
void lately_edge_keep(struct lately_edge *e, const struct exchange *x, const char *host);

/* The place for this path; NULL: it is too long to be kept. */
struct lately_path *lately_path_place(struct lately *l, const char *path);

/* The window has ended, and with it the rows. */
void lately_forget_rows(struct lately *l);
