/* secured.c - see secured.h. */
#include "store/secured.h"

#include <stdio.h>

enum statement {
    TLS_COUNT,
    TLS_DROP,
    CERTIFICATE_COUNT,
    CERTIFICATE_DROP,
    TELL_DROPPED,
    CERTIFICATE_FIND,
    CERTIFICATE_ADD,
    TLS_FIND,
    TLS_ADD,
    TLS_TOUCH,
    WINDOW_WRITE,
    CERTIFICATE_STUB,
};

static const char *const sql[SECURED_STATEMENTS] = {
    [TLS_COUNT] = "SELECT count(*) FROM tls",
    [TLS_DROP] = "DELETE FROM tls WHERE id IN (SELECT id FROM tls ORDER BY last_ns, id LIMIT ?1)",
    [CERTIFICATE_COUNT] = "SELECT count(*) FROM certificate",
    [CERTIFICATE_DROP] = "DELETE FROM certificate WHERE id IN (SELECT id FROM certificate ORDER BY "
                         "last_ns, id LIMIT ?1)",
    [TELL_DROPPED] = "UPDATE capture_window SET secured_dropped = secured_dropped + ?2 "
                     "WHERE id = ?1",
    [CERTIFICATE_FIND] = "SELECT id FROM certificate WHERE fingerprint = ?1",
    [CERTIFICATE_ADD] =
        "INSERT INTO certificate (fingerprint, issued_by, subject, issuer, names, names_count, "
        "serial, key_kind, key_bits, signature, not_before_s, not_after_s, self_signed, "
        "unreadable, first_ns, last_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
        "?13, ?14, ?15, ?15) ON CONFLICT (fingerprint) DO UPDATE SET issued_by = max(issued_by, "
        "excluded.issued_by), subject = excluded.subject, issuer = excluded.issuer, names = "
        "excluded.names, names_count = excluded.names_count, serial = excluded.serial, key_kind = "
        "excluded.key_kind, key_bits = excluded.key_bits, signature = excluded.signature, "
        "not_before_s = excluded.not_before_s, not_after_s = excluded.not_after_s, self_signed = "
        "excluded.self_signed, unreadable = excluded.unreadable, first_ns = min(first_ns, "
        "excluded.first_ns), last_ns = max(last_ns, excluded.last_ns)",
    [TLS_FIND] = "SELECT id FROM tls WHERE pair_id = ?1 AND version = ?2 AND cipher = ?3 AND "
                 "server_name = ?4 AND alpn = ?5 AND alpn_offered = ?6 AND certificate_id = ?7 AND "
                 "client_certificate_id = ?8",
    [TLS_ADD] = "INSERT INTO tls (pair_id, version, cipher, server_name, alpn, alpn_offered, "
                "certificate_id, client_certificate_id, ja4, last_ns, inside) VALUES (?1, ?2, "
                "?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id",
    [TLS_TOUCH] = "UPDATE tls SET last_ns = max(last_ns, ?2), ja4 = iif(?3 <> '' AND (ja4 = '' OR "
                  "?3 < ja4), ?3, ja4), inside = iif(?4 <> '' AND (inside = '' OR ?4 < inside), "
                  "?4, inside) WHERE id = ?1",
    [WINDOW_WRITE] =
        "INSERT INTO tls_window (window_id, tls_id, handshakes, established, resumed, retried, "
        "unreadable, ech, mutual_hidden, mutual_no, mutual_asked, mutual_yes) VALUES (?1, ?2, ?3, "
        "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (window_id, tls_id) DO UPDATE SET "
        "handshakes = handshakes + excluded.handshakes, established = established + "
        "excluded.established, resumed = resumed + excluded.resumed, retried = retried + "
        "excluded.retried, unreadable = unreadable + excluded.unreadable, ech = ech + "
        "excluded.ech, mutual_hidden = mutual_hidden + excluded.mutual_hidden, mutual_no = "
        "mutual_no + excluded.mutual_no, mutual_asked = mutual_asked + excluded.mutual_asked, "
        "mutual_yes = mutual_yes + excluded.mutual_yes",
    /* Its content found no room in the delta. */
    [CERTIFICATE_STUB] =
        "INSERT INTO certificate (fingerprint, issued_by, subject, issuer, names, names_count, "
        "serial, key_kind, key_bits, signature, not_before_s, not_after_s, self_signed, "
        "unreadable, first_ns, last_ns) VALUES (?1, '', '', '', '', 0, '', '', 0, '', 0, 0, 0, 1, "
        "?2, ?2) RETURNING id",
};

bool secured_open(struct secured *s, sqlite3 *db)
{
    s->tls.max = SECURED_KEPT_MAX;
    s->certificates.max = CERTIFICATES_KEPT_MAX;
    for (int i = 0; i < SECURED_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &s->statement[i]))
            return false;
    return true;
}

void secured_close(struct secured *s)
{
    for (int i = 0; i < SECURED_STATEMENTS; i++)
        sqlite3_finalize(s->statement[i]);
    *s = (struct secured){0};
}

void secured_undone(struct secured *s)
{
    s->tls.counted = s->certificates.counted = false;
}

/* The number that a statement answers: 0 if it answers no row. */
static bool answer_number(sqlite3_stmt *s, int64_t *ret)
{
    int status = statement_row(s);
    *ret = status == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

/* Makes room for `more` rows, and for some to come, so that it is not done each time. */
static bool make_room(struct secured *s, struct kept *k, enum statement count, int64_t window,
                      uint64_t more)
{
    sqlite3_stmt *drop = s->statement[count + 1], *tell = s->statement[TELL_DROPPED];
    int64_t rows = 0;
    if (!k->counted && !answer_number(s->statement[count], &rows))
        return false;
    k->count = k->counted ? k->count : (uint64_t)rows;
    k->counted = true;
    if (k->count + more <= k->max)
        return true;
    uint64_t surplus = k->count + more - k->max + k->max / 8;
    if (surplus > k->count)
        surplus = k->count;
    bind_count(drop, 1, surplus);
    bind_id(tell, 1, window);
    bind_count(tell, 2, surplus);
    k->count -= surplus;
    return statement_run(drop) && statement_run(tell);
}

/* What is told of a certificate never changes, but for what is shown behind it. */
static bool write_certificate(struct secured *s, const struct certificate *k, uint64_t now_ns)
{
    char fingerprint[FINGERPRINT_TEXT_MAX], issued_by[FINGERPRINT_TEXT_MAX];
    sqlite3_stmt *find = s->statement[CERTIFICATE_FIND], *add = s->statement[CERTIFICATE_ADD];
    int64_t id;
    fingerprint_to_text(&k->fingerprint, fingerprint);
    fingerprint_to_text(&k->issued_by, issued_by);
    bind_text(find, 1, fingerprint);
    if (!answer_number(find, &id))
        return false;
    s->certificates.count += !id;
    bind_text(add, 1, fingerprint);
    bind_text(add, 2, issued_by);
    bind_text(add, 3, k->subject);
    bind_text(add, 4, k->issuer);
    bind_text(add, 5, k->names);
    bind_count(add, 6, k->names_len);
    bind_text(add, 7, k->serial);
    bind_text(add, 8, k->key);
    bind_count(add, 9, k->key_bits);
    bind_text(add, 10, k->signature);
    bind_count(add, 11, k->not_before_s);
    bind_count(add, 12, k->not_after_s);
    bind_id(add, 13, k->self_signed);
    bind_id(add, 14, k->unreadable);
    bind_count(add, 15, now_ns);
    return statement_run(add);
}

/* The row of a certificate; 0 of none. */
static bool certificate_id(struct secured *s, const struct fingerprint *f, uint64_t now_ns,
                           int64_t *ret)
{
    char text[FINGERPRINT_TEXT_MAX];
    *ret = 0;
    if (fingerprint_is_none(f))
        return true;
    fingerprint_to_text(f, text);
    bind_text(s->statement[CERTIFICATE_FIND], 1, text);
    if (!answer_number(s->statement[CERTIFICATE_FIND], ret))
        return false;
    if (*ret)
        return true;
    s->certificates.count++;
    bind_text(s->statement[CERTIFICATE_STUB], 1, text);
    bind_count(s->statement[CERTIFICATE_STUB], 2, now_ns);
    return answer_number(s->statement[CERTIFICATE_STUB], ret);
}

/* Names, or the number of what has none. */
struct suite {
    char version[24], cipher[56];
};

static struct suite suite_of(const struct secured_delta *d)
{
    struct suite text = {{0}, {0}};
    const char *name = tls_cipher_name(d->cipher);
    if (!d->version)
        return text;
    snprintf(text.version, sizeof text.version, "%s", tls_version_name(d->version));
    if (name)
        snprintf(text.cipher, sizeof text.cipher, "%s", name);
    else
        snprintf(text.cipher, sizeof text.cipher, "0x%04x", d->cipher);
    return text;
}

/* Parameters 1 to 8 of TLS_FIND and TLS_ADD. */
static void bind_key(sqlite3_stmt *s, int64_t pair, const struct secured_delta *d,
                     const struct suite *suite, const int64_t certificates[2])
{
    bind_id(s, 1, pair);
    bind_text(s, 2, suite->version);
    bind_text(s, 3, suite->cipher);
    bind_text(s, 4, d->server_name);
    bind_text(s, 5, d->alpn);
    bind_text(s, 6, d->alpn_offered);
    bind_id(s, 7, certificates[0]);
    bind_id(s, 8, certificates[1]);
}

/* The row of what handshakes came to, made if need be. */
static bool tls_id(struct secured *s, const struct secured_delta *d, int64_t pair, int64_t *ret)
{
    sqlite3_stmt *find = s->statement[TLS_FIND], *add = s->statement[TLS_ADD];
    sqlite3_stmt *touch = s->statement[TLS_TOUCH];
    struct suite suite = suite_of(d);
    int64_t certificates[2];
    if (!certificate_id(s, &d->certificate, d->last_ns, &certificates[0]) ||
        !certificate_id(s, &d->client_certificate, d->last_ns, &certificates[1]))
        return false;
    bind_key(find, pair, d, &suite, certificates);
    if (!answer_number(find, ret))
        return false;
    if (*ret) {
        bind_id(touch, 1, *ret);
        bind_count(touch, 2, d->last_ns);
        bind_text(touch, 3, d->ja4);
        bind_text(touch, 4, d->inside);
        return statement_run(touch);
    }
    bind_key(add, pair, d, &suite, certificates);
    bind_text(add, 9, d->ja4);
    bind_text(add, 11, d->inside);
    bind_count(add, 10, d->last_ns);
    s->tls.count++;
    return answer_number(add, ret);
}

static bool write_window(struct secured *s, int64_t window, int64_t id,
                         const struct secured_delta *d)
{
    sqlite3_stmt *write = s->statement[WINDOW_WRITE];
    const uint64_t counts[] = {
        d->handshakes,
        d->established,
        d->resumed,
        d->retried,
        d->unreadable,
        d->ech,
        d->mutual[MUTUAL_HIDDEN],
        d->mutual[MUTUAL_NO],
        d->mutual[MUTUAL_ASKED],
        d->mutual[MUTUAL_YES],
    };
    bind_id(write, 1, window);
    bind_id(write, 2, id);
    for (int i = 0; i < (int)(sizeof counts / sizeof counts[0]); i++)
        bind_count(write, 3 + i, counts[i]);
    return statement_run(write);
}

bool secured_write(struct secured *s, int64_t window, const struct delta *d,
                   const struct pair *pairs)
{
    uint64_t certificates = d->certificate_len + UINT64_C(2) * d->secured_len;
    if (!certificates)
        return true;
    if (!make_room(s, &s->tls, TLS_COUNT, window, d->secured_len) ||
        !make_room(s, &s->certificates, CERTIFICATE_COUNT, window, certificates))
        return false;
    for (uint32_t i = 0; i < d->certificate_len; i++)
        if (!write_certificate(s, &d->certificate[i].certificate, d->end_ns))
            return false;
    for (uint32_t i = 0; i < d->secured_len; i++) {
        const struct secured_delta *one = &d->secured[i];
        int64_t id;
        if (one->edge >= d->edge_len)
            continue;
        if (!tls_id(s, one, pairs[one->edge].id, &id) || !write_window(s, window, id, one))
            return false;
    }
    return true;
}
