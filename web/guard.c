/* guard.c - method, host and origin, in this order. */
#include "web/guard.h"

#include <string.h>
#include <strings.h>

/* Compares the name of "name", "name:port", "[v6]" or "[v6]:port" with `name`. The port is not
 * compared: behind a forwarded port (ssh -L) it is another one, and the name is what protects. */
static bool host_is(const char *host, const char *name)
{
    size_t len;
    if (*host == '[') {
        host++;
        len = strcspn(host, "]");
        if (host[len] != ']' || (host[len + 1] && host[len + 1] != ':'))
            return false;
    } else {
        len = strcspn(host, ":");
    }
    return len == strlen(name) && strncasecmp(host, name, len) == 0;
}

static bool host_is_ours(const char *host, const char *listen_host)
{
    return host && (host_is(host, "localhost") || host_is(host, "127.0.0.1") ||
                    host_is(host, "::1") || host_is(host, listen_host));
}

/* Same origin: scheme and authority as the request itself was sent to. */
static bool origin_is(const char *origin, const char *host, bool encrypted)
{
    const char *scheme = encrypted ? "https://" : "http://";
    size_t len = strlen(scheme);
    return host && strncasecmp(origin, scheme, len) == 0 && strcasecmp(origin + len, host) == 0;
}

/* A link followed from another site shows the page to the user and tells that site nothing. */
static bool fetch_is_fine(const struct claim *c)
{
    if (!c->fetch_site || strcmp(c->fetch_site, "same-origin") == 0 ||
        strcmp(c->fetch_site, "none") == 0)
        return true;
    return c->fetch_mode && strcmp(c->fetch_mode, "navigate") == 0;
}

struct refusal guard_check(const struct claim *claim, const struct guarded *guarded)
{
    if (strcmp(claim->method, "GET") != 0 && strcmp(claim->method, "HEAD") != 0)
        return (struct refusal){405, "only GET and HEAD are answered; nothing can be changed here"};
    if (!guarded->locked && !host_is_ours(claim->host, guarded->host))
        return (struct refusal){421, "the Host header names a host that is not served here; use "
                                     "localhost or the address that tapgraph listens on"};
    if (claim->origin && !origin_is(claim->origin, claim->host, guarded->encrypted))
        return (struct refusal){403, "requests of pages from elsewhere are not answered"};
    if (!fetch_is_fine(claim))
        return (struct refusal){403, "requests of pages from elsewhere are not answered"};
    return (struct refusal){0};
}
