-- Who of equal urgency goes first, and how long deployments take.

ALTER TABLE jobs ADD COLUMN claimed_at BIGINT NOT NULL DEFAULT 0;

DROP INDEX jobs_by_turn;
CREATE INDEX jobs_by_due ON jobs (due) WHERE due IS NOT NULL;
CREATE INDEX jobs_by_lease ON jobs (lease_until);
CREATE INDEX jobs_by_claim ON jobs (claimed_at);
CREATE INDEX deployments_by_end ON deployments (completed_at) WHERE completed_at IS NOT NULL;

-- What a plan may use, whether there was a place for it, and which limit it waits for.
ALTER TABLE deployments ADD COLUMN memory BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN cpu_millis BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN admitted_at BIGINT;
ALTER TABLE deployments ADD COLUMN waits TEXT NOT NULL DEFAULT '';
CREATE INDEX deployments_waiting ON deployments (waits) WHERE waits > '';
