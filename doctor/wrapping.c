/* wrapping.c - see wrapping.h. */
#include "doctor/wrapping.h"

#include <netinet/in.h>

#include "capture/link.h"

enum {
    VXLAN_BYTES = 8,
    GENEVE_BYTES = 8,
    ETHERNET_BYTES = 14,
    ETHERTYPE_LEAST = 0x0600, /* below it is a length (IEEE 802.3): spanning tree, CDP */
};

static const struct {
    uint16_t port;
    const char *name;
} udp_tunnels[] = {
    {4789, "VXLAN"},   {8472, "VXLAN"}, {4790, "VXLAN-GPE"}, {6081, "GENEVE"},
    {4754, "GRE/UDP"}, {2152, "GTP-U"}, {37008, "TZSP"},
};

static const struct {
    uint16_t ethertype;
    const char *name;
} gre_tunnels[] = {
    {0x88be, "ERSPAN"}, {0x22eb, "ERSPAN III"}, {0x6558, "GRE (Ethernet)"},
    {0x0800, "GRE"},    {0x86dd, "GRE"},
};

static const struct {
    enum unread_what what;
    uint16_t number;
    const char *name; /* NULL: every network has it */
} kinds[] = {
    {UNREAD_ETHERTYPE, 0x0806, NULL}, /* ARP */
    {UNREAD_ETHERTYPE, 0x8035, NULL}, /* RARP */
    {UNREAD_ETHERTYPE, 0x8809, NULL}, /* LACP and other slow protocols */
    {UNREAD_ETHERTYPE, 0x888e, NULL}, /* 802.1X */
    {UNREAD_ETHERTYPE, 0x88cc, NULL}, /* LLDP */
    {UNREAD_ETHERTYPE, 0x88f7, NULL}, /* PTP */
    {UNREAD_ETHERTYPE, 0x9000, NULL}, /* loopback tests */
    {UNREAD_ETHERTYPE, 0x8847, "MPLS"},
    {UNREAD_ETHERTYPE, 0x8848, "MPLS"},
    {UNREAD_ETHERTYPE, 0x8864, "PPPoE"},
    {UNREAD_ETHERTYPE, 0x88e5, "MACsec, encrypted"},
    {UNREAD_ETHERTYPE, 0x88e7, "PBB, MAC in MAC"},
    {UNREAD_ETHERTYPE, 0x8903, "FabricPath"},
    {UNREAD_ETHERTYPE, 0x8926, "VN-Tag"},
    {UNREAD_ETHERTYPE, 0x893f, "802.1BR"},
    {UNREAD_ETHERTYPE, 0x894f, "NSH"},
    {UNREAD_ETHERTYPE, 0x8915, "RoCE"},
    {UNREAD_ETHERTYPE, 0x8906, "FCoE"},
    {UNREAD_IP, IPPROTO_ICMP, NULL},
    {UNREAD_IP, IPPROTO_IGMP, NULL},
    {UNREAD_IP, IPPROTO_ICMPV6, NULL},
    {UNREAD_IP, IPPROTO_NONE, NULL},
    {UNREAD_IP, 88, NULL},  /* EIGRP */
    {UNREAD_IP, 89, NULL},  /* OSPF */
    {UNREAD_IP, 103, NULL}, /* PIM */
    {UNREAD_IP, 112, NULL}, /* VRRP, CARP */
    {UNREAD_IP, IPPROTO_ESP, "IPsec ESP, encrypted"},
    {UNREAD_IP, IPPROTO_SCTP, "SCTP"},
    {UNREAD_IP, IPPROTO_GRE, "GRE of an unknown kind"},
    {UNREAD_IP, 137, "MPLS in IP"},
    {UNREAD_IP, IPPROTO_IPIP, "IP in IP"},
    {UNREAD_IP, IPPROTO_IPV6, "IPv6 in IP"},
    {UNREAD_IP, 115, "L2TP"},
    {UNREAD_IP, 97, "EtherIP"},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static uint16_t be16_at(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t be24_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 16 | be16_at(at + 1);
}

static bool has_port(const struct tunnel_ports *ports, uint16_t port)
{
    for (uint16_t i = 0; i < ports->len; i++)
        if (ports->port[i] == port)
            return true;
    return false;
}

static const char *udp_tunnel(uint16_t port)
{
    for (size_t i = 0; i < sizeof udp_tunnels / sizeof *udp_tunnels; i++)
        if (udp_tunnels[i].port == port)
            return udp_tunnels[i].name;
    return NULL;
}

/* `ip` is a packet whose protocol is GRE. */
static const char *gre_tunnel(struct bytes ip)
{
    enum { SEQUENCE = 0x1000 };
    struct cursor c = cursor_over(ip);
    bool v4 = ip.len && ip.at[0] >> 4 == 4;
    cursor_skip(&c, v4 ? (size_t)(ip.at[0] & 15) * 4 : 40);
    uint16_t flags = cursor_be16(&c), ethertype = cursor_be16(&c);
    if (ethertype == 0x88be && !(flags & SEQUENCE))
        return "ERSPAN I";
    if (ethertype == 0x88be)
        return "ERSPAN II";
    for (size_t i = 0; i < sizeof gre_tunnels / sizeof *gre_tunnels; i++)
        if (gre_tunnels[i].ethertype == ethertype)
            return gre_tunnels[i].name;
    return NULL;
}

static const char *unread_name(enum unread_what what, uint16_t number)
{
    return wrapping_unread_name(&(struct unread){.what = what, .number = number});
}

const char *wrapping_of(const struct frame *frame, const struct frame_options *outside)
{
    struct packet p = {0};
    const char *name = NULL;
    enum frame_verdict verdict = frame_parse(frame, outside, &p);
    if (verdict == FRAME_PACKET && p.protocol == IPPROTO_UDP) {
        name = udp_tunnel(p.destination_port);
        if (!name && has_port(&outside->vxlan, p.destination_port))
            name = "VXLAN";
        if (!name && has_port(&outside->geneve, p.destination_port))
            name = "GENEVE";
    } else if (verdict == FRAME_OTHER_IP && p.protocol == IPPROTO_GRE) {
        name = gre_tunnel(p.ip);
    } else if (verdict == FRAME_OTHER_IP) {
        name = unread_name(UNREAD_IP, p.protocol);
    } else if (verdict == FRAME_NOT_IP) {
        name = unread_name(UNREAD_ETHERTYPE, link_ethertype(frame));
    }
    return name ? name : "tunnel";
}

/* The first fragment of a datagram begins with its ports; later ones do not show what they are. */
bool wrapping_is_carrier(const struct packet *fragment)
{
    if (fragment->protocol == IPPROTO_GRE)
        return true;
    return fragment->protocol == IPPROTO_UDP && fragment->payload.len >= 8 &&
           udp_tunnel(be16_at(fragment->payload.at + 2)) != NULL;
}

/* An Ethernet frame with an IP packet, or ARP, in it? */
static bool looks_like_frame(struct bytes b)
{
    if (b.len < ETHERNET_BYTES + 20)
        return false;
    uint8_t version = b.at[ETHERNET_BYTES] >> 4;
    switch (be16_at(b.at + 12)) {
    case 0x0800:
        return version == 4 && (b.at[ETHERNET_BYTES] & 15) >= 5;
    case 0x86dd:
        return version == 6;
    case 0x0806:
        return be16_at(b.at + ETHERNET_BYTES) == 1;
    default:
        return false;
    }
}

/* RFC 7348, 5: one flag, and zeroes around the VNI. */
static bool looks_like_vxlan(struct bytes b)
{
    return b.len > VXLAN_BYTES && b.at[0] == 0x08 && !be24_at(b.at + 1) && !b.at[7] &&
           looks_like_frame(bytes_after(b, VXLAN_BYTES));
}

/* RFC 8926, 3.4: version 0, Ethernet inside. */
static bool looks_like_geneve(struct bytes b)
{
    return b.len > GENEVE_BYTES && b.at[0] >> 6 == 0 && !(b.at[1] & 0x3f) &&
           be16_at(b.at + 2) == 0x6558 && !b.at[7] &&
           looks_like_frame(bytes_after(b, GENEVE_BYTES + (size_t)(b.at[0] & 0x3f) * 4));
}

struct tunnel_suspected wrapping_suspect(const struct packet *p)
{
    struct tunnel_suspected s = {0};
    if (p->protocol != IPPROTO_UDP)
        return s;
    s.kind = looks_like_vxlan(p->payload)    ? "VXLAN"
             : looks_like_geneve(p->payload) ? "GENEVE"
                                             : NULL;
    s.port = p->destination_port;
    s.id = s.kind ? be24_at(p->payload.at + 4) : 0;
    return s;
}

static bool is_known(enum unread_what what, uint16_t number, const char **ret_name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].what == what && kinds[i].number == number) {
            *ret_name = kinds[i].name;
            return true;
        }
    return false;
}

bool wrapping_is_common(enum unread_what what, uint16_t number)
{
    const char *name;
    if (what == UNREAD_ETHERTYPE && number < ETHERTYPE_LEAST)
        return true;
    return is_known(what, number, &name) && !name;
}

const char *wrapping_unread_name(const struct unread *u)
{
    const char *name = NULL;
    is_known(u->what, u->number, &name);
    return name;
}
