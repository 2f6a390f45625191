/* judge_arrival.c - does anything arrive that a mirror would bring? */
#include <stdio.h>

#include "base/human.h"
#include "doctor/judge.h"

/* Switches flood what they do not know the place of: a few frames between others come to any port.
 */
#define FLOODED_SHARE 0.01
enum { FLOODED_PER_SECOND = 2 };

#define OWN_SHARE 0.05

static const char mirror_remedy[] =
    "Look at the mirror session on the switch (show monitor session): is this port its "
    "destination, is it not shut down, have its sources traffic, are both directions mirrored? On "
    "a "
    "hypervisor, allow promiscuous mode on the port group of this machine.";

static bool is_open(const struct port *port)
{
    return !port->refused[0];
}

static bool is_down(const struct port *port)
{
    return port->live && port->state.exists && !port->state.up && !port->is_any;
}

static bool down(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    if (!is_down(port))
        return false;
    f->gravity = SERIOUS;
    f->id = "down";
    SAY(f->what, "The interface is down: nothing can arrive.");
    SAY(f->remedy, "sudo ip link set %s up (it needs no address).", port->name);
    return true;
}

/* The reason is a sentence of capture/: "eth1: what; what to do". */
static bool refused(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    if (is_open(port) || is_down(port))
        return false;
    size_t name = strlen(port->name);
    bool named = strncmp(port->refused, port->name, name) == 0 && port->refused[name] == ':';
    const char *why = named ? port->refused + name + 2 : port->refused;
    const char *remedy = strstr(why, "; ");
    f->gravity = SERIOUS;
    f->id = port->state.exists || port->is_any ? "cannot-open" : "no-such-interface";
    SAY(f->what, "It cannot be captured: %.*s.",
        (int)(remedy ? (size_t)(remedy - why) : strlen(why)), why);
    SAY(f->remedy, "%s", remedy ? remedy + 2 : "");
    return true;
}

static bool went_away(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    if (!port->ended[0])
        return false;
    f->gravity = SERIOUS;
    f->id = "went-away";
    SAY(f->what, "It could not be watched to the end: %.300s.", port->ended);
    SAY(f->remedy,
        "Find out who takes the interface down. The daemon waits for it to come back, but "
        "what passes meanwhile is not seen.");
    return true;
}

static void silent_live(const struct facts *facts, const struct port *port, struct finding *f)
{
    uint64_t counted = port->counts.of[COUNT_FRAMES];
    if (!port->is_any && !port->state.carrier) {
        f->id = "no-link";
        SAY(f->what,
            "Not one frame arrived: the interface is up, but nobody is at the other end of "
            "the cable.");
        SAY(f->remedy, "Check cable and optics, and that the port of the switch is not shut down.");
    } else if (counted && facts->filtered) {
        SAY(f->what, "Not one frame passed the filter in %s; the interface counted %llu.",
            human_span(facts->looked_ns).text, (unsigned long long)counted);
        SAY(f->remedy,
            "Look again without -f. Where frames have VLAN tags, a filter needs 'vlan and "
            "...' to see into them.");
    } else if (counted) {
        SAY(f->what, "Not one frame reached us in %s, though the interface counted %llu.",
            human_span(facts->looked_ns).text, (unsigned long long)counted);
        SAY(f->remedy,
            "Another program takes them before us: look for XDP (ip link show %s) and "
            "AF_XDP or DPDK programs.",
            port->name);
    } else {
        SAY(f->what, "Not one frame arrived in %s.", human_span(facts->looked_ns).text);
        SAY(f->remedy, "%s", mirror_remedy);
    }
}

static bool silent(const struct facts *facts, const struct port *port, struct finding *f)
{
    if (!is_open(port) || is_down(port) || port->frames || port->ended[0])
        return false;
    f->gravity = SERIOUS;
    f->id = "silent";
    if (port->live) {
        silent_live(facts, port, f);
        return true;
    }
    SAY(f->what, "There is not one frame in it%s.",
        facts->filtered ? " that passes the filter" : "");
    SAY(f->remedy, "Look at the interface it was captured on: tapgraph doctor -i IFACE.");
    return true;
}

/* Nothing, or no more than flooding explains, is between others. */
static bool lacks_foreign(const struct facts *facts, const struct port *port)
{
    if (!port->foreign)
        return true;
    uint64_t flooded = FLOODED_PER_SECOND * (facts->looked_ns / 1000000000);
    return port->live && port->foreign <= flooded &&
           share_of(port->foreign, port->frames) < FLOODED_SHARE;
}

static bool not_mirrored(const struct facts *facts, const struct port *port, struct finding *f)
{
    if (!port->frames || port->state.loopback || !lacks_foreign(facts, port))
        return false;
    f->gravity = SERIOUS;
    f->id = "not-mirrored";
    f->share = share_of(port->to_many + port->own, port->frames);
    SAY(f->what, "The port is not mirrored: %s arrived.",
        port->own ? "only broadcast, multicast and this machine's own traffic"
                  : "only broadcast and multicast");
    SAY(f->example,
        "Of %llu frames %llu went to many, %llu came from or went to this machine, %llu "
        "passed between others.",
        (unsigned long long)port->frames, (unsigned long long)port->to_many,
        (unsigned long long)port->own, (unsigned long long)port->foreign);
    SAY(f->remedy, "%s", mirror_remedy);
    return true;
}

static bool not_promiscuous(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    bool is_not = port->not_promiscuous || port->is_any || !port->state.promiscuous;
    if (!port->live || !is_open(port) || is_down(port) || port->state.loopback || !is_not)
        return false;
    f->gravity = WARNING;
    f->id = "not-promiscuous";
    SAY(f->what,
        "The interface is not in promiscuous mode: the card drops frames that are addressed "
        "to others, and those are what a mirror sends.");
    if (port->is_any)
        SAY(f->remedy, "'any' leaves interfaces as they are: name the mirror port instead.");
    else if (port->not_promiscuous)
        SAY(f->remedy, "Leave out --no-promiscuous.");
    else
        SAY(f->remedy, "The driver refused it: sudo ip link set %s promisc on.", port->name);
    return true;
}

static bool loopback(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    if (!port->state.loopback || !port->frames)
        return false;
    f->gravity = NOTE;
    f->id = "loopback";
    SAY(f->what,
        "This is the loopback interface: no mirror, only what this machine says to itself.");
    return true;
}

static bool own_traffic(const struct facts *facts, const struct port *port, struct finding *f)
{
    double share = share_of(port->own, port->frames);
    if (port->state.loopback || lacks_foreign(facts, port) || share < OWN_SHARE)
        return false;
    f->gravity = NOTE;
    f->id = "own-traffic";
    f->share = share;
    SAY(f->what, "%s of the frames are this machine's own: it uses the mirror port itself.",
        human_share(share).text);
    SAY(f->remedy, "Give management another interface, or leave it out: -f 'not host ADDRESS'.");
    return true;
}

judge_port *const judges_of_arrival[] = {
    down, refused, went_away, silent, not_mirrored, not_promiscuous, loopback, own_traffic, NULL,
};
