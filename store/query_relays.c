/* query_relays.c - who reaches whom by way of whom. */
#include "store/handle.h"

static const char sql[] =
    "SELECT client, via, min(via_address), server, port, protocol, sum(requests), sum(passed_on), "
    "client_id, via_id, server_id "
    "FROM (SELECT oc.name AS client, os.name AS via, oe.address AS via_address, "
    "inn.name AS server, ie.port AS port, i.protocol AS protocol, x.requests AS requests, "
    "x.passed_on AS passed_on, oc.id AS client_id, os.id AS via_id, inn.id AS server_id "
    "FROM " RANGE_WINDOWS " CROSS JOIN relay_window x ON x.window_id = w.id "
    "JOIN pair o ON o.id = x.outer_id JOIN pair i ON i.id = x.inner_id "
    "JOIN endpoint ce ON ce.id = o.client_id JOIN service oc ON oc.id = ce.service_id "
    "JOIN endpoint oe ON oe.id = o.server_id JOIN service os ON os.id = oe.service_id "
    "JOIN endpoint ie ON ie.id = i.server_id JOIN service inn ON inn.id = ie.service_id "
    "UNION ALL "
    "SELECT oc.name, os.name, oe.address, inn.name, ie.port, i.protocol, x.requests, x.requests, "
    "oc.id, os.id, inn.id "
    "FROM " RANGE_WINDOWS " CROSS JOIN forwarded_window x ON x.window_id = w.id "
    "JOIN pair i ON i.id = x.pair_id "
    "JOIN endpoint ce ON ce.id = x.client_id JOIN service oc ON oc.id = ce.service_id "
    "JOIN endpoint oe ON oe.id = i.client_id JOIN service os ON os.id = oe.service_id "
    "JOIN endpoint ie ON ie.id = i.server_id JOIN service inn ON inn.id = ie.service_id "
    ") "
    "GROUP BY client, via, server, port, protocol ORDER BY client, via, server, port, protocol";

static void read_row(sqlite3_stmt *s, void *to)
{
    struct relay_row *row = to;
    *row = (struct relay_row){.port = (uint16_t)column_count(s, 4)};
    column_text(s, 0, row->client, sizeof row->client);
    column_text(s, 1, row->via, sizeof row->via);
    column_text(s, 2, row->via_address, sizeof row->via_address);
    column_text(s, 3, row->server, sizeof row->server);
    column_text(s, 5, row->protocol, sizeof row->protocol);
    row->requests = column_count(s, 6);
    row->passed_on = column_count(s, 7);
    row->client_id = sqlite3_column_int64(s, 8);
    row->via_id = sqlite3_column_int64(s, 9);
    row->server_id = sqlite3_column_int64(s, 10);
}

bool query_relays(struct query *q, struct range r, struct relay_rows *ret, struct err *err)
{
    void *row;
    size_t len;
    if (!question_list(q, sql, r, sizeof *ret->row, read_row, &row, &len, err))
        return false;
    *ret = (struct relay_rows){.row = row, .len = len};
    return true;
}
