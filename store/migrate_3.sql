-- migrate_3.sql - version 2 to 3: hops, and what names places might have had.
-- The reasons for the tables are in schema.sql.

ALTER TABLE capture_window ADD COLUMN hops_dropped INTEGER NOT NULL DEFAULT 0;

ALTER TABLE tls ADD COLUMN inside TEXT NOT NULL DEFAULT '';

CREATE TABLE relay_window (
    window_id INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    outer_id  INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    inner_id  INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    requests  INTEGER NOT NULL,
    passed_on INTEGER NOT NULL,
    PRIMARY KEY (window_id, outer_id, inner_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX relay_window_by_outer ON relay_window (outer_id);
CREATE INDEX relay_window_by_inner ON relay_window (inner_id);

CREATE TABLE forwarded_window (
    window_id INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    client_id INTEGER NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
    pair_id   INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    requests  INTEGER NOT NULL,
    PRIMARY KEY (window_id, client_id, pair_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX forwarded_window_by_client ON forwarded_window (client_id);
CREATE INDEX forwarded_window_by_pair ON forwarded_window (pair_id);

CREATE TABLE name_evidence (
    id       INTEGER PRIMARY KEY,
    address  TEXT NOT NULL,
    port     INTEGER NOT NULL,
    tenant   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    source   TEXT NOT NULL,
    count    INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns  INTEGER NOT NULL,
    UNIQUE (address, port, tenant, name, source)
) STRICT;
CREATE INDEX name_evidence_by_time ON name_evidence (last_ns);
