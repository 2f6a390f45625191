/* secured.c - see secured.h. */
#include "graph/secured.h"

#include <stdlib.h>

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_keys(const struct secured_delta *a, const struct secured_delta *b)
{
    int order = compare_numbers(a->version, b->version);
    if (!order)
        order = compare_numbers(a->cipher, b->cipher);
    if (!order)
        order = strcmp(a->server_name, b->server_name);
    if (!order)
        order = strcmp(a->alpn, b->alpn);
    if (!order)
        order = strcmp(a->alpn_offered, b->alpn_offered);
    if (!order)
        order = fingerprint_compare(&a->certificate, &b->certificate);
    return order ? order : fingerprint_compare(&a->client_certificate, &b->client_certificate);
}

int secured_compare(const struct secured_delta *a, const struct secured_delta *b,
                    const struct edge_delta *edge)
{
    int order = a->edge == b->edge ? 0 : edge_key_compare(&edge[a->edge].key, &edge[b->edge].key);
    return order ? order : compare_keys(a, b);
}

int certificate_compare(const struct certificate_delta *a, const struct certificate_delta *b)
{
    return fingerprint_compare(&a->certificate.fingerprint, &b->certificate.fingerprint);
}

void secured_add(struct secured_delta *into, const struct secured_delta *from)
{
    into->handshakes += from->handshakes;
    into->established += from->established;
    into->resumed += from->resumed;
    into->retried += from->retried;
    into->unreadable += from->unreadable;
    into->ech += from->ech;
    for (size_t i = 0; i < MUTUALS; i++)
        into->mutual[i] += from->mutual[i];
    if (from->last_ns > into->last_ns)
        into->last_ns = from->last_ns;
    if (from->inside[0] && (!into->inside[0] || strcmp(from->inside, into->inside) < 0))
        memcpy(into->inside, from->inside, sizeof into->inside);
    if (from->ja4[0] && (!into->ja4[0] || strcmp(from->ja4, into->ja4) < 0))
        memcpy(into->ja4, from->ja4, sizeof into->ja4);
}

void certificate_add(struct certificate_delta *into, const struct certificate_delta *from)
{
    into->shown += from->shown;
    if (fingerprint_compare(&from->certificate.issued_by, &into->certificate.issued_by) > 0)
        into->certificate.issued_by = from->certificate.issued_by;
}

static int order_secured(const void *left, const void *right, void *edge)
{
    return secured_compare(left, right, edge);
}

static int order_certificates(const void *left, const void *right)
{
    return certificate_compare(left, right);
}

/* Takes out the rows whose edge is not there. */
static void drop_orphans(struct delta *d)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < d->secured_len; i++) {
        if (d->secured[i].edge < d->edge_len)
            d->secured[len++] = d->secured[i];
        else
            d->secured_dropped += d->secured[i].handshakes;
    }
    d->secured_len = len;
}

void secured_settle(struct delta *d)
{
    struct secured_delta *row = d->secured;
    uint32_t len = 0, of_edge = 0;
    drop_orphans(d);
    if (d->secured_len > 1)
        qsort_r(row, d->secured_len, sizeof *row, order_secured, d->edge);
    for (uint32_t i = 0; i < d->secured_len; i++) {
        if (len && row[len - 1].edge != row[i].edge)
            of_edge = 0;
        if (len && !secured_compare(&row[len - 1], &row[i], d->edge)) {
            secured_add(&row[len - 1], &row[i]);
        } else if (len < SECURED_MAX && of_edge < SECURED_PER_EDGE_MAX) {
            row[len++] = row[i];
            of_edge++;
        } else {
            d->secured_dropped += row[i].handshakes;
        }
    }
    d->secured_len = len;
}

void secured_settle_certificates(struct delta *d)
{
    struct certificate_delta *row = d->certificate;
    uint32_t len = 0;
    if (d->certificate_len > 1)
        qsort(row, d->certificate_len, sizeof *row, order_certificates);
    for (uint32_t i = 0; i < d->certificate_len; i++) {
        if (len && !certificate_compare(&row[len - 1], &row[i]))
            certificate_add(&row[len - 1], &row[i]);
        else if (len < CERTIFICATES_MAX)
            row[len++] = row[i];
        else
            d->secured_dropped += row[i].shown;
    }
    d->certificate_len = len;
}
