/* finding_tls.c - is what protects an edge too weak, and do certificates run out? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/finding.h"

enum { DAY_S = 24 * 3600 };

/* Beside those of imbalance, which grow to 5 or so: calls that fail come first. */
static const double weight_of_expired = 5, weight_of_expiring = 1.5, weight_of_weak = 1;

static void name_edge(const struct tls_row *row, char *text, size_t size)
{
    finding_say(text, size, "%s \xe2\x86\x92 %s:%u", row->client, row->server, row->port);
}

static void add_evidence(struct insight_row *i, const char *what, const char *why, uint64_t part,
                         uint64_t whole)
{
    if (i->evidence_len++ >= EVIDENCE_MAX)
        return;
    struct evidence *e = &i->evidence[i->evidence_len - 1];
    e->share = whole ? (double)part / (double)whole : -1;
    bytes_to_text(e->what, sizeof e->what, bytes_of_text(what));
    finding_say(e->figure, sizeof e->figure, "%s: %s", finding_number(part, "handshake").text, why);
}

static bool is_about_certificate(const char *why)
{
    return strncmp(why, "the certificate", strlen("the certificate")) == 0;
}

/* One for all that is weak about the rows of an edge, but for what is said of its certificates. */
static bool find_weak(const struct tls_row *row, size_t len, struct findings *into)
{
    uint64_t weak = 0, all = 0;
    const struct tls_row *worst = NULL;
    for (size_t i = 0; i < len; i++) {
        all += row[i].handshakes;
        if (!row[i].weak || is_about_certificate(row[i].weak))
            continue;
        weak += row[i].handshakes;
        if (!worst || row[i].handshakes > worst->handshakes)
            worst = &row[i];
    }
    if (!worst)
        return true;
    struct insight_row *insight = findings_add(into);
    if (!insight)
        return false;
    strcpy(insight->kind, "weak-tls");
    insight->edge_id = worst->edge_id;
    insight->weight = weight_of_weak;
    name_edge(worst, insight->subject, sizeof insight->subject);
    finding_say(insight->title, sizeof insight->title,
                "%s to %s is protected weakly in %s of %s handshakes: %s",
                finding_name(worst->client).text, finding_name(worst->server).text,
                finding_count(weak).text, finding_count(all).text, worst->weak);
    finding_say(insight->advice, sizeof insight->advice,
                "Let the server accept TLS 1.2 and 1.3 only, with ciphers that have forward "
                "secrecy, and see which client still needs the older ones.");
    for (size_t i = 0; i < len; i++) {
        char what[NAME_TEXT_MAX];
        if (!row[i].weak || is_about_certificate(row[i].weak))
            continue;
        snprintf(what, sizeof what, "%s %s", row[i].version, row[i].cipher);
        add_evidence(insight, what, row[i].weak, row[i].handshakes, all);
    }
    return true;
}

/* A certificate that has run out, or is about to, and by whom it was shown. */
struct running_out {
    const struct certificate_row *certificate;
    const struct tls_row *row;
    bool is_clients;
};

static int compare_certificates(const void *left, const void *right)
{
    const struct running_out *a = left, *b = right;
    int order = strcmp(a->certificate->fingerprint, b->certificate->fingerprint);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

static struct human when(uint64_t from_s, uint64_t to_s)
{
    uint64_t days = to_s > from_s ? (to_s - from_s) / DAY_S : 0;
    return finding_number(days, "day");
}

static void say_title(struct insight_row *i, const struct running_out *o, uint64_t now_s)
{
    const struct certificate_row *c = o->certificate;
    const char *whose = o->is_clients ? o->row->client : o->row->server;
    if (c->validity == VALIDITY_OVER)
        finding_say(i->title, sizeof i->title, "The certificate of %s expired %s ago",
                    finding_name(whose).text, when(c->not_after_s, now_s).text);
    else if (c->validity == VALIDITY_TO_COME)
        finding_say(i->title, sizeof i->title, "The certificate of %s becomes valid in %s",
                    finding_name(whose).text, when(now_s, c->not_before_s).text);
    else
        finding_say(i->title, sizeof i->title, "The certificate of %s expires in %s",
                    finding_name(whose).text, when(now_s, c->not_after_s).text);
}

static bool tell(const struct running_out *list, size_t len, uint64_t now_s, struct findings *into)
{
    const struct certificate_row *c = list->certificate;
    struct insight_row *insight = findings_add(into);
    bool is_over = c->validity != VALIDITY_NEAR_ITS_END;
    if (!insight)
        return false;
    strcpy(insight->kind, is_over ? "certificate-expired" : "certificate-expiring");
    insight->edge_id = list->row->edge_id;
    insight->weight = is_over ? weight_of_expired : weight_of_expiring;
    finding_say(insight->subject, sizeof insight->subject, "%s", c->subject);
    say_title(insight, list, now_s);
    finding_say(insight->advice, sizeof insight->advice,
                "Renew it; if that is done by a machine, see why it has not been. Serial %s, "
                "issued by %s.",
                c->serial, c->issuer);
    for (size_t i = 0; i < len; i++) {
        char edge[NAME_TEXT_MAX];
        name_edge(list[i].row, edge, sizeof edge);
        add_evidence(insight, edge, list[i].is_clients ? "shown by the client" : "shown",
                     list[i].row->handshakes, 0);
    }
    return true;
}

static bool runs_out(const struct certificate_row *c)
{
    return c->validity == VALIDITY_OVER || c->validity == VALIDITY_TO_COME ||
           c->validity == VALIDITY_NEAR_ITS_END;
}

static size_t collect(const struct tls_rows *rows, struct running_out *list)
{
    size_t len = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct tls_row *row = &rows->row[i];
        if (runs_out(&row->certificate))
            list[len++] = (struct running_out){&row->certificate, row, false};
        if (runs_out(&row->client_certificate))
            list[len++] = (struct running_out){&row->client_certificate, row, true};
    }
    if (len)
        qsort(list, len, sizeof *list, compare_certificates);
    return len;
}

static bool find_running_out(struct range r, const struct tls_rows *rows, struct findings *into)
{
    struct running_out *list = malloc((2 * rows->len + 1) * sizeof *list);
    size_t len = list ? collect(rows, list) : 0, end;
    bool fine = list;
    for (size_t begin = 0; fine && begin < len; begin = end) {
        const char *fingerprint = list[begin].certificate->fingerprint;
        for (end = begin + 1; end < len; end++)
            if (strcmp(list[end].certificate->fingerprint, fingerprint) != 0)
                break;
        fine = tell(list + begin, end - begin, r.to_ns / 1000000000, into);
    }
    free(list);
    return fine;
}

bool findings_of_tls(struct range r, const struct tls_rows *rows, struct findings *into)
{
    bool fine = true;
    size_t end;
    for (size_t begin = 0; fine && begin < rows->len; begin = end) {
        for (end = begin + 1; end < rows->len; end++)
            if (rows->row[end].edge_id != rows->row[begin].edge_id)
                break;
        fine = find_weak(&rows->row[begin], end - begin, into);
    }
    return fine && find_running_out(r, rows, into);
}
