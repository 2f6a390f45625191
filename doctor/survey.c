/* survey.c - see survey.h.
 *
 * A frame is read here for itself, beside what goes on to be decoded: what it is on the outside
 * tells of the mirror, what is inside of the traffic. */
#include "doctor/survey.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "capture/link.h"
#include "doctor/wrapping.h"

enum {
    ETHERNET_BYTES = 14,
    TAG_BYTES = 4,
    TAGS_SPARED = 2,    /* an interface takes these on top of its MTU */
    JUMBO_BYTES = 9216, /* the largest MTU of any Ethernet */
    CUT_LENGTHS = 2048, /* to which packets are usually cut */
    SUSPECTS_MAX = 8,
};

struct survey {
    struct facts *facts;
    const struct daemon_options *options;
    struct frame_options outside; /* every tunnel is left on */
    struct census *census;
    struct copies *copies;
    uint64_t latest_ns[SOURCES_MAX]; /* of each port */
    uint64_t cut_at[CUT_LENGTHS];
    bool in_tunnel; /* the latest frame, by itself */
    struct tunnel_suspected suspect[SUSPECTS_MAX];
};

struct survey *survey_new(struct facts *facts, const struct daemon_options *options,
                          struct err *err)
{
    struct survey *s = calloc(1, sizeof *s);
    if (s) {
        s->facts = facts;
        s->options = options;
        s->outside = options->frame;
        s->outside.left_on = ~UINT32_C(0);
        s->census = census_new(&options->engine.key);
        s->copies = copies_new(&options->engine.key);
    }
    if (s && s->census && s->copies)
        return s;
    survey_free(s);
    err_set(err, "doctor: out of memory");
    return NULL;
}

void survey_free(struct survey *s)
{
    if (!s)
        return;
    census_free(s->census);
    copies_free(s->copies);
    free(s);
}

/* The longest frame that is no work of offloading. */
static uint32_t longest_possible(const struct port *port)
{
    uint32_t mtu = port->state.mtu ? port->state.mtu : JUMBO_BYTES;
    return mtu + ETHERNET_BYTES + TAGS_SPARED * TAG_BYTES;
}

static void see_clock(struct survey *s, struct port *port, const struct frame *frame)
{
    uint64_t *latest = &s->latest_ns[frame->interface];
    if (frame->time_ns + CLOCK_STEP_NS < *latest) {
        uint64_t back = *latest - frame->time_ns;
        port->steps++;
        port->step_ns = back > port->step_ns ? back : port->step_ns;
        *latest = frame->time_ns; /* one step is counted once */
    } else if (frame->time_ns > *latest) {
        *latest = frame->time_ns;
    }
}

/* Frames to this machine may be a mirror's that come in a tunnel; none that it sends are. */
static void see_port(struct survey *s, struct port *port, const struct frame *frame, bool wrapped)
{
    enum addressee whose = link_addressee(frame, port->state.mac);
    bool own = whose == LINK_FROM_US || (whose == LINK_TO_US && !wrapped);
    port->frames++;
    port->bytes += frame->length;
    port->to_many += whose == LINK_TO_MANY;
    port->own += own;
    port->foreign += whose != LINK_TO_MANY && !own;
    port->longest = frame->length > port->longest ? frame->length : port->longest;
    port->joined += frame->length > longest_possible(port);
    see_clock(s, port, frame);
}

static void see_cut(struct survey *s, const struct frame *frame, bool in_tunnel)
{
    struct cuts *cuts = &s->facts->cuts;
    if (frame->captured < frame->length) {
        cuts->by_snapshot++;
    } else {
        cuts->on_the_way++;
        cuts->in_tunnel += in_tunnel;
    }
    s->cut_at[frame->captured < CUT_LENGTHS ? frame->captured : 0]++;
}

static void see_unread(struct facts *facts, enum unread_what what, uint16_t number)
{
    size_t i = 0;
    while (i < facts->unread_len &&
           (facts->unread[i].what != what || facts->unread[i].number != number))
        i++;
    if (i == UNREAD_MAX)
        return;
    if (i == facts->unread_len)
        facts->unread[facts->unread_len++] = (struct unread){.what = what, .number = number};
    facts->unread[i].frames++;
}

static void see_tunnel(struct facts *facts, const char *kind, uint32_t id)
{
    size_t i = 0;
    while (i < facts->tunnel_len &&
           (strcmp(facts->tunnel[i].kind, kind) != 0 || facts->tunnel[i].id != id))
        i++;
    if (i == TUNNELS_SEEN_MAX)
        return;
    if (i == facts->tunnel_len)
        facts->tunnel[facts->tunnel_len++] = (struct tunnel_seen){.kind = kind, .id = id};
    facts->tunnel[i].packets++;
}

static void see_suspect(struct survey *s, const struct packet *p)
{
    struct tunnel_suspected suspected = wrapping_suspect(p);
    size_t i = 0;
    if (!suspected.kind)
        return;
    while (i < SUSPECTS_MAX && s->suspect[i].kind && s->suspect[i].port != suspected.port)
        i++;
    if (i == SUSPECTS_MAX)
        return;
    if (!s->suspect[i].kind)
        s->suspect[i] = suspected;
    s->suspect[i].packets++;
}

void survey_frame(struct survey *s, const struct frame *frame)
{
    struct facts *facts = s->facts;
    struct packet p = {0};
    enum frame_verdict verdict = frame_parse(frame, &s->options->frame, &p);
    uint16_t ethertype = link_ethertype(frame);
    see_port(s, &facts->port[frame->interface], frame, p.tunnels || p.protocol == IPPROTO_GRE);
    if (verdict == FRAME_HEADERS_CUT || p.cut)
        see_cut(s, frame, p.tunnels);
    s->in_tunnel = p.tunnels;
    if (p.tunnels)
        see_tunnel(facts, wrapping_of(frame, &s->outside), p.tunnel_id);
    switch (verdict) {
    case FRAME_PACKET:
        see_suspect(s, &p);
        return;
    case FRAME_FRAGMENT:
        facts->tunnel_fragments += wrapping_is_carrier(&p);
        return;
    case FRAME_OTHER_IP:
        if (!wrapping_is_common(UNREAD_IP, p.protocol))
            see_unread(facts, UNREAD_IP, p.protocol);
        return;
    case FRAME_NOT_IP:
        if (!wrapping_is_common(UNREAD_ETHERTYPE, ethertype))
            see_unread(facts, UNREAD_ETHERTYPE, ethertype);
        return;
    case FRAME_HEADERS_CUT:
    case FRAME_MALFORMED:
        return;
    }
}

void survey_packet(struct survey *s, const struct packet *p)
{
    if (p->tunnels && !s->in_tunnel)
        see_tunnel(s->facts, "tunnel in fragments", p->tunnel_id);
    census_packet(s->census, p);
    copies_packet(s->copies, p);
}

static int compare_unread(const void *left, const void *right)
{
    const struct unread *a = left, *b = right;
    if (a->frames != b->frames)
        return a->frames > b->frames ? -1 : 1;
    if (a->what != b->what)
        return a->what < b->what ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_tunnels(const void *left, const void *right)
{
    const struct tunnel_seen *a = left, *b = right;
    if (a->packets != b->packets)
        return a->packets > b->packets ? -1 : 1;
    int order = strcmp(a->kind, b->kind);
    return order ? order : (a->id > b->id) - (a->id < b->id);
}

void survey_finish(struct survey *s)
{
    struct facts *facts = s->facts;
    for (uint32_t i = 1; i < CUT_LENGTHS; i++)
        if (s->cut_at[i] > facts->cuts.at_length) {
            facts->cuts.length = i;
            facts->cuts.at_length = s->cut_at[i];
        }
    for (size_t i = 0; i < SUSPECTS_MAX; i++)
        if (s->suspect[i].packets > facts->suspected.packets)
            facts->suspected = s->suspect[i];
    qsort(facts->unread, facts->unread_len, sizeof *facts->unread, compare_unread);
    qsort(facts->tunnel, facts->tunnel_len, sizeof *facts->tunnel, compare_tunnels);
    census_judge(s->census, &facts->census);
    facts->copies = *copies_result(s->copies);
}
