/* frame_overlay.c - tunnels in UDP: VXLAN (RFC 7348), VXLAN-GPE, GENEVE (RFC 8926), GTP-U (3GPP TS
 * 29.281).
 *
 * A port proves nothing: reserved bits, lengths and what is inside have to bear it out. */
#include "capture/frame_layers.h"

enum {
    VXLAN_BYTES = 8,
    GENEVE_BYTES = 8,
    GTP_BYTES = 8,
    GTP_OPTIONAL_BYTES = 4,
    GTP_EXTENSIONS_MAX = 8,
};

static inline bool has_port(const struct tunnel_ports *ports, uint16_t port)
{
    for (uint16_t i = 0; i < ports->len; i++)
        if (ports->port[i] == port)
            return true;
    return false;
}

enum tunnel overlay_of(const struct frame_options *options, uint16_t port)
{
    switch (port) {
    case 4789:
    case 4790: /* VXLAN-GPE */
    case 8472: /* before there was an assigned one; Linux' default */
        return TUNNEL_VXLAN;
    case 6081:
        return TUNNEL_GENEVE;
    case 2152:
        return TUNNEL_GTP;
    default:
        if (has_port(&options->vxlan, port))
            return TUNNEL_VXLAN;
        return has_port(&options->geneve, port) ? TUNNEL_GENEVE : TUNNELS;
    }
}

/* Plain, with a group policy (draft-smith-vxlan-group-policy), or GPE, which says what it carries.
 * All other bits are 0. */
static enum frame_verdict read_vxlan(struct layers *l, struct packet *packet)
{
    enum {
        NETWORK = 0x08,
        GROUP_POLICY = 0x80,
        NEXT_PROTOCOL = 0x04,
        BROADCAST = 0x02,
        OAM = 0x01
    };
    enum { POLICY_FLAGS = 0x48, ETHERNET = 3 };
    const uint8_t *vxlan = take(l, VXLAN_BYTES);
    if (!vxlan)
        return lacks(l, VXLAN_BYTES);
    uint8_t flags = vxlan[0], next = ETHERNET;
    bool fine = flags == NETWORK && !be24_at(vxlan + 1);
    if (flags == (NETWORK | GROUP_POLICY))
        fine = !(vxlan[1] & ~POLICY_FLAGS);
    if (flags & NEXT_PROTOCOL) {
        uint8_t others = flags & (uint8_t) ~(BROADCAST | OAM);
        fine = others == (NETWORK | NEXT_PROTOCOL) && !be16_at(vxlan + 1);
        next = vxlan[3];
    }
    if (!fine || vxlan[7])
        return FRAME_MALFORMED;
    set_network(l, TENANT_VNI, be24_at(vxlan + 4));
    return layer_next(l, next, packet);
}

/* Options need not be known to be skipped. */
static enum frame_verdict read_geneve(struct layers *l, struct packet *packet)
{
    const uint8_t *geneve = take(l, GENEVE_BYTES);
    if (!geneve)
        return lacks(l, GENEVE_BYTES);
    size_t options = (size_t)(geneve[0] & 0x3f) * 4;
    if (geneve[0] >> 6 || geneve[1] & 0x3f || geneve[7]) /* version 0; reserved */
        return FRAME_MALFORMED;
    if (options && !take(l, options))
        return lacks(l, options);
    set_network(l, TENANT_VNI, be24_at(geneve + 4));
    return layer_carried(l, be16_at(geneve + 2), packet);
}

/* Extension headers, the type of the first of which is given; each says how long it is, in words
 * of 4 bytes, and last what follows. */
static enum frame_verdict skip_gtp_extensions(struct layers *l, uint8_t type)
{
    for (int i = 0; type && i < GTP_EXTENSIONS_MAX; i++) {
        if (!cursor_left(&l->bytes))
            return lacks(l, 1);
        size_t len = (size_t)l->bytes.at[0] * 4;
        const uint8_t *extension = len ? take(l, len) : NULL;
        if (!extension)
            return len ? lacks(l, len) : FRAME_MALFORMED;
        type = extension[len - 1];
    }
    return type ? FRAME_MALFORMED : FRAME_PACKET;
}

static enum frame_verdict read_gtp(struct layers *l, struct packet *packet)
{
    enum { VERSION_1 = 0x30, MUST_BE = 0xf8, EXTENSION = 0x04, ANY_FLAG = 0x07, USER_DATA = 255 };
    const uint8_t *gtp = take(l, GTP_BYTES);
    if (!gtp)
        return lacks(l, GTP_BYTES);
    if ((gtp[0] & MUST_BE) != VERSION_1 || gtp[1] != USER_DATA || be16_at(gtp + 2) != l->length)
        return FRAME_MALFORMED;
    l->tunnel_id = be32_at(gtp + 4); /* each direction has its own: they tell no networks apart */
    if (gtp[0] & ANY_FLAG) {
        const uint8_t *optional = take(l, GTP_OPTIONAL_BYTES);
        if (!optional)
            return lacks(l, GTP_OPTIONAL_BYTES);
        uint8_t type = gtp[0] & EXTENSION ? optional[3] : 0;
        enum frame_verdict verdict = skip_gtp_extensions(l, type);
        if (verdict != FRAME_PACKET)
            return verdict;
    }
    return layer_ip(l, packet);
}

/* Is it an EtherType that bridged networks really carry besides IP? */
static bool is_known_ethertype(uint16_t ethertype)
{
    static const uint16_t known[] = {
        0x0806, /* ARP */
        0x0842, /* wake-on-LAN */
        0x22f3, /* TRILL */
        0x4305, /* batman-adv */
        0x8035, /* RARP */
        0x8137, /* IPX */
        0x8809, /* slow protocols: LACP */
        0x8863, /* PPPoE discovery */
        0x8864, /* PPPoE */
        0x886d, /* network card teaming */
        0x888e, /* 802.1X */
        0x8892, /* PROFINET */
        0x88a2, /* ATA over Ethernet */
        0x88a4, /* EtherCAT */
        0x88cc, /* LLDP */
        0x88e5, /* MACsec */
        0x88e7, /* provider backbone bridges */
        0x88f5, /* MVRP */
        0x88f7, /* PTP */
        0x8902, /* connectivity fault management */
        0x8906, /* FCoE */
        0x8914, /* FCoE initialization */
        0x8915, /* RoCE */
        0x8847, /* MPLS */
        0x9000, /* loopback test */
    };
    if (ethertype <= 1500) /* IEEE 802.3: a length */
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i] == ethertype)
            return true;
    return false;
}

enum frame_verdict layer_overlay(struct layers *l, enum tunnel tunnel, struct packet *packet)
{
    enum frame_verdict verdict = FRAME_MALFORMED;
    l->ethertype = UINT16_MAX;
    if (tunnel == TUNNEL_VXLAN)
        verdict = read_vxlan(l, packet);
    else if (tunnel == TUNNEL_GENEVE)
        verdict = read_geneve(l, packet);
    else if (tunnel == TUNNEL_GTP)
        verdict = read_gtp(l, packet);
    bool is_doubtful = verdict == FRAME_NOT_IP && !is_known_ethertype(l->ethertype);
    return is_doubtful ? FRAME_MALFORMED : verdict;
}
