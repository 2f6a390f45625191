-- migrate_5.sql - version 4 to 5: what sampling left out, and when an operation was seen first and last.
-- The reasons for the tables are in schema.sql.

ALTER TABLE capture_window ADD COLUMN unfollowed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN sampled_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN left_out_ns INTEGER NOT NULL DEFAULT 0;

ALTER TABLE operation ADD COLUMN first_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN last_ns INTEGER NOT NULL DEFAULT 0;
-- As far as windows are left that tell: never before its pair, nor after it.
UPDATE operation SET
    first_ns = max(p.first_ns, seen.first_ns),
    last_ns = min(p.last_ns, seen.last_ns)
FROM pair p,
     (SELECT x.operation_id, min(w.start_ns) AS first_ns, max(w.end_ns) AS last_ns
      FROM operation_window x JOIN capture_window w ON w.id = x.window_id GROUP BY x.operation_id) seen
WHERE p.id = operation.pair_id AND seen.operation_id = operation.id;
