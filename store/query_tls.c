/* query_tls.c - what protects edges: handshakes of TLS, and certificates. */
#include <stdlib.h>
#include <string.h>

#include "store/summary.h"
#include "store/tls.h"

#define CERTIFICATE_COLUMNS(of)                                                                    \
    of ".fingerprint, " of ".issued_by, " of ".subject, " of ".issuer, " of ".names, " of          \
       ".names_count, " of ".serial, " of ".key_kind, " of ".key_bits, " of ".signature, " of      \
       ".not_before_s, " of ".not_after_s, " of ".self_signed, " of ".unreadable"

enum { CERTIFICATE_COLUMNS_LEN = 14, CERTIFICATE_AT = 24 };

static const char sql[] =
    "SELECT e.id, c.name, s.name, e.port, e.protocol, t.version, t.cipher, t.server_name, t.alpn, "
    "t.alpn_offered, sum(x.handshakes), sum(x.established), sum(x.resumed), sum(x.retried), "
    "sum(x.unreadable), sum(x.ech), sum(x.mutual_hidden), sum(x.mutual_no), sum(x.mutual_asked), "
    "sum(x.mutual_yes), max(t.last_ns), min(nullif(t.ja4, '')), "
    "min(nullif(t.inside, '')), "
    "t.certificate_id, " CERTIFICATE_COLUMNS("k") ", " CERTIFICATE_COLUMNS(
        "o") " FROM " RANGE_WINDOWS
             " CROSS JOIN tls_window x ON x.window_id = w.id JOIN tls t ON t.id = "
             "x.tls_id "
             "JOIN pair p ON p.id = t.pair_id JOIN edge e ON e.id = p.edge_id "
             "JOIN service c ON c.id = e.client_id JOIN service s ON s.id = e.server_id "
             "LEFT JOIN certificate k ON k.id = t.certificate_id "
             "LEFT JOIN certificate o ON o.id = t.client_certificate_id "
             "WHERE ?3 = 0 OR e.id = ?3 "
             "GROUP BY e.id, t.version, t.cipher, t.server_name, t.alpn, t.alpn_offered, "
             "k.fingerprint, "
             "o.fingerprint "
             "ORDER BY c.name, s.name, e.port, e.protocol, t.version, t.cipher, t.server_name, "
             "t.alpn, "
             "t.alpn_offered, k.fingerprint, o.fingerprint";

static void read_certificate(sqlite3_stmt *s, int at, uint64_t now_s, struct certificate_row *ret)
{
    column_text(s, at, ret->fingerprint, sizeof ret->fingerprint);
    column_text(s, at + 1, ret->issued_by, sizeof ret->issued_by);
    column_text(s, at + 2, ret->subject, sizeof ret->subject);
    column_text(s, at + 3, ret->issuer, sizeof ret->issuer);
    column_text(s, at + 4, ret->names, sizeof ret->names);
    ret->names_len = column_count(s, at + 5);
    column_text(s, at + 6, ret->serial, sizeof ret->serial);
    column_text(s, at + 7, ret->key, sizeof ret->key);
    ret->key_bits = (uint32_t)column_count(s, at + 8);
    column_text(s, at + 9, ret->signature, sizeof ret->signature);
    ret->not_before_s = column_count(s, at + 10);
    ret->not_after_s = column_count(s, at + 11);
    ret->self_signed = column_count(s, at + 12);
    ret->unreadable = column_count(s, at + 13);
    ret->validity = posture_of_validity(ret->not_before_s, ret->not_after_s, now_s);
}

static const char *weakness_of_certificate(const struct certificate_row *c)
{
    if (c->validity == VALIDITY_OVER)
        return "the certificate has expired";
    if (c->validity == VALIDITY_TO_COME)
        return "the certificate is not valid yet";
    const char *why = posture_of_key(c->key, c->key_bits);
    /* Nobody checks how a certificate was signed that is trusted by itself. */
    return why || c->self_signed ? why : posture_of_signature(c->signature);
}

static const char *weakness_of(const struct tls_row *row)
{
    const char *why = posture_of_version(row->version);
    if (!why)
        why = posture_of_cipher(row->cipher);
    if (!why)
        why = weakness_of_certificate(&row->certificate);
    return why ? why : weakness_of_certificate(&row->client_certificate);
}

enum tls_mutual tls_mutual_of(const uint64_t mutual[MUTUALS])
{
    return mutual[MUTUAL_YES]     ? MUTUAL_YES
           : mutual[MUTUAL_ASKED] ? MUTUAL_ASKED
           : mutual[MUTUAL_NO]    ? MUTUAL_NO
                                  : MUTUAL_HIDDEN;
}

static struct tls_row tls_row(sqlite3_stmt *s, struct range r)
{
    struct tls_row row = {.edge_id = sqlite3_column_int64(s, 0)};
    uint64_t now_s = r.to_ns / 1000000000;
    uint64_t *const counts[] = {&row.handshakes, &row.established, &row.resumed,
                                &row.retried,    &row.unreadable,  &row.ech};
    int at = 10;
    column_text(s, 1, row.client, sizeof row.client);
    column_text(s, 2, row.server, sizeof row.server);
    row.port = (uint16_t)column_count(s, 3);
    column_text(s, 4, row.protocol, sizeof row.protocol);
    column_text(s, 5, row.version, sizeof row.version);
    column_text(s, 6, row.cipher, sizeof row.cipher);
    column_text(s, 7, row.server_name, sizeof row.server_name);
    column_text(s, 8, row.alpn, sizeof row.alpn);
    column_text(s, 9, row.alpn_offered, sizeof row.alpn_offered);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i] = column_count(s, at++);
    uint64_t mutual[MUTUALS];
    for (size_t i = 0; i < MUTUALS; i++)
        mutual[i] = column_count(s, at++);
    row.mutual = tls_mutual_of(mutual);
    row.last_seen_ns = column_count(s, at++);
    column_text(s, at++, row.ja4, sizeof row.ja4);
    column_text(s, at, row.inside, sizeof row.inside);
    read_certificate(s, CERTIFICATE_AT, now_s, &row.certificate);
    read_certificate(s, CERTIFICATE_AT + CERTIFICATE_COLUMNS_LEN, now_s, &row.client_certificate);
    row.weak = weakness_of(&row);
    row.verdict = row.weak ? "weak" : row.version[0] ? "fine" : NULL;
    return row;
}

bool tls_rows_of(struct query *q, struct range r, int64_t edge_id, struct tls_rows *ret,
                 struct err *err)
{
    bool failed = false;
    size_t room = 0;
    struct tls_rows rows = {0};
    sqlite3_stmt *s = question_ask_range(q, sql, r, err);
    if (s)
        bind_id(s, 3, edge_id);
    while (s && question_row(q, s, &failed, err)) {
        if (rows.len == room) {
            room = room ? 2 * room : 32;
            struct tls_row *more = realloc(rows.row, room * sizeof *more);
            if (!more) {
                failed = !question_no_memory(q, err);
                break;
            }
            rows.row = more;
        }
        rows.row[rows.len++] = tls_row(s, r);
    }
    sqlite3_finalize(s);
    if (s && !failed)
        *ret = rows;
    else
        free(rows.row);
    return s && !failed;
}

/* Whatever was read without a handshake of TLS is plaintext, but for what had to be opened. */
static bool is_plaintext(const struct edge_row *edge)
{
    bool has_handshakes = edge->tls.handshakes && !edge->decrypted;
    return edge->figures.requests > edge->decrypted && !has_handshakes &&
           !posture_is_sealed(edge->protocol);
}

static struct tls_row plaintext_row(const struct edge_row *edge)
{
    struct tls_row row = {
        .edge_id = edge->id,
        .port = edge->port,
        .plaintext = true,
        .verdict = "plaintext",
        .last_seen_ns = edge->last_seen_ns,
    };
    memcpy(row.client, edge->client, sizeof row.client);
    memcpy(row.server, edge->server, sizeof row.server);
    memcpy(row.protocol, edge->protocol, sizeof row.protocol);
    return row;
}

/* Adds a row for each edge in plaintext. false: memory is short. */
static bool add_plaintext(const struct edge_rows *edges, int64_t edge_id, struct tls_rows *into)
{
    struct tls_row *rows = realloc(into->row, (into->len + edges->len + 1) * sizeof *rows);
    if (!rows)
        return false;
    into->row = rows;
    for (size_t i = 0; i < edges->len; i++)
        if (is_plaintext(&edges->row[i]) && (!edge_id || edges->row[i].id == edge_id))
            rows[into->len++] = plaintext_row(&edges->row[i]);
    return true;
}

bool tls_rows_beside(struct query *q, struct range r, int64_t edge_id,
                     const struct edge_rows *edges, struct tls_rows *ret, struct err *err)
{
    struct tls_rows rows = {0};
    bool made = question_begin(q, err);
    if (made) {
        made = tls_rows_of(q, r, edge_id, &rows, err);
        question_end(q);
    }
    if (made && !add_plaintext(edges, edge_id, &rows))
        made = question_no_memory(q, err);
    if (made)
        *ret = rows;
    else
        free(rows.row);
    return made;
}

bool query_tls(struct query *q, struct range r, int64_t edge_id, struct tls_rows *ret,
               struct err *err)
{
    struct edge_rows edges = {0};
    if (!query_edges(q, r, &edges, err))
        return false;
    bool made = tls_rows_beside(q, r, edge_id, &edges, ret, err);
    free(edges.row);
    return made;
}

static const char brief_sql[] =
    "SELECT t.pair_id, t.version, t.server_name, sum(x.handshakes), sum(x.mutual_no), "
    "sum(x.mutual_asked), sum(x.mutual_yes) "
    "FROM " RANGE_WINDOWS " CROSS JOIN tls_window x ON x.window_id = w.id "
    "JOIN tls t ON t.id = x.tls_id "
    "GROUP BY t.pair_id, t.version, t.server_name ORDER BY t.pair_id, t.version, t.server_name";

static void add_brief(sqlite3_stmt *s, struct tls_brief *brief)
{
    uint64_t handshakes = column_count(s, 3);
    if (handshakes > brief->most) {
        brief->most = handshakes;
        column_text(s, 1, brief->version, sizeof brief->version);
        column_text(s, 2, brief->server_name, sizeof brief->server_name);
    }
    brief->handshakes += handshakes;
    brief->mutual[MUTUAL_NO] += column_count(s, 4);
    brief->mutual[MUTUAL_ASKED] += column_count(s, 5);
    brief->mutual[MUTUAL_YES] += column_count(s, 6);
}

bool tls_briefs_load(struct query *q, struct range r, const struct topology *t,
                     struct tls_brief **ret, struct err *err)
{
    bool failed = false;
    struct tls_brief *briefs = calloc(t->edge_len + 1, sizeof *briefs);
    if (!briefs)
        return question_no_memory(q, err);
    sqlite3_stmt *s = question_ask_range(q, brief_sql, r, err);
    while (s && question_row(q, s, &failed, err)) {
        const struct topology_pair *pair = topology_find_pair(t, sqlite3_column_int64(s, 0));
        if (pair)
            add_brief(s, &briefs[pair->edge]);
    }
    sqlite3_finalize(s);
    if (s && !failed)
        *ret = briefs;
    else
        free(briefs);
    return s && !failed;
}
