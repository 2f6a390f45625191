/* frame_label.c - what lies between a link layer and IP: MPLS labels, PPPoE sessions, NSH. */
#include "capture/frame_layers.h"

enum {
    LABEL_BYTES = 4,
    LABELS_MAX = 16,
    CONTROL_WORD_BYTES = 4,
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    PPPOE_BYTES = 6,
    NSH_BYTES = 8, /* base and service path header */
    NSH_1_BYTES = 24,
};

static inline bool holds_ip(enum frame_verdict verdict)
{
    return verdict == FRAME_PACKET || verdict == FRAME_OTHER_IP || verdict == FRAME_FRAGMENT;
}

static uint16_t ipv4_checksum(const uint8_t *ip, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += be16_at(ip + i);
    return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

/* Does an IP packet begin here that is one for sure? Four bits of a version say little. */
static bool is_surely_ip(const struct layers *l)
{
    const uint8_t *ip = l->bytes.at;
    size_t captured = cursor_left(&l->bytes), header = (size_t)(ip[0] & 0xf) * 4;
    if (ip[0] >> 4 == 4)
        return header >= IPV4_BYTES && captured >= header && ipv4_checksum(ip, header) == 0;
    return ip[0] >> 4 == 6 && captured >= 6 && be16_at(ip + 4) == l->length - IPV6_BYTES;
}

/* An Ethernet frame (RFC 4448) that holds IP, `skip` bytes from here. Puts `l` back if it is none.
 */
static enum frame_verdict read_pseudowire(struct layers *l, size_t skip, struct packet *packet)
{
    struct layers behind_labels = *l;
    l->pseudowire = true;
    l->vlan = 0;
    if (skip && !take(l, skip))
        return lacks(l, skip);
    enum frame_verdict verdict = layer_ethernet(l, packet);
    if (holds_ip(verdict))
        return verdict;
    *l = behind_labels;
    return verdict == FRAME_HEADERS_CUT ? verdict : FRAME_NOT_IP;
}

/* A stack of labels says nowhere what it carries: IP, whose version comes first, or an Ethernet
 * frame, whose first bits may look like a version, with or without a control word, which may look
 * like the address of a network card. So what is inside has to tell. Pseudowires in pseudowires are
 * not looked for, or nesting would double the work each time. */
static enum frame_verdict read_labelled(struct layers *l, struct packet *packet)
{
    unsigned first = l->bytes.at[0] >> 4;
    if (l->pseudowire || is_surely_ip(l))
        return layer_ip(l, packet);
    enum frame_verdict plain = read_pseudowire(l, 0, packet);
    if (plain != FRAME_NOT_IP)
        return plain;
    if (first == 4 || first == 6)
        return layer_ip(l, packet);
    return first == 0 ? read_pseudowire(l, CONTROL_WORD_BYTES, packet) : FRAME_NOT_IP;
}

/* RFC 3032. */
enum frame_verdict layer_mpls(struct layers *l, struct packet *packet)
{
    const uint8_t *label;
    int labels = 0;
    do {
        label = take(l, LABEL_BYTES);
        if (!label)
            return lacks(l, LABEL_BYTES);
        if (++labels > LABELS_MAX)
            return FRAME_NOT_IP;
    } while (!(label[2] & 1)); /* bottom of the stack */
    if (!cursor_left(&l->bytes))
        return lacks(l, 1);
    enum frame_verdict verdict = read_labelled(l, packet);
    return verdict == FRAME_MALFORMED ? FRAME_NOT_IP : verdict;
}

/* PPP (RFC 1661) with or without its HDLC framing, its protocol field compressed or not. */
enum frame_verdict layer_ppp(struct layers *l, struct packet *packet)
{
    if (cursor_left(&l->bytes) && l->bytes.at[0] == 0xff) { /* to all stations */
        const uint8_t *framing = take(l, 2);
        if (!framing)
            return lacks(l, 2);
    }
    size_t len = cursor_left(&l->bytes) && l->bytes.at[0] & 1 ? 1 : 2;
    const uint8_t *field = take(l, len);
    if (!field)
        return lacks(l, len);
    switch (len == 1 ? field[0] : be16_at(field)) {
    case 0x0021:
        return layer_ipv4(l, packet);
    case 0x0057:
        return layer_ipv6(l, packet);
    case 0x0281:
    case 0x0283:
        return layers_enter(l, TUNNEL_MPLS) ? layer_mpls(l, packet) : FRAME_NOT_IP;
    default:
        return FRAME_NOT_IP;
    }
}

/* RFC 2516. Its length field may be longer than a frame that a switch has sliced. */
enum frame_verdict layer_pppoe(struct layers *l, struct packet *packet)
{
    const uint8_t *pppoe = take(l, PPPOE_BYTES);
    if (!pppoe)
        return lacks(l, PPPOE_BYTES);
    if (pppoe[0] != 0x11 || pppoe[1] != 0) /* version and type 1; code 0: session data */
        return FRAME_MALFORMED;
    size_t length = be16_at(pppoe + 4);
    if (length < l->length)
        end_layer(l, length);
    return layer_ppp(l, packet);
}

/* RFC 8300. Metadata of type 1 has one length, that of type 2 any, in words of 4 bytes. */
enum frame_verdict layer_nsh(struct layers *l, struct packet *packet)
{
    const uint8_t *nsh = take(l, NSH_BYTES);
    if (!nsh)
        return lacks(l, NSH_BYTES);
    uint16_t base = be16_at(nsh);
    size_t header = (size_t)(base & 0x3f) * 4;
    unsigned metadata = nsh[2] & 0xf;
    if (base >> 14 || (metadata != 1 && metadata != 2) || header < NSH_BYTES ||
        (metadata == 1 && header != NSH_1_BYTES))
        return FRAME_MALFORMED;
    if (header > NSH_BYTES && !take(l, header - NSH_BYTES))
        return lacks(l, header - NSH_BYTES);
    return layer_next(l, nsh[3], packet);
}

/* The numbers that NSH and VXLAN-GPE have for what follows them. */
enum frame_verdict layer_next(struct layers *l, uint8_t next, struct packet *packet)
{
    switch (next) {
    case 1:
        return layer_ipv4(l, packet);
    case 2:
        return layer_ipv6(l, packet);
    case 3:
        l->vlan = 0;
        return layer_ethernet(l, packet);
    case 4:
        return layers_enter(l, TUNNEL_NSH) ? layer_nsh(l, packet) : FRAME_NOT_IP;
    case 5:
        return layers_enter(l, TUNNEL_MPLS) ? layer_mpls(l, packet) : FRAME_NOT_IP;
    default:
        return FRAME_NOT_IP;
    }
}
