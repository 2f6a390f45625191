/* query_insights.c - findings that a person would act on. */
#include <stdlib.h>

#include "store/finding.h"
#include "store/spoiled.h"
#include "store/tls.h"

bool query_insights(struct query *q, struct range r, struct insight_rows *ret, struct err *err)
{
    struct findings found = {0};
    struct servers servers = {0};
    struct lives lives = {0};
    struct connection_rows connections = {0};
    struct tls_rows tls = {0};
    if (!question_begin(q, err))
        return false;
    struct health_row health;
    bool fine = health_load(q, r, &health, err) &&
                (findings_of_capture(&health, &found) || question_no_memory(q, err)) &&
                servers_load(q, 0, &servers, err) && lives_load(q, r, true, &lives, err) &&
                findings_of_servers(q, r, &servers, &lives, &found, err) &&
                connection_rows_of(q, 0, &lives, &connections, err) &&
                (findings_of_connections(r, &connections, &found) || question_no_memory(q, err)) &&
                tls_rows_of(q, r, 0, &tls, err) &&
                (findings_of_tls(r, &tls, &found) || question_no_memory(q, err));
    question_end(q);
    servers_free(&servers);
    free(lives.row);
    free(connections.row);
    free(tls.row);
    if (fine) {
        findings_sort(&found);
        *ret = (struct insight_rows){found.row, found.len};
    } else {
        free(found.row);
    }
    return fine;
}
