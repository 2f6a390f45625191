/* judge_loss.c - is something lost, and where? */
#include <stdio.h>

#include "base/human.h"
#include "doctor/judge.h"

#define DROPS_SERIOUS 0.01
#define DRIVER_DROPS_WORTH_IT 0.001
#define MISSING_WORTH_IT 0.0001
#define MISSING_WARNING 0.001
#define MISSING_SERIOUS 0.03
#define MISSING_LITTLE 100000 /* bytes that a single odd connection may lack */
#define EXPLAINS 2            /* times its share of frames: lost frames tend to be full ones */
#define MIRROR_LOST_SERIOUS 0.03
#define NEARLY_FULL 0.7 /* of a link's speed, over the whole time: bursts do not fit */

static bool kernel_drops(const struct facts *facts, const struct port *port, struct finding *f)
{
    (void)facts;
    if (!port->kernel_drops)
        return false;
    f->share = share_of(port->kernel_drops, port->frames + port->kernel_drops);
    f->gravity = f->share >= DROPS_SERIOUS ? SERIOUS : WARNING;
    f->id = "kernel-drops";
    SAY(f->what, "The kernel dropped %llu frames (%s): they came faster than they were read.",
        (unsigned long long)port->kernel_drops, human_share(f->share).text);
    SAY(f->remedy,
        "Give bursts more room (--ring 256M), watch less of it (-f), mirror no frame twice, "
        "or take a faster machine.");
    return true;
}

static bool card_drops(const struct facts *facts, const struct port *port, struct finding *f)
{
    uint64_t lost = port->counts.of[COUNT_NO_ROOM];
    const struct offload *o = &port->offload;
    (void)facts;
    if (!lost)
        return false;
    f->share = share_of(lost, port->counts.of[COUNT_FRAMES] + lost);
    f->gravity = f->share >= DROPS_SERIOUS ? SERIOUS : WARNING;
    f->id = "card-drops";
    SAY(f->what,
        "The network card had no room for %llu frames (%s): the machine did not fetch them "
        "in time.",
        (unsigned long long)lost, human_share(f->share).text);
    if (o->ring && o->ring < o->ring_max)
        SAY(f->remedy, "Give the card more room: sudo ethtool -G %s rx %u (now %u).", port->name,
            o->ring_max, o->ring);
    else
        SAY(f->remedy, "Spread its queues over more processors (ethtool -L, irqbalance), or mirror "
                       "less to it.");
    return true;
}

static bool driver_drops(const struct facts *facts, const struct port *port, struct finding *f)
{
    uint64_t lost = port->counts.of[COUNT_DROPPED];
    (void)facts;
    f->share = share_of(lost, port->counts.of[COUNT_FRAMES] + lost);
    if (f->share < DRIVER_DROPS_WORTH_IT)
        return false;
    f->gravity = gravity_of(f->share, DROPS_SERIOUS, 1.1);
    f->id = "driver-drops";
    SAY(f->what, "Driver or kernel dropped %llu frames (%s) for reasons of their own (rx_dropped).",
        (unsigned long long)lost, human_share(f->share).text);
    SAY(f->remedy, "ethtool -S %s may tell why: out of buffers, filters, unknown VLANs.",
        port->name);
    return true;
}

static bool damaged_frames(const struct facts *facts, const struct port *port, struct finding *f)
{
    uint64_t damaged = port->counts.of[COUNT_DAMAGED];
    (void)facts;
    if (!damaged)
        return false;
    f->share = share_of(damaged, port->counts.of[COUNT_FRAMES] + damaged);
    f->gravity = WARNING;
    f->id = "damaged-frames";
    SAY(f->what, "%llu frames (%s) arrived damaged and were thrown away by the card.",
        (unsigned long long)damaged, human_share(f->share).text);
    SAY(f->remedy, "Replace the cable or the optics; clean the fibre.");
    return true;
}

enum { FEW = 3 /* connections from which nothing serious is concluded */ };

/* The port that is nearest to its speed, or NULL if none is near. */
static const struct port *busiest(const struct facts *facts, double *ret_mbit)
{
    const struct port *found = NULL;
    double most = NEARLY_FULL;
    for (uint16_t i = 0; i < facts->port_len; i++) {
        const struct port *port = &facts->port[i];
        double seconds = (double)facts->looked_ns / 1e9;
        double mbit = seconds > 0 ? (double)port->bytes * 8 / 1e6 / seconds : 0;
        if (!port->state.speed_mbit || mbit / port->state.speed_mbit < most)
            continue;
        most = mbit / port->state.speed_mbit;
        *ret_mbit = mbit;
        found = port;
    }
    return found;
}

/* Is what is missing told of already: as lost by this machine or on the way to it, or in frames
 * that cannot be read? */
static bool is_explained(const struct facts *facts, double missing, const char **ret_by)
{
    const struct capture_counters *c = &facts->capture;
    uint64_t lost = c->kernel_drops, unread = c->malformed + c->headers_cut;
    for (uint16_t i = 0; i < facts->port_len; i++)
        lost += facts->port[i].counts.of[COUNT_NO_ROOM];
    for (size_t i = 0; i < facts->unread_len; i++)
        unread += facts->unread[i].frames;
    const struct {
        const char *name;
        double share;
    } causes[] = {
        {"the drops on this machine", share_of(lost, c->frames + lost)},
        {"the frames that cannot be read", share_of(unread, c->frames)},
        {"the losses between the switch and here",
         share_of(c->mirror_lost, c->frames + c->mirror_lost)},
    };
    double sum = 0, most = 0;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        sum += causes[i].share;
        *ret_by = causes[i].share >= most ? causes[i].name : *ret_by;
        most = causes[i].share >= most ? causes[i].share : most;
    }
    return sum * EXPLAINS >= missing;
}

static void explain_missing(const struct facts *facts, struct finding *f)
{
    double mbit = 0;
    const struct port *full = busiest(facts, &mbit);
    const char *by;
    char most[EXAMPLE_MAX + 8];
    SAY(most, "Most: %s.", facts->census.missing_example);
    if (full)
        SAY(f->example, "%s %s carries %.0f of its %u Mbit/s.", most, full->name, mbit,
            full->state.speed_mbit);
    else
        SAY(f->example, "%s", most);
    if (is_explained(facts, f->share, &by)) {
        f->gravity = NOTE;
        SAY(f->remedy, "See to %s first, then look again.", by);
    } else if (facts->live) {
        SAY(f->remedy,
            "They were lost before this machine: more is mirrored than the mirror port "
            "carries. Mirror fewer ports or VLANs, each frame once, or use a faster port. "
            "Or part of the traffic takes a way that is not mirrored.");
    } else {
        SAY(f->remedy,
            "They were lost before the capture (more is mirrored than the port carries) or "
            "by it: tcpdump says at its end how many frames the kernel dropped.");
    }
}

static bool missing(const struct facts *facts, struct finding *f)
{
    uint64_t lost = facts->census.missing_bytes;
    f->share = share_of(lost, lost + facts->census.payload_bytes);
    if (f->share < MISSING_WORTH_IT)
        return false;
    f->gravity = gravity_of(f->share, MISSING_WARNING, MISSING_SERIOUS);
    if (f->gravity == SERIOUS && lost < MISSING_LITTLE && facts->census.missing_of < FEW)
        f->gravity = WARNING;
    f->id = "missing";
    SAY(f->what,
        "%s of what TCP carried was never seen, though its receivers have it: %s, of %llu "
        "connections.",
        human_share(f->share).text, human_bytes((double)lost).text,
        (unsigned long long)facts->census.missing_of);
    explain_missing(facts, f);
    return true;
}

static bool mirror_lost(const struct facts *facts, struct finding *f)
{
    const struct capture_counters *c = &facts->capture;
    if (!c->mirror_lost)
        return false;
    f->share = share_of(c->mirror_lost, c->mirror_lost + c->mirror_seen);
    f->gravity = gravity_of(f->share, 0, MIRROR_LOST_SERIOUS);
    f->id = "mirror-lost";
    SAY(f->what,
        "%llu of %llu mirrored frames (%s) were lost between the switch and us, by the "
        "numbers that the switch gives them.",
        (unsigned long long)c->mirror_lost, (unsigned long long)(c->mirror_lost + c->mirror_seen),
        human_share(f->share).text);
    SAY(f->remedy,
        "Look at the way from the switch to here: drops and queues of each hop, its MTU, "
        "and rate limits of the mirror session.");
    return true;
}

static bool file_damaged(const struct facts *facts, struct finding *f)
{
    if (!facts->damage[0])
        return false;
    f->gravity = WARNING;
    f->id = "file-damaged";
    SAY(f->what, "The capture file is damaged: %.350s.", facts->damage);
    SAY(f->remedy,
        "What is told here is of the part before the damage. End a capture with Ctrl-C, so "
        "that its last block is written.");
    return true;
}

judge_port *const judges_of_port_loss[] = {kernel_drops, card_drops, driver_drops, damaged_frames,
                                           NULL};
judge_facts *const judges_of_loss[] = {missing, mirror_lost, file_damaged, NULL};
