/* browser.c - a socket, and just enough HTTP. */
#include "browser.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static unsigned port_of(const char *address)
{
    return (unsigned)strtoul(strrchr(address, ':') + 1, NULL, 10);
}

int browser_open(const char *address, const char *request)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port_of(address))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        send(fd, request, strlen(request), MSG_NOSIGNAL) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int browser_sees(int fd, const char *text)
{
    char seen[8192];
    size_t len = 0;
    while (len < sizeof seen - 1) {
        ssize_t got = recv(fd, seen + len, sizeof seen - 1 - len, 0);
        if (got <= 0)
            return 0;
        len += (size_t)got;
        seen[len] = '\0';
        if (strstr(seen, text))
            return 1;
    }
    return 0;
}

static struct reply read_all(int fd)
{
    struct reply r = {.text = malloc(1)};
    char part[65536];
    ssize_t got;
    while (r.text && (got = recv(fd, part, sizeof part, 0)) > 0) {
        r.text = realloc(r.text, r.len + (size_t)got + 1);
        memcpy(r.text + r.len, part, (size_t)got);
        r.len += (size_t)got;
    }
    if (r.text)
        r.text[r.len] = '\0';
    if (r.len > 12)
        r.status = atoi(r.text + 9);
    const char *end = r.text ? strstr(r.text, "\r\n\r\n") : NULL;
    r.body = end ? end + 4 : "";
    return r;
}

struct reply browser_send(const char *address, const char *request)
{
    int fd = browser_open(address, request);
    if (fd < 0)
        return (struct reply){.body = ""};
    struct reply r = read_all(fd);
    close(fd);
    return r;
}

struct reply browser_get(const char *address, const char *target, const char *headers)
{
    char request[2048];
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: localhost:%u\r\nConnection: close\r\n%s\r\n", target,
             port_of(address), headers);
    return browser_send(address, request);
}

int reply_has(const struct reply *r, const char *header_line)
{
    char line[512];
    snprintf(line, sizeof line, "\r\n%s\r\n", header_line);
    return r->text && strstr(r->text, line) != NULL;
}

void reply_free(struct reply *r)
{
    free(r->text);
    *r = (struct reply){0};
}
