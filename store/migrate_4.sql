-- migrate_4.sql - version 3 to 4: history.
-- The reasons for the tables are in schema.sql.

ALTER TABLE capture_window ADD COLUMN rolled INTEGER NOT NULL DEFAULT 0;

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
