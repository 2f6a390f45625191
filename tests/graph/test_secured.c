/* test_secured.c - graph/secured.c and rows_secured.c: what is kept of TLS, by way of a tally. */
#include "graph/secured.h"

#include <stdio.h>
#include <string.h>

#include "graph/tally.h"
#include "tests/check.h"
#include "tests/graph/make.h"

static struct networks networks;

static int begin(void **state)
{
    (void)state;
    networks_init(&networks);
    return 0;
}

static struct tally *new_tally(void)
{
    struct tally *t = tally_new(&(struct hash_key){{3, 4}}, &networks);
    assert_non_null(t);
    return t;
}

/* An established handshake with this server name. */
static struct exchange make_handshake(const char *server_name)
{
    struct exchange x = make_exchange("");
    x.protocol = "tls";
    x.tls.told = x.tls.answered = true;
    x.tls.version = TLS_1_2;
    x.tls.cipher = 0xc02f;
    x.tls.mutual = MUTUAL_NO;
    snprintf(x.host, sizeof x.host, "%s", server_name);
    snprintf(x.method, sizeof x.method, "handshake");
    return x;
}

static struct fingerprint fingerprint_of(unsigned n)
{
    struct fingerprint f = {{0}};
    f.byte[0] = (uint8_t)(n >> 8);
    f.byte[1] = (uint8_t)n;
    f.byte[31] = 1;
    return f;
}

static void taken(struct tally *t, struct delta *d)
{
    assert_true(tally_take(t, d));
    tally_free(t);
}

/* Handshakes that agree are one row; what does not tell them apart is counted in it. */
static void rows(void **state)
{
    (void)state;
    struct tally *t = new_tally();
    struct exchange x = make_handshake("api.shop");
    snprintf(x.tls.ja4, sizeof x.tls.ja4, "t13b");
    tally_exchange(t, &x);
    x.tls.resumed = x.tls.ech = true;
    x.tls.mutual = MUTUAL_HIDDEN;
    x.end_ns += 5;
    snprintf(x.tls.ja4, sizeof x.tls.ja4, "t13a");
    tally_exchange(t, &x);
    x.outcome = OUTCOME_SERVER_ERROR;
    x.tls.unreadable = x.tls.retried = true;
    x.tls.ja4[0] = '\0';
    tally_exchange(t, &x);
    x.tls.certificate = fingerprint_of(7);
    tally_exchange(t, &x);
    struct exchange plain = make_exchange("/");
    tally_exchange(t, &plain);
    struct delta d = {0};
    taken(t, &d);
    assert_int_equal(d.secured_len, 2);
    const struct secured_delta *row = &d.secured[0];
    assert_string_equal(d.edge[row->edge].key.protocol, "tls");
    assert_string_equal(row->server_name, "api.shop");
    assert_int_equal(row->version, TLS_1_2);
    assert_int_equal(row->handshakes, 3);
    assert_int_equal(row->established, 2);
    assert_int_equal(row->resumed, 2);
    assert_int_equal(row->ech, 2);
    assert_int_equal(row->unreadable, 1);
    assert_int_equal(row->retried, 1);
    assert_int_equal(row->mutual[MUTUAL_NO], 1);
    assert_int_equal(row->mutual[MUTUAL_HIDDEN], 1);
    assert_int_equal(row->last_ns, x.end_ns);
    assert_string_equal(row->ja4, "t13a");
    assert_int_equal(d.secured[1].handshakes, 1);
    assert_false(fingerprint_is_none(&d.secured[1].certificate));
    assert_int_equal(d.secured_dropped, 0);
    delta_free(&d);
}

/* What the client asks for names the server, as Host does. */
static void server_names(void **state)
{
    (void)state;
    struct tally *t = new_tally();
    struct exchange x = make_handshake("api.shop");
    tally_exchange(t, &x);
    struct delta d = {0};
    taken(t, &d);
    assert_int_equal(d.name_len, 1);
    assert_string_equal(d.name[0].name, "api.shop");
    assert_int_equal(d.name[0].source, NAME_HOST);
    delta_free(&d);
}

/* A certificate is told of once in a window, and again if more of its chain comes to be known. */
static void certificates(void **state)
{
    (void)state;
    struct tally *t = new_tally();
    struct fingerprint leaf = fingerprint_of(2), root = fingerprint_of(1), none = {{0}};
    struct certificate c = {.fingerprint = leaf, .subject = "CN=api.shop"};
    assert_false(tally_knows_certificate(t, &leaf, &none));
    tally_certificate(t, &c);
    assert_true(tally_knows_certificate(t, &leaf, &none));
    assert_false(tally_knows_certificate(t, &leaf, &root));
    c.issued_by = root;
    tally_certificate(t, &c);
    assert_true(tally_knows_certificate(t, &leaf, &root));
    assert_true(tally_knows_certificate(t, &leaf, &none));
    c = (struct certificate){.fingerprint = root, .subject = "CN=Root"};
    tally_certificate(t, &c);
    struct delta d = {0};
    taken(t, &d);
    assert_int_equal(d.certificate_len, 2);
    assert_string_equal(d.certificate[0].certificate.subject, "CN=Root");
    assert_string_equal(d.certificate[1].certificate.subject, "CN=api.shop");
    assert_int_equal(d.certificate[1].shown, 5);
    assert_int_equal(fingerprint_compare(&d.certificate[1].certificate.issued_by, &root), 0);
    delta_free(&d);
}

/* `count` handshakes with as many names and certificates, on `workers` tallies; which come where
 * depends on `step`, which has no part in common with `count`. */
static struct delta many(unsigned count, unsigned step, unsigned workers, bool on_one_edge)
{
    struct tally *tallies[4];
    struct delta d = {0};
    for (unsigned w = 0; w < workers; w++)
        tallies[w] = new_tally();
    for (unsigned i = 0; i < count; i++) {
        unsigned n = (unsigned)((uint64_t)i * step % count);
        char name[32];
        snprintf(name, sizeof name, "%06u.shop", n);
        struct exchange x = make_handshake(name);
        if (!on_one_edge)
            x.server_port = (uint16_t)(1 + n % 4000);
        x.tls.certificate = fingerprint_of(n);
        memcpy(x.asked, "shop", 5); /* by whatever name, it is one edge */
        struct certificate c = {.fingerprint = x.tls.certificate};
        tally_exchange(tallies[n % workers], &x);
        tally_certificate(tallies[n % workers], &c);
    }
    for (unsigned w = 0; w < workers; w++)
        taken(tallies[w], &d);
    return d;
}

static void same(const struct delta *a, const struct delta *b)
{
    assert_int_equal(a->secured_len, b->secured_len);
    for (uint32_t i = 0; i < a->secured_len; i++) {
        assert_int_equal(a->secured[i].edge, b->secured[i].edge);
        assert_string_equal(a->secured[i].server_name, b->secured[i].server_name);
        assert_int_equal(a->secured[i].handshakes, b->secured[i].handshakes);
    }
    assert_int_equal(a->certificate_len, b->certificate_len);
    for (uint32_t i = 0; i < a->certificate_len; i++)
        assert_int_equal(certificate_compare(&a->certificate[i], &b->certificate[i]), 0);
    assert_int_equal(a->secured_dropped, b->secured_dropped);
}

/* The first in order are kept, however many workers there are and whatever came first. */
static void caps(void **state)
{
    (void)state;
    enum { FEW = 101, MANY = 40009 };
    struct delta d = many(FEW, 37, 1, true), e = many(FEW, 1, 3, true);
    assert_int_equal(d.secured_len, SECURED_PER_EDGE_MAX);
    assert_string_equal(d.secured[0].server_name, "000000.shop");
    assert_string_equal(d.secured[63].server_name, "000063.shop");
    assert_int_equal(d.secured_dropped, FEW - SECURED_PER_EDGE_MAX);
    same(&d, &e);
    delta_free(&d);
    delta_free(&e);
    d = many(MANY, 7919, 1, false), e = many(MANY, 1, 4, false);
    assert_int_equal(d.secured_len, SECURED_MAX);
    assert_int_equal(d.certificate_len, CERTIFICATES_MAX);
    assert_int_equal(d.secured_dropped, MANY - SECURED_MAX + MANY - CERTIFICATES_MAX);
    same(&d, &e);
    delta_free(&d);
    delta_free(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(server_names),
        cmocka_unit_test(certificates),
        cmocka_unit_test(caps),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
