/* frame_gre.c - GRE (RFC 2784, RFC 2890), NVGRE (RFC 7637), and what switches mirror in it: ERSPAN
 * (draft-foschini-erspan). */
#include "capture/frame_layers.h"
#include "capture/mirror.h"

enum {
    GRE_BYTES = 4,
    FIELD_BYTES = 4, /* checksum, key and sequence number, each if its flag is set */
    ERSPAN_2_BYTES = 8,
    ERSPAN_3_BYTES = 12,
    ERSPAN_3_SUBHEADER_BYTES = 8,
};

enum gre_flag { CHECKSUM = 0x8000, KEY = 0x2000, SEQUENCE = 0x1000 };

struct gre {
    uint16_t flags, carries;
    uint32_t key, number; /* if flagged */
};

static enum frame_verdict read_header(struct layers *l, struct gre *gre)
{
    const uint8_t *header = take(l, GRE_BYTES);
    if (!header)
        return lacks(l, GRE_BYTES);
    gre->flags = be16_at(header);
    gre->carries = be16_at(header + 2);
    if (gre->flags & ~(CHECKSUM | KEY | SEQUENCE)) /* reserved, source routes, other versions */
        return FRAME_MALFORMED;
    for (uint16_t flag = CHECKSUM; flag >= SEQUENCE; flag >>= 1) {
        if (!(gre->flags & flag))
            continue;
        const uint8_t *field = take(l, FIELD_BYTES);
        if (!field)
            return lacks(l, FIELD_BYTES);
        if (flag == KEY)
            gre->key = be32_at(field);
        if (flag == SEQUENCE)
            gre->number = be32_at(field);
    }
    return FRAME_PACKET;
}

/* The header before a mirrored frame: none in type I. Sets what the inner layers start from. */
static enum frame_verdict read_erspan_header(struct layers *l, size_t len, bool *ret_has_ethernet)
{
    const uint8_t *erspan = take(l, len);
    if (!erspan)
        return lacks(l, len);
    uint16_t first = be16_at(erspan);
    if (first >> 12 != (len == ERSPAN_2_BYTES ? 1 : 2))
        return FRAME_MALFORMED;
    l->vlan = first & 0xfff; /* of the frame as it came, should its tag be gone */
    set_network(l, TENANT_ERSPAN, be16_at(erspan + 2) & 0x3ff);
    if (len == ERSPAN_2_BYTES)
        return FRAME_PACKET;
    unsigned frame_type = erspan[10] >> 2 & 0x1f;
    if (frame_type != 0 && frame_type != 2)
        return FRAME_MALFORMED;
    *ret_has_ethernet = frame_type == 0;
    if (erspan[11] & 1 && !take(l, ERSPAN_3_SUBHEADER_BYTES))
        return lacks(l, ERSPAN_3_SUBHEADER_BYTES);
    return FRAME_PACKET;
}

/* `len`: of its header. */
static enum frame_verdict read_erspan(struct layers *l, const struct gre *gre, size_t len,
                                      struct packet *packet)
{
    bool has_ethernet = true;
    struct mirror *mirror = gre->flags & SEQUENCE ? l->options->mirror : NULL;
    struct address source = l->is_v6 ? address_v6(l->from) : address_v4(l->from);
    if (len) {
        enum frame_verdict verdict = read_erspan_header(l, len, &has_ethernet);
        if (verdict != FRAME_PACKET)
            return verdict;
    }
    uint32_t session = l->tunnel_id;
    enum frame_verdict verdict = has_ethernet ? layer_ethernet(l, packet) : layer_ip(l, packet);
    if (mirror && len && verdict != FRAME_MALFORMED)
        mirror_note(mirror, &source, session, gre->number);
    return verdict;
}

/* The lower byte of an NVGRE key is a hash of the flow. Its networks begin at 4096: a lower number
 * is a plain key. */
static void note_key(struct layers *l, const struct gre *gre)
{
    uint32_t network = gre->key >> 8;
    if (gre->flags == KEY && gre->carries == 0x6558 && network > 0xfff && network < 0xffffff)
        set_network(l, TENANT_VNI, network);
    else
        set_network(l, TENANT_GRE, gre->key);
}

enum frame_verdict layer_gre(struct layers *l, struct packet *packet)
{
    struct gre gre;
    enum frame_verdict verdict = read_header(l, &gre);
    if (verdict != FRAME_PACKET)
        return verdict;
    bool is_erspan = gre.carries == 0x88be || gre.carries == 0x22eb;
    if (!layers_enter(l, is_erspan ? TUNNEL_ERSPAN : TUNNEL_GRE))
        return FRAME_MALFORMED;
    if (gre.flags & KEY)
        note_key(l, &gre);
    switch (gre.carries) {
    case 0x88be:
        return read_erspan(l, &gre, gre.flags & SEQUENCE ? ERSPAN_2_BYTES : 0, packet);
    case 0x22eb:
        return read_erspan(l, &gre, ERSPAN_3_BYTES, packet);
    case 0x880b:
        verdict = layer_ppp(l, packet);
        return verdict == FRAME_NOT_IP ? FRAME_MALFORMED : verdict;
    default:
        return layer_carried(l, gre.carries, packet);
    }
}
