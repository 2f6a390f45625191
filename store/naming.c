/* naming.c - see naming.h. */
#include "store/naming.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "graph/host.h"
#include "graph/merge.h"

enum {
    EXTERNAL_SERVICE = 1,
    REVIEW_MAX = 1000,
    /* Of an address and port there are PLACE_NAMES_MAX names from the wire, ever; past it a new one
     * is not taken. */
};
static const char external_name[] = "external";

enum statement {
    SERVICE_FIND,
    SERVICE_ADD,
    SERVICE_LIST,
    SERVICE_LABEL,
    ENDPOINT_PRESENT,
    ENDPOINT_FIND,
    ENDPOINT_ADD,
    ENDPOINT_TOUCH,
    ENDPOINT_MOVE,
    ENDPOINTS_UNNAMED,
    ENDPOINT_SHORT,
    ENDPOINT_WHOLE,
    CALLED_LAST,
    PLACE_FULL,
    PROTOCOL_FIND,
    EDGE_FIND,
    EDGE_ADD,
    PAIR_FIND,
    PAIR_ADD,
    PAIR_TOUCH,
    MOVE_ADD_EDGES,
    MOVE_PAIRS,
    MOVE_DROP_EDGES,
    MOVE_DROP_SERVICE,
};

static const char *const sql[NAMING_STATEMENTS] = {
    [SERVICE_FIND] = "SELECT id FROM service WHERE name = ?1",
    [SERVICE_ADD] = "INSERT INTO service (name) VALUES (?1) RETURNING id",
    [SERVICE_LIST] = "SELECT id, name, service_group, tags FROM service",
    [SERVICE_LABEL] = "UPDATE service SET service_group = ?2, tags = ?3 WHERE id = ?1",
    [ENDPOINT_PRESENT] = "SELECT e.id, e.service_id, e.name_source, e.last_ns, s.name "
                         "FROM endpoint e JOIN service s ON s.id = e.service_id "
                         "WHERE e.address = ?1 AND e.port = ?2 AND e.tenant = ?3 "
                         "ORDER BY e.last_ns DESC, e.id DESC LIMIT 1",
    [ENDPOINT_FIND] = "SELECT id FROM endpoint WHERE address = ?1 AND port = ?2 AND tenant = ?3 "
                      "AND service_id = ?4",
    [ENDPOINT_ADD] = "INSERT INTO endpoint (address, port, tenant, service_id, name_source, "
                     "first_ns, last_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
    [ENDPOINT_TOUCH] = "UPDATE endpoint SET name_source = ?2, first_ns = min(first_ns, ?3), "
                       "last_ns = max(last_ns, ?4) WHERE id = ?1",
    [ENDPOINT_MOVE] = "UPDATE endpoint SET service_id = ?2, name_source = ?3 WHERE id = ?1",
    [ENDPOINTS_UNNAMED] = "SELECT id, service_id, address, port, tenant FROM endpoint "
                          "WHERE name_source = 'address' AND address <> '' AND last_ns >= ?1",
    /* Those by host whose name is short for ?4; and the name for which ?4 is, if it is one. */
    [ENDPOINT_SHORT] = "SELECT e.id, e.service_id, e.name_source, e.last_ns, s.name "
                       "FROM endpoint e JOIN service s ON s.id = e.service_id "
                       "WHERE e.address = ?1 AND e.port = ?2 AND e.tenant = ?3 "
                       "AND e.name_source = 'host' "
                       "AND substr(?4, 1, length(s.name) + 1) = s.name || '.' "
                       "ORDER BY e.last_ns DESC, e.id DESC LIMIT 1",
    [ENDPOINT_WHOLE] = "SELECT e.id, e.service_id, e.name_source, e.last_ns, max(s.name) "
                       "FROM endpoint e JOIN service s ON s.id = e.service_id "
                       "WHERE e.address = ?1 AND e.port = ?2 AND e.tenant = ?3 "
                       "AND e.name_source = 'host' "
                       "AND substr(s.name, 1, length(?4) + 1) = ?4 || '.' "
                       "HAVING count(*) = 1",
    /* What a client ?4 has called a server last, by host. */
    /* From the client on: a server may have any number of them, and each may ask. */
    [CALLED_LAST] = "SELECT e.id, e.service_id, e.name_source, e.last_ns, s.name "
                    "FROM endpoint c CROSS JOIN endpoint e CROSS JOIN pair p "
                    "ON p.client_id = c.id AND p.server_id = e.id "
                    "JOIN service s ON s.id = e.service_id "
                    "WHERE e.address = ?1 AND e.port = ?2 AND e.tenant = ?3 "
                    "AND e.name_source = 'host' AND c.address = ?4 AND c.port = 0 "
                    "AND c.tenant = ?3 AND p.last_ns >= ?5 "
                    "ORDER BY p.last_ns DESC, e.id LIMIT 1",
    [PLACE_FULL] = "SELECT count(*) >= ?4 AND NOT max(s.name = ?5) FROM endpoint e "
                   "JOIN service s ON s.id = e.service_id "
                   "WHERE e.address = ?1 AND e.port = ?2 AND e.tenant = ?3",
    [PROTOCOL_FIND] =
        "SELECT p.protocol FROM endpoint e JOIN pair p ON p.server_id = e.id "
        "WHERE e.address = ?1 AND e.port = ?2 AND e.tenant = ?3 AND p.protocol <> 'tcp' "
        "ORDER BY p.last_ns DESC, p.protocol LIMIT 1",
    [EDGE_FIND] = "SELECT id FROM edge WHERE client_id = ?1 AND server_id = ?2 AND port = ?3 AND "
                  "protocol = ?4",
    [EDGE_ADD] = "INSERT INTO edge (client_id, server_id, port, protocol) VALUES (?1, ?2, ?3, ?4) "
                 "RETURNING id",
    [PAIR_FIND] = "SELECT id, active, operations FROM pair WHERE client_id = ?1 AND server_id = ?2 "
                  "AND protocol = ?3",
    [PAIR_ADD] = "INSERT INTO pair (client_id, server_id, protocol, edge_id, first_ns, last_ns) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id, 0, 0",
    [PAIR_TOUCH] = "UPDATE pair SET first_ns = min(first_ns, ?2), last_ns = max(last_ns, ?3), "
                   "active = ?4 WHERE id = ?1",
    /* An endpoint ?1 has left the service ?2: its pairs follow, what is left empty goes. */
    [MOVE_ADD_EDGES] = "INSERT OR IGNORE INTO edge (client_id, server_id, port, protocol) "
                       "SELECT DISTINCT c.service_id, s.service_id, s.port, p.protocol "
                       "FROM pair p JOIN endpoint c ON c.id = p.client_id "
                       "JOIN endpoint s ON s.id = p.server_id "
                       "WHERE p.client_id = ?1 OR p.server_id = ?1",
    [MOVE_PAIRS] = "UPDATE pair SET edge_id = (SELECT e.id FROM endpoint c, endpoint s, edge e "
                   "WHERE c.id = pair.client_id AND s.id = pair.server_id "
                   "AND e.client_id = c.service_id AND e.server_id = s.service_id "
                   "AND e.port = s.port AND e.protocol = pair.protocol) "
                   "WHERE client_id = ?1 OR server_id = ?1",
    [MOVE_DROP_EDGES] = "DELETE FROM edge WHERE (client_id = ?2 OR server_id = ?2) AND NOT EXISTS "
                        "(SELECT 1 FROM pair WHERE edge_id = edge.id)",
    [MOVE_DROP_SERVICE] = "DELETE FROM service WHERE id = ?2 AND NOT EXISTS "
                          "(SELECT 1 FROM endpoint WHERE service_id = service.id)",
};

bool naming_open(struct naming *n, sqlite3 *db)
{
    for (int i = 0; i < NAMING_STATEMENTS; i++) {
        if (!statement_prepare(db, sql[i], &n->statement[i]))
            return false;
    }
    return true;
}

void naming_close(struct naming *n)
{
    for (int i = 0; i < NAMING_STATEMENTS; i++)
        sqlite3_finalize(n->statement[i]);
    *n = (struct naming){0};
}

void naming_forget(struct naming *n)
{
    n->client_endpoint = 0;
    n->reviewed = false;
    n->labelled = 0;
}

static void forget_spoken(struct naming *n)
{
    for (int i = 0; i < NAMING_SPOKEN; i++)
        n->spoken[i].protocol[0] = '\0';
}

/* The id in the first column of a statement's row; 0 if there is no row. */
static bool row_id(sqlite3_stmt *s, int64_t *ret)
{
    int status = statement_row(s);
    if (status == SQLITE_ROW)
        *ret = sqlite3_column_int64(s, 0);
    if (status == SQLITE_DONE)
        *ret = 0;
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

static bool label_service(struct naming *n, int64_t id, const struct given_label *label)
{
    sqlite3_stmt *s = n->statement[SERVICE_LABEL];
    bind_id(s, 1, id);
    bind_text(s, 2, label ? label->group : "");
    bind_text(s, 3, label ? label->tags : "");
    return statement_run(s);
}

static bool service_id(struct naming *n, const struct names *names, const char *name, int64_t *ret)
{
    bind_text(n->statement[SERVICE_FIND], 1, name);
    if (!row_id(n->statement[SERVICE_FIND], ret) || *ret)
        return *ret != 0;
    bind_text(n->statement[SERVICE_ADD], 1, name);
    if (!row_id(n->statement[SERVICE_ADD], ret))
        return false;
    const struct given_label *label = names ? names_label(names, name) : NULL;
    return !label || label_service(n, *ret, label);
}

/* Does the row of SERVICE_LIST say what the label says? */
static bool is_labelled(sqlite3_stmt *s, const struct given_label *label)
{
    char group[GIVEN_TEXT_MAX], tags[GIVEN_TEXT_MAX];
    column_text(s, 2, group, sizeof group);
    column_text(s, 3, tags, sizeof tags);
    return strcmp(group, label ? label->group : "") == 0 &&
           strcmp(tags, label ? label->tags : "") == 0;
}

/* What is said of services may have changed for any of them. */
static bool label_services(struct naming *n, const struct names *names)
{
    sqlite3_stmt *s = n->statement[SERVICE_LIST];
    bool fine = true;
    int status = SQLITE_DONE;
    while (fine && (status = statement_row(s)) == SQLITE_ROW) {
        char name[NAME_TEXT_MAX];
        column_text(s, 1, name, sizeof name);
        const struct given_label *label = names_label(names, name);
        if (!is_labelled(s, label))
            fine = label_service(n, sqlite3_column_int64(s, 0), label);
    }
    fine = sqlite3_reset(s) == SQLITE_OK && fine && status == SQLITE_DONE;
    if (fine)
        n->labelled = names_given_version(names);
    return fine;
}

/* What an address has on the wire and in the database. */
struct place {
    struct address address;
    uint16_t port;
    uint32_t tenant;
    struct call_name called;      /* of a server */
    const struct address *client; /* likewise; borrowed, or NULL */
    uint64_t called_since_ns;     /* see called_last() */
    char text[ADDRESS_TEXT_MAX];
};

static struct place place_of(const struct address *a, uint16_t port, uint32_t tenant)
{
    struct place p = {.address = *a, .port = port, .tenant = tenant, .called.name = ""};
    address_to_text(a, p.text, sizeof p.text);
    return p;
}

/* The name that the evidence gives it. Nobody inside may pass for the world outside by calling
 * itself "external". */
static struct named name_for(const struct names *names, const struct place *p)
{
    struct named d = {.source = NAME_ADDRESS};
    if (address_is_none(&p->address)) {
        strcpy(d.name, external_name);
        return d;
    }
    d = names_of_server(names, &p->address, p->port, p->tenant, p->called);
    if (!d.name[0] || strcmp(d.name, external_name) == 0) {
        d.source = NAME_ADDRESS;
        names_address(&p->address, p->tenant, d.name);
    }
    return d;
}

struct endpoint {
    int64_t id, service_id; /* id 0: there is none yet */
    enum name_source source;
    uint64_t last_ns;
    char name[NAME_TEXT_MAX];
};

static enum name_source source_of(const char *text)
{
    for (int i = 0; i < NAME_SOURCES; i++) {
        if (strcmp(text, name_source_name((enum name_source)i)) == 0)
            return (enum name_source)i;
    }
    return NAME_ADDRESS;
}

static void bind_place(sqlite3_stmt *s, const struct place *p)
{
    bind_text(s, 1, p->text);
    bind_id(s, 2, p->port);
    bind_id(s, 3, p->tenant);
}

/* The endpoint that a statement about a place answers, whose other parameters are bound. */
static bool endpoint_row(sqlite3_stmt *s, const struct place *p, struct endpoint *ret)
{
    *ret = (struct endpoint){0};
    bind_place(s, p);
    int status = statement_row(s);
    if (status == SQLITE_ROW) {
        char source[16];
        ret->id = sqlite3_column_int64(s, 0);
        ret->service_id = sqlite3_column_int64(s, 1);
        column_text(s, 2, source, sizeof source);
        ret->source = source_of(source);
        ret->last_ns = column_count(s, 3);
        column_text(s, 4, ret->name, sizeof ret->name);
    }
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

enum decision { STAYS, WAS_ALL_ALONG, IS_ANOTHER };

/* Pure: what a name means for an endpoint that was called `now` so far. */
static enum decision decide(const struct endpoint *now, const struct named *name, uint64_t at_ns)
{
    bool from_wire = now->source == NAME_DNS || now->source == NAME_HOST;
    if (!now->id)
        return IS_ANOTHER;
    if (strcmp(now->name, name->name) == 0)
        return STAYS;
    if (name->source == NAME_ADDRESS)
        return from_wire && !name->ambiguous ? STAYS : IS_ANOTHER;
    bool recent = at_ns <= now->last_ns || at_ns - now->last_ns <= NAMING_REACH_NS;
    bool same =
        now->source == NAME_ADDRESS ||
        (now->source == NAME_HOST && (name->source == NAME_DNS || name->source == NAME_HOST) &&
         host_is_short_for(now->name, name->name));
    return same && recent ? WAS_ALL_ALONG : IS_ANOTHER;
}

/* Does the place have an endpoint in that service? */
static bool endpoint_find(struct naming *n, const struct place *p, int64_t service, int64_t *ret)
{
    bind_place(n->statement[ENDPOINT_FIND], p);
    bind_id(n->statement[ENDPOINT_FIND], 4, service);
    return row_id(n->statement[ENDPOINT_FIND], ret);
}

/* What a client that does not say calls a server that has names by host: the one that it has called
 * since then, last. */
static bool called_last(struct naming *n, const struct place *p, struct named *name,
                        struct endpoint *e)
{
    sqlite3_stmt *s = n->statement[CALLED_LAST];
    char client[ADDRESS_TEXT_MAX];
    struct endpoint found;
    bool usual = name->source == NAME_HOST || (name->source == NAME_ADDRESS && !name->ambiguous);
    if (!p->client || p->called.name[0] || !usual)
        return true;
    address_to_text(p->client, client, sizeof client);
    bind_text(s, 4, client);
    bind_count(s, 5, p->called_since_ns);
    if (!endpoint_row(s, p, &found))
        return false;
    if (!found.id)
        return true;
    *name = (struct named){.source = NAME_HOST};
    memcpy(name->name, found.name, sizeof name->name);
    *e = found;
    return true;
}

/* Is the one name, by all that is known, what is meant by the other? */
static bool is_meant_by(const struct names *names, const struct place *p, const char *name,
                        const char *shorter)
{
    struct call_name called = {shorter, true};
    struct named meant = names_of_server(names, &p->address, p->port, p->tenant, called);
    return meant.source == NAME_DNS || strcmp(meant.name, name) == 0;
}

/* A name from the wire that the place does not have as yet may be the whole one of a name that it
 * has, or, of names that were learned before we began, short for one. */
static bool of_family(struct naming *n, const struct names *names, const struct place *p,
                      struct named *name, struct endpoint *e)
{
    struct endpoint found;
    if (name->source != NAME_DNS && name->source != NAME_HOST)
        return true;
    bind_text(n->statement[ENDPOINT_SHORT], 4, name->name);
    if (!endpoint_row(n->statement[ENDPOINT_SHORT], p, &found))
        return false;
    if (found.id && is_meant_by(names, p, name->name, found.name)) {
        *e = found;
        return true;
    }
    bind_text(n->statement[ENDPOINT_WHOLE], 4, name->name);
    if (name->source != NAME_HOST)
        return true;
    if (!endpoint_row(n->statement[ENDPOINT_WHOLE], p, &found))
        return false;
    if (found.id) {
        memcpy(name->name, found.name, sizeof name->name);
        *e = found;
    }
    return true;
}

/* The endpoint that the place had so far under the name, which may become another; if there is
 * none, the present one. */
static bool endpoint_meant(struct naming *n, const struct names *names, const struct place *p,
                           struct named *name, struct endpoint *e)
{
    if (!endpoint_row(n->statement[ENDPOINT_PRESENT], p, e))
        return false;
    if (!e->id || !p->port)
        return true;
    if (!called_last(n, p, name, e))
        return false;
    return strcmp(e->name, name->name) == 0 || of_family(n, names, p, name, e);
}

/* Has the place had so many names that it gets no other from the wire? */
static bool place_is_full(struct naming *n, const struct place *p, const struct named *name,
                          bool *ret)
{
    sqlite3_stmt *s = n->statement[PLACE_FULL];
    int64_t full = 0;
    bind_place(s, p);
    bind_id(s, 4, PLACE_NAMES_MAX);
    bind_text(s, 5, name->name);
    if ((name->source == NAME_DNS || name->source == NAME_HOST) && !row_id(s, &full))
        return false;
    *ret = full;
    return true;
}

/* Moves an endpoint with all its windows to the service it turned out to be. */
static bool endpoint_move(struct naming *n, int64_t id, int64_t from, int64_t to,
                          enum name_source source)
{
    sqlite3_stmt *move = n->statement[ENDPOINT_MOVE];
    bind_id(move, 1, id);
    bind_id(move, 2, to);
    bind_text(move, 3, name_source_name(source));
    if (!statement_run(move))
        return false;
    n->client_endpoint = 0;
    for (int i = MOVE_ADD_EDGES; i <= MOVE_DROP_SERVICE; i++) {
        sqlite3_stmt *s = n->statement[i];
        if (i < MOVE_DROP_EDGES)
            bind_id(s, 1, id);
        else
            bind_id(s, 2, from);
        if (!statement_run(s))
            return false;
    }
    return true;
}

static bool endpoint_add(struct naming *n, const struct place *p, const struct named *name,
                         const struct edge_delta *edge, struct endpoint *e)
{
    sqlite3_stmt *s = n->statement[ENDPOINT_ADD];
    bind_place(s, p);
    bind_id(s, 4, e->service_id);
    bind_text(s, 5, name_source_name(name->source));
    bind_count(s, 6, edge->first_ns);
    bind_count(s, 7, edge->last_ns);
    return row_id(s, &e->id);
}

static bool endpoint_touch(struct naming *n, const struct endpoint *e,
                           const struct edge_delta *edge)
{
    sqlite3_stmt *s = n->statement[ENDPOINT_TOUCH];
    bind_id(s, 1, e->id);
    bind_text(s, 2, name_source_name(e->source));
    bind_count(s, 3, edge->first_ns);
    bind_count(s, 4, edge->last_ns);
    return statement_run(s);
}

static bool endpoint_of(struct naming *n, const struct names *names, const struct place *p,
                        const struct edge_delta *edge, struct endpoint *e);

/* The place gets no new name: a server is the one that it is called most, if it is called by host,
 * or else what it is already. */
static bool endpoint_refused(struct naming *n, const struct names *names, const struct place *p,
                             const struct edge_delta *edge, struct endpoint *e)
{
    struct place nameless = *p;
    n->refused += tallied_requests(&edge->exchanges);
    if (!p->called.by_host)
        return endpoint_touch(n, e, edge);
    nameless.called = (struct call_name){.name = ""};
    return endpoint_of(n, names, &nameless, edge, e);
}

/* The endpoint of a place in the window at hand, found, moved or made. */
static bool endpoint_of(struct naming *n, const struct names *names, const struct place *p,
                        const struct edge_delta *edge, struct endpoint *e)
{
    struct named name = name_for(names, p);
    if (!endpoint_meant(n, names, p, &name, e))
        return false;
    enum decision decision = decide(e, &name, edge->last_ns);
    if (decision == STAYS) {
        if (strcmp(e->name, name.name) == 0)
            e->source = name.source;
        return endpoint_touch(n, e, edge);
    }
    int64_t service = 0, there = 0;
    bool full = false;
    if (e->id && !place_is_full(n, p, &name, &full))
        return false;
    if (full)
        return endpoint_refused(n, names, p, edge, e);
    if (!service_id(n, names, name.name, &service) || !endpoint_find(n, p, service, &there))
        return false;
    if (decision == WAS_ALL_ALONG && !there) {
        if (!endpoint_move(n, e->id, e->service_id, service, name.source))
            return false;
        there = e->id;
    }
    *e = (struct endpoint){.id = there, .service_id = service, .source = name.source};
    return there ? endpoint_touch(n, e, edge) : endpoint_add(n, p, &name, edge, e);
}

static bool client_of(struct naming *n, const struct names *names, const struct edge_delta *edge)
{
    const struct edge_key *key = &edge->key;
    struct place p = place_of(&key->client, 0, key->tenant);
    struct endpoint e = {0};
    if (n->client_endpoint && address_equal(&n->client, &key->client) &&
        n->client_tenant == key->tenant) {
        e = (struct endpoint){.id = n->client_endpoint, .source = n->client_source};
        return endpoint_touch(n, &e, edge);
    }
    if (!endpoint_of(n, names, &p, edge, &e))
        return false;
    n->client = key->client;
    n->client_tenant = key->tenant;
    n->client_endpoint = e.id;
    n->client_service = e.service_id;
    n->client_source = e.source;
    return true;
}

static bool edge_id(struct naming *n, int64_t server, const struct edge_key *key, int64_t *ret)
{
    for (int i = EDGE_FIND; i <= EDGE_ADD; i++) {
        sqlite3_stmt *s = n->statement[i];
        bind_id(s, 1, n->client_service);
        bind_id(s, 2, server);
        bind_id(s, 3, key->port);
        bind_text(s, 4, key->protocol);
        if (!row_id(s, ret))
            return false;
        if (*ret)
            return true;
    }
    return false;
}

static bool pair_row(sqlite3_stmt *s, struct pair *ret)
{
    int status = statement_row(s);
    if (status == SQLITE_ROW) {
        ret->id = sqlite3_column_int64(s, 0);
        ret->active = column_count(s, 1);
        ret->operations = column_count(s, 2);
    }
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

static void bind_pair(const struct naming *n, sqlite3_stmt *s, int64_t server,
                      const struct edge_delta *edge)
{
    bind_id(s, 1, n->client_endpoint);
    bind_id(s, 2, server);
    bind_text(s, 3, edge->key.protocol);
}

static bool pair_add(struct naming *n, const struct endpoint *server, const struct edge_delta *edge,
                     struct pair *ret)
{
    sqlite3_stmt *s = n->statement[PAIR_ADD];
    int64_t id = 0;
    if (!edge_id(n, server->service_id, &edge->key, &id))
        return false;
    bind_pair(n, s, server->id, edge);
    bind_id(s, 4, id);
    bind_count(s, 5, edge->first_ns);
    bind_count(s, 6, edge->last_ns);
    return pair_row(s, ret);
}

bool naming_pair(struct naming *n, const struct names *names, const struct edge_delta *edge,
                 bool silent, struct pair *ret_pair)
{
    struct place p = place_of(&edge->key.server, edge->key.port, edge->key.tenant);
    p.called = (struct call_name){edge->key.asked, edge->key.by_host};
    p.client = &edge->key.client;
    p.called_since_ns = silent ? 0 : edge->first_ns;
    struct endpoint server = {0};
    struct pair pair = {0};
    /* The server first: naming it may move the client's rows. */
    if (!endpoint_of(n, names, &p, edge, &server) || !client_of(n, names, edge))
        return false;
    bind_pair(n, n->statement[PAIR_FIND], server.id, edge);
    if (!pair_row(n->statement[PAIR_FIND], &pair) ||
        (!pair.id && !pair_add(n, &server, edge, &pair)))
        return false;
    pair.active += edge->opened;
    pair.active -= edge->closed < pair.active ? edge->closed : pair.active;
    sqlite3_stmt *touch = n->statement[PAIR_TOUCH];
    bind_id(touch, 1, pair.id);
    bind_count(touch, 2, edge->first_ns);
    bind_count(touch, 3, edge->last_ns);
    bind_count(touch, 4, pair.active);
    if (!statement_run(touch))
        return false;
    *ret_pair = pair;
    return true;
}

/* From the database. */
static bool find_protocol(struct naming *n, const struct edge_key *key, char *text, size_t size)
{
    sqlite3_stmt *s = n->statement[PROTOCOL_FIND];
    struct place p = place_of(&key->server, key->port, key->tenant);
    bind_place(s, &p);
    int status = statement_row(s);
    text_clean(text, size, bytes_of_text("tcp"));
    if (status == SQLITE_ROW)
        column_text(s, 0, text, size);
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

static struct spoken *spoken_by(struct naming *n, const struct edge_key *key)
{
    uint32_t sum = key->port;
    for (size_t i = 0; i < sizeof key->server.byte; i++)
        sum = sum * 31 + key->server.byte[i];
    return &n->spoken[sum % NAMING_SPOKEN];
}

bool naming_protocol(struct naming *n, const struct edge_key *key, char *text, size_t size)
{
    struct spoken *s = spoken_by(n, key);
    bool known = s->protocol[0] && s->port == key->port && s->tenant == key->tenant &&
                 address_equal(&s->server, &key->server);
    if (!known) {
        *s = (struct spoken){.server = key->server, .tenant = key->tenant, .port = key->port};
        if (!find_protocol(n, key, s->protocol, sizeof s->protocol)) {
            s->protocol[0] = '\0';
            return false;
        }
    }
    text_clean(text, size, bytes_of_text(s->protocol));
    return true;
}

struct unnamed {
    struct place place;
    int64_t id, service_id;
};

/* Those that the evidence names by now; at most REVIEW_MAX. */
static bool collect_named(struct naming *n, const struct names *names, uint64_t since_ns,
                          struct unnamed *ret, size_t *ret_len)
{
    sqlite3_stmt *s = n->statement[ENDPOINTS_UNNAMED];
    int status = SQLITE_ROW;
    *ret_len = 0;
    bind_count(s, 1, since_ns);
    while (*ret_len < REVIEW_MAX && (status = sqlite3_step(s)) == SQLITE_ROW) {
        struct unnamed u = {.id = sqlite3_column_int64(s, 0),
                            .service_id = sqlite3_column_int64(s, 1),
                            .place.called.name = ""};
        column_text(s, 2, u.place.text, sizeof u.place.text);
        u.place.port = (uint16_t)column_count(s, 3);
        u.place.tenant = (uint32_t)column_count(s, 4);
        if (address_from_text(u.place.text, &u.place.address) &&
            name_for(names, &u.place).source != NAME_ADDRESS)
            ret[(*ret_len)++] = u;
    }
    return sqlite3_reset(s) == SQLITE_OK && (status == SQLITE_ROW || status == SQLITE_DONE);
}

static bool name_belatedly(struct naming *n, const struct names *names, const struct unnamed *u)
{
    struct named name = name_for(names, &u->place);
    int64_t service = 0, there = 0;
    if (!service_id(n, names, name.name, &service) || !endpoint_find(n, &u->place, service, &there))
        return false;
    return there || endpoint_move(n, u->id, u->service_id, service, name.source);
}

bool naming_review(struct naming *n, const struct names *names, uint64_t now_ns)
{
    n->client_endpoint = 0; /* it may have another name by now */
    forget_spoken(n);
    if (names && n->labelled != names_given_version(names) && !label_services(n, names))
        return false;
    if (!names || (n->reviewed && n->version == names_version(names)))
        return true;
    uint64_t since_ns = now_ns > NAMING_REACH_NS ? now_ns - NAMING_REACH_NS : 0;
    struct unnamed *found = calloc(REVIEW_MAX, sizeof *found);
    size_t found_len = 0;
    if (!found)
        return true; /* the next window tries again */
    bool fine = collect_named(n, names, since_ns, found, &found_len);
    for (size_t i = 0; fine && i < found_len; i++)
        fine = name_belatedly(n, names, &found[i]);
    free(found);
    n->reviewed = fine && found_len < REVIEW_MAX;
    n->version = names_version(names);
    return fine;
}
