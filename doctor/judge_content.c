/* judge_content.c - copies, tunnels, and what cannot be looked into. */
#include <stdio.h>

#include "base/human.h"
#include "doctor/judge.h"
#include "doctor/wrapping.h"

#define COPIES_WORTH_IT 0.01
#define COPIES_WARNING 0.3
#define UNCERTAIN_WORTH_IT 0.005
#define UNREAD_WORTH_IT 0.01
#define UNREAD_WARNING 0.2
#define UNREAD_SERIOUS 0.8
#define ENCRYPTED_WORTH_IT 0.5
#define SUSPECTED_SERIOUS 0.5

enum { SUSPECTED_LEAST = 3, SHOWN = 4 };

static const struct {
    const char *what, *remedy;
} patterns[] = {
    [COPY_INTERFACE] = {"two of the interfaces or files show them",
                        "Watch one of the two, or let each mirror other ports."},
    [COPY_TUNNEL] = {"they are seen inside a tunnel and outside, or in two tunnels",
                     "Mirror either the network of the hosts or that of the tunnels."},
    [COPY_ROUTED] = {"they are seen before and after a router",
                     "Mirror one side of the router, unless you want to see both."},
    [COPY_TAG] = {"they are seen once with a VLAN tag and once without",
                  "Mirror either the trunk or the access ports behind it."},
    [COPY_VLAN] = {"they are seen in two VLANs",
                   "Mirror one of the two VLANs, or the port where they come in."},
    [COPY_LINK] = {"they are seen between different MAC addresses",
                   "Something between them rewrites frames: mirror one side of it."},
    [COPY_SAME] = {"the very same frame is mirrored twice, where it enters the switch and where it "
                   "leaves it",
                   "Mirror only what enters (rx, ingress) when all ports or a whole VLAN are "
                   "mirrored; then each frame comes once and the load is half."},
    [COPY_UNKNOWN] = {"what they repeat lies further back",
                      "Look for a loop, or a slow second path."},
};

static enum copy_pattern commonest(const struct copies_result *c)
{
    int most = 0;
    for (int i = 1; i < COPY_PATTERNS; i++)
        if (c->by_pattern[i] > c->by_pattern[most])
            most = i;
    return (enum copy_pattern)most;
}

/* What tells the first of such pairs apart. */
static void put_pair(struct finding *f, enum copy_pattern pattern, const struct copy_example *e,
                     const struct facts *facts)
{
    switch (pattern) {
    case COPY_INTERFACE:
        SAY(f->example, "For example on %s and %s.", facts->port[e->interface[0]].name,
            facts->port[e->interface[1]].name);
        return;
    case COPY_TUNNEL:
        SAY(f->example, "For example in %u tunnels (id %u) and in %u (id %u).", e->tunnels[0],
            e->tunnel_id[0], e->tunnels[1], e->tunnel_id[1]);
        return;
    case COPY_ROUTED:
        SAY(f->example, "For example with a time to live of %u (VLAN %u) and of %u (VLAN %u).",
            e->ttl[0], e->vlan[0], e->ttl[1], e->vlan[1]);
        return;
    case COPY_TAG:
    case COPY_VLAN:
        SAY(f->example, "For example VLAN %u and VLAN %u (0: no tag).", e->vlan[0], e->vlan[1]);
        return;
    case COPY_LINK:
    case COPY_SAME:
    case COPY_UNKNOWN:
    case COPY_PATTERNS:
        return;
    }
}

static bool copies(const struct facts *facts, struct finding *f)
{
    const struct copies_result *c = &facts->copies;
    f->share = share_of(c->copies, c->packets);
    if (f->share < COPIES_WORTH_IT)
        return false;
    enum copy_pattern pattern = commonest(c);
    f->gravity = gravity_of(f->share, COPIES_WARNING, 1.1);
    f->id = "copies";
    SAY(f->what,
        "%s of the packets are copies of one that came before; tapgraph removes them. Of the "
        "copies, %s: %s.",
        human_share(f->share).text, human_share(share_of(c->by_pattern[pattern], c->copies)).text,
        patterns[pattern].what);
    put_pair(f, pattern, &c->example[pattern], facts);
    SAY(f->remedy, "%s", patterns[pattern].remedy);
    return true;
}

static bool uncertain(const struct facts *facts, struct finding *f)
{
    f->share = share_of(facts->capture.uncertain, facts->capture.packets);
    if (f->share < UNCERTAIN_WORTH_IT)
        return false;
    f->gravity = NOTE;
    f->id = "uncertain-copies";
    SAY(f->what,
        "%s of the packets may be copies, or sent again: they are alike to the last bit, and "
        "count as sent again.",
        human_share(f->share).text);
    SAY(f->remedy, "Mirror each frame once, then there is no doubt.");
    return true;
}

static void put_tunnels(struct finding *f, const struct facts *facts)
{
    for (size_t i = 0, len = 0; i < facts->tunnel_len && i < SHOWN; i++) {
        const struct tunnel_seen *t = &facts->tunnel[i];
        char id[24] = "";
        if (t->id)
            SAY(id, " %u", t->id);
        len += (size_t)snprintf(f->example + len, sizeof f->example - len, "%s%s%s: %llu packets",
                                i ? "; " : "", t->kind, id, (unsigned long long)t->packets);
    }
    size_t len = strlen(f->example);
    snprintf(f->example + len, sizeof f->example - len,
             facts->tunnel_len > SHOWN ? "; and more." : ".");
}

static bool tunnels(const struct facts *facts, struct finding *f)
{
    const struct capture_counters *c = &facts->capture;
    if (!facts->tunnel_len)
        return false;
    f->gravity = NOTE;
    f->id = "tunnels";
    f->share = share_of(c->tunnelled, c->packets + c->duplicates);
    SAY(f->what, "%s of the packets came in tunnels, which were taken off.",
        human_share(f->share).text);
    put_tunnels(f, facts);
    return true;
}

static bool suspected_tunnel(const struct facts *facts, struct finding *f)
{
    const struct tunnel_suspected *s = &facts->suspected;
    if (!s->kind || s->packets < SUSPECTED_LEAST)
        return false;
    bool vxlan = strcmp(s->kind, "VXLAN") == 0;
    f->share = share_of(s->packets, facts->capture.frames);
    f->gravity = gravity_of(f->share, 0, SUSPECTED_SERIOUS);
    f->id = "tunnel-port";
    SAY(f->what,
        "UDP port %u carries what looks like %s (VNI %u), %llu packets (%s), which is not "
        "taken off there.",
        s->port, s->kind, s->id, (unsigned long long)s->packets, human_share(f->share).text);
    SAY(f->remedy, "Say so: %s %u.", vxlan ? "--vxlan-port" : "--geneve-port", s->port);
    return true;
}

static void describe_unread(const struct unread *u, char *text, size_t size)
{
    const char *name = wrapping_unread_name(u);
    if (u->what == UNREAD_ETHERTYPE)
        snprintf(text, size, "EtherType 0x%04x%s%s%s", u->number, name ? " (" : "",
                 name ? name : "", name ? ")" : "");
    else
        snprintf(text, size, "IP protocol %u%s%s%s", u->number, name ? " (" : "", name ? name : "",
                 name ? ")" : "");
}

static bool unread(const struct facts *facts, struct finding *f)
{
    const struct unread *most = &facts->unread[0];
    char kind[64];
    f->share = facts->unread_len ? share_of(most->frames, facts->capture.frames) : 0;
    if (f->share < UNREAD_WORTH_IT)
        return false;
    f->gravity = gravity_of(f->share, UNREAD_WARNING, UNREAD_SERIOUS);
    f->id = "not-looked-into";
    describe_unread(most, kind, sizeof kind);
    SAY(f->what, "%s of the frames are of a kind that is not looked into: %s.",
        human_share(f->share).text, kind);
    for (size_t i = 1, len = 0; i < facts->unread_len && i < SHOWN; i++) {
        describe_unread(&facts->unread[i], kind, sizeof kind);
        len += (size_t)snprintf(f->example + len, sizeof f->example - len, "%s%s: %llu frames",
                                i > 1 ? "; " : "Also ", kind,
                                (unsigned long long)facts->unread[i].frames);
    }
    SAY(f->remedy, "Mirror where it is not wrapped so: behind what decrypts it or takes it off.");
    return true;
}

static bool encrypted(const struct facts *facts, struct finding *f)
{
    f->share = share_of(facts->census.encrypted, facts->census.seen);
    if (f->share < ENCRYPTED_WORTH_IT)
        return false;
    f->gravity = NOTE;
    f->id = "encrypted";
    SAY(f->what,
        "%s of the TCP connections are encrypted (TLS): they are edges with sizes and times, "
        "but without requests.",
        human_share(f->share).text);
    SAY(f->remedy, "Mirror behind what ends TLS, if you want to see requests.");
    return true;
}

judge_facts *const judges_of_content[] = {copies,  uncertain, suspected_tunnel, unread, encrypted,
                                          tunnels, NULL};
