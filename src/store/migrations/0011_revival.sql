-- What it takes to start a container again without the plan it came from, as JSON; empty for those
-- that an older version started.

ALTER TABLE instances ADD COLUMN revival TEXT NOT NULL DEFAULT '';

-- What its manifest says: milliseconds without use after which it sleeps; 0: never.
ALTER TABLE environments ADD COLUMN sleep_after BIGINT;
