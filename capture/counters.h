/* counters.h - BOUNDARY: how good a capture was. All numbers count since the sensor's start.
 *
 * Every frame ends in exactly one of the fields from `packets` to `duplicates`, or in `unfollowed`,
 * so these add up to `frames`. */
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
    uint64_t duplicates;      /* packets that an earlier frame had brought already */
    uint64_t truncated;       /* of `packets`: the snapshot length cut payload off */
    uint64_t kernel_drops;    /* lost because we were too slow: no room in the ring, or on the way
                                 from the thread that received it to the one it belongs to */
    uint64_t interface_drops; /* lost before the kernel saw them: libpcap's ps_ifdrop */
    uint64_t duplicate_bytes; /* of `duplicates`, as on the wire */
    uint64_t uncertain;       /* of `packets`: a copy, or sent again; the two could not be told */
    uint64_t tunnelled;       /* of `packets` and `duplicates`: came in a tunnel */
    uint64_t oversized;       /* of `packets`: more than any wire carries: offloading joined them */
    uint64_t rebuilt;         /* packets put together from `fragments` */
    uint64_t unfinished;      /* packets given up, since not all fragments of them came in time */
    uint64_t overlapped;      /* fragments that contradict or repeat one that came before */
    uint64_t mirror_lost; /* frames that the mirror sent, by its own numbers, and we never saw */
    uint64_t mirror_seen; /* frames that bore such a number */
    uint64_t behind_ns;   /* live: how long we have been more than a second behind the wire */
    uint64_t source_gone; /* live: times an interface went away or down */
    uint64_t unfollowed;  /* frames of connections that were left out, see capture/follow.h */
    uint64_t sampled_ns;  /* live: how long some were, */
    uint64_t left_out_ns; /* likewise, times the share of connections that were */
};
