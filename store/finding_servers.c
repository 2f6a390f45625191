/* finding_servers.c - does one of the backends of a service take nearly all of its calls? */
#include <stdlib.h>
#include <string.h>

#include "store/activity.h"
#include "store/alike.h"
#include "store/finding.h"

struct finding {
    const struct servers *servers;
    struct portion *portion; /* of each server */
    uint64_t *calls;         /* likewise */
    bool *multiplexed;       /* it has connections that carry many calls at once */
    uint32_t *group;         /* given by alike_load() */
};

/* It was at work, or ready for it, from then to then. */
static void see(struct portion *p, uint64_t from_ns, uint64_t to_ns)
{
    if (to_ns < from_ns)
        to_ns = from_ns;
    if (!p->to_ns || from_ns < p->from_ns)
        p->from_ns = from_ns;
    if (to_ns > p->to_ns)
        p->to_ns = to_ns;
}

static void add_pairs(struct finding *f, const struct activity *activity, struct range r)
{
    const struct topology *t = &f->servers->topology;
    for (size_t i = 0; i < t->pair_len; i++) {
        struct portion *p = &f->portion[t->pair[i].edge];
        p->calls += activity[i].calls;
        p->connections += t->pair[i].active;
        if (activity[i].calls)
            see(p, activity[i].from_ns, activity[i].to_ns);
        if (t->pair[i].active)
            see(p, activity[i].calls ? activity[i].from_ns : r.from_ns, r.to_ns);
    }
}

/* Of connections that are known one by one, those alive at any time in the range count. */
static bool add_lives(struct finding *f, const struct lives *lives, struct range r)
{
    uint64_t *alive = calloc(f->servers->len + 1, sizeof *alive);
    if (!alive)
        return false;
    for (size_t i = 0; i < lives->len; i++) {
        const struct live *l = &lives->row[i];
        const struct topology_pair *pair = topology_find_pair(&f->servers->topology, l->pair_id);
        if (!pair)
            continue;
        struct portion *p = &f->portion[pair->edge];
        see(p, l->began_ns > r.from_ns ? l->began_ns : r.from_ns, l->closed ? l->last_ns : r.to_ns);
        p->open_calls += l->open_calls;
        f->multiplexed[pair->edge] = true;
        alive[pair->edge]++;
    }
    for (size_t i = 0; i < f->servers->len; i++)
        if (alive[i] > f->portion[i].connections)
            f->portion[i].connections = alive[i];
    free(alive);
    return true;
}

static void advise(struct insight_row *i, bool multiplexed)
{
    if (multiplexed)
        finding_say(
            i->advice, sizeof i->advice,
            "A gRPC or HTTP/2 channel keeps one connection, so a load balancer for connections "
            "(L4) does not spread its calls. Balance in the client (round_robin over all "
            "addresses), or with a proxy that balances each request.");
    else
        finding_say(
            i->advice, sizeof i->advice,
            "See how clients choose a backend: connections kept for long, sticky sessions, "
            "weights, or a name whose first address all of them take. It is as it should be "
            "if one is the primary by design.");
}

static void tell(struct insight_row *i, const struct finding *f, const struct imbalance *found,
                 const struct portion *portions)
{
    const struct server *top = &f->servers->at[portions[0].index];
    char place[NAME_TEXT_MAX], subnet[64];
    finding_place(top->address, top->port, place, sizeof place);
    topology_subnet(top->address, subnet, sizeof subnet);
    strcpy(i->kind, "backend-imbalance");
    if (top->source == NAME_ADDRESS) {
        finding_say(i->subject, sizeof i->subject, "%s", place);
        finding_say(i->title, sizeof i->title,
                    "%s takes %s to %zu servers in %s that are probably replicas; %s", place,
                    finding_part(found).text, found->len, subnet,
                    finding_rest(found, "the", "server").text);
    } else {
        finding_say(i->subject, sizeof i->subject, "%s", top->service);
        finding_say(i->title, sizeof i->title, "%s takes %s to %s; %s", place,
                    finding_part(found).text, finding_name(top->service).text,
                    finding_rest(found, "its", "backend").text);
    }
    advise(i, f->multiplexed[portions[0].index]);
    i->service_id = top->service_id;
    i->weight = found->weight;
    for (size_t p = 0; p < found->len; p++) {
        const struct server *s = &f->servers->at[portions[p].index];
        struct evidence *e = finding_evidence(i, &portions[p], found->calls);
        if (e)
            finding_place(s->address, s->port, e->what, sizeof e->what);
    }
}

/* A server while they are put in order of groups. */
struct member {
    uint32_t group, server;
};

static int compare_member(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = (a->group > b->group) - (a->group < b->group);
    return order ? order : (a->server > b->server) - (a->server < b->server);
}

static bool judge(const struct finding *f, const struct member *members, size_t len,
                  struct portion *portions, struct findings *into)
{
    for (size_t i = 0; i < len; i++)
        portions[i] = f->portion[members[i].server];
    struct imbalance found = imbalance_of(portions, len);
    if (!found.len)
        return true;
    struct insight_row *row = findings_add(into);
    if (row)
        tell(row, f, &found, portions);
    return row != NULL;
}

/* Servers that were alive in the range, group by group. */
static bool judge_all(const struct finding *f, struct findings *into)
{
    struct member *member = malloc((f->servers->len + 1) * sizeof *member);
    struct portion *portions = malloc((f->servers->len + 1) * sizeof *portions);
    size_t len = 0, end;
    bool fine = member && portions;
    for (uint32_t i = 0; fine && i < f->servers->len; i++)
        if (f->portion[i].to_ns)
            member[len++] = (struct member){f->group[i], i};
    if (len)
        qsort(member, len, sizeof *member, compare_member);
    for (size_t begin = 0; fine && begin < len; begin = end) {
        for (end = begin; end < len && member[end].group == member[begin].group;)
            end++;
        fine = judge(f, member + begin, end - begin, portions, into);
    }
    free(member);
    free(portions);
    return fine;
}

static bool prepare(struct finding *f, const struct activity *activity, const struct lives *lives,
                    struct range r)
{
    size_t room = f->servers->len + 1;
    f->portion = calloc(room, sizeof *f->portion);
    f->calls = calloc(room, sizeof *f->calls);
    f->multiplexed = calloc(room, sizeof *f->multiplexed);
    if (!f->portion || !f->calls || !f->multiplexed)
        return false;
    add_pairs(f, activity, r);
    for (uint32_t i = 0; i < f->servers->len; i++) {
        f->portion[i].index = i;
        f->calls[i] = f->portion[i].calls;
    }
    return add_lives(f, lives, r);
}

bool findings_of_servers(struct query *q, struct range r, struct servers *servers,
                         const struct lives *lives, struct findings *into, struct err *err)
{
    struct finding f = {.servers = servers};
    struct activity *activity = NULL;
    bool fine = activity_load(q, r, &servers->topology, &activity, err);
    fine = fine && (prepare(&f, activity, lives, r) || question_no_memory(q, err)) &&
           alike_load(q, servers, f.calls, &f.group, err) &&
           (judge_all(&f, into) || question_no_memory(q, err));
    free(activity);
    free(f.portion);
    free(f.calls);
    free(f.multiplexed);
    free(f.group);
    return fine;
}
