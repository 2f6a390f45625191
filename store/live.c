/* live.c - see live.h. */
#include "store/live.h"

#include <stdlib.h>

static const char alive_sql[] =
    "SELECT id, pair_id, client_port, began_ns, last_ns, closed, open_calls, fields, fields_known, "
    "late_fields, late_fields_known FROM connection "
    "WHERE began_ns < ?2 AND (closed = 0 OR last_ns >= ?1) ORDER BY id";

#define FROM_RANGE " FROM " RANGE_WINDOWS " CROSS JOIN connection_window x ON x.window_id = w.id"

static const char calls_sql[] = "SELECT x.connection_id, x.calls, x.open_calls" FROM_RANGE;

static const char all_sql[] =
    "SELECT x.connection_id, x.calls, x.open_calls, x.resets_by_client, x.resets_by_server, "
    "x.stalls_to_server, x.stalls_to_client, x.goaways, x.ping_rtt_ns" FROM_RANGE;

static uint32_t column_u32(sqlite3_stmt *s, int at)
{
    uint64_t count = column_count(s, at);
    return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

/* Until a window of the range says otherwise, nothing is open on a connection that goes on after
 * the range: what stands in its row is of later. */
static struct live read_alive(sqlite3_stmt *s, struct range r)
{
    struct live l = {
        .id = sqlite3_column_int64(s, 0),
        .pair_id = sqlite3_column_int64(s, 1),
        .client_port = (uint16_t)column_count(s, 2),
        .began_ns = column_count(s, 3),
        .last_ns = column_count(s, 4),
        .certainty = {column_u32(s, 7), column_u32(s, 8), column_u32(s, 9), column_u32(s, 10)},
    };
    if (l.last_ns < r.to_ns) {
        l.closed = column_count(s, 5) != 0;
        l.open_calls = column_count(s, 6);
    }
    return l;
}

static bool load_alive(struct query *q, struct range r, struct lives *ret, struct err *err)
{
    bool failed = false;
    size_t room = 0;
    sqlite3_stmt *s = question_ask_range(q, alive_sql, r, err);
    while (s && question_row(q, s, &failed, err)) {
        if (ret->len == room) {
            room = room ? 2 * room : 64;
            struct live *more = realloc(ret->row, room * sizeof *more);
            if (!more) {
                failed = !question_no_memory(q, err);
                break;
            }
            ret->row = more;
        }
        ret->row[ret->len++] = read_alive(s, r);
    }
    sqlite3_finalize(s);
    return s && !failed;
}

static int compare_id(const void *key, const void *row)
{
    int64_t id = *(const int64_t *)key;
    const struct live *l = row;
    return (id > l->id) - (id < l->id);
}

static void add_rest(sqlite3_stmt *s, struct live *l)
{
    uint64_t ping = column_count(s, 8);
    for (int dir = 0; dir < 2; dir++) {
        l->resets[dir] += column_count(s, 3 + dir);
        l->stalls[dir] += column_count(s, 5 + dir);
    }
    l->goaways += column_count(s, 7);
    if (ping && (!l->ping_rtt_ns || ping < l->ping_rtt_ns))
        l->ping_rtt_ns = ping;
}

static bool add_counted(struct query *q, struct range r, bool calls_only, const struct lives *lives,
                        struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask_range(q, calls_only ? calls_sql : all_sql, r, err);
    while (s && lives->len && question_row(q, s, &failed, err)) {
        int64_t id = sqlite3_column_int64(s, 0);
        struct live *l = bsearch(&id, lives->row, lives->len, sizeof *l, compare_id);
        if (!l)
            continue;
        l->calls += column_count(s, 1);
        if (l->last_ns >= r.to_ns)
            l->open_calls = column_count(s, 2);
        if (!calls_only)
            add_rest(s, l);
    }
    sqlite3_finalize(s);
    return s && !failed;
}

bool lives_load(struct query *q, struct range r, bool calls_only, struct lives *ret,
                struct err *err)
{
    *ret = (struct lives){0};
    if (load_alive(q, r, ret, err) && add_counted(q, r, calls_only, ret, err))
        return true;
    free(ret->row);
    *ret = (struct lives){0};
    return false;
}
