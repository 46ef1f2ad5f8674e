-- How far an attempt came and when, and which service it made the main one and why.

ALTER TABLE deployments ADD COLUMN fetched_at BIGINT;
ALTER TABLE deployments ADD COLUMN built_at BIGINT;
ALTER TABLE deployments ADD COLUMN well_at BIGINT;
ALTER TABLE deployments ADD COLUMN main_chosen TEXT NOT NULL DEFAULT '';
