/* link.c - see link.h. */
#include "capture/link.h"

#include <pcap/dlt.h>

enum { VLAN_TAGS_MAX = 8, COOKED_V2_TYPE_AT = 10 };

static enum addressee addressee_ethernet(struct cursor c, const uint8_t *mac)
{
    static const uint8_t none[MAC_BYTES];
    struct bytes to = cursor_take(&c, MAC_BYTES), from = cursor_take(&c, MAC_BYTES);
    bool known = memcmp(mac, none, MAC_BYTES) != 0;
    if (c.starved)
        return LINK_TO_OTHERS;
    if (known && memcmp(from.at, mac, MAC_BYTES) == 0)
        return LINK_FROM_US;
    if (to.at[0] & 1)
        return LINK_TO_MANY;
    return known && memcmp(to.at, mac, MAC_BYTES) == 0 ? LINK_TO_US : LINK_TO_OTHERS;
}

/* PACKET_HOST and its like of Linux: two bytes that begin v1, one in v2. */
static enum addressee addressee_cooked(unsigned type)
{
    static const enum addressee addressees[] = {LINK_TO_US, LINK_TO_MANY, LINK_TO_MANY,
                                                LINK_TO_OTHERS, LINK_FROM_US};
    return type < sizeof addressees / sizeof *addressees ? addressees[type] : LINK_TO_OTHERS;
}

enum addressee link_addressee(const struct frame *frame, const uint8_t mac[MAC_BYTES])
{
    struct cursor c = cursor_over(bytes_of(frame->data, frame->captured));
    unsigned type;
    switch (frame->link_type) {
    case DLT_EN10MB:
        return addressee_ethernet(c, mac);
    case DLT_LINUX_SLL:
        type = cursor_be16(&c);
        break;
    case DLT_LINUX_SLL2:
        cursor_skip(&c, COOKED_V2_TYPE_AT);
        type = cursor_u8(&c);
        break;
    default:
        return LINK_TO_OTHERS;
    }
    return c.starved ? LINK_TO_OTHERS : addressee_cooked(type);
}

static bool is_vlan_tag(uint16_t ethertype)
{
    return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100 || ethertype == 0x9200;
}

uint16_t link_ethertype(const struct frame *frame)
{
    struct cursor c = cursor_over(bytes_of(frame->data, frame->captured));
    if (frame->link_type != DLT_EN10MB)
        return 0;
    cursor_skip(&c, 2 * MAC_BYTES);
    uint16_t ethertype = cursor_be16(&c);
    for (int i = 0; i < VLAN_TAGS_MAX && is_vlan_tag(ethertype); i++) {
        cursor_skip(&c, 2);
        ethertype = cursor_be16(&c);
    }
    return ethertype;
}
