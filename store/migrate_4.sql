-- migrate_4.sql - version 3 to 4: history.
-- The reasons for the tables are in schema.sql.

ALTER TABLE capture_window ADD COLUMN rolled INTEGER NOT NULL DEFAULT 0;
