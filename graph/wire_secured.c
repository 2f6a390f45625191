/* wire_secured.c - see wire_secured.h. */
#include "graph/wire_secured.h"

#include "graph/secured.h"

enum {
    /* No row is shorter. */
    SECURED_BYTES_MIN = 19,
    CERTIFICATE_BYTES_MIN = 14,
    FLAGS = 5,
};

static void put_flags(struct writer *w, const bool *const *flag, size_t len)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < len; i++)
        bits |= (uint64_t)*flag[i] << i;
    writer_varint(w, bits);
}

static void get_flags(struct cursor *c, bool *const *flag, size_t len)
{
    uint64_t bits = wire_get_within(c, (UINT64_C(1) << len) - 1);
    for (size_t i = 0; i < len; i++)
        *flag[i] = bits >> i & 1;
}

void wire_put_tls_facts(struct writer *w, const struct tls_facts *t)
{
    const bool *const flags[FLAGS] = {&t->unreadable, &t->answered, &t->resumed, &t->retried,
                                      &t->ech};
    writer_u8(w, t->told);
    if (!t->told)
        return;
    put_flags(w, flags, FLAGS);
    writer_varint(w, t->mutual);
    writer_varint(w, t->offered);
    writer_varint(w, t->version);
    writer_varint(w, t->cipher);
    writer_text(w, t->alpn);
    writer_text(w, t->alpn_offered);
    writer_text(w, t->inside);
    writer_text(w, t->ja4);
    wire_put_fingerprint(w, &t->certificate);
    wire_put_fingerprint(w, &t->client_certificate);
}

struct tls_facts wire_get_tls_facts(struct cursor *c)
{
    struct tls_facts t = {.told = wire_get_within(c, true)};
    bool *const flags[FLAGS] = {&t.unreadable, &t.answered, &t.resumed, &t.retried, &t.ech};
    if (!t.told)
        return t;
    get_flags(c, flags, FLAGS);
    t.mutual = (enum tls_mutual)wire_get_within(c, MUTUALS - 1);
    t.offered = (uint16_t)wire_get_within(c, UINT16_MAX);
    t.version = (uint16_t)wire_get_within(c, UINT16_MAX);
    t.cipher = (uint16_t)wire_get_within(c, UINT16_MAX);
    wire_get_text(c, t.alpn, sizeof t.alpn);
    wire_get_text(c, t.alpn_offered, sizeof t.alpn_offered);
    wire_get_text(c, t.inside, sizeof t.inside);
    wire_get_text(c, t.ja4, sizeof t.ja4);
    t.certificate = wire_get_fingerprint(c);
    t.client_certificate = wire_get_fingerprint(c);
    return t;
}

static void put_row(struct writer *w, const struct secured_delta *s)
{
    writer_varint(w, s->edge);
    writer_varint(w, s->version);
    writer_varint(w, s->cipher);
    writer_text(w, s->server_name);
    writer_text(w, s->alpn);
    writer_text(w, s->alpn_offered);
    wire_put_fingerprint(w, &s->certificate);
    wire_put_fingerprint(w, &s->client_certificate);
    wire_put_number(w, s->handshakes);
    wire_put_number(w, s->established);
    wire_put_number(w, s->resumed);
    wire_put_number(w, s->retried);
    wire_put_number(w, s->unreadable);
    wire_put_number(w, s->ech);
    for (size_t i = 0; i < MUTUALS; i++)
        wire_put_number(w, s->mutual[i]);
    wire_put_number(w, s->last_ns);
    writer_text(w, s->inside);
    writer_text(w, s->ja4);
}

static void get_row(struct cursor *c, struct secured_delta *s)
{
    s->edge = (uint32_t)wire_get_within(c, UINT32_MAX);
    s->version = (uint16_t)wire_get_within(c, UINT16_MAX);
    s->cipher = (uint16_t)wire_get_within(c, UINT16_MAX);
    wire_get_text(c, s->server_name, sizeof s->server_name);
    wire_get_text(c, s->alpn, sizeof s->alpn);
    wire_get_text(c, s->alpn_offered, sizeof s->alpn_offered);
    s->certificate = wire_get_fingerprint(c);
    s->client_certificate = wire_get_fingerprint(c);
    s->handshakes = wire_get_number(c);
    s->established = wire_get_number(c);
    s->resumed = wire_get_number(c);
    s->retried = wire_get_number(c);
    s->unreadable = wire_get_number(c);
    s->ech = wire_get_number(c);
    for (size_t i = 0; i < MUTUALS; i++)
        s->mutual[i] = wire_get_number(c);
    s->last_ns = wire_get_number(c);
    wire_get_text(c, s->inside, sizeof s->inside);
    wire_get_text(c, s->ja4, sizeof s->ja4);
}

static void put_certificate(struct writer *w, const struct certificate_delta *d)
{
    const struct certificate *k = &d->certificate;
    const bool *const flags[] = {&k->unreadable, &k->self_signed, &k->cut};
    wire_put_fingerprint(w, &k->fingerprint);
    wire_put_fingerprint(w, &k->issued_by);
    wire_put_number(w, d->shown);
    put_flags(w, flags, 3);
    writer_varint(w, k->key_bits);
    writer_varint(w, k->names_len);
    wire_put_number(w, k->not_before_s);
    wire_put_number(w, k->not_after_s);
    writer_text(w, k->subject);
    writer_text(w, k->issuer);
    writer_text(w, k->names);
    writer_text(w, k->serial);
    writer_text(w, k->key);
    writer_text(w, k->signature);
}

static void get_certificate(struct cursor *c, struct certificate_delta *d)
{
    struct certificate *k = &d->certificate;
    bool *const flags[] = {&k->unreadable, &k->self_signed, &k->cut};
    k->fingerprint = wire_get_fingerprint(c);
    k->issued_by = wire_get_fingerprint(c);
    d->shown = wire_get_number(c);
    get_flags(c, flags, 3);
    k->key_bits = (uint16_t)wire_get_within(c, UINT16_MAX);
    k->names_len = (uint32_t)wire_get_within(c, UINT32_MAX);
    k->not_before_s = wire_get_number(c);
    k->not_after_s = wire_get_number(c);
    wire_get_text(c, k->subject, sizeof k->subject);
    wire_get_text(c, k->issuer, sizeof k->issuer);
    wire_get_text(c, k->names, sizeof k->names);
    wire_get_text(c, k->serial, sizeof k->serial);
    wire_get_text(c, k->key, sizeof k->key);
    wire_get_text(c, k->signature, sizeof k->signature);
}

void wire_put_secured(struct writer *w, const struct delta *d)
{
    writer_varint(w, d->secured_len);
    for (uint32_t i = 0; i < d->secured_len; i++)
        put_row(w, &d->secured[i]);
    writer_varint(w, d->certificate_len);
    for (uint32_t i = 0; i < d->certificate_len; i++)
        put_certificate(w, &d->certificate[i]);
}

void wire_get_secured(struct cursor *c, struct delta *d)
{
    d->secured =
        wire_get_rows(c, SECURED_MAX, SECURED_BYTES_MIN, sizeof *d->secured, &d->secured_len);
    for (uint32_t i = 0; i < d->secured_len && !c->starved; i++) {
        struct secured_delta *at = &d->secured[i];
        get_row(c, at);
        if (at->edge >= d->edge_len ||
            (i && !c->starved && secured_compare(at - 1, at, d->edge) >= 0))
            wire_damage(c);
    }
    d->certificate = wire_get_rows(c, CERTIFICATES_MAX, CERTIFICATE_BYTES_MIN,
                                   sizeof *d->certificate, &d->certificate_len);
    for (uint32_t i = 0; i < d->certificate_len && !c->starved; i++) {
        struct certificate_delta *at = &d->certificate[i];
        get_certificate(c, at);
        if (fingerprint_is_none(&at->certificate.fingerprint) ||
            (i && certificate_compare(at - 1, at) >= 0))
            wire_damage(c);
    }
}
