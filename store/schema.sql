-- schema.sql - the tables, with the reasons. docs/schema.md explains them to people who ask by hand.
--
-- Times are packet time, nanoseconds since 1970 UTC. A column that ends in _ns, _ms or _bytes has
-- that unit. 64-bit counters that would not fit a signed column stay at its greatest value.
-- application_id and user_version are set by migrate.c, which runs this text in one transaction.

-- One named thing. Row 1 is everything outside the internal networks.
CREATE TABLE service (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO service (id, name) VALUES (1, 'external');

-- One address and port under one name. A name that changes makes a new row, so that older windows
-- keep the older name; the row with the latest last_ns is the present one. Port 0: the address as a
-- client. Address '': external.
CREATE TABLE endpoint (
    id          INTEGER PRIMARY KEY,
    address     TEXT NOT NULL,
    port        INTEGER NOT NULL,
    tenant      INTEGER NOT NULL,
    service_id  INTEGER NOT NULL REFERENCES service (id),
    name_source TEXT NOT NULL, -- user, kubernetes, dns, host, hosts-file, address
    first_ns    INTEGER NOT NULL,
    last_ns     INTEGER NOT NULL,
    UNIQUE (address, port, tenant, service_id) -- its front finds what an address is called now
) STRICT;
-- Which endpoints does a service have?
CREATE INDEX endpoint_by_service ON endpoint (service_id);
-- Which endpoints still wait for a name?
CREATE INDEX endpoint_unnamed ON endpoint (last_ns) WHERE name_source = 'address' AND address <> '';

-- Who calls whom: service to service, port and protocol. Its id is what page and exports show.
CREATE TABLE edge (
    id        INTEGER PRIMARY KEY,
    client_id INTEGER NOT NULL REFERENCES service (id),
    server_id INTEGER NOT NULL REFERENCES service (id),
    port      INTEGER NOT NULL,
    protocol  TEXT NOT NULL,
    UNIQUE (client_id, server_id, port, protocol)
) STRICT;
CREATE INDEX edge_by_server ON edge (server_id);

-- The same between addresses: what is counted. Many pairs (replicas) make one edge, and a pair moves
-- to another edge when an endpoint of it is named belatedly.
CREATE TABLE pair (
    id         INTEGER PRIMARY KEY,
    client_id  INTEGER NOT NULL REFERENCES endpoint (id),
    server_id  INTEGER NOT NULL REFERENCES endpoint (id),
    protocol   TEXT NOT NULL,
    edge_id    INTEGER NOT NULL REFERENCES edge (id),
    first_ns   INTEGER NOT NULL,
    last_ns    INTEGER NOT NULL,
    active     INTEGER NOT NULL DEFAULT 0, -- connections open now, as far as was seen
    operations INTEGER NOT NULL DEFAULT 0, -- rows in operation; capped
    UNIQUE (client_id, server_id, protocol)
) STRICT;
CREATE INDEX pair_by_server ON pair (server_id);
CREATE INDEX pair_by_edge ON pair (edge_id);

CREATE TABLE operation (
    id      INTEGER PRIMARY KEY,
    pair_id INTEGER NOT NULL REFERENCES pair (id),
    name    TEXT NOT NULL,
    UNIQUE (pair_id, name)
) STRICT;

-- One interval, and how well it was captured: increments within it, except for flows. Level 0 holds
-- the windows as they were closed; higher levels are sums of them over longer intervals.
CREATE TABLE capture_window (
    id                INTEGER PRIMARY KEY,
    level             INTEGER NOT NULL,
    start_ns          INTEGER NOT NULL,
    end_ns            INTEGER NOT NULL,
    frames            INTEGER NOT NULL,
    bytes             INTEGER NOT NULL,
    packets           INTEGER NOT NULL,
    not_ip            INTEGER NOT NULL,
    other_ip          INTEGER NOT NULL,
    fragments         INTEGER NOT NULL,
    headers_cut       INTEGER NOT NULL,
    malformed         INTEGER NOT NULL,
    truncated         INTEGER NOT NULL,
    kernel_drops      INTEGER NOT NULL,
    interface_drops   INTEGER NOT NULL,
    flows             INTEGER NOT NULL, -- in the flow table at the window's end
    flows_opened      INTEGER NOT NULL,
    flows_evicted     INTEGER NOT NULL,
    segments_held     INTEGER NOT NULL,
    segments_dropped  INTEGER NOT NULL,
    retransmits       INTEGER NOT NULL,
    gaps              INTEGER NOT NULL,
    gap_bytes         INTEGER NOT NULL,
    lost              INTEGER NOT NULL,
    given_up          INTEGER NOT NULL,
    stray_answers     INTEGER NOT NULL,
    exchanges_evicted INTEGER NOT NULL,
    exchanges         INTEGER NOT NULL,
    edges_dropped     INTEGER NOT NULL,
    names_dropped     INTEGER NOT NULL,
    UNIQUE (level, start_ns) -- which windows begin in a range?
) STRICT;

-- What a pair did in a window. Ordered by window, so that a range is read in one sweep. pair_id is no
-- declared foreign key: checking it when a pair is deleted would read the whole table.
-- duration and ttfb are histograms in the form that docs/schema.md describes (NULL: nothing timed);
-- the *_ms columns repeat four figures of duration for people.
CREATE TABLE edge_window (
    window_id               INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    pair_id                 INTEGER NOT NULL,
    unknown                 INTEGER NOT NULL,
    ok                      INTEGER NOT NULL,
    client_error            INTEGER NOT NULL,
    server_error            INTEGER NOT NULL,
    timeout                 INTEGER NOT NULL,
    reset                   INTEGER NOT NULL,
    cancelled               INTEGER NOT NULL,
    unanswered              INTEGER NOT NULL,
    request_bytes           INTEGER NOT NULL,
    response_bytes          INTEGER NOT NULL,
    duration                BLOB,
    ttfb                    BLOB,
    opened                  INTEGER NOT NULL,
    failed                  INTEGER NOT NULL,
    closed                  INTEGER NOT NULL,
    reset_by_client         INTEGER NOT NULL,
    reset_by_server         INTEGER NOT NULL,
    packets_to_server       INTEGER NOT NULL,
    packets_to_client       INTEGER NOT NULL,
    bytes_to_server         INTEGER NOT NULL,
    bytes_to_client         INTEGER NOT NULL,
    missing_to_server       INTEGER NOT NULL,
    missing_to_client       INTEGER NOT NULL,
    retransmits_to_server   INTEGER NOT NULL,
    retransmits_to_client   INTEGER NOT NULL,
    zero_windows_to_server  INTEGER NOT NULL,
    zero_windows_to_client  INTEGER NOT NULL,
    rtt_server_sum_ns       INTEGER NOT NULL, -- over handshakes
    rtt_client_sum_ns       INTEGER NOT NULL,
    handshakes              INTEGER NOT NULL,
    notes                   INTEGER NOT NULL, -- bits, seen on any exchange or connection
    active                  INTEGER NOT NULL, -- connections open at the window's end
    p50_ms                  REAL,
    p95_ms                  REAL,
    p99_ms                  REAL,
    max_ms                  REAL,
    requests INTEGER GENERATED ALWAYS AS
        (unknown + ok + client_error + server_error + timeout + reset + cancelled + unanswered),
    errors   INTEGER GENERATED ALWAYS AS (client_error + server_error + timeout + reset),
    PRIMARY KEY (window_id, pair_id)
) STRICT, WITHOUT ROWID;

-- The same of an operation, without the connections.
CREATE TABLE operation_window (
    window_id      INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    operation_id   INTEGER NOT NULL,
    unknown        INTEGER NOT NULL,
    ok             INTEGER NOT NULL,
    client_error   INTEGER NOT NULL,
    server_error   INTEGER NOT NULL,
    timeout        INTEGER NOT NULL,
    reset          INTEGER NOT NULL,
    cancelled      INTEGER NOT NULL,
    unanswered     INTEGER NOT NULL,
    request_bytes  INTEGER NOT NULL,
    response_bytes INTEGER NOT NULL,
    duration       BLOB,
    ttfb           BLOB,
    p50_ms         REAL,
    p95_ms         REAL,
    p99_ms         REAL,
    max_ms         REAL,
    requests INTEGER GENERATED ALWAYS AS
        (unknown + ok + client_error + server_error + timeout + reset + cancelled + unanswered),
    errors   INTEGER GENERATED ALWAYS AS (client_error + server_error + timeout + reset),
    PRIMARY KEY (window_id, operation_id)
) STRICT, WITHOUT ROWID;

-- What happened to the collector itself.
CREATE TABLE event (
    id      INTEGER PRIMARY KEY,
    time_ns INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    text    TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_time ON event (time_ns);

-- One row. `writes` changes with each window, so that a reader knows when to ask anew.
CREATE TABLE state (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    writes INTEGER NOT NULL
) STRICT;
INSERT INTO state (id, writes) VALUES (1, 0);

-- For people. The percentiles of several windows cannot be added up in SQL: p50_ms and p95_ms here are
-- means weighted by requests, good for a first look; `tapgraph edges` merges the histograms.

-- The last 15 minutes of what there is.
CREATE VIEW v_range AS
SELECT max(end_ns) - 900000000000 AS from_ns, max(end_ns) AS to_ns,
       min(900, (max(end_ns) - min(start_ns)) / 1e9) AS seconds
FROM capture_window WHERE level = 0;

-- Every window of every pair, readable: the base of questions of your own.
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
JOIN endpoint se ON se.id = p.server_id;

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
       sum(gaps) AS gaps, sum(gap_bytes) AS gap_bytes, sum(lost) AS lost,
       sum(given_up) AS given_up, sum(stray_answers) AS stray_answers,
       sum(flows_evicted) AS flows_evicted, sum(exchanges_evicted) AS exchanges_evicted,
       sum(exchanges) AS exchanges, sum(edges_dropped) AS edges_dropped
FROM v_range r JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns;
