/* blast.c - sends frames of many TCP connections on an interface, as fast as it can or as told.
 *
 * usage: bench_blast IFACE KIND SECONDS RATE
 *   KIND   small: acknowledgments of 64 bytes; full: segments of 1514 bytes; http: a small request,
 *          and its answer
 *   RATE   frames a second; 0: no limit
 *
 * Prints how many it has sent. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/synth.h"

enum {
    BATCH = 64,
    CONNECTIONS = 1000,
    FULL_CONNECTIONS = 16,
    FRAME_MAX = 1514,
    HEADERS = 54,
    PSH_ACK = 0x18,
    ACK = 0x10
};

static uint32_t sequence[CONNECTIONS][2];
static const char ask[] = "GET /shop/cart HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/* The next frame of a connection; returns its length. */
static uint32_t make(uint8_t *frame, uint32_t connection, bool by_server, const char *kind)
{
    const uint8_t head[HEADERS] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, [22] = 64, 6};
    bool is_http = strcmp(kind, "http") == 0, is_full = strcmp(kind, "full") == 0;
    const char *text = by_server ? reply : ask;
    uint32_t len = is_full ? FRAME_MAX - HEADERS : is_http ? (uint32_t)strlen(text) : 0;
    static uint16_t id;
    memcpy(frame, head, HEADERS);
    if (is_http)
        memcpy(frame + HEADERS, text, len);
    for (uint32_t i = HEADERS; is_full && !frame[FRAME_MAX - 1] && i < FRAME_MAX; i++)
        frame[i] = (uint8_t)(rand() | 1); /* once: bulk, of which nobody knows what it is */
    put16(frame + 16, 40 + len);
    put16(frame + 18, ++id);
    put32(frame + (by_server ? 30 : 26), 0x0a000000 | connection);
    put32(frame + (by_server ? 26 : 30), 0x0aff0001);
    put16(frame + (by_server ? 36 : 34), 40000);
    put16(frame + (by_server ? 34 : 36), is_http ? 80 : 9000);
    put32(frame + 38, sequence[connection][by_server]);
    put32(frame + 42, sequence[connection][!by_server]);
    frame[46] = 5 << 4;
    frame[47] = len ? PSH_ACK : ACK;
    put16(frame + 48, 65535);
    sequence[connection][by_server] += len;
    return HEADERS + len < 60 ? 60 : HEADERS + len;
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int open_interface(const char *name)
{
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror(name);
        exit(1);
    }
    return fd;
}

/* Both sides of a connection take turns. */
static unsigned send_batch(int fd, const char *kind, uint64_t sent)
{
    static uint8_t frame[BATCH][FRAME_MAX];
    struct iovec part[BATCH];
    struct mmsghdr message[BATCH];
    memset(message, 0, sizeof message);
    for (uint32_t i = 0; i < BATCH; i++) {
        uint64_t nth = sent + i;
        uint32_t connections = strcmp(kind, "full") == 0 ? FULL_CONNECTIONS : CONNECTIONS;
        uint32_t len = make(frame[i], (uint32_t)(nth / 2 % connections), nth & 1, kind);
        part[i] = (struct iovec){frame[i], len};
        message[i].msg_hdr.msg_iov = &part[i];
        message[i].msg_hdr.msg_iovlen = 1;
    }
    unsigned done = 0;
    while (done < BATCH) {
        int some = sendmmsg(fd, message + done, BATCH - done, 0);
        done += some > 0 ? (unsigned)some : 0;
    }
    return done;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bench_blast IFACE KIND SECONDS RATE\n");
        return 2;
    }
    int fd = open_interface(argv[1]);
    uint64_t began = now_ns(), sent = 0, rate = strtoull(argv[4], NULL, 10);
    uint64_t until = began + strtoull(argv[3], NULL, 10) * 1000000000;
    for (uint64_t now; (now = now_ns()) < until;) {
        if (!rate || sent < (now - began) / 1000 * rate / 1000000)
            sent += send_batch(fd, argv[2], sent);
        else
            nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    }
    printf("%llu\n", (unsigned long long)sent);
    return 0;
}
