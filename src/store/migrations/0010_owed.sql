-- Since when an object could not be removed.

ALTER TABLE inventory ADD COLUMN owed_since BIGINT;
UPDATE inventory SET owed_since = created_at WHERE status = 'owed';
