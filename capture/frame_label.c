/* frame_label.c - what lies between a link layer and IP: MPLS labels, PPPoE sessions, NSH. */
#include "capture/frame_layers.h"

enum {
    LABEL_BYTES = 4,
    LABELS_MAX = 16,
    CONTROL_WORD_BYTES = 4,
    PPPOE_BYTES = 6,
    NSH_BYTES = 8, /* base and service path header */
    NSH_1_BYTES = 24,
};

static inline bool holds_ip(enum frame_verdict verdict)
{
    return verdict == FRAME_PACKET || verdict == FRAME_OTHER_IP || verdict == FRAME_FRAGMENT;
}

/* An Ethernet frame behind labels (RFC 4448), with or without the control word: only what it holds
 * can tell, for that word looks like the address of a network card. At the first pseudowire only,
 * or nesting would double the work each time. */
static enum frame_verdict read_pseudowire(struct layers *l, bool may_have_word,
                                          struct packet *packet)
{
    if (l->pseudowire)
        return FRAME_NOT_IP;
    l->pseudowire = true;
    l->vlan = 0;
    struct layers behind_labels = *l;
    enum frame_verdict plain = layer_ethernet(l, packet), worded = FRAME_NOT_IP;
    if (holds_ip(plain))
        return plain;
    if (may_have_word) {
        *l = behind_labels;
        worded =
            take(l, CONTROL_WORD_BYTES) ? layer_ethernet(l, packet) : lacks(l, CONTROL_WORD_BYTES);
        if (holds_ip(worded))
            return worded;
    }
    return plain == FRAME_HEADERS_CUT || worded == FRAME_HEADERS_CUT ? FRAME_HEADERS_CUT
                                                                     : FRAME_NOT_IP;
}

/* A stack of labels (RFC 3032) says nowhere what it carries: the first four bits do (RFC 4928). */
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
    unsigned first = l->bytes.at[0] >> 4;
    if (first == 4 || first == 6) {
        struct layers behind_labels = *l;
        enum frame_verdict verdict = layer_ip(l, packet);
        if (verdict != FRAME_MALFORMED)
            return verdict;
        *l = behind_labels;
    }
    return read_pseudowire(l, first == 0, packet);
}

/* PPP (RFC 1661) with or without its HDLC framing, its protocol field compressed or not. */
enum frame_verdict layer_ppp(struct layers *l, struct packet *packet)
{
    if (cursor_left(&l->bytes) >= 2 && be16_at(l->bytes.at) == 0xff03)
        take(l, 2);
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
