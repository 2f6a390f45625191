/* test_quic.c - specifies decode/proto/quic.c: what becomes of handshakes in QUIC. */
#include "tls_make.h"

#include "decode/classify.h"
#include "tests/check.h"
#include "tests/quic_seal.h"

#define DCID "8394c8f03e515708"
#define RETRY_ID "f067a5502a4262b5"
#define SCID "c1"

static const struct decoder *quic;

static int find(void **state)
{
    (void)state;
    quic = decoder_named("quic");
    tls_make_anew();
    return quic == NULL;
}

#define SAY(b) tls_says(b)
#define HEAR(b) tls_hears(b)
#define SAYS_QUIC(expected, ...) TELLS_WITH(SHOW_TLS | SHOW_TIMES, quic, expected, __VA_ARGS__)
#define ESTABLISHED                                                                                \
    "quic handshake api.shop established ok 1-1 2-2 ms TLS 1.3 TLS_AES_128_GCM_SHA256 "            \
    "offered:h3,h2\n"

static struct bytes crypto(size_t offset, struct bytes part)
{
    uint8_t head[5] = {6};
    quic_put_two(head, quic_put_two(head, 1, offset), part.len);
    return JOIN(tls_join((const struct bytes[]){bytes_of(head, sizeof head), {0}}), part);
}

/* CONNECTION_CLOSE, with a reason. */
static struct bytes closing(size_t error)
{
    uint8_t frame[] = {0x1c, 0, 0, 0, 2, 'n', 'o'};
    quic_put_two(frame, 1, error);
    return JOIN(bytes_of(frame, sizeof frame));
}

struct made {
    uint32_t version; /* 0: 1 */
    const char *keys; /* made of this connection id; NULL: DCID */
    const char *dcid; /* in the packet; NULL: as of the keys, or of the server */
    enum dir dir;
};

static struct bytes made_packet(const struct made *m, struct bytes frames)
{
    uint8_t packet[2000];
    struct quic_keys keys;
    struct quic_header h = {.version = m->version ? m->version : QUIC_VERSION_1, .number_len = 1};
    const char *id = m->keys ? m->keys : DCID;
    assert_true(quic_derive(h.version, tls_hex(id), &keys));
    h.dcid = tls_hex(m->dcid ? m->dcid : m->dir == TO_SERVER ? id : SCID);
    h.scid = tls_hex(SCID);
    return JOIN(bytes_of(packet, quic_seal(&keys, m->dir, &h, frames, packet)));
}
#define OF_CLIENT(frames) made_packet(&(struct made){.dir = TO_SERVER}, frames)
#define OF_SERVER(frames) made_packet(&(struct made){.dir = TO_CLIENT}, frames)
#define PACKET(frames, ...) made_packet(&(struct made){__VA_ARGS__}, frames)

static struct bytes client_hello(void)
{
    return HELLO(.name = "API.shop", .versions = {0x0304}, .ciphers = {0x1301, 0x1302},
                 .alpn = {"h3", "h2"});
}
#define SERVER_HELLO ANSWER(.version = 0x0304, .cipher = 0x1301)
#define ASK OF_CLIENT(crypto(0, client_hello()))
#define CHOOSE OF_SERVER(crypto(0, SERVER_HELLO))

/* A packet of this type and version with nothing that can be read; of Handshake, Retry and 0-RTT.
 */
static struct bytes dark(unsigned type, uint32_t version)
{
    uint8_t head[] = {(uint8_t)(0xc0 | type << 4),
                      (uint8_t)(version >> 24),
                      (uint8_t)(version >> 16),
                      (uint8_t)(version >> 8),
                      (uint8_t)version,
                      1,
                      0xc1,
                      0,
                      0x40,
                      50};
    return JOIN(bytes_of(head, sizeof head), tls_noise(50));
}
#define EARLY dark(1, 1)
#define HANDSHAKE dark(2, 1)
#define RETRY dark(3, 1)
#define SHORT JOIN(tls_hex("41"), tls_noise(40))
#define SHORT_GREASED JOIN(tls_hex("01"), tls_noise(40)) /* its fixed bit is not set */

static void full_handshake(void **state)
{
    (void)state;
    SAYS_QUIC(ESTABLISHED, SAY(ASK), HEAR(JOIN(CHOOSE, HANDSHAKE)), SAY(JOIN(HANDSHAKE, SHORT)),
              HEAR(SHORT), SAY(SHORT));
    SAYS_QUIC(ESTABLISHED, SAY(ASK), HEAR(JOIN(CHOOSE, HANDSHAKE)), SAY(SHORT_GREASED));
    /* the answer goes on until the client is done, and is told then */
    SAYS_QUIC("quic handshake api.shop established ok 1-1 2-4 ms TLS 1.3 TLS_AES_128_GCM_SHA256 "
              "offered:h3,h2\n",
              SAY(ASK), HEAR(CHOOSE), SAY(OF_CLIENT(tls_hex("0200000000"))), HEAR(HANDSHAKE),
              HEAR(SHORT), SAY(HANDSHAKE), SAY(SHORT), HEAR(HANDSHAKE));
    /* early data says nothing */
    SAYS_QUIC(ESTABLISHED, SAY(JOIN(ASK, EARLY)), HEAR(JOIN(CHOOSE, HANDSHAKE)), SAY(EARLY),
              SAY(SHORT));
    /* nor does what fills a datagram up */
    SAYS_QUIC(ESTABLISHED, SAY(ASK), HEAR(JOIN(CHOOSE, HANDSHAKE)),
              SAY(JOIN(HANDSHAKE, tls_hex("00000000000000000000000000000000000000000000"))),
              SAY(SHORT));
    assert_int_equal(script_counters()->lost, 0);
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void version_2(void **state)
{
    (void)state;
    enum { V2 = QUIC_VERSION_2 };
    struct bytes ask = PACKET(crypto(0, client_hello()), .version = V2);
    struct bytes choose = PACKET(crypto(0, SERVER_HELLO), .version = V2, .dir = TO_CLIENT);
    SAYS_QUIC(ESTABLISHED, SAY(ask), HEAR(JOIN(choose, dark(3, V2))), SAY(SHORT));
    /* the server may go on in another version than the client began with (RFC 9369, 4.1) */
    SAYS_QUIC(ESTABLISHED, SAY(ASK), HEAR(JOIN(choose, dark(3, V2))), SAY(SHORT));
}

/* The hello may be in pieces, in any order, within a packet and over packets and datagrams. */
static void pieces(void **state)
{
    (void)state;
    struct bytes hello = client_hello();
    struct bytes a = crypto(0, bytes_first(hello, 20)), ping = tls_hex("01000001"),
                 b = crypto(20, bytes_first(bytes_after(hello, 20), 30)),
                 c = crypto(50, bytes_after(hello, 50));
    static const char told[] =
        "quic handshake api.shop unanswered 1-2 0-0 ms offers TLS 1.3 offered:h3,h2\n";
    SAYS_QUIC("quic handshake api.shop unanswered 1-1 0-0 ms offers TLS 1.3 offered:h3,h2\n",
              SAY(OF_CLIENT(JOIN(c, ping, a, b, c))));
    SAYS_QUIC("quic handshake api.shop unanswered 1-1 0-0 ms offers TLS 1.3 offered:h3,h2\n",
              SAY(JOIN(OF_CLIENT(b), OF_CLIENT(JOIN(ping, c)), OF_CLIENT(a))));
    SAYS_QUIC(told, SAY(OF_CLIENT(JOIN(a, b))), SAY(OF_CLIENT(c)));
    SAYS_QUIC(told, SAY(OF_CLIENT(c)), SAY(OF_CLIENT(JOIN(b, a))), SAY(OF_CLIENT(c)));
    /* of one that is not all there nothing is known */
    SAYS_QUIC("quic handshake  unanswered 1-0 0-0 ms offers  unreadable\n",
              SAY(OF_CLIENT(JOIN(a, c))));
}

/* What is seen before its cause. */
static void orders(void **state)
{
    (void)state;
    struct bytes hello = client_hello();
    struct bytes a = OF_CLIENT(crypto(0, bytes_first(hello, 20))),
                 b = OF_CLIENT(crypto(20, bytes_after(hello, 20)));
    SAYS_QUIC("quic handshake api.shop established ok early-answer 1-3 2-2 ms TLS 1.3 "
              "TLS_AES_128_GCM_SHA256 offered:h3,h2\n",
              SAY(a), HEAR(JOIN(CHOOSE, HANDSHAKE)), SAY(b), SAY(SHORT));
    SAYS_QUIC("quic handshake api.shop established ok 1-1 2-3 ms TLS 1.3 TLS_AES_128_GCM_SHA256 "
              "offered:h3,h2\n",
              SAY(ASK), HEAR(HANDSHAKE), HEAR(CHOOSE), SAY(SHORT));
}

/* The client begins anew because the server wants it to: the same exchange. */
static void told_to_begin_anew(void **state)
{
    (void)state;
    struct bytes again = PACKET(crypto(0, client_hello()), .keys = RETRY_ID);
    struct bytes choose = PACKET(crypto(0, SERVER_HELLO), .keys = RETRY_ID, .dir = TO_CLIENT);
    struct bytes other = PACKET(crypto(0, client_hello()), .version = QUIC_VERSION_2);
    struct bytes other_choice =
        PACKET(crypto(0, SERVER_HELLO), .version = QUIC_VERSION_2, .dir = TO_CLIENT);
    static const char told[] = "quic handshake api.shop established ok 1-1 4-4 ms TLS 1.3 "
                               "TLS_AES_128_GCM_SHA256 offered:h3,h2\n";
    SAYS_QUIC(told, SAY(ASK), HEAR(RETRY), SAY(again), HEAR(JOIN(choose, HANDSHAKE)), SAY(SHORT));
    /* a late copy of the first packet changes nothing */
    SAYS_QUIC("quic handshake api.shop established ok 1-1 5-5 ms TLS 1.3 TLS_AES_128_GCM_SHA256 "
              "offered:h3,h2\n",
              SAY(ASK), HEAR(RETRY), SAY(again), SAY(ASK), HEAR(JOIN(choose, HANDSHAKE)),
              SAY(SHORT));
    SAYS_QUIC(told, SAY(ASK), HEAR(tls_hex("800000000001c101c16b3343cf")), SAY(other),
              HEAR(JOIN(other_choice, HANDSHAKE)), SAY(SHORT));
    /* of the rest of the first hello and the second nothing is mixed */
    struct bytes hello = client_hello();
    SAYS_QUIC("quic handshake  unanswered 1-0 0-0 ms offers  unreadable\n",
              SAY(OF_CLIENT(crypto(0, bytes_first(hello, 20)))), HEAR(RETRY),
              SAY(PACKET(crypto(20, bytes_after(hello, 20)), .keys = RETRY_ID)));
}

/* HelloRetryRequest: a second hello follows in the same stream. */
static void another_hello(void **state)
{
    (void)state;
    struct bytes hello = client_hello(), retry = ANSWER(.version = 0x0304, .retry = true);
    SAYS_QUIC("quic handshake api.shop established ok 1-1 2-4 ms TLS 1.3 TLS_AES_128_GCM_SHA256 "
              "offered:h3,h2 retried\n",
              SAY(ASK), HEAR(OF_SERVER(crypto(0, retry))),
              SAY(OF_CLIENT(crypto(hello.len, HELLO(.name = "other.shop", .versions = {0x0304})))),
              HEAR(JOIN(OF_SERVER(crypto(retry.len, SERVER_HELLO)), HANDSHAKE)), SAY(SHORT));
}

static void resumption(void **state)
{
    (void)state;
    SAYS_QUIC(
        "quic resumption api.shop established ok 1-1 2-2 ms TLS 1.3 TLS_AES_256_GCM_SHA384 "
        "offered:h3,h2 resumed\n",
        SAY(JOIN(ASK, EARLY)),
        HEAR(JOIN(OF_SERVER(crypto(0, ANSWER(.version = 0x0304, .cipher = 0x1302, .psk = true))),
                  HANDSHAKE)),
        SAY(SHORT));
}

/* Who refuses, and who is to blame. */
static void refused(void **state)
{
    (void)state;
#define REFUSED(said) "quic handshake api.shop " said " 1-1 2-2 ms offers TLS 1.3 offered:h3,h2\n"
    SAYS_QUIC(REFUSED("no_application_protocol client_error"), SAY(ASK),
              HEAR(OF_SERVER(closing(0x178))), HEAR(CHOOSE), SAY(SHORT));
    SAYS_QUIC(REFUSED("CONNECTION_REFUSED server_error"), SAY(ASK), HEAR(OF_SERVER(closing(2))));
    SAYS_QUIC(REFUSED("INVALID_TOKEN client_error"), SAY(ASK), HEAR(OF_SERVER(closing(11))));
    SAYS_QUIC(REFUSED("APPLICATION_ERROR reset"), SAY(ASK), HEAR(OF_SERVER(closing(12))));
    SAYS_QUIC(REFUSED("error 0x77 client_error"), SAY(ASK), HEAR(OF_SERVER(closing(0x77))));
    SAYS_QUIC("quic handshake api.shop NO_ERROR cancelled 1-1 0-0 ms offers TLS 1.3 "
              "offered:h3,h2\n",
              SAY(ASK), SAY(OF_CLIENT(closing(0))));
    SAYS_QUIC("quic handshake api.shop bad_certificate server_error 1-1 2-2 ms TLS 1.3 "
              "TLS_AES_128_GCM_SHA256 offered:h3,h2\n",
              SAY(ASK), HEAR(JOIN(CHOOSE, HANDSHAKE)), SAY(OF_CLIENT(closing(0x12a))));
    SAYS_QUIC("quic handshake  INTERNAL_ERROR client_error 1-0 0-0 ms offers  unreadable\n",
              SAY(OF_CLIENT(crypto(9, tls_noise(5)))), SAY(OF_CLIENT(closing(1))));
}

/* What the client thinks of the server is hidden, until it goes on. */
static void unsettled(void **state)
{
    (void)state;
#define UNSETTLED(said)                                                                            \
    "quic handshake api.shop " said " 1-1 2-2 ms TLS 1.3 TLS_AES_128_GCM_SHA256 offered:h3,h2\n"
    SAYS_QUIC(UNSETTLED("unknown"), SAY(ASK), HEAR(JOIN(CHOOSE, HANDSHAKE)), SAY(HANDSHAKE),
              CLOSES(CLOSE_IDLE));
    SAYS_QUIC("quic handshake api.shop timeout 1-1 2-0 ms TLS 1.3 TLS_AES_128_GCM_SHA256 "
              "offered:h3,h2\n",
              SAY(ASK), HEAR(CHOOSE), CLOSES(CLOSE_IDLE));
    SAYS_QUIC("quic handshake api.shop timeout 1-1 0-0 ms offers TLS 1.3 offered:h3,h2\n", SAY(ASK),
              TIMES_OUT(60000), CLOSES(CLOSE_IDLE));
    /* the answer was not captured */
    SAYS_QUIC("quic handshake api.shop unknown 1-1 0-0 ms offers TLS 1.3 offered:h3,h2\n", SAY(ASK),
              SAY(SHORT));
    SAYS_QUIC("quic handshake api.shop established ok 1-1 2-2 ms offers TLS 1.3 offered:h3,h2\n",
              SAY(ASK), HEAR(HANDSHAKE), SAY(SHORT));
}

/* One connection after another between the same ends, and packets of neither. */
static void one_after_another(void **state)
{
    (void)state;
    struct bytes ask = PACKET(crypto(0, client_hello()), .keys = RETRY_ID);
    struct bytes choose = PACKET(crypto(0, SERVER_HELLO), .keys = RETRY_ID, .dir = TO_CLIENT);
    SAYS_QUIC(ESTABLISHED "quic handshake api.shop established ok 6-6 7-7 ms TLS 1.3 "
                          "TLS_AES_128_GCM_SHA256 offered:h3,h2\n",
              SAY(ASK), HEAR(JOIN(CHOOSE, HANDSHAKE)), SAY(SHORT), HEAR(SHORT), SAY(ASK), SAY(ask),
              HEAR(JOIN(choose, HANDSHAKE)), SAY(SHORT));
    SAYS_QUIC("", SAY(tls_noise(100)), HEAR(tls_noise(3)), HEAR(CHOOSE), HEAR(HANDSHAKE),
              SAY(HANDSHAKE), SAY(SHORT), SAY(tls_noise(1)));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static struct opening opening_of(struct bytes by_client, struct bytes by_server)
{
    return (struct opening){.to_server = by_client, .to_client = by_server};
}

static void claims(struct bytes by_client, struct bytes by_server, bool claimed)
{
    struct opening o = opening_of(by_client, by_server);
    assert_int_equal(quic->probe(&o), claimed ? GUESS_YES : GUESS_NO);
}

/* It is claimed on the word of a tag. */
static void recognised(void **state)
{
    (void)state;
    struct bytes none = {0}, ask = ASK;
    uint8_t forged[2000];
    claims(ask, none, true);
    claims(JOIN(ask, EARLY), none, true);
    claims(none, ask, false);
    claims(none, CHOOSE, false);
    claims(CHOOSE, none, false);
    claims(SHORT, none, false);
    claims(RETRY, none, false);
    claims(tls_noise(1200), none, false);
    for (size_t len = 0; len < ask.len; len++)
        claims(bytes_first(ask, len), none, false);
    for (size_t at = 0; at < ask.len; at++) {
        memcpy(forged, ask.at, ask.len);
        forged[at] ^= 1;
        claims(bytes_of(forged, ask.len), none, false);
    }
    struct opening turned = opening_of(none, ask);
    struct classified is = classify(OVER_UDP, 9999, &turned, true);
    assert_int_equal(is.guess, GUESS_YES);
    assert_true(is.flipped && is.decoder == quic);
}

/* A hello that is longer than is kept. */
static void limits(void **state)
{
    (void)state;
    struct step steps[20] = {0};
    struct bytes hello = HELLO(.name = "api.shop", .padding = 16400);
    size_t len = 0;
    for (size_t at = 0; at < hello.len; at += 1200)
        steps[len++] = SAY(OF_CLIENT(crypto(at, bytes_first(bytes_after(hello, at), 1200))));
    steps[len++] = HEAR(JOIN(CHOOSE, HANDSHAKE));
    steps[len++] = SAY(SHORT);
    struct script script = {quic, steps, len, SHOW_TLS};
    script_tells(&script, "quic handshake  established ok TLS 1.3 TLS_AES_128_GCM_SHA256 "
                          "unreadable\n");
    assert_int_equal(script_counters()->shed, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(full_handshake, find),
        cmocka_unit_test_setup(version_2, find),
        cmocka_unit_test_setup(pieces, find),
        cmocka_unit_test_setup(orders, find),
        cmocka_unit_test_setup(told_to_begin_anew, find),
        cmocka_unit_test_setup(another_hello, find),
        cmocka_unit_test_setup(resumption, find),
        cmocka_unit_test_setup(refused, find),
        cmocka_unit_test_setup(unsettled, find),
        cmocka_unit_test_setup(one_after_another, find),
        cmocka_unit_test_setup(recognised, find),
        cmocka_unit_test_setup(limits, find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
