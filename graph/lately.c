/* lately.c - see lately.h. Who shares a place with whom does not matter: the one that came before
 * is looked for again. */
#include "graph/lately.h"

#include <string.h>

struct lately_edge *lately_edge_place(struct lately *l, const struct exchange *x)
{
    const uint8_t *client = x->client_address.byte, *server = x->server_address.byte;
    unsigned mixed = client[15] * 7U + client[14] + server[15] * 13U + x->server_port;
    return &l->edge[mixed % LATELY_EDGES];
}

/* The names of protocols are static, one a decoder, so the pointer says enough. */
bool lately_edge_is(const struct lately_edge *e, const struct exchange *x, const char *host)
{
    return e->protocol == x->protocol && e->port == x->server_port && e->tenant == x->tenant &&
           address_equal(&e->client, &x->client_address) &&
           address_equal(&e->server, &x->server_address) && strcmp(e->host, host) == 0 &&
           strcmp(e->asked, x->asked) == 0;
}

void lately_edge_keep(struct lately_edge *e, const struct exchange *x, const char *host)
{
    e->protocol = x->protocol;
    e->client = x->client_address;
    e->server = x->server_address;
    e->tenant = x->tenant;
    e->port = x->server_port;
    bytes_to_text(e->asked, sizeof e->asked, bytes_of_text(x->asked));
    bytes_to_text(e->host, sizeof e->host, bytes_of_text(host));
}

/* Paths mostly differ at their end, which is at the top of `back`; what that makes of a product is
 * at its top too. */
struct lately_path *lately_path_place(struct lately *l, struct bytes path)
{
    uint64_t front = 0, back = 0;
    if (path.len > LATELY_PATH_MAX)
        return NULL;
    memcpy(&front, path.at, path.len < sizeof front ? path.len : sizeof front);
    if (path.len >= sizeof back)
        memcpy(&back, path.at + path.len - sizeof back, sizeof back);
    uint64_t mixed = (front ^ (back + path.len) * 0x9e3779b97f4a7c15) * 0x9e3779b97f4a7c15;
    return &l->path[mixed >> (64 - LATELY_PATHS_BITS)];
}

bool lately_path_is(const struct lately_path *p, struct bytes path)
{
    return p->len == path.len && memcmp(p->path, path.at, path.len) == 0;
}

void lately_path_keep(struct lately_path *p, struct bytes path, struct bytes made)
{
    if (made.len > LATELY_PATH_MAX)
        return;
    p->len = (uint8_t)path.len;
    p->made_len = (uint8_t)made.len;
    memcpy(p->path, path.at, path.len);
    memcpy(p->made, made.at, made.len);
}

void lately_forget_rows(struct lately *l)
{
    for (size_t i = 0; i < LATELY_EDGES; i++)
        l->edge[i].protocol = NULL;
}
