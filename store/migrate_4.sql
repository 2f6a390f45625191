-- migrate_4.sql - version 3 to 4: history.
-- The reasons for the tables are in schema.sql.

ALTER TABLE capture_window ADD COLUMN rolled INTEGER NOT NULL DEFAULT 0;

ALTER TABLE event ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN severity TEXT NOT NULL DEFAULT 'note';
ALTER TABLE event ADD COLUMN service_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN edge_id INTEGER NOT NULL DEFAULT 0;
