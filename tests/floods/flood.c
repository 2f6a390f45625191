/* flood.c - writes a capture of a flood to standard output, and with it an honest conversation:
 * once in HONEST_EVERY packets, a request and its answer HONEST_NS later, each tenth an error.
 *
 * usage: flood KIND COUNT        COUNT packets, messages or frames of the flood, as the kind has it
 *
 * The last thing it does is to say on standard error how many honest requests there were. Nothing
 * is random: the same words make the same capture. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/synth.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { TCP = 6, UDP = 17, ETHERNET = 14, IP = 20, TCP_HEADER = 20, UDP_HEADER = 8 };
enum { STEP_NS = 10000, HONEST_EVERY = 97, HONEST_NS = 500000, PER_CONNECTION = 200 };
enum { PAYLOAD_MAX = 16384 };

#define ADDRESS(a, b, c, d)                                                                        \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

struct end {
    uint32_t address;
    uint16_t port;
};

static uint64_t now_ns = UINT64_C(1700000000000000000);
static uint64_t step_ns = STEP_NS;

/* A number that looks random, for each one of another. */
static uint32_t mix(uint32_t v)
{
    v = (v ^ v >> 16) * 0x7feb352du;
    v = (v ^ v >> 15) * 0x846ca68bu;
    return v ^ v >> 16;
}

static void file_header(void)
{
    const uint32_t words[] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, 262144, 1};
    write_all(words, sizeof words);
}

/* An IP packet with this after its header; `fragment` is the field of flags and offset. */
static void packet(struct end from, struct end to, uint8_t protocol, uint16_t fragment, uint16_t id,
                   const uint8_t *rest, size_t len)
{
    uint8_t head[ETHERNET + IP] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
    const uint32_t length = (uint32_t)(sizeof head + len);
    const uint32_t record[] = {(uint32_t)(now_ns / 1000000000), (uint32_t)(now_ns % 1000000000),
                               length, length};
    uint8_t *ip = head + ETHERNET;
    put16(ip + 2, (uint32_t)(IP + len));
    put16(ip + 4, id);
    put16(ip + 6, fragment);
    ip[8] = 64;
    ip[9] = protocol;
    put32(ip + 12, from.address);
    put32(ip + 16, to.address);
    write_all(record, sizeof record);
    write_all(head, sizeof head);
    write_all(rest, len);
}

static uint16_t next_id(void)
{
    static uint16_t id;
    return ++id;
}

static void tcp(struct end from, struct end to, uint8_t flags, uint32_t seq, uint32_t ack,
                const void *payload, size_t len)
{
    static uint8_t rest[TCP_HEADER + PAYLOAD_MAX];
    memset(rest, 0, TCP_HEADER);
    put16(rest, from.port);
    put16(rest + 2, to.port);
    put32(rest + 4, seq);
    put32(rest + 8, ack);
    rest[12] = 5 << 4;
    rest[13] = flags;
    put16(rest + 14, 65535);
    if (len)
        memcpy(rest + TCP_HEADER, payload, len);
    packet(from, to, TCP, 0x4000, next_id(), rest, TCP_HEADER + len);
}

static void udp(struct end from, struct end to, const void *payload, size_t len)
{
    static uint8_t rest[UDP_HEADER + PAYLOAD_MAX];
    put16(rest, from.port);
    put16(rest + 2, to.port);
    put16(rest + 4, (uint32_t)(UDP_HEADER + len));
    put16(rest + 6, 0);
    memcpy(rest + UDP_HEADER, payload, len);
    packet(from, to, UDP, 0x4000, next_id(), rest, UDP_HEADER + len);
}

/* --- a connection, both sides of it --- */

struct talk {
    struct end client, server;
    uint32_t next[2]; /* sequence numbers of client and server */
};

static void open_talk(struct talk *t, struct end client, struct end server)
{
    *t = (struct talk){client, server, {1000, 5000}};
    tcp(client, server, SYN, t->next[0]++, 0, NULL, 0);
    tcp(server, client, SYN | ACK, t->next[1]++, t->next[0], NULL, 0);
    tcp(client, server, ACK, t->next[0], t->next[1], NULL, 0);
}

static void say(struct talk *t, const void *text, size_t len)
{
    tcp(t->client, t->server, PSH | ACK, t->next[0], t->next[1], text, len);
    t->next[0] += (uint32_t)len;
}

static void answer(struct talk *t, const void *text, size_t len)
{
    tcp(t->server, t->client, PSH | ACK, t->next[1], t->next[0], text, len);
    t->next[1] += (uint32_t)len;
}

static void close_talk(struct talk *t)
{
    tcp(t->client, t->server, FIN | ACK, t->next[0]++, t->next[1], NULL, 0);
    tcp(t->server, t->client, FIN | ACK, t->next[1]++, t->next[0], NULL, 0);
}

/* --- the honest conversation --- */

static struct talk honest;
static unsigned long honest_asked, steps;
static uint64_t honest_due_ns; /* of the answer; 0: none is open */

static void honest_ask(void)
{
    static const char ask[] = "GET /honest HTTP/1.1\r\nHost: honest.example\r\n\r\n";
    if (honest_asked % PER_CONNECTION == 0) {
        if (honest_asked)
            close_talk(&honest);
        uint16_t port = (uint16_t)(20000 + honest_asked / PER_CONNECTION % 40000);
        open_talk(&honest, (struct end){ADDRESS(10, 9, 9, 1), port},
                  (struct end){ADDRESS(10, 9, 9, 9), 80});
    }
    say(&honest, ask, sizeof ask - 1);
    honest_asked++;
    honest_due_ns = now_ns + HONEST_NS;
}

static void honest_answer(void)
{
    static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static const char bad[] = "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno";
    now_ns = honest_due_ns;
    if (honest_asked % 10 == 0)
        answer(&honest, bad, sizeof bad - 1);
    else
        answer(&honest, good, sizeof good - 1);
    honest_due_ns = 0;
}

/* After each packet of the flood: time passes, and the honest go on. */
static void step(void)
{
    uint64_t next_ns = now_ns + step_ns;
    if (honest_due_ns && honest_due_ns <= next_ns)
        honest_answer();
    now_ns = next_ns;
    if (steps++ % HONEST_EVERY == 0 && !honest_due_ns)
        honest_ask();
}

/* --- floods --- */

static const struct end victim = {ADDRESS(10, 1, 0, 1), 8080};

static struct end somebody(uint32_t i)
{
    return (struct end){ADDRESS(10, 128, 0, 0) | (mix(i) & 0x7fffff), (uint16_t)(1024 + i % 60000)};
}

/* Connections that are asked for and never answered, each by another. */
static void syn(uint32_t i)
{
    tcp(somebody(i), victim, SYN, mix(i), 0, NULL, 0);
}

/* Connections of which one request is seen, and nothing else. */
static void flows(uint32_t i)
{
    static const char ask[] = "GET /flood HTTP/1.1\r\nHost: flood\r\n\r\n";
    tcp(somebody(i), victim, PSH | ACK, mix(i), 1, ask, sizeof ask - 1);
}

/* Datagrams between ever others. */
static void datagrams(uint32_t i)
{
    udp(somebody(i), (struct end){ADDRESS(10, 1, 0, 1), (uint16_t)(2000 + i % 7)}, "flood", 5);
}

/* Connections that a hash by exclusive or, or by a sum, of addresses and ports puts in one place.
 */
static void collisions(uint32_t i)
{
    uint16_t low = (uint16_t)(mix(i) & 0x7fff), high = (uint16_t)(i >> 15);
    struct end from = {ADDRESS(10, 128, 0, 0) | (uint32_t)high << 16 | low, low};
    struct end to = {ADDRESS(10, 129, 0, 0) | (uint32_t)high << 16 | (0x7fff ^ low),
                     (uint16_t)(0x7fff ^ low)};
    tcp(from, to, SYN, 1, 0, NULL, 0);
}

/* First fragments of packets that never become whole; each fourth overlaps the one before it. */
static void fragments(uint32_t i)
{
    static uint8_t rest[1480];
    uint16_t id = (uint16_t)(i % 4 == 3 ? i - 1 : i), offset = i % 4 == 3 ? 100 : 0;
    packet(somebody(i / 4 * 4), victim, UDP, 0x2000 | offset, id, rest, sizeof rest);
}

/* One head of HTTP/1 that never ends: lines of 1 KiB. */
static void headers(uint32_t i)
{
    static struct talk t;
    static char line[1024];
    if (i == 0) {
        open_talk(&t, somebody(0), victim);
        say(&t, "GET /endless HTTP/1.1\r\n", 23);
        memset(line, 'x', sizeof line);
    }
    int len = snprintf(line, sizeof line, "X-Flood-%08x: ", i);
    line[len] = 'x';
    memcpy(line + sizeof line - 2, "\r\n", 2);
    say(&t, line, sizeof line);
}

/* Segments above a hole that is never filled, on ever other connections. */
static void holes(uint32_t i)
{
    static char bytes[1024];
    struct talk t;
    open_talk(&t, somebody(i / 8), victim);
    t.next[0] += 100 + 1024 * (i % 8);
    say(&t, bytes, sizeof bytes);
}

/* Requests, one after the other on a connection, that nobody answers. */
static void unanswered(uint32_t i)
{
    static struct talk t;
    static const char ask[] = "GET /unanswered HTTP/1.1\r\nHost: flood\r\n\r\n";
    if (i % 100000 == 0)
        open_talk(&t, somebody(i), victim);
    say(&t, ask, sizeof ask - 1);
}

/* --- HTTP/2 --- */

static size_t frame(uint8_t *at, uint32_t len, uint8_t type, uint8_t flags, uint32_t stream)
{
    put32(at, len << 8 | type);
    at[4] = flags;
    put32(at + 5, stream);
    return 9;
}

enum { DATA, HEADERS, RST_STREAM = 3, SETTINGS, CONTINUATION = 9, END_STREAM = 1, END_HEADERS = 4 };

static void open_http2(struct talk *t, uint32_t i)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    uint8_t settings[9];
    frame(settings, 0, SETTINGS, 0, 0);
    open_talk(t, somebody(i), victim);
    say(t, preface, sizeof preface - 1);
    say(t, settings, 9);
    answer(t, settings, 9);
}

/* GET / with what the static table has. */
static const uint8_t get[] = {0x82, 0x84, 0x86, 0x41, 1, 'x'};

/* One entry of nearly 4 KiB, and then blocks of references to nothing else. */
static void hpack(uint32_t i)
{
    static struct talk t;
    static uint8_t message[PAYLOAD_MAX];
    uint32_t stream = 2 * i + 1;
    size_t at = 9 + sizeof get;
    memcpy(message + 9, get, sizeof get);
    if (i == 0) {
        static const uint8_t entry[] = {0x40, 1, 'b', 0x7f, 0xa1, 0x1e}; /* 127 + 33 + 30 * 128 */
        open_http2(&t, i);
        memcpy(message + at, entry, sizeof entry);
        memset(message + at + sizeof entry, 'v', 4000);
        at += sizeof entry + 4000;
    } else {
        memset(message + at, 0x80 | 62, 16000);
        at += 16000;
    }
    frame(message, (uint32_t)at - 9, HEADERS, END_HEADERS | END_STREAM, stream);
    say(&t, message, at);
}

/* A block of headers that is continued for ever, by frames with nothing, or little, in them. */
static void continuation(uint32_t i)
{
    static struct talk t;
    uint8_t message[9 + sizeof get + 4] = {0};
    if (i == 0) {
        open_http2(&t, i);
        memcpy(message + frame(message, sizeof get, HEADERS, END_STREAM, 1), get, sizeof get);
        say(&t, message, 9 + sizeof get);
    }
    static const uint8_t field[] = {0x00, 1, 'a', 0};
    uint32_t len = i % 2 ? sizeof field : 0;
    memcpy(message + frame(message, len, CONTINUATION, 0, 1), field, len);
    say(&t, message, 9 + len);
}

/* Requests that are taken back at once. */
static void resets(uint32_t i)
{
    static struct talk t;
    uint8_t message[9 + sizeof get + 13];
    uint32_t stream = 2 * (i % 1000000) + 1;
    if (stream == 1)
        open_http2(&t, i);
    size_t at = frame(message, sizeof get, HEADERS, END_HEADERS | END_STREAM, stream);
    memcpy(message + at, get, sizeof get);
    at += sizeof get;
    at += frame(message + at, 4, RST_STREAM, 0, stream);
    put32(message + at, 8);
    say(&t, message, at + 4);
}

/* Streams that are opened and left open. */
static void streams(uint32_t i)
{
    static struct talk t;
    uint8_t message[9 + sizeof get];
    uint32_t stream = 2 * (i % 1000000) + 1;
    if (stream == 1)
        open_http2(&t, i);
    memcpy(message + frame(message, sizeof get, HEADERS, END_HEADERS, stream), get, sizeof get);
    say(&t, message, sizeof message);
}

/* --- names --- */

static void ask_http(const char *path, const char *host)
{
    static struct talk t;
    static bool opened;
    static const char good[] = "HTTP/1.1 204 No Content\r\n\r\n";
    char text[512];
    if (!opened)
        open_talk(&t, somebody(0), victim);
    opened = true;
    int len = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);
    say(&t, text, (size_t)len);
    answer(&t, good, sizeof good - 1);
}

static void paths(uint32_t i)
{
    char path[64];
    snprintf(path, sizeof path, "/a%cz/p%cx%07uy/q", 'a' + i % 23, 'a' + i % 19, mix(i) % 10000000);
    ask_http(path, "flood.example");
}

static void hosts(uint32_t i)
{
    char host[64];
    snprintf(host, sizeof host, "h%08x.flood.example", mix(i));
    ask_http("/", host);
}

/* Each question another name, each answer another address. */
static void dns(uint32_t i)
{
    uint8_t m[128] = {0, 0, 1, 0, 0, 1};
    char label[16];
    struct end server = {ADDRESS(10, 1, 0, 53), 53};
    put16(m, i & 0xffff);
    snprintf(label, sizeof label, "n%08x", mix(i));
    size_t at = 12;
    m[at++] = 9;
    memcpy(m + at, label, 9);
    memcpy(m + at + 9, "\5flood\0\0\1\0\1", 11);
    at += 9 + 11;
    udp(somebody(i), server, m, at);
    put16(m + 2, 0x8180);
    put16(m + 6, 1);
    memcpy(m + at, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12);
    put32(m + at + 12, ADDRESS(11, 0, 0, 0) | (mix(i) & 0xffffff));
    udp(server, somebody(i), m, at + 16);
}

static const struct flood {
    const char *name;
    void (*one)(uint32_t i);
} flood[] = {
    {"syn", syn},
    {"flows", flows},
    {"datagrams", datagrams},
    {"fragments", fragments},
    {"collisions", collisions},
    {"headers", headers},
    {"holes", holes},
    {"unanswered", unanswered},
    {"hpack", hpack},
    {"continuation", continuation},
    {"resets", resets},
    {"streams", streams},
    {"paths", paths},
    {"hosts", hosts},
    {"dns", dns},
};

int main(int argc, char **argv)
{
    const struct flood *which = NULL;
    for (size_t i = 0; argc == 3 && i < sizeof flood / sizeof *flood; i++)
        if (strcmp(flood[i].name, argv[1]) == 0)
            which = &flood[i];
    if (!which) {
        fprintf(stderr, "usage: flood KIND COUNT\n");
        return 2;
    }
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
    file_header();
    for (uint32_t i = 0; i < count; i++) {
        which->one(i);
        step();
    }
    if (honest_due_ns)
        honest_answer();
    close_talk(&honest);
    fprintf(stderr, "%lu\n", honest_asked);
    return fflush(stdout) == 0 ? 0 : 1;
}
