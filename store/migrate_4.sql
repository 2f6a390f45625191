-- migrate_4.sql - version 3 to 4: history.
-- The reasons for the tables are in schema.sql.

ALTER TABLE capture_window ADD COLUMN rolled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN thinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN windows INTEGER NOT NULL DEFAULT 1;
CREATE INDEX capture_window_open ON capture_window (level, start_ns) WHERE rolled = 0;

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
INSERT INTO total_window (window_id, unknown, ok, client_error, server_error, timeout, reset, cancelled,
    unanswered, request_bytes, response_bytes, duration, ttfb, request_messages, response_messages, streams,
    first_message, message_gap, age, bytes_to_server, bytes_to_client)
SELECT window_id, sum(unknown), sum(ok), sum(client_error), sum(server_error), sum(timeout), sum(reset),
    sum(cancelled), sum(unanswered), sum(request_bytes), sum(response_bytes), merged(duration), merged(ttfb),
    sum(request_messages), sum(response_messages), sum(streams), merged(first_message), merged(message_gap),
    merged(age), sum(bytes_to_server), sum(bytes_to_client)
FROM edge_window GROUP BY window_id;
UPDATE total_window SET p50_ms = quantile_ms(duration, 0.5), p95_ms = quantile_ms(duration, 0.95),
    p99_ms = quantile_ms(duration, 0.99), max_ms = quantile_ms(duration, 1);

ALTER TABLE event ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN severity TEXT NOT NULL DEFAULT 'note';
ALTER TABLE event ADD COLUMN service_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN edge_id INTEGER NOT NULL DEFAULT 0;

CREATE TABLE request (
    id                INTEGER PRIMARY KEY,
    pair_id           INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    operation_id      INTEGER NOT NULL,
    window_ns         INTEGER NOT NULL,
    time_ns           INTEGER NOT NULL,
    end_ns            INTEGER NOT NULL,
    kept              TEXT NOT NULL,
    outcome           TEXT NOT NULL,
    status            TEXT NOT NULL,
    duration_ns       INTEGER,
    ttfb_ns           INTEGER,
    first_message_ns  INTEGER,
    method            TEXT NOT NULL,
    host              TEXT NOT NULL,
    path              TEXT NOT NULL,
    fingerprint       TEXT NOT NULL,
    client_address    TEXT NOT NULL,
    client_port       INTEGER NOT NULL,
    request_bytes     INTEGER NOT NULL,
    response_bytes    INTEGER NOT NULL,
    request_messages  INTEGER NOT NULL,
    response_messages INTEGER NOT NULL,
    stream_id         INTEGER NOT NULL,
    kind              TEXT NOT NULL,
    grpc_status       INTEGER,
    grpc_message      TEXT NOT NULL,
    error_code        INTEGER,
    deadline_ns       INTEGER NOT NULL,
    trace_id          TEXT NOT NULL,
    span_id           TEXT NOT NULL,
    parent_id         TEXT NOT NULL,
    request_id        TEXT NOT NULL,
    forwarded_for     TEXT NOT NULL,
    notes             INTEGER NOT NULL,
    fields            INTEGER NOT NULL,
    fields_known      INTEGER NOT NULL,
    late_fields       INTEGER NOT NULL,
    late_fields_known INTEGER NOT NULL
) STRICT;
CREATE INDEX request_by_window ON request (window_ns);
CREATE INDEX request_by_pair ON request (pair_id, window_ns);
CREATE INDEX request_by_trace ON request (trace_id, window_ns) WHERE trace_id <> '';
CREATE INDEX request_by_request_id ON request (request_id, window_ns) WHERE request_id <> '';
CREATE INDEX request_by_operation ON request (operation_id);
