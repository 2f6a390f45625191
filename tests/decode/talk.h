/* talk.h - plays packets to an engine whose connections and protocols are fakes that tell what they
 * are told. To be included by one file of a test program: it stands in for decode/conn.c,
 * decode/classify.c and decode/decoders.c.
 *
 * The story: >bytes to the server, <bytes to the client, [n] a gap of n bytes, $ an end of stream,
 * R a retransmission, ~ that the connection is put away and ! that it goes on, and at its end why
 * in braces. A protocol is known by its
 * first bytes: "ask" and "answer" (client and server of "echo"), "hello" and then "hi" (a protocol
 * "greet" whose server speaks first), "maybe" is a doubtful one. A server that says "become" ends
 * the protocol and leaves open what follows; "nonsense" is given up. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "decode/classify.h"
#include "decode/conn_rest.h"
#include "decode/engine.h"

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)

static const struct decoder echo_decoder = {.name = "echo", .ports = {80}};
static const struct decoder greet_decoder = {.name = "greet", .ports = {2500}};
static const struct decoder maybe_decoder = {.name = "maybe", .ports = {90}, .doubtful = true};
static const struct decoder datagram_decoder = {
    .name = "datagram", .transport = OVER_UDP, .ports = {5300}};
const struct decoder *const decoders[] = {&echo_decoder, &greet_decoder, &maybe_decoder,
                                          &datagram_decoder, NULL};

static char story[8192];
static unsigned conns; /* that exist now */
static bool times;     /* tell when bytes came: @ms */
static bool rests;     /* connections may rest whenever they are asked to */

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...)
{
    size_t told = strlen(story);
    va_list args;
    va_start(args, format);
    vsnprintf(story + told, sizeof story - told, format, args);
    va_end(args);
}

static bool starts_with(struct bytes in, const char *word)
{
    return bytes_equal_text(bytes_first(in, strlen(word)), word);
}

/* GUESS_MORE while `in` is shorter than the word. */
static enum guess guess_word(struct bytes in, const char *word)
{
    if (starts_with(in, word))
        return GUESS_YES;
    bool begins = bytes_equal(in, bytes_first(bytes_of_text(word), in.len));
    return begins ? GUESS_MORE : GUESS_NO;
}

static enum guess guess_echo(const struct opening *o)
{
    if (o->midstream)
        return starts_with(o->to_server, "ask") || starts_with(o->to_client, "answer") ? GUESS_YES
                                                                                       : GUESS_NO;
    return o->to_server.len || !o->to_client.len ? guess_word(o->to_server, "ask") : GUESS_NO;
}

static enum guess guess_greet(const struct opening *o)
{
    if (o->midstream)
        return GUESS_NO;
    enum guess hello = guess_word(o->to_client, "hello"), hi = guess_word(o->to_server, "hi");
    if (hello == GUESS_NO || hi == GUESS_NO)
        return GUESS_NO;
    return hello == GUESS_YES && hi == GUESS_YES ? GUESS_YES : GUESS_MORE;
}

static struct classified classify_as(const struct opening *o)
{
    enum guess echo = guess_echo(o), greet = guess_greet(o);
    if (echo == GUESS_YES)
        return (struct classified){.guess = GUESS_YES, .decoder = &echo_decoder};
    if (greet == GUESS_YES)
        return (struct classified){.guess = GUESS_YES, .decoder = &greet_decoder};
    if (starts_with(o->to_server, "maybe"))
        return (struct classified){.guess = GUESS_YES, .decoder = &maybe_decoder};
    bool more = echo == GUESS_MORE || greet == GUESS_MORE;
    return (struct classified){.guess = more ? GUESS_MORE : GUESS_NO};
}

struct classified classify(enum transport transport, uint16_t server_port,
                           const struct opening *opening, bool may_flip)
{
    (void)server_port;
    if (transport == OVER_UDP) {
        bool known = starts_with(opening->to_server, "query");
        return (struct classified){.guess = known ? GUESS_YES : GUESS_NO,
                                   .decoder = &datagram_decoder};
    }
    struct classified c = classify_as(opening);
    if (c.guess == GUESS_YES || !may_flip)
        return c;
    struct opening other = *opening;
    other.to_server = opening->to_client;
    other.to_client = opening->to_server;
    struct classified flipped = classify_as(&other);
    flipped.flipped = true;
    return flipped.guess == GUESS_YES ? flipped : c;
}

struct conn {
    const struct decoder *decoder;
    struct conn_ends ends;
    bool wants_classify, resync, doubtful;
};

struct conn *conn_new(struct conn_shared *shared, const struct decoder *decoder,
                      const struct conn_ends *ends, bool resync)
{
    (void)shared;
    struct conn *c = calloc(1, sizeof *c);
    assert_non_null(c);
    *c = (struct conn){
        .decoder = decoder, .ends = *ends, .resync = resync, .doubtful = decoder->doubtful};
    conns++;
    tell("%s:", decoder->name);
    return c;
}

void conn_bytes(struct conn *c, enum dir dir, struct moment m, uint64_t arrived_ns, struct bytes in)
{
    assert_non_null(c->decoder);
    (void)m;
    if (times)
        tell("@%d", (int)(arrived_ns / MS));
    tell("%c%.*s", dir == TO_SERVER ? '>' : '<', (int)in.len, (const char *)in.at);
    c->wants_classify = starts_with(in, "become");
    if (c->wants_classify || starts_with(in, "nonsense"))
        c->decoder = NULL;
}

void conn_gap(struct conn *c, enum dir dir, struct moment m, uint64_t len, enum note note)
{
    (void)c;
    (void)m;
    tell("%c[%d%s]", dir == TO_SERVER ? '>' : '<', (int)len,
         note == NOTE_TRUNCATED ? " cut"
         : note == NOTE_ONE_WAY ? " unseen"
                                : "");
}

void conn_datagram(struct conn *c, enum dir dir, struct moment m, struct bytes in, uint32_t cut)
{
    conn_bytes(c, dir, m, m.now_ns, in);
    if (cut)
        tell("[%d cut]", (int)cut);
}

void conn_retransmitted(struct conn *c, enum dir dir)
{
    (void)c;
    tell("%cR", dir == TO_SERVER ? '>' : '<');
}

void conn_eof(struct conn *c, enum dir dir, struct moment m)
{
    (void)c;
    (void)m;
    tell("%c$", dir == TO_SERVER ? '>' : '<');
}

void conn_finish(struct conn *c, struct moment m, enum conn_close why)
{
    static const char *const names[] = {"orderly", "reset by client", "reset by server",
                                        "idle",    "unseen",          "capture ended"};
    (void)m;
    if (!c)
        return;
    tell("{%s}", names[why]);
}

void conn_free(struct conn *c)
{
    conns -= c != NULL;
    free(c);
}

void conn_close(struct conn *c, struct moment m, enum conn_close why)
{
    conn_finish(c, m, why);
    conn_free(c);
}

const char *conn_protocol(const struct conn *c)
{
    return c->decoder && !c->doubtful ? c->decoder->name : NULL;
}

bool conn_is_multiplexed(const struct conn *c)
{
    (void)c;
    return false;
}

void conn_open_calls(struct conn *c)
{
    (void)c;
}

void conn_report(struct conn *c, struct flow_report *r)
{
    (void)c;
    (void)r;
}

void conn_report_troubles(struct conn *c, struct flow_report *r)
{
    (void)c;
    (void)r;
}

void conn_time_out(struct conn *c, struct moment m, uint64_t limit_ns)
{
    (void)c;
    (void)m;
    (void)limit_ns;
    if (times)
        tell("?%d", (int)(m.now_ns / MS));
}

bool conn_end_overdue(struct conn *c, struct moment m)
{
    (void)c;
    (void)m;
    return false;
}

void conn_set_one_way(struct conn *c, bool one_way)
{
    (void)c;
    (void)one_way;
}

const struct decoder *conn_decoder(const struct conn *c)
{
    return c->decoder;
}

bool conn_is_disproved(const struct conn *c)
{
    return !c->decoder && c->doubtful;
}

bool conn_wants_classify(const struct conn *c)
{
    return c->wants_classify;
}

const char *conn_host(struct conn *c)
{
    (void)c;
    return "";
}

bool conn_has_begun(const struct conn *c)
{
    (void)c;
    return true;
}

void conn_set_decoder(struct conn *c, const struct decoder *decoder)
{
    c->decoder = decoder;
    c->wants_classify = false;
    tell("%s:", decoder ? decoder->name : "nothing");
}

size_t conn_memory(const struct conn *c)
{
    return sizeof *c;
}

bool conn_may_rest(const struct conn *c)
{
    return rests && c->decoder;
}

bool conn_rest(struct conn *c, const uint64_t latest_ns[2], struct conn_rest *ret_rest)
{
    if (!conn_may_rest(c) || !latest_ns[TO_SERVER] || !latest_ns[TO_CLIENT])
        return false;
    tell("~");
    *ret_rest = (struct conn_rest){.ended = 1, .host = strdup("shop")};
    conn_free(c);
    return true;
}

struct conn *conn_wake(struct conn_shared *shared, struct conn_rest *rest, struct conn_ends *ends,
                       const uint64_t latest_ns[2])
{
    struct conn *c = calloc(1, sizeof *c);
    assert_non_null(c);
    assert_true(latest_ns[TO_SERVER] && latest_ns[TO_CLIENT]);
    *c = (struct conn){.decoder = decoders[rest->decoder], .ends = *ends};
    conns++;
    conn_rest_drop(shared, rest);
    tell("!");
    return c;
}

void conn_rest_drop(struct conn_shared *shared, struct conn_rest *rest)
{
    (void)shared;
    free(rest->host);
    *rest = (struct conn_rest){0};
}

/* Two hosts that talk, and the reports on it. Sequence numbers: the client's first byte is 101, the
 * server's 501. */
struct talk {
    struct engine *engine;
    uint64_t now_ns, number;
    uint16_t client_port, server_port;
    uint8_t protocol;
    uint32_t cut, window;
    unsigned reports;
    struct flow_report last, sum; /* of all reports; `sum` is of the latest protocol and ends */
    char protocols[512];          /* of all reports, in order */
};

static void on_exchange(void *ctx, struct exchange *x)
{
    (void)ctx;
    (void)x;
}

static void on_flow(void *ctx, const struct flow_report *r)
{
    struct talk *t = ctx;
    t->reports++;
    t->last = *r;
    size_t told = strlen(t->protocols);
    snprintf(t->protocols + told, sizeof t->protocols - told, "%s ", r->protocol);
    struct flow_report sum = *r;
    sum.opened = (uint8_t)(t->sum.opened + r->opened);
    sum.failed = (uint8_t)(t->sum.failed + r->failed);
    sum.refused = (uint8_t)(t->sum.refused + r->refused);
    sum.closed = (uint8_t)(t->sum.closed + r->closed);
    sum.one_way = (uint8_t)(t->sum.one_way + r->one_way);
    sum.reset_by_client = (uint8_t)(t->sum.reset_by_client + r->reset_by_client);
    sum.reset_by_server = (uint8_t)(t->sum.reset_by_server + r->reset_by_server);
    for (int dir = 0; dir < 2; dir++) {
        sum.packets[dir] += t->sum.packets[dir];
        sum.bytes[dir] += t->sum.bytes[dir];
        sum.duplicates[dir] += t->sum.duplicates[dir];
        sum.missing_bytes[dir] += t->sum.missing_bytes[dir];
        sum.truncated[dir] += t->sum.truncated[dir];
        sum.out_of_order[dir] += t->sum.out_of_order[dir];
        sum.retransmits[dir] += t->sum.retransmits[dir];
        sum.zero_windows[dir] += t->sum.zero_windows[dir];
    }
    sum.rtt_server_ns += t->sum.rtt_server_ns;
    sum.rtt_client_ns += t->sum.rtt_client_ns;
    t->sum = sum;
}

/* Options as given, with a fixed key; NULL: the defaults. */
static void begin(struct talk *t, const struct engine_options *options)
{
    *t = (struct talk){.now_ns = 1000 * SECOND,
                       .client_port = 40000,
                       .server_port = 9999,
                       .protocol = IPPROTO_TCP,
                       .window = 1000};
    struct engine_options o = options ? *options : (struct engine_options){0};
    o.key = (struct hash_key){{1, 2}};
    struct err err;
    t->engine =
        engine_new(&o, (struct sink){.exchange = on_exchange, .flow = on_flow, .ctx = t}, &err);
    assert_non_null(t->engine);
    story[0] = '\0';
    conns = 0;
    times = rests = false;
}

static void play(struct talk *t, bool by_client, struct packet p)
{
    static const uint8_t client[4] = {10, 0, 0, 1}, server[4] = {10, 0, 0, 2};
    p.time_ns = t->now_ns;
    p.number = ++t->number;
    p.protocol = t->protocol;
    p.source = address_v4(by_client ? client : server);
    p.destination = address_v4(by_client ? server : client);
    p.source_port = by_client ? t->client_port : t->server_port;
    p.destination_port = by_client ? t->server_port : t->client_port;
    p.window = t->window;
    p.cut = t->cut;
    p.wire_bytes = (uint32_t)p.payload.len + 54;
    t->cut = 0;
    engine_packet(t->engine, &p);
}

/* A packet of one side; flags beside ACK as given. */
static void client(struct talk *t, uint8_t flags, uint32_t sequence, uint32_t acknowledged,
                   const char *text)
{
    play(t, true,
         (struct packet){.tcp_flags = flags,
                         .sequence = sequence,
                         .acknowledged = acknowledged,
                         .payload = bytes_of_text(text)});
}

static void server(struct talk *t, uint8_t flags, uint32_t sequence, uint32_t acknowledged,
                   const char *text)
{
    play(t, false,
         (struct packet){.tcp_flags = flags,
                         .sequence = sequence,
                         .acknowledged = acknowledged,
                         .payload = bytes_of_text(text)});
}

static inline void handshake(struct talk *t)
{
    client(t, TCP_SYN, 100, 0, "");
    server(t, TCP_SYN | TCP_ACK, 500, 101, "");
    client(t, TCP_ACK, 101, 501, "");
}

static inline void client_says(struct talk *t, uint32_t sequence, const char *text)
{
    client(t, TCP_ACK, sequence, 501, text);
}

static inline void server_says(struct talk *t, uint32_t sequence, const char *text)
{
    server(t, TCP_ACK, sequence, 101, text);
}

/* Lets `ms` pass, with a tick; a window ends with it. */
static inline void pass(struct talk *t, uint64_t ms)
{
    t->now_ns += ms * MS;
    engine_tick(t->engine, t->now_ns, t->number + 1, true);
}

/* Ends the capture; the whole story is this, and nothing is left behind. */
static void told(struct talk *t, const char *expected)
{
    engine_finish(t->engine, t->now_ns, t->number + 1);
    assert_string_equal(story, expected);
    assert_int_equal(engine_counters(t->engine)->flows, 0);
    engine_free(t->engine);
    assert_int_equal(conns, 0);
}
