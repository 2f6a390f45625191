/* crowd.c - see crowd.h. */
#include "crowd.h"

#include <malloc.h>
#include <netinet/in.h>

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc comes without its header */
#endif

#define TEXT(text) bytes_of(text, sizeof(text) - 1)

struct talk {
    struct engine *engine;
    struct packet packet; /* of the client; the server's has its ends swapped */
    uint32_t next[2];     /* sequence numbers: of client, of server */
};

const char *crowd_name(enum crowd kind)
{
    static const char *const names[CROWDS] = {
        [CROWD_SYN] = "TCP, asked for and not answered",
        [CROWD_TCP] = "TCP, open and idle",
        [CROWD_UNKNOWN] = "TCP, of an unknown protocol",
        [CROWD_UDP] = "UDP",
        [CROWD_HTTP1_IDLE] = "HTTP/1, kept alive",
        [CROWD_HTTP1_ACTIVE] = "HTTP/1, a request open",
        [CROWD_HTTP2_IDLE] = "HTTP/2, no call open",
        [CROWD_HTTP2_ACTIVE] = "HTTP/2, a call open",
    };
    return names[kind];
}

size_t crowd_allocated(void)
{
#ifdef __SANITIZE_ADDRESS__
    return __sanitizer_get_current_allocated_bytes();
#else
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#endif
}

static void take_exchange(void *ctx, struct exchange *x)
{
    (void)ctx;
    (void)x;
}

static void take_flow(void *ctx, const struct flow_report *r)
{
    (void)ctx;
    (void)r;
}

struct engine *crowd_engine(uint32_t count)
{
    struct engine_options options = {
        .key = {{1, 2}}, .flows_max = count, .open_max = count + 1, .unread_bytes_max = SIZE_MAX};
    struct err err;
    return engine_new(&options, (struct sink){.exchange = take_exchange, .flow = take_flow}, &err);
}

static void say(struct talk *t, bool by_server, uint8_t flags, struct bytes payload)
{
    static uint64_t number;
    struct packet p = t->packet;
    if (by_server) {
        p.source = t->packet.destination;
        p.destination = t->packet.source;
        p.source_port = t->packet.destination_port;
        p.destination_port = t->packet.source_port;
    }
    p.tcp_flags = flags;
    p.sequence = t->next[by_server];
    p.acknowledged = t->next[!by_server];
    p.window = 65535;
    p.payload = payload;
    p.wire_bytes = (uint32_t)payload.len + 54;
    p.number = ++number;
    p.time_ns = UINT64_C(1700000000000000000) + number;
    engine_packet(t->engine, &p);
    t->next[by_server] += (uint32_t)payload.len + (flags & TCP_SYN ? 1 : 0);
}

static struct talk talk_of(struct engine *e, uint32_t client, uint8_t protocol, uint16_t port)
{
    const uint8_t from[4] = {10, (uint8_t)(client >> 16), (uint8_t)(client >> 8), (uint8_t)client};
    const uint8_t to[4] = {10, 255, 0, 1};
    return (struct talk){.engine = e,
                         .packet = {.source = address_v4(from),
                                    .destination = address_v4(to),
                                    .source_port = 40000,
                                    .destination_port = port,
                                    .protocol = protocol},
                         .next = {1000, 5000}};
}

static void shake_hands(struct talk *t)
{
    say(t, false, TCP_SYN, TEXT(""));
    say(t, true, TCP_SYN | TCP_ACK, TEXT(""));
    say(t, false, TCP_ACK, TEXT(""));
}

static const char ask[] = "GET /shop/cart HTTP/1.1\r\nHost: shop.example\r\n\r\n";

static void talk_http1(struct talk *t, bool active)
{
    shake_hands(t);
    say(t, false, TCP_ACK, TEXT(ask));
    say(t, true, TCP_ACK, TEXT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    if (active)
        say(t, false, TCP_ACK, TEXT(ask));
}

#define SETTINGS "\0\0\0\4\0\0\0\0\0"

static void talk_http2(struct talk *t, bool active)
{
    shake_hands(t);
    say(t, false, TCP_ACK, TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" SETTINGS));
    say(t, true, TCP_ACK, TEXT(SETTINGS));
    say(t, false, TCP_ACK, TEXT("\0\0\x17\1\5\0\0\0\1\x82\x86\x44\5/cart\x41\x0cshop.example"));
    say(t, true, TCP_ACK, TEXT("\0\0\1\1\5\0\0\0\1\x88"));
    if (active)
        say(t, false, TCP_ACK, TEXT("\0\0\4\1\5\0\0\0\3\x82\x86\xbf\xbe"));
}

static void join_one(struct engine *e, enum crowd kind, uint32_t client)
{
    struct talk t = talk_of(e, client, kind == CROWD_UDP ? IPPROTO_UDP : IPPROTO_TCP,
                            kind == CROWD_UNKNOWN || kind == CROWD_UDP ? 7777 : 80);
    switch (kind) {
    case CROWD_SYN:
        say(&t, false, TCP_SYN, TEXT(""));
        break;
    case CROWD_TCP:
        shake_hands(&t);
        break;
    case CROWD_UNKNOWN:
        shake_hands(&t);
        say(&t, false, TCP_ACK, TEXT("\1\2\3 what nobody knows"));
        say(&t, true, TCP_ACK, TEXT("\4\5\6 what nobody knows"));
        break;
    case CROWD_UDP:
        say(&t, false, 0, TEXT("\1\2\3 what nobody knows"));
        break;
    case CROWD_HTTP1_IDLE:
    case CROWD_HTTP1_ACTIVE:
        talk_http1(&t, kind == CROWD_HTTP1_ACTIVE);
        break;
    case CROWD_HTTP2_IDLE:
    case CROWD_HTTP2_ACTIVE:
        talk_http2(&t, kind == CROWD_HTTP2_ACTIVE);
        break;
    case CROWDS:
        break;
    }
}

void crowd_join(struct engine *e, enum crowd kind, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        join_one(e, kind, i);
}
