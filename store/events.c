/* events.c - see events.h. */
#include "store/events.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"

#define SECOND_NS UINT64_C(1000000000)
#define DAY_NS (86400 * SECOND_NS)

enum {
    SLACK_S = 60,         /* what is counted in a window may have begun so long before */
    DROPS_OVER_S = 60,    /* without any, they have ended */
    COVERED_PERCENT = 90, /* of the silence has to have been captured */
    TEXT_MAX = 256,
};

enum statement {
    TELL,
    FORGET,
    LATEST,
    BEGINS,
    NEW_SERVICES,
    NEW_EDGES,
    NEW_ADDRESSES,
    NEW_OPERATIONS,
    SILENT_EDGES,
    COVERED,
    CERTIFICATES,
    DROPS,
};

/* Rows of what is told are: service, edge, subject, then the parts of the text. */
static const char *const sql[EVENT_STATEMENTS] = {
    [TELL] = "INSERT INTO event (time_ns, kind, severity, service_id, edge_id, subject, text) "
             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [FORGET] = "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?1",
    [LATEST] = "SELECT (SELECT max(id) FROM service), (SELECT max(id) FROM edge), "
               "(SELECT max(id) FROM endpoint), (SELECT max(id) FROM operation), "
               "(SELECT max(id) FROM certificate)",
    [BEGINS] = "SELECT min(start_ns), max(end_ns) FROM capture_window",
    [NEW_SERVICES] = "SELECT s.id, 0, s.name, s.name FROM service s WHERE s.id > ?1 AND s.id <> 1 "
                     "AND (SELECT min(first_ns) FROM endpoint WHERE service_id = s.id) >= ?2 "
                     "ORDER BY s.id",
    [NEW_EDGES] =
        "SELECT 0, g.id, c.name || ' -> ' || s.name, c.name || ' -> ' || s.name || ':' || g.port "
        "|| ' (' || g.protocol || ')' FROM edge g JOIN service c ON c.id = g.client_id "
        "JOIN service s ON s.id = g.server_id WHERE g.id > ?1 "
        "AND (SELECT min(first_ns) FROM pair WHERE edge_id = g.id) >= ?2 ORDER BY g.id",
    [NEW_ADDRESSES] =
        "SELECT s.id, 0, s.name, e.address || ' answers for ' || s.name FROM endpoint e "
        "JOIN service s ON s.id = e.service_id WHERE e.id > ?1 AND e.port <> 0 AND s.id <> 1 "
        "AND e.first_ns >= ?2 "
        "AND (SELECT min(first_ns) FROM endpoint WHERE service_id = s.id) < ?3 "
        "AND NOT EXISTS (SELECT 1 FROM endpoint o WHERE o.service_id = s.id "
        "AND o.address = e.address AND o.id < e.id) ORDER BY e.id",
    [NEW_OPERATIONS] =
        "SELECT 0, g.id, c.name || ' -> ' || s.name, o.name || ' of ' || c.name || ' -> ' || "
        "s.name FROM operation o JOIN pair p ON p.id = o.pair_id JOIN edge g ON g.id = p.edge_id "
        "JOIN service c ON c.id = g.client_id JOIN service s ON s.id = g.server_id "
        "WHERE o.id > ?1 AND (SELECT min(first_ns) FROM pair WHERE edge_id = g.id) < ?3 "
        "AND NOT EXISTS (SELECT 1 FROM pair q JOIN operation o2 ON o2.pair_id = q.id "
        "AND o2.name = o.name WHERE q.edge_id = g.id AND o2.id < o.id) ORDER BY o.id",
    /* ?1 to ?2: when its traffic ended; ?3: parts of the hour before that had some, as minutes
       tell, and windows that are in none yet. */
    [SILENT_EDGES] =
        "SELECT 0, g.id, c.name || ' -> ' || s.name, c.name || ' -> ' || s.name || ':' || g.port "
        "|| ' (' || g.protocol || ')' FROM (SELECT edge_id, max(last_ns) AS last FROM pair "
        "GROUP BY edge_id HAVING last >= ?1 AND last < ?2) e JOIN edge g ON g.id = e.edge_id "
        "JOIN service c ON c.id = g.client_id JOIN service s ON s.id = g.server_id "
        "WHERE (SELECT count(DISTINCT w.start_ns / 300000000000) FROM "
        "(SELECT id, start_ns FROM capture_window WHERE level = 1 "
        "AND start_ns > e.last - 3600000000000 AND start_ns <= e.last UNION ALL "
        "SELECT id, start_ns FROM capture_window WHERE level = 0 AND rolled = 0 "
        "AND start_ns > e.last - 3600000000000 AND start_ns <= e.last) w "
        "CROSS JOIN pair p ON p.edge_id = g.id "
        "CROSS JOIN edge_window ew ON ew.window_id = w.id AND ew.pair_id = p.id) >= ?3 "
        "ORDER BY g.id",
    /* Minutes tell of the windows that have been deleted. */
    [COVERED] =
        "SELECT (SELECT coalesce(sum(end_ns - start_ns), 0) FROM capture_window "
        "WHERE level = 0 AND start_ns >= ?1 AND start_ns < ?2) + "
        "(SELECT coalesce(sum(m.end_ns - m.start_ns), 0) FROM capture_window m WHERE m.level = 1 "
        "AND m.thinned AND m.start_ns >= ?1 AND m.start_ns < ?2 AND NOT EXISTS (SELECT 1 FROM "
        "capture_window f WHERE f.level = 0 AND f.start_ns >= m.start_ns AND f.start_ns < "
        "m.start_ns + 60000000000))",
    /* ?1: those after it are new; ?2 to ?3: those that run out; ?4: now, seconds. */
    [CERTIFICATES] =
        "SELECT 0, 0, subject, subject, not_after_s FROM certificate WHERE not_after_s > ?4 AND "
        "((id > ?1 AND not_after_s <= ?3) OR (id <= ?1 AND not_after_s > ?2 AND not_after_s <= ?3))"
        " ORDER BY id",
    [DROPS] = "SELECT kernel_drops + interface_drops + mirror_lost FROM capture_window "
              "WHERE level = 0 AND start_ns = ?1",
};

static bool read_state(struct events *e)
{
    struct events_state *now = &e->now;
    sqlite3_stmt *s = e->statement[LATEST];
    int64_t *const latest[] = {&now->last_service, &now->last_edge, &now->last_endpoint,
                               &now->last_operation, &now->last_certificate};
    bool read = statement_row(s) == SQLITE_ROW;
    for (int i = 0; read && i < 5; i++)
        *latest[i] = sqlite3_column_int64(s, i);
    return sqlite3_reset(s) == SQLITE_OK && read;
}

static bool read_history(struct events *e)
{
    sqlite3_stmt *s = e->statement[BEGINS];
    bool read = statement_row(s) == SQLITE_ROW;
    if (read) {
        e->now.begins_ns = column_count(s, 0);
        e->now.checked_ns = column_count(s, 1);
    }
    return sqlite3_reset(s) == SQLITE_OK && read;
}

bool events_open(struct events *e, sqlite3 *db)
{
    for (int i = 0; i < EVENT_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &e->statement[i]))
            return false;
    bool read = read_state(e) && read_history(e);
    e->kept = e->now;
    return read;
}

void events_close(struct events *e)
{
    for (int i = 0; i < EVENT_STATEMENTS; i++)
        sqlite3_finalize(e->statement[i]);
    *e = (struct events){0};
}

void events_done(struct events *e, bool committed)
{
    if (committed)
        e->kept = e->now;
    else
        e->now = e->kept;
}

/* One event. */
struct happening {
    uint64_t time_ns;
    const char *kind, *severity;
    int64_t service_id, edge_id;
    const char *subject, *text;
};

static bool tell(struct events *e, const struct happening *h)
{
    sqlite3_stmt *s = e->statement[TELL];
    bind_count(s, 1, h->time_ns);
    bind_text(s, 2, h->kind);
    bind_text(s, 3, h->severity);
    bind_id(s, 4, h->service_id);
    bind_id(s, 5, h->edge_id);
    bind_text(s, 6, h->subject);
    bind_text(s, 7, h->text);
    if (!statement_run(s))
        return false;
    bind_id(e->statement[FORGET], 1, EVENT_ROWS_MAX);
    return statement_run(e->statement[FORGET]);
}

/* Tells of each row of a statement that is bound; of those beyond the limit, how many they are. */
static bool tell_rows(struct events *e, enum statement which, struct happening h)
{
    sqlite3_stmt *s = e->statement[which];
    char subject[TEXT_MAX], text[TEXT_MAX];
    uint32_t len = 0;
    bool told = true;
    while (told && statement_row(s) == SQLITE_ROW) {
        if (++len > EVENTS_A_WINDOW)
            continue;
        h.service_id = sqlite3_column_int64(s, 0);
        h.edge_id = sqlite3_column_int64(s, 1);
        column_text(s, 2, subject, sizeof subject);
        column_text(s, 3, text, sizeof text);
        h.subject = subject;
        h.text = text;
        told = tell(e, &h);
    }
    if (sqlite3_reset(s) != SQLITE_OK || !told)
        return false;
    if (len <= EVENTS_A_WINDOW)
        return true;
    snprintf(text, sizeof text, "and %u more at once", len - EVENTS_A_WINDOW);
    return tell(e, &(struct happening){h.time_ns, h.kind, h.severity, 0, 0, "", text});
}

static uint64_t less(uint64_t ns, uint64_t by_ns)
{
    return ns > by_ns ? ns - by_ns : 0;
}

/* Of those with ids above `last`, those that began in this window. */
static bool tell_new(struct events *e, const struct delta *d, enum statement which,
                     const char *kind, int64_t last)
{
    sqlite3_stmt *s = e->statement[which];
    bind_id(s, 1, last);
    if (which != NEW_OPERATIONS)
        bind_count(s, 2, less(d->start_ns, SLACK_S * SECOND_NS));
    if (which == NEW_OPERATIONS || which == NEW_ADDRESSES)
        bind_count(s, 3, less(d->start_ns, EVENTS_LEARN_S * SECOND_NS));
    return tell_rows(e, which,
                     (struct happening){.time_ns = d->end_ns, .kind = kind, .severity = "note"});
}

static bool tell_all_new(struct events *e, const struct delta *d)
{
    const struct events_state *now = &e->now;
    return tell_new(e, d, NEW_SERVICES, "new-service", now->last_service) &&
           tell_new(e, d, NEW_ADDRESSES, "new-server-address", now->last_endpoint) &&
           tell_new(e, d, NEW_EDGES, "new-edge", now->last_edge) &&
           tell_new(e, d, NEW_OPERATIONS, "new-operation", now->last_operation);
}

/* Was nearly all of this time captured? Else silence means nothing. */
static bool is_covered(struct events *e, uint64_t from_ns, uint64_t to_ns, bool *ret)
{
    sqlite3_stmt *s = e->statement[COVERED];
    bind_count(s, 1, from_ns);
    bind_count(s, 2, to_ns);
    bool read = statement_row(s) == SQLITE_ROW;
    *ret = read && column_count(s, 0) >= (to_ns - from_ns) / 100 * COVERED_PERCENT;
    return sqlite3_reset(s) == SQLITE_OK && read;
}

static bool tell_vanished(struct events *e, const struct delta *d)
{
    const uint64_t silent_ns = EVENTS_SILENT_S * SECOND_NS;
    sqlite3_stmt *s = e->statement[SILENT_EDGES];
    bool covered;
    if (!is_covered(e, less(d->end_ns, silent_ns), d->end_ns, &covered))
        return false;
    if (!covered)
        return true;
    bind_count(s, 1, less(e->now.checked_ns, silent_ns));
    bind_count(s, 2, less(d->end_ns, silent_ns));
    bind_id(s, 3, EVENTS_REGULAR);
    return tell_rows(
        e, SILENT_EDGES,
        (struct happening){.time_ns = d->end_ns, .kind = "vanished-edge", .severity = "warn"});
}

/* Those whose last 30, 7 days or day have begun since it was looked for, and those that are new. */
static bool tell_certificates(struct events *e, const struct delta *d)
{
    static const struct {
        unsigned days;
        const char *severity, *text;
    } thresholds[] = {
        {1, "bad", "within a day"}, {7, "warn", "within 7 days"}, {30, "note", "within 30 days"}};
    uint64_t last_s = 0;
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++) {
        sqlite3_stmt *s = e->statement[CERTIFICATES];
        uint64_t ahead_s = thresholds[i].days * UINT64_C(86400);
        char subject[TEXT_MAX], text[TEXT_MAX + 32];
        uint32_t len = 0;
        bool told = true;
        bind_id(s, 1, e->now.last_certificate);
        bind_count(s, 2, e->now.checked_ns / SECOND_NS + ahead_s);
        bind_count(s, 3, d->end_ns / SECOND_NS + ahead_s);
        bind_count(s, 4, d->end_ns / SECOND_NS + last_s);
        while (told && len < EVENTS_A_WINDOW && statement_row(s) == SQLITE_ROW) {
            len++;
            column_text(s, 2, subject, sizeof subject);
            snprintf(text, sizeof text, "%s runs out %s", subject, thresholds[i].text);
            told = tell(e, &(struct happening){d->end_ns, "certificate-near-expiry",
                                               thresholds[i].severity, 0, 0, subject, text});
        }
        if (sqlite3_reset(s) != SQLITE_OK || !told)
            return false;
        last_s = ahead_s;
    }
    return true;
}

static bool tell_drops(struct events *e, const struct delta *d)
{
    sqlite3_stmt *s = e->statement[DROPS];
    char text[TEXT_MAX];
    bind_count(s, 1, d->start_ns);
    uint64_t drops = statement_row(s) == SQLITE_ROW ? column_count(s, 0) : 0;
    bool told = sqlite3_reset(s) == SQLITE_OK;
    struct happening h = {.time_ns = d->end_ns, .severity = "warn", .subject = "", .text = text};
    uint64_t before_ns = e->now.dropped_ns;
    if (drops) {
        e->now.dropped_ns = d->end_ns;
        if (before_ns)
            return told;
        h.kind = "drops-began";
        snprintf(text, sizeof text, "%s packets of a window were dropped before they were read",
                 human_count((double)drops).text);
        return told && tell(e, &h);
    }
    if (!before_ns || d->end_ns < before_ns + DROPS_OVER_S * SECOND_NS)
        return told;
    e->now.dropped_ns = 0;
    h.kind = "drops-ended";
    h.severity = "note";
    snprintf(text, sizeof text, "none since %s", human_moment(before_ns).text);
    return told && tell(e, &h);
}

/* Is it the first window that ends in another minute? */
static bool another_minute(const struct events_state *now, const struct delta *d)
{
    return d->end_ns / (60 * SECOND_NS) > now->checked_ns / (60 * SECOND_NS);
}

bool events_write(struct events *e, const struct delta *d)
{
    if (!e->now.begins_ns)
        e->now.begins_ns = d->start_ns;
    if (!e->now.checked_ns)
        e->now.checked_ns = d->start_ns;
    bool learns = d->start_ns < e->now.begins_ns + EVENTS_LEARN_S * SECOND_NS;
    if (!tell_drops(e, d) || (!learns && !tell_all_new(e, d)))
        return false;
    int64_t certificate = e->now.last_certificate;
    if (!read_state(e))
        return false;
    if (!another_minute(&e->now, d)) {
        e->now.last_certificate = certificate; /* until it is looked for them */
        return true;
    }
    int64_t newest = e->now.last_certificate;
    e->now.last_certificate = certificate;
    if (!tell_vanished(e, d) || !tell_certificates(e, d))
        return false;
    e->now.last_certificate = newest;
    e->now.checked_ns = d->end_ns;
    return true;
}
