-- The kind of failure beside its sentence: what may pass is tried again, what a person has to mend
-- is not.

ALTER TABLE deployments ADD COLUMN cause_code TEXT NOT NULL DEFAULT 'none';
