/* listen.c - a text to a listening socket. */
#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Cuts "HOST:PORT" or "[HOST]:PORT" in two. */
static bool split(const char *text, char host[LISTEN_TEXT_MAX], uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text)
        return false;
    const char *from = text;
    size_t len = (size_t)(colon - text);
    if (*from == '[') {
        if (len < 3 || from[len - 1] != ']')
            return false;
        from++;
        len -= 2;
    } else if (memchr(from, ':', len)) {
        return false; /* ::1:7117 says nothing clear */
    }
    char *end;
    unsigned long number = strtoul(colon + 1, &end, 10);
    if (len >= LISTEN_TEXT_MAX || colon[1] < '0' || colon[1] > '9' || *end || number > 65535)
        return false;
    memcpy(host, from, len);
    host[len] = '\0';
    *port = (uint16_t)number;
    return true;
}

static bool is_loopback(const union address *a)
{
    if (a->any.sa_family == AF_INET)
        return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

static bool resolve(union address *ret, const char *host, uint16_t port)
{
    const char *literal = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    memset(ret, 0, sizeof *ret);
    if (inet_pton(AF_INET, literal, &ret->v4.sin_addr) == 1) {
        ret->v4.sin_family = AF_INET;
        ret->v4.sin_port = htons(port);
        return true;
    }
    if (inet_pton(AF_INET6, literal, &ret->v6.sin6_addr) != 1)
        return false;
    ret->v6.sin6_family = AF_INET6;
    ret->v6.sin6_port = htons(port);
    return true;
}

static socklen_t address_size(const union address *a)
{
    return a->any.sa_family == AF_INET ? sizeof a->v4 : sizeof a->v6;
}

/* Binds and listens; returns the socket, or -1 with errno. */
static int open_socket(union address *a)
{
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    int on = 1;
    socklen_t size = address_size(a);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &a->any, size) != 0 || listen(fd, LISTEN_BACKLOG) != 0 ||
        getsockname(fd, &a->any, &size) != 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

static bool refuse_socket(const char *text, struct err *err)
{
    if (errno == EADDRINUSE)
        return err_set(err,
                       "web: cannot listen on %s: another program does; stop it, or choose "
                       "another port with --listen",
                       text);
    return err_set(err, "web: cannot listen on %s: %s", text, strerror(errno));
}

bool listen_open(struct listening *ret, const char *text, struct listen_options options,
                 struct err *err)
{
    union address a;
    uint16_t port;
    *ret = (struct listening){.fd = -1};
    if (!split(text, ret->host, &port))
        return err_set(err,
                       "web: \"%s\" is no address to listen on; write ADDRESS:PORT, as in "
                       "127.0.0.1:7117 or [::1]:7117",
                       text);
    if (!resolve(&a, ret->host, port))
        return err_set(
            err, "web: cannot listen on \"%s\": the host has to be localhost or an IP address",
            text);
    ret->loopback = is_loopback(&a);
    if (!ret->loopback && !options.locked)
        return err_set(err,
                       "web: will not listen on %s without a password, as others can connect "
                       "there: give --passwords FILE, or use a loopback address and ssh -L",
                       text);
    ret->fd = open_socket(&a);
    if (ret->fd < 0)
        return refuse_socket(text, err);
    bool v4 = a.any.sa_family == AF_INET;
    snprintf(ret->address, sizeof ret->address, "http%s://%s%.60s%s:%u/",
             options.encrypted ? "s" : "", v4 ? "" : "[", ret->host, v4 ? "" : "]",
             (unsigned)ntohs(v4 ? a.v4.sin_port : a.v6.sin6_port));
    return true;
}
