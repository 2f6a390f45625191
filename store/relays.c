/* relays.c - see relays.h. */
#include "store/relays.h"

enum statement { WRITE, FIND_CLIENT, WRITE_FORWARDED };

static const char *const sql[RELAY_STATEMENTS] = {
    [WRITE] = "INSERT INTO relay_window (window_id, outer_id, inner_id, requests, passed_on) "
              "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (window_id, outer_id, inner_id) DO UPDATE "
              "SET requests = requests + excluded.requests, "
              "passed_on = passed_on + excluded.passed_on",
    [FIND_CLIENT] = "SELECT id FROM endpoint WHERE address = ?1 AND tenant = ?2 "
                    "ORDER BY port <> 0, last_ns DESC, id LIMIT 1",
    [WRITE_FORWARDED] =
        "INSERT INTO forwarded_window (window_id, client_id, pair_id, requests) "
        "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (window_id, client_id, pair_id) DO UPDATE SET "
        "requests = requests + excluded.requests",
};

bool relays_open(struct relays_writer *r, sqlite3 *db)
{
    for (int i = 0; i < RELAY_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &r->statement[i]))
            return false;
    return true;
}

void relays_close(struct relays_writer *r)
{
    for (int i = 0; i < RELAY_STATEMENTS; i++)
        sqlite3_finalize(r->statement[i]);
    *r = (struct relays_writer){0};
}

static bool write_forwarded(struct relays_writer *r, int64_t window,
                            const struct relay_delta *relay, int64_t pair)
{
    sqlite3_stmt *find = r->statement[FIND_CLIENT], *s = r->statement[WRITE_FORWARDED];
    char address[ADDRESS_TEXT_MAX];
    address_to_text(&relay->said, address, sizeof address);
    bind_text(find, 1, address);
    bind_id(find, 2, relay->inner.tenant);
    int status = statement_row(find);
    int64_t client = status == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    if (sqlite3_reset(find) != SQLITE_OK || (status != SQLITE_ROW && status != SQLITE_DONE))
        return false;
    if (!client)
        return true;
    bind_id(s, 1, window);
    bind_id(s, 2, client);
    bind_id(s, 3, pair);
    bind_count(s, 4, relay->requests);
    return statement_run(s);
}

static bool write_relay(struct relays_writer *r, int64_t window, const struct relay_delta *relay,
                        int64_t outer, int64_t inner)
{
    sqlite3_stmt *s = r->statement[WRITE];
    bind_id(s, 1, window);
    bind_id(s, 2, outer);
    bind_id(s, 3, inner);
    bind_count(s, 4, relay->requests);
    bind_count(s, 5, relay->passed_on);
    return statement_run(s);
}

bool relays_write(struct relays_writer *r, struct naming *naming, const struct names *names,
                  int64_t window, const struct delta *d, const struct pair *pairs)
{
    for (uint32_t i = 0; i < d->relay_len; i++) {
        const struct relay_delta *relay = &d->relay[i];
        struct edge_delta inner = {
            .key = relay->inner, .first_ns = relay->last_ns, .last_ns = relay->last_ns};
        struct pair pair;
        bool said = !address_is_none(&relay->said);
        if (relay->edge >= d->edge_len)
            continue;
        if (!naming_pair(naming, names, &inner, false, &pair))
            return false;
        if (said ? !write_forwarded(r, window, relay, pair.id)
                 : !write_relay(r, window, relay, pairs[relay->edge].id, pair.id))
            return false;
    }
    return true;
}
