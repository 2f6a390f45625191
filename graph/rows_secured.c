/* rows_secured.c - rows about TLS while a window is open; see rows.h. There may be twice as many as
 * will be kept; then they are cut to what is kept (graph/secured.h). */
#include <stdlib.h>

#include "graph/rows.h"
#include "graph/secured.h"

enum { ROOM_MIN = 64 };

static uint32_t hash_of(const struct rows *r, const struct secured_delta *s)
{
    uint64_t packed[] = {
        (uint64_t)s->version << 48 | (uint64_t)s->cipher << 32 | s->edge,
        hash_bytes(&r->key, s->server_name, strlen(s->server_name)),
        hash_bytes(&r->key, s->alpn, strlen(s->alpn)),
        hash_bytes(&r->key, s->alpn_offered, strlen(s->alpn_offered)),
        hash_bytes(&r->key, &s->certificate, sizeof s->certificate),
        hash_bytes(&r->key, &s->client_certificate, sizeof s->client_certificate),
    };
    return (uint32_t)hash_bytes(&r->key, packed, sizeof packed);
}

static void cut_secured(struct rows *r)
{
    secured_settle(&r->open);
    index_clear(&r->secured);
    for (uint32_t row = 0; row < r->open.secured_len; row++)
        index_put(&r->secured, hash_of(r, &r->open.secured[row]), row);
}

/* Rows of one edge past its cap are cut no sooner than others: those of all edges together count.
 */
static bool make_secured_room(struct rows *r)
{
    if (r->open.secured_len < r->secured_room)
        return true;
    if (r->secured_room >= 2 * SECURED_MAX) {
        cut_secured(r);
        return true;
    }
    uint32_t room = r->secured_room ? 2 * r->secured_room : ROOM_MIN;
    struct secured_delta *secured = realloc(r->open.secured, room * sizeof *secured);
    if (!secured)
        return false;
    r->open.secured = secured;
    r->secured_room = room;
    return true;
}

bool rows_secured(struct rows *r, const struct secured_delta *more)
{
    uint32_t hash = hash_of(r, more), row;
    for (uint32_t at = index_start(&r->secured, hash);
         (row = index_next(&r->secured, hash, &at)) != NO_ROW;) {
        struct secured_delta *found = &r->open.secured[row];
        if (found->edge == more->edge && !secured_compare(found, more, r->open.edge)) {
            secured_add(found, more);
            return true;
        }
    }
    if (!make_secured_room(r) || !index_reserve(&r->secured))
        return false;
    row = r->open.secured_len++;
    r->open.secured[row] = *more;
    index_put(&r->secured, hash, row);
    return true;
}

static uint32_t hash_of_fingerprint(const struct rows *r, const struct fingerprint *f)
{
    return (uint32_t)hash_bytes(&r->key, f, sizeof *f);
}

struct certificate_delta *rows_find_certificate(struct rows *r, const struct fingerprint *f)
{
    uint32_t hash = hash_of_fingerprint(r, f), row;
    for (uint32_t at = index_start(&r->certificates, hash);
         (row = index_next(&r->certificates, hash, &at)) != NO_ROW;)
        if (!fingerprint_compare(&r->open.certificate[row].certificate.fingerprint, f))
            return &r->open.certificate[row];
    return NULL;
}

static void cut_certificates(struct rows *r)
{
    secured_settle_certificates(&r->open);
    index_clear(&r->certificates);
    for (uint32_t row = 0; row < r->open.certificate_len; row++) {
        const struct certificate *c = &r->open.certificate[row].certificate;
        index_put(&r->certificates, hash_of_fingerprint(r, &c->fingerprint), row);
    }
}

static bool make_certificate_room(struct rows *r)
{
    if (r->open.certificate_len < r->certificate_room)
        return true;
    if (r->certificate_room >= 2 * CERTIFICATES_MAX) {
        cut_certificates(r);
        return true;
    }
    uint32_t room = r->certificate_room ? 2 * r->certificate_room : ROOM_MIN;
    struct certificate_delta *certificate =
        realloc(r->open.certificate, room * sizeof *certificate);
    if (!certificate)
        return false;
    r->open.certificate = certificate;
    r->certificate_room = room;
    return true;
}

bool rows_certificate(struct rows *r, const struct certificate_delta *more)
{
    struct certificate_delta *found = rows_find_certificate(r, &more->certificate.fingerprint);
    if (found) {
        certificate_add(found, more);
        return true;
    }
    if (!make_certificate_room(r) || !index_reserve(&r->certificates))
        return false;
    uint32_t row = r->open.certificate_len++;
    r->open.certificate[row] = *more;
    index_put(&r->certificates, hash_of_fingerprint(r, &more->certificate.fingerprint), row);
    return true;
}
