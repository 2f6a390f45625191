/* query_vantages.c - where packets were seen, and how many of them were copies. */
#include <stdlib.h>

#include "store/handle.h"

enum { ROWS_MAX = 65536 };

static const char sql[] =
    "SELECT v.interface, v.vlan, v.tunnels, v.tunnel_id, sum(v.packets), sum(v.bytes), "
    "sum(v.duplicates), sum(v.duplicate_bytes), sum(v.uncertain) "
    "FROM " RANGE_WINDOWS " CROSS JOIN vantage_window v ON v.window_id = w.id "
    "GROUP BY v.interface, v.vlan, v.tunnels, v.tunnel_id "
    "ORDER BY v.interface, v.vlan, v.tunnels, v.tunnel_id";

static struct vantage read_row(sqlite3_stmt *s)
{
    return (struct vantage){
        .interface = (uint16_t)column_count(s, 0),
        .vlan = (uint16_t)column_count(s, 1),
        .tunnels = (uint8_t)column_count(s, 2),
        .tunnel_id = (uint32_t)column_count(s, 3),
        .packets = column_count(s, 4),
        .bytes = column_count(s, 5),
        .duplicates = column_count(s, 6),
        .duplicate_bytes = column_count(s, 7),
        .uncertain = column_count(s, 8),
    };
}

bool query_vantages(struct query *q, struct range r, struct vantage_rows *ret, struct err *err)
{
    bool failed = false;
    struct vantage_rows rows = {.row = malloc(ROWS_MAX * sizeof *rows.row)};
    if (!rows.row)
        return question_no_memory(q, err);
    if (!question_begin(q, err)) {
        free(rows.row);
        return false;
    }
    sqlite3_stmt *s = question_ask_range(q, sql, r, err);
    while (s && rows.len < ROWS_MAX && question_row(q, s, &failed, err))
        rows.row[rows.len++] = read_row(s);
    sqlite3_finalize(s);
    question_end(q);
    if (s && !failed)
        *ret = rows;
    else
        free(rows.row);
    return s && !failed;
}
