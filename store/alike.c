/* alike.c - see alike.h. */
#include "store/alike.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "graph/merge.h"

/* A client's servers that are not named are split into at most so many groups; the rest, which are
 * those with the fewest calls, stay alone. */
enum { LEADERS_MAX = 16 };

/* Who calls an unnamed server. Those that may be of one group stand side by side. */
struct caller {
    int64_t client_id;
    const struct server *server;
    uint32_t index; /* of the server */
    uint64_t calls; /* of the server */
    char subnet[64];
};

/* One operation of a server. */
struct asked {
    uint32_t server;
    uint64_t hash;
};

struct alike {
    const struct servers *servers;
    const uint64_t *calls;
    uint32_t *group; /* the index of a server of the same group that comes before, or its own */
    struct caller *caller;
    size_t caller_len;
    struct asked *asked; /* in order of server and hash */
    size_t asked_len, asked_room;
    size_t *first; /* of each server, the first of `asked`; one more at the end */
};

static uint32_t root_of(const struct alike *a, uint32_t server)
{
    while (a->group[server] != server) {
        a->group[server] = a->group[a->group[server]]; /* so that no way stays long */
        server = a->group[server];
    }
    return server;
}

static void join(struct alike *a, uint32_t left, uint32_t right)
{
    uint32_t l = root_of(a, left), r = root_of(a, right);
    if (l < r)
        a->group[r] = l;
    else
        a->group[l] = r;
}

static int compare_kind(const struct server *a, const struct server *b)
{
    int order = (a->port > b->port) - (a->port < b->port);
    return order ? order : strcmp(a->protocol, b->protocol);
}

/* ---- those that have a name ---- */

static int compare_named(const void *left, const void *right)
{
    const struct server *const *l = left, *const *r = right;
    const struct server *a = *l, *b = *r;
    int order = (a->service_id > b->service_id) - (a->service_id < b->service_id);
    if (!order)
        order = compare_kind(a, b);
    /* The same host by IPv4 and IPv6 is no pair of replicas. */
    return order ? order : !strchr(a->address, ':') - !strchr(b->address, ':');
}

static bool join_named(struct alike *a)
{
    const struct servers *s = a->servers;
    const struct server **sorted = malloc((s->len + 1) * sizeof *sorted);
    if (!sorted)
        return false;
    for (size_t i = 0; i < s->len; i++)
        sorted[i] = &s->at[i];
    qsort(sorted, s->len, sizeof *sorted, compare_named);
    for (size_t i = 1; i < s->len; i++)
        if (compare_named(&sorted[i - 1], &sorted[i]) == 0)
            join(a, (uint32_t)(sorted[i - 1] - s->at), (uint32_t)(sorted[i] - s->at));
    free(sorted);
    return true;
}

/* ---- those that have none ---- */

static int compare_place(const struct caller *a, const struct caller *b)
{
    int order = (a->client_id > b->client_id) - (a->client_id < b->client_id);
    if (!order)
        order = compare_kind(a->server, b->server);
    return order ? order : strcmp(a->subnet, b->subnet);
}

static int compare_caller(const void *left, const void *right)
{
    const struct caller *a = left, *b = right;
    int order = compare_place(a, b);
    if (!order)
        order = (a->calls < b->calls) - (a->calls > b->calls);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static bool load_callers(struct alike *a)
{
    const struct servers *s = a->servers;
    a->caller = malloc((s->pair_len + 1) * sizeof *a->caller);
    if (!a->caller)
        return false;
    for (size_t i = 0; i < s->pair_len; i++) {
        uint32_t index = s->topology.pair[i].edge;
        const struct server *server = &s->at[index];
        if (server->source != NAME_ADDRESS)
            continue;
        struct caller *c = &a->caller[a->caller_len++];
        *c = (struct caller){s->client_id[i], server, index, a->calls[index], ""};
        topology_subnet(server->address, c->subnet, sizeof c->subnet);
    }
    if (a->caller_len)
        qsort(a->caller, a->caller_len, sizeof *a->caller, compare_caller);
    return true;
}

static int compare_asked(const void *left, const void *right)
{
    const struct asked *a = left, *b = right;
    int order = (a->server > b->server) - (a->server < b->server);
    return order ? order : (a->hash > b->hash) - (a->hash < b->hash);
}

static bool add_asked(struct alike *a, uint32_t server, const char *name)
{
    static const struct hash_key key = {{0, 0}};
    if (a->asked_len == a->asked_room) {
        size_t room = a->asked_room ? 2 * a->asked_room : 256;
        struct asked *more = realloc(a->asked, room * sizeof *more);
        if (!more)
            return false;
        a->asked = more;
        a->asked_room = room;
    }
    a->asked[a->asked_len++] = (struct asked){server, hash_bytes(&key, name, strlen(name))};
    return true;
}

/* One entry for each server and operation, and where those of each server begin. */
static bool sort_asked(struct alike *a)
{
    size_t len = 0, servers = a->servers->len;
    a->first = malloc((servers + 1) * sizeof *a->first);
    if (!a->first)
        return false;
    if (a->asked_len)
        qsort(a->asked, a->asked_len, sizeof *a->asked, compare_asked);
    for (size_t i = 0; i < a->asked_len; i++)
        if (!len || compare_asked(&a->asked[len - 1], &a->asked[i]) != 0)
            a->asked[len++] = a->asked[i];
    a->asked_len = len;
    for (size_t server = 0, at = 0; server <= servers; server++) {
        while (at < len && a->asked[at].server < server)
            at++;
        a->first[server] = at;
    }
    return true;
}

static bool load_asked(struct query *q, struct alike *a, struct err *err)
{
    bool failed = false;
    char name[OPERATION_TEXT_MAX];
    sqlite3_stmt *s = question_ask(q, "SELECT pair_id, name FROM operation", err);
    while (s && !failed && question_row(q, s, &failed, err)) {
        const struct topology_pair *p =
            topology_find_pair(&a->servers->topology, sqlite3_column_int64(s, 0));
        if (!p || a->servers->at[p->edge].source != NAME_ADDRESS)
            continue;
        column_text(s, 1, name, sizeof name);
        bool known = name[0] && !strstr(name, "{unknown") && strcmp(name, OPERATION_OTHER) != 0;
        if (known && !add_asked(a, p->edge, name))
            failed = !question_no_memory(q, err);
    }
    sqlite3_finalize(s);
    return s && !failed && (sort_asked(a) || question_no_memory(q, err));
}

static size_t known(const struct alike *a, uint32_t server)
{
    return a->first[server + 1] - a->first[server];
}

static bool have_in_common(const struct alike *a, uint32_t left, uint32_t right)
{
    size_t l = a->first[left], r = a->first[right], common = 0;
    size_t fewer = known(a, left) < known(a, right) ? known(a, left) : known(a, right);
    while (l < a->first[left + 1] && r < a->first[right + 1]) {
        uint64_t hl = a->asked[l].hash, hr = a->asked[r].hash;
        common += hl == hr;
        l += hl <= hr;
        r += hr <= hl;
    }
    return common && 2 * common >= fewer;
}

/* Those that one client calls in one place: each joins the first it has something in common with.
 * Those of which nothing is known join the only group, if there is only one. */
static void split(struct alike *a, const struct caller *run, size_t len)
{
    uint32_t leader[LEADERS_MAX];
    size_t leaders = 0;
    for (size_t i = 0; i < len; i++) {
        uint32_t server = run[i].index;
        size_t at = 0;
        if (!known(a, server))
            continue;
        while (at < leaders && root_of(a, leader[at]) != root_of(a, server) &&
               !have_in_common(a, leader[at], server))
            at++;
        if (at < leaders)
            join(a, leader[at], server);
        else if (leaders < LEADERS_MAX)
            leader[leaders++] = server;
    }
    if (leaders > 1)
        return;
    for (size_t i = 0; i < len; i++)
        if (!known(a, run[i].index))
            join(a, leaders ? leader[0] : run[0].index, run[i].index);
}

static bool join_unnamed(struct query *q, struct alike *a, struct err *err)
{
    size_t end;
    if (!load_callers(a))
        return question_no_memory(q, err);
    for (size_t begin = 0; begin < a->caller_len; begin = end) {
        for (end = begin + 1; end < a->caller_len; end++)
            if (compare_place(&a->caller[begin], &a->caller[end]) != 0)
                break;
        if (end - begin < 2)
            continue;
        if (!a->first && !load_asked(q, a, err))
            return false;
        split(a, a->caller + begin, end - begin);
    }
    return true;
}

bool alike_load(struct query *q, const struct servers *s, const uint64_t *calls, uint32_t **ret,
                struct err *err)
{
    struct alike a = {.servers = s, .calls = calls};
    a.group = malloc((s->len + 1) * sizeof *a.group);
    if (!a.group)
        return question_no_memory(q, err);
    for (size_t i = 0; i < s->len; i++)
        a.group[i] = (uint32_t)i;
    bool loaded = join_named(&a) || question_no_memory(q, err);
    loaded = loaded && join_unnamed(q, &a, err);
    for (uint32_t i = 0; i < s->len; i++)
        a.group[i] = root_of(&a, i);
    free(a.caller);
    free(a.asked);
    free(a.first);
    if (loaded)
        *ret = a.group;
    else
        free(a.group);
    return loaded;
}
