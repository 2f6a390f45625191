/* healthy.c - see healthy.h. */
#include "tests/doctor/healthy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

#define FIELD(name, member)                                                                        \
    {                                                                                              \
        name, offsetof(struct facts, member), sizeof((struct facts *)0)->member                    \
    }

static const struct {
    const char *name;
    size_t at, size;
} fields[] = {
    FIELD("live", live),
    FIELD("filtered", filtered),
    FIELD("looked_ns", looked_ns),
    FIELD("clock_set", tap_steps),
    FIELD("ports", port_len),
    /* the first port */
    FIELD("port_live", port[0].live),
    FIELD("exists", port[0].state.exists),
    FIELD("up", port[0].state.up),
    FIELD("carrier", port[0].state.carrier),
    FIELD("loopback", port[0].state.loopback),
    FIELD("promiscuous", port[0].state.promiscuous),
    FIELD("speed_mbit", port[0].state.speed_mbit),
    FIELD("any", port[0].is_any),
    FIELD("not_promiscuous", port[0].not_promiscuous),
    FIELD("gro", port[0].offload.gro),
    FIELD("lro", port[0].offload.lro),
    FIELD("gro_hw", port[0].offload.gro_hw),
    FIELD("ring", port[0].offload.ring),
    FIELD("ring_max", port[0].offload.ring_max),
    FIELD("counted", port[0].counts.of[COUNT_FRAMES]),
    FIELD("no_room", port[0].counts.of[COUNT_NO_ROOM]),
    FIELD("damaged", port[0].counts.of[COUNT_DAMAGED]),
    FIELD("dropped", port[0].counts.of[COUNT_DROPPED]),
    FIELD("kernel_drops", port[0].kernel_drops),
    FIELD("port_frames", port[0].frames),
    FIELD("port_bytes", port[0].bytes),
    FIELD("to_many", port[0].to_many),
    FIELD("own", port[0].own),
    FIELD("foreign", port[0].foreign),
    FIELD("longest", port[0].longest),
    FIELD("joined", port[0].joined),
    FIELD("steps", port[0].steps),
    FIELD("step_ns", port[0].step_ns),
    /* all of them */
    FIELD("frames", capture.frames),
    FIELD("packets", capture.packets),
    FIELD("all_kernel_drops", capture.kernel_drops),
    FIELD("headers_cut", capture.headers_cut),
    FIELD("malformed", capture.malformed),
    FIELD("fragments", capture.fragments),
    FIELD("rebuilt", capture.rebuilt),
    FIELD("unfinished", capture.unfinished),
    FIELD("uncertain", capture.uncertain),
    FIELD("tunnelled", capture.tunnelled),
    FIELD("mirror_lost", capture.mirror_lost),
    FIELD("mirror_seen", capture.mirror_seen),
    FIELD("seen", census.seen),
    FIELD("judged", census.judged),
    FIELD("lack_requests", census.lacking[REQUESTS]),
    FIELD("lack_answers", census.lacking[ANSWERS]),
    FIELD("split", census.split),
    FIELD("encrypted", census.encrypted),
    FIELD("payload", census.payload_bytes),
    FIELD("missing", census.missing_bytes),
    FIELD("missing_of", census.missing_of),
    FIELD("all_packets", copies.packets),
    FIELD("copies", copies.copies),
    FIELD("copies_same", copies.by_pattern[COPY_SAME]),
    FIELD("copies_routed", copies.by_pattern[COPY_ROUTED]),
    FIELD("by_snapshot", cuts.by_snapshot),
    FIELD("on_the_way", cuts.on_the_way),
    FIELD("in_tunnel", cuts.in_tunnel),
    FIELD("cut_length", cuts.length),
    FIELD("at_length", cuts.at_length),
    FIELD("tunnel_fragments", tunnel_fragments),
    FIELD("tunnels", tunnel_len),
    FIELD("suspected", suspected.packets),
    FIELD("unread", unread_len),
    FIELD("unread_frames", unread[0].frames),
    FIELD("unread_number", unread[0].number),
};

struct facts *healthy(void)
{
    static struct facts facts;
    facts = (struct facts){
        .port_len = 1,
        .live = true,
        .looked_ns = 10000000000,
        .capture = {.frames = 10000, .bytes = 5000000, .packets = 9900},
        .census = {.seen = 60, .judged = 50, .payload_bytes = 4000000},
        .copies = {.packets = 9900},
        .suspected = {.kind = "VXLAN", .port = 4444, .id = 42},
        .tunnel = {{.kind = "ERSPAN II", .id = 7, .packets = 900}},
    };
    facts.port[0] = (struct port){
        .name = "eth1",
        .live = true,
        .state = {.exists = true, .up = true, .carrier = true, .promiscuous = true, .mtu = 1500},
        .offload = {.known = true},
        .counts = {.of = {[COUNT_FRAMES] = 10000}},
        .frames = 10000,
        .bytes = 5000000,
        .to_many = 50,
        .foreign = 9950,
        .longest = 1514,
    };
    snprintf(facts.census.example[ANSWERS], EXAMPLE_MAX,
             "10.0.0.1:40000 > 10.0.0.2:80 (VLAN 20), 12 packets");
    snprintf(facts.census.example[REQUESTS], EXAMPLE_MAX,
             "10.0.0.2:80 > 10.0.0.1:40000 (VLAN 20), 9 packets");
    snprintf(facts.census.missing_example, EXAMPLE_MAX, "10.0.0.1:40000 > 10.0.0.2:80, 9 kB");
    return &facts;
}

static void set(struct facts *facts, const char *name, unsigned long long value)
{
    size_t i = 0;
    while (i < sizeof fields / sizeof *fields && strcmp(fields[i].name, name) != 0)
        i++;
    if (i == sizeof fields / sizeof *fields)
        fail_msg("there is no field '%s'", name);
    /* Little-endian machines: the low bytes come first. */
    memcpy((char *)facts + fields[i].at, &value, fields[i].size);
}

void change(struct facts *facts, const char *changes)
{
    char copy[512], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", changes);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        assert_non_null(value);
        *value = '\0';
        set(facts, word, strtoull(value + 1, NULL, 10));
    }
}
