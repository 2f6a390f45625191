/* columns.c - see columns.h. */
#include "store/columns.h"

const size_t edge_counter_at[EDGE_COUNTERS] = {
    offsetof(struct edge_delta, opened),
    offsetof(struct edge_delta, failed),
    offsetof(struct edge_delta, closed),
    offsetof(struct edge_delta, reset_by_client),
    offsetof(struct edge_delta, reset_by_server),
    offsetof(struct edge_delta, packets[0]),
    offsetof(struct edge_delta, packets[1]),
    offsetof(struct edge_delta, bytes[0]),
    offsetof(struct edge_delta, bytes[1]),
    offsetof(struct edge_delta, missing_bytes[0]),
    offsetof(struct edge_delta, missing_bytes[1]),
    offsetof(struct edge_delta, retransmits[0]),
    offsetof(struct edge_delta, retransmits[1]),
    offsetof(struct edge_delta, zero_windows[0]),
    offsetof(struct edge_delta, zero_windows[1]),
    offsetof(struct edge_delta, rtt_server_sum_ns),
    offsetof(struct edge_delta, rtt_client_sum_ns),
    offsetof(struct edge_delta, handshakes),
};

const size_t capture_counter_at[CAPTURE_COUNTERS] = {
    offsetof(struct capture_counters, frames),
    offsetof(struct capture_counters, bytes),
    offsetof(struct capture_counters, packets),
    offsetof(struct capture_counters, not_ip),
    offsetof(struct capture_counters, other_ip),
    offsetof(struct capture_counters, fragments),
    offsetof(struct capture_counters, headers_cut),
    offsetof(struct capture_counters, malformed),
    offsetof(struct capture_counters, truncated),
    offsetof(struct capture_counters, kernel_drops),
    offsetof(struct capture_counters, interface_drops),
};

const size_t decode_counter_at[DECODE_COUNTERS] = {
    offsetof(struct decode_counters, flows_opened),
    offsetof(struct decode_counters, flows_evicted),
    offsetof(struct decode_counters, segments_held),
    offsetof(struct decode_counters, segments_dropped),
    offsetof(struct decode_counters, retransmits),
    offsetof(struct decode_counters, gaps),
    offsetof(struct decode_counters, gap_bytes),
    offsetof(struct decode_counters, lost),
    offsetof(struct decode_counters, given_up),
    offsetof(struct decode_counters, stray_answers),
    offsetof(struct decode_counters, exchanges_evicted),
    offsetof(struct decode_counters, exchanges),
    offsetof(struct decode_counters, shed),
};
