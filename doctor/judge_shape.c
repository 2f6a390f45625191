/* judge_shape.c - do frames arrive as they were on the wire: whole, single, in time? */
#include <stdio.h>

#include "base/human.h"
#include "doctor/judge.h"

#define CUT_WARNING 0.01
#define CUT_HEADERS_SERIOUS 0.01
#define FIXED 0.9 /* of what was cut, to one length: a setting, not an accident */
#define MALFORMED_WORTH_IT 0.001
#define MALFORMED_SERIOUS 0.05
#define FRAGMENTS_WORTH_IT 0.01
#define UNFINISHED_WARNING 0.1

enum { SHORT_CUT = 160 /* bytes: behind the headers, nothing is left to decode */ };

static void put_joiner(const struct port *port, struct finding *f)
{
    const struct offload *o = &port->offload;
    SAY(f->remedy, "sudo ethtool -K %s gro off%s%s", port->name, o->lro ? " lro off" : "",
        o->gro_hw ? " rx-gro-hw off" : "");
}

static bool joined(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    if (!port->joined)
        return false;
    bool here = port->live && offload_joins(&port->offload);
    f->gravity = here ? WARNING : NOTE;
    f->id = "joined";
    f->share = share_of(port->joined, port->frames);
    SAY(f->what,
        "%llu frames (%s) are longer than any on the wire, up to %u bytes: offloading joined "
        "segments before we saw them. Packets and retransmissions are counted too low.",
        (unsigned long long)port->joined, human_share(f->share).text, port->longest);
    if (here)
        put_joiner(port, f);
    else if (port->live)
        SAY(f->remedy, "It is off on this interface: they come so from virtual interfaces, whose "
                       "senders leave cutting to the network card (there: ethtool -K IFACE tso off "
                       "gso off), or are jumbo frames.");
    else
        SAY(f->remedy, "Where it was captured: ethtool -K IFACE gro off lro off; on a machine that "
                       "sends itself also tso off gso off.");
    return true;
}

static bool joining(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    if (!port->live || port->joined || !port->frames || port->state.loopback ||
        !offload_joins(&port->offload))
        return false;
    f->gravity = NOTE;
    f->id = "joining-on";
    SAY(f->what,
        "Offloading that joins segments is on (%s%s%s); it joined none while we looked, but "
        "may when there is more traffic.",
        port->offload.gro ? "GRO" : "", port->offload.lro ? " LRO" : "",
        port->offload.gro_hw ? " GRO by the card" : "");
    put_joiner(port, f);
    return true;
}

static bool clock_steps(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    if (!port->steps)
        return false;
    f->gravity = WARNING;
    f->id = "time-goes-back";
    SAY(f->what,
        "Time stamps go back %llu times, by up to %.1f s: latencies that span such a moment "
        "are wrong.",
        (unsigned long long)port->steps, (double)port->step_ns / 1e9);
    SAY(f->remedy, "%s",
        port->live ? "Let NTP slew the clock and not set it (chrony: no makestep "
                     "while running)."
                   : "Put the frames in order (reordercap), and merge files by time "
                     "only if their clocks agree.");
    return true;
}

static bool clock_set(const struct facts *facts, struct finding *f)
{
    if (!facts->tap_steps)
        return false;
    f->gravity = WARNING;
    f->id = "clock-set";
    SAY(f->what, "The clock of this machine was set %llu times while we looked, by up to %.1f s.",
        (unsigned long long)facts->tap_steps, (double)facts->tap_step_ns / 1e9);
    SAY(f->remedy,
        "Let NTP slew it (chrony: no makestep while running); look for a hypervisor that "
        "sets it as well.");
    return true;
}

/* Is most of what was cut short cut to one length? */
static bool is_fixed(const struct cuts *c)
{
    return share_of(c->at_length, c->by_snapshot + c->on_the_way) >= FIXED;
}

static enum gravity gravity_of_cut(const struct facts *facts, double share)
{
    const struct cuts *c = &facts->cuts;
    if (share_of(facts->capture.headers_cut, facts->capture.frames) >= CUT_HEADERS_SERIOUS ||
        (share >= CUT_WARNING && is_fixed(c) && c->length <= SHORT_CUT))
        return SERIOUS;
    return share >= CUT_WARNING ? WARNING : NOTE;
}

static void put_length(const struct cuts *c, struct finding *f)
{
    if (is_fixed(c))
        SAY(f->example, "%s of them to %u bytes.",
            human_share(share_of(c->at_length, c->by_snapshot + c->on_the_way)).text, c->length);
}

static bool cut_by_snapshot(const struct facts *facts, struct finding *f)
{
    const struct cuts *c = &facts->cuts;
    if (!c->by_snapshot)
        return false;
    f->share = share_of(c->by_snapshot, facts->capture.frames);
    f->gravity = gravity_of_cut(facts, f->share);
    f->id = "cut-by-snapshot";
    SAY(f->what,
        "%llu frames (%s) were cut short by the length of the capture itself: requests are "
        "told only as far as they were captured.",
        (unsigned long long)c->by_snapshot, human_share(f->share).text);
    put_length(c, f);
    SAY(f->remedy, "%s", facts->live ? "Leave out --snap." : "Capture whole frames: tcpdump -s 0.");
    return true;
}

static bool cut_on_the_way(const struct facts *facts, struct finding *f)
{
    const struct cuts *c = &facts->cuts;
    if (!c->on_the_way)
        return false;
    bool tunnel = c->in_tunnel * 2 > c->on_the_way;
    f->share = share_of(c->on_the_way, facts->capture.frames);
    f->gravity = gravity_of_cut(facts, f->share);
    f->id = "cut-on-the-way";
    SAY(f->what, "%llu frames (%s) arrived cut short: %s.", (unsigned long long)c->on_the_way,
        human_share(f->share).text,
        tunnel ? "the tunnel that brings them is too narrow, or the switch slices what it mirrors"
               : "the switch, or whatever mirrors them, slices them");
    put_length(c, f);
    SAY(f->remedy, "%s",
        tunnel ? "Raise the MTU on the whole way from the switch to here, by 100 bytes at "
                 "least, and turn truncation off in the mirror session."
               : "Turn truncation (slicing, mtu) off in the mirror session.");
    return true;
}

static bool tunnel_fragments(const struct facts *facts, struct finding *f)
{
    if (!facts->tunnel_fragments)
        return false;
    f->share = share_of(facts->tunnel_fragments, facts->capture.frames);
    f->gravity = WARNING;
    f->id = "tunnel-fragments";
    SAY(f->what,
        "%llu frames (%s) are pieces of the tunnel's own packets: with the tunnel around "
        "them mirrored frames do not fit into the MTU.",
        (unsigned long long)facts->tunnel_fragments, human_share(f->share).text);
    SAY(f->remedy,
        "Raise the MTU on the whole way from the switch to here to 1600 or more. Until then "
        "each lost piece costs a frame.");
    return true;
}

static bool fragments(const struct facts *facts, struct finding *f)
{
    const struct capture_counters *c = &facts->capture;
    double unfinished = share_of(c->unfinished, c->unfinished + c->rebuilt);
    f->share = share_of(c->fragments, c->frames);
    if (f->share < FRAGMENTS_WORTH_IT && unfinished < UNFINISHED_WARNING)
        return false;
    f->gravity = gravity_of(unfinished, UNFINISHED_WARNING, 1.1);
    f->id = "fragments";
    SAY(f->what,
        "%s of the frames are fragments of IP packets; %llu packets were put together, %llu "
        "were not for want of a piece.",
        human_share(f->share).text, (unsigned long long)c->rebuilt,
        (unsigned long long)c->unfinished);
    if (f->gravity == WARNING)
        SAY(f->remedy, "Pieces are lost, or take a way that is not mirrored.");
    return true;
}

static bool malformed(const struct facts *facts, struct finding *f)
{
    const struct capture_counters *c = &facts->capture;
    f->share = share_of(c->malformed, c->frames);
    if (f->share < MALFORMED_WORTH_IT)
        return false;
    f->gravity = gravity_of(f->share, 0, MALFORMED_SERIOUS);
    f->id = "malformed";
    SAY(f->what, "%llu frames (%s) contradict themselves in their headers.",
        (unsigned long long)c->malformed, human_share(f->share).text);
    SAY(f->remedy,
        "They are damaged, made on purpose, or wrapped in something that is taken for IP. "
        "Look at some: tcpdump -eXn.");
    return true;
}

judge_port *const judges_of_port_shape[] = {joined, joining, clock_steps, NULL};
judge_facts *const judges_of_shape[] = {
    cut_by_snapshot, cut_on_the_way, tunnel_fragments, fragments, malformed, clock_set, NULL};
