/* test_query_tls.c - what is told of TLS: store/secured.c, query_tls.c and finding_tls.c. */
#include <stdio.h>
#include <string.h>

#include "graph/tally.h"
#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

enum { START_S = 2000000000, DAY_S = 86400 };

/* Handshakes in one window that agree. */
struct shake {
    uint64_t count;
    uint16_t version, cipher; /* 0: the server has not chosen */
    const char *server_name;
    enum outcome outcome;
    enum tls_mutual mutual;
    uint8_t certificate, client_certificate; /* see certificate_of(); 0: none */
};
enum { SHAKES_MAX = 6 };

static struct networks networks;
static struct place place;
static struct store *store;

static int begin(void **state)
{
    (void)state;
    networks_init(&networks);
    place = place_make();
    store = place_store(&place);
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    place_remove(&place);
    return 0;
}

/* 1 is fine; 2 has expired, 3 runs out, 4 is not valid yet, 5 has a short key. */
static struct certificate certificate_of(uint8_t number)
{
    static const int64_t days_left[] = {0, 1000, -3, 10, 1000, 1000};
    struct certificate c = {
        .not_before_s = (uint64_t)(START_S + (number == 4 ? 5 : -1000) * (int64_t)DAY_S),
        .not_after_s = (uint64_t)(START_S + days_left[number] * DAY_S + 10),
        .key_bits = number == 5 ? 1024 : 2048,
        .names_len = 2,
        .issuer = "CN=Root",
        .names = "api.shop,*.api.shop",
        .serial = "0A",
        .key = "RSA",
        .signature = "sha256WithRSAEncryption",
    };
    c.fingerprint.byte[0] = number;
    snprintf(c.subject, sizeof c.subject, "CN=%u", number);
    return c;
}

static void tell_certificate(struct tally *t, uint8_t number, struct fingerprint *ret)
{
    if (!number)
        return;
    struct certificate c = certificate_of(number);
    tally_certificate(t, &c);
    *ret = c.fingerprint;
}

static void tell(struct tally *t, const struct shake *s)
{
    struct exchange x = {
        .protocol = "tls",
        .client_address = address_of("10.0.0.1"),
        .server_address = address_of("10.0.0.2"),
        .server_port = 443,
        .request_ns = (START_S + 1) * SECOND_NS,
        .end_ns = (START_S + 1) * SECOND_NS,
        .grpc_status = -1,
        .error_code = -1,
        .outcome = s->outcome,
        .tls = {.told = true,
                .answered = s->version,
                .version = s->version,
                .cipher = s->cipher,
                .mutual = s->mutual,
                .ja4 = "t13"},
    };
    snprintf(x.host, sizeof x.host, "%s", s->server_name);
    tell_certificate(t, s->certificate, &x.tls.certificate);
    tell_certificate(t, s->client_certificate, &x.tls.client_certificate);
    for (uint64_t i = 0; i < s->count; i++)
        tally_exchange(t, &x);
}

/* Writes a window of these. */
static void write_window(uint64_t start_s, const struct shake *shakes)
{
    struct tally *t = tally_new(&(struct hash_key){{1, 2}}, &networks);
    struct delta d = {.start_ns = start_s * SECOND_NS, .end_ns = (start_s + 5) * SECOND_NS};
    for (size_t i = 0; i < SHAKES_MAX && shakes[i].count; i++)
        tell(t, &shakes[i]);
    assert_true(tally_take(t, &d));
    tally_free(t);
    written(store, &d, NULL);
}

static struct tls_rows rows_of(struct query *q)
{
    struct tls_rows rows = {0};
    struct err err = {0};
    if (!query_tls(q, all_of(q), 0, &rows, &err))
        fail_msg("%s", err.text);
    return rows;
}

/* Names and certificates come back, in order, added up over windows. */
static void rows(void **state)
{
    (void)state;
    static const struct shake first[SHAKES_MAX] = {
        {5, TLS_1_3, 0x1301, "api.shop", OUTCOME_OK, MUTUAL_HIDDEN, 0, 0},
        {2, TLS_1_2, 0xc02f, "api.shop", OUTCOME_OK, MUTUAL_YES, 1, 3},
        {1, 0, 0, "api.shop", OUTCOME_CLIENT_ERROR, MUTUAL_HIDDEN, 0, 0},
    };
    static const struct shake second[SHAKES_MAX] = {
        {1, TLS_1_2, 0xc02f, "api.shop", OUTCOME_SERVER_ERROR, MUTUAL_NO, 1, 3},
        {1, TLS_1_2, 0xfafa, "api.shop", OUTCOME_OK, MUTUAL_NO, 0, 0},
    };
    write_window(START_S, first);
    write_window(START_S + 5, second);
    struct query *q = place_query(&place);
    struct tls_rows got = rows_of(q);
    static const struct {
        const char *version, *cipher, *subject;
        uint64_t handshakes, established;
        enum tls_mutual mutual;
    } expected[] = {
        {"", "", "", 1, 0, MUTUAL_HIDDEN},
        {"TLS 1.2", "0xfafa", "", 1, 1, MUTUAL_NO},
        {"TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "CN=1", 3, 2, MUTUAL_YES},
        {"TLS 1.3", "TLS_AES_128_GCM_SHA256", "", 5, 5, MUTUAL_HIDDEN},
    };
    assert_int_equal(got.len, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(got.row[i].version, expected[i].version);
        assert_string_equal(got.row[i].cipher, expected[i].cipher);
        assert_string_equal(got.row[i].certificate.subject, expected[i].subject);
        assert_int_equal(got.row[i].handshakes, expected[i].handshakes);
        assert_int_equal(got.row[i].established, expected[i].established);
        assert_int_equal(got.row[i].mutual, expected[i].mutual);
        assert_string_equal(got.row[i].server_name, "api.shop");
        assert_string_equal(got.row[i].ja4, "t13");
    }
    const struct certificate_row *c = &got.row[2].certificate;
    assert_string_equal(c->names, "api.shop,*.api.shop");
    assert_int_equal(c->names_len, 2);
    assert_string_equal(c->serial, "0A");
    assert_int_equal(c->key_bits, 2048);
    assert_int_equal(c->not_after_s, START_S + 1000 * DAY_S + 10);
    assert_int_equal(c->validity, VALIDITY_FINE);
    assert_int_equal(got.row[2].client_certificate.validity, VALIDITY_NEAR_ITS_END);
    free(got.row);
    query_close(q);
}

/* An edge in few words: what most handshakes came to. */
static void edges(void **state)
{
    (void)state;
    static const struct shake shakes[SHAKES_MAX] = {
        {5, TLS_1_3, 0x1301, "api.shop", OUTCOME_OK, MUTUAL_HIDDEN, 0, 0},
        {2, TLS_1_2, 0xc02f, "old.shop", OUTCOME_OK, MUTUAL_ASKED, 1, 0},
    };
    write_window(START_S, shakes);
    struct query *q = place_query(&place);
    struct edge_rows got = edges_of(q, all_of(q));
    assert_int_equal(got.len, 1);
    assert_int_equal(got.row[0].tls.handshakes, 7);
    assert_string_equal(got.row[0].tls.version, "TLS 1.3");
    assert_string_equal(got.row[0].tls.server_name, "api.shop");
    assert_int_equal(got.row[0].tls.mutual, MUTUAL_ASKED);
    free(got.row);
    query_close(q);
}

static const char *weakness(const struct shake *shake)
{
    struct shake shakes[SHAKES_MAX] = {*shake};
    end(NULL);
    begin(NULL);
    write_window(START_S, shakes);
    struct query *q = place_query(&place);
    struct tls_rows got = rows_of(q);
    assert_int_equal(got.len, 1);
    const char *weak = got.row[0].weak;
    free(got.row);
    query_close(q);
    return weak;
}

static void weaknesses(void **state)
{
    (void)state;
    static const struct {
        struct shake shake;
        const char *why;
    } cases[] = {
        {{1, TLS_1_3, 0x1301, "", OUTCOME_OK, 0, 0, 0}, NULL},
        {{1, TLS_1_2, 0xc02f, "", OUTCOME_OK, 0, 1, 3}, NULL},
        {{1, TLS_1_0, 0xc013, "", OUTCOME_OK, 0, 1, 0}, "TLS 1.0 is deprecated"},
        {{1, TLS_1_2, 0x000a, "", OUTCOME_OK, 0, 1, 0}, "blocks of 64 bits (SWEET32)"},
        {{1, TLS_1_2, 0xc02f, "", OUTCOME_OK, 0, 2, 0}, "the certificate has expired"},
        {{1, TLS_1_2, 0xc02f, "", OUTCOME_OK, 0, 4, 0}, "the certificate is not valid yet"},
        {{1, TLS_1_2, 0xc02f, "", OUTCOME_OK, 0, 5, 0}, "an RSA key of less than 2048 bits"},
        {{1, TLS_1_2, 0xc02f, "", OUTCOME_OK, 0, 1, 2}, "the certificate has expired"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *weak = weakness(&cases[i].shake);
        if (cases[i].why)
            assert_string_equal(weak, cases[i].why);
        else
            assert_null(weak);
    }
}

static void tell_plain(struct tally *t)
{
    struct exchange x = {
        .protocol = "http",
        .client_address = address_of("10.0.0.1"),
        .server_address = address_of("10.0.0.2"),
        .server_port = 80,
        .request_ns = (START_S + 1) * SECOND_NS,
        .end_ns = (START_S + 1) * SECOND_NS,
        .grpc_status = -1,
        .error_code = -1,
        .outcome = OUTCOME_OK,
    };
    tally_exchange(t, &x);
}

/* Every edge that was read is told of: plaintext, weak, fine, or not yet anything. */
static void verdicts(void **state)
{
    (void)state;
    static const struct shake shakes[] = {
        {1, TLS_1_0, 0xc013, "old.shop", OUTCOME_OK, MUTUAL_NO, 0, 0},
        {1, TLS_1_3, 0x1301, "new.shop", OUTCOME_OK, MUTUAL_HIDDEN, 0, 0},
        {1, 0, 0, "", OUTCOME_UNANSWERED, MUTUAL_HIDDEN, 0, 0},
    };
    static const char *const expected[] = {NULL, "weak", "fine", "plaintext"};
    struct tally *t = tally_new(&(struct hash_key){{1, 2}}, &networks);
    struct delta d = {.start_ns = START_S * SECOND_NS, .end_ns = (START_S + 5) * SECOND_NS};
    for (size_t i = 0; i < sizeof shakes / sizeof *shakes; i++)
        tell(t, &shakes[i]);
    tell_plain(t);
    assert_true(tally_take(t, &d));
    tally_free(t);
    written(store, &d, NULL);
    struct query *q = place_query(&place);
    struct tls_rows got = rows_of(q), one = {0};
    struct err err = {0};
    assert_int_equal(got.len, 4);
    for (size_t i = 0; i < 4; i++) {
        if (!expected[i])
            assert_null(got.row[i].verdict);
        else
            assert_string_equal(got.row[i].verdict, expected[i]);
    }
    assert_true(got.row[3].plaintext);
    assert_int_equal(got.row[3].port, 80);
    assert_true(query_tls(q, all_of(q), got.row[3].edge_id, &one, &err));
    assert_int_equal(one.len, 1);
    assert_string_equal(one.row[0].protocol, "http");
    free(one.row);
    free(got.row);
    struct service_rows services = services_of(q, all_of(q));
    const struct service_row *server = &services.row[1];
    assert_int_equal(services.len, 2);
    assert_null(services.row[0].tls.verdict); /* it serves nothing */
    assert_string_equal(server->tls.verdict, "weak");
    assert_string_equal(server->tls.why, "TLS 1.0 is deprecated");
    assert_int_equal(server->tls.weak, 1);
    assert_int_equal(server->tls.plaintext, 1);
    assert_int_equal(server->tls.fine, 0);
    assert_int_equal(server->tls.expires_s, 0);
    free(services.row);
    query_close(q);
}

/* Of several certificates the one that runs out first. */
static void services(void **state)
{
    (void)state;
    static const struct shake shakes[SHAKES_MAX] = {
        {1, TLS_1_2, 0xc02f, "api.shop", OUTCOME_OK, MUTUAL_NO, 1, 0},
        {1, TLS_1_2, 0xc02f, "api.shop", OUTCOME_OK, MUTUAL_NO, 3, 0},
        {1, TLS_1_3, 0x1301, "api.shop", OUTCOME_OK, MUTUAL_HIDDEN, 0, 0},
    };
    write_window(START_S, shakes);
    struct query *q = place_query(&place);
    struct service_rows got = services_of(q, all_of(q));
    assert_int_equal(got.len, 2);
    const struct service_row *server = &got.row[got.row[0].tls.verdict ? 0 : 1];
    assert_true(server->tls.asked);
    assert_string_equal(server->tls.verdict, "fine");
    assert_null(server->tls.why);
    assert_int_equal(server->tls.fine, 1);
    assert_int_equal(server->tls.expires_s, START_S + 10 * DAY_S + 10);
    free(got.row);
    query_close(q);
}

/* "kind: title", a line for each, the most important first. */
static void finds(const struct shake *shakes, const char *expected)
{
    char told[2048] = "";
    struct insight_rows got = {0};
    struct err err = {0};
    write_window(START_S, shakes);
    struct query *q = place_query(&place);
    if (!query_insights(q, all_of(q), &got, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < got.len; i++) {
        size_t at = strlen(told);
        snprintf(told + at, sizeof told - at, "%s: %s\n", got.row[i].kind, got.row[i].title);
        for (uint32_t e = 0; e < got.row[i].evidence_len; e++) {
            at = strlen(told);
            snprintf(told + at, sizeof told - at, "  %s: %s\n", got.row[i].evidence[e].what,
                     got.row[i].evidence[e].figure);
        }
    }
    free(got.row);
    query_close(q);
    assert_string_equal(told, expected);
}

static void findings(void **state)
{
    (void)state;
    static const struct shake fine[SHAKES_MAX] = {
        {9, TLS_1_2, 0xc02f, "", OUTCOME_OK, MUTUAL_NO, 1, 0},
    };
    static const struct shake bad[SHAKES_MAX] = {
        {9, TLS_1_2, 0xc02f, "", OUTCOME_OK, MUTUAL_NO, 2, 0},
        {1, TLS_1_0, 0x002f, "", OUTCOME_OK, MUTUAL_NO, 2, 0},
        {2, TLS_1_2, 0x0005, "", OUTCOME_OK, MUTUAL_YES, 1, 3},
    };
    finds(fine, "");
    end(NULL);
    begin(NULL);
    finds(bad, "certificate-expired: The certificate of 10.0.0.2 expired 2 days ago\n"
               "  10.0.0.1 \xe2\x86\x92 10.0.0.2:443: 1 handshake: shown\n"
               "  10.0.0.1 \xe2\x86\x92 10.0.0.2:443: 9 handshakes: shown\n"
               "certificate-expiring: The certificate of 10.0.0.1 expires in 10 days\n"
               "  10.0.0.1 \xe2\x86\x92 10.0.0.2:443: 2 handshakes: shown by the client\n"
               "weak-tls: 10.0.0.1 to 10.0.0.2 is protected weakly in 3 of 12 handshakes: RC4 is "
               "broken\n"
               "  TLS 1.0 TLS_RSA_WITH_AES_128_CBC_SHA: 1 handshake: TLS 1.0 is deprecated\n"
               "  TLS 1.2 TLS_RSA_WITH_RC4_128_SHA: 2 handshakes: RC4 is broken\n");
}

/* Certificates of which the content found no room are known by their fingerprint. */
static void without_content(void **state)
{
    (void)state;
    static const struct shake shakes[SHAKES_MAX] = {
        {1, TLS_1_2, 0xc02f, "", OUTCOME_OK, MUTUAL_NO, 1, 0},
    };
    struct tally *t = tally_new(&(struct hash_key){{1, 2}}, &networks);
    struct delta d = {.start_ns = START_S * SECOND_NS, .end_ns = (START_S + 5) * SECOND_NS};
    tell(t, &shakes[0]);
    assert_true(tally_take(t, &d));
    tally_free(t);
    d.certificate_len = 0;
    written(store, &d, NULL);
    struct query *q = place_query(&place);
    struct tls_rows got = rows_of(q);
    assert_true(got.row[0].certificate.unreadable);
    assert_memory_equal(got.row[0].certificate.fingerprint, "0100", 4);
    free(got.row);
    query_close(q);
    write_window(START_S + 5, shakes);
    q = place_query(&place);
    got = rows_of(q);
    assert_false(got.row[0].certificate.unreadable);
    assert_string_equal(got.row[0].certificate.subject, "CN=1");
    assert_int_equal(got.row[0].handshakes, 2);
    free(got.row);
    query_close(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows, begin, end),
        cmocka_unit_test_setup_teardown(edges, begin, end),
        cmocka_unit_test_setup_teardown(weaknesses, begin, end),
        cmocka_unit_test_setup_teardown(verdicts, begin, end),
        cmocka_unit_test_setup_teardown(services, begin, end),
        cmocka_unit_test_setup_teardown(findings, begin, end),
        cmocka_unit_test_setup_teardown(without_content, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
