/* line_names.c - see line_names.h. */
#include "daemon/line_names.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 64 }; /* each for the latest of those that share it */

struct server {
    struct address address;
    uint16_t port;
    uint32_t tenant;
    bool by_host;
    char called[sizeof((struct exchange *)0)->host];
    struct log_end end;
};

struct client {
    struct address address;
    uint32_t tenant;
    struct log_end end;
};

struct line_names {
    const struct names *names;
    bool has_client[PLACES], has_server[PLACES];
    struct client client[PLACES];
    struct server server[PLACES];
};

struct line_names *line_names_new(const struct names *names)
{
    struct line_names *l = calloc(1, sizeof *l);
    if (l)
        l->names = names;
    return l;
}

void line_names_free(struct line_names *l)
{
    free(l);
}

void line_names_changed(struct line_names *l)
{
    memset(l->has_client, 0, sizeof l->has_client);
    memset(l->has_server, 0, sizeof l->has_server);
}

/* Who shares a place with whom does not matter: the loser is only asked for again. */
static size_t place_of(const struct address *a, size_t salt)
{
    return (a->byte[15] * 7U + a->byte[14] + salt) % PLACES;
}

static const struct log_end *client_of(struct line_names *l, const struct exchange *x)
{
    size_t at = place_of(&x->client_address, 0);
    struct client *c = &l->client[at];
    if (!l->has_client[at] || c->tenant != x->tenant ||
        !address_equal(&c->address, &x->client_address)) {
        c->address = x->client_address;
        c->tenant = x->tenant;
        struct named name = names_of(l->names, &x->client_address, 0, x->tenant);
        log_client(&c->end, &x->client_address, name.name);
        l->has_client[at] = true;
    }
    return &c->end;
}

static const struct log_end *server_of(struct line_names *l, const struct exchange *x)
{
    struct call_name called = {x->asked, false};
    if (!x->asked[0] && exchange_calls_server(x))
        called = (struct call_name){x->host, true};
    size_t at = place_of(&x->server_address, x->server_port + strlen(called.name));
    struct server *s = &l->server[at];
    if (!l->has_server[at] || s->port != x->server_port || s->tenant != x->tenant ||
        s->by_host != called.by_host || strcmp(s->called, called.name) != 0 ||
        !address_equal(&s->address, &x->server_address)) {
        s->address = x->server_address;
        s->port = x->server_port;
        s->tenant = x->tenant;
        s->by_host = called.by_host;
        bytes_to_text(s->called, sizeof s->called, bytes_of_text(called.name));
        struct named name = names_of_server(l->names, &s->address, s->port, s->tenant, called);
        log_server(&s->end, x, name.name);
        l->has_server[at] = true;
    }
    return &s->end;
}

struct log_ends line_names_of(struct line_names *l, const struct exchange *x)
{
    return (struct log_ends){client_of(l, x), server_of(l, x)};
}
