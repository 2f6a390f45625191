/* columns.h - the counters of the tables as fields of structs: one list for each, X(column, field),
 * from which the SQL is made that adds them, sums them up and reads them, so that no column is
 * numbered by hand.
 *
 * In SQL a list begins with a comma: it follows what is there already. */
#pragma once

#include <stddef.h>

#include "graph/delta.h"

/* Of edge_window, and struct edge_delta. */
#define EDGE_COLUMNS(X)                                                                            \
    X(opened, opened)                                                                              \
    X(failed, failed)                                                                              \
    X(refused, refused)                                                                            \
    X(closed, closed)                                                                              \
    X(reset_by_client, reset_by_client)                                                            \
    X(reset_by_server, reset_by_server)                                                            \
    X(packets_to_server, packets[0])                                                               \
    X(packets_to_client, packets[1])                                                               \
    X(bytes_to_server, bytes[0])                                                                   \
    X(bytes_to_client, bytes[1])                                                                   \
    X(missing_to_server, missing_bytes[0])                                                         \
    X(missing_to_client, missing_bytes[1])                                                         \
    X(retransmits_to_server, retransmits[0])                                                       \
    X(retransmits_to_client, retransmits[1])                                                       \
    X(zero_windows_to_server, zero_windows[0])                                                     \
    X(zero_windows_to_client, zero_windows[1])                                                     \
    X(rtt_server_sum_ns, rtt_server_sum_ns)                                                        \
    X(rtt_client_sum_ns, rtt_client_sum_ns)                                                        \
    X(handshakes, handshakes)                                                                      \
    X(one_way, one_way)                                                                            \
    X(out_of_order_to_server, out_of_order[0])                                                     \
    X(out_of_order_to_client, out_of_order[1])                                                     \
    X(zero_window_to_server_ns, zero_window_ns[0])                                                 \
    X(zero_window_to_client_ns, zero_window_ns[1])                                                 \
    X(rtt_least_server_sum_ns, rtt_least_server_sum_ns)                                            \
    X(rtt_least_client_sum_ns, rtt_least_client_sum_ns)                                            \
    X(rtt_least_servers, rtt_least_servers)                                                        \
    X(rtt_least_clients, rtt_least_clients)                                                        \
    X(truncated_to_server, truncated[0])                                                           \
    X(truncated_to_client, truncated[1])                                                           \
    X(lost, troubles[TROUBLE_LOST])                                                                \
    X(given_up, troubles[TROUBLE_GIVEN_UP])                                                        \
    X(shed, troubles[TROUBLE_SHED])                                                                \
    X(shortened, troubles[TROUBLE_SHORTENED])                                                      \
    X(stray_answers, troubles[TROUBLE_STRAY_ANSWERS])                                              \
    X(undecrypted, troubles[TROUBLE_UNDECRYPTED])                                                  \
    X(exchanges_evicted, troubles[TROUBLE_EXCHANGES_EVICTED])                                      \
    X(skewed, skewed)                                                                              \
    X(decrypted, decrypted)                                                                        \
    X(duplicates_to_server, duplicates[0])                                                         \
    X(duplicates_to_client, duplicates[1])

/* Of capture_window, and struct capture_counters: all of it. */
#define CAPTURE_COLUMNS(X)                                                                         \
    X(frames, frames)                                                                              \
    X(bytes, bytes)                                                                                \
    X(packets, packets)                                                                            \
    X(not_ip, not_ip)                                                                              \
    X(other_ip, other_ip)                                                                          \
    X(fragments, fragments)                                                                        \
    X(headers_cut, headers_cut)                                                                    \
    X(malformed, malformed)                                                                        \
    X(duplicates, duplicates)                                                                      \
    X(truncated, truncated)                                                                        \
    X(kernel_drops, kernel_drops)                                                                  \
    X(interface_drops, interface_drops)                                                            \
    X(duplicate_bytes, duplicate_bytes)                                                            \
    X(uncertain, uncertain)                                                                        \
    X(tunnelled, tunnelled)                                                                        \
    X(oversized, oversized)                                                                        \
    X(rebuilt, rebuilt)                                                                            \
    X(unfinished, unfinished)                                                                      \
    X(overlapped, overlapped)                                                                      \
    X(mirror_lost, mirror_lost)                                                                    \
    X(mirror_seen, mirror_seen)                                                                    \
    X(behind_ns, behind_ns)                                                                        \
    X(source_gone, source_gone)                                                                    \
    X(unfollowed, unfollowed)                                                                      \
    X(sampled_ns, sampled_ns)                                                                      \
    X(left_out_ns, left_out_ns)

/* Of capture_window, and struct decode_counters: all of it but `flows`, which is no counter. */
#define DECODE_COLUMNS(X)                                                                          \
    X(flows_opened, flows_opened)                                                                  \
    X(flows_evicted, flows_evicted)                                                                \
    X(segments_held, segments_held)                                                                \
    X(segments_dropped, segments_dropped)                                                          \
    X(retransmits, retransmits)                                                                    \
    X(gaps, gaps)                                                                                  \
    X(gap_bytes, gap_bytes)                                                                        \
    X(lost, lost)                                                                                  \
    X(given_up, given_up)                                                                          \
    X(shed, shed)                                                                                  \
    X(shortened, shortened)                                                                        \
    X(stray_answers, stray_answers)                                                                \
    X(undecrypted, undecrypted)                                                                    \
    X(exchanges_evicted, exchanges_evicted)                                                        \
    X(exchanges, exchanges)                                                                        \
    X(skewed, skewed)                                                                              \
    X(unmeasured, unmeasured)                                                                      \
    X(lookups_evicted, lookups_evicted)                                                            \
    X(labelled, labelled)                                                                          \
    X(labels_evicted, labels_evicted)

/* Of capture_window, and both struct delta and struct health_row. */
#define LIMIT_COLUMNS(X)                                                                           \
    X(edges_dropped, edges_dropped)                                                                \
    X(names_dropped, names_dropped)                                                                \
    X(connections_dropped, connections_dropped)                                                    \
    X(open_calls_dropped, open_calls_dropped)                                                      \
    X(vantages_dropped, vantages_dropped)                                                          \
    X(secured_dropped, secured_dropped)                                                            \
    X(hops_dropped, hops_dropped)

#define WINDOW_COLUMNS(X) CAPTURE_COLUMNS(X) DECODE_COLUMNS(X) LIMIT_COLUMNS(X)

/* What a list is made into. */
#define COLUMN_NAME(column, field) ", " #column
#define COLUMN_OF_X(column, field) ", x." #column /* in a join, of the table named x */
#define COLUMN_PLACE(column, field) ", ?"         /* the next parameter */
#define COLUMN_SUM(column, field) ", sum(" #column ")"
#define COLUMN_SUM_OF_X(column, field) ", sum(x." #column ")"
#define COLUMN_GROWS(column, field) ", " #column " = " #column " + excluded." #column
#define COLUMN_IS_NEW(column, field) ", " #column " = excluded." #column
#define COLUMN_ONE(column, field) +1
#define OF_EDGE(column, field) offsetof(struct edge_delta, field),

enum {
    EDGE_COUNTERS = 0 EDGE_COLUMNS(COLUMN_ONE),
    CAPTURE_COUNTERS = 0 CAPTURE_COLUMNS(COLUMN_ONE),
    DECODE_COUNTERS = 0 DECODE_COLUMNS(COLUMN_ONE),
};

/* Offsets of uint64_t fields. */
extern const size_t edge_counter_at[EDGE_COUNTERS];
extern const size_t capture_counter_at[CAPTURE_COUNTERS];
extern const size_t decode_counter_at[DECODE_COUNTERS];

static inline uint64_t *counter_in(void *of, size_t offset)
{
    return (uint64_t *)(void *)((char *)of + offset);
}

static inline uint64_t counter_of(const void *of, size_t offset)
{
    return *(const uint64_t *)(const void *)((const char *)of + offset);
}
