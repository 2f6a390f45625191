/* test_label.c - specifies decode/label.c, and what reader.c makes of it: which bytes are shown to
 * the inspector, and what a flow is called then. The inspector here stands in for ndpi.c: it takes
 * for a protocol what a packet says behind "is ". */
#include "talk.h"

#include "decode/inspector.h"
#include "decode/label.h"

struct inspector {
    int unused;
};

struct inspected {
    int unused;
};

static char shown[4096]; /* payloads, in order */
static unsigned packets, flows, inside;
static uint8_t latest[256];
static size_t latest_len;

bool inspector_exists(void)
{
    return true;
}

struct inspector *inspector_new(struct err *err)
{
    (void)err;
    return calloc(1, sizeof(struct inspector));
}

void inspector_free(struct inspector *i)
{
    free(i);
}

struct inspected *inspected_new(void)
{
    flows++;
    return calloc(1, sizeof(struct inspected));
}

void inspected_free(struct inspected *flow)
{
    flows -= flow != NULL;
    free(flow);
}

const char *inspector_packet(struct inspector *i, struct inspected *flow, uint64_t time_ns,
                             struct bytes ip)
{
    assert_non_null(i);
    assert_non_null(flow);
    assert_true(time_ns > 0);
    latest_len = ip.len;
    memcpy(latest, ip.at, ip.len < sizeof latest ? ip.len : sizeof latest);
    struct bytes said = bytes_after(ip, ip.at[9] == IPPROTO_TCP ? 40 : 28);
    for (unsigned n = 0; n < INSPECTOR_SPARE; n++)
        assert_int_equal(said.at[said.len + n], 0);
    size_t told = strlen(shown);
    snprintf(shown + told, sizeof shown - told, "%.*s.", (int)said.len, (const char *)said.at);
    packets++;
    return starts_with(said, "is ssh") ? "ssh" : starts_with(said, "is ntp") ? "ntp" : NULL;
}

static void enter(void *ctx)
{
    assert_ptr_equal(ctx, &inside);
    inside++;
}

static void leave(void *ctx)
{
    (void)ctx;
    inside--;
}

/* Nothing has been shown yet. */
static void begin_anew(struct talk *t, const struct engine_options *options)
{
    shown[0] = '\0';
    packets = 0;
    begin(t, options);
}

static const struct engine_options asked = {
    .labels = true,
    .watch = {.enter = enter, .leave = leave, .ctx = &inside},
};

/* The first bytes that nobody claims decide, in the order of their coming, with all headers as on
 * the wire; nothing is kept of the flow after that, and nothing more is shown. */
static void bytes_decide(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    handshake(&t);
    client_says(&t, 101, "whatever");
    assert_string_equal(t.protocols, "");
    server_says(&t, 501, "is ssh");
    assert_string_equal(t.protocols, "ssh ");
    client_says(&t, 109, "more");
    assert_string_equal(shown, "whatever.is ssh.");
    assert_int_equal(flows, 0);
    static const uint8_t packet[] = {
        0x45, 0, 0, 46, 0,   0,   0,   0,   64,        6,          0,          0,
        10,   0, 0, 2,  10,  0,   0,   1,   9999 >> 8, 9999 & 255, 40000 >> 8, 40000 & 255,
        0,    0, 0, 1,  0,   0,   0,   9,   0x50,      0x18,       0xff,       0xff,
        0,    0, 0, 0,  'i', 's', ' ', 's', 's',       'h'};
    assert_int_equal(latest_len, sizeof packet);
    assert_memory_equal(latest, packet, sizeof packet);
    assert_int_equal(engine_counters(t.engine)->labelled, 1);
    told(&t, "");
    assert_string_equal(t.sum.protocol, "ssh");
    assert_int_equal(t.sum.opened, 1);
    assert_int_equal(t.sum.packets[TO_SERVER], 4);
}

/* What was kept while a decoder was not sure is shown when it is; also when the flow ends then. */
static void kept_bytes_are_shown(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    handshake(&t);
    client_says(&t, 101, "a");
    t.now_ns += MS;
    client_says(&t, 102, "s");
    assert_string_equal(shown, "");
    t.now_ns += MS;
    client_says(&t, 103, "is ssh");
    assert_string_equal(shown, "a.s.is ssh.");
    told(&t, "");

    begin_anew(&t, &asked);
    handshake(&t);
    server_says(&t, 501, "hel");
    told(&t, "");
    assert_string_equal(shown, "hel.");
    assert_int_equal(flows, 0);
}

/* What a decoder claims is never shown, and not without being asked to. */
static void decoders_come_first(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    handshake(&t);
    client_says(&t, 101, "ask");
    client_says(&t, 104, "nonsense");
    client_says(&t, 112, "is ssh");
    assert_string_equal(shown, "");
    told(&t, "echo:>ask>nonsense{capture ended}");

    begin_anew(&t, NULL);
    handshake(&t);
    client_says(&t, 101, "is ssh");
    assert_string_equal(t.protocols, "tcp ");
    assert_string_equal(shown, "");
    told(&t, "");
}

/* Unless the claim was doubtful, and is given up. */
static void given_up_on_trial(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    handshake(&t);
    client_says(&t, 101, "maybe");
    server_says(&t, 501, "nonsense");
    assert_string_equal(t.protocols, "");
    client_says(&t, 106, "is ssh");
    assert_string_equal(shown, "is ssh.");
    told(&t, "maybe:>maybe<nonsense");
    assert_string_equal(t.sum.protocol, "ssh");
    assert_int_equal(t.sum.opened, 1);
}

/* After LABEL_PACKETS_MAX packets nobody knows, and it is tcp. */
static void packets_are_limited(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    handshake(&t);
    for (uint32_t i = 0; i < LABEL_PACKETS_MAX; i++) {
        assert_string_equal(t.protocols, "");
        client_says(&t, 101 + i, "x");
    }
    assert_string_equal(t.protocols, "tcp ");
    assert_int_equal(packets, LABEL_PACKETS_MAX);
    client_says(&t, 101 + LABEL_PACKETS_MAX, "is ssh");
    assert_int_equal(packets, LABEL_PACKETS_MAX);
    assert_int_equal(flows, 0);
    assert_int_equal(engine_counters(t.engine)->labelled, 0);
    told(&t, "");
}

/* A window that ends before it is clear tells of it as tcp, of which it then is no more. */
static void windows_do_not_wait(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    handshake(&t);
    client_says(&t, 101, "whatever");
    pass(&t, 1000);
    assert_string_equal(t.protocols, "tcp ");
    server_says(&t, 501, "is ssh");
    told(&t, "");
    assert_string_equal(t.protocols, "tcp tcp ssh ");
    assert_string_equal(t.last.protocol, "ssh");
    assert_int_equal(t.sum.opened, 2);
    assert_int_equal(t.sum.closed, 1);
}

/* Of a flow that was joined it is held back while decoders try, and they have the last word. */
static void joined(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    client_says(&t, 101, "is ssh");
    assert_string_equal(t.protocols, "");
    client_says(&t, 107, "ask");
    assert_string_equal(t.protocols, "echo ");
    told(&t, "echo:>ask{capture ended}");
    begin_anew(&t, &asked);
    client_says(&t, 101, "is ssh");
    told(&t, "");
    assert_string_equal(t.protocols, "ssh ");
}

/* Datagrams tell at once; when the answer is one that a decoder claims, that is what it is. */
static void datagrams(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    t.protocol = IPPROTO_UDP;
    client(&t, 0, 0, 0, "is ntp");
    assert_string_equal(t.protocols, "ntp ");
    assert_int_equal(latest_len, 20 + 8 + 6);
    assert_int_equal(latest[25], 8 + 6);
    told(&t, "");
    assert_string_equal(t.sum.protocol, "ntp");

    begin_anew(&t, &asked);
    t.protocol = IPPROTO_UDP;
    for (int i = 0; i < 12; i++)
        client(&t, 0, 0, 0, "x");
    assert_int_equal(packets, LABEL_PACKETS_MAX);
    assert_string_equal(t.protocols, "udp ");
    told(&t, "");
}

/* When too many are looked at, the oldest goes without, counted. */
static void too_many(void **state)
{
    (void)state;
    struct talk t;
    begin_anew(&t, &asked);
    t.protocol = IPPROTO_UDP;
    for (unsigned i = 0; i < LABELS_MAX + 2; i++) {
        t.client_port = (uint16_t)(20000 + i);
        client(&t, 0, 0, 0, "x");
    }
    assert_int_equal(flows, LABELS_MAX);
    assert_int_equal(engine_counters(t.engine)->labels_evicted, 2);
    unsigned before = packets;
    t.client_port = 20000 + LABELS_MAX + 1;
    client(&t, 0, 0, 0, "is ntp");
    assert_string_equal(t.protocols, "ntp ");
    assert_int_equal(packets, before + 1);
    engine_free(t.engine);
    assert_int_equal(flows, 0);
    assert_int_equal(inside, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_decide),
        cmocka_unit_test(kept_bytes_are_shown),
        cmocka_unit_test(decoders_come_first),
        cmocka_unit_test(given_up_on_trial),
        cmocka_unit_test(packets_are_limited),
        cmocka_unit_test(windows_do_not_wait),
        cmocka_unit_test(joined),
        cmocka_unit_test(datagrams),
        cmocka_unit_test(too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
