/* evidence.c - see evidence.h. */
#include "store/evidence.h"

#include "graph/host.h"

enum statement { HEAR, FORGET };

static const char *const sql[EVIDENCE_STATEMENTS] = {
    [HEAR] = "INSERT INTO name_evidence (address, port, tenant, name, source, count, first_ns, "
             "last_ns) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) < ?9 OR "
             "max(name = ?4 AND source = ?5) FROM name_evidence "
             "WHERE address = ?1 AND port = ?2 AND tenant = ?3) "
             "ON CONFLICT (address, port, tenant, name, source) DO UPDATE SET "
             "count = count + excluded.count, first_ns = min(first_ns, excluded.first_ns), "
             "last_ns = max(last_ns, excluded.last_ns) RETURNING id",
    [FORGET] = "DELETE FROM name_evidence WHERE id IN (SELECT id FROM name_evidence "
               "ORDER BY last_ns DESC, id DESC LIMIT -1 OFFSET ?1)",
};

bool evidence_open(struct evidence_writer *e, sqlite3 *db)
{
    for (int i = 0; i < EVIDENCE_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &e->statement[i]))
            return false;
    return true;
}

void evidence_close(struct evidence_writer *e)
{
    for (int i = 0; i < EVIDENCE_STATEMENTS; i++)
        sqlite3_finalize(e->statement[i]);
    *e = (struct evidence_writer){0};
}

static bool hear(struct evidence_writer *e, const struct name_delta *heard)
{
    sqlite3_stmt *s = e->statement[HEAR];
    char address[ADDRESS_TEXT_MAX], name[NAME_TEXT_MAX];
    bool given = heard->source != NAME_DNS && heard->source != NAME_HOST;
    if (given)
        memcpy(name, heard->name, sizeof name);
    else if (!host_to_name(heard->name, name, sizeof name))
        return true;
    address_to_text(&heard->address, address, sizeof address);
    bind_text(s, 1, address);
    bind_id(s, 2, heard->port);
    bind_id(s, 3, heard->tenant);
    bind_text(s, 4, name);
    bind_text(s, 5, name_source_name(heard->source));
    bind_count(s, 6, heard->count);
    bind_count(s, 7, heard->first_ns);
    bind_count(s, 8, heard->last_ns);
    bind_id(s, 9, PLACE_NAMES_MAX);
    int status = statement_row(s);
    if (status == SQLITE_ROW && sqlite3_column_int64(s, 0) > e->last_id)
        e->last_id = sqlite3_column_int64(s, 0);
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

/* What files say of an end of an edge; it counts once a window and edge. */
static bool hear_given(struct evidence_writer *e, const struct names *names,
                       const struct edge_delta *edge, const struct address *a, uint16_t port)
{
    static const enum name_source sources[] = {NAME_USER, NAME_KUBERNETES, NAME_HOSTS_FILE};
    for (size_t i = 0; i < sizeof sources / sizeof *sources && !address_is_none(a); i++) {
        const char *name = names_given(names, sources[i], a, port);
        struct name_delta given = {.address = *a,
                                   .port = port,
                                   .tenant = edge->key.tenant,
                                   .source = sources[i],
                                   .count = 1,
                                   .first_ns = edge->first_ns,
                                   .last_ns = edge->last_ns};
        if (!name || strcmp(name, NAME_BY_HOST) == 0)
            continue;
        strcpy(given.name, name);
        if (!hear(e, &given))
            return false;
    }
    return true;
}

bool evidence_write(struct evidence_writer *e, const struct names *names, const struct delta *d)
{
    int64_t last_id = e->last_id;
    for (uint32_t i = 0; i < d->name_len; i++)
        if (!hear(e, &d->name[i]))
            return false;
    for (uint32_t i = 0; names && i < d->edge_len; i++) {
        const struct edge_delta *edge = &d->edge[i];
        if (!hear_given(e, names, edge, &edge->key.client, 0) ||
            !hear_given(e, names, edge, &edge->key.server, edge->key.port))
            return false;
    }
    if (e->last_id == last_id)
        return true;
    bind_id(e->statement[FORGET], 1, EVIDENCE_ROWS_MAX);
    return statement_run(e->statement[FORGET]);
}
