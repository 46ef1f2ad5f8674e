-- A turn in the queue: who waits moves up one rank each five minutes, so that nobody waits for ever.

DROP INDEX jobs_by_urgency;
CREATE INDEX jobs_by_turn ON jobs ((due + priority * 300000), environment) WHERE due IS NOT NULL;
