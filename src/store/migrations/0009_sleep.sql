-- Where an environment stands on the ladder of sleep and since when, and what its ends count from.

ALTER TABLE environments ADD COLUMN presence TEXT NOT NULL DEFAULT 'awake';
ALTER TABLE environments ADD COLUMN presence_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE environments ADD COLUMN wanted_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE environments ADD COLUMN standing_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE environments ADD COLUMN pinned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE environments ADD COLUMN kept_until BIGINT;

UPDATE environments SET presence_since = updated_at, wanted_at = updated_at,
    standing_since = created_at, presence = CASE state WHEN 'destroyed' THEN 'gone' ELSE 'awake' END;
