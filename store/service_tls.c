/* service_tls.c - see service_tls.h. */
#include "store/service_tls.h"

#include <stdlib.h>
#include <string.h>

#include "store/tls.h"

static int compare_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct service_row *)row)->name);
}

static bool is_verdict(const struct tls_row *row, const char *verdict)
{
    return row->verdict && strcmp(row->verdict, verdict) == 0;
}

/* One edge, by the worst of its rows. */
static void add_edge(struct service_row *into, const struct tls_row *row, size_t len)
{
    bool fine = false, plaintext = false;
    const char *weak = NULL;
    for (size_t i = 0; i < len; i++) {
        uint64_t end_s = row[i].certificate.not_after_s;
        weak = weak ? weak : row[i].weak;
        plaintext = plaintext || row[i].plaintext;
        fine = fine || is_verdict(&row[i], "fine");
        if (end_s && (!into->tls.expires_s || end_s < into->tls.expires_s))
            into->tls.expires_s = end_s;
    }
    into->tls.why = into->tls.why ? into->tls.why : weak;
    into->tls.weak += weak != NULL;
    into->tls.plaintext += !weak && plaintext;
    into->tls.fine += !weak && !plaintext && fine;
}

static void judge(struct service_row *row)
{
    row->tls.asked = true;
    row->tls.verdict = row->tls.weak        ? "weak"
                       : row->tls.plaintext ? "plaintext"
                       : row->tls.fine      ? "fine"
                                            : NULL;
}

bool service_tls_add(struct query *q, struct range r, const struct edge_rows *edges,
                     struct service_rows *to, struct err *err)
{
    struct tls_rows rows;
    if (!tls_rows_beside(q, r, 0, edges, &rows, err))
        return false;
    for (size_t i = 0, len; i < rows.len; i += len) {
        const struct tls_row *row = &rows.row[i];
        for (len = 1; i + len < rows.len && row[len].edge_id == row->edge_id; len++)
            continue;
        struct service_row *service =
            bsearch(row->server, to->row, to->len, sizeof *to->row, compare_name);
        if (service)
            add_edge(service, row, len);
    }
    for (size_t i = 0; i < to->len; i++)
        judge(&to->row[i]);
    free(rows.row);
    return true;
}
