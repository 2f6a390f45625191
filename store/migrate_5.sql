-- migrate_5.sql - version 4 to 5.
-- The reasons for the tables are in schema.sql.

ALTER TABLE capture_window ADD COLUMN unfollowed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN sampled_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture_window ADD COLUMN left_out_ns INTEGER NOT NULL DEFAULT 0;
