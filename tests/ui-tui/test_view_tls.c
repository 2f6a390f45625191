/* test_view_tls.c - what protects edges, as it is seen. */
#include <string.h>

#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2, ROW_VIEW = 3 };

static const uint64_t DAY_S = 86400;

/* An edge of the shop in TLS. */
static struct tls_row secured(const struct query *q, size_t edge, const char *version,
                              const char *cipher)
{
    const struct edge_row *e = &q->edge[edge];
    struct tls_row row = {
        .edge_id = e->id, .port = 443, .handshakes = 42, .established = 40, .verdict = "fine"};
    strcpy(row.client, e->client);
    strcpy(row.server, e->server);
    strcpy(row.protocol, "tls");
    strcpy(row.version, version);
    strcpy(row.cipher, cipher);
    strcpy(row.server_name, "api.shop");
    strcpy(row.alpn_offered, "h2,http/1.1");
    return row;
}

static void show_certificate(struct tls_row *row, const char *subject, uint64_t not_after_s,
                             enum validity validity)
{
    strcpy(row->certificate.fingerprint, "ab");
    strcpy(row->certificate.subject, subject);
    row->certificate.not_after_s = not_after_s;
    row->certificate.validity = validity;
}

static struct query shop_in_tls(void)
{
    static struct tls_row rows[4];
    struct query q = shop();
    uint64_t now_s = q.history.to_ns / 1000000000;
    rows[0] = secured(&q, 1, "TLS 1.3", "TLS_AES_128_GCM_SHA256");
    strcpy(rows[0].protocol, "quic");
    rows[1] = secured(&q, 2, "TLS 1.2", "TLS_RSA_WITH_RC4_128_SHA");
    rows[1].weak = "RC4 is broken";
    rows[1].verdict = "weak";
    rows[1].mutual = MUTUAL_YES;
    show_certificate(&rows[1], "CN=cart", now_s + 20 * DAY_S, VALIDITY_NEAR_ITS_END);
    rows[2] = secured(&q, 0, "", "");
    rows[2].plaintext = true;
    rows[2].verdict = "plaintext";
    rows[2].handshakes = rows[2].established = 0;
    rows[2].server_name[0] = rows[2].alpn_offered[0] = '\0';
    strcpy(rows[2].protocol, "redis");
    rows[3] = secured(&q, 3, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    rows[3].mutual = MUTUAL_NO;
    show_certificate(&rows[3], "CN=pay", now_s + 300 * DAY_S, VALIDITY_FINE);
    q.tls = rows;
    q.tls_len = 4;
    return q;
}

/* The worst comes first. */
static void tells(void **state)
{
    struct query q = shop_in_tls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "TLS");
    screen_shows(
        f, 10, 190, ROW_VIEW,
        " VERDICT↓       CLIENT    SERVER      PROTOCOL   VERSION   CIPHER                        "
        " "
        "        NAME      ALPN         MUTUAL   CERTIFICATE      EXPIRES  HANDSHAKES  FAILED\n"
        " RC4 is broken  web       cart:443    tls        TLS 1.2   TLS_RSA_WITH_RC4_128_SHA      "
        " "
        "        api.shop  h2,http/1.1  yes      CN=cart       2026-02-23          42       2\n"
        " plaintext      cart      redis:443   redis      -         -                             "
        " "
        "        -         -            -        -                      -           0       0\n"
        " fine           external  web:443     quic       TLS 1.3   TLS_AES_128_GCM_SHA256        "
        " "
        "        api.shop  h2,http/1.1  hidden   hidden                 -          42       2\n"
        " fine           web       pay:443     tls        TLS 1.2   "
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256  api.shop  h2,http/1.1  no       CN=pay        "
        "2026-11-30          42       2\n");
    screen_shows(
        f, 10, 80, ROW_PATH,
        " TLS                                                                          4\n"
        " VERDICT↓       CLIENT    SERVER      PROTOCOL   VERSION   MUTUAL      EXPIRES\n"
        " RC4 is broken  web       cart:443    tls        TLS 1.2   yes      2026-02-23\n");
    /* What the columns have no room for stands below. */
    const char *text = screen_text(f, 24, 80, false);
    assert_non_null(strstr(text, "\n RC4 is broken\n"));
    assert_non_null(strstr(text, "\n cipher TLS_RSA_WITH_RC4_128_SHA   name api.shop   alpn h2,"));
    assert_non_null(strstr(text, "\n certificate CN=cart "));
    assert_non_null(strstr(text, "until 2026-02-23"));
    frame_free(f);
}

static void sorts_and_filters(void **state)
{
    struct query q = shop_in_tls();
    struct frame *f = screen_open(&q);
    (void)state;
    screen_tab(f, &q, "TLS");
    screen_type(f, &q, "/expires<30d\n");
    const char *text = screen_text(f, 10, 100, false);
    assert_non_null(strstr(text, "1 of 4"));
    assert_non_null(strstr(text, "CN=cart"));
    screen_type(f, &q, "^/verdict=plaintext\n");
    text = screen_text(f, 10, 100, false);
    assert_non_null(strstr(text, "1 of 4"));
    assert_non_null(strstr(text, "redis:443"));
    screen_type(f, &q, "^/version~1.3 and mutual=hidden\n");
    text = screen_text(f, 10, 100, false);
    assert_non_null(strstr(text, "1 of 4"));
    assert_non_null(strstr(text, "web:443"));
    screen_type(f, &q, "^G\n");
    assert_non_null(strstr(screen_text(f, 10, 100, false), " › Operations "));
    frame_free(f);
}

/* What was spoken before TLS, and is in it, stands beside the protocol. */
static void tells_what_is_inside(void **state)
{
    struct query q = shop_in_tls();
    struct tls_row rows[4];
    (void)state;
    memcpy(rows, q.tls, sizeof rows);
    strcpy(rows[3].inside, "smtp");
    q.tls = rows;
    struct frame *f = screen_open(&q);
    screen_tab(f, &q, "TLS");
    screen_type(f, &q, "/inside=smtp and protocol=tls\n");
    const char *text = screen_text(f, 10, 190, false);
    assert_non_null(strstr(text, "1 of 4"));
    assert_non_null(strstr(text, "  tls (smtp)  "));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells),
        cmocka_unit_test(sorts_and_filters),
        cmocka_unit_test(tells_what_is_inside),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
