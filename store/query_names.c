/* query_names.c - what is said of what each place is called, and which of it is its name. */
#include "store/topology.h"

/* A place has the name of its latest endpoint; from the wire it may have several at a time. What
 * the DNS says (port 0) is of all ports. */
static const char sql[] =
    "SELECT v.address, v.port, v.tenant, v.name, v.source, v.count, v.first_ns, v.last_ns, "
    "EXISTS (SELECT 1 FROM endpoint e JOIN service s ON s.id = e.service_id "
    "WHERE e.address = v.address AND e.tenant = v.tenant AND (e.port = v.port OR v.port = 0) "
    "AND s.name = v.name AND e.name_source = v.source AND (SELECT "
    "iif(x.name_source IN ('dns', 'host'), x.name_source = v.source, x.id = e.id) "
    "FROM endpoint x WHERE x.address = e.address AND x.port = e.port AND x.tenant = e.tenant "
    "ORDER BY x.last_ns DESC, x.id DESC LIMIT 1)) AS named, "
    "(SELECT o.service_id FROM endpoint o WHERE o.address = v.address AND o.tenant = v.tenant "
    "AND (o.port = v.port OR v.port = 0) ORDER BY o.last_ns DESC, o.id DESC LIMIT 1) "
    "FROM name_evidence v WHERE v.last_ns >= ?1 AND v.first_ns < ?2 "
    "ORDER BY v.address, v.tenant, v.port, named DESC, v.count DESC, v.name, v.source";

static void read_row(sqlite3_stmt *s, void *to)
{
    struct name_row *row = to;
    char source[16];
    *row = (struct name_row){.port = (uint16_t)column_count(s, 1),
                             .tenant = (uint32_t)column_count(s, 2)};
    column_text(s, 0, row->address, sizeof row->address);
    column_text(s, 3, row->name, sizeof row->name);
    column_text(s, 4, source, sizeof source);
    row->source = topology_source_named(source);
    row->count = column_count(s, 5);
    row->first_ns = column_count(s, 6);
    row->last_ns = column_count(s, 7);
    row->is_name = column_count(s, 8);
    row->service_id = sqlite3_column_int64(s, 9);
}

bool query_names(struct query *q, struct range r, struct name_rows *ret, struct err *err)
{
    void *row;
    size_t len;
    if (!question_list(q, sql, r, sizeof *ret->row, read_row, &row, &len, err))
        return false;
    *ret = (struct name_rows){.row = row, .len = len};
    return true;
}
