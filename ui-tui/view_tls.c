/* view_tls.c - what protects each edge: versions, ciphers, certificates, and what is plaintext. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ui-tui/text_id.h"
#include "ui-tui/view.h"

extern const struct view operations_view;

/* A row, and how long its certificate has still to go. */
struct protection {
    struct tls_row tls;
    double left_ns; /* at the end of the range; below 0: not known */
};

struct tls {
    struct table table;
    struct protection *row;
    int64_t edge_id; /* 0: all */
};

enum { DETAIL_ROWS = 4, ROWS_WITH_DETAIL = 12 };

static void server_text(const void *row, char *ret)
{
    const struct protection *p = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", p->tls.server, p->tls.port);
}

static double port_number(const void *row)
{
    const struct protection *p = row;
    return p->tls.port;
}

static void or_dash(const void *text, char *ret)
{
    const char *there = text;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", there[0] ? there : "-");
}

static void version_text(const void *row, char *ret)
{
    const struct protection *p = row;
    or_dash(p->tls.version, ret);
}

static void name_text(const void *row, char *ret)
{
    const struct protection *p = row;
    or_dash(p->tls.server_name, ret);
    if (p->tls.ech)
        strcat(ret, " (ECH)");
}

static void alpn_text(const void *row, char *ret)
{
    const struct protection *p = row;
    or_dash(p->tls.alpn[0] ? p->tls.alpn : p->tls.alpn_offered, ret);
}

/* "tls (smtp)": with what was spoken before TLS, and is in it. */
static void protocol_text(const void *row, char *ret)
{
    const struct protection *p = row;
    snprintf(ret, COLUMN_TEXT_MAX, p->tls.inside[0] ? "%s (%s)" : "%s", p->tls.protocol,
             p->tls.inside);
}

static void protocol_word(const void *row, char *ret)
{
    const struct protection *p = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", p->tls.protocol);
}

/* Has the client proved who it is? */
static void proved_text(const void *row, char *ret)
{
    static const char *const names[MUTUALS] = {"hidden", "no", "asked", "yes"};
    const struct protection *p = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", p->tls.established ? names[p->tls.mutual] : "-");
}

static void certificate_text(const void *row, char *ret)
{
    const struct protection *p = row;
    const struct certificate_row *c = &p->tls.certificate;
    if (!c->fingerprint[0])
        snprintf(ret, COLUMN_TEXT_MAX, "%s", p->tls.established ? "hidden" : "-");
    else
        snprintf(ret, COLUMN_TEXT_MAX, "%s", c->unreadable ? "not readable" : c->subject);
}

static void date_text(uint64_t seconds, char *ret)
{
    time_t end = (time_t)seconds;
    struct tm tm;
    if (!end || !gmtime_r(&end, &tm) || !strftime(ret, COLUMN_TEXT_MAX, "%Y-%m-%d", &tm))
        snprintf(ret, COLUMN_TEXT_MAX, "-");
}

static void expires_text(const void *row, char *ret)
{
    const struct protection *p = row;
    date_text(p->tls.certificate.not_after_s, ret);
}

static double expires_in(const void *row)
{
    const struct protection *p = row;
    return p->left_ns;
}

static enum ink expires_ink(const void *row)
{
    static const enum ink inks[] = {[VALIDITY_NEAR_ITS_END] = INK_WARN,
                                    [VALIDITY_OVER] = INK_BAD,
                                    [VALIDITY_TO_COME] = INK_BAD};
    const struct protection *p = row;
    return inks[p->tls.certificate.validity];
}

static double failed(const void *row)
{
    const struct protection *p = row;
    return (double)(p->tls.handshakes - p->tls.established);
}

static void verdict_text(const void *row, char *ret)
{
    const struct protection *p = row;
    or_dash(p->tls.weak ? p->tls.weak : p->tls.verdict ? p->tls.verdict : "", ret);
}

/* For filters: one word. */
static void verdict_word(const void *row, char *ret)
{
    const struct protection *p = row;
    or_dash(p->tls.verdict ? p->tls.verdict : "", ret);
}

static double severity(const void *row)
{
    const struct protection *p = row;
    return p->tls.weak ? 3 : p->tls.plaintext ? 2 : p->tls.verdict ? 0 : 1;
}

static enum ink verdict_ink(const void *row)
{
    static const enum ink inks[] = {INK_GOOD, INK_DIM, INK_WARN, INK_BAD};
    return inks[(int)severity(row)];
}

enum { TLS = offsetof(struct protection, tls) };
#define AT(field) (TLS + offsetof(struct tls_row, field))

static const struct column columns[] = {
    {.name = "verdict",
     .width = 9,
     .text = verdict_text,
     .value = verdict_word,
     .number = severity,
     .ink = verdict_ink},
    {.name = "client", .width = 8, .at = AT(client), .text = column_text_there},
    {.name = "server", .width = 10, .text = server_text},
    {.name = "port", .kind = COLUMN_COUNT, .hidden = true, .number = port_number},
    {.name = "protocol", .width = 4, .leaves = 1, .text = protocol_text, .value = protocol_word},
    {.name = "inside", .hidden = true, .width = 4, .at = AT(inside), .text = column_text_there},
    {.name = "version", .width = 7, .text = version_text},
    {.name = "cipher", .width = 12, .leaves = 6, .at = AT(cipher), .text = or_dash},
    {.name = "name", .width = 8, .leaves = 8, .text = name_text},
    {.name = "alpn", .width = 4, .leaves = 9, .text = alpn_text},
    {.name = "mutual", .width = 6, .leaves = 3, .text = proved_text},
    {.name = "certificate", .width = 11, .leaves = 5, .text = certificate_text},
    {.name = "expires",
     .kind = COLUMN_TIME,
     .width = 10,
     .leaves = 2,
     .text = expires_text,
     .number = expires_in,
     .ink = expires_ink},
    {.name = "handshakes",
     .kind = COLUMN_COUNT,
     .width = 10,
     .leaves = 6,
     .at = AT(handshakes),
     .number = column_count_there},
    {.name = "failed", .kind = COLUMN_COUNT, .width = 6, .leaves = 4, .number = failed},
};

static uint64_t protection_id(const void *row)
{
    const struct protection *p = row;
    const struct tls_row *t = &p->tls;
    const char *const parts[] = {
        t->version, t->cipher,       t->server_name, t->certificate.fingerprint,
        t->alpn,    t->alpn_offered, t->inside,      t->client_certificate.fingerprint};
    uint64_t id = (uint64_t)t->edge_id;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        id = text_id(id, parts[i]);
    return id;
}

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &tls_fields,
    .row_size = sizeof(struct protection),
    .id = protection_id,
    .sort = 0,
    .none = "Neither a handshake of TLS nor plaintext was seen in this time. + shows a longer one.",
};

static void tls_init(void *state, const struct scope *scope)
{
    struct tls *t = state;
    t->edge_id = scope->edge_id;
    table_init(&t->table, &kind, t);
}

static void tls_fini(void *state)
{
    struct tls *t = state;
    table_fini(&t->table);
    free(t->row);
}

static double left_ns(const struct certificate_row *c, struct range r)
{
    double end_ns = (double)c->not_after_s * 1e9, now_ns = (double)r.to_ns;
    if (!c->not_after_s)
        return -1;
    return end_ns > now_ns ? end_ns - now_ns : 0;
}

static bool tls_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct tls *t = state;
    struct tls_rows rows = {0};
    if (!query_tls(q, r, t->edge_id, &rows, err))
        return false;
    struct protection *row = calloc(rows.len + 1, sizeof *row);
    for (size_t i = 0; row && i < rows.len; i++)
        row[i] = (struct protection){rows.row[i], left_ns(&rows.row[i].certificate, r)};
    free(rows.row);
    bool enough = row && table_set(&t->table, row, rows.len);
    if (row) {
        free(t->row);
        t->row = row;
    }
    return enough || err_set(err, "out of memory for what protects %zu edges", rows.len);
}

/* "cipher  TLS_AES_128_GCM_SHA256   name  shop.example": what there is of it. */
static int draw_fact(const struct pane *pane, int row, int column, const char *label,
                     const char *text)
{
    if (!text[0] || !strcmp(text, "-"))
        return column;
    column = pane_text(pane, row, column, INK_DIM, label);
    return pane_text(pane, row, column + 1, INK_PLAIN, text) + 3;
}

static void draw_certificate(const struct pane *pane, int row, const char *label,
                             const struct certificate_row *c)
{
    char until[COLUMN_TEXT_MAX], key[CERTIFICATE_KEY_MAX + 16] = "";
    if (c->key_bits)
        snprintf(key, sizeof key, "%s %u", c->key, c->key_bits);
    int column = draw_fact(pane, row, 1, label, c->subject);
    column = draw_fact(pane, row, column, "by", c->self_signed ? "itself" : c->issuer);
    date_text(c->not_after_s, until);
    column = draw_fact(pane, row, column, "until", until);
    column = draw_fact(pane, row, column, "key", key);
    draw_fact(pane, row, column, "names", c->names);
}

/* All that the columns have no room for, of the row under the cursor. */
static void draw_detail(const struct pane *pane, const struct protection *p)
{
    const struct tls_row *t = &p->tls;
    char said[COLUMN_TEXT_MAX], name[COLUMN_TEXT_MAX], alpn[COLUMN_TEXT_MAX];
    verdict_text(p, said);
    name_text(p, name);
    alpn_text(p, alpn);
    struct pane first = pane_line(pane, 0, 1, pane->columns - 2);
    pane_field(&first, ALIGN_LEFT, verdict_ink(p), said);
    int column = draw_fact(pane, 1, 1, "inside", t->inside);
    column = draw_fact(pane, 1, column, "cipher", t->cipher);
    column = draw_fact(pane, 1, column, "name", t->plaintext ? "" : name);
    draw_fact(pane, 1, column, "alpn", t->plaintext ? "" : alpn);
    if (t->certificate.fingerprint[0])
        draw_certificate(pane, 2, "certificate", &t->certificate);
    if (t->client_certificate.fingerprint[0])
        draw_certificate(pane, 3, "of the client", &t->client_certificate);
}

static void tls_draw(void *state, const struct pane *pane)
{
    struct tls *t = state;
    const struct protection *p = table_selected(&t->table);
    int below = p && pane->rows >= ROWS_WITH_DETAIL ? DETAIL_ROWS : 0;
    struct pane above = pane_part(pane, 0, 0, pane->rows - below, pane->columns);
    struct pane detail = pane_part(pane, above.rows, 0, below, pane->columns);
    table_draw(&t->table, &above);
    if (below)
        draw_detail(&detail, p);
}

static bool tls_key(void *state, struct key key, struct visit *ret)
{
    struct tls *t = state;
    const struct protection *p = table_selected(&t->table);
    if (key.code != KEYCODE_ENTER && !table_clicked_again(&t->table, key))
        return table_key(&t->table, key);
    if (!p)
        return true;
    const struct edge_ends ends = {p->tls.client, p->tls.server, p->tls.protocol, p->tls.port};
    *ret = (struct visit){&operations_view, scope_of_edge(p->tls.edge_id, ends)};
    return true;
}

static struct table *tls_table(void *state)
{
    struct tls *t = state;
    return &t->table;
}

const struct view tls_view = {
    .title = "TLS",
    .opens = "Operations",
    .state_size = sizeof(struct tls),
    .init = tls_init,
    .fini = tls_fini,
    .refresh = tls_refresh,
    .draw = tls_draw,
    .key = tls_key,
    .table = tls_table,
};
