-- Who asked for a delivery to be taken in again.

ALTER TABLE deliveries ADD COLUMN replayed_by TEXT NOT NULL DEFAULT '';
