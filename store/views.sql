-- views.sql - the views, for people. They hold nothing, so each migration makes all of them anew.
--
-- The percentiles of several windows cannot be added up in SQL: p50_ms and p95_ms here are
-- means weighted by requests, good for a first look; `tapgraph edges` merges the histograms.

DROP VIEW IF EXISTS v_range;
DROP VIEW IF EXISTS v_windows;
DROP VIEW IF EXISTS v_edges;
DROP VIEW IF EXISTS v_services;
DROP VIEW IF EXISTS v_operations;
DROP VIEW IF EXISTS v_capture;
DROP VIEW IF EXISTS v_protocols;
DROP VIEW IF EXISTS v_backends;
DROP VIEW IF EXISTS v_connections;
DROP VIEW IF EXISTS v_open_calls;
DROP VIEW IF EXISTS v_tls;

-- The last 15 minutes of what there is.
CREATE VIEW v_range AS
SELECT max(end_ns) - 900000000000 AS from_ns, max(end_ns) AS to_ns,
       min(900, (max(end_ns) - min(start_ns)) / 1e9) AS seconds
FROM capture_window WHERE level = 0;

-- Every window of every pair, as it was closed, readable: the base of questions of your own.
CREATE VIEW v_windows AS
SELECT w.level, w.start_ns, w.end_ns,
       strftime('%Y-%m-%dT%H:%M:%SZ', w.start_ns / 1000000000, 'unixepoch') AS start,
       c.name AS client, s.name AS server, ce.address AS client_address,
       se.address AS server_address, e.port, e.protocol, e.id AS edge_id, x.*
FROM capture_window w
JOIN edge_window x ON x.window_id = w.id
JOIN pair p ON p.id = x.pair_id
JOIN edge e ON e.id = p.edge_id
JOIN service c ON c.id = e.client_id
JOIN service s ON s.id = e.server_id
JOIN endpoint ce ON ce.id = p.client_id
JOIN endpoint se ON se.id = p.server_id
WHERE w.level = 0;

CREATE VIEW v_edges AS
SELECT client, server, port, protocol, sum(requests) AS requests,
       round(sum(requests) / r.seconds, 2) AS rate_per_s, sum(errors) AS errors,
       round(100.0 * sum(errors) / sum(requests), 2) AS error_percent,
       round(sum(p50_ms * requests) / sum(iif(p50_ms IS NULL, 0, requests)), 3) AS p50_ms,
       round(sum(p95_ms * requests) / sum(iif(p95_ms IS NULL, 0, requests)), 3) AS p95_ms,
       round(max(max_ms), 3) AS max_ms, sum(opened) AS opened, sum(failed) AS failed,
       sum(bytes_to_server) AS bytes_to_server, sum(bytes_to_client) AS bytes_to_client,
       sum(missing_to_server + missing_to_client) AS missing_bytes
FROM v_range r JOIN v_windows w ON w.level = 0 AND w.start_ns >= r.from_ns
GROUP BY client, server, port, protocol ORDER BY client, server, port, protocol;

-- What each service was asked as a server.
CREATE VIEW v_services AS
SELECT server AS service, count(DISTINCT server_address) AS addresses,
       count(DISTINCT client) AS callers, sum(requests) AS requests,
       round(sum(requests) / r.seconds, 2) AS rate_per_s, sum(errors) AS errors,
       round(100.0 * sum(errors) / sum(requests), 2) AS error_percent,
       round(sum(p95_ms * requests) / sum(iif(p95_ms IS NULL, 0, requests)), 3) AS p95_ms,
       round(max(max_ms), 3) AS max_ms
FROM v_range r JOIN v_windows w ON w.level = 0 AND w.start_ns >= r.from_ns
GROUP BY server ORDER BY server;

CREATE VIEW v_operations AS
SELECT c.name AS client, s.name AS server, e.port, e.protocol, o.name AS operation,
       sum(requests) AS requests, round(sum(requests) / r.seconds, 2) AS rate_per_s,
       sum(errors) AS errors, round(100.0 * sum(errors) / sum(requests), 2) AS error_percent,
       round(sum(p95_ms * requests) / sum(iif(p95_ms IS NULL, 0, requests)), 3) AS p95_ms,
       round(max(max_ms), 3) AS max_ms
FROM v_range r
JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns
JOIN operation_window x ON x.window_id = w.id
JOIN operation o ON o.id = x.operation_id
JOIN pair p ON p.id = o.pair_id
JOIN edge e ON e.id = p.edge_id
JOIN service c ON c.id = e.client_id
JOIN service s ON s.id = e.server_id
GROUP BY e.id, o.name ORDER BY c.name, s.name, e.port, e.protocol, o.name;

-- How good the capture was.
CREATE VIEW v_capture AS
SELECT count(*) AS windows, sum(frames) AS frames, sum(bytes) AS bytes, sum(packets) AS packets,
       sum(headers_cut) AS headers_cut, sum(malformed) AS malformed, sum(truncated) AS truncated,
       sum(kernel_drops) AS kernel_drops, sum(interface_drops) AS interface_drops,
       round(100.0 * sum(kernel_drops + interface_drops) /
             sum(frames + kernel_drops + interface_drops), 3) AS drop_percent,
       sum(duplicates) AS duplicates, sum(uncertain) AS uncertain, sum(oversized) AS oversized,
       sum(unfinished) AS unfinished, sum(mirror_lost) AS mirror_lost,
       round(sum(behind_ns) / 1e9, 1) AS behind_seconds, sum(source_gone) AS source_gone,
       sum(unfollowed) AS unfollowed, round(sum(sampled_ns) / 1e9, 1) AS sampled_seconds,
       round(100.0 * sum(left_out_ns) / max(sum(sampled_ns), 1), 1) AS left_out_percent,
       sum(gaps) AS gaps, sum(gap_bytes) AS gap_bytes, sum(lost) AS lost,
       sum(given_up) AS given_up, sum(shed) AS shed, sum(skewed) AS skewed, sum(unmeasured) AS unmeasured, sum(lookups_evicted) AS lookups_evicted, sum(labelled) AS labelled, sum(labels_evicted) AS labels_evicted, sum(stray_answers) AS stray_answers,
       sum(undecrypted) AS undecrypted,
       sum(flows_evicted) AS flows_evicted, sum(exchanges_evicted) AS exchanges_evicted,
       sum(exchanges) AS exchanges, sum(edges_dropped) AS edges_dropped,
       sum(connections_dropped) AS connections_dropped,
       sum(open_calls_dropped) AS open_calls_dropped, sum(secured_dropped) AS secured_dropped,
       sum(connections_forgotten) AS connections_forgotten
FROM v_range r JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns;

-- How each protocol was read: what could not be decoded, by reason.
CREATE VIEW v_protocols AS
SELECT p.protocol, sum(x.opened) AS connections, sum(x.requests) AS requests,
       sum(x.missing_to_server + x.missing_to_client) AS missing_bytes, sum(x.one_way) AS one_way,
       sum(x.lost) AS lost, sum(x.given_up) AS given_up, sum(x.shed) AS shed,
       sum(x.shortened) AS shortened, sum(x.stray_answers) AS stray_answers,
       sum(x.undecrypted) AS undecrypted,
       sum(x.exchanges_evicted) AS exchanges_evicted, sum(x.skewed) AS skewed
FROM v_range r
JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns
JOIN edge_window x ON x.window_id = w.id
JOIN pair p ON p.id = x.pair_id
GROUP BY p.protocol ORDER BY p.protocol;

-- How the calls of each service, port and protocol are spread over the addresses that answer for it.
CREATE VIEW v_backends AS
SELECT s.name AS service, se.address, se.port, p.protocol, sum(x.requests) AS calls,
       round(100.0 * sum(x.requests) /
             sum(sum(x.requests)) OVER (PARTITION BY s.id, se.port, p.protocol), 1) AS percent,
       round(sum(x.requests) / r.seconds, 2) AS rate_per_s,
       (SELECT sum(n.active) FROM pair n WHERE n.server_id = se.id AND n.protocol = p.protocol)
           AS connections_now,
       (SELECT sum(k.open_calls) FROM connection k JOIN pair n ON n.id = k.pair_id
        WHERE n.server_id = se.id AND n.protocol = p.protocol AND NOT k.closed) AS open_calls_now
FROM v_range r
JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns
JOIN edge_window x ON x.window_id = w.id
JOIN pair p ON p.id = x.pair_id
JOIN endpoint se ON se.id = p.server_id
JOIN service s ON s.id = se.service_id
GROUP BY se.id, p.protocol ORDER BY s.name, se.port, p.protocol, calls DESC, se.address;

-- Connections that carry many calls at once, and what each did.
CREATE VIEW v_connections AS
SELECT c.name AS client, s.name AS server, ce.address AS client_address, k.client_port,
       se.address AS server_address, se.port, p.protocol,
       strftime('%Y-%m-%dT%H:%M:%SZ', k.began_ns / 1000000000, 'unixepoch') AS began,
       round((iif(k.closed, k.last_ns, max(r.to_ns, k.last_ns)) - k.began_ns) / 1e9, 1)
           AS age_seconds,
       k.closed, sum(x.calls) AS calls,
       round(100.0 * sum(x.calls) / sum(sum(x.calls)) OVER (PARTITION BY p.edge_id), 1) AS percent,
       k.open_calls AS open_calls_now,
       round(100.0 * k.fields_known / nullif(k.fields, 0), 1) AS known_percent,
       round(100.0 * k.late_fields_known / nullif(k.late_fields, 0), 1) AS late_known_percent,
       round(min(nullif(x.ping_rtt_ns, 0)) / 1e6, 3) AS ping_rtt_ms,
       sum(x.resets_by_client) AS resets_by_client, sum(x.resets_by_server) AS resets_by_server,
       sum(x.stalls_to_server) AS stalls_to_server, sum(x.stalls_to_client) AS stalls_to_client,
       sum(x.goaways) AS goaways
FROM v_range r
JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns
JOIN connection_window x ON x.window_id = w.id
JOIN connection k ON k.id = x.connection_id
JOIN pair p ON p.id = k.pair_id
JOIN endpoint ce ON ce.id = p.client_id
JOIN endpoint se ON se.id = p.server_id
JOIN service c ON c.id = ce.service_id
JOIN service s ON s.id = se.service_id
GROUP BY k.id ORDER BY c.name, s.name, se.port, p.protocol, k.began_ns, k.client_port;

-- The calls that are open now.
CREATE VIEW v_open_calls AS
SELECT c.name AS client, s.name AS server, se.address AS server_address, se.port, p.protocol,
       o.operation, o.kind, o.client_port, o.stream_id,
       iif(o.began_ns, round((o.seen_ns - o.began_ns) / 1e9, 1), NULL) AS age_seconds,
       o.request_messages, o.response_messages,
       round((o.request_messages - o.request_messages_before) * 1e9 /
             nullif(o.seen_ns - o.before_ns, 0), 2) AS request_messages_per_s,
       round((o.response_messages - o.response_messages_before) * 1e9 /
             nullif(o.seen_ns - o.before_ns, 0), 2) AS response_messages_per_s,
       iif(o.last_message_ns, round((o.seen_ns - o.last_message_ns) / 1e9, 1), NULL)
           AS quiet_seconds
FROM open_call o
JOIN pair p ON p.id = o.pair_id
JOIN endpoint ce ON ce.id = p.client_id
JOIN endpoint se ON se.id = p.server_id
JOIN service c ON c.id = ce.service_id
JOIN service s ON s.id = se.service_id
ORDER BY o.began_ns, o.pair_id, o.client_port, o.stream_id;

-- What protects each edge.
CREATE VIEW v_tls AS
SELECT c.name AS client, s.name AS server, e.port, e.protocol, nullif(t.version, '') AS version,
       nullif(t.cipher, '') AS cipher, nullif(t.server_name, '') AS server_name,
       nullif(t.alpn, '') AS alpn, sum(x.handshakes) AS handshakes,
       sum(x.established) AS established, sum(x.resumed) AS resumed,
       iif(sum(x.mutual_yes), 'yes', iif(sum(x.mutual_asked) + sum(x.mutual_no), 'no', NULL))
           AS mutual,
       k.subject, k.issuer,
       strftime('%Y-%m-%dT%H:%M:%SZ', nullif(k.not_after_s, 0), 'unixepoch') AS not_after
FROM v_range r
JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns
JOIN tls_window x ON x.window_id = w.id
JOIN tls t ON t.id = x.tls_id
JOIN pair p ON p.id = t.pair_id
JOIN edge e ON e.id = p.edge_id
JOIN service c ON c.id = e.client_id
JOIN service s ON s.id = e.server_id
LEFT JOIN certificate k ON k.id = t.certificate_id
GROUP BY e.id, t.version, t.cipher, t.server_name, t.alpn, k.id
ORDER BY c.name, s.name, e.port, e.protocol, t.version, t.cipher, t.server_name, t.alpn;
