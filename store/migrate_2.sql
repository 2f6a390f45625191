-- migrate_2.sql - version 1 to 2: streaming calls, connections that carry many calls, open calls, and
-- how good the capture was.
-- The reasons for the tables are in schema.sql.

ALTER TABLE service ADD COLUMN service_group TEXT NOT NULL DEFAULT '';
ALTER TABLE service ADD COLUMN tags TEXT NOT NULL DEFAULT '';

ALTER TABLE operation ADD COLUMN templated INTEGER NOT NULL DEFAULT 0;
CREATE INDEX operation_window_by_operation ON operation_window (operation_id);

ALTER TABLE edge_window ADD COLUMN request_messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN response_messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN streams INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN first_message BLOB;
ALTER TABLE edge_window ADD COLUMN message_gap BLOB;
ALTER TABLE edge_window ADD COLUMN age BLOB;

ALTER TABLE edge_window ADD COLUMN one_way INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN out_of_order_to_server INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN out_of_order_to_client INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN zero_window_to_server_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN zero_window_to_client_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN rtt_least_server_sum_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN rtt_least_client_sum_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN rtt_least_servers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN rtt_least_clients INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN truncated_to_server INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN truncated_to_client INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN shed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN shortened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN stray_answers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN exchanges_evicted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN undecrypted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN decrypted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN skewed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN duplicates_to_server INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edge_window ADD COLUMN duplicates_to_client INTEGER NOT NULL DEFAULT 0;

ALTER TABLE operation_window ADD COLUMN request_messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation_window ADD COLUMN response_messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation_window ADD COLUMN streams INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation_window ADD COLUMN first_message BLOB;
ALTER TABLE operation_window ADD COLUMN message_gap BLOB;
ALTER TABLE operation_window ADD COLUMN age BLOB;

ALTER TABLE capture_window ADD COLUMN shed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN skewed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN unmeasured INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN lookups_evicted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN labelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN labels_evicted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN connections_dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN open_calls_dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN secured_dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN connections_forgotten INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN undecrypted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN shortened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN duplicates INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN duplicate_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN uncertain INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN tunnelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN oversized INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN rebuilt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN unfinished INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN overlapped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN mirror_lost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN mirror_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN behind_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN source_gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN vantages_dropped INTEGER NOT NULL DEFAULT 0;

CREATE TABLE connection (
    id                INTEGER PRIMARY KEY,
    pair_id           INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    client_port       INTEGER NOT NULL,
    began_ns          INTEGER NOT NULL,
    last_ns           INTEGER NOT NULL,
    closed            INTEGER NOT NULL,
    open_calls        INTEGER NOT NULL,
    fields            INTEGER NOT NULL,
    fields_known      INTEGER NOT NULL,
    late_fields       INTEGER NOT NULL,
    late_fields_known INTEGER NOT NULL,
    UNIQUE (pair_id, client_port, began_ns)
) STRICT;
CREATE INDEX connection_by_beginning ON connection (began_ns, client_port);

CREATE TABLE connection_window (
    window_id        INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    connection_id    INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    calls            INTEGER NOT NULL,
    resets_by_client INTEGER NOT NULL,
    resets_by_server INTEGER NOT NULL,
    stalls_to_server INTEGER NOT NULL,
    stalls_to_client INTEGER NOT NULL,
    goaways          INTEGER NOT NULL,
    ping_rtt_ns      INTEGER NOT NULL,
    open_calls       INTEGER NOT NULL,
    PRIMARY KEY (window_id, connection_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX connection_window_by_connection ON connection_window (connection_id);

CREATE TABLE open_call (
    pair_id                  INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    client_port              INTEGER NOT NULL,
    stream_id                INTEGER NOT NULL,
    began_ns                 INTEGER NOT NULL,
    window_id                INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    seen_ns                  INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    operation                TEXT NOT NULL,
    last_message_ns          INTEGER NOT NULL,
    request_messages         INTEGER NOT NULL,
    response_messages        INTEGER NOT NULL,
    before_ns                INTEGER NOT NULL,
    request_messages_before  INTEGER NOT NULL,
    response_messages_before INTEGER NOT NULL,
    PRIMARY KEY (pair_id, client_port, stream_id, began_ns)
) STRICT, WITHOUT ROWID;
CREATE INDEX open_call_by_window ON open_call (window_id);

CREATE TABLE vantage_window (
    window_id       INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    interface       INTEGER NOT NULL,
    vlan            INTEGER NOT NULL,
    tunnels         INTEGER NOT NULL,
    tunnel_id       INTEGER NOT NULL,
    packets         INTEGER NOT NULL,
    bytes           INTEGER NOT NULL,
    duplicates      INTEGER NOT NULL,
    duplicate_bytes INTEGER NOT NULL,
    uncertain       INTEGER NOT NULL,
    PRIMARY KEY (window_id, interface, vlan, tunnels, tunnel_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (
    id           INTEGER PRIMARY KEY,
    fingerprint  TEXT NOT NULL UNIQUE,
    issued_by    TEXT NOT NULL,
    subject      TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    names        TEXT NOT NULL,
    names_count  INTEGER NOT NULL,
    serial       TEXT NOT NULL,
    key_kind     TEXT NOT NULL,
    key_bits     INTEGER NOT NULL,
    signature    TEXT NOT NULL,
    not_before_s INTEGER NOT NULL,
    not_after_s  INTEGER NOT NULL,
    self_signed  INTEGER NOT NULL,
    unreadable   INTEGER NOT NULL,
    first_ns     INTEGER NOT NULL,
    last_ns      INTEGER NOT NULL
) STRICT;

CREATE TABLE tls (
    id                    INTEGER PRIMARY KEY,
    pair_id               INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    version               TEXT NOT NULL,
    cipher                TEXT NOT NULL,
    server_name           TEXT NOT NULL,
    alpn                  TEXT NOT NULL,
    alpn_offered          TEXT NOT NULL,
    certificate_id        INTEGER NOT NULL,
    client_certificate_id INTEGER NOT NULL,
    ja4                   TEXT NOT NULL,
    last_ns               INTEGER NOT NULL,
    UNIQUE (pair_id, version, cipher, server_name, alpn, alpn_offered, certificate_id,
            client_certificate_id)
) STRICT;

CREATE TABLE tls_window (
    window_id    INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    tls_id       INTEGER NOT NULL REFERENCES tls (id) ON DELETE CASCADE,
    handshakes   INTEGER NOT NULL,
    established  INTEGER NOT NULL,
    resumed      INTEGER NOT NULL,
    retried      INTEGER NOT NULL,
    unreadable   INTEGER NOT NULL,
    ech          INTEGER NOT NULL,
    mutual_hidden INTEGER NOT NULL,
    mutual_no    INTEGER NOT NULL,
    mutual_asked INTEGER NOT NULL,
    mutual_yes   INTEGER NOT NULL,
    PRIMARY KEY (window_id, tls_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tls_window_by_tls ON tls_window (tls_id);
