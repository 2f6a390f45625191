-- schema.sql - the tables, with the reasons. docs/schema.md explains them to people who ask by hand.
-- The views are in views.sql. What changes here is also a step of migrate.c.
--
-- Times are packet time, nanoseconds since 1970 UTC. A column that ends in _ns, _ms or _bytes has
-- that unit. 64-bit counters that would not fit a signed column stay at its greatest value.
-- application_id and user_version are set by migrate.c, which runs this text in one transaction.

-- One named thing. Row 1 is everything outside the internal networks.
-- Group and tags are what the user, or a cluster, says of it.
CREATE TABLE service (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    service_group TEXT NOT NULL DEFAULT '',
    tags          TEXT NOT NULL DEFAULT ''
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

-- Names may change: as a server shows great variety in a place of its paths, that becomes {*}.
CREATE TABLE operation (
    id        INTEGER PRIMARY KEY,
    pair_id   INTEGER NOT NULL REFERENCES pair (id),
    name      TEXT NOT NULL,
    templated INTEGER NOT NULL DEFAULT 0, -- 0, 1: a path of which we made the template
    first_ns  INTEGER NOT NULL DEFAULT 0, -- to within a window, as is last_ns; 0: not known
    last_ns   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (pair_id, name)
) STRICT;

-- One interval, and how well it was captured: increments within it, except for flows. Level 0 holds
-- the windows as they were closed; 1 and 2 are their sums over a minute and an hour; 3 and 4 are
-- shortcuts for questions, sums of minutes over ten of them, and of hours over six.
CREATE TABLE capture_window (
    id                    INTEGER PRIMARY KEY,
    level                 INTEGER NOT NULL,
    start_ns              INTEGER NOT NULL,
    end_ns                INTEGER NOT NULL,
    frames                INTEGER NOT NULL,
    bytes                 INTEGER NOT NULL,
    packets               INTEGER NOT NULL,
    not_ip                INTEGER NOT NULL,
    other_ip              INTEGER NOT NULL,
    fragments             INTEGER NOT NULL,
    headers_cut           INTEGER NOT NULL,
    malformed             INTEGER NOT NULL,
    truncated             INTEGER NOT NULL,
    kernel_drops          INTEGER NOT NULL,
    interface_drops       INTEGER NOT NULL,
    flows                 INTEGER NOT NULL, -- in the flow table at the window's end
    flows_opened          INTEGER NOT NULL,
    flows_evicted         INTEGER NOT NULL,
    segments_held         INTEGER NOT NULL,
    segments_dropped      INTEGER NOT NULL,
    retransmits           INTEGER NOT NULL,
    gaps                  INTEGER NOT NULL,
    gap_bytes             INTEGER NOT NULL,
    lost                  INTEGER NOT NULL,
    given_up              INTEGER NOT NULL,
    stray_answers         INTEGER NOT NULL,
    exchanges_evicted     INTEGER NOT NULL,
    exchanges             INTEGER NOT NULL,
    edges_dropped         INTEGER NOT NULL,
    names_dropped         INTEGER NOT NULL,
    shed                  INTEGER NOT NULL DEFAULT 0,
    skewed                INTEGER NOT NULL DEFAULT 0,
    unmeasured            INTEGER NOT NULL DEFAULT 0,
    lookups_evicted       INTEGER NOT NULL DEFAULT 0,
    labelled              INTEGER NOT NULL DEFAULT 0,
    labels_evicted        INTEGER NOT NULL DEFAULT 0,
    connections_dropped   INTEGER NOT NULL DEFAULT 0,
    open_calls_dropped    INTEGER NOT NULL DEFAULT 0,
    secured_dropped       INTEGER NOT NULL DEFAULT 0, -- facts of TLS that found no room
    hops_dropped          INTEGER NOT NULL DEFAULT 0, -- requests of which no other side was looked for
    connections_forgotten INTEGER NOT NULL DEFAULT 0, -- rows that left `connection`, for its cap
    shortened             INTEGER NOT NULL DEFAULT 0,
    undecrypted           INTEGER NOT NULL DEFAULT 0,
    duplicates            INTEGER NOT NULL DEFAULT 0,
    duplicate_bytes       INTEGER NOT NULL DEFAULT 0,
    uncertain             INTEGER NOT NULL DEFAULT 0,
    tunnelled             INTEGER NOT NULL DEFAULT 0,
    oversized             INTEGER NOT NULL DEFAULT 0,
    rebuilt               INTEGER NOT NULL DEFAULT 0,
    unfinished            INTEGER NOT NULL DEFAULT 0,
    overlapped            INTEGER NOT NULL DEFAULT 0,
    mirror_lost           INTEGER NOT NULL DEFAULT 0,
    mirror_seen           INTEGER NOT NULL DEFAULT 0,
    behind_ns             INTEGER NOT NULL DEFAULT 0,
    source_gone           INTEGER NOT NULL DEFAULT 0,
    unfollowed            INTEGER NOT NULL DEFAULT 0,
    sampled_ns            INTEGER NOT NULL DEFAULT 0,
    left_out_ns           INTEGER NOT NULL DEFAULT 0,
    vantages_dropped      INTEGER NOT NULL DEFAULT 0, -- packets that vantage_window does not count
    rolled                INTEGER NOT NULL DEFAULT 0, -- 0, 1: a longer window has it in its sums
    thinned               INTEGER NOT NULL DEFAULT 0, -- 0, 1: windows that it is the sum of were deleted
    windows               INTEGER NOT NULL DEFAULT 1, -- of level 0 that are in it
    UNIQUE (level, start_ns) -- which windows begin in a range?
) STRICT;
-- Which are in no sum?
CREATE INDEX capture_window_open ON capture_window (level, start_ns) WHERE rolled = 0;

-- What a pair did in a window. Ordered by window, so that a range is read in one sweep. pair_id is no
-- declared foreign key: checking it when a pair is deleted would read the whole table.
-- duration, ttfb, first_message, message_gap and age are histograms in the form that docs/schema.md
-- describes (NULL: nothing timed); the *_ms columns repeat four figures of duration for people.
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
    request_messages        INTEGER NOT NULL DEFAULT 0,
    response_messages       INTEGER NOT NULL DEFAULT 0,
    streams                 INTEGER NOT NULL DEFAULT 0, -- streaming calls that ended
    first_message           BLOB,
    message_gap             BLOB,
    age                     BLOB,
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
    one_way                 INTEGER NOT NULL DEFAULT 0, -- connections of which one side was not captured
    out_of_order_to_server  INTEGER NOT NULL DEFAULT 0,
    out_of_order_to_client  INTEGER NOT NULL DEFAULT 0,
    zero_window_to_server_ns INTEGER NOT NULL DEFAULT 0,
    zero_window_to_client_ns INTEGER NOT NULL DEFAULT 0,
    rtt_least_server_sum_ns INTEGER NOT NULL DEFAULT 0, -- over rtt_least_servers
    rtt_least_client_sum_ns INTEGER NOT NULL DEFAULT 0, -- over rtt_least_clients
    rtt_least_servers       INTEGER NOT NULL DEFAULT 0,
    rtt_least_clients       INTEGER NOT NULL DEFAULT 0,
    truncated_to_server     INTEGER NOT NULL DEFAULT 0, -- packets of which only a part was captured
    truncated_to_client     INTEGER NOT NULL DEFAULT 0,
    refused                 INTEGER NOT NULL DEFAULT 0, -- of failed: by a RST
    lost                    INTEGER NOT NULL DEFAULT 0, -- what could not be decoded, by reason
    given_up                INTEGER NOT NULL DEFAULT 0,
    shed                    INTEGER NOT NULL DEFAULT 0,
    shortened               INTEGER NOT NULL DEFAULT 0,
    stray_answers           INTEGER NOT NULL DEFAULT 0,
    exchanges_evicted       INTEGER NOT NULL DEFAULT 0,
    undecrypted             INTEGER NOT NULL DEFAULT 0,
    decrypted               INTEGER NOT NULL DEFAULT 0, -- exchanges opened with keys of a key log
    skewed                  INTEGER NOT NULL DEFAULT 0, -- exchanges whose times contradict their order
    duplicates_to_server    INTEGER NOT NULL DEFAULT 0, -- copies of packets, by a mirror; not in packets_*
    duplicates_to_client    INTEGER NOT NULL DEFAULT 0,
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

-- The same of all pairs together, as far as charts ask for it.
CREATE TABLE total_window (
    window_id         INTEGER PRIMARY KEY REFERENCES capture_window (id) ON DELETE CASCADE,
    unknown           INTEGER NOT NULL,
    ok                INTEGER NOT NULL,
    client_error      INTEGER NOT NULL,
    server_error      INTEGER NOT NULL,
    timeout           INTEGER NOT NULL,
    reset             INTEGER NOT NULL,
    cancelled         INTEGER NOT NULL,
    unanswered        INTEGER NOT NULL,
    request_bytes     INTEGER NOT NULL,
    response_bytes    INTEGER NOT NULL,
    duration          BLOB,
    ttfb              BLOB,
    request_messages  INTEGER NOT NULL,
    response_messages INTEGER NOT NULL,
    streams           INTEGER NOT NULL,
    first_message     BLOB,
    message_gap       BLOB,
    age               BLOB,
    bytes_to_server   INTEGER NOT NULL,
    bytes_to_client   INTEGER NOT NULL,
    p50_ms            REAL,
    p95_ms            REAL,
    p99_ms            REAL,
    max_ms            REAL,
    requests INTEGER GENERATED ALWAYS AS
        (unknown + ok + client_error + server_error + timeout + reset + cancelled + unanswered),
    errors   INTEGER GENERATED ALWAYS AS (client_error + server_error + timeout + reset)
) STRICT;

-- The same of an operation, without the connections.
CREATE TABLE operation_window (
    window_id         INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    operation_id      INTEGER NOT NULL,
    unknown           INTEGER NOT NULL,
    ok                INTEGER NOT NULL,
    client_error      INTEGER NOT NULL,
    server_error      INTEGER NOT NULL,
    timeout           INTEGER NOT NULL,
    reset             INTEGER NOT NULL,
    cancelled         INTEGER NOT NULL,
    unanswered        INTEGER NOT NULL,
    request_bytes     INTEGER NOT NULL,
    response_bytes    INTEGER NOT NULL,
    duration          BLOB,
    ttfb              BLOB,
    request_messages  INTEGER NOT NULL DEFAULT 0,
    response_messages INTEGER NOT NULL DEFAULT 0,
    streams           INTEGER NOT NULL DEFAULT 0, -- streaming calls that ended
    first_message     BLOB,
    message_gap       BLOB,
    age               BLOB,
    p50_ms            REAL,
    p95_ms            REAL,
    p99_ms            REAL,
    max_ms            REAL,
    requests INTEGER GENERATED ALWAYS AS
        (unknown + ok + client_error + server_error + timeout + reset + cancelled + unanswered),
    errors   INTEGER GENERATED ALWAYS AS (client_error + server_error + timeout + reset),
    PRIMARY KEY (window_id, operation_id)
) STRICT, WITHOUT ROWID;
-- Which rows are to be added to another operation?
CREATE INDEX operation_window_by_operation ON operation_window (operation_id);

-- One connection that carries many calls at once. It is found again by what tells it from all others:
-- when it began. What it is like is that of the latest window in which something happened on it; a
-- new sensor knows none of them, so that those of the one before count as closed. At 65536 rows those
-- that are closed go, the longest idle first, then those open.
CREATE TABLE connection (
    id                INTEGER PRIMARY KEY,
    pair_id           INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    client_port       INTEGER NOT NULL,
    began_ns          INTEGER NOT NULL,
    last_ns           INTEGER NOT NULL,
    closed            INTEGER NOT NULL, -- 0, 1
    open_calls        INTEGER NOT NULL,
    fields            INTEGER NOT NULL, -- header fields since it began, or since we joined
    fields_known      INTEGER NOT NULL, -- those whose text is known
    late_fields       INTEGER NOT NULL, -- likewise, of the latest 128 to 256
    late_fields_known INTEGER NOT NULL,
    UNIQUE (pair_id, client_port, began_ns)
) STRICT;
-- Is a connection known under another pair, since an address has another name by now?
CREATE INDEX connection_by_beginning ON connection (began_ns, client_port);

-- What a connection did in a window. Ordered by window, as edge_window.
CREATE TABLE connection_window (
    window_id        INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    connection_id    INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    calls            INTEGER NOT NULL,
    resets_by_client INTEGER NOT NULL,
    resets_by_server INTEGER NOT NULL,
    stalls_to_server INTEGER NOT NULL,
    stalls_to_client INTEGER NOT NULL,
    goaways          INTEGER NOT NULL,
    ping_rtt_ns      INTEGER NOT NULL, -- least; 0: no ping was answered
    open_calls       INTEGER NOT NULL, -- at the window's end
    PRIMARY KEY (window_id, connection_id)
) STRICT, WITHOUT ROWID;
-- What did a connection do over time? And which rows go with it?
CREATE INDEX connection_window_by_connection ON connection_window (connection_id);

-- The calls that were open when the newest window with any traffic ended, and no others.
CREATE TABLE open_call (
    pair_id                  INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    client_port              INTEGER NOT NULL,
    stream_id                INTEGER NOT NULL,
    began_ns                 INTEGER NOT NULL, -- 0: before the capture
    window_id                INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    seen_ns                  INTEGER NOT NULL, -- the end of that window
    kind                     TEXT NOT NULL, -- unary, client-streaming, server-streaming, bidi-streaming
    operation                TEXT NOT NULL, -- '': not known
    last_message_ns          INTEGER NOT NULL, -- 0: none yet
    request_messages         INTEGER NOT NULL,
    response_messages        INTEGER NOT NULL,
    before_ns                INTEGER NOT NULL, -- the end of the window before, and the messages up to
    request_messages_before  INTEGER NOT NULL, -- then: the difference makes messages a second
    response_messages_before INTEGER NOT NULL,
    PRIMARY KEY (pair_id, client_port, stream_id, began_ns)
) STRICT, WITHOUT ROWID;
-- Which rows are of an older window?
CREATE INDEX open_call_by_window ON open_call (window_id);

-- What was seen of IP packets in one place, copies included: at an interface, in a VLAN (0: none), in a
-- tunnel. At most 256 rows in a window.
CREATE TABLE vantage_window (
    window_id       INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    interface       INTEGER NOT NULL, -- in the order of the command line, from 0
    vlan            INTEGER NOT NULL,
    tunnels         INTEGER NOT NULL, -- how many, one in the other
    tunnel_id       INTEGER NOT NULL, -- of the innermost
    packets         INTEGER NOT NULL,
    bytes           INTEGER NOT NULL,
    duplicates      INTEGER NOT NULL, -- of these, copies of what another frame had brought
    duplicate_bytes INTEGER NOT NULL,
    uncertain       INTEGER NOT NULL, -- of these, copies or sent again: could not be told
    PRIMARY KEY (window_id, interface, vlan, tunnels, tunnel_id)
) STRICT, WITHOUT ROWID;

-- A certificate that was shown in the clear: up to TLS 1.2. At 65536 rows those seen least lately go.
CREATE TABLE certificate (
    id           INTEGER PRIMARY KEY,
    fingerprint  TEXT NOT NULL UNIQUE, -- SHA-256, hex
    issued_by    TEXT NOT NULL, -- fingerprint of the certificate shown behind it; '': none
    subject      TEXT NOT NULL, -- as RFC 4514 writes it
    issuer       TEXT NOT NULL,
    names        TEXT NOT NULL, -- alternative names, split by commas; as many as fit
    names_count  INTEGER NOT NULL,
    serial       TEXT NOT NULL, -- hex
    key_kind     TEXT NOT NULL, -- RSA, EC, Ed25519, ...; '': not known
    key_bits     INTEGER NOT NULL,
    signature    TEXT NOT NULL, -- sha256WithRSAEncryption, ...
    not_before_s INTEGER NOT NULL, -- since 1970 UTC; 0: not known
    not_after_s  INTEGER NOT NULL,
    self_signed  INTEGER NOT NULL, -- 0, 1
    unreadable   INTEGER NOT NULL, -- 0, 1: no X.509, or too long
    first_ns     INTEGER NOT NULL,
    last_ns      INTEGER NOT NULL
) STRICT;

-- What handshakes of TLS between two ends came to. At 65536 rows those seen least lately go.
-- certificate_id is no declared foreign key: checking it when a certificate goes would read all.
CREATE TABLE tls (
    id                    INTEGER PRIMARY KEY,
    pair_id               INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    version               TEXT NOT NULL, -- TLS 1.3, ...; '': the server has not chosen, as far as was seen
    cipher                TEXT NOT NULL,
    server_name           TEXT NOT NULL, -- that the client asked for
    alpn                  TEXT NOT NULL, -- that the server chose; '': none, or encrypted (TLS 1.3)
    alpn_offered          TEXT NOT NULL,
    certificate_id        INTEGER NOT NULL, -- 0: none was seen
    client_certificate_id INTEGER NOT NULL,
    inside                TEXT NOT NULL DEFAULT '', -- spoken before TLS, and in it (STARTTLS); '': none was
    ja4                   TEXT NOT NULL, -- fingerprint of a client, the first in order of those seen
    last_ns               INTEGER NOT NULL,
    UNIQUE (pair_id, version, cipher, server_name, alpn, alpn_offered, certificate_id,
            client_certificate_id)
) STRICT;

-- How often, in a window. Ordered by window, as edge_window.
CREATE TABLE tls_window (
    window_id    INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    tls_id       INTEGER NOT NULL REFERENCES tls (id) ON DELETE CASCADE,
    handshakes   INTEGER NOT NULL,
    established  INTEGER NOT NULL,
    resumed      INTEGER NOT NULL,
    retried      INTEGER NOT NULL, -- by a HelloRetryRequest
    unreadable   INTEGER NOT NULL, -- of which the ClientHello made no sense, or was too long
    ech          INTEGER NOT NULL, -- with an encrypted ClientHello
    mutual_hidden INTEGER NOT NULL, -- of those established: who the client is cannot be seen
    mutual_no    INTEGER NOT NULL,
    mutual_asked INTEGER NOT NULL, -- the client was asked for a certificate, and gave none
    mutual_yes   INTEGER NOT NULL,
    PRIMARY KEY (window_id, tls_id)
) STRICT, WITHOUT ROWID;
-- Which rows go with it?
CREATE INDEX tls_window_by_tls ON tls_window (tls_id);

-- Requests that came in on one pair, and led to requests of the server there on another: both carry the
-- same identifier. `passed_on`: with the same method and path.
CREATE TABLE relay_window (
    window_id INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    outer_id  INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    inner_id  INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    requests  INTEGER NOT NULL,
    passed_on INTEGER NOT NULL,
    PRIMARY KEY (window_id, outer_id, inner_id)
) STRICT, WITHOUT ROWID;
-- Which rows go with a pair?
CREATE INDEX relay_window_by_outer ON relay_window (outer_id);
CREATE INDEX relay_window_by_inner ON relay_window (inner_id);

-- Requests that are said (X-Forwarded-For) to be for another than who asks, and whose other side was not
-- seen.
CREATE TABLE forwarded_window (
    window_id INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    client_id INTEGER NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
    pair_id   INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    requests  INTEGER NOT NULL,
    PRIMARY KEY (window_id, client_id, pair_id)
) STRICT, WITHOUT ROWID;
-- Which rows go with it?
CREATE INDEX forwarded_window_by_client ON forwarded_window (client_id);
CREATE INDEX forwarded_window_by_pair ON forwarded_window (pair_id);

-- An exchange that was kept to be looked at: of each window a bounded sample (docs/requests.md), of which
-- the oldest leave. Rows are written in the order in which they began, window by window; an id is never
-- used again. Names are those of the pair.
CREATE TABLE request (
    id                INTEGER PRIMARY KEY,
    pair_id           INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    operation_id      INTEGER NOT NULL, -- 0: not known
    window_ns         INTEGER NOT NULL, -- start of the window in which it ended
    time_ns           INTEGER NOT NULL, -- first byte of the request; if that was not seen, end_ns
    end_ns            INTEGER NOT NULL, -- when it was counted
    kept              TEXT NOT NULL, -- why: error, slow, fair; split by commas
    outcome           TEXT NOT NULL, -- ok, client_error, ...
    status            TEXT NOT NULL, -- as the protocol writes it; '': not seen
    duration_ns       INTEGER, -- first byte of the request to the last of the answer; NULL: not seen
    ttfb_ns           INTEGER, -- last byte of the request to the first of the answer; likewise
    first_message_ns  INTEGER, -- first byte of the request to the first message back; likewise
    method            TEXT NOT NULL,
    host              TEXT NOT NULL,
    path              TEXT NOT NULL, -- without a query; with a fingerprint, a statement without literals
    fingerprint       TEXT NOT NULL, -- of the statement, hex; '': there is none
    client_address    TEXT NOT NULL, -- of clients outside too
    client_port       INTEGER NOT NULL,
    request_bytes     INTEGER NOT NULL,
    response_bytes    INTEGER NOT NULL,
    request_messages  INTEGER NOT NULL,
    response_messages INTEGER NOT NULL,
    stream_id         INTEGER NOT NULL, -- 0: there is none
    kind              TEXT NOT NULL, -- unary, client-streaming, ...; '': not made of messages
    grpc_status       INTEGER,
    grpc_message      TEXT NOT NULL,
    error_code        INTEGER, -- of HTTP/2
    deadline_ns       INTEGER NOT NULL, -- how long the client was willing to wait; 0: it did not say
    trace_id          TEXT NOT NULL, -- W3C or B3; '': there is none
    span_id           TEXT NOT NULL,
    parent_id         TEXT NOT NULL,
    request_id        TEXT NOT NULL,
    forwarded_for     TEXT NOT NULL,
    notes             INTEGER NOT NULL, -- bits, as in edge_window
    fields            INTEGER NOT NULL, -- these four as in connection
    fields_known      INTEGER NOT NULL,
    late_fields       INTEGER NOT NULL,
    late_fields_known INTEGER NOT NULL
) STRICT;
-- What was kept in a range, the newest first? And what is too old?
CREATE INDEX request_by_window ON request (window_ns);
-- Of an edge?
CREATE INDEX request_by_pair ON request (pair_id, window_ns);
-- Of a trace? And which traces are there?
CREATE INDEX request_by_trace ON request (trace_id, window_ns) WHERE trace_id <> '';
-- What else has the request id of a trace?
CREATE INDEX request_by_request_id ON request (request_id, window_ns) WHERE request_id <> '';
-- Which rows go to another operation?
CREATE INDEX request_by_operation ON request (operation_id);

-- Whatever was said of what a place is called, by source; `endpoint` has what it is called. At most 64 rows
-- of a place, and 65536 in all, of which those heard least lately go. `count`: of requests, answers of the
-- DNS, or windows in which a file said so.
CREATE TABLE name_evidence (
    id       INTEGER PRIMARY KEY,
    address  TEXT NOT NULL,
    port     INTEGER NOT NULL, -- 0: of all of them, or as a client
    tenant   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    source   TEXT NOT NULL,
    count    INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns  INTEGER NOT NULL,
    UNIQUE (address, port, tenant, name, source)
) STRICT;
-- Which were heard least lately?
CREATE INDEX name_evidence_by_time ON name_evidence (last_ns);

-- What happened, to the collector itself and in what was seen. At 100000 rows the oldest go; ids count
-- on, so that the least of them tells how many went.
CREATE TABLE event (
    id         INTEGER PRIMARY KEY,
    time_ns    INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    text       TEXT NOT NULL,
    subject    TEXT NOT NULL DEFAULT '',
    severity   TEXT NOT NULL DEFAULT 'note', -- note, warn, bad
    service_id INTEGER NOT NULL DEFAULT 0, -- what it is about; 0: not this
    edge_id    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX event_by_time ON event (time_ns);

-- One row. `writes` changes with each window, so that a reader knows when to ask anew.
CREATE TABLE state (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    writes INTEGER NOT NULL
) STRICT;
INSERT INTO state (id, writes) VALUES (1, 0);
