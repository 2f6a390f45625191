/* judge_sides.c - do both directions of connections arrive? */
#include <stdio.h>

#include "base/human.h"
#include "doctor/judge.h"

#define ONE_WAY_WARNING 0.02
#define ONE_WAY_SERIOUS 0.2
#define MOSTLY 0.9 /* of the connections that lack a side, for it to be "the" side */

enum {
    FEW = 3,            /* connections from which nothing is concluded unless all agree */
    NETWORKS_SHOWN = 3, /* VLANs and tunnels in an example */
};

static uint64_t lacking(const uint64_t by_side[SIDES])
{
    return by_side[REQUESTS] + by_side[ANSWERS];
}

static void put(struct finding *f, const char *text)
{
    size_t len = strlen(f->example);
    snprintf(f->example + len, sizeof f->example - len, "%s%s", len ? " " : "", text);
}

/* "VLAN 20: 12 of 12. No VLAN: 0 of 40." Only where it tells networks apart. */
static void put_networks(struct finding *f, const struct census_result *c)
{
    if (c->network_len < 2)
        return;
    for (size_t i = 0; i < c->network_len && i < NETWORKS_SHOWN; i++) {
        const struct network_seen *n = &c->network[i];
        char text[96], place[48] = "No VLAN";
        if (n->vlan && n->tunnel_id)
            SAY(place, "VLAN %u in tunnel %u", n->vlan, n->tunnel_id);
        else if (n->vlan)
            SAY(place, "VLAN %u", n->vlan);
        else if (n->tunnel_id)
            SAY(place, "Tunnel %u", n->tunnel_id);
        SAY(text, "%s: %llu of %llu.", place, (unsigned long long)lacking(n->lacking),
            (unsigned long long)n->judged);
        put(f, text);
    }
}

static void put_example(struct finding *f, const struct census_result *c, enum side lacks)
{
    char text[EXAMPLE_MAX + 32];
    if (!c->example[lacks][0])
        return;
    SAY(text, "For example %s, none back.", c->example[lacks]);
    put(f, text);
}

static void say_one_side(struct finding *f, const struct census_result *c, enum side lacks)
{
    bool answers = lacks == ANSWERS;
    f->id = answers ? "answers-missing" : "requests-missing";
    SAY(f->what,
        "%s do not reach us: of %llu TCP connections %llu (%s) show only what the %s send.",
        answers ? "Answers" : "Requests", (unsigned long long)c->judged,
        (unsigned long long)lacking(c->lacking), human_share(f->share).text,
        answers ? "clients" : "servers");
    SAY(f->remedy, "Mirror both directions of the source (both, not rx or tx only). Where each "
                   "direction has a port of its own, as at most taps, watch the two together: -i A "
                   "-i B. Where the way back is another link or router, mirror that too.");
}

/* Hashed over links, each direction by itself: some connections lack this, some that. */
static void say_mixed(struct finding *f, const struct census_result *c)
{
    f->id = "one-way";
    SAY(f->what,
        "Only one direction of many connections reaches us: of %llu TCP connections %llu "
        "lack the answers, %llu the requests.",
        (unsigned long long)c->judged, (unsigned long long)c->lacking[ANSWERS],
        (unsigned long long)c->lacking[REQUESTS]);
    SAY(f->remedy, "The two directions take different ways, and not all are mirrored: mirror every "
                   "member of a link aggregation (port channel), every path of equal cost, both "
                   "routers of a pair.");
}

static bool one_way(const struct facts *facts, struct finding *f)
{
    const struct census_result *c = &facts->census;
    uint64_t count = lacking(c->lacking);
    if (!count)
        return false;
    f->share = share_of(count, c->judged);
    f->gravity = gravity_of(f->share, ONE_WAY_WARNING, ONE_WAY_SERIOUS);
    if (f->gravity == SERIOUS && count < FEW && count < c->judged)
        f->gravity = WARNING;
    if (share_of(c->lacking[ANSWERS], count) >= MOSTLY)
        say_one_side(f, c, ANSWERS);
    else if (share_of(c->lacking[REQUESTS], count) >= MOSTLY)
        say_one_side(f, c, REQUESTS);
    else
        say_mixed(f, c);
    put_networks(f, c);
    put_example(f, c, c->lacking[ANSWERS] >= c->lacking[REQUESTS] ? ANSWERS : REQUESTS);
    return true;
}

static bool split_vlans(const struct facts *facts, struct finding *f)
{
    const struct census_result *c = &facts->census;
    if (!c->split)
        return false;
    f->gravity = NOTE;
    f->id = "split-vlans";
    f->share = share_of(c->split, c->judged);
    SAY(f->what,
        "In %llu of %llu connections requests and answers are in different VLANs; tapgraph "
        "puts them together.",
        (unsigned long long)c->split, (unsigned long long)c->judged);
    SAY(f->example, "For example %s.", c->split_example);
    SAY(f->remedy, "Do not tell networks apart by VLAN here.");
    return true;
}

static bool little_to_judge(const struct facts *facts, struct finding *f)
{
    const struct census_result *c = &facts->census;
    uint64_t foreign = 0;
    for (uint16_t i = 0; i < facts->port_len; i++)
        foreign += facts->port[i].foreign;
    if (!foreign || c->judged >= FEW)
        return false;
    f->gravity = c->judged ? NOTE : WARNING;
    f->id = "little-to-judge";
    SAY(f->what,
        "TCP connections that were seen: %llu. Of %llu it can be told whether both directions "
        "arrive.",
        (unsigned long long)c->seen, (unsigned long long)c->judged);
    SAY(f->remedy, "%s",
        facts->live ? "Look longer (--seconds 60), or when there is more traffic."
                    : "Take a longer capture.");
    return true;
}

judge_facts *const judges_of_sides[] = {one_way, split_vlans, little_to_judge, NULL};
