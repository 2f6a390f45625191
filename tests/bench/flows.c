/* flows.c - writes a capture of connections that are all open at the same time to standard output,
 * since no load generator here holds a million: each shakes hands, then each asks and is answered,
 * round after round, and none ever closes.
 *
 * usage: bench_flows CONNECTIONS ROUNDS
 *
 * The last thing it does is to say on standard error how many requests there were. Nothing is
 * random: the same words make the same capture. Connections take turns in an order that no cache
 * likes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/synth.h"

enum { SYN = 2, PSH = 8, ACK = 16, ETHERNET = 14, IP = 20, TCP = 20, HEAD = ETHERNET + IP + TCP };
enum { STEP_NS = 700, SERVERS = 16, PORT = 8080, PRIME = 1000003 };

static const char ask[] = "GET /products/17 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
static uint64_t now_ns = UINT64_C(1700000000000000000);

/* Both ends of connection i: 0 the client, 1 the server. */
static uint32_t address(uint32_t i, int end)
{
    return end ? UINT32_C(0x0a010000) + 1 + i % SERVERS : UINT32_C(0x0a800000) + 1 + i / 50000;
}

static uint16_t port(uint32_t i, int end)
{
    return end ? PORT : (uint16_t)(10000 + i % 50000);
}

static void packet(uint32_t i, int from, uint8_t flags, const uint32_t next[2], const char *text)
{
    uint8_t head[HEAD] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
    uint8_t *ip = head + ETHERNET, *tcp = ip + IP;
    size_t len = text ? strlen(text) : 0;
    uint32_t whole = (uint32_t)(HEAD + len);
    const uint32_t record[] = {(uint32_t)(now_ns / 1000000000), (uint32_t)(now_ns % 1000000000),
                               whole, whole};
    put16(ip + 2, whole - ETHERNET);
    ip[6] = 0x40;
    ip[8] = 64;
    ip[9] = 6;
    put32(ip + 12, address(i, from));
    put32(ip + 16, address(i, !from));
    put16(tcp, port(i, from));
    put16(tcp + 2, port(i, !from));
    put32(tcp + 4, next[from]);
    put32(tcp + 8, flags & ACK ? next[!from] : 0);
    tcp[12] = 5 << 4;
    tcp[13] = flags;
    put16(tcp + 14, 65535);
    write_all(record, sizeof record);
    write_all(head, sizeof head);
    if (len)
        write_all(text, len);
    now_ns += STEP_NS;
}

static void shake_hands(uint32_t i)
{
    packet(i, 0, SYN, (uint32_t[]){1000, 5000}, NULL);
    packet(i, 1, SYN | ACK, (uint32_t[]){1001, 5000}, NULL);
    packet(i, 0, ACK, (uint32_t[]){1001, 5001}, NULL);
}

static void talk(uint32_t i, uint32_t round)
{
    uint32_t next[2] = {1001 + round * (uint32_t)(sizeof ask - 1),
                        5001 + round * (uint32_t)(sizeof reply - 1)};
    packet(i, 0, PSH | ACK, next, ask);
    next[0] += (uint32_t)(sizeof ask - 1);
    packet(i, 1, PSH | ACK, next, reply);
}

int main(int argc, char **argv)
{
    const uint32_t file[] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, 262144, 1};
    uint32_t connections = argc == 3 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
    uint32_t rounds = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    if (!connections || !rounds) {
        fprintf(stderr, "usage: bench_flows CONNECTIONS ROUNDS\n");
        return 2;
    }
    write_all(file, sizeof file);
    for (uint32_t i = 0; i < connections; i++)
        shake_hands(i);
    for (uint32_t round = 0; round < rounds; round++)
        for (uint32_t i = 0; i < connections; i++)
            talk((uint32_t)((uint64_t)i * PRIME % connections), round);
    fprintf(stderr, "%llu requests\n", (unsigned long long)connections * rounds);
    return fflush(stdout) == 0 ? 0 : 1;
}
