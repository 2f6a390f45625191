/* edges_tls.c - see edges_tls.h. */
#include "cli/edges_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/ask.h"
#include "cli/listing.h"

static const char *mutual_text(const struct tls_row *row)
{
    static const char *const names[MUTUALS] = {
        [MUTUAL_HIDDEN] = "not observable",
        [MUTUAL_NO] = "no",
        [MUTUAL_ASKED] = "no, though asked",
        [MUTUAL_YES] = "yes",
    };
    return row->established ? names[row->mutual] : "-";
}

static void cell_certificate(struct listing *t, const struct tls_row *row)
{
    const struct certificate_row *c = &row->certificate;
    char day[LISTING_CELL_MAX] = "-";
    time_t end = (time_t)c->not_after_s;
    struct tm tm;
    if (!c->fingerprint[0])
        listing_cell(t, row->version[0] ? "not observable" : "-");
    else
        listing_cell(t, c->unreadable ? "not readable" : c->subject);
    if (end && gmtime_r(&end, &tm))
        strftime(day, sizeof day, "%Y-%m-%d", &tm);
    listing_cell(t, day);
}

/* What the client asked for; if it asked for something else in secret, this is only a front. */
static void cell_server_name(struct listing *t, const struct tls_row *row)
{
    char text[LISTING_CELL_MAX];
    if (row->unreadable && row->unreadable == row->handshakes)
        listing_cell(t, "hello not readable");
    else {
        snprintf(text, sizeof text, "%s%s", row->server_name[0] ? row->server_name : "-",
                 row->ech ? " (ECH)" : "");
        listing_cell(t, text);
    }
}

/* "tls (postgresql)" */
static void cell_protocol(struct listing *t, const struct tls_row *row)
{
    char text[LISTING_CELL_MAX];
    snprintf(text, sizeof text, row->inside[0] ? "%s (%s)" : "%s", row->protocol, row->inside);
    listing_cell(t, text);
}

static const char *or_dash(const char *text)
{
    return text[0] ? text : "-";
}

static bool print(const struct tls_rows *rows, struct err *err)
{
    struct listing *t =
        listing_new("CLIENT|SERVER|>PORT|PROTOCOL|VERSION|CIPHER|SERVER NAME|ALPN|"
                    "CLIENT PROVED|CERTIFICATE|EXPIRES|>HANDSHAKES|>FAILED|VERDICT");
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct tls_row *row = &rows->row[i];
        listing_cell(t, row->client);
        listing_cell(t, row->server);
        listing_count(t, row->port);
        cell_protocol(t, row);
        listing_cell(t, row->plaintext ? "plaintext" : or_dash(row->version));
        listing_cell(t, or_dash(row->cipher));
        cell_server_name(t, row);
        listing_cell(t, or_dash(row->alpn[0] ? row->alpn : row->alpn_offered));
        listing_cell(t, mutual_text(row));
        cell_certificate(t, row);
        listing_count(t, row->handshakes);
        listing_count(t, row->handshakes - row->established);
        listing_cell(t, row->weak ? row->weak : row->verdict ? row->verdict : "-");
    }
    return listing_finish(
        t, rows->len,
        "Neither a handshake of TLS nor plaintext was seen in this time; 'tapgraph "
        "edges' lists all that was.",
        err);
}

bool edges_tls_answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct tls_rows rows;
    if (!query_tls(q, r, 0, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->tls(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}
