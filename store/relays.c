/* relays.c - see relays.h. */
#include "store/relays.h"

enum statement { WRITE };

static const char *const sql[RELAY_STATEMENTS] = {
    [WRITE] = "INSERT INTO relay_window (window_id, outer_id, inner_id, requests, passed_on) "
              "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (window_id, outer_id, inner_id) DO UPDATE "
              "SET requests = requests + excluded.requests, "
              "passed_on = passed_on + excluded.passed_on",
};

bool relays_open(struct relays_writer *r, sqlite3 *db)
{
    return statement_prepare(db, sql[WRITE], &r->statement[WRITE]);
}

void relays_close(struct relays_writer *r)
{
    sqlite3_finalize(r->statement[WRITE]);
    *r = (struct relays_writer){0};
}

bool relays_write(struct relays_writer *r, struct naming *naming, const struct names *names,
                  int64_t window, const struct delta *d, const struct pair *pairs)
{
    sqlite3_stmt *s = r->statement[WRITE];
    for (uint32_t i = 0; i < d->relay_len; i++) {
        const struct relay_delta *relay = &d->relay[i];
        struct edge_delta inner = {
            .key = relay->inner, .first_ns = relay->last_ns, .last_ns = relay->last_ns};
        struct pair pair;
        if (relay->edge >= d->edge_len)
            continue;
        if (!naming_pair(naming, names, &inner, false, &pair))
            return false;
        bind_id(s, 1, window);
        bind_id(s, 2, pairs[relay->edge].id);
        bind_id(s, 3, pair.id);
        bind_count(s, 4, relay->requests);
        bind_count(s, 5, relay->passed_on);
        if (!statement_run(s))
            return false;
    }
    return true;
}
