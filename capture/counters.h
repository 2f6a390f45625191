/* counters.h - BOUNDARY: how good a capture was. All numbers count since the sensor's start.
 *
 * Every frame ends in exactly one of the fields from `packets` to `malformed`, so these add up
 * to `frames`. */
#pragma once

#include <stdint.h>

struct capture_counters {
    uint64_t frames, bytes;   /* handed over by the source; bytes as on the wire */
    uint64_t packets;         /* TCP and UDP, handed to decode/ */
    uint64_t not_ip;          /* ARP, LLDP, unknown EtherTypes */
    uint64_t other_ip;        /* IP, but neither TCP nor UDP */
    uint64_t fragments;       /* pieces of an IP packet */
    uint64_t headers_cut;     /* the snapshot ended before the ports: raise its length */
    uint64_t malformed;       /* a length or version in the headers contradicts the frame */
    uint64_t truncated;       /* of `packets`: the snapshot length cut payload off */
    uint64_t kernel_drops;    /* lost because we were too slow: libpcap's ps_drop */
    uint64_t interface_drops; /* lost before the kernel saw them: libpcap's ps_ifdrop */
};
