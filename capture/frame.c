/* frame.c - see frame.h. */
#include "capture/frame.h"

#include <netinet/in.h>
#include <pcap/dlt.h>

#include "capture/frame_layers.h"

enum {
    COOKED_V1_BYTES = 16,
    COOKED_V2_BYTES = 20,
    JUMBO_IP_MAX = 9216,                             /* the largest that switches are built for */
    JUMBO_FRAME_MAX = JUMBO_IP_MAX + 14 + 2 * 4 + 4, /* Ethernet, two tags, checksum */
};

const char *const frame_tunnel_names[TUNNELS + 1] = {
    [TUNNEL_MPLS] = "mpls",     [TUNNEL_PPPOE] = "pppoe", [TUNNEL_GRE] = "gre",
    [TUNNEL_ERSPAN] = "erspan", [TUNNEL_VXLAN] = "vxlan", [TUNNEL_GENEVE] = "geneve",
    [TUNNEL_IPIP] = "ipip",     [TUNNEL_GTP] = "gtp",     [TUNNEL_NSH] = "nsh",
};

static inline void begin(struct layers *l, const struct frame *frame,
                         const struct frame_options *options)
{
    l->frame = frame;
    l->options = options;
    l->bytes = cursor_over(bytes_of(frame->data, frame->captured));
    l->length = frame->length;
    l->pseudowire = false;
    l->tunnels = 0;
    l->vlan = 0;
    l->tunnel_id = 0;
    l->network = 0;
    l->link = 0;
}

enum frame_verdict frame_parse(const struct frame *frame, const struct frame_options *options,
                               struct packet *ret_packet)
{
    struct layers l;
    begin(&l, frame, options);
    switch (frame->link_type) {
    case DLT_EN10MB:
        return layer_ethernet(&l, ret_packet);
    case DLT_LINUX_SLL:
        return layer_typed_link(&l, COOKED_V1_BYTES, 14, ret_packet);
    case DLT_LINUX_SLL2:
        return layer_typed_link(&l, COOKED_V2_BYTES, 0, ret_packet);
    case DLT_RAW:
        return layer_ip(&l, ret_packet);
    case DLT_IPV4:
        return layer_ipv4(&l, ret_packet);
    case DLT_IPV6:
        return layer_ipv6(&l, ret_packet);
    case DLT_NULL:
    case DLT_LOOP:
        return layer_family(&l, ret_packet);
    default:
        return FRAME_NOT_IP;
    }
}

enum frame_verdict frame_parse_rebuilt(const struct packet *fragment, struct bytes ip,
                                       const struct frame_options *options,
                                       struct packet *ret_packet)
{
    struct frame frame = {
        .time_ns = fragment->time_ns,
        .captured = (uint32_t)ip.len,
        .length = (uint32_t)ip.len,
        .data = ip.at,
        .link_type = DLT_RAW,
        .interface = fragment->interface,
    };
    struct frame_options told = *options;
    told.mirror = NULL;
    struct layers l;
    begin(&l, &frame, &told);
    l.tunnels = fragment->tunnels;
    l.vlan = fragment->vlan;
    l.tunnel_id = fragment->tunnel_id;
    l.network = tenant_without_vlan(fragment->tenant, fragment->vlan);
    l.link = fragment->link;
    return layer_ip(&l, ret_packet);
}

/* Does it exceed what any wire carries? Then the segments of several packets were joined, or not
 * yet cut apart, by the machine that captured (GRO, LRO, TSO). */
static inline bool is_oversized(const struct frame *frame, const struct packet *packet)
{
    return frame->length > JUMBO_FRAME_MAX ||
           (packet->protocol == IPPROTO_TCP && packet->ip.len + packet->cut > JUMBO_IP_MAX);
}

void frame_count(struct capture_counters *counters, const struct frame *frame,
                 enum frame_verdict verdict, const struct packet *packet)
{
    counters->frames++;
    counters->bytes += frame->length;
    switch (verdict) {
    case FRAME_PACKET:
        counters->packets++;
        counters->truncated += packet->cut != 0;
        counters->tunnelled += packet->tunnels != 0;
        counters->oversized += is_oversized(frame, packet);
        return;
    case FRAME_NOT_IP:
        counters->not_ip++;
        return;
    case FRAME_OTHER_IP:
        counters->other_ip++;
        return;
    case FRAME_FRAGMENT:
        counters->fragments++;
        return;
    case FRAME_HEADERS_CUT:
        counters->headers_cut++;
        return;
    case FRAME_MALFORMED:
        counters->malformed++;
        return;
    }
}

bool frame_knows_link_type(int link_type)
{
    switch (link_type) {
    case DLT_EN10MB:
    case DLT_LINUX_SLL:
    case DLT_LINUX_SLL2:
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
    case DLT_NULL:
    case DLT_LOOP:
        return true;
    default:
        return false;
    }
}
